"""Reads questions about events in time: next, last, first, before or after another, of a year."""

import re
from collections.abc import Sequence

from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_DAYS = 31
_YEAR = re.compile(r"(19|20)\d\d")
_NTH = {
    word: number
    for number, words in enumerate(("seventh 7th", "eighth 8th", "ninth 9th", "tenth 10th"), 7)
    for word in words.split()
}
"""Numbers of meetings, beyond those that are names: "the third meeting" is one."""
_INCLUDED = frozenset({"since", "until", "from"})
_NOW = frozenset({"now", "today", "right now", "at the moment", "at present", "currently"})
_KINDS = ("committee", "conference", "milestone", "event", "meeting")
_OF_EVENTS = frozenset(
    {"meet", "meets", "met", "held", "place", "venue", "location", "date", "city", "day", "when"}
    | {"where", "discuss", "discussed", "decide", "decided", "topic", "topics", "discussing"}
)
_EXPLAINED = ("subject_event", "order", "time", "ask", "number", "mark", "filler")


def compose_events(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Reference, int] | None:
    """The reference to a list of events and its coverage (0-100); None when none is asked for."""
    operators = {span.operator for span in spans}
    kinds = {op.partition(".")[2] for op in operators if op.startswith("subject_event.")}
    order = {op.partition(".")[2] for op in operators if op.startswith("order.")}
    if not kinds and not (order & {"next", "last"} and "ask.list" in operators):
        return None
    slots = time_slots(spans)
    anchor = anchor_event(spans, snapshot)
    places = places_of(spans, snapshot) if kinds and anchor is None else {}
    limited = slots.keys() - {"kind"} or places
    if not (order or limited or kinds & {"milestone", "event"} or _asks_for_many(spans)):
        return None
    if anchor is not None and not order:
        return None
    if not order and not limited and any(span.words in _NOW for span in spans):
        return Reference("events_now"), _coverage(spans, places)
    if anchor is not None:
        slots = {name: slots[name] for name in ("kind",) if name in slots} | {"event": anchor}
        named = any(span.of("event") for span in spans)
        if slots.get("kind") == "committee" and not named:
            slots["kind"] = next((kind for kind in _KINDS[1:] if kind in kinds), "milestone")
    slots |= {name: slot for name, (_, slot) in places.items()}
    if "after" in order and not slots.keys() & {"from", "to", "event"} and _since_report(spans):
        slots["from"] = snapshot.founding.as_of
    return Reference(_intent(order, anchor, slots), tuple(slots.items())), _coverage(spans, places)


def time_slots(spans: Sequence[Span]) -> dict[str, str]:
    """Which kind of event, with which number, and of which years or month.

    ``year`` is one (or a month), ``from`` and ``to`` include their years: "after 2019" begins with
    2020, "since 2019" with 2019.
    """
    slots: dict[str, str] = {}
    operators = {span.operator for span in spans}
    for kind in _KINDS:
        if f"subject_event.{kind}" in operators:
            slots["kind"] = kind
            break
    unnamed = [span for span in spans if not span.of("event")]
    words = [word for span in unnamed for word in span.words.split()]
    if number := next((_NTH[word] for word in words if word in _NTH), None):
        slots["number"] = str(number)
    years = sorted({word for word in words if _YEAR.fullmatch(word)})
    if len(years) == 2:
        return slots | {"from": years[0], "to": years[1]}
    if len(years) != 1:
        return slots
    said = {span.words for span in unnamed}
    year = years[0]
    if "order.after" in operators:
        return slots | {"from": year if said & _INCLUDED else str(int(year) + 1)}
    if "order.before" in operators:
        return slots | {"to": year if said & _INCLUDED else str(int(year) - 1)}
    month = next((MONTHS[word] for word in words if word in MONTHS), None)
    if month is None:
        return slots | {"year": year}
    day = next((int(word) for word in words if word.isdecimal() and 1 <= int(word) <= _DAYS), None)
    return slots | {"year": f"{year}-{month:02}" + (f"-{day:02}" if day else "")}


def _since_report(spans: Sequence[Span]) -> bool:
    return any(span.words == "report" for span in spans)


def places_of(spans: Sequence[Span], snapshot: Snapshot) -> dict[str, tuple[Span, str]]:
    """Where the events that are asked for took place: the slots, each with the span that says so.

    A city that events were held in is meant as such, even when a region bears its name.
    """
    for span in spans:
        place = span.words.replace(" ", "-")
        if not span.operator and place in snapshot.event_places:
            return {"place": (span, place)}
    for span in spans:
        if named := span.of("country"):
            return {"country": (span, named[0].id)}
    return {}


def anchor_event(spans: Sequence[Span], snapshot: Snapshot) -> str | None:
    """The event that others are seen from; "the committee" is its first recorded meeting."""
    named = next((names[0].id for span in spans if (names := span.of("event"))), None)
    operators = [span.operator for span in spans]
    if named is not None or "subject_event.committee" not in operators:
        return named
    place = operators.index("subject_event.committee")
    if not {"order.after", "order.before"} & set(operators[:place]):
        return None
    return next((e.id for e in snapshot.events if "steering" in e.title.lower()), None)


def _intent(order: set[str], anchor: str | None, slots: dict[str, str]) -> str:
    if anchor is not None:
        return "events_before" if order & {"before", "last"} else "events_after"
    for word in ("next", "last", "first"):
        if word in order and not slots.keys() & {"year", "from", "to"}:
            return f"events_{word}"
    return "events_list"


def _asks_for_many(spans: Sequence[Span]) -> bool:
    operators = {span.operator for span in spans}
    plural = any(
        span.operator.startswith("subject_event.") and span.words.endswith("s") for span in spans
    )
    return "ask.count" in operators or (plural and "ask.list" in operators)


def _coverage(spans: Sequence[Span], places: dict[str, tuple[Span, str]]) -> int:
    explained = missing = 0.0
    said = [span for span, _ in places.values()]
    for span in spans:
        if span.of("event") or span in said:
            explained += 1.5
        elif span.names:
            missing += 1.5
        elif span.words in _OF_EVENTS or span.operator == "set.all":
            explained += 1
        elif span.operator.partition(".")[0] in _EXPLAINED or is_date(span):
            explained += span.operator != "filler"
        else:
            missing += 1
    return round(100 * explained / (explained + missing)) if explained else 0


def is_date(span: Span) -> bool:
    """Whether a span is a month or a year."""
    return span.words in MONTHS or bool(_YEAR.fullmatch(span.words))
