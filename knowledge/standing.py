"""Follow-ups about how a region stands in what was spoken of: "in which role?", "alone?"."""

from collections.abc import Sequence

from knowledge.answer import Focus
from knowledge.clauses import axis_name
from knowledge.fragments import behind_opener
from knowledge.listed import known
from knowledge.offers import partnerships_of
from knowledge.query import Condition, Pattern, Query
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

_AS_WHAT = frozenset({"as what", "in what capacity", "doing what"})
_BESIDE_ROLES: tuple[str, ...] = ("filler", "ask.list", "subject.role", "relation.per", "light.")
_BESIDE_ROLES += ("set.all", "set.both", "order.", "number.", "role.any", "mark.rec")
_MOST_LOOSE = 1
_CO_LEADS = frozenset({"co leads", "co lead", "co leaders", "co leader", "fellow leads"})
_SHORT = 6
_LEADS = frozenset({"lead"})
_ALONE = frozenset({"alone", "solo", "single handedly"})
_ALONE_SAID = ("the only one", "only one", "by itself", "on its own", "the sole one", "sole lead")
_BESIDE_ALONE = frozenset(
    {"is", "it", "that", "and", "does", "do", "lead", "leads", "so", "they", "in", "there"}
    | {"the", "all", "are", "then", "leading", "or", "not", "with others"}
)


def in_which_role(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | None:
    """The roles of the region spoken of, in what was spoken of: "what does it do in each?"."""
    said = " ".join(span.words for span in behind_opener(spans))
    asked = any(span.operator == "subject.role" for span in spans) or said in _AS_WHAT
    named = [found for span in spans if (found := axis_name(span))]
    if not asked or any(axis != "region" for axis, _ in named) or len(named) > 1:
        return None
    loose = [s for s in spans if not s.names and not s.operator.startswith(_BESIDE_ROLES)]
    if len(loose) > _MOST_LOOSE or (loose and not named):
        return None
    regions = [name.id for _, name in named] or _region(last, focus)
    if len(regions) != 1:
        return None
    partnerships = _partnerships(last, focus)
    inside = {row.partnership for row in snapshot.by_region.get(regions[0], ())}
    if not partnerships or (named and inside.isdisjoint(partnerships)):
        return partnerships_of(regions[0])
    condition = Condition(Pattern(partnerships=frozenset(partnerships)), "partnership")
    return Reference("find", query=Query("region", "list", (condition,), candidates=(regions[0],)))


def _region(last: Reference, focus: Focus) -> list[str]:
    """The region that the last answer was about, or that was all it found."""
    query = last.query
    if query is None:
        return [id for kind, id in last.slots if kind == "region"]
    if query.subject == "region":
        if query.operation == "check" and len(query.candidates) == 1:
            return list(query.candidates)
        return list(focus.results) if focus.results_kind == "region" else []
    asked = {id for c in query.conditions if not c.negative for id in c.pattern.regions}
    return list(asked)


def _partnerships(last: Reference, focus: Focus) -> list[str]:
    """The partnerships that the last answer was about."""
    query = last.query
    if query is None:
        return []
    if query.subject == "partnership":
        return list(focus.results)
    conditions = [c for c in query.conditions if not c.negative]
    return [id for c in conditions for id in c.pattern.partnerships]


def alone(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """Whether the region that leads something is its only lead: "alone?", "the only one?"."""
    said = " ".join(span.words for span in spans)
    words = set(said.split())
    if not (words & _ALONE or any(phrase in said for phrase in _ALONE_SAID)):
        return None
    phrases = {word for phrase in _ALONE_SAID for word in phrase.split()}
    if not words <= _BESIDE_ALONE | _ALONE | phrases or last.query is None:
        return None
    regions = _region(last, focus) or known(focus, "region")[:1]
    partnerships = _partnerships(last, focus) or known(focus, "partnership")[:1]
    if len(partnerships) != 1 or len(regions) != 1:
        return None
    said_roles = {role for c in last.query.conditions for role in c.pattern.roles}
    roles = frozenset(said_roles) or _LEADS
    leads = Condition(Pattern(regions=frozenset(regions), roles=roles), "region")
    single = Condition(Pattern(roles=roles), "region", 1, 1)
    query = Query("partnership", "check", (leads, single), candidates=tuple(partnerships))
    return Reference("find", query=query)


def fellow_leads(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | None:
    """Who leads with the region that was spoken of: "who are its co-leads?"."""
    named = any(span.names for span in spans)
    if named or not any(span.words in _CO_LEADS for span in spans) or len(spans) > _SHORT:
        return None
    regions = _region(last, focus) or known(focus, "region")[:1]
    if len(regions) != 1 or last.query is None:
        return None
    rows = snapshot.by_region.get(regions[0], ())
    led = {row.partnership for row in rows if row.role in _LEADS}
    spoken_of = led & set(_partnerships(last, focus)) or led
    if not spoken_of:
        return None
    pattern = Pattern(partnerships=frozenset(spoken_of), roles=_LEADS, other_than=regions[0])
    return Reference("find", query=Query("region", conditions=(Condition(pattern, "partnership"),)))
