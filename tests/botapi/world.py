"""The people around the bot: makes chats, and updates as Telegram would send them."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from tests.botapi.incoming import entities_of, is_seen
from tests.botapi.limits import PAYLOAD
from tests.botapi.state import Chat, Message, State, User
from tests.botapi.updates import Update, Updates

Reply = Message | Update | None


class World:
    """Acts for people. Every act returns the update that the bot gets for it.

    The update of a message that the bot does not get, as it is shut out or in privacy mode, has
    the id 0.
    """

    def __init__(self, state: State, updates: Updates) -> None:
        self.state = state
        self.updates = updates
        self.privacy = False  # as BotFather's switch: in groups only what is meant for the bot
        self._ids = count(1001)
        self._groups = count(5001)
        self._queries = count(8_000_000_001)

    # People and chats

    def user(
        self,
        first_name: str = "Ana",
        *,
        language_code: str | None = "en",
        username: str | None = None,
        id: int | None = None,
        started: bool = True,
    ) -> User:
        """A person with a private chat; one who has not ``started`` cannot be written to."""
        user = User(id or next(self._ids), first_name, language_code, username)
        self.state.users[user.id] = user
        members = {user.id: "member", self.bot.id: "member"}
        self.state.chats[user.id] = Chat(
            user.id, "private", user=user, members=members, started=started
        )
        return user

    def group(self, title: str = "Group", *people: User, **options: Any) -> Chat:
        """A basic group; for the options see ``supergroup``."""
        return self._group("group", title, people, **options)

    def supergroup(self, title: str = "Supergroup", *people: User, **options: Any) -> Chat:
        """A supergroup with these people.

        Args:
            options: ``admins`` (people), ``bot_status`` ("member"), ``username`` (of a public
                one), ``topics`` (names: makes it a forum).
        """
        return self._group("supergroup", title, people, **options)

    def _group(
        self,
        kind: str,
        title: str,
        people: Iterable[User],
        *,
        admins: Iterable[User] = (),
        bot_status: str = "member",
        username: str | None = None,
        topics: Iterable[str] = (),
    ) -> Chat:
        number = next(self._groups)
        chat = Chat(-(10**12) - number if kind == "supergroup" else -number, kind, title, username)
        chat.members = {user.id: "member" for user in people}
        chat.members |= {user.id: "administrator" for user in admins}
        chat.members[self.bot.id] = bot_status
        self.state.chats[chat.id] = chat
        for name in topics:
            self.topic(chat, name)
        return chat

    def topic(self, chat: Chat, name: str) -> int:
        """A new topic of a forum; returns its thread id."""
        chat.is_forum = True
        thread = chat.numbers()
        chat.topics[thread] = name
        return thread

    @property
    def bot(self) -> User:
        return self.state.bot

    def private(self, user: User) -> Chat:
        return self.state.chats[user.id]

    # Messages

    def say(
        self,
        user: User,
        text: str,
        *,
        chat: Chat | None = None,
        thread: int | None = None,
        reply_to: Reply = None,
    ) -> Update:
        """Writes a text, in the private chat unless another is given."""
        return self._post(
            user, chat, thread=thread, reply_to=reply_to, text=text, entities=entities_of(text)
        )

    def start(self, user: User, payload: str = "", *, chat: Chat | None = None) -> Update:
        """Follows a link ``t.me/bot?start=payload``.

        Raises:
            ValueError: no client would follow a link with such a payload.
        """
        if payload and not PAYLOAD.fullmatch(payload):
            raise ValueError(f"a deep link cannot carry {payload!r}")
        at = f"@{self.bot.username}" if chat is not None else ""
        return self.say(user, f"/start{at} {payload}".strip(), chat=chat)

    def photo(self, user: User, caption: str = "", **where: Any) -> Update:
        size = {"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 90}
        return self._post(
            user, text=caption, entities=entities_of(caption), extra={"photo": [size]}, **where
        )

    def document(
        self,
        user: User,
        content: bytes,
        name: str = "meetings.ics",
        *,
        mime: str = "text/calendar",
        caption: str = "",
        size: int | None = None,
        **where: Any,
    ) -> Update:
        """Sends a file, which the bot can then fetch.

        Args:
            size: what the bot is told of it, where that is not the truth.
        """
        id = f"document-{next(self._queries)}"
        self.state.files[id] = content
        document = {
            "file_id": id,
            "file_unique_id": f"u{id}",
            "file_name": name,
            "mime_type": mime,
            "file_size": len(content) if size is None else size,
        }
        return self._post(
            user,
            text=caption,
            entities=entities_of(caption),
            extra={"document": document},
            **where,
        )

    def sticker(self, user: User, **where: Any) -> Update:
        sticker = {
            "file_id": "sticker-1",
            "file_unique_id": "s1",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
        return self._post(user, extra={"sticker": sticker}, **where)

    def voice(self, user: User, **where: Any) -> Update:
        voice = {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3}
        return self._post(user, extra={"voice": voice}, **where)

    def location(self, user: User, latitude: float, longitude: float, **where: Any) -> Update:
        place = {"latitude": latitude, "longitude": longitude}
        return self._post(user, extra={"location": place}, **where)

    def press_key(self, user: User, label: str, *, at: tuple[float, float] | None = None) -> Update:
        """Presses a key of the keyboard that the bot put in place of the letters.

        Args:
            at: latitude and longitude, which a key that asks for the location sends.

        Raises:
            LookupError: there is no such key.
        """
        keys = [key for row in self.private(user).letters for key in row]
        found = next((key for key in keys if key["text"] == label), None)
        if found is None:
            raise LookupError(f"there is no key {label!r}; there are {keys}")
        if found.get("request_location"):
            assert at is not None, "say where the person is"
            return self.location(user, *at)
        return self.say(user, label)

    def _post(
        self, user: User, chat: Chat | None = None, *, reply_to: Reply = None, **fields: Any
    ) -> Update:
        chat = chat or self.private(user)
        chat.started = True
        replied = self.message(reply_to) if reply_to is not None else None
        if fields.get("thread") is None and replied is not None:
            fields["thread"] = replied.thread
        message = self.state.post(chat, user, reply_to=replied, **fields)
        return self._tell("message", message)

    def _tell(self, kind: str, message: Message) -> Update:
        payload = message.api()
        if not is_seen(message, self.bot, privacy=self.privacy):
            return {"update_id": 0, kind: payload}  # the bot never sees it
        return self.updates.add(kind, payload)

    def message(self, given: Message | Update) -> Message:
        """The message behind an update, or itself."""
        if isinstance(given, Message):
            return given
        payload = given.get("message") or given["edited_message"]
        return self.state.chats[payload["chat"]["id"]].messages[payload["message_id"]]

    def edit(self, given: Message | Update, text: str) -> Update:
        """The writer changes a message."""
        message = self.message(given)
        message.edits.append(message.text)
        message.text, message.entities = text, entities_of(text)
        message.edit_date = self.state.date()
        return self._tell("edited_message", message)

    def delete(self, given: Message | Update) -> None:
        """The message goes; bots are not told."""
        self.message(given).deleted = True

    # Buttons and inline queries

    def press(self, user: User, message: Message, button: str) -> Update:
        """Presses a button of a message by its label or data.

        Raises:
            LookupError: the message has no such callback button now.
        """
        found = message.button(button)
        if found.data is None:
            raise LookupError(f"the button {button!r} sends nothing to the bot")
        return self.forge(user, message, found.data)

    def forge(self, user: User, message: Message, data: str) -> Update:
        """A press with any data, whether or not the message has such a button."""
        query: dict[str, Any] = {
            "id": str(next(self._queries)),
            "from": user.api(),
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        if message.inline_id is not None:
            query["inline_message_id"] = message.inline_id
        elif message.deleted:
            query["message"] = {"chat": message.chat.api(), "message_id": message.id, "date": 0}
        else:
            query["message"] = message.api()
        self.state.callbacks[query["id"]] = True
        return self.updates.add("callback_query", query)

    def inline(
        self, user: User, query: str, *, offset: str = "", chat_type: str = "private"
    ) -> Update:
        """Types ``@bot query`` in some chat."""
        found = {
            "id": str(next(self._queries)),
            "from": user.api(),
            "query": query,
            "offset": offset,
            "chat_type": chat_type,
        }
        self.state.inline_queries[str(found["id"])] = True
        return self.updates.add("inline_query", found)

    def share(self, user: User, query: Update, result_id: str, *, chat: Chat) -> Message:
        """Sends a result of an answered inline query to a chat; the bot is not told."""
        answer = self.state.inline_answers[query["inline_query"]["id"]]
        result = next(one for one in answer["results"] if one["id"] == result_id)
        content = result["input_message_content"]
        keyboard = result.get("reply_markup", {}).get("inline_keyboard", [])
        message = self.state.post(
            chat,
            user,
            text=content["message_text"],
            source=content["message_text"],
            keyboard=keyboard,
        )
        message.inline_id = f"inline-{next(self._queries)}"
        self.state.inline_messages[message.inline_id] = message
        return message

    def expire(self, query: Update) -> None:
        """Lets a press or an inline query become too old to be answered."""
        for kind, waiting in (
            ("callback_query", self.state.callbacks),
            ("inline_query", self.state.inline_queries),
        ):
            if kind in query:
                waiting[query[kind]["id"]] = False

    # Coming and going

    def block(self, user: User) -> Update:
        return self.bot_status(user, self.private(user), "kicked")

    def unblock(self, user: User) -> Update:
        return self.bot_status(user, self.private(user), "member")

    def bot_status(self, user: User, chat: Chat, status: str) -> Update:
        """Someone adds the bot, promotes it or removes it."""
        before = self.state.member(chat, self.bot)
        chat.members[self.bot.id] = status
        after = self.state.member(chat, self.bot)
        change = {
            "chat": chat.api(),
            "from": user.api(),
            "date": self.state.date(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        return self.updates.add("my_chat_member", change)

    def migrate(self, chat: Chat, user: User) -> tuple[Chat, list[Update]]:
        """A group becomes a supergroup; both chats show a service message."""
        new = self.supergroup(chat.title)
        new.members = dict(chat.members)
        leaving = self.state.post(chat, user, extra={"migrate_to_chat_id": new.id})
        coming = self.state.post(new, user, extra={"migrate_from_chat_id": chat.id})
        chat.migrated_to = new.id
        return new, [
            self.updates.add("message", leaving.api()),
            self.updates.add("message", coming.api()),
        ]

    def redeliver(self, update: Update) -> None:
        """The same update comes once more."""
        self.updates.redeliver(update)
