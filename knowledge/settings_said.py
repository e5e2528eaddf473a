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
    """``from`` and ``to``, or ``off``; nothing when no hours are named."""
    typed, words = heard.sentence.typed, {*heard.words}
    if pair := _PAIR.search(typed):
        hours = _hours(*_at_night(pair[1], pair[2]))
    elif single := _SINGLE.search(typed):
        ends = single[1].lower() in ("before", "until", "till")
        hours = _hours(*((NIGHT[0], single[2]) if ends else (single[2], NIGHT[1])))
    elif words & declared.targets["off"] and words & declared.targets["quiet"]:
        yield "off", "yes"
        return
    else:
        hours = NIGHT if words & declared.targets["night"] else None
    if hours is not None:
        yield "from", hours[0]
        yield "to", hours[1]


def digest(heard: Heard, declared: Requests) -> Iterator[tuple[str, str]]:
    """``every``: daily, weekly or off; ``at`` when an hour is named."""
    words = {*heard.words}
    for every in ("off", "weekly", "daily"):
        if words & declared.targets[every]:
            yield "every", every
            break
    single = _SINGLE.search(heard.sentence.typed)
    if single is not None and single[1].lower() == "at":
        hours = _hours(single[2], NIGHT[1])
        if hours is not None:
            yield "at", hours[0]


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


def _hours(first: str, last: str) -> tuple[str, str] | None:
    try:
        hours = read_hours(f"{first} to {last}")
    except NotRead:
        return None
    return (hours.start, hours.end) if hours.start and hours.end else None
