"""Follow-ups that ask the same of another time: a year, today, another meeting of a series."""

from collections.abc import Sequence

from knowledge.answer import Focus
from knowledge.changes import base_query
from knowledge.chronology import PERIOD, time_slots
from knowledge.facts import Event
from knowledge.fragments import behind_opener, content
from knowledge.periods import is_date
from knowledge.references import Reference
from knowledge.relative import relative_period
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

_PAST = frozenset({"came", "happened", "followed", "was", "did", "went"})
_THAT = frozenset({"that", "it", "this"})
_STEPS = {
    "events_after": "order.after",
    "events_first": "order.after",
    "events_before": "order.before",
}
"""Which way a talk about events goes on with "and then?"."""
_STEPPING = frozenset({"and", "then", "so", "what", "ok"})
_STEP_BACK = frozenset({"one", "previous", "earlier"})
_TIMED = frozenset({"events_first", "events_last", "events_next"})
_MOST_WORDS = 5
_EARLIER = (["order.before"], ["order.last"])
_PERIODS = ("order.after", "order.before", "order.between")
_NUMBERS = {"order.first": 1, "order.second": 2, "order.third": 3}
_NUMBERED = {
    word: number
    for number, words in enumerate(("fourth 4th", "fifth 5th", "sixth 6th"), 4)
    for word in words.split()
}


def other_time(spans: Sequence[Span], last: Reference, snapshot: Snapshot) -> Reference | None:
    """The last question asked of another time, when a message says nothing else."""
    told = content(behind_opener(spans))
    if not told:
        return None
    return _period(told, last) or _today(told, last) or _number(told, last, snapshot)


def _period(told: Sequence[Span], last: Reference) -> Reference | None:
    """The last list of events, asked of another year or month: "and in 2020?"."""
    if not last.intent.startswith("events_") or last.slot("event") is not None:
        return None
    relative = relative_period(told)
    said = relative[1] if relative else frozenset[str]()
    if not all(
        is_date(span)
        or span.operator in ("mark.recorded", *_PERIODS)
        or said.issuperset(span.words.split())
        for span in told
    ):
        return None
    period = time_slots(told)
    if not period.keys() & {*PERIOD}:
        return None
    kept = [(name, value) for name, value in last.slots if name in ("kind", "place", "country")]
    return Reference("events_list", (*kept, *period.items()))


def _today(told: Sequence[Span], last: Reference) -> Reference | None:
    """What became of the partnership that was spoken of: "and today?", "and since then?"."""
    if any(span.operator not in ("time.now", "order.after") for span in told):
        return None
    base = base_query(last)
    if base is None:
        return None
    named = {id for condition in base.conditions for id in condition.pattern.partnerships}
    if len(named) == 1:
        return Reference("partnership_since", (("partnership", named.pop()),))
    return last


def _number(told: Sequence[Span], last: Reference, snapshot: Snapshot) -> Reference | None:
    """Another meeting of the series that was spoken of: "and the third?"."""
    known: Event | None = snapshot.things["event"].get(last.slot("event") or "")
    if known is None or known.series is None or known.number is None or len(told) != 1:
        return None
    number = _NUMBERS.get(told[0].operator) or _NUMBERED.get(told[0].words)
    meetings = [event for event in snapshot.events if event.series == known.series]
    found = next((event for event in meetings if event.number == number), None)
    return last.with_slot("event", found.id) if number and found else None


def first_or_last(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | None:
    """The first, last or next event of the kind spoken of: "and the first one?"."""
    if len(focus.results) != 1 or len(spans) > _MOST_WORDS:
        return None
    told = [s for s in content(spans) if not s.operator.startswith(("ask.", "number.1"))]
    orders = {s.operator.replace("order.", "events_") for s in told} & _TIMED
    if len(told) != len(orders) or len(orders) != 1:
        return None
    event: Event | None = snapshot.things["event"].get(focus.results[0])
    kind = last.slot("kind") or ("committee" if event and event.series else None)
    return Reference(orders.pop(), (("kind", kind),) if kind else ())


def neighbour(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """What came after or before the event spoken of: "what came next?", "and before that?".

    Of events that were told to come after another, the next of these is what is gone on from.
    """
    told = [
        s for s in content(behind_opener(spans)) if not s.operator.startswith(("ask.", "number.1"))
    ]
    orders = [span.operator for span in told if span.operator.startswith("order.")]
    nouns = [span for span in told if span.operator.startswith("subject_event.")]
    words = {span.words for span in spans}
    stepping = last.intent in _STEPS and bool(focus.results) and words <= _STEPPING
    if len(told) != len(orders) + len(nouns) or len(orders) + stepping != 1:
        return None
    event = next((id for kind, id in focus.entities if kind == "event"), None)
    if last.intent in _STEPS and focus.results_kind == "event" and focus.results:
        event = focus.results[0 if last.intent != "events_before" else -1]
    if event is None and last.intent == "events_next" and orders[:1] in _EARLIER:
        kept = [(name, value) for name, value in last.slots if name == "kind"]
        return Reference("events_last", tuple(kept))
    if event is None or (nouns and not (words & _PAST or spans[-1].operator == orders[0])):
        return None
    order = orders[0] if orders else _STEPS.get(last.intent, "order.after")
    if order == "order.before" or (order == "order.last" and words & _STEP_BACK):
        return Reference("events_before", (("event", event),))
    pointing = words & (_PAST | _THAT) or spans[0].words == "and"
    if order == "order.after" or (order == "order.next" and pointing):
        return Reference("events_after", (("event", event),))
    return None
