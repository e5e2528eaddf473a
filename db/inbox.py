"""The updates of Telegram from their arrival until they are handled; no question is lost."""

from collections.abc import Sequence

from db.batches import Batches
from db.sqlite import Execute, Work

REMEMBERED = 24 * 3600
"""Seconds for which a handled update is known again: Telegram repeats none that is older."""

MOST_STARTS = 5
"""An update that so many processes took over and never handled may be what ends them."""

MOST_TAKEN = 500
"""Updates taken over at a time."""

_HANDLED = (
    "INSERT INTO updates (update_id, outcome, starts, at) VALUES (:id, :outcome, 0, :at) "
    "ON CONFLICT (update_id) DO UPDATE SET body = NULL, holder = NULL, "
    "outcome = excluded.outcome, at = excluded.at"
)
_FORGET_HANDLED = "DELETE FROM updates WHERE outcome IS NOT NULL AND at < :before"
_LEFT = "outcome IS NULL AND (holder IS NULL OR holder NOT IN (SELECT id FROM replicas))"
# The condition stands twice, so that of two processes that take over at once only one succeeds.
_TAKE_OVER = (
    "UPDATE updates SET holder = :holder, starts = starts + 1 "  # noqa: S608 - the words above
    f"WHERE {_LEFT} AND update_id IN "
    f"(SELECT update_id FROM updates WHERE {_LEFT} ORDER BY update_id LIMIT {MOST_TAKEN}) "
    "RETURNING update_id, body"
)
_GIVE_UP = (
    "UPDATE updates SET body = NULL, holder = NULL, "  # noqa: S608 - the words above
    f"outcome = 'given up', at = :at WHERE {_LEFT} AND starts >= :most"
)


class Inbox:
    """The table ``updates``; moments are seconds since 1970.

    ``holder`` is the name under which this process is known, see ``db.replicas``.
    """

    def __init__(self, batches: Batches, holder: str) -> None:
        self._batches = batches
        self.holder = holder

    async def keep(self, updates: Sequence[tuple[int, str]], *, at: int) -> set[int]:
        """Stores updates (id and body) in one transaction; returns the ids not seen before."""
        if not updates:
            return set()
        values = ", ".join(f"(:i{n}, :b{n}, :holder, 0, :at)" for n in range(len(updates)))
        # Only numbers of places are put into the statement.
        statement = (
            f"INSERT INTO updates (update_id, body, holder, starts, at) VALUES {values} "  # noqa: S608
            "ON CONFLICT (update_id) DO NOTHING RETURNING update_id"
        )
        given: dict[str, int | str] = {"at": at, "holder": self.holder}
        for n, (id, body) in enumerate(updates):
            given[f"i{n}"], given[f"b{n}"] = id, body

        def write(execute: Execute) -> set[int]:
            return {int(id) for (id,) in execute(statement, given)}

        return await self._batches.now(write)

    async def handled(self, id: int, outcome: str, *, at: int) -> None:
        """Records the outcome of an update, and forgets what it said."""
        await self._batches.now(_recording(id, outcome, at))

    def handled_unseen(self, id: int, outcome: str, *, at: int) -> None:
        """The same while the database is away: it is recorded when it is back."""
        self._batches.soon(_recording(id, outcome, at))

    async def take_over(self, *, at: int) -> list[tuple[int, str]]:
        """The updates that nobody who lives has in hand, the oldest first; they are in ours now."""

        def write(execute: Execute) -> list[tuple[int, str]]:
            execute(_GIVE_UP, {"at": at, "most": MOST_STARTS})
            taken = execute(_TAKE_OVER, {"holder": self.holder})
            return sorted((int(id), str(body)) for id, body in taken)

        return await self._batches.now(write)

    async def tidy(self, *, at: int) -> None:
        """Forgets the handled updates that Telegram cannot repeat any more."""

        def write(execute: Execute) -> None:
            execute(_FORGET_HANDLED, {"before": at - REMEMBERED})

        await self._batches.now(write)


def _recording(id: int, outcome: str, at: int) -> Work[None]:
    def write(execute: Execute) -> None:
        execute(_HANDLED, {"id": id, "outcome": outcome, "at": at})

    return write
