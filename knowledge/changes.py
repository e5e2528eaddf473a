"""Changes the query behind the last answer: other names, other roles, another subject."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.clauses import Clause
from knowledge.query import OTHER_AXIS, Axis, Condition, Operation, Pattern, Query
from knowledge.references import Reference
from knowledge.vocabulary import Name

SLOT_KINDS = ("event", "partnership", "region", "country")
_ASKED_OF: tuple[tuple[Axis, Axis], ...] = (
    ("partnership", "region"),
    ("region", "partnership"),
    ("country", "region"),
)
"""What an answer about one thing stands for: of a partnership, its regions."""
_MOST_CARRIED = 60


def about(kind: str, id: str) -> Reference:
    """The reference that tells about a thing."""
    own = {"partnership", "region", "country", "event"}
    return Reference(f"{kind}_about" if kind in own else "card", ((kind, id),))


def with_clause(query: Query, clause: Clause, *, adding: bool, each: bool = False) -> Query:
    """The query changed by what a clause names; ``each``: several names are all wanted."""
    for axis, names in clause.names.items():
        query = _with_names(query, axis, names.ids, clause, adding=adding, each=each)
    if clause.roles and clause.names.keys() <= {"country"}:
        query = with_roles(query, frozenset(clause.roles), negative=clause.negative)
    if clause.vanguard is not None:
        marked = clause.vanguard is not clause.negative
        condition = Condition(Pattern(vanguard=marked), OTHER_AXIS[query.subject])
        query = replace(query, conditions=(*query.conditions, condition))
    return query


def base_query(last: Reference) -> Query | None:
    """The query behind the last answer; what an answer about one thing stands for."""
    if last.query is not None:
        return last.query
    for axis, subject in _ASKED_OF:
        if (id := last.slot(axis)) is not None:
            condition = Condition(Pattern().on(axis, [id]), OTHER_AXIS[subject])
            return Query(subject, conditions=(condition,))
    return None


def with_other_slot(names: Sequence[Name], last: Reference) -> Reference | None:
    """The last question asked of another thing of the same kind."""
    for kind in SLOT_KINDS:
        other = next((name for name in names if name.kind == kind), None)
        if other is not None and last.slot(kind) is not None:
            return last.with_slot(kind, other.id)
    known = [name for name in names if name.kind in SLOT_KINDS]
    return about(known[0].kind, known[0].id) if len(known) == 1 else None


def _with_names(
    query: Query, axis: Axis, ids: list[str], clause: Clause, *, adding: bool, each: bool
) -> Query:
    """The query about other names, or narrowed by names on an axis it did not speak of."""
    if axis == query.subject and not clause.negative:
        return _with_candidates(query, axis, ids)
    old = [c for c in query.conditions if c.pattern.ids(axis)]
    kept = [c for c in query.conditions if adding or clause.negative or c not in old]
    roles = frozenset(clause.roles) or (old[0].pattern.roles if old else frozenset())
    if query.operation in ("most", "least") and query.measure is not None and not old:
        pattern = query.measure.pattern.on(axis, ids)
        return replace(query, measure=replace(query.measure, pattern=pattern))
    groups = [[id] for id in ids] if len(ids) > 1 and (each or len(old) != 1) else [ids]
    if (axis, query.subject) == ("country", "region"):
        # A region lies in one country: another one replaces it, even with "only".
        kept = [c for c in query.conditions if c not in old]
        groups, roles = [ids], frozenset()
        query = replace(query, candidates=(), operation=_listing(query.operation))
    limit = (0, 0) if clause.negative else (1, None)
    made = [
        Condition(Pattern(roles=roles).on(axis, group), OTHER_AXIS[query.subject], *limit)
        for group in groups
    ]
    return replace(query, conditions=(*kept, *made))


def _with_candidates(query: Query, axis: Axis, ids: list[str]) -> Query:
    """Another subject; "what is X in?" asked of one partnership becomes "what is X in it?"."""
    if query.candidates:
        return replace(query, candidates=tuple(ids), theme=None)
    regions = [c.pattern for c in query.conditions if c.pattern.regions]
    if axis == "partnership" and len(regions) == 1:
        pattern = Pattern(partnerships=frozenset(ids), roles=regions[0].roles)
        condition = Condition(pattern, "partnership")
        return Query("region", "check", (condition,), candidates=tuple(sorted(regions[0].regions)))
    operation: Operation = "list" if query.operation in ("list", "count") else query.operation
    return replace(query, operation=operation, candidates=tuple(ids))


def denied(query: Query) -> Query:
    """The others: those that do not meet the last condition."""
    *kept, last = query.conditions
    return replace(
        query, operation="list", conditions=(*kept, replace(last, at_least=0, at_most=0))
    )


def _listing(operation: Operation) -> Operation:
    """A yes/no question that is asked of others becomes a list."""
    return "list" if operation == "check" else operation


def with_roles(query: Query, roles: frozenset[str], *, negative: bool) -> Query:
    if negative:
        partnerships = frozenset(
            id for c in query.conditions for id in c.pattern.partnerships if not c.negative
        )
        pattern = Pattern(partnerships=partnerships, roles=roles)
        denied = Condition(pattern, OTHER_AXIS[query.subject], 0, 0)
        return replace(query, conditions=(*query.conditions, denied))
    if not query.conditions:
        made = Condition(Pattern(roles=roles), OTHER_AXIS[query.subject])
        return replace(query, conditions=(made,))
    about_rows = [
        c
        for c in query.conditions
        if c.pattern.partnerships or c.pattern.regions or query.subject == "partnership"
    ]
    if not about_rows and roles:
        made = Condition(Pattern(roles=roles), OTHER_AXIS[query.subject])
        return replace(query, conditions=(*query.conditions, made))
    conditions = tuple(
        replace(c, pattern=replace(c.pattern, roles=roles)) if c in about_rows else c
        for c in query.conditions
    )
    return replace(query, conditions=conditions)


def switched(base: Query, subject: Axis, focus: Focus, *, every: bool) -> Query:
    """The same memberships, asked for on another axis; ``every``: with all of the last results."""
    carried = focus.results if focus.results_kind == base.subject else ()
    roles = frozenset(role for c in base.conditions for role in c.pattern.roles)
    if base.candidates:
        carried = base.candidates
    if base.subject == "region" and any(c.pattern.partnerships for c in base.conditions):
        patterns = [c.pattern for c in base.conditions if c.pattern.partnerships]
        if subject == "country":
            return Query("country", conditions=tuple(Condition(p, "region") for p in patterns))
    if base.subject == "country" and subject == "region" and base.candidates:
        lying = Condition(Pattern(countries=frozenset(base.candidates)), "partnership")
        placed = (Condition(c.pattern, "partnership") for c in base.conditions if c.plain)
        kept = [c for c in placed if c.pattern.partnerships or c.pattern.roles]
        return Query("region", conditions=(lying, *kept))
    if not carried or len(carried) > _MOST_CARRIED:
        return Query(subject)
    groups = [[id] for id in carried] if every else [list(carried)]
    patterns = [Pattern(roles=roles).on(base.subject, ids) for ids in groups]
    return Query(subject, conditions=tuple(Condition(p, OTHER_AXIS[subject]) for p in patterns))
