"""Moments that Telegram shows in the reader's own zone and language."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from knowledge.moments import moment_said, weekday_said, zone_in, zone_said
from knowledge.occasions import Occasion, begins
from knowledge.rendering import day_of

FURTHEST = timedelta(days=1098)
"""So far ahead Telegram takes a date; what is later is shown as it is written."""


def moment(at: datetime, written: str, *, now: datetime) -> Markup:
    """An exact moment, with ``written`` for clients that do not know of this.

    Args:
        at: an aware moment.
        written: the same for people, with the event's own zone in it.
        now: an aware moment, because Telegram's range moves along.

    Raises:
        ValueError: ``at`` or ``now`` has no zone.
    """
    if at.tzinfo is None or now.tzinfo is None:
        raise ValueError("moments must be aware")
    unix = int(at.timestamp())
    if not 0 <= unix <= (now + FURTHEST).timestamp():
        return Markup.escape(written)
    return Markup('<tg-time unix="{}" format="wDT">{}</tg-time>').format(unix, written)


def told(at: datetime, *, now: datetime) -> Markup:
    """A moment with weekday, hour and the zone that ``at`` is in.

    Raises:
        ValueError: one of the two has no zone.
    """
    return moment(at, moment_said(at), now=now)


def when(event: Occasion, zone: ZoneInfo, *, now: datetime) -> Markup:
    """When an event is: its own wall time and zone, and the hour in another zone where it differs.

    Args:
        zone: that of the chat.
    """
    start = begins(event)
    day = day_of(event.start, event.end)
    if start is None or event.start_time is None:
        return Markup.escape(day)
    hours = f"{event.start_time}-{event.end_time}" if event.end_time else event.start_time
    line = f"{weekday_said(start)} {day}, {hours} {zone_said(zone_in(start))}"
    there = start.astimezone(zone)
    if there.utcoffset() != start.utcoffset():
        line += f" ({there:%H:%M} {zone_said(zone)})"
    return moment(start, line, now=now)
