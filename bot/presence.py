"""This process among others on the same database: it says that it lives, and takes over the dead's.

A process whose counter stands still for ``DEAD_SECONDS`` is taken for dead by the others: what it
had stored and not handled is theirs. So that nothing is done twice, one that could not raise its
counter for ``SURE_SECONDS`` begins nothing of what it stored until it could.
"""

import asyncio
import logging
import os
import platform
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from db.errors import DatabaseError
from db.replicas import Peer, Replicas

BEAT_SECONDS = 2.0
SURE_SECONDS = 8.0
DEAD_SECONDS = 12.0

_log = logging.getLogger(__name__)


def steady() -> float:
    """Seconds that only rise, also while the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def here() -> str:
    """Where numbers of processes mean something: this boot of this machine, or this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


class Presence:
    """One process.

    Args:
        replicas: the table of processes.
        knowledge: the revision that this process answers from, and why that is not the newest.
        clock: gives aware moments.
        steady: gives seconds that only rise.
    """

    def __init__(
        self,
        replicas: Replicas,
        knowledge: Callable[[], tuple[int, str | None]],
        clock: Callable[[], datetime],
        steady: Callable[[], float] = steady,
    ) -> None:
        self.id = token_hex(8)
        self.alive: list[Callable[[], Awaitable[object]]] = []  # called at each sign of life
        self.alone = False  # whether no other process was there at the last look
        self.renamed: list[Callable[[str], None]] = []  # called when others took us for dead
        self._replicas = replicas
        self._knowledge = knowledge
        self._clock = clock
        self._steady = steady
        self._place = here()
        self._last = self._looked = steady()
        self._seen: dict[str, tuple[int, float]] = {}  # peer -> its counter, and since when

    @property
    def sure(self) -> bool:
        """Whether no other process can have taken this one for dead."""
        return self._steady() - self._last < SURE_SECONDS

    async def enter(self) -> None:
        """Makes this process known; raises ``DatabaseError``."""
        since = int(self._clock().timestamp())
        revision, _ = self._knowledge()
        await self._replicas.enter(
            self.id, self._place, os.getpid(), since=since, revision=revision
        )
        self._last = self._steady()

    async def run(self) -> None:
        """Goes on saying that this process lives."""
        away = False
        while True:
            try:
                await self.turn()
                if away:
                    _log.warning("The database is back")
                away = False
            except DatabaseError as error:
                if not away:
                    _log.error("The database is away: %s", error)
                away = True
            except Exception as error:  # noqa: BLE001 - whatever it was, life goes on
                _log.error("A sign of life failed: %s", type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)

    async def turn(self) -> None:
        """One sign of life, and a look at the others; raises ``DatabaseError``."""
        revision, problem = self._knowledge()
        try:
            others = await self._replicas.beat(self.id, revision=revision, problem=problem)
        except DatabaseError:
            # Nobody can be watched meanwhile, so nobody is taken for dead because of it.
            self._seen.clear()
            raise
        if others is None:
            _log.warning("This process was taken for dead; it goes on under another name")
            self.id = token_hex(8)
            for renamed in self.renamed:
                renamed(self.id)
            await self.enter()
            return
        self._last = self._steady()
        dead = self._dead(others)
        self.alone = len(dead) == len(others)
        if dead:
            _log.warning("%d processes have ended without a word", len(dead))
        await self._replicas.bury(dead)
        for alive in self.alive:
            await alive()

    async def leave(self) -> None:
        """Ends in good order; what is left is free for others at once."""
        try:
            await self._replicas.leave(self.id)
        except DatabaseError as error:
            _log.warning("The end of this process was not told: %s", error)

    async def take_part(self, name: str) -> bool:
        """Takes what only one process does, unless another that lives does it."""
        return await self._replicas.take_part(name, self.id, at=int(self._clock().timestamp()))

    def _dead(self, others: Iterable[Peer]) -> list[Peer]:
        now, before = self._steady(), self._seen
        if now - self._looked > SURE_SECONDS:
            before = {}  # this process was asleep, and the others perhaps with it
        self._seen, self._looked = {}, now
        found = []
        for peer in others:
            beat, since = before.get(peer.id, (peer.beat, now))
            self._seen[peer.id] = (peer.beat, now if peer.beat != beat else since)
            if now - self._seen[peer.id][1] >= DEAD_SECONDS or self._ended(peer):
                found.append(peer)
        return found

    def _ended(self, peer: Peer) -> bool:
        """Whether a process of this machine is certainly no more."""
        if peer.place != self._place:
            return False
        return peer.process == os.getpid() or not _exists(peer.process)


def _exists(process: int) -> bool:
    if os.name == "nt":
        return True  # there, to ask would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it belongs to somebody else
    return not _is_waited_for(process)


def _is_waited_for(process: int) -> bool:
    """Whether a process has ended, and only its number is left, until its parent asks for it."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] in (["Z"], ["X"])
