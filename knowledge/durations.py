"""Reads spans of time in a message: "a week", "two days and 3 hours", "1h30", "the day before".

The words of a language are declared (``times`` in ``requests.yaml``); what is read comes as spans
that ``knowledge.reminders`` takes: so many weeks or days, or so many hours or minutes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.text import Token

DAY = 24 * 60
"""Minutes."""

_GLUED = re.compile(r"(\d{1,4})([a-z]+)(\d{1,2})?")
_MOST = 100_000
"""Minutes, days or weeks that are read; more are no span anybody waits for."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a language for spans of time, folded.

    ``units`` are the minutes of each unit; ``calendar`` those units that count days; ``numbers``
    the value of each word for a number.
    """

    units: Mapping[str, int]
    calendar: frozenset[str]
    numbers: Mapping[str, float]
    half: frozenset[str]
    joining: frozenset[str]
    ones: frozenset[str]
    between: frozenset[str]

    @classmethod
    def declared(cls, times: Mapping[str, Any]) -> "Words":
        minutes = {"minute": 1, "hour": 60, "day": DAY, "week": 7 * DAY}
        minutes |= {"fortnight": 14 * DAY, "month": 30 * DAY, "year": 365 * DAY}
        units = {str(word): minutes[unit] for unit, said in times["units"].items() for word in said}
        calendar = {word for word, length in units.items() if length >= DAY}
        numbers = {
            str(word): float(value) for value, said in times["numbers"].items() for word in said
        }
        return cls(
            units,
            frozenset(calendar),
            numbers,
            frozenset(times["half"]),
            frozenset(times["and"]),
            frozenset(times["one"]),
            frozenset(times["of"]),
        )


@dataclass(frozen=True, slots=True)
class Amount:
    """A span of time and the words (``start`` to ``end``) that say it.

    ``days`` when it counts calendar days, else ``minutes``; ``single`` when it is one of a unit.
    """

    start: int
    end: int
    days: int = 0
    minutes: int = 0
    single: bool = False

    @property
    def lead(self) -> str:
        """As reminders take it: ``14d``, ``90m``."""
        return f"{self.days}d" if self.days else f"{self.minutes}m"

    @property
    def length(self) -> int:
        """Minutes."""
        return self.days * DAY + self.minutes


def amounts(text: str, words: Sequence[Token], known: Words) -> list[Amount]:
    """The spans of time that a message speaks of, in order.

    "An hour and 15 minutes" is one span, and so is "two days and 3 hours"; "a week and a day" are
    two, as are parts that are joined by a comma, or more than two.
    """
    found = _Reader(text, words, known).read()
    joined: list[Amount] = []
    for group in _groups(found, words, known):
        joined += [_sum(group)] if _is_one_span(group, text, words) else group
    return joined


class _Reader:
    """Finds numbers with their units, one after the other."""

    def __init__(self, text: str, words: Sequence[Token], known: Words) -> None:
        self._text = text
        self._words = words
        self._known = known

    def read(self) -> list[Amount]:
        found: list[Amount] = []
        place = 0
        while place < len(self._words):
            amounts = self._glued(place) or self._written(place)
            found += amounts
            place = amounts[-1].end if amounts else place + 1
        return found

    def _glued(self, place: int) -> list[Amount]:
        """As in "15min" and "1h30": the second number counts the next smaller unit."""
        parts = _GLUED.fullmatch(self._words[place].text)
        if parts is None or parts[2] not in self._known.units:
            return []
        first = self._amount(place, place + 1, float(parts[1]), parts[2])
        if parts[3] is None or self._known.units[parts[2]] != 60:
            return [first] if parts[3] is None else []
        return [Amount(place, place + 1, minutes=first.minutes + int(parts[3]))]

    def _written(self, place: int) -> list[Amount]:
        """As in "two days", "half an hour", "an hour and a half", "one and a half days"."""
        number, after = self._number(place)
        if number is None:
            return []
        while self._at(after) in self._known.between:
            after += 1
        unit = self._at(after)
        if unit not in self._known.units:
            return []
        end = after + 1
        if self._at(end) in self._known.joining and self._is_half(end + 1):
            number, end = number + 0.5, end + (3 if self._at(end + 1) in self._known.ones else 2)
        return [self._amount(place, end, number, unit)]

    def _number(self, place: int) -> tuple[float | None, int]:
        word = self._at(place)
        if word in self._known.half:
            return 0.5, place + 1 + (self._at(place + 1) in self._known.ones)
        number = (
            float(word) if word.isdecimal() and len(word) <= 4 else self._known.numbers.get(word)
        )
        if number is None:
            return None, place
        after = place + 1
        if word.isdecimal() and self._is_decimal(place):
            return float(f"{word}.{self._at(after)}"), after + 1
        below_ten = self._known.numbers.get(self._at(after), 0)
        if 20 <= number < 100 and not word.isdecimal() and 1 <= below_ten < 10:
            number, after = number + below_ten, after + 1
        if self._at(after) in self._known.joining and self._is_half(after + 1):
            return number + 0.5, after + (3 if self._at(after + 1) in self._known.ones else 2)
        return number, after

    def _is_half(self, place: int) -> bool:
        """Whether "a half" or "half" stands there, as an addition."""
        if self._at(place) in self._known.ones:
            return self._at(place + 1) in self._known.half
        return self._at(place) in self._known.half and self._at(place + 1) not in self._known.ones

    def _is_decimal(self, place: int) -> bool:
        """Whether a point or comma ties two numbers together: "1.5"."""
        if place + 1 >= len(self._words) or not self._at(place + 1).isdecimal():
            return False
        one, other = self._words[place], self._words[place + 1]
        return self._text[one.end : other.start] in (".", ",")

    def _at(self, place: int) -> str:
        return self._words[place].text if place < len(self._words) else ""

    def _amount(self, start: int, end: int, number: float, unit: str) -> Amount:
        length = self._known.units[unit]
        total = round(min(number, _MOST) * length)
        if unit in self._known.calendar and total % DAY == 0:
            return Amount(start, end, days=total // DAY, single=number == 1)
        return Amount(start, end, minutes=total, single=number == 1)


def _groups(found: Sequence[Amount], words: Sequence[Token], known: Words) -> list[list[Amount]]:
    """Amounts that follow each other with nothing but "and" or a comma between them."""
    groups: list[list[Amount]] = []
    for amount in found:
        last = groups[-1][-1] if groups else None
        between = [word.text for word in words[last.end : amount.start]] if last else []
        if last is not None and all(word in known.joining for word in between):
            groups[-1].append(amount)
        else:
            groups.append([amount])
    return groups


def _is_one_span(group: Sequence[Amount], text: str, words: Sequence[Token]) -> bool:
    """Whether amounts are meant together: from large to small, and not a ladder of reminders."""
    if len(group) != 2:
        return False
    large, small = group
    said = text[words[large.end - 1].end : words[small.start].start]
    if large.days and all(one.end - one.start == 1 for one in group):
        return False  # "3d 2h" is a list
    descending = large.length > small.length and small.length < (DAY if large.days else 60)
    return descending and not (large.single and small.single and said.strip()) and "," not in said


def _sum(group: Sequence[Amount]) -> Amount:
    total = sum(amount.length for amount in group)
    start, end = group[0].start, group[-1].end
    if total % DAY == 0:
        return Amount(start, end, days=total // DAY)
    return Amount(start, end, minutes=total)
