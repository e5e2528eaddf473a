"""What a message that nobody asked for says: reminders, summaries of them, changes of events."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.bundles import Bundle
from handlers.buttons import Keyboard, Press, button
from handlers.deeplinks import reference_of
from handlers.planning import from_json
from handlers.texts import Texts
from handlers.times import moment
from knowledge.occasions import Occasion, begins, ends
from knowledge.rendering import day_of

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def written(bundle: Bundle, words: Texts, zone: ZoneInfo, *, now: datetime) -> tuple[str, Keyboard]:
    """The message as Telegram HTML, and the buttons below it.

    Args:
        zone: that of the chat.
        now: the moment of sending.
    """
    known = {
        "late": _span(bundle.late),
        "outage": bundle.outage,
        "repeated": bundle.repeated,
        "events": [_shown(event, zone, now) for event in bundle.events],
    }
    key = "summary" if len(bundle.events) > 1 else "reminder"
    if bundle.is_notice:
        key = "event_" + bundle.rows[0].lead
        body = json.loads(bundle.rows[0].body or "{}")
        old = body.get("old")
        known["old"] = _shown(from_json(old), zone, now) if old else None
        known["reason"] = body.get("reason")
    return words.say(key, **known), [
        button(event.title, Press("choice", reference_of("event", event.id).encode()))
        for event in bundle.events
    ]


def amended(bundle: Bundle, words: Texts, zone: ZoneInfo, *, now: datetime) -> str:
    """What an earlier reminder of the event says from now on, once a notice has been sent."""
    event = _shown(bundle.events[0], zone, now)
    return words.say("amended", event=event, cancelled=bundle.rows[0].lead == "cancel")


def _shown(event: Occasion, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    start, end = begins(event), ends(event)
    begun = start is not None and end is not None and start <= now < end
    return {
        "title": event.title,
        "when": when(event, zone, now=now),
        "place": event.place,
        "link": event.link,
        "status": event.status,
        "begun": begun,
    }


def when(event: Occasion, zone: ZoneInfo, *, now: datetime) -> Markup:
    """When an event is: its own wall time and zone, for newer clients also in that of the reader.

    Args:
        zone: that of the chat, which is named where it shows another time.
    """
    day = day_of(event.start, event.end)
    start = begins(event)
    if start is None or event.start_time is None:
        return Markup.escape(day)
    hours = event.start_time + (f"-{event.end_time}" if event.end_time else "")
    line = f"{_WEEKDAYS[start.weekday()]} {day}, {hours} ({start.tzinfo})"
    there = start.astimezone(zone)
    if there.utcoffset() != start.utcoffset():
        line += f", {there:%H:%M} ({zone})"
    return moment(start, line, now=now)


def _span(seconds: int) -> str:
    """A lateness in the unit that suits it; empty when there is none."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s" if seconds else ""
