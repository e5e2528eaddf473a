"""Clocks that are set while two processes run, and a machine that sleeps."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.presence import DEAD_SECONDS
from handlers.lanes import SLOTS
from tests.botapi import BotApiServer
from tests.databases import Database
from tests.reminding import meeting, office, people, texts_to
from tests.soak.asking import Asking
from tests.soak.figures import Figure, never
from tests.soak.reminders import quiet
from tests.soak.stage import Site, Stage
from tests.telegram_process import BotProcess

HOUR = 3600
STEPS = (HOUR, 0, -HOUR, 0, HOUR, 2 * HOUR)
"""Seconds by which the clock is ahead, one after the other."""

DUE = (10, 50, 100)
"""Minutes after the start at which reminders are due."""


class Stepped(BotProcess):
    """A process whose clock a file sets."""

    command = ("tests.soak.stepped", "run")

    def __init__(self, server: BotApiServer, database: Database, clock: Path) -> None:
        super().__init__(server, database, STEPPED_BY=str(clock))


async def steps(stage: Stage) -> Iterable[Figure]:
    """Two processes on one database, whose clocks are set by an hour and more, ahead and back."""
    async with stage.database() as database, BotApiServer(delay=0.02) as server:
        start = datetime.now(UTC).replace(second=0, microsecond=0)
        chats = people(server, 60)
        async with office(database) as desk:
            for number, minutes in enumerate(DUE):
                event = meeting(f"m{number}", start + timedelta(hours=1, minutes=minutes))
                await desk.enter(event)
                await desk.subscribe(chats[number :: len(DUE)], event)
        async with _two(server, database) as (site, clock):
            asking = Asking(server, site.people(300))
            for ahead in STEPS:
                clock.write_text(str(ahead), encoding="ascii")
                await asking.at_rate(15, stage.pick(3, 60))
            lost = await asking.answered(30)
            async with office(database) as desk:
                await quiet(desk)
            left = await site.settled()
        texts = [texts_to(server, chat) for chat in chats]
        return [
            Figure("times that the clock was set", len(STEPS)),
            never("reminders lost", sum(not found for found in texts)),
            never("reminders doubled", sum(len(found) - 1 for found in texts if found)),
            never("questions lost", lost),
            never("questions answered twice", asking.doubled),
            never("updates left in hand", left),
            *site.manners(),
        ]


async def asleep(stage: Stage) -> Iterable[Figure]:
    """The only process stands still for a while under load, as when its machine sleeps."""
    async with stage.site(delay=0.05) as site:
        asking, process = Asking(site.server, site.people(300)), site.bots[0].process
        assert process is not None
        for _ in range(stage.pick(1, 20)):
            load = asyncio.create_task(asking.at_rate(30, 4 + DEAD_SECONDS))
            await asyncio.sleep(2)
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(DEAD_SECONDS + 1)
            process.send_signal(signal.SIGCONT)
            await load
        lost = await asking.answered(60)
        return [
            Figure("questions asked", asking.asked),
            never("lost", lost),
            never("answered twice", asking.doubled),
            never("updates left in hand", await site.settled()),
            *site.manners(),
        ]


async def frozen(stage: Stage) -> Iterable[Figure]:
    """One of two replicas stands still until the other takes over from it, and goes on."""
    async with stage.site(2, delay=0.05) as site:
        asking, process = Asking(site.server, site.people(300)), site.bots[0].process
        assert process is not None
        for _ in range(stage.pick(1, 20)):
            load = asyncio.create_task(asking.at_rate(30, 8 + DEAD_SECONDS))
            await asyncio.sleep(2)
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(DEAD_SECONDS + 4)
            process.send_signal(signal.SIGCONT)
            await load
        lost = await asking.answered(60)
        return [
            Figure("questions asked", asking.asked),
            never("lost", lost),
            never("answered twice, under way at the time", asking.doubled, SLOTS),
            never("silence about it in the log", "taken for dead" not in site.bots[0].read_log()),
            never("updates left in hand", await site.settled()),
            *site.manners(),
        ]


@asynccontextmanager
async def _two(server: BotApiServer, database: Database) -> AsyncIterator[tuple[Site, Path]]:
    clock, bots = database.folder / "clock", []
    clock.write_text("0", encoding="ascii")
    try:
        for name in ("first", "second"):
            folder = database.folder / name
            folder.mkdir()
            bots.append(Stepped(server, Database(database.url, folder), clock))
            await bots[-1].start(ready="getMe")
        yield Site(server, database, list(bots)), clock
    finally:
        for bot in bots:
            await bot.end()
