"""Reminders through kills, outages and refusals, and on time; on a clock that the scenario sets."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from tests.botapi import BotApiServer, Chat, faults
from tests.botapi.records import window_violations
from tests.reminding import BEGINS, Office, meeting, office, people, texts_to
from tests.soak.figures import Figure, never, timed
from tests.soak.stage import Site, Stage
from tests.telegram_process import BotProcess

DUE = BEGINS - timedelta(hours=1)
REPEATED = "possibly repeated"
FIRST = 5.0
"""Seconds after a start until the first overdue reminder goes out."""

PROMPT, LATEST = 2000.0, 5000.0
"""Milliseconds after its moment for 99 of 100 reminders, and for the last."""

A_MINUTE = 40
"""Reminders that are due in the same minute."""


class Clocked(BotProcess):
    """A bot that is started again and again under one clock."""

    began = 0.0

    async def go(self, moment: datetime) -> None:
        """Starts it; the clock goes on from ``moment``, which was at the first start."""
        self.began = self.began or time.monotonic()
        now = moment + timedelta(seconds=time.monotonic() - self.began)
        self.command = ("bot", "run", "--clock", now.isoformat())
        await self.start(ready="getMe")


async def kills(stage: Stage) -> Iterable[Figure]:
    """All reminders are due at once, and the process is killed at random until all are sent."""
    number = stage.pick(200, 1000)
    random = Random(number)  # noqa: S311 - has to be repeatable, not secret
    async with stage.database() as database, BotApiServer(delay=0.02) as server:
        bot, killed, hidden, first = Clocked(server, database), 0, 0, []
        async with office(database) as desk:
            chats = await _subscribed(desk, server, number)
            while len(set(_sent(server))) < number:
                before = len(server.calls_of("sendMessage"))
                await bot.go(DUE)
                up = time.monotonic()
                await server.wait_for_call("sendMessage", count=before + 1, seconds=60)
                first.append(time.monotonic() - up)
                await asyncio.sleep(random.uniform(0.0, 4.0))
                await bot.kill()
                hidden += await _hidden(desk, set(_sent(server)))
                killed += 1
            await bot.go(DUE)
            await quiet(desk)
        await bot.end()
        return [
            Figure("kills", killed),
            Figure("sends whose outcomes they hid", hidden),
            Figure("first send after a start, at most", max(first), FIRST, "s"),
            *_outcomes(server, chats, hidden),
            *Site(server, database, [bot]).manners(),
        ]


async def hour(stage: Stage) -> Iterable[Figure]:
    """The bot comes back an hour after all reminders were due; other events are over."""
    return await _outage(stage, timedelta(hours=1), "1 h")


async def days(stage: Stage) -> Iterable[Figure]:
    """The bot comes back three days after all reminders were due; other events are over."""
    return await _outage(stage, timedelta(days=3), "3 d")


async def _outage(stage: Stage, away: timedelta, said: str) -> list[Figure]:
    number = stage.pick(200, 1000)
    back = BEGINS - timedelta(hours=2)
    lead = f"{int((BEGINS - back + away) / timedelta(hours=1))}h"
    over = meeting("past", back - timedelta(hours=5))
    off = meeting("off", back + timedelta(hours=5), status="cancelled")
    async with stage.database() as database, BotApiServer(delay=0.02) as server:
        async with office(database) as desk:
            chats = await _subscribed(desk, server, number, lead, over, off)
        bot, began = Clocked(server, database), time.monotonic()
        await bot.go(back)
        up = time.monotonic()
        await server.wait_for(lambda: len(set(_sent(server))) == number, seconds=number / 10 + 60)
        took, since_up = time.monotonic() - began, time.monotonic() - up
        async with office(database) as desk:
            await quiet(desk)
        await bot.end()
        texts = [text for chat in chats for text in texts_to(server, chat)]
        return [
            Figure("reminders", number),
            Figure("from the start of the process until the last", took, number / 30 + 5, "s"),
            Figure("from its first sign until the last", since_up, unit="s"),
            never("not labelled late", sum(f"Late by {said}" not in text for text in texts)),
            never(
                "of events that are over or off",
                sum("The past" in t or "The off" in t for t in texts),
            ),
            *_outcomes(server, chats, 0),
            *Site(server, database, [bot]).manners(),
        ]


async def refusals(stage: Stage) -> Iterable[Figure]:
    """Every tenth call gets a 429 or its answer is lost, and people ask meanwhile."""
    number = stage.pick(200, 1000)
    async with stage.database() as database, BotApiServer(delay=0.02) as server:
        asking = people(server, 5)
        async with office(database) as desk:
            chats = await _subscribed(desk, server, number)
        wishes = [faults.too_many(1), faults.too_many(3), faults.severed()]
        bot, waited = Clocked(server, database), []
        await bot.go(DUE - timedelta(seconds=5))
        server.faults.randomly(0.1, wishes, "sendMessage", seed=1)
        wanted = {chat.id for chat in chats}
        while wanted - set(_sent(server)):
            for chat in asking:
                server.faults.add(faults.slow(0.0), "sendMessage", chat=chat)
                began, there = time.monotonic(), len(server.from_bot(chat))
                assert chat.user is not None
                server.world.say(chat.user, "what is ESM?")
                await server.wait_for_message(chat, count=there + 1, seconds=60)
                waited.append(time.monotonic() - began)
            await asyncio.sleep(1.1)
        async with office(database) as desk:
            await quiet(desk)
        await bot.end()
        hidden = sum(call.outcome == "lost" for call in server.calls_of("sendMessage"))
        return [
            Figure("reminders", number),
            Figure("sends whose outcomes were hidden", hidden),
            *timed("answer meanwhile", waited, p95=1000),
            *_outcomes(server, chats, hidden),
            *Site(server, database, [bot]).manners(),
        ]


async def punctual(stage: Stage) -> Iterable[Figure]:
    """Forty reminders are due every minute, in real time, on an idle system."""
    number = stage.pick(A_MINUTE, 25 * A_MINUTE)
    async with stage.database() as database, BotApiServer() as server:
        chats = people(server, number)
        soon = datetime.now(UTC) + timedelta(hours=1, seconds=75)
        start = soon.replace(second=0, microsecond=0)
        async with office(database) as desk:
            for place in range(0, number, A_MINUTE):
                event = meeting(f"m{place}", start + timedelta(minutes=place // A_MINUTE))
                await desk.enter(event)
                await desk.subscribe(chats[place : place + A_MINUTE], event)
        bot = BotProcess(server, database)
        await bot.start()
        await server.wait_for(lambda: len(set(_sent(server))) == number, seconds=number * 2 + 300)
        await bot.end()
        places = {chat.id: number for number, chat in enumerate(chats)}
        due = start.timestamp() - 3600
        late = [
            call.wall - due - 60 * (places[call.chat or 0] // A_MINUTE)
            for call in server.calls_of("sendMessage")
        ]
        return [
            Figure("reminders", number),
            never("too early", sum(seconds < 0 for seconds in late)),
            *timed("late", late, p99=PROMPT, max=LATEST),
            *_outcomes(server, chats, 0),
            *Site(server, database, [bot]).manners(),
        ]


async def _subscribed(
    desk: Office, server: BotApiServer, number: int, lead: str = "1h", *others: object
) -> list[Chat]:
    """People who are to be reminded of a meeting, and of others."""
    chats = people(server, number)
    events = [meeting(), *others]
    await desk.enter(*events)  # type: ignore[arg-type]  # events only
    await desk.subscribe(chats, *events, leads=[lead])  # type: ignore[arg-type]  # the same
    return chats


async def _hidden(desk: Office, sent: set[int]) -> int:
    """How many rows are being sent, as the database has it, whose messages have arrived."""
    return sum(row.state == "sending" and row.chat_id in sent for row in await desk.rows())


async def quiet(desk: Office) -> None:
    """Waits until each row has its outcome."""
    async with asyncio.timeout(60):
        while True:
            if all(row.state not in ("sending", "queued") for row in await desk.rows()):
                return
            await asyncio.sleep(0.5)


def _sent(server: BotApiServer) -> Iterator[int]:
    return (call.chat or 0 for call in server.calls_of("sendMessage") if call.ok)


def _outcomes(server: BotApiServer, chats: list[Chat], hidden: int) -> list[Figure]:
    texts = [texts_to(server, chat) for chat in chats]
    again = [text for found in texts for text in found[1:]]
    broken = window_violations(server.calls)
    for line in broken[:3]:
        print(f"    {line}")
    return [
        never("lost", sum(not found for found in texts)),
        never("doubled", len(again), hidden),
        never("doubled and not marked", sum(REPEATED not in text for text in again)),
        never("windows of Telegram's limits broken", len(broken)),
    ]
