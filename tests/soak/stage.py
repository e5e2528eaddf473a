"""What all scenarios share: the server, the bots, and what must be true of them afterwards."""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench_telegram import processor_time
from tests.botapi import BotApiServer, User
from tests.databases import Database, Databases, Fill, with_knowledge
from tests.ports import free_ports
from tests.soak.figures import Figure, never
from tests.telegram_process import BotProcess, replicas

_ERROR = re.compile(r"( ERROR | CRITICAL |Traceback|Warning: )")


@dataclass(frozen=True)
class Stage:
    """Where a scenario runs; ``full`` for the long form."""

    databases: Databases
    full: bool

    def pick(self, short: int, full: int) -> int:
        return full if self.full else short

    @asynccontextmanager
    async def database(self, fill: Fill = with_knowledge) -> AsyncIterator[Database]:
        """A database with all knowledge, gone after the block."""
        with tempfile.TemporaryDirectory(prefix="s3p-soak-") as folder:
            made = self.databases.make(Path(folder), fill)
            try:
                yield made
            finally:
                self.databases.drop(made)

    @asynccontextmanager
    async def site(
        self, number: int = 0, *, delay: float = 0.0, **settings: str
    ) -> AsyncIterator["Site"]:
        """A running bot.

        Args:
            number: of processes behind a webhook; 0 for one that polls.
            delay: seconds that each call of the bot takes.
        """
        async with (
            self.database() as database,
            BotApiServer(delay=delay) as server,
            self.started(server, database, number, **settings) as bots,
        ):
            yield Site(server, database, bots)

    @asynccontextmanager
    async def started(
        self, server: BotApiServer, database: Database, number: int, **settings: str
    ) -> AsyncIterator[list[BotProcess]]:
        """Processes on a database; ``number`` as for ``site``."""
        if number:
            async with replicas(server, database, free_ports(*range(number)), **settings) as bots:
                yield bots
            return
        bot = BotProcess(server, database, **settings)
        await bot.start()
        try:
            yield [bot]
        finally:
            await bot.end()


@dataclass
class Site:
    """The server and the bots of a scenario."""

    server: BotApiServer
    database: Database
    bots: list[BotProcess]
    expected: list[str] = field(default_factory=list)  # words of errors that belong to the scenario

    def people(self, number: int, name: str = "User") -> list[User]:
        return [self.server.world.user(f"{name} {n}") for n in range(number)]

    def memory(self) -> float:
        """Megabytes that the bots hold together."""
        return sum(resident(bot) for bot in self.bots)

    def processor(self) -> float:
        """Seconds of processor time that the bots have used together."""
        return sum(processor_time(bot.process.pid) for bot in self.bots if bot.process is not None)

    def errors(self) -> list[str]:
        """Lines of the logs that tell of what nobody foresaw."""
        return [
            line
            for log in {bot.log for bot in self.bots}
            for line in log.read_text("utf-8").splitlines()
            if _ERROR.search(line) and not any(words in line for words in self.expected)
        ]

    async def settled(self, seconds: float = 30.0) -> int:
        """Waits until nothing is in hand; how many updates still are."""
        until, left = time.monotonic() + seconds, 1
        while left and time.monotonic() < until:
            ((left,),) = await self.database.rows(
                "SELECT COUNT(*) FROM updates WHERE body IS NOT NULL"
            )
            await asyncio.sleep(0.1)
        return int(left)

    def manners(self) -> list[Figure]:
        """What may never be found after a scenario: errors, and calls that Telegram refuses."""
        errors, broken = self.errors(), self.server.violations
        refused = [call for call in self.server.rejected() if not _is_expected(call.outcome)]
        for line in [*errors[:3], *broken[:3], *map(str, refused[:3])]:
            print(f"    {line[:300]}")
        return [
            never("errors in the log", len(errors)),
            never("rules of the Bot API broken", len(broken)),
            never("calls refused", len(refused)),
        ]


def _is_expected(outcome: str) -> bool:
    """Telegram may say so of a call that is right: a message is gone, or says that already."""
    return "not modified" in outcome or "message to edit not found" in outcome


def resident(bot: BotProcess) -> float:
    """Megabytes that a process holds; 0 where that cannot be told."""
    assert bot.process is not None
    try:
        status = Path(f"/proc/{bot.process.pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


Scenario = Callable[[Stage], Coroutine[None, None, Iterable[Figure]]]


@dataclass(frozen=True)
class Act:
    """A scenario by its name, on the engines where it means something."""

    name: str
    play: Scenario
    engines: Sequence[str] = ("sqlite", "postgresql")
