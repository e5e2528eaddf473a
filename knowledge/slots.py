"""Fills the slots of a matched intent from the names in the question, or from the chat's focus."""

from collections.abc import Mapping, Sequence

from knowledge.answer import Focus
from knowledge.changes import about
from knowledge.chronology import anchor_event, is_whether, places_of, time_slots
from knowledge.declarations import Intent
from knowledge.event_times import NOT_HELD
from knowledge.offers import CANNED
from knowledge.references import Reference
from knowledge.relative import WHEN
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

_PLATFORMS = (
    ("agri food", "agri-food"),
    ("agrifood", "agri-food"),
    ("food", "agri-food"),
    ("farming", "agri-food"),
    ("energy", "energy"),
    ("blue economy", "blue-economy"),
    ("industrial modernisation", "industrial-modernisation"),
)
"""How people call a thematic platform, and its key."""


_USED_UP = frozenset({"events_next", "events_last", "events_now"})
_YOUNG = frozenset({"newest", "youngest", "latest"})


class SlotFiller:
    """Knows which slots each declared intent needs."""

    def __init__(self, intents: Mapping[str, Intent], snapshot: Snapshot) -> None:
        self._intents = intents
        self._snapshot = snapshot

    def wanted(self, label: str) -> Mapping[str, str]:
        """The slots of a declared intent: name → kind."""
        return self._intents[label].slots

    def fill(self, label: str, spans: Sequence[Span], focus: Focus | None) -> Reference | None:
        """The reference for a label of the matcher; None when a slot cannot be filled.

        A label ``kind/id`` is a fact that has questions of its own.
        """
        kind, _, id = label.partition("/")
        if id:
            return about(kind, id)
        slots: dict[str, str] = {}
        for name, wanted in self._intents[label].slots.items():
            filled = _named(wanted, spans)
            if filled is None and label in ("events_after", "events_before"):
                filled = anchor_event(spans, self._snapshot)
            filled = filled or _remembered(wanted, focus)
            if filled is None:
                return None
            slots[name] = filled
        if label.startswith("events_"):
            slots |= time_slots(spans)
            if WHEN in slots and label in _USED_UP:
                label = "events_list"  # "next" and "last" are said of the month, not of an event
            if not any(span.of("event") for span in spans):
                slots |= {name: id for name, (_, id) in places_of(spans, self._snapshot).items()}
        if label.startswith("partnerships_"):
            slots |= _period_and_platform(spans)
        if label == "event_cancelled" and not is_whether(spans):
            event = self._snapshot.things["event"][slots["event"]]
            # "Why was it cancelled?", when it was.
            label = "event_about" if event.status in NOT_HELD else label
        if label in ("status_change", "not_recorded", "region_country"):
            for kind in ("partnership", "region", "country"):
                if found := _named(kind, spans):
                    slots[kind] = found
        if label in CANNED:
            (id,) = slots.values()
            return CANNED[label](id)
        return Reference(label, tuple(slots.items()))


def _period_and_platform(spans: Sequence[Span]) -> dict[str, str]:
    """The year and the thematic platform that a question about partnerships speaks of."""
    slots: dict[str, str] = {}
    words = " ".join(span.words for span in spans)
    if platform := next((id for said, id in _PLATFORMS if said in words), None):
        slots["platform"] = platform
    if any(span.operator == "order.last" or span.words in _YOUNG for span in spans):
        slots["latest"] = "yes"
    now = any(span.operator == "time.now" for span in spans)
    if not now and (year := time_slots(spans).get("year")):
        slots["year"] = year[:4]
    return slots


def _named(kind: str, spans: Sequence[Span]) -> str | None:
    return next((names[0].id for span in spans if (names := span.of(kind))), None)


def _remembered(kind: str, focus: Focus | None) -> str | None:
    if focus is None:
        return None
    return next((id for known, id in reversed(focus.entities) if known == kind), None)
