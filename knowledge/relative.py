"""Periods that are told from today: "next week", "last year", "in spring", "on Friday".

They are read without a clock, as a slot ``when``, and become dates when an answer is put together.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from knowledge.periods import MONTHS, dates_in
from knowledge.references import Reference
from knowledge.text import fold
from knowledge.vocabulary import Span

WHEN = "when"
"""The slot: a unit and how many of them from today, or a part of the year and which of them."""

_STEPS = {
    **dict.fromkeys(("next", "coming", "upcoming", "following"), 1),
    **dict.fromkeys(("last", "past", "previous"), -1),
    **dict.fromkeys(("this", "current"), 0),
}
_STEP = r"(?P<step>next|coming|upcoming|following|last|past|previous|this|current)"
_SOME = {"couple of": 2, "few": 3, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SOME |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS = {"spring": (3, 3), "summer": (6, 3), "autumn": (9, 3), "fall": (9, 3), "winter": (12, 3)}
_PARTS |= {name: (number, 1) for name, number in MONTHS.items()}
"""The first month of a season or month, and how many it has."""
_SEASON = r"(?P<part>spring|summer|autumn|winter)"
_MONTH = rf"(?P<part>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_REST = r"(?P<rest>week|month|quarter|year)"
_UNIT = r"(?P<unit>day|week|weekend|month|quarter|year)"
_FORMS = tuple(
    re.compile(rf"(?<![a-z]){form}(?![a-z])")
    for form in (
        r"(?P<far>day after tomorrow|tomorrow|yesterday)",
        rf"(?:the )?(?:rest of|remainder of|later|end of) (?:the |this )?{_REST}",
        rf"{_STEP} (?P<some>\d{{1,2}}|{'|'.join(_SOME)}) (?P<many>day|week|month|year)s",
        rf"{_STEP} (?P<many>day|week|month|year)s",
        rf"(?:this )?{_STEP} {_UNIT}",
        rf"(?:{_STEP} |on |by |until )?(?P<weekday>{'|'.join(_WEEKDAYS)})",
        rf"{_STEP} {_SEASON}",
        rf"{_STEP} (?P<part>fall)",
        rf"{_STEP} {_MONTH}",
        _SEASON,
        rf"(?:in|during|for|of|by|until) {_MONTH}",
    )
)
_FAR = {"tomorrow": 1, "yesterday": -1, "day after tomorrow": 2}
_FEW = 3
_MONTH_LONG = len("2017-03")
_WAS = frozenset(
    {"was", "were", "did", "had", "happened", "held", "met", "took", "ago", "previous", "past"}
)
_NOW = frozenset({"now", "today", "tonight"})


def relative_period(spans: Sequence[Span]) -> tuple[str, frozenset[str]] | None:
    """The slot ``when`` that a question speaks of, and the words that say so.

    None where it names a year, or the hours that come: what is on "today or tomorrow" is on now.
    """
    words = [word for span in spans for word in _words(span)]
    if dates_in(words) or _NOW & set(words):
        return None
    said = " ".join(words)
    for form in _FORMS:
        if found := form.search(said):
            when = _slot(found.groupdict(), past=bool(_WAS & set(words)))
            if when is not None:
                used = found.group().split()
                return when, frozenset((*used, *(word.removesuffix("s") for word in used)))
    return None


def _words(span: Span) -> list[str]:
    """The words of a span, mended where they were misspelt, but not made singular."""
    typed = fold(span.text)
    return (typed if typed == f"{span.words}s" else span.words).split()


def _slot(found: dict[str, str | None], *, past: bool) -> str | None:
    step = _STEPS.get(found.get("step") or "")
    if far := found.get("far"):
        return f"day.{_FAR[far]}"
    if rest := found.get("rest"):
        return f"{rest}.rest"
    if unit := found.get("many"):
        some = found.get("some")
        number = _FEW if some is None else _SOME.get(some) or int(some)
        return f"days.{(step or 1) * number * _DAYS[unit]}"
    if unit := found.get("unit"):
        return f"{unit}.{step}"
    part = found.get("weekday") or found.get("part")
    if part is None:
        return None
    unsaid = "last" if past else "coming"
    return f"{part}.{unsaid if step is None else {-1: 'last', 0: 'this', 1: 'next'}[step]}"


def dated(reference: Reference, now: datetime) -> Reference:
    """The same reference with the dates that its slot ``when`` means at a moment."""
    when = reference.slot(WHEN)
    if when is None:
        return reference
    unit, _, which = when.partition(".")
    kept = tuple((name, value) for name, value in reference.slots if name != WHEN)
    return Reference(reference.intent, (*kept, *_period(unit, which, now.date()).items()))


def _period(unit: str, which: str, today: date) -> dict[str, str]:
    """The slots ``year`` (or month, or day), or ``from`` and ``to``, both included.

    Raises:
        ValueError: there is no such period.
    """
    if which == "rest":
        return {"from": today.isoformat(), "to": _last_day(unit, today).isoformat()}
    if unit in _WEEKDAYS:
        return {"year": _weekday(_WEEKDAYS.index(unit), which, today).isoformat()}
    if unit in _PARTS:
        return _part(*_PARTS[unit], which, today)
    number = int(which)
    if unit == "days":
        first, last = sorted((today, today + timedelta(days=number)))
        return {"from": first.isoformat(), "to": last.isoformat()}
    if unit == "day":
        return {"year": (today + timedelta(days=number)).isoformat()}
    if unit in ("week", "weekend"):
        monday = today + timedelta(days=7 * number - today.weekday())
        first = monday + timedelta(days=5) if unit == "weekend" else monday
        return {"from": first.isoformat(), "to": (monday + timedelta(days=6)).isoformat()}
    if unit == "month":
        return {"year": _month(today, number)}
    if unit == "quarter":
        start = number * 3 - (today.month - 1) % 3
        return {"from": _month(today, start), "to": _month(today, start + 2)}
    if unit == "year":
        return {"year": str(today.year + number)}
    raise ValueError(f"no period is called {unit!r}")


def _last_day(unit: str, today: date) -> date:
    """The last day of the week, month, quarter or year that a day is in."""
    if unit == "week":
        return today + timedelta(days=6 - today.weekday())
    months = {"month": 1, "quarter": 3 - (today.month - 1) % 3, "year": 13 - today.month}
    return date.fromisoformat(f"{_month(today, months[unit])}-01") - timedelta(days=1)


def _month(today: date, later: int) -> str:
    """The month so many months after that of a day, as ISO year and month."""
    months = today.year * 12 + today.month - 1 + later
    return f"{months // 12}-{months % 12 + 1:02}"


def _weekday(wanted: int, which: str, today: date) -> date:
    """A day of the week: today may be the coming one, not the next or the last one."""
    ahead = (wanted - today.weekday()) % 7
    if which == "last":
        return today - timedelta(days=7 - ahead)
    return today + timedelta(days=(ahead or 7) if which == "next" else ahead)


def _part(first: int, months: int, which: str, today: date) -> dict[str, str]:
    """A season or month: that of this year; the coming one may have begun, the next one has not."""
    now = today.isoformat()[:_MONTH_LONG]
    for year in (today.year, today.year - 1) if which == "last" else range(today.year - 1, 9999):
        begin = _month(date(year, first, 1), 0)
        end = _month(date(year, first, 1), months - 1)
        fits = {
            "last": begin < now,
            "this": year == today.year,
            "coming": end >= now,
            "next": begin > now,
        }
        if fits[which]:
            return {"year": begin} if months == 1 else {"from": begin, "to": end}
    raise ValueError(f"no such part of a year: {which!r}")
