"""How updates reach the bot: by polling, and by its webhook."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    Conflict,
)

from tests.botapi import BotApiServer, User
from tests.botapi.httpd import HttpServer, Request, Response

SECRET = "s-1"  # noqa: S105 - of a webhook that lives as long as a test


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.effective_message.text for update in updates if update.effective_message]


# Polling


async def test_updates_stay_until_they_are_confirmed(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    for text in ("one", "two", "three"):
        last = server.world.say(ana, text)
    assert texts(await bot.get_updates(limit=2)) == ["one", "two"]
    first, _ = await bot.get_updates(limit=2)
    assert texts(await bot.get_updates(offset=first.update_id + 1)) == ["two", "three"]
    assert texts(await bot.get_updates(offset=-1)) == ["three"], "the others are forgotten"
    assert server.updates.confirmed == last["update_id"] - 1
    assert await bot.get_updates(offset=last["update_id"] + 1) == ()
    await server.wait_for_confirmed(last)


async def test_a_poll_waits_for_an_update(server: BotApiServer, bot: Bot, ana: User) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=40))
    await server.wait_for(lambda: server.updates.poller)
    server.world.say(ana, "at last")
    assert texts(await poll) == ["at last"]


async def test_a_poll_that_is_given_up_leaves_the_way_free(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=40))
    await server.wait_for(lambda: server.updates.poller)
    (call,) = server.calls_of("getUpdates")
    poll.cancel()
    await server.wait_for(lambda: call.outcome == "gone")
    server.world.say(ana, "again")
    assert texts(await bot.get_updates()) == ["again"]


async def test_a_second_poller_ends_the_first(server: BotApiServer, bot: Bot, ana: User) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=40))
    await server.wait_for(lambda: server.updates.poller)
    async with Bot(server.token, base_url=server.url) as other:
        second = asyncio.create_task(other.get_updates(timeout=40))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        server.world.say(ana, "for the second")
        assert texts(await second) == ["for the second"]


async def test_only_wanted_kinds_come(server: BotApiServer, bot: Bot, ana: User) -> None:
    await bot.get_updates(allowed_updates=["inline_query"])
    server.world.say(ana, "unwanted")
    server.world.inline(ana, "wanted")
    (update,) = await bot.get_updates()
    assert update.inline_query is not None
    await bot.get_updates(offset=update.update_id + 1, allowed_updates=[])
    server.world.say(ana, "wanted again")
    assert texts(await bot.get_updates()) == ["wanted again"]


async def test_an_update_can_come_twice(server: BotApiServer, bot: Bot, ana: User) -> None:
    update = server.world.say(ana, "once more")
    await bot.get_updates()
    server.world.redeliver(update)
    after = update["update_id"] + 1
    (again,) = await bot.get_updates(offset=after)
    assert again.update_id == update["update_id"]
    assert await bot.get_updates(offset=after) == ()


async def test_all_that_people_do_is_understood(server: BotApiServer, bot: Bot, ana: User) -> None:
    world = server.world
    group = world.supergroup("Group", ana, topics=["One"])
    said = world.say(ana, "/help", chat=group, thread=next(iter(group.topics)))
    world.edit(said, "/help me")
    world.start(ana, "r-12")
    world.photo(ana, "a caption")
    world.sticker(ana)
    world.voice(ana, chat=group)
    world.location(ana, 50.85, 4.35)
    world.inline(ana, "lombardy", offset="10", chat_type="supergroup")
    world.press(ana, await _asked(server, bot, ana), "Yes")
    world.block(ana)
    world.unblock(ana)
    world.bot_status(ana, group, "administrator")
    _, moved = world.migrate(world.group("Old", ana), ana)
    updates = await bot.get_updates()
    assert len(updates) == 14
    assert len(moved) == 2
    assert [update.to_dict() for update in updates] == json.loads(
        json.dumps([update.to_dict() for update in updates])
    )
    with pytest.raises(ValueError, match="a deep link cannot carry"):
        world.start(ana, "not a payload")
    assert [update.update_id for update in updates] == sorted(
        update.update_id for update in updates
    )
    assert server.violations == []


async def _asked(server: BotApiServer, bot: Bot, ana: User) -> Any:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
    await bot.send_message(ana.id, "Sure?", reply_markup=keyboard)
    return server.from_bot(ana)[-1]


async def test_privacy_mode_hides_what_is_not_for_the_bot(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    group = server.world.group("Group", ana)
    server.world.privacy = True
    answer = await bot.send_message(group.id, "I am here")
    mine = server.world.state.chats[group.id].messages[answer.message_id]
    server.world.say(ana, "chatter", chat=group)
    server.world.say(ana, "and you?", chat=group, reply_to=mine)
    server.world.say(ana, "@s3p_test_bot hello", chat=group)
    server.world.say(ana, "/now", chat=group)
    assert texts(await bot.get_updates()) == ["and you?", "@s3p_test_bot hello", "/now"]
    server.world.bot_status(ana, group, "left")
    unseen = server.world.say(ana, "/now", chat=group)
    assert unseen["update_id"] == 0


# The webhook


class Receiver:
    """A webhook that answers as told, and keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, Any], str | None]] = []

    async def __call__(self, request: Request) -> Response:
        secret = request.headers.get("x-telegram-bot-api-secret-token")
        self.got.append((json.loads(request.body), secret))
        return Response(self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    http = HttpServer(receiver)
    await http.start()
    yield receiver, f"http://127.0.0.1:{http.port}/hook"
    await http.stop()


async def test_a_webhook_gets_each_update_until_it_accepts_it(
    server: BotApiServer, bot: Bot, ana: User, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    hook.statuses = [500, 403]
    await bot.set_webhook(url, secret_token=SECRET, max_connections=1)
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    one = server.world.say(ana, "one")
    two = server.world.say(ana, "two")
    await server.wait_for_confirmed(two)
    assert [update["update_id"] for update, _ in hook.got] == [one["update_id"]] * 3 + [
        two["update_id"]
    ]
    assert {secret for _, secret in hook.got} == {SECRET}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (url, 0)
    assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
    server.world.redeliver(one)
    await server.wait_for(lambda: len(server.webhook.attempts) == 5)
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()
    assert server.violations == []


async def test_one_chat_does_not_hold_up_another(
    server: BotApiServer, bot: Bot, ana: User, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    hook.statuses = [500] * 3
    eva = server.world.user("Eva")
    for number in range(5):
        server.world.say(ana, f"ana {number}")
        last = server.world.say(eva, f"eva {number}")
    await bot.set_webhook(url)
    await server.wait_for(lambda: not server.updates.pending)
    assert server.updates.confirmed == last["update_id"]
    taken = [update["message"]["text"] for update, _ in hook.got]
    for name in ("ana", "eva"):
        order = list(dict.fromkeys(text for text in taken if text.startswith(name)))
        assert order == [f"{name} {number}" for number in range(5)]
