"""A database that is away for a while, and a disk that is full."""

import asyncio
import resource
import time
from collections.abc import Iterable

from tests.botapi import User
from tests.databases import PostgresDatabases, own_postgres
from tests.soak.asking import Asking
from tests.soak.figures import Figure, never, timed
from tests.soak.stage import Site, Stage

RATE = 20.0
AWAY = "ERROR bot.presence: The database is away"
UNDONE, DONE = "not done yet", "Europe/Lisbon"


async def away(stage: Stage) -> Iterable[Figure]:
    """PostgreSQL is stopped and started under load; two replicas live through it."""
    with own_postgres() as postgres:
        databases = PostgresDatabases(postgres.get_uri())
        async with Stage(databases, stage.full).site(2, LOG_LEVEL="WARNING") as site:
            site.expected.append(AWAY)
            asking = await _before(site)
            await asyncio.to_thread(postgres.stop)
            trial = _Trial(site, asking)
            await trial.meanwhile(stage.pick(10, 60))
            await asyncio.to_thread(postgres.start)
            figures = await trial.afterwards()
        databases.close()
        return figures


async def full(stage: Stage) -> Iterable[Figure]:
    """The disk of the database takes nothing for a while."""
    async with stage.site(LOG_LEVEL="WARNING") as site:
        site.expected.append(AWAY)
        asking = await _before(site)
        process = site.bots[0].process
        assert process is not None
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        file = site.database.folder / "bot.db-wal"
        limit = file.stat().st_size // 2
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, unlimited[1]))
        trial = _Trial(site, asking)
        await trial.meanwhile(stage.pick(10, 60))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        return await trial.afterwards()


async def _before(site: Site) -> Asking:
    asking = Asking(site.server, site.people(200))
    await asking.at_rate(RATE, 3)
    assert not await asking.answered(30)
    return asking


class _Trial:
    """What people get while the database is away, and afterwards."""

    def __init__(self, site: Site, asking: Asking) -> None:
        self.site = site
        self.asking = asking
        self.changing: list[User] = []
        self.waited: list[float] = []

    async def meanwhile(self, seconds: float) -> None:
        """People ask, and some of them change a setting, which needs the database."""
        answered = len(self.asking.times)
        load = asyncio.create_task(self.asking.at_rate(RATE, seconds))
        self.changing = self.site.people(20, "Changing")
        for person in self.changing:
            self.site.server.world.say(person, "/timezone Lisbon")
        await load
        await self.asking.answered(20)
        self.waited = self.asking.times[answered:]

    async def afterwards(self) -> list[Figure]:
        """The database is back."""
        server, began = self.site.server, time.monotonic()
        unanswered = self.asking.unanswered
        told = [self._texts(person) for person in self.changing]
        polite = sum(any(UNDONE in text for text in texts) for texts in told)
        for person in self.changing:
            await server.wait_for(lambda one=person: self._is_done(one), seconds=60)  # type: ignore[misc]  # its default
        recovered = time.monotonic() - began
        await self.asking.at_rate(RATE, 3)
        lost = await self.asking.answered(30)
        left = await self.site.settled()
        effects = [sum(DONE in text for text in self._texts(person)) for person in self.changing]
        rows = await self.site.database.rows(
            "SELECT COUNT(*) FROM chats WHERE zone = 'Europe/Lisbon'"
        )
        return [
            Figure("questions asked", self.asking.asked),
            never("questions unanswered while it was away", unanswered),
            *timed("answer while it was away", self.waited),
            never("changes that were not politely put off", len(self.changing) - polite),
            Figure("seconds until what was put off was done", recovered, 30, "s"),
            never("changes lost", len(self.changing) - rows[0][0]),
            never("changes made twice", sum(effects) - len(effects)),
            never("questions lost", lost),
            never("questions answered twice", self.asking.doubled),
            never("updates left in hand", left),
            *self.site.manners(),
        ]

    def _texts(self, person: User) -> list[str]:
        return [message.text for message in self.site.server.from_bot(person)]

    def _is_done(self, person: User) -> bool:
        return any(DONE in text for text in self._texts(person))
