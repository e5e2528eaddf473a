"""Reads days and hours as people type them into a form: a small strict grammar, nothing guessed.

What is not wholly understood is refused with a reason, never half read. Days come before months
(17.3.2027), a year is always written, and a weekday that is given must be the right one.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.periods import MONTHS

YEARS = range(1990, 2100)
MOST_CHARACTERS = 80
LONGEST = timedelta(days=366)
"""An event of more days is a slip in one of its dates."""

_OPEN = frozenset(
    {"to be confirmed", "to be announced", "tbc", "tba", "tbd", "not known yet", "unknown", "open"}
)
_WHOLE_DAY = frozenset({"whole day", "all day", "the whole day", "day", "whole days"})
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(
    r"^(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|" + "|".join(_WEEKDAYS) + r")\.?,?\s+"
)
_BETWEEN = re.compile(r"\s+(?:to|until|till|and)\s+|\s*[–—]\s*|\s+-\s+")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})(?P<mark>[./-])\s?(?P<number>\d{1,2})(?P=mark)\s?(?P<year>\d{4})"),
    re.compile(rf"{_DAY}(?:\s+of)?\s*(?P<name>{_MONTH})\.?,?\s*(?P<year>\d{{4}})"),
    re.compile(
        rf"(?P<name>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    ),
)
_MONTHS_ALONE = (
    re.compile(rf"(?P<name>{_MONTH})\.?,?\s+(?P<year>\d{{4}})"),
    re.compile(r"(?P<year>\d{4})-(?P<number>\d{1,2})"),
    re.compile(r"(?P<number>\d{1,2})[./](?P<year>\d{4})"),
)
_YEAR_ALONE = re.compile(r"(?P<year>\d{4})")
# The first day of a span may leave out what the last one says.
_FIRST_DAY = (
    re.compile(rf"{_DAY}(?:\s+of)?\s*(?P<name>{_MONTH})\.?"),
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.?"),
    re.compile(rf"(?P<name>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"),
    re.compile(_DAY),
)
_SHORT_SPAN = re.compile(r"(\d{1,2}\.?)\s?[-–—/]\s?(\d{1,2}\D.*)")
_LAST_DAY_AFTER_MONTH = re.compile(
    rf"(?P<name>{_MONTH})\.?\s+(?P<first>\d{{1,2}})\s?[-–—]\s?(?P<last>\d{{1,2}}),?\s+(?P<year>\d{{4}})"
)
_ISO_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?P<minute>\d{2})|\s?h|\s?uhr|\s?o'clock)?"
    r"\s?(?P<half>am|pm|a\.m\.|p\.m\.)?"
)
_TIMES_BETWEEN = re.compile(r"\s+(?:to|until|till)\s+|\s*[-–—]\s*")
_NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}


class NotRead(Exception):
    """What was typed is no date or time; ``reason`` names the text that tells it kindly."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Days:
    """When something is: ISO dates as precise as ``precision`` says; no start: to be confirmed."""

    start: str | None
    end: str | None
    precision: str


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, as wall times (HH:MM); ``open`` when they are to be confirmed.

    Neither a start nor ``open``: the whole day.
    """

    start: str | None
    end: str | None
    open: bool = False


def read_days(typed: str) -> Days:
    """A day, a span of days, a month, a year, or that the date is to be confirmed.

    Raises:
        NotRead: ``no_date`` when nothing is understood, ``no_year`` without a year, ``no_such_day``
            for a day that is not in the calendar, ``wrong_weekday``, ``ends_before`` and
            ``too_long`` for spans, ``far_year`` for years outside 1990 to 2099.
    """
    text = _folded(typed)
    if text in _OPEN:
        return Days(None, None, "unknown")
    if (span := _span(text)) is not None:
        first, last = span
        if last < first:
            raise NotRead("ends_before")
        if last - first > LONGEST:
            raise NotRead("too_long")
        return Days(first.isoformat(), last.isoformat() if last != first else None, "day")
    if (day := _day(text)) is not None:
        return Days(day.isoformat(), None, "day")
    for pattern in _MONTHS_ALONE:
        if found := pattern.fullmatch(text):
            month = _built({**found.groupdict(), "day": "1"})
            return Days(month.isoformat()[:7], None, "month")
    if found := _YEAR_ALONE.fullmatch(text):
        return Days(str(_in_range(int(found["year"]))), None, "year")
    if any(pattern.fullmatch(_without_weekday(text)[0]) for pattern in _FIRST_DAY[:3]):
        raise NotRead("no_year")
    raise NotRead("no_date")


def read_hours(typed: str) -> Hours:
    """A time, a span of times, the whole day, or that the hours are to be confirmed.

    Raises:
        NotRead: ``no_time`` when nothing is understood, ``no_such_time`` for 25:00 and the like.
    """
    text = _folded(typed).removeprefix("from ").removeprefix("at ")
    if text in _OPEN:
        return Hours(None, None, open=True)
    if text in _WHOLE_DAY:
        return Hours(None, None)
    parts = _TIMES_BETWEEN.split(text)
    if len(parts) > 2:
        raise NotRead("no_time")
    first, *rest = (_time(part) for part in parts)
    if rest and rest[0] == first:
        raise NotRead("no_time")
    return Hours(first, rest[0] if rest else None)


def _folded(typed: str) -> str:
    if len(typed) > MOST_CHARACTERS:
        raise NotRead("no_date")
    return " ".join(typed.lower().split()).strip(" .,;!?")


def _span(text: str) -> tuple[date, date] | None:
    """The first and last day of a span; None when it is none."""
    if found := _ISO_SPAN.fullmatch(text):
        first, last = _day(found[1]), _day(found[2])
        return (first, last) if first and last else None
    if found := _LAST_DAY_AFTER_MONTH.fullmatch(text):
        known = {"name": found["name"], "year": found["year"]}
        return _built({**known, "day": found["first"]}), _built({**known, "day": found["last"]})
    parts = _BETWEEN.split(text)
    if len(parts) != 2:
        short = _SHORT_SPAN.fullmatch(text)
        if short is None or _day(text) is not None:
            return None
        parts = [short[1], short[2]]
    last = _day(parts[1])
    if last is None:
        return None
    first = _day(parts[0]) or _first_of(parts[0], last)
    return (first, last) if first is not None else None


def _first_of(text: str, last: date) -> date | None:
    """The first day of a span, whose year (and month) may be said by the last only."""
    text, weekday = _without_weekday(text)
    for pattern in _FIRST_DAY:
        if found := pattern.fullmatch(text):
            said = {"number": str(last.month), "year": str(last.year)}
            day = _built({**said, **{k: v for k, v in found.groupdict().items() if v}})
            if (day.month, last.month) == (12, 1):
                day = day.replace(year=day.year - 1)  # "28 December to 3 January 2028"
            return _on(weekday, day)
    return None


def _day(text: str) -> date | None:
    text, weekday = _without_weekday(text)
    for pattern in _DAYS:
        if found := pattern.fullmatch(text):
            return _on(weekday, _built(found.groupdict()))
    return None


def _without_weekday(text: str) -> tuple[str, int | None]:
    found = _WEEKDAY.match(text)
    if found is None:
        return text, None
    number = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(found[1][:3]))
    return text[found.end() :], number


def _on(weekday: int | None, day: date) -> date:
    if weekday is not None and day.weekday() != weekday:
        raise NotRead("wrong_weekday")
    return day


def _built(parts: dict[str, str | None]) -> date:
    name, number = parts.get("name"), parts.get("number")
    month = MONTHS[name] if name else int(number or 0)
    year = _in_range(int(parts["year"] or 0))
    try:
        return date(year, month, int(parts["day"] or 0))
    except ValueError:
        raise NotRead("no_such_day") from None


def _in_range(year: int) -> int:
    if year not in YEARS:
        raise NotRead("far_year")
    return year


def _time(text: str) -> str:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    found = _TIME.fullmatch(text)
    if found is None:
        raise NotRead("no_time")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise NotRead("no_such_time")
        hour = hour % 12 + 12 * found["half"].startswith("p")
    if hour > 23 or minute > 59:
        raise NotRead("no_such_time")
    return f"{hour:02}:{minute:02}"
