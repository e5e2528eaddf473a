"""How the fields of an event are told to organisers: by question, and by difference."""

from typing import Any

from markupsafe import Markup, escape

from handlers.event_changes import occasion_of
from handlers.times import when
from handlers.turn import Turn
from knowledge.drafting import kind_of
from knowledge.entries import Entry
from knowledge.entry_changes import Difference
from knowledge.moments import zone_said

MOST_SHOWN = 200
"""Characters of a field; the rest is left out."""

_PLAIN = ("title", "link", "host", "text", "reason")


def name_of(turn: Turn, field: str) -> str:
    """What a field is called."""
    return turn.texts.label(f"field_{field}")


def said(turn: Turn, entry: Entry, field: str) -> str:
    """What a field holds, or an empty text; the same for a question and for a difference."""
    if field in _PLAIN:
        return shortened(getattr(entry, field) or "")
    match field:
        case "days" | "hours" | "when":
            return when_said(turn, entry)
        case "zone":
            return zone_said(entry.zone) if entry.zone else ""
        case "place":
            return _place(turn, entry)
        case "kind" | "series":
            return ", ".join(filter(None, (_kind(turn, entry), *_partnerships(turn, entry))))
        case "partnerships":
            return ", ".join(_partnerships(turn, entry))
        case "status":
            return _status(turn, entry)
    return ""


def when_said(turn: Turn, entry: Entry) -> Markup:
    """When an event is, and that its hours are to be confirmed."""
    told = when(occasion_of("", entry, 0), turn.zone, now=turn.now)
    if entry.precision == "day" and entry.hours_open:
        told += escape(turn.texts.label("hours_open"))
    return told


def _place(turn: Turn, entry: Entry) -> str:
    country = turn.assistant.snapshot.countries.get(entry.country or "")
    if entry.place is None or country is None or country.name in entry.place:
        return entry.place or ""
    return f"{entry.place}, {country.name}"


def _kind(turn: Turn, entry: Entry) -> str:
    kind = kind_of(entry)
    return turn.texts.label(f"kind_{kind}") if kind is not None else entry.kind.replace("_", " ")


def _partnerships(turn: Turn, entry: Entry) -> list[str]:
    known = turn.assistant.snapshot.partnerships
    return [known[id].short_name for id in entry.partnerships if id in known]


def _status(turn: Turn, entry: Entry) -> str:
    status = entry.status or turn.texts.label("no_status")
    return f"{status} ({shortened(entry.reason)})" if entry.reason else status


def shortened(text: str) -> str:
    """A text that is short enough to be shown beside others."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1].rstrip()}…"


def rows(turn: Turn, differences: tuple[Difference, ...]) -> list[dict[str, Any]]:
    """What is another: the name of each field, what it held, and what it is to hold."""
    return [
        {
            "name": name_of(turn, one.field),
            "old": said(turn, one.old, one.field) if one.old is not None else None,
            "new": said(turn, one.new, one.field),
        }
        for one in differences
    ]
