"""The updates of Telegram from their arrival until they are handled; no question is lost."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

from db.batches import Batches

REMEMBERED = 24 * 3600
"""Seconds for which a handled update is known again: Telegram repeats none that is older."""

MOST_STARTS = 5
"""An update that was there at so many starts and never handled may be what ends the process."""

_HANDLED = text(
    "UPDATE updates SET body = NULL, outcome = :outcome, at = :at WHERE update_id = :id"
)
_FORGET_HANDLED = text("DELETE FROM updates WHERE outcome IS NOT NULL AND at < :before")
_COUNT_START = text("UPDATE updates SET starts = starts + 1 WHERE outcome IS NULL")
_GIVE_UP = text(
    "UPDATE updates SET body = NULL, outcome = 'given up', at = :at "
    "WHERE outcome IS NULL AND starts > :most"
)
_LEFT = text("SELECT update_id, body FROM updates WHERE outcome IS NULL ORDER BY update_id")


class Inbox:
    """The table ``updates``; moments are seconds since 1970."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    async def keep(self, updates: Sequence[tuple[int, str]], *, at: int) -> set[int]:
        """Stores updates (id and body) in one transaction; returns the ids not seen before."""
        if not updates:
            return set()
        values = ", ".join(f"(:i{n}, :b{n}, 0, :at)" for n in range(len(updates)))
        # Only numbers of places are put into the statement.
        statement = text(
            f"INSERT INTO updates (update_id, body, starts, at) VALUES {values} "  # noqa: S608
            "ON CONFLICT (update_id) DO NOTHING RETURNING update_id"
        )
        given: dict[str, int | str] = {"at": at}
        for n, (id, body) in enumerate(updates):
            given[f"i{n}"], given[f"b{n}"] = id, body

        def write(connection: Connection) -> set[int]:
            return set(connection.execute(statement, given).scalars())

        return await self._batches.now(write)

    async def handled(self, id: int, outcome: str, *, at: int) -> None:
        """Records the outcome of an update, and forgets what it said."""

        def write(connection: Connection) -> None:
            connection.execute(_HANDLED, {"id": id, "outcome": outcome, "at": at})

        await self._batches.now(write)

    async def left_over(self, *, at: int) -> list[tuple[int, str]]:
        """The updates that an earlier run stored and did not handle, the oldest first."""

        def write(connection: Connection) -> list[tuple[int, str]]:
            connection.execute(_COUNT_START)
            connection.execute(_GIVE_UP, {"at": at, "most": MOST_STARTS})
            return [(int(id), str(body)) for id, body in connection.execute(_LEFT)]

        return await self._batches.now(write)

    async def tidy(self, *, at: int) -> None:
        """Forgets the handled updates that Telegram cannot repeat any more."""

        def write(connection: Connection) -> None:
            connection.execute(_FORGET_HANDLED, {"before": at - REMEMBERED})

        await self._batches.now(write)
