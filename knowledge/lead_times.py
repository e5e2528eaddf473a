"""Reads how long before an event a request wants a reminder: "two days and 3 hours before"."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from knowledge.declarations.requests import Requests
from knowledge.durations import Amount
from knowledge.facts import Event
from knowledge.occasions import begins, occasion
from knowledge.reminders import canonical
from knowledge.requests import Heard

MOST_LEADS = 6
"""Spans of time in one request; more would be a nuisance."""

_MORNING = 8
"""The hour at which a reminder "on the morning" of an event comes."""


class LeadTimes:
    """The spans of time before an event in a request.

    ``fixed`` when it names a time that does not depend on an event ("tomorrow"), ``far`` when a
    span is longer than a year.
    """

    def __init__(self, heard: Heard, declared: Requests) -> None:
        self._heard = heard
        self._targets = declared.targets
        self._before = declared.before
        words = heard.words
        fixed_by_now = [one for one in heard.spans_of_time if self._is_from_now(one, words)]
        self._amounts = [
            one
            for one in heard.spans_of_time
            if one not in fixed_by_now and not self._is_period(one, words)
        ]
        self.fixed = bool(fixed_by_now) or not self._targets["fixed"].isdisjoint(words)
        self.far = False

    def standing(self, event: Event | None = None) -> tuple[str, ...]:
        """The spans in their one spelling, the longest first."""
        found: list[str] = []
        for lead in [one.lead for one in self._amounts] + list(self._named(event)):
            try:
                found += canonical([lead])
            except ValueError:
                self.far = True
        return canonical(found)[:MOST_LEADS]

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
        return before in self._targets["from_now"] and behind.isdisjoint(
            self._targets["beforehand"]
        )

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
