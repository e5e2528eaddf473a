"""Telegram's limits, kept in every sliding window: how soon the next unasked message may go.

Answers to people never wait here; they are only counted, and unasked messages leave room for them.
A call counts at Telegram when it arrives, which is some time between its start and its answer; it
is counted here until a window after the later of what that can be.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

OVERALL = 30
"""Messages in a second, to all chats together."""

IN_GROUP = 16
"""Messages in a minute to a group, of the 20 that Telegram takes: the rest is for answers."""

_SECOND, _MINUTE = 1.0, 60.5
_ON_ITS_WAY = 1.0
"""Seconds after which a call has arrived, even if its answer takes longer: a busy machine or a slow
network may hold it up for tenths of a second."""

_OF_THE_DEAD = 0.1
"""The same for the last calls of a process that has ended: they had left it."""

_PACE = 1 / 29
"""Seconds between unasked messages: many at once would reach Telegram as one crowd."""

_LEAST_ROOM, _IDLE_ROOM = 3, 1
"""Room for answers within a second: while people ask, and while nobody has asked for a while."""

_ASKED_LATELY = 60.0
_REFUSALS_LOOKED_AT = 1.0
_MANY_REFUSALS = 5
_SLOWED_FOR = 60.0


@dataclass(slots=True)
class Sending:
    """A call that counts; ``end`` is None while it is under way."""

    chat_id: int
    start: float
    unasked: bool
    end: float | None = None

    def leaves(self) -> float:
        """When it is out of every window of a second that it can be in."""
        latest = self.start + _ON_ITS_WAY
        return (latest if self.end is None else min(self.end, latest)) + _SECOND


class Windows:
    """What was sent lately, and how Telegram took it.

    Args:
        in_hand: gives the chats that wait for an answer just now; nothing unasked goes between.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        in_hand: Callable[[], Collection[int]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_hand = in_hand
        self._clock = clock
        self._sendings: deque[Sending] = deque()
        self._under_way: Counter[int] = Counter()
        self._last: dict[int, float] = {}  # chat -> when the last call to it was answered
        self._groups: dict[int, deque[float]] = {}
        self._held: dict[int, float] = {}  # chat -> until when Telegram wants no calls to it
        self._refused: deque[tuple[float, int, float]] = deque()
        self._next = self._stopped = self._slowed = 0.0
        self._answers: deque[float] = deque()
        self._peak: deque[tuple[float, int]] = deque()  # moments with falling numbers of answers

    @contextmanager
    def sending(self, chat_id: int, *, unasked: bool = False) -> Iterator[None]:
        """Counts a call that sends a message, from its start to its answer."""
        now = self._clock()
        self._forget_old(now)
        one = Sending(chat_id, now, unasked)
        self._sendings.append(one)
        self._under_way[chat_id] += 1
        if unasked:
            pace = 2 * _PACE if now < self._slowed else _PACE
            self._next = max(self._next + pace, now)
        else:
            self._answered(now)
        try:
            yield
        finally:
            one.end = self._clock()
            self._under_way[chat_id] -= 1
            if not self._under_way[chat_id]:
                del self._under_way[chat_id]
            self._last.pop(chat_id, None)
            self._last[chat_id] = one.end
            if chat_id < 0:
                self._groups[chat_id] = self._groups.pop(chat_id, deque(maxlen=IN_GROUP))
                self._groups[chat_id].append(one.end)

    def busy(self) -> set[int]:
        """The chats to which nothing unasked may go now."""
        now = self._clock()
        self._forget_old(now)
        for chat_id in [id for id, until in self._held.items() if until <= now]:
            del self._held[chat_id]
        full = {id for id, times in self._groups.items() if _is_full(times, now)}
        return {*self._last, *self._held, *self._under_way, *full, *self._in_hand()}

    def pause(self) -> float:
        """Seconds until the next unasked message may go; 0 now."""
        now = self._clock()
        self._forget_old(now)
        there = [one for one in self._sendings if one.leaves() > now]
        unasked = sum(one.unasked for one in there)
        answers = len(there) - unasked
        wait = max(self._next, self._stopped) - now
        # One a second always goes, or a crowd of questions would hold reminders up for ever.
        if unasked and unasked + max(answers + 1, self._room(now)) >= OVERALL:
            wait = max(wait, min(one.leaves() for one in there) - now)
        return max(0.0, wait)

    def begin(self) -> None:
        """Nothing is known of what another process sent just now: its windows are waited out."""
        self._stopped = self._clock() + _SECOND + _OF_THE_DEAD

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram wants no calls to a chat for a while; when many say so, it means all."""
        now = self._clock()
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), now + seconds)
        self._refused.append((now, chat_id, seconds))
        while self._refused[0][0] < now - _REFUSALS_LOOKED_AT:
            self._refused.popleft()
        chats = {id for _, id, _ in self._refused}
        if len(chats) >= _MANY_REFUSALS and 2 * len(chats) > len(self._sendings):
            self._stopped = now + min(wait for *_, wait in self._refused)
            self._slowed = self._stopped + _SLOWED_FOR

    def is_sending(self, chat_id: int) -> bool:
        """Whether a message is on its way to a chat."""
        return chat_id in self._under_way

    def held(self, chat_id: int) -> float:
        """Seconds for which Telegram wants no calls to a chat."""
        return max(0.0, self._held.get(chat_id, 0.0) - self._clock())

    def _forget_old(self, now: float) -> None:
        """Lets go of what no window holds any more; all of it stands in the order of its end."""
        while self._sendings and self._sendings[0].leaves() <= now:
            self._sendings.popleft()
        while self._last and self._last[id := next(iter(self._last))] + _SECOND <= now:
            del self._last[id]
        while self._groups and self._groups[id := next(iter(self._groups))][-1] + _MINUTE <= now:
            del self._groups[id]

    def _answered(self, now: float) -> None:
        self._answers.append(now)
        while self._answers[0] <= now - _SECOND:
            self._answers.popleft()
        number = len(self._answers)
        while self._peak and self._peak[-1][1] <= number:
            self._peak.pop()
        self._peak.append((now, number))

    def _room(self, now: float) -> int:
        """How many messages of a second are left to answers: as many as came lately, and two."""
        while self._peak and self._peak[0][0] < now - _ASKED_LATELY:
            self._peak.popleft()
        if not self._peak:
            return _IDLE_ROOM
        return min(max(_LEAST_ROOM, self._peak[0][1] + 2), OVERALL - 1)


def _is_full(times: deque[float], now: float) -> bool:
    """Whether as many messages as may be went to a group within a minute."""
    return len(times) == IN_GROUP and times[0] + _MINUTE > now
