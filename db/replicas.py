"""The processes of the bot that share a database: who lives, and who took which part.

Life is told by a counter that rises, not by the time of day: clocks differ between machines, and
are set. Whoever watches decides by its own steady clock how long a counter may stand still.
"""

from collections.abc import Collection
from dataclasses import dataclass

from db.batches import Batches
from db.sqlite import Execute


@dataclass(frozen=True, slots=True)
class Peer:
    """Another process; ``process`` is its number at ``place``, ``beat`` its counter."""

    id: str
    place: str
    process: int
    beat: int
    since: int
    revision: int
    problem: str | None = None


_COLUMNS = "id, place, process, beat, since, revision, problem"
_PEERS = f"SELECT {_COLUMNS} FROM replicas ORDER BY since, id"  # noqa: S608 - the names above
_ENTER = (
    f"INSERT INTO replicas ({_COLUMNS}) "  # noqa: S608 - the names above
    "VALUES (:id, :place, :process, 0, :since, :revision, NULL)"
)
_BEAT = (
    "UPDATE replicas SET beat = beat + 1, revision = :revision, problem = :problem "
    "WHERE id = :id RETURNING beat"
)
_LEAVE = "DELETE FROM replicas WHERE id = :id"
_BURY = "DELETE FROM replicas WHERE id = :id AND beat = :beat"
_TAKE_PART = (
    "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE leases.holder = excluded.holder OR leases.holder NOT IN (SELECT id FROM replicas) "
    "RETURNING holder"
)
_LEAVE_PARTS = "DELETE FROM leases WHERE holder = :id"


class Replicas:
    """The tables ``replicas`` and ``leases``, for one process."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    async def enter(self, id: str, place: str, process: int, *, since: int, revision: int) -> None:
        """Makes a process known."""
        given = {
            "id": id,
            "place": place,
            "process": process,
            "since": since,
            "revision": revision,
        }

        def write(execute: Execute) -> None:
            execute(_ENTER, given)

        await self._batches.now(write)

    async def beat(self, id: str, *, revision: int, problem: str | None) -> list[Peer] | None:
        """Says that a process lives; returns the others, or None when it was taken for dead."""
        given = {"id": id, "revision": revision, "problem": problem}

        def write(execute: Execute) -> list[Peer] | None:
            if not execute(_BEAT, given):
                return None
            return [peer for peer in peers(execute) if peer.id != id]

        return await self._batches.now(write)

    async def bury(self, dead: Collection[Peer]) -> None:
        """Takes processes for dead, unless they have just given a sign of life."""

        def write(execute: Execute) -> None:
            for peer in dead:
                execute(_BURY, {"id": peer.id, "beat": peer.beat})

        if dead:
            await self._batches.now(write)

    async def leave(self, id: str) -> None:
        """Ends a process in good order: what it held is free at once."""

        def write(execute: Execute) -> None:
            execute(_LEAVE_PARTS, {"id": id})
            execute(_LEAVE, {"id": id})

        await self._batches.now(write)

    async def take_part(self, name: str, id: str, *, at: int) -> bool:
        """Takes what only one process does, unless another that lives does it.

        Args:
            at: when, in seconds since 1970; for people to read, nothing hangs on it.
        """
        given = {"name": name, "holder": id, "until": at}
        return await self._batches.now(lambda execute: bool(execute(_TAKE_PART, given)))


def peers(execute: Execute) -> list[Peer]:
    """All processes that are taken to live, the oldest first."""
    return [Peer(*row) for row in execute(_PEERS, {})]
