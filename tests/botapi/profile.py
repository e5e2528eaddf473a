"""The methods on the bot itself (menus, names), on chats, and the answers to queries."""

import re

from tests.botapi.limits import PAYLOAD, TEXT, Limits, at_most, is_empty
from tests.botapi.markup import utf16
from tests.botapi.messages import Messages, Params, bad
from tests.botapi.records import Broken
from tests.botapi.state import JOINED, State, scope_key

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")


class Profile:
    """Menus, names, chats and queries."""

    def __init__(self, state: State, limits: Limits, messages: Messages) -> None:
        self.state = state
        self.limits = limits
        self.messages = messages

    def get_me(self, _: Params) -> Params:
        abilities = ("can_join_groups", "supports_inline_queries", "can_connect_to_business")
        more = ("can_read_all_group_messages", "has_main_web_app", "has_topics_enabled")
        return {
            **self.state.bot.api(),
            **dict.fromkeys(abilities[:2], True),
            **dict.fromkeys((*abilities[2:], *more), False),
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
            "supports_guest_queries": False,
        }

    def language(self, params: Params) -> str:
        language: str = params.get("language_code", "")
        if not LANGUAGE.fullmatch(language):
            raise Broken("BOT_COMMAND_LANG_CODE_INVALID", f"language_code is {language!r}")
        return language

    def commands_key(self, params: Params) -> tuple[str, str]:
        scope = params.get("scope")
        if scope is not None and "chat_id" in scope:
            self.messages.chat(scope)
        return scope_key(scope), self.language(params)

    def set_my_commands(self, params: Params) -> bool:
        key = self.commands_key(params)
        commands = params["commands"]
        if len(commands) > 100:
            raise Broken("BOT_COMMANDS_TOO_MUCH", f"has {len(commands)} commands, at most 100")
        for one in commands:
            name, size = one["command"], utf16(one["description"])
            if not COMMAND.fullmatch(name):
                raise Broken("BOT_COMMAND_INVALID", f"/{name} is not 1-32 of a-z, 0-9, _")
            if not 1 <= size <= 256:
                said = f"the description of /{name} has {size} characters, 1 to 256"
                raise Broken("BOT_COMMAND_DESCRIPTION_INVALID", said)
        names = [one["command"] for one in commands]
        if len(set(names)) < len(names):
            self.limits.note("lists a command twice")
        self.state.commands[key] = commands
        return True

    def get_my_commands(self, params: Params) -> list[dict[str, str]]:
        return self.state.commands.get(self.commands_key(params), [])

    def delete_my_commands(self, params: Params) -> bool:
        self.state.commands.pop(self.commands_key(params), None)
        return True

    def set_word(self, params: Params, what: str, most: int) -> bool:
        at_most(params, what, most, f"BOT_{what.upper()}_TOO_LONG")
        self.state.profile[what, self.language(params)] = params.get(what, "")
        return True

    def get_word(self, params: Params, what: str) -> dict[str, str]:
        default = self.state.bot.first_name if what == "name" else ""
        words = self.state.profile
        language = self.language(params)
        return {what: words.get((what, language)) or words.get((what, "")) or default}

    def set_chat_menu_button(self, params: Params) -> bool:
        chat = self.messages.chat(params).id if "chat_id" in params else 0
        self.state.menu_buttons[chat] = params.get("menu_button", {"type": "default"})
        return True

    def get_chat_menu_button(self, params: Params) -> Params:
        chat = self.messages.chat(params).id if "chat_id" in params else 0
        return self.state.menu_buttons.get(chat, {"type": "commands"})

    def get_chat(self, params: Params) -> Params:
        return {
            **self.messages.chat(params).api(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                (
                    "unlimited_gifts",
                    "limited_gifts",
                    "unique_gifts",
                    "premium_subscription",
                    "gifts_from_channels",
                ),
                False,
            ),
        }

    def get_chat_member(self, params: Params) -> Params:
        chat = self.messages.chat(params)
        user = self.state.users.get(params["user_id"])
        if user is None:
            raise bad("PARTICIPANT_ID_INVALID")
        return self.state.member(chat, user)

    def get_chat_administrators(self, params: Params) -> list[Params]:
        chat = self.messages.chat(params)
        if chat.is_private:
            raise bad("there are no administrators in the private chat")
        return [
            self.state.member(chat, self.state.users[user])
            for user, status in chat.members.items()
            if status in ("creator", "administrator") and user != self.state.bot.id
        ]

    def leave_chat(self, params: Params) -> bool:
        chat = self.messages.chat(params)
        if chat.is_private:
            raise bad("chat member status can't be changed in private chats")
        assert chat.members[self.state.bot.id] in JOINED
        chat.members[self.state.bot.id] = "left"
        return True

    def answer_callback_query(self, params: Params) -> bool:
        at_most(params, "text", 200, "MESSAGE_TOO_LONG")
        if "url" in params:
            raise Broken("URL_INVALID", "url is for games and links to the bot only")
        self.answered(self.state.callbacks, params["callback_query_id"])
        self.state.callback_answers[params["callback_query_id"]] = params
        return True

    def answered(self, waiting: dict[str, bool], query: str) -> None:
        """Marks a query as answered.

        Raises:
            Refusal: it was answered before, is too old, or never was.
        """
        if not waiting.get(query):
            raise bad(TOO_OLD)
        waiting[query] = False

    def answer_inline_query(self, params: Params) -> bool:
        results = params["results"]
        if len(results) > 50:
            raise Broken("RESULTS_TOO_MUCH", f"has {len(results)} results, at most 50")
        ids = [result["id"] for result in results]
        for one in ids:
            if not 1 <= len(one.encode()) <= 64:
                raise Broken("RESULT_ID_INVALID", f"the result id {one!r} is not of 1 to 64 bytes")
        if len(set(ids)) < len(ids):
            raise Broken("RESULT_ID_DUPLICATE", "has two results of the same id")
        if len(params.get("next_offset", "").encode()) > 64:
            raise Broken("NEXT_OFFSET_INVALID", "next_offset is longer than 64 bytes")
        if params.get("cache_time", 0) < 0:
            raise Broken("CACHE_TIME_INVALID", "cache_time is below zero")
        for result in results:
            self.result(result)
        if (button := params.get("button")) is not None:
            self.inline_button(button)
        self.answered(self.state.inline_queries, params["inline_query_id"])
        self.state.inline_answers[params["inline_query_id"]] = params
        return True

    def result(self, result: Params) -> None:
        """Checks one inline result, with the message that it would send."""
        if "title" in result and is_empty(result["title"]):
            raise Broken("ARTICLE_TITLE_EMPTY", f"the result {result['id']!r} has no title")
        content = result.get("input_message_content", {})
        if "message_text" in content:
            self.limits.text(content, "message_text", "entities", TEXT)
        if "caption" in result:
            self.limits.text(result, "caption", "caption_entities", 1024)
        self.limits.keyboard(result.get("reply_markup"))

    def inline_button(self, button: Params) -> None:
        if is_empty(button["text"]):
            raise Broken("button text is empty", "the inline button has no text")
        if ("web_app" in button) == ("start_parameter" in button):
            raise Broken("BUTTON_INVALID", "the inline button must have exactly one action")
        if not PAYLOAD.fullmatch(button.get("start_parameter", "x")):
            raise Broken(
                "START_PARAM_INVALID",
                f"start_parameter {button['start_parameter']!r} is not 1-64 of A-Za-z0-9_-",
            )
