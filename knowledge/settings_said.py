"""Reads quiet hours, digests and snoozes in a request, as slots of its reference."""

import re
from collections.abc import Iterator

from knowledge.declarations.requests import Requests
from knowledge.requests import Heard
from knowledge.typed_dates import NotRead, read_hours

NIGHT = ("22:00", "07:00")
"""The hours that people mean by night when they name none."""

_TIME = (
    r"(?:\d{1,2}(?:[:.]\d{2}|\s?h\d{0,2})?(?:\s?[ap]\.?m\b\.?|\s?o'clock)?|midnight|noon|midday)"
)
_PAIR = re.compile(
    rf"\b({_TIME})\s*(?:and|to|until|till|through|-|–|—)\s*({_TIME})(?!\w)", re.IGNORECASE
)
_SINGLE = re.compile(rf"\b(after|from|before|until|till|at)\s+({_TIME})(?!\w)", re.IGNORECASE)


def quiet_hours(heard: Heard, declared: Requests) -> Iterator[tuple[str, str]]:
    """``from`` and ``to``, or ``off``; ``unread`` when the hours named make no span; or nothing."""
    typed, words = heard.sentence.typed, {*heard.words}
    named = False
    if pair := _PAIR.search(typed):
        hours, named = _hours(*_at_night(pair[1], pair[2])), True
    elif single := _SINGLE.search(typed):
        ends = single[1].lower() in ("before", "until", "till")
        until = (NIGHT[0], single[2]) if ends else (_in_the_evening(single[2]), NIGHT[1])
        hours, named = _hours(*until), True
    elif words & declared.targets["off"] and words & declared.targets["quiet"]:
        yield "off", "yes"
        return
    else:
        hours = NIGHT if words & declared.targets["night"] else None
    if hours is not None:
        yield "from", hours[0]
        yield "to", hours[1]
    elif named:
        yield "unread", "yes"


def digest(heard: Heard, declared: Requests) -> Iterator[tuple[str, str]]:
    """``every``: daily, weekly or off; ``at`` when an hour is named.

    ``unread`` when that is none, ``day`` when a weekly one is wanted on another day than Monday.
    """
    words = {*heard.words}
    for every in ("off", "weekly", "daily"):
        if words & declared.targets[every]:
            yield "every", every
            break
    single = _SINGLE.search(heard.sentence.typed)
    if single is not None and single[1].lower() == "at":
        hour = _hour(single[2])
        yield ("at", hour) if hour is not None else ("unread", "yes")
    if words & declared.targets["other_days"] and not words & declared.targets["off"]:
        yield "day", "other"


def snooze(heard: Heard, declared: Requests) -> Iterator[tuple[str, str]]:
    """``for``: a span of time; or ``until``: tomorrow."""
    if heard.spans_of_time:
        yield "for", heard.spans_of_time[0].lead
    elif declared.targets["tomorrow"] & {*heard.words}:
        yield "until", "tomorrow"


def _at_night(first: str, last: str) -> tuple[str, str]:
    """Bare hours such as "10 and 7": quiet hours begin in the evening."""
    if first.isdigit() and last.isdigit() and 6 <= int(first) <= 11 and 4 <= int(last) <= 11:
        first = str(int(first) + 12)
    return first, last


def _in_the_evening(hour: str) -> str:
    """A bare hour after which there is to be quiet: "7" is no time in the morning."""
    return str(int(hour) + 12) if hour.isdigit() and 5 <= int(hour) <= 11 else hour


def _hour(said: str) -> str | None:
    try:
        return read_hours(said).start
    except NotRead:
        return None


def _hours(first: str, last: str) -> tuple[str, str] | None:
    try:
        hours = read_hours(f"{first} to {last}")
    except NotRead:
        return None
    return (hours.start, hours.end) if hours.start and hours.end else None
