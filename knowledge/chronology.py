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
_YEAR = re.compile(r"(19|20)\d\d")
_KINDS = ("committee", "conference", "milestone", "event", "meeting")
_OF_EVENTS = frozenset(
    {"meet", "meets", "met", "held", "place", "venue", "location", "date", "city", "day", "when"}
    | {"where"}
)
_EXPLAINED = ("subject_event", "order", "time", "ask", "number", "mark", "filler")


def compose_events(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Reference, int] | None:
    """The reference to a list of events and its coverage (0-100); None when none is asked for."""
    operators = {span.operator for span in spans}
    kinds = {op.partition(".")[2] for op in operators if op.startswith("subject_event.")}
    order = {op.partition(".")[2] for op in operators if op.startswith("order.")}
    slots = time_slots(spans)
    if not kinds and not (order & {"next", "last"} and "ask.list" in operators):
        return None
    anchor = anchor_event(spans, snapshot)
    if not (order or "year" in slots or kinds & {"milestone", "event"} or _asks_for_many(spans)):
        return None
    if anchor is not None and not order:
        return None
    intent = _intent(order, anchor)
    if anchor is not None:
        slots["event"] = anchor
        if slots.get("kind") == "committee":
            slots["kind"] = next((kind for kind in _KINDS[1:] if kind in kinds), "milestone")
    return Reference(intent, tuple(slots.items())), _coverage(spans)


def time_slots(spans: Sequence[Span]) -> dict[str, str]:
    """Which kind of event, and of which year or month."""
    slots: dict[str, str] = {}
    operators = {span.operator for span in spans}
    for kind in _KINDS:
        if f"subject_event.{kind}" in operators:
            slots["kind"] = kind
            break
    words = [word for span in spans for word in span.words.split()]
    years = {word for word in words if _YEAR.fullmatch(word)}
    if len(years) == 1:
        year = years.pop()
        month = next((MONTHS[word] for word in words if word in MONTHS), None)
        slots["year"] = f"{year}-{month:02}" if month else year
    return slots


def anchor_event(spans: Sequence[Span], snapshot: Snapshot) -> str | None:
    """The event that others are seen from; "the committee" is its latest recorded meeting."""
    named = next((names[0].id for span in spans if (names := span.of("event"))), None)
    operators = [span.operator for span in spans]
    if named is not None or "subject_event.committee" not in operators:
        return named
    place = operators.index("subject_event.committee")
    if not {"order.after", "order.before"} & set(operators[:place]):
        return None
    meetings = [event for event in snapshot.events if "steering" in event.title.lower()]
    return meetings[-1].id if meetings else None


def _intent(order: set[str], anchor: str | None) -> str:
    if anchor is not None:
        return "events_before" if order & {"before", "last"} else "events_after"
    for word in ("next", "last", "first"):
        if word in order:
            return f"events_{word}"
    return "events_list"


def _asks_for_many(spans: Sequence[Span]) -> bool:
    operators = {span.operator for span in spans}
    plural = any(
        span.operator.startswith("subject_event.") and span.words.endswith("s") for span in spans
    )
    return "ask.count" in operators or (plural and "ask.list" in operators)


def _coverage(spans: Sequence[Span]) -> int:
    explained = missing = 0.0
    for span in spans:
        if span.of("event"):
            explained += 1.5
        elif span.names:
            missing += 1.5
        elif span.words in _OF_EVENTS:
            explained += 1
        elif span.operator.partition(".")[0] in _EXPLAINED or is_date(span):
            explained += span.operator != "filler"
        else:
            missing += 1
    return round(100 * explained / (explained + missing)) if explained else 0


def is_date(span: Span) -> bool:
    """Whether a span is a month or a year."""
    return span.words in MONTHS or bool(_YEAR.fullmatch(span.words))
