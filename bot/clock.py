"""The bot's clock: the real one, or that of a rehearsal, which begins when told and runs fast.

Only what people see and what is planned goes by it. Pauses, limits and leases are of real time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from handlers.texts import DEFAULT, texts
from knowledge.wording import day_of


@dataclass(frozen=True, slots=True)
class Clock:
    """Real time."""

    speed: float = 1.0

    def __call__(self) -> datetime:
        """The moment it is, in UTC."""
        return datetime.now(UTC)

    @property
    def mark(self) -> str:
        """The line above every message; empty where there is none."""
        return ""


REAL_TIME = Clock()


@dataclass(frozen=True, slots=True)
class Rehearsal(Clock):
    """A clock that starts at ``start`` and goes ``speed`` times as fast as the real one.

    The mark names the moment in the zone of ``start``.
    """

    start: datetime = datetime(2017, 1, 1, tzinfo=UTC)
    steady: Callable[[], float] = monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "began", self.steady())

    def __call__(self) -> datetime:
        passed = timedelta(seconds=(self.steady() - self.began) * self.speed)
        return self.start.astimezone(UTC) + passed

    @property
    def mark(self) -> str:
        at = self().astimezone(self.start.tzinfo)
        day = day_of(at.date().isoformat())
        return texts(DEFAULT).say("rehearsal", day=day, time=f"{at:%H:%M}")
