"""Reads how long before an event a request wants a reminder: "two days and 3 hours before"."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from knowledge.declarations.requests import Requests
from knowledge.durations import Amount
from knowledge.facts import Event
from knowledge.occasions import begins, occasion
from knowledge.periods import MONTHS
from knowledge.reminders import canonical
from knowledge.requests import Heard

MOST_LEADS = 6
"""Spans of time in one request; more would be a nuisance."""

NOT_POSSIBLE = ("after", "fixed", "far", "many")
"""What a request may say besides that no reminder can do, as slots of its reference."""

_MORNING = 8
"""The hour at which a reminder "on the morning" of an event comes."""

_DATE = re.compile(
    r"\bon (?:the )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: ?[-–—] ?\d{1,2})?(?: of)? "
    rf"(?P<month>{'|'.join(MONTHS)})\b|(?P<name>{'|'.join(MONTHS)}) (?P<number>\d{{1,2}})"
    r"|\d{4}-(?P<iso>\d{2}-\d{2})|\d{1,2}(?:[./]\d{1,2}|st|nd|rd|th)\b)"
)
_CLOCK = re.compile(r"\bat (?:\d{1,2}[:.]\d{2}|\d{1,2} ?[ap]\.?m\b|\d{1,2}(?! ?\w)|noon|midnight)")


class LeadTimes:
    """The spans of time before an event in a request.

    ``fixed`` when it names a time that does not depend on an event ("tomorrow", "at 9:00"),
    ``after`` when one after the event, ``far`` when a span is longer than a year, ``many`` when
    there are too many spans.

    Args:
        days: those on which events begin, as ``03-17``: such a day may say which event is meant.
    """

    def __init__(self, heard: Heard, declared: Requests, days: Collection[str] = ()) -> None:
        self._heard = heard
        self._targets = declared.targets
        self._before = declared.before
        self._days = days
        words = heard.words
        fixed_by_now = [one for one in heard.spans_of_time if self._is_from_now(one, words)]
        behind = [one for one in heard.spans_of_time if self._is_behind(one.end)]
        self._amounts = [
            one
            for one in heard.spans_of_time
            if one not in fixed_by_now and one not in behind and not self._is_period(one, words)
        ]
        self.after = bool(behind) or any(map(self._is_behind, self._places_of_units()))
        self.fixed = bool(fixed_by_now) or self._is_fixed()
        self.far = self.many = False

    def standing(self, event: Event | None = None) -> tuple[str, ...]:
        """The spans in their one spelling, the longest first."""
        found: list[str] = []
        for lead in [one.lead for one in self._amounts] + list(self._named(event)):
            try:
                found += canonical([lead])
            except ValueError:
                self.far = True
        leads = canonical(found)
        self.many = len(leads) > MOST_LEADS
        return leads[:MOST_LEADS]

    @property
    def adds(self) -> bool:
        """Whether the spans come on top of those there are: "also", "another", "as well"."""
        words, adding = self._heard.words, self._targets["adding"]
        first = min((one.start for one in self._amounts), default=len(words))
        text = f" {self._heard.sentence.text}"
        if any(f" {said} " in text for said in self._targets["as_well"]):
            return True
        return not adding.isdisjoint(words[:first])  # "two days and also 3 hours" is one list

    @property
    def not_possible(self) -> tuple[str, ...]:
        """Which of ``NOT_POSSIBLE`` it says, once the spans were read."""
        return tuple(name for name in NOT_POSSIBLE if getattr(self, name))

    def _named(self, event: Event | None) -> Iterator[str]:
        """As in "the day before", "on the morning", "when it starts"."""
        text = f" {self._heard.sentence.text}"
        taken = {place for one in self._heard.spans_of_time for place in range(one.start, one.end)}
        words = self._heard.words
        for place, word in enumerate(words):
            follows = words[place + 1] if place + 1 < len(words) else ""
            if place not in taken and follows in self._targets["beforehand"]:
                yield from (lead for lead, said in self._before.items() if word in said)
        if any(f" {said} " in text for said in self._targets["morning"]):
            yield _on_the_morning(event)
        if any(f" {said} " in text for said in self._targets["beginning"]):
            yield "0m"

    def _is_from_now(self, amount: Amount, words: Sequence[str]) -> bool:
        """Whether it counts from now: "in two hours" does, "two hours in advance" does not."""
        before = words[amount.start - 1] if amount.start else ""
        behind = {*words[amount.end : amount.end + 2]}
        counted = before in self._targets["from_now"] | self._targets["every"]
        later = not self._targets["later"].isdisjoint(words[amount.end : amount.end + 1])
        return later or (counted and behind.isdisjoint(self._targets["beforehand"]))

    def _is_behind(self, place: int) -> bool:
        """Whether "after" stands there, which counts from the end of an event."""
        return not self._targets["afterwards"].isdisjoint(self._heard.words[place : place + 1])

    def _places_of_units(self) -> Iterator[int]:
        """Where "after" may follow "the day", "shortly" or the phrase that asks for a reminder."""
        yield self._heard.cue[1]
        said = frozenset().union(self._targets["shortly"], *self._before.values())
        for place, word in enumerate(self._heard.words):
            if word in said:
                yield place + 1

    def _is_fixed(self) -> bool:
        """Whether a day, an hour or "every day" is named."""
        words = self._heard.words
        if not self._targets["fixed"].isdisjoint(words):
            return True
        every, units = self._targets["every"], self._targets["turns"]
        if any(word in every and follows in units for word, follows in pairwise(words)):
            return True
        typed = " ".join(self._heard.sentence.typed.lower().split())
        return _CLOCK.search(typed) is not None or self._is_on_a_day(typed)

    def _is_on_a_day(self, typed: str) -> bool:
        """Whether a day is named that does not say which event is meant."""
        found = _DATE.search(typed)
        if found is None:
            return False
        month = MONTHS.get(found["month"] or found["name"] or "", 0)
        day = found["iso"] or f"{month:02}-{int(found['day'] or found['number'] or 0):02}"
        place = len(typed[: found.start()].split())
        return day not in self._days or place == self._heard.cue[1]

    def _is_period(self, amount: Amount, words: Sequence[str]) -> bool:
        """Whether it says of when: "the events of the next two weeks"."""
        return bool(amount.start) and words[amount.start - 1] in self._targets["period"]


def _on_the_morning(event: Event | None) -> str:
    """So many hours before an event that its reminder comes in the morning; two if not known."""
    begin = begins(occasion(event)) if event is not None else None
    if begin is None:
        return "2h"
    early = begin.replace(hour=_MORNING, minute=0)
    minutes = (begin - early) // timedelta(minutes=1)
    return f"{minutes}m" if minutes > 0 else "1h"
