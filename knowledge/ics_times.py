"""Reads the times of a calendar file into days, wall times and an IANA zone, or refuses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import vDDDTypes, vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from knowledge.ics_lines import BadCalendar, Component, Property
from knowledge.zones import FIRST_YEAR, LAST_YEAR, instant

Value = TypeVar("Value", date, datetime)
_ONE_DAY = timedelta(days=1)
_ZONE_HINTS = ("X-LIC-LOCATION", "TZID-ALIAS-OF")
"""What a VTIMEZONE of its own making may name the IANA zone by."""


@dataclass(frozen=True, slots=True)
class When:
    """The times of an event as ``knowledge.entries.Entry`` has them; the last day is included."""

    start: str
    end: str | None
    start_time: str | None
    end_time: str | None
    zone: str | None


class Zones:
    """The zones that the times of a file may name.

    Args:
        calendar: the whole file; its own definitions only count where they name an IANA zone, for
            to follow others would mean to store rules that nobody keeps up to date.
        default: the zone of times that name none; None to refuse them.
    """

    def __init__(self, calendar: Component, default: str | None) -> None:
        hint = calendar.one("X-WR-TIMEZONE")
        self.default = (_iana(hint.value) if hint is not None else None) or default
        self._defined: Mapping[str, str | None] = {
            tzid.value: _hinted(component)
            for component in calendar.components
            if component.name == "VTIMEZONE" and (tzid := component.one("TZID")) is not None
        }

    def named(self, given: Property) -> str:
        """The IANA zone of a time.

        Raises:
            BadCalendar: there is none, or it is no IANA zone and cannot be mapped to one.
        """
        tzid = given.params.get("TZID")
        if tzid is None:
            if self.default is None:
                mend = "give it a TZID, or name the zone of the file"
                raise BadCalendar(given.line, given.name, "names no time zone", mend)
            return self.default
        zone = _iana(tzid) or _windows(tzid) or self._defined.get(tzid)
        if zone is None:
            wrong = f"the time zone {tzid!r} is not known"
            mend = "use an IANA name such as Europe/Brussels"
            raise BadCalendar(given.line, given.name, wrong, mend)
        return zone


def read_when(event: Component, zones: Zones) -> When:
    """When an event is.

    Raises:
        BadCalendar: naming the line of what is missing or wrong.
    """
    start = event.one("DTSTART")
    if start is None:
        raise BadCalendar(event.line, "VEVENT", "has no DTSTART", "give it a beginning")
    end, duration = event.one("DTEND"), event.one("DURATION")
    if end is not None and duration is not None:
        raise BadCalendar(duration.line, "DURATION", "stands beside a DTEND", "keep one of them")
    first = _value(start)
    if not isinstance(first, datetime):
        return _days(first, end, duration)
    return _hours(start, first, end, duration, zones)


def _days(first: date, end: Property | None, duration: Property | None) -> When:
    last = first
    if end is not None:
        after = _value(end)
        if isinstance(after, datetime):
            wrong = "is a moment, but DTSTART a day"
            raise BadCalendar(end.line, "DTEND", wrong, "make both days")
        last = after - _ONE_DAY
        if last < first:
            wrong = "is not after DTSTART"
            raise BadCalendar(end.line, "DTEND", wrong, "write the day after the last")
    elif duration is not None:
        span = _duration(duration)
        if span % _ONE_DAY:
            raise BadCalendar(duration.line, "DURATION", "is not of whole days", "write P1D")
        last = first + span - _ONE_DAY
    return When(first.isoformat(), last.isoformat() if last > first else None, None, None, None)


def _hours(
    start: Property,
    first: datetime,
    end: Property | None,
    duration: Property | None,
    zones: Zones,
) -> When:
    zone = _zone_of(start, first, zones)
    begins = _moment(start, first, zone, zones)
    ends = None
    if end is not None:
        last = _value(end)
        if not isinstance(last, datetime):
            raise BadCalendar(end.line, "DTEND", "is a day, but DTSTART a moment", "make both so")
        ends = _moment(end, last, zone, zones)
        if ends < begins:
            raise BadCalendar(end.line, "DTEND", "is before DTSTART", "correct one of them")
    elif duration is not None:
        ends = (begins.astimezone(UTC) + _duration(duration)).astimezone(ZoneInfo(zone))
    if ends == begins:
        ends = None
    return When(
        begins.date().isoformat(),
        ends.date().isoformat() if ends and ends.date() > begins.date() else None,
        begins.strftime("%H:%M"),
        ends.strftime("%H:%M") if ends else None,
        zone,
    )


def _zone_of(given: Property, value: datetime, zones: Zones) -> str:
    if value.tzinfo is not None:  # with a Z; the file may name the zone that people think in
        return zones.default or "UTC"
    return zones.named(given)


def _moment(given: Property, value: datetime, zone: str, zones: Zones) -> datetime:
    """A moment on the clocks of ``zone``, whichever zone it is written in."""
    if value.second:
        raise BadCalendar(given.line, given.name, "has seconds", "write whole minutes")
    if value.tzinfo is None:
        own = ZoneInfo(zones.named(given))
        value = instant(value.date(), value.time(), own)
    return value.astimezone(UTC).astimezone(ZoneInfo(zone))


def _value(given: Property) -> date | datetime:
    """A day or a moment; naive where the zone stands in TZID."""
    text = given.value.strip()
    try:
        value = vDDDTypes.from_ical(text)  # type: ignore[no-untyped-call]  # theirs
    except (ValueError, TypeError) as error:
        mend = "write 20270317 or 20270317T093000Z"
        raise BadCalendar(given.line, given.name, f"{text[:40]!r} is no date", mend) from error
    if isinstance(value, datetime):
        if given.params.get("VALUE", "DATE-TIME") != "DATE-TIME":
            raise BadCalendar(given.line, given.name, "is a moment, but says DATE", "correct it")
        return _within_calendar(given, value)
    if isinstance(value, time) or not isinstance(value, date):
        mend = "write 20270317 or 20270317T093000Z"
        raise BadCalendar(given.line, given.name, f"{text[:40]!r} is no date", mend)
    return _within_calendar(given, value)


def _duration(given: Property) -> timedelta:
    try:
        span: timedelta = vDuration.from_ical(given.value.strip())  # type: ignore[no-untyped-call]
    except ValueError as error:
        wrong = f"{given.value[:40]!r} is no duration"
        raise BadCalendar(given.line, given.name, wrong, "write PT1H30M or P1D") from error
    if not timedelta() <= span <= timedelta(days=366):
        raise BadCalendar(given.line, given.name, "is not sensible", "write PT1H30M or P1D")
    return span


def _within_calendar(given: Property, value: Value) -> Value:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadCalendar(given.line, given.name, f"lies in {value.year}", "correct the year")
    return value


def _hinted(component: Component) -> str | None:
    for name in _ZONE_HINTS:
        given = component.one(name)
        if given is not None and (zone := _iana(given.value)):
            return zone
    return None


def _windows(tzid: str) -> str | None:
    return WINDOWS_TO_OLSON.get(tzid)


def _iana(tzid: str) -> str | None:
    """The IANA zone that a name is, or ends in: "/freeassociation.sourceforge.net/Europe/Rome"."""
    parts = tzid.strip().split("/")
    names = [tzid.strip()] if "/" in tzid.strip("/") or tzid == "UTC" else []
    names += ["/".join(parts[-length:]) for length in (3, 2) if len(parts) > length]
    for name in names:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
        return name
    return None
