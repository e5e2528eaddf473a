"""What a message that nobody asked for says: reminders, summaries of them, changes of events."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from db.deliveries import CANCEL
from handlers.bundles import Bundle
from handlers.buttons import Button, Keyboard, Press, button
from handlers.deeplinks import reference_of
from handlers.news import from_json
from handlers.settings import LIST
from handlers.snoozing import buttons as snoozes
from handlers.texts import Texts
from handlers.times import moment, when
from knowledge.facts import Event
from knowledge.moments import span_said
from knowledge.occasions import Occasion, begins, ends
from knowledge.reminders import Lead
from knowledge.rendering import as_of
from knowledge.snapshot import Snapshot

GIST = 160
"""Characters of what an event is about: a line or two on a telephone."""

YEAR = timedelta(days=365)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def written(
    bundle: Bundle, words: Texts, zone: ZoneInfo, snapshot: Snapshot, *, now: datetime
) -> tuple[str, Keyboard]:
    """The message as Telegram HTML, and the buttons below it.

    Args:
        zone: that of the chat.
        snapshot: for what an event is about, and where that is from.
        now: the moment of sending.
    """
    known = {
        "late": _late(bundle.late),
        "outage": bundle.outage,
        "repeated": bundle.repeated,
        "events": [_shown(event, words, zone, snapshot, now=now) for event in bundle.events],
    }
    if bundle.is_notice:
        return words.say(f"event_{bundle.rows[0].lead}", **known, **_change(bundle, zone, now)), [
            *_about(bundle.events, words),
            *_files(bundle.events, words),
            button(words.label("all_reminders"), Press("list", LIST)),
        ]
    key = bundle.rows[0].key
    why = button(words.label("why"), Press("why", number=key))
    if len(bundle.events) > 1:
        return words.say("summary", **known), [*_about(bundle.events, words), why]
    rows = snoozes(words, key, bundle.events[0], zone, now=now)
    return words.say("reminder", **known), [*rows, *_about(bundle.events, words), why]


def amended(bundle: Bundle, words: Texts, zone: ZoneInfo, *, now: datetime) -> str:
    """What an earlier reminder of the event says from now on, once a notice has been sent."""
    event = _facts(bundle.events[0], zone, now=now)
    return words.say("amended", event=event, cancelled=bundle.rows[0].lead == CANCEL)


def _change(bundle: Bundle, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The event as it was before a change, and why it was changed."""
    body = json.loads(bundle.rows[0].body or "{}")
    old = body.get("old")
    shown = _facts(from_json(old), zone, now=now) if old else None
    return {"old": shown, "reason": body.get("reason")}


def _about(events: tuple[Occasion, ...], words: Texts) -> list[tuple[Button, ...]]:
    """A button that tells more of each event."""
    return [
        button(
            words.label("about", name=event.title),
            Press("choice", reference_of("event", event.id).encode()),
        )
        for event in events
    ]


def _files(events: tuple[Occasion, ...], words: Texts) -> list[tuple[Button, ...]]:
    """A button for the calendar file of each event: the one that somebody has is out of date."""
    label = words.label("calendar_file")
    return [
        button(label, Press("calendar", "file", to=event.id))
        for event in events
        if begins(event) is not None
    ]


def _shown(
    event: Occasion, words: Texts, zone: ZoneInfo, snapshot: Snapshot, *, now: datetime
) -> dict[str, Any]:
    """All that a message tells of an event."""
    fact: Event | None = snapshot.things["event"].get(event.id)
    source = ""
    if fact is not None:
        source = words.say("source_line", labels=[fact.source], as_of=as_of(fact))
    return {
        **_facts(event, zone, now=now),
        "about": gist(fact.text) if fact is not None else "",
        "source": Markup(source),  # noqa: S704 - it has been escaped as it was made
    }


def _facts(event: Occasion, zone: ZoneInfo, *, now: datetime) -> dict[str, Any]:
    start, end = begins(event), ends(event)
    begun = start is not None and end is not None and start <= now < end
    return {
        "title": event.title,
        "when": when(event, zone, now=now),
        "day": event.start is not None,
        "place": event.place,
        "link": event.link,
        "status": event.status,
        "begun": begun,
        "in": _until(start, event, now) if start is not None and start > now else "",
    }


def _until(start: datetime, event: Occasion, now: datetime) -> Markup:
    """How long it is until an event begins, which Telegram keeps up to date: "in 2 days".

    Nothing of what is more than a year ahead, which no span says.
    """
    if start - now > YEAR:
        return Markup()
    days = (start.date() - now.astimezone(start.tzinfo).date()).days
    minutes = max(1, round((start - now).total_seconds() / _MINUTE))
    if days >= 2 or event.start_time is None:
        said = f"in {span_said(f'{days}d')}" if days else "today"
        return Markup.escape("tomorrow" if days == 1 else said)
    said = f"in {span_said(str(Lead(minutes=minutes)))}"
    return moment(start, said, now=now, form="r")


def gist(text: str) -> str:
    """The first sentences of a text, as many as make a line or two; else its first words."""
    found = ""
    for sentence in text.replace("\n", " ").split(". "):
        longer = f"{found}. {sentence}" if found else sentence
        if len(longer) > GIST:
            break
        found = longer
    if found:
        return found if found.endswith((".", "!", "?")) else f"{found}."
    words = text[: GIST - 1].rpartition(" ")[0]
    return f"{words} …" if words else ""


def _late(seconds: int) -> str:
    """A lateness in the unit that suits it; empty when there is none."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s" if seconds else ""
