"""The updates of Telegram from their arrival until they are handled; no question is lost."""

from collections.abc import Sequence

from db.batches import Batches
from db.sqlite import Execute

REMEMBERED = 24 * 3600
"""Seconds for which a handled update is known again: Telegram repeats none that is older."""

MOST_STARTS = 5
"""An update that was there at so many starts and never handled may be what ends the process."""

_HANDLED = "UPDATE updates SET body = NULL, outcome = :outcome, at = :at WHERE update_id = :id"
_FORGET_HANDLED = "DELETE FROM updates WHERE outcome IS NOT NULL AND at < :before"
_COUNT_START = "UPDATE updates SET starts = starts + 1 WHERE outcome IS NULL"
_GIVE_UP = (
    "UPDATE updates SET body = NULL, outcome = 'given up', at = :at "
    "WHERE outcome IS NULL AND starts > :most"
)
_LEFT = "SELECT update_id, body FROM updates WHERE outcome IS NULL ORDER BY update_id"


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
        statement = (
            f"INSERT INTO updates (update_id, body, starts, at) VALUES {values} "  # noqa: S608
            "ON CONFLICT (update_id) DO NOTHING RETURNING update_id"
        )
        given: dict[str, int | str] = {"at": at}
        for n, (id, body) in enumerate(updates):
            given[f"i{n}"], given[f"b{n}"] = id, body

        def write(execute: Execute) -> set[int]:
            return {int(id) for (id,) in execute(statement, given)}

        return await self._batches.now(write)

    async def handled(self, id: int, outcome: str, *, at: int) -> None:
        """Records the outcome of an update, and forgets what it said."""

        def write(execute: Execute) -> None:
            execute(_HANDLED, {"id": id, "outcome": outcome, "at": at})

        await self._batches.now(write)

    async def left_over(self, *, at: int) -> list[tuple[int, str]]:
        """The updates that an earlier run stored and did not handle, the oldest first."""

        def write(execute: Execute) -> list[tuple[int, str]]:
            execute(_COUNT_START, {})
            execute(_GIVE_UP, {"at": at, "most": MOST_STARTS})
            return [(int(id), str(body)) for id, body in execute(_LEFT, {})]

        return await self._batches.now(write)

    async def tidy(self, *, at: int) -> None:
        """Forgets the handled updates that Telegram cannot repeat any more."""

        def write(execute: Execute) -> None:
            execute(_FORGET_HANDLED, {"before": at - REMEMBERED})

        await self._batches.now(write)
