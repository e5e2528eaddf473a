"""How updates reach the bot, what faults do, and what the record says of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.botapi import BotApiServer, User, faults
from tests.botapi.httpd import HttpServer, Request, Response
from tests.botapi.records import Call, window_violations

SECRET = "s-1"  # noqa: S105 - of a webhook that lives as long as a test


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock, now=lambda: datetime(2027, 1, 1, tzinfo=UTC)) as server:
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=server.url) as bot:
        yield bot


@pytest.fixture
def ana(server: BotApiServer) -> User:
    return server.world.user("Ana")


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


# Faults


async def test_errors_on_demand(server: BotApiServer, bot: Bot, ana: User) -> None:
    eva = server.world.user("Eva")
    new = server.world.supergroup("New")
    server.faults.add(faults.server_error(502), "sendMessage", chat=ana)
    server.faults.add(faults.blocked(), chat=ana)
    server.faults.add(faults.migrated(new), "sendMessage")
    server.faults.add(faults.unparseable(), "sendMessage")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ana.id, "x")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ana.id, "x")
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(eva.id, "x")
    assert caught.value.new_chat_id == new.id
    with pytest.raises(BadRequest, match="an't parse entities: unsupported start tag"):
        await bot.send_message(eva.id, "x")
    await bot.send_message(eva.id, "through")
    assert [one.text for one in server.from_bot(eva)] == ["through"]
    assert server.from_bot(ana) == []
    assert all(call.injected for call in server.calls if call.refused)
    assert server.rejected() == []
    assert server.violations == []


async def test_a_chat_must_be_left_alone_after_a_429(
    server: BotApiServer, bot: Bot, ana: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else the library warns of its own future
    server.faults.add(faults.too_many(7), "sendMessage", chat=ana)
    with pytest.raises(RetryAfter):
        await bot.send_message(ana.id, "x")
    clock.seconds += 5
    with pytest.raises(RetryAfter):
        await bot.send_message(ana.id, "too early")
    assert server.violations == [
        f"sendMessage: called 2.000 s before its retry_after had passed (chat {ana.id})"
    ]
    await bot.send_message(server.world.user("Eva").id, "another chat")
    clock.seconds += 2
    await bot.send_message(ana.id, "in time")
    assert len(server.violations) == 1


async def test_done_but_never_answered(server: BotApiServer, bot: Bot, ana: User) -> None:
    server.faults.add(faults.lost(), "sendMessage")
    server.faults.add(faults.severed(), "sendMessage")
    server.faults.add(faults.dropped(), "sendMessage")
    with pytest.raises(TimedOut):
        await bot.send_message(ana.id, "lost", read_timeout=0.01)
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "severed")
    with pytest.raises(NetworkError):
        await bot.send_message(ana.id, "dropped")
    assert [one.text for one in server.from_bot(ana)] == ["lost", "severed"]
    outcomes = [call.outcome for call in server.calls_of("sendMessage", ana)]
    assert outcomes == ["lost", "lost", "dropped"]


async def test_an_answer_that_comes_late_is_seen_at_once(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    server.faults.add(faults.slow(3600), "sendMessage")
    sending = asyncio.create_task(bot.send_message(ana.id, "slow"))
    assert (await server.wait_for_message(ana)).text == "slow"
    assert not sending.done()
    sending.cancel()
    call = await server.wait_for_call("sendMessage", ana)
    await server.wait_for(lambda: call.outcome == "lost")


async def test_chance_is_the_same_for_the_same_seed(
    server: BotApiServer, bot: Bot, ana: User
) -> None:
    async def outcomes() -> list[bool]:
        server.faults.randomly(0.3, [faults.server_error()], "sendMessage", seed=5)
        found = []
        for _ in range(30):
            try:
                await bot.send_message(ana.id, "x")
            except NetworkError:
                found.append(False)
            else:
                found.append(True)
        return found

    first = await outcomes()
    assert first == await outcomes()
    assert set(first) == {True, False}
    server.faults.clear()
    await bot.send_message(ana.id, "x")


async def test_the_server_can_be_away(server: BotApiServer, bot: Bot, ana: User) -> None:
    async with server.down():
        with pytest.raises(NetworkError):
            await bot.send_message(ana.id, "x")
    await bot.send_message(ana.id, "back")
    assert [one.text for one in server.from_bot(ana)] == ["back"]


# The record


def sent(*times: float, chat: int = 1) -> list[Call]:
    return [Call("sendMessage", {}, at, at, chat, "ok") for at in times]


@pytest.mark.parametrize(
    ("calls", "broken"),
    [
        ([call for n in range(30) for call in sent(0.03 * n, chat=n + 1)], 0),
        ([call for n in range(31) for call in sent(0.03 * n, chat=n + 1)], 1),
        ([call for n in range(90) for call in sent(n / 29, chat=n + 1)], 0),
        (sent(0, 1, 2), 0),
        (sent(0, 0.999), 1),
        (sent(*(3 * n for n in range(40)), chat=-5), 0),
        (sent(*(2.9 * n for n in range(21)), chat=-5), 1),
    ],
)
def test_sliding_windows(calls: list[Call], broken: int) -> None:
    assert len(window_violations(calls)) == broken


def test_a_window_may_be_granted_some_slack() -> None:
    assert window_violations(sent(0, 0.999), slack=0.01) == []
    (sentence,) = window_violations(sent(0, 0.5))
    assert sentence == "2 sends within 0.500 s to the person 1, at most 1 in 1 s"


async def test_waiting_says_what_did_not_come(server: BotApiServer, bot: Bot, ana: User) -> None:
    await bot.send_message(ana.id, "x")
    with pytest.raises(TimeoutError, match=r"waited 0 s for 2 messages in .*sendMessage .*-> ok"):
        await server.wait_for_message(ana, count=2, seconds=0)


async def test_a_failure_of_the_server_itself_is_told(server: BotApiServer, ana: User) -> None:
    del server.state.chats[ana.id].members
    async with httpx.AsyncClient() as client:
        form = {"chat_id": str(ana.id), "text": "x"}
        response = await client.post(f"{server.url}{server.token}/sendMessage", data=form)
    assert response.status_code == 500
    assert "the test server failed" in server.violations[0]
