"""Moments and spans of time as people read them: with weekday, hour and the zone they are in."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from knowledge.reminders import Lead
from knowledge.rendering import day_of, listed

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ((7 * 24 * 60, "week"), (24 * 60, "day"), (60, "hour"), (1, "minute"))
AT_ITS_BEGINNING = "when it begins"


def zone_said(zone: ZoneInfo | str) -> str:
    """A zone as people speak of it: "Brussels time"."""
    name = str(zone)
    return name if "/" not in name else f"{name.rpartition('/')[2].replace('_', ' ')} time"


def zone_in(at: datetime) -> ZoneInfo:
    """The zone that an aware moment is in."""
    return at.tzinfo if isinstance(at.tzinfo, ZoneInfo) else ZoneInfo("UTC")


def weekday_said(at: datetime) -> str:
    return _WEEKDAYS[at.weekday()]


def moment_said(at: datetime) -> str:
    """An aware moment in its own zone: "Tue 17 March 2026, 09:00 Brussels time"."""
    day = day_of(at.date().isoformat())
    return f"{weekday_said(at)} {day}, {at:%H:%M} {zone_said(zone_in(at))}"


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
