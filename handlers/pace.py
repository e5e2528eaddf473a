"""How fast one person may ask: generous for people, and a wall for machines."""

from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic
from typing import Literal

MOST = 120
"""Messages and presses of one person in ``SECONDS``; nobody types as fast."""

SECONDS = 60.0
PEOPLE = 10_000
"""People held in memory; of more, those who were quiet longest start anew."""

Verdict = Literal["fine", "first_over", "over"]


class Pace:
    """Counts what each person sends, in a window that slides.

    Args:
        steady: gives seconds that only rise.
    """

    def __init__(
        self, most: int = MOST, seconds: float = SECONDS, steady: Callable[[], float] = monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._steady = steady
        self._sent: OrderedDict[int, deque[float]] = OrderedDict()
        self._told: dict[int, float] = {}  # who was told to wait, and when

    def counts(self, person: int) -> Verdict:
        """Counts one thing that a person sent; the first that is too much is told apart."""
        now = self._steady()
        sent = self._sent.setdefault(person, deque())
        self._sent.move_to_end(person)
        if len(self._sent) > PEOPLE:
            gone, _ = self._sent.popitem(last=False)
            self._told.pop(gone, None)
        while sent and now - sent[0] >= self._seconds:
            sent.popleft()
        if len(sent) < self._most:
            sent.append(now)
            return "fine"
        if now - self._told.get(person, -self._seconds) < self._seconds:
            return "over"
        self._told[person] = now
        return "first_over"
