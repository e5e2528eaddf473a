"""Questions that got no answer, of chats that agreed to their being read; never whose they were."""

from dataclasses import dataclass
from datetime import date, timedelta

from db.batches import Batches
from db.sqlite import Execute

DAYS_KEPT = 90
MOST_KEPT = 5000
"""A flood must not fill the database; what is over this is not noted."""

_NOTE = (
    "INSERT INTO unanswered (text, outcome, language, day) "
    "SELECT :text, :outcome, :language, :day WHERE (SELECT COUNT(*) FROM unanswered) < :most"
)
_ALL = "SELECT key, text, outcome, language, day FROM unanswered ORDER BY key"


@dataclass(frozen=True, slots=True)
class Miss:
    """A question, what became of it (clarify or decline), and the day (ISO)."""

    key: int
    text: str
    outcome: str
    language: str
    day: str


class Misses:
    """The table ``unanswered``."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def note(self, text: str, outcome: str, language: str, day: date) -> None:
        """Notes a question, in the database with the next commit."""
        given = {
            "text": text,
            "outcome": outcome,
            "language": language,
            "day": day.isoformat(),
            "most": MOST_KEPT,
        }

        def write(execute: Execute) -> None:
            execute(_NOTE, given)

        self._batches.soon(write)

    async def all(self) -> list[Miss]:
        """The questions, the oldest first.

        Raises:
            DatabaseError: when the database cannot be used.
        """
        await self._batches.flush()
        rows = await self._batches.read(lambda execute: execute(_ALL, {}))
        return [Miss(*row) for row in rows]

    async def remove(self, *keys: int) -> int:
        """Forgets questions; returns how many of them there were.

        Raises:
            DatabaseError: when the database cannot be used.
        """

        def write(execute: Execute) -> int:
            statement = "DELETE FROM unanswered WHERE key = :key RETURNING key"
            return sum(len(execute(statement, {"key": key})) for key in keys)

        return await self._batches.now(write)

    async def tidy(self, today: date) -> None:
        """Forgets the questions that were kept long enough."""
        before = (today - timedelta(days=DAYS_KEPT)).isoformat()

        def write(execute: Execute) -> None:
            execute("DELETE FROM unanswered WHERE day < :before", {"before": before})

        await self._batches.now(write)
