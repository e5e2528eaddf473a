"""What a chat remembers of an answer for the next message: its focus."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from knowledge.answer import Focus
from knowledge.clauses import axis_name
from knowledge.offers import View
from knowledge.query import Found, Query
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

FOCUS_LASTS = timedelta(minutes=30)
_MOST_MENTIONED = 8
_MOST_LISTED = 60
_FEW = 4
"""More names than these are a list that was spelt out, nothing that was named."""

_NEXT_TO = {"events_after": 0, "events_before": -1}
"""Which of the events told is next to the one they were told to come after or before."""

Entities = Sequence[tuple[str, str]]
"""Things as (kind, id)."""


def after_answer(
    reference: Reference,
    view: View,
    spans: Sequence[Span],
    now: datetime,
    before: Focus | None,
    snapshot: Snapshot,
) -> Focus | None:
    """What the chat is about from now on; small talk leaves it as it was."""
    if not view.results and reference.query is None and not reference.slots:
        return before
    entities = _of_query(reference.query) if reference.query else []
    entities += [(kind, id) for kind, id in reference.slots if id in snapshot.things.get(kind, {})]
    for kind, id in reference.slots:
        links = snapshot.links_of.get((kind, id), ())
        entities += [(link.target_kind, link.target) for link in links]
    if reference.intent in _NEXT_TO and view.results_kind == "event" and view.results:
        entities.insert(0, ("event", view.results[_NEXT_TO[reference.intent]]))
    if len(view.results) == 1:
        entities.append((view.results_kind, view.results[0]))
    if reference.query is not None:
        entities += _shown_in(view)
    listed_kind, listed = before.listed_kind if before else "", before.listed if before else ()
    of_list = {id for kind, id in entities if kind == listed_kind and id in listed}
    aside = len(of_list) == 1 and view.results_kind != listed_kind
    if 1 < len(view.results) <= _MOST_LISTED and not aside:
        listed_kind, listed = view.results_kind, view.results
    return Focus(
        reference.encode(),
        tuple(dict.fromkeys(entities)),
        view.results_kind,
        view.results,
        now + FOCUS_LASTS,
        _mentioned([*_named(spans), *reversed(entities)], before),
        listed_kind,
        listed,
    )


def after_decline(spans: Sequence[Span], now: datetime, before: Focus | None) -> Focus | None:
    """What was named counts as mentioned, even where nothing could be said about it."""
    named = _named(spans)
    if not named:
        return before
    if before is None:
        reference = Reference("unknown", tuple(dict(reversed(named)).items()))
        return Focus(reference.encode(), tuple(named), "", (), now + FOCUS_LASTS, tuple(named))
    return replace(before, mentioned=_mentioned(named, before), expires=now + FOCUS_LASTS)


def _of_query(query: Query) -> list[tuple[str, str]]:
    entities: list[tuple[str, str]] = [(query.subject, id) for id in query.candidates[:1]]
    for condition in query.conditions:
        if (one := condition.pattern.other_than) is not None:
            entities.append(("region", one))
            continue
        for axis in ("partnership", "region", "country"):
            ids = sorted(condition.pattern.ids(axis))
            entities += [(axis, id) for id in ids if len(ids) <= _FEW]
    return entities


def _shown_in(view: View) -> Entities:
    """The partnership that the only thing found is shown in: "yes, it leads nano"."""
    found: Sequence[Found] = view.data.get("found", ())
    rows = found[0].rows if len(found) == 1 else ()
    return [("partnership", row.partnership) for row in rows] if len(rows) == 1 else []


def _named(spans: Sequence[Span]) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for span in spans:
        if found := axis_name(span):
            named.append((found[0], found[1].id))
        elif span.names:
            named.append((span.names[0].kind, span.names[0].id))
    return named


def _mentioned(named: Entities, before: Focus | None) -> tuple[tuple[str, str], ...]:
    """Things in the order of their last mention, the latest first; of one message as said."""
    earlier = before.mentioned if before else ()
    return tuple(dict.fromkeys((*named, *earlier)))[:_MOST_MENTIONED]
