"""Fills the slots of a matched intent from the names in the question, or from the chat's focus."""

import re
from collections.abc import Mapping, Sequence

from knowledge.answer import Focus
from knowledge.declarations import Intent
from knowledge.references import Reference
from knowledge.vocabulary import Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}
_YEAR = re.compile(r"(19|20)\d\d")
_EVENT_KINDS = ("committee", "conference", "milestone", "event", "meeting")


class SlotFiller:
    """Knows which slots each declared intent needs."""

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        self._intents = intents

    def fill(
        self, label: str, spans: Sequence[Span], text: str, focus: Focus | None
    ) -> Reference | None:
        """The reference for a label of the matcher; None when a slot cannot be filled.

        A label ``kind/id`` is a fact that has questions of its own.
        """
        kind, _, id = label.partition("/")
        if id:
            return Reference("card", ((kind, id),))
        slots: dict[str, str] = {}
        for name, wanted in self._intents[label].slots.items():
            filled = _named(wanted, spans) or _remembered(wanted, focus)
            if filled is None:
                return None
            slots[name] = filled
        if label.startswith("events_"):
            slots |= _time_slots(spans)
        if label in ("status_change", "not_recorded", "region_country"):
            for kind in ("partnership", "region", "country"):
                if found := _named(kind, spans):
                    slots[kind] = found
        return Reference(label, tuple(slots.items()))


def _named(kind: str, spans: Sequence[Span]) -> str | None:
    return next((names[0].id for span in spans if (names := span.of(kind))), None)


def _remembered(kind: str, focus: Focus | None) -> str | None:
    if focus is None:
        return None
    return next((id for known, id in reversed(focus.entities) if known == kind), None)


def _time_slots(spans: Sequence[Span]) -> dict[str, str]:
    """Which kind of event, and of which year or month."""
    slots: dict[str, str] = {}
    operators = {span.operator for span in spans}
    for kind in _EVENT_KINDS:
        if f"subject_event.{kind}" in operators:
            slots["kind"] = kind
            break
    words = [word for span in spans for word in span.words.split()]
    year = next((word for word in words if _YEAR.fullmatch(word)), None)
    if year is not None:
        month = next((_MONTHS[word] for word in words if word in _MONTHS), None)
        slots["year"] = f"{year}-{month:02}" if month else year
    return slots
