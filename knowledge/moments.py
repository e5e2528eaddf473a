"""Moments and spans of time as people read them: with weekday, hour and the zone they are in."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from knowledge.occasions import Occasion, begins, ends
from knowledge.reminders import Lead
from knowledge.wording import day_of, listed

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ((7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour"), (1, "minute"))
_EXACT = re.compile(r'<tg-time unix="(-?\d+)" format="\w*">(.*?)</tg-time>', re.DOTALL)
_AT_SEA = re.compile(r"Etc/GMT([+-])(\d+)")
FURTHEST = timedelta(days=1098)
"""So far ahead Telegram takes a date; what is later is shown as it is written."""

AT_ITS_BEGINNING = "when it begins"


def zone_said(zone: ZoneInfo | str) -> str:
    """A zone as people speak of it: "Brussels time"; of the open sea, "UTC-2"."""
    if found := _AT_SEA.fullmatch(str(zone)):
        sign, hours = found.groups()
        return f"UTC{'-' if sign == '+' else '+'}{hours}"  # its names count westwards
    return f"{city_said(zone)} time" if "/" in str(zone) else str(zone)


def zone_in(at: datetime) -> ZoneInfo:
    """The zone that an aware moment is in."""
    return at.tzinfo if isinstance(at.tzinfo, ZoneInfo) else ZoneInfo("UTC")


def weekday_said(at: datetime) -> str:
    return _WEEKDAYS[at.weekday()]


def moment_said(at: datetime) -> str:
    """An aware moment in its own zone: "Tue 17 March 2026, 09:00 Brussels time"."""
    day = day_of(at.date().isoformat())
    return f"{weekday_said(at)} {day}, {at:%H:%M} {zone_said(zone_in(at))}"


def city_said(zone: ZoneInfo | str) -> str:
    """The city that a zone is named after: "Brussels"."""
    return str(zone).rpartition("/")[2].replace("_", " ")


def event_when(event: Occasion, zone: ZoneInfo | None = None) -> Markup:
    """When an event is, as Telegram HTML: its own wall time and zone, which Telegram may translate.

    Args:
        zone: that of the reader; the hour there is added where it is another.
    """
    start = begins(event)
    if start is None or event.start_time is None:
        return Markup.escape(day_of(event.start, event.end))
    written = moment_said(start)
    if zone is not None and start.astimezone(zone).utcoffset() != start.utcoffset():
        written += f" ({start.astimezone(zone):%H:%M} {zone_said(zone)})"
    return exact(start, written) + _until(event, start)


def _until(event: Occasion, start: datetime) -> str:
    """The end of an event, as far as it is known: ", until 16:00 (Brussels)"."""
    last = day_of(event.end) if event.end and event.end != event.start else ""
    end = ends(event) if event.end_time else None
    if end is not None:
        clock = f"{end:%H:%M} ({city_said(zone_in(start))})"
        return f", until {last}, {clock}" if last else f", until {clock}"
    return f", until {last}" if last else ""


def exact(at: datetime, written: str, form: str = "wDT") -> Markup:
    """An exact moment that Telegram shows as the reader's clock has it, or as it is written.

    What is beyond Telegram's reach has to be taken out by ``within_reach``.

    Raises:
        ValueError: ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment must be aware")
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(
        int(at.timestamp()), form, written
    )


def within_reach(html: str, now: datetime) -> str:
    """The same without exact moments that Telegram does not take, which stay as they are written.

    Raises:
        ValueError: ``now`` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    furthest = (now + FURTHEST).timestamp()

    def kept(found: re.Match[str]) -> str:
        return found[0] if 0 <= int(found[1]) <= furthest else found[2]

    return _EXACT.sub(kept, html)


def span_said(lead: str) -> str:
    """A span such as ``2w`` or ``51h`` in words: "2 weeks", "2 days and 3 hours".

    Raises:
        ValueError: it is no span.
    """
    span = Lead.parse(lead)
    left = span.days * 24 * 60 + span.minutes
    parts = []
    for length, unit in _UNITS:
        number, left = divmod(left, length)
        if unit == "week" and left:
            number, left = 0, left + number * length  # "10 days", not "1 week and 3 days"
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return listed(parts)


def lead_said(lead: str) -> str:
    """How long before an event a reminder comes: "2 days before".

    Raises:
        ValueError: it is no span.
    """
    said = span_said(lead)
    return f"{said} before" if said else AT_ITS_BEGINNING


def leads_said(leads: Sequence[str]) -> str:
    """All spans of a subscription: "1 week and 1 day before and when it begins"; or empty.

    Raises:
        ValueError: one of them is no span.
    """
    spans = [said for lead in leads if (said := span_said(lead))]
    at_beginning = [AT_ITS_BEGINNING] if len(spans) < len(leads) else []
    return listed([f"{listed(spans)} before"] * bool(spans) + at_beginning)
