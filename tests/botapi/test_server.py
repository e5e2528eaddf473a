"""The test server itself: a real Bot over real HTTP; what is right passes, each rule is caught."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from tests.botapi import BotApiServer, User
from tests.botapi.raw import raw

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


def markup(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)


# What is right


async def test_a_conversation_leaves_no_violation(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    question = server.world.say(ana, "which regions? 😀 /help@s3p_test_bot @somebody")
    (update,) = await bot.get_updates(timeout=5, allowed_updates=["message", "callback_query"])
    assert update.message is not None
    assert list(update.message.parse_entities().values()) == ["/help@s3p_test_bot", "@somebody"]
    await bot.send_chat_action(ana.id, "typing")
    unix = int(time.time()) + 86400
    sent = await bot.send_message(
        ana.id,
        f'<b>Two</b> of <a href="https://example.org/?a=1&amp;b=2">them</a>, &lt;3 '
        f'<tg-time unix="{unix}" format="wDT">tomorrow</tg-time>'
        "<blockquote expandable>Łódź\n😀</blockquote>",
        parse_mode="HTML",
        reply_markup=markup(
            [
                InlineKeyboardButton("▶", callback_data="p:2"),
                InlineKeyboardButton("Link", url="https://t.me/s3p_test_bot?start=r-12"),
            ]
        ),
        reply_parameters=ReplyParameters(update.message.message_id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    (shown,) = server.from_bot(ana)
    assert shown.text == "Two of them, <3 tomorrowŁódź\n😀"
    assert [button.text for button in shown.buttons] == ["▶", "Link"]
    assert shown.reply_to is server.world.message(question)
    assert [entity.type for entity in sent.entities] == [
        "bold",
        "text_link",
        "date_time",
        "expandable_blockquote",
    ]
    press = server.world.press(ana, shown, "▶")
    (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    assert update.callback_query is not None
    assert server.unanswered()
    await update.callback_query.answer("Page 2")
    await update.callback_query.edit_message_text("The second page")
    assert server.answer_to(press) == {"callback_query_id": press["callback_query"]["id"]} | {
        "text": "Page 2"
    }
    assert (shown.text, shown.buttons, shown.edited) == ("The second page", [], True)
    assert await bot.delete_message(ana.id, shown.id)
    assert not server.from_bot(ana)
    assert not server.unanswered()
    assert not server.rejected()
    assert server.violations == []


async def test_menus_and_names(server: BotApiServer, bot: Bot) -> None:
    everywhere = BotCommandScopeAllGroupChats()
    await bot.set_my_commands([BotCommand("start", "Begin")], everywhere, "en")
    assert await bot.get_my_commands(everywhere, "en") == (BotCommand("start", "Begin"),)
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(everywhere, "en")
    assert await bot.get_my_commands(everywhere, "en") == ()
    await bot.set_my_description("It answers.")
    assert (await bot.get_my_description("en")).description == "It answers."
    await bot.set_my_short_description("Short", "en")
    assert (await bot.get_my_short_description()).short_description == ""
    await bot.set_my_name("S3P")
    assert (await bot.get_my_name()).name == "S3P"
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await bot.get_chat_menu_button() == MenuButtonCommands()
    assert server.violations == []


async def test_groups_topics_and_members(server: BotApiServer, bot: Bot, ana: User) -> None:
    eva = server.world.user("Eva")
    chat = server.world.supergroup("Regions", ana, admins=[eva], topics=["Dates"])
    (topic,) = chat.topics
    said = server.world.say(ana, "@s3p_test_bot when?", chat=chat, thread=topic)
    assert said["message"]["is_topic_message"]
    sent = await bot.send_message(
        chat.id, "In May.", reply_parameters=ReplyParameters(said["message"]["message_id"])
    )
    assert sent.message_thread_id == topic, "an answer joins the topic of its question"
    assert (await bot.get_chat_member(chat.id, eva.id)).status == "administrator"
    assert (await bot.get_chat_member(chat.id, ana.id)).status == "member"
    assert [one.user.id for one in await bot.get_chat_administrators(chat.id)] == [eva.id]
    assert (await bot.get_chat(chat.id)).title == "Regions"
    await bot.set_message_reaction(chat.id, said["message"]["message_id"], "👍")
    await bot.leave_chat(chat.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(chat.id, "Hello?")
    assert server.violations == []


async def test_files(server: BotApiServer, bot: Bot, ana: User) -> None:
    await bot.send_photo(ana.id, PNG, caption="<i>A code</i>", parse_mode="HTML")
    await bot.send_document(ana.id, InputFile(b"a,b\n", filename="links.csv"))
    photo, document = server.from_bot(ana)
    assert (photo.text, photo.file) == ("A code", PNG)
    assert document.file == b"a,b\n"
    assert document.extra["document"]["file_name"] == "links.csv"
    assert server.violations == []
    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await bot.edit_message_text("New", ana.id, photo.id)


async def test_inline(server: BotApiServer, bot: Bot, ana: User) -> None:
    query = server.world.inline(ana, "catalonia")
    card = InlineQueryResultArticle(
        "region-1",
        "Catalonia",
        InputTextMessageContent("<b>Catalonia</b>", "HTML"),
        reply_markup=markup([InlineKeyboardButton("More", callback_data="r:1")]),
    )
    button = InlineQueryResultsButton("Ask me", start_parameter="inline")
    await bot.answer_inline_query(
        query["inline_query"]["id"], [card], cache_time=300, next_offset="", button=button
    )
    answer = server.answer_to(query)
    assert answer is not None
    assert [one["title"] for one in answer["results"]] == ["Catalonia"]
    group = server.world.group("Friends", ana)
    shared = server.world.share(ana, query, "region-1", chat=group)
    server.world.press(ana, shared, "More")
    updates = await bot.get_updates()
    assert updates[-1].callback_query is not None
    await updates[-1].callback_query.edit_message_text("More of it")
    assert server.messages(group)[-1].text == "More of it"
    assert server.violations == []


# What is wrong by its form


async def test_captions_and_files_have_their_limits(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ana.id, PNG, caption="x" * 1025)
    with pytest.raises(BadRequest, match="must be non-empty"):
        await bot.send_document(ana.id, InputFile(b"", filename="a"))
    with pytest.raises(BadRequest, match="_process_failed"):
        await bot.send_photo(ana.id, InputFile(b"<svg/>", filename="a.svg"))
    assert len(server.violations) == 3


async def test_bodies_of_json_and_parameters_in_the_address(
    server: BotApiServer, ana: User
) -> None:
    address = f"{server.url}{server.token}/SENDMESSAGE"
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "1"}]]}
    body = {"chat_id": ana.id, "text": "one", "reply_markup": keyboard}
    async with httpx.AsyncClient() as client:
        assert (await client.post(address, json=body)).json()["ok"]
        assert (await client.get(address, params={"chat_id": ana.id, "text": "two"})).json()["ok"]
        broken = await client.post(
            address, content=b"{", headers={"Content-Type": "application/json"}
        )
    assert broken.status_code == 400
    assert [one.text for one in server.from_bot(ana)] == ["one", "two"]
    assert len(server.from_bot(ana)[0].buttons) == 1
    assert "sendMessage: the body cannot be read" in server.violations[0]


async def test_unknown_methods_and_tokens(server: BotApiServer) -> None:
    assert (await raw(server, "sendCarrierPigeon"))["error_code"] == 404
    assert "sendCarrierPigeon: there is no such method" in server.violations[0]
    server.token = "1:other"  # noqa: S105 - opens nothing
    assert (await raw(server, "getMe"))["error_code"] == 401


# What is wrong by the state of things: an error as Telegram gives it, and no violation


async def test_errors_of_state(server: BotApiServer, bot: Bot, ana: User) -> None:
    sent = await bot.send_message(ana.id, "<b>One</b>", parse_mode="HTML")
    said = server.world.say(ana, "two")["message"]["message_id"]
    shy = server.world.user("Shy", started=False)
    chat = server.world.supergroup("Group", ana)

    async def refused(words: str, method: str, **params: Any) -> None:
        answer = await raw(server, method, **params)
        assert words in answer["description"], answer

    edit = {"chat_id": ana.id, "message_id": sent.message_id}
    await refused(
        "message is not modified: specified new message content and reply markup are exactly the "
        "same as a current content and reply markup of the message",
        "editMessageText",
        **edit,
        text="<strong>One</strong>",
        parse_mode="HTML",
    )
    await refused("message is not modified", "editMessageReplyMarkup", **edit)
    edit["message_id"] = said
    await refused("message can't be edited", "editMessageText", **edit, text="x")
    edit["message_id"] = 99
    await refused("message to edit not found", "editMessageText", **edit, text="x")
    await refused("message to delete not found", "deleteMessage", **edit)
    await refused("chat not found", "sendMessage", chat_id=4, text="x")
    await refused("chat not found", "sendMessage", chat_id="@ana", text="x")
    await refused("can't initiate conversation", "sendMessage", chat_id=shy.id, text="x")
    await refused("message thread not found", "sendMessage", chat_id=chat.id, text="x",
                  message_thread_id=7)  # fmt: skip
    await refused("message to be replied not found", "sendMessage", chat_id=ana.id, text="x",
                  reply_parameters={"message_id": 99})  # fmt: skip
    await refused("query is too old", "answerCallbackQuery", callback_query_id="5")
    await refused("query is too old", "answerInlineQuery", inline_query_id="5", results=[])
    server.world.block(ana)
    await refused("Forbidden: bot was blocked by the user", "sendMessage", chat_id=ana.id, text="x")
    assert server.violations == []
    assert len(server.rejected()) == 13


async def test_presses_are_answered_once_and_in_time(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    keyboard = markup([InlineKeyboardButton("Go", callback_data="go")])
    await bot.send_message(ana.id, "Where?", reply_markup=keyboard)
    (message,) = server.from_bot(ana)
    with pytest.raises(LookupError, match="no button 'Stop'; it has"):
        server.world.press(ana, message, "Stop")
    first = server.world.press(ana, message, "Go")["callback_query"]["id"]
    await bot.answer_callback_query(first)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(first)
    late = server.world.forge(ana, message, "forged")
    server.world.expire(late)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(late["callback_query"]["id"])


async def test_a_group_that_became_a_supergroup(server: BotApiServer, bot: Bot, ana: User) -> None:
    group = server.world.group("Old", ana)
    new, _ = server.world.migrate(group, ana)
    answer = await raw(server, "sendMessage", chat_id=group.id, text="x")
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    await bot.send_message(new.id, "Here now")
    await bot.set_my_commands([BotCommand("a", "A")], BotCommandScopeChat(new.id))
    assert server.violations == []
