"""What is wrong by its form is written down, whether Telegram would refuse it or not."""

from typing import Any

import pytest

from tests.botapi import BotApiServer, User
from tests.botapi.raw import raw

BUTTON = {"text": "x", "callback_data": "1"}
ARTICLE = {
    "type": "article",
    "id": "1",
    "title": "T",
    "input_message_content": {"message_text": "text"},
}


def keys(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def commands(*given: tuple[str, str]) -> list[dict[str, str]]:
    return [{"command": name, "description": text} for name, text in given]


def articles(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [ARTICLE | change for change in changes]


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("sendMessage", {}, "text is empty", "message text is empty"),
    ("sendMessage", {"text": " \u200b\u2800"}, "text is empty", "message text is empty"),
    ("sendMessage", {"text": "x" * 4097}, "text has 4097 characters", "message is too long"),
    ("sendMessage", {"text": "😀" * 2049}, "text has 4098 characters", "message is too long"),
    ("sendMessage", {"text": "x", "colour": "red"}, "parameter 'colour'", ""),
    ("sendMessage", {"text": "x", "message_thread_id": "one"}, "message_thread_id is not a", "is"),
    ("sendMessage", {"text": "x", "protect_content": "yes"}, "protect_content is not a Bool", "is"),
    ("sendMessage", {"text": "x", "parse_mode": "Markup"}, "parse_mode", "unsupported parse_mode"),
    ("sendMessage", {"text": "x", "reply_markup": "{"}, "reply_markup is not a Inline", "reply"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys(BUTTON | {"data": "1"})},
        "'data'",
        "'data'",
    ),
    ("sendMessage", {"text": "x", "reply_markup": keys({"text": "x"})}, "0 actions", "unallowed"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys(BUTTON | {"url": "https://example.org"})},
        "2 actions",
        "Text buttons are unallowed in the inline keyboard",
    ),
    ("sendMessage", {"text": "x", "reply_markup": keys(BUTTON | {"text": " "})}, "no text", "text"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys(BUTTON | {"callback_data": "é" * 33})},
        "66 bytes",
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys(BUTTON | {"style": "red"})},
        "unknown style",
        "style",
    ),
    ("sendMessage", {"text": "x", "reply_markup": keys(*[BUTTON] * 9)}, "9 buttons", ""),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"inline_keyboard": [[BUTTON]] * 101}},
        "101 buttons",
        "REPLY_MARKUP_TOO_LONG",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys({"text": "x", "url": "nowhere"})},
        "no usable address",
        "is invalid",
    ),
    (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": keys({"text": "x", "url": "https://t.me/s3p_test_bot?start=a+b"}),
        },
        "payload",
        "",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"keyboard": [[{"text": " "}]]}},
        "a key has no text",
        "must be non-empty",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": {"keyboard": [], "input_field_placeholder": "x" * 65}},
        "1 to 64 characters",
        "",
    ),
    ("sendMessage", {"text": "see https://t.me/s3p_test_bot?start=a.b"}, "payload", ""),
    (
        "sendMessage",
        {"text": "x", "reply_markup": keys({"text": "x", "copy_text": {"text": "x" * 257}})},
        "copies",
        "BUTTON_COPY_TEXT_INVALID",
    ),
    ("sendMessage", {"text": "<c>", "parse_mode": "HTML"}, "cannot be parsed", "can't parse"),
    ("sendMessage", {"text": "a & b", "parse_mode": "HTML"}, "a bare &", ""),
    (
        "sendMessage",
        {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
        "reaches out",
        "",
    ),
    ("sendMessage", {"text": "x", "reply_parameters": {}}, "lacks 'message_id'", "lacks"),
    ("sendChatAction", {"action": "thinking"}, "no action 'thinking'", "wrong parameter action"),
    ("sendDocument", {"document": "attach://none"}, "not in the request", "attach"),
    ("editMessageText", {"text": "x"}, "message_id is missing", "identifier is not specified"),
    ("editMessageText", {"message_id": 1}, "text is missing", "message text is empty"),
    ("setMyCommands", {"commands": commands(("Start", "x"))}, "/Start", "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": commands(("a" * 33, "x"))}, "1-32", "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": commands(("a", ""))}, "0 characters", "DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": commands(("a", "x" * 257))}, "257", "DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": commands(*[("a", "x")] * 101)}, "101", "COMMANDS_TOO_MUCH"),
    ("setMyCommands", {"commands": commands(*[("a", "x")] * 2)}, "twice", ""),
    ("setMyCommands", {"commands": commands(), "scope": {"type": "all"}}, "scope", "scope"),
    ("setMyCommands", {"commands": commands(), "language_code": "eng"}, "'eng'", "LANG_CODE"),
    ("setMyName", {"name": "x" * 65}, "65 characters", "BOT_NAME_TOO_LONG"),
    ("setMyDescription", {"description": "x" * 513}, "513 characters", "TOO_LONG"),
    ("setMyShortDescription", {"short_description": "x" * 121}, "121 characters", "TOO_LONG"),
    ("answerCallbackQuery", {"text": "x" * 201}, "201 characters", "MESSAGE_TOO_LONG"),
    ("answerInlineQuery", {"results": articles(*[{}] * 51)}, "51 results", "RESULTS_TOO_MUCH"),
    ("answerInlineQuery", {"results": articles({}, {})}, "same id", "RESULT_ID_DUPLICATE"),
    ("answerInlineQuery", {"results": articles({"id": "é" * 33})}, "64 bytes", "RESULT_ID_INVALID"),
    ("answerInlineQuery", {"results": articles({"title": " "})}, "no title", "TITLE_EMPTY"),
    ("answerInlineQuery", {"results": articles({"kind": "x"})}, "'kind'", "kind"),
    ("answerInlineQuery", {"results": [], "next_offset": "x" * 65}, "64 bytes", "NEXT_OFFSET"),
    ("answerInlineQuery", {"results": [], "cache_time": -1}, "cache_time", "CACHE_TIME"),
    (
        "answerInlineQuery",
        {"results": [], "button": {"text": "x", "start_parameter": "a b"}},
        "start_parameter",
        "START_PARAM_INVALID",
    ),
    ("answerInlineQuery", {"results": [], "button": {"text": "x"}}, "one action", "BUTTON_INVALID"),
    ("setWebhook", {"url": "http://example.org"}, "neither HTTPS", "An HTTPS URL must be"),
    (
        "setWebhook",
        {"url": "https://example.org", "secret_token": "a b"},
        "secret_token",
        "unallowed characters",
    ),
    ("getUpdates", {"limit": 101}, "limit is 101", ""),
    ("getUpdates", {"allowed_updates": ["messages"]}, "'messages'", ""),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]}: {case[2]}")
async def test_each_rule_is_caught(
    server: BotApiServer, ana: User, case: tuple[str, dict[str, Any], str, str]
) -> None:
    method, params, sentence, description = case
    query = server.world.inline(ana, "x")["inline_query"]["id"]
    server.world.say(ana, "hello")
    if method.startswith(("send", "edit")):
        params = {"chat_id": ana.id, **params}
    if method == "answerCallbackQuery":
        params = {"callback_query_id": "1", **params}
    if method == "answerInlineQuery":
        params = {"inline_query_id": query, **params}
    if method == "editMessageText" and "message_id" in params:
        message = server.state.post(server.world.private(ana), server.state.bot, text="before")
        params["message_id"] = message.id
    answer = await raw(server, method, **params)
    assert any(sentence in found for found in server.violations), server.violations
    assert server.violations[0].startswith(method)
    if description:
        assert answer["error_code"] == 400
        assert answer["description"].startswith("Bad Request: ")
        assert description in answer["description"]
        assert [call.method for call in server.rejected()] == [method]
    else:
        assert answer["ok"], "Telegram takes it all the same"


async def test_only_people_are_asked_for_their_location(server: BotApiServer, ana: User) -> None:
    wanted = {"keyboard": [[{"text": "Here", "request_location": True}]]}
    assert (await raw(server, "sendMessage", chat_id=ana.id, text="x", reply_markup=wanted))["ok"]
    update = server.world.press_key(ana, "Here", at=(50.85, 4.35))
    assert update["message"]["location"] == {"latitude": 50.85, "longitude": 4.35}
    gone = {"remove_keyboard": True}
    assert (await raw(server, "sendMessage", chat_id=ana.id, text="x", reply_markup=gone))["ok"]
    with pytest.raises(LookupError):
        server.world.press_key(ana, "Here", at=(50.85, 4.35))
    assert server.violations == []
    group = server.world.supergroup("Regions", ana)
    answer = await raw(server, "sendMessage", chat_id=group.id, text="x", reply_markup=wanted)
    assert "private chats only" in answer["description"]
    assert len(server.violations) == 1
