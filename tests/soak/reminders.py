"""A thousand reminders through kills, an outage, refusals and on time: figures, not verdicts.

Run ``python -m tests.soak.reminders [--engine sqlite|postgresql] [--number N] [PART…]``.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tests.botapi import BotApiServer, Chat, faults
from tests.botapi.records import window_violations
from tests.databases import (
    Database,
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    postgres_server,
    with_knowledge,
)
from tests.reminding import BEGINS, meeting, office, people, texts_to
from tests.telegram_process import BotProcess

DUE = BEGINS - timedelta(hours=1)
REPEATED = "possibly repeated"


class Clocked(BotProcess):
    """A bot that is started again and again under one clock."""

    began = 0.0

    async def go(self, moment: datetime) -> None:
        """Starts it; the clock goes on from ``moment``, which was at the first start."""
        self.began = self.began or time.monotonic()
        now = moment + timedelta(seconds=time.monotonic() - self.began)
        self.command = ("bot", "run", "--clock", now.isoformat())
        await self.start(ready="getMe")


async def kills(database: Database, number: int) -> None:
    """All are due at once, and the process is killed at random until all are sent."""
    random = Random(number)  # noqa: S311 - not a secret
    async with BotApiServer(delay=0.02) as server, office(database) as desk:
        chats = people(server, number)
        await desk.enter(meeting())
        await desk.subscribe(chats, meeting())
        bot, killed, first = Clocked(server, database), 0, []
        while len(set(_sent(server))) < number:
            before = len(server.calls_of("sendMessage"))
            await bot.go(DUE)
            up = time.monotonic()
            await server.wait_for_call("sendMessage", count=before + 1, seconds=60)
            first.append(time.monotonic() - up)
            await asyncio.sleep(random.uniform(0.0, 4.0))
            await bot.kill()
            killed += 1
        await bot.go(DUE)
        await asyncio.sleep(20)
        await bot.end()
        _report(server, chats, f"{killed} kills, first send after {max(first):.1f} s at most")


async def outage(database: Database, number: int) -> None:
    """The bot comes back an hour after all were due; another event is over."""
    over = meeting("past", BEGINS - timedelta(days=1))
    async with BotApiServer(delay=0.02) as server, office(database) as desk:
        chats = people(server, number)
        await desk.enter(meeting(), over)
        await desk.subscribe(chats, meeting(), over, leads=["2h"])
        bot, began = Clocked(server, database), time.monotonic()
        await bot.go(BEGINS - timedelta(hours=1))
        await server.wait_for(lambda: len(set(_sent(server))) == number, seconds=number / 10 + 60)
        took = time.monotonic() - began
        await bot.end()
        late = sum("Late by 1 h" in text for chat in chats for text in texts_to(server, chat))
        _report(server, chats, f"{took:.1f} s from the start, {late} say that they are late")


async def refusals(database: Database, number: int) -> None:
    """Every tenth call gets a 429, replies are lost, and people ask meanwhile."""
    async with BotApiServer(delay=0.02) as server, office(database) as desk:
        chats, asking = people(server, number), people(server, 5)
        await desk.enter(meeting())
        await desk.subscribe(chats, meeting())
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
        await bot.end()
        waited.sort()
        _report(server, chats, f"answers p95 {waited[int(len(waited) * 0.95)]:.2f} s")


async def punctual(database: Database, number: int) -> None:
    """Forty are due every minute, in real time."""
    async with BotApiServer() as server, office(database) as desk:
        chats = people(server, number)
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1, minutes=2)
        for place in range(0, number, 40):
            event = meeting(f"m{place}", start + timedelta(minutes=place // 40))
            await desk.enter(event)
            await desk.subscribe(chats[place : place + 40], event)
        bot = BotProcess(server, database)
        await bot.start()
        await server.wait_for(lambda: len(set(_sent(server))) == number, seconds=number * 2 + 300)
        await bot.end()
        places = {chat.id: number for number, chat in enumerate(chats)}
        late = sorted(
            call.wall
            - (start + timedelta(minutes=places[call.chat or 0] // 40, hours=-1)).timestamp()
            for call in server.calls_of("sendMessage")
        )
        _report(server, chats, f"p99 {late[int(len(late) * 0.99)]:.2f} s, max {late[-1]:.2f} s")


def _sent(server: BotApiServer) -> Iterator[int]:
    return (call.chat or 0 for call in server.calls_of("sendMessage") if call.ok)


def _report(server: BotApiServer, chats: list[Chat], figures: str) -> None:
    texts = [texts_to(server, chat) for chat in chats]
    lost = sum(not found for found in texts)
    doubled = sum(len(found) - 1 for found in texts if found)
    marked = sum(REPEATED in text for found in texts for text in found[1:])
    broken = window_violations(server.calls)
    print(f"  lost {lost}, doubled {doubled}, of which marked {marked}; {figures}")
    print(f"  windows broken {len(broken)} {broken[:2]}; rules broken {server.violations[:2]}")


PARTS: dict[str, Callable[[Database, int], Coroutine[None, None, None]]] = {
    "kills": kills,
    "outage": outage,
    "refusals": refusals,
    "punctual": punctual,
}


@contextmanager
def _engines(wanted: str | None) -> Iterator[list[Databases]]:
    with tempfile.TemporaryDirectory() as folder, postgres_server() as server:
        postgres = PostgresDatabases(server)
        both: list[Databases] = [SqliteDatabases(Path(folder)), postgres]
        yield [one for one in both if wanted in (None, one.engine)]
        postgres.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--number", type=int, default=1000)
    given = parser.parse_args()
    with _engines(given.engine) as engines:
        for databases in engines:
            for name in given.parts or PARTS:
                with tempfile.TemporaryDirectory() as folder:
                    database = databases.make(Path(folder), with_knowledge)
                    print(f"{name}, {given.number} reminders, {databases.engine}:", flush=True)
                    asyncio.run(PARTS[name](database, given.number))
                    databases.drop(database)


if __name__ == "__main__":
    main()
