"""What faults do to calls, and what the record says of them."""

import asyncio

import httpx
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.botapi import BotApiServer, User, faults
from tests.botapi.conftest import Clock
from tests.botapi.records import Call, window_violations


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
