"""Understands follow-ups: pronouns, ellipsis, "the second one", "no, I meant …", "only the …"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answer import Focus
from knowledge.clauses import ClauseReader, axis_name
from knowledge.query import OTHER_AXIS, Axis, Condition, Operation, Pattern, Query
from knowledge.references import BadReference, Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Name, Span

_SINGULAR = frozenset("it its that this there he she his her".split())
_PLURAL = frozenset("they them their those these theirs".split())
_OPENERS = (
    "and", "what about", "how about", "no i meant", "i meant", "i mean", "sorry i meant", "no",
    "also", "same for", "the same for", "only", "just", "or", "not", "but", "then", "ok and",
    "and what about", "and how about", "what of", "as for", "rather", "instead", "actually",
    "and only", "and the", "make that", "i wanted", "no no", "now", "and in", "in",
)
_NARROWING = frozenset(("only", "just", "which of", "of them", "among them", "of those", "of these"))
_ORDINALS = {"order.first": 0, "order.second": 1, "order.third": 2, "order.last": -1}
_SLOT_KINDS = ("event", "partnership", "region", "country")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up resolved without matching: the reference it comes down to."""

    reference: Reference


def last_reference(focus: Focus | None) -> Reference | None:
    """The reference of the last answer, when there is one that can still be read."""
    try:
        return Reference.decode(focus.reference) if focus else None
    except BadReference:
        return None


def follow_up(
    spans: Sequence[Span], focus: Focus, snapshot: Snapshot
) -> FollowUp | None:
    """What a fragment comes down to after the last answer; None when it stands by itself."""
    last = last_reference(focus)
    if last is None:
        return None
    picked = _picked(spans, focus)
    if picked is not None:
        return FollowUp(picked)
    again = _asked_again(spans, last)
    if again is not None:
        return FollowUp(again)
    if not _is_fragment(spans):
        return None
    changed = _changed(spans, last, snapshot)
    return FollowUp(changed) if changed is not None else None


def with_pronouns(spans: Sequence[Span], focus: Focus) -> tuple[Span, ...]:
    """The spans with "it", "they" … replaced by what the chat was last about."""
    entities = list(focus.entities)
    if not entities or any(axis_name(span) for span in spans if not span.of("country")):
        return tuple(spans)
    resolved = list(spans)
    for number, span in enumerate(spans):
        if span.words in _SINGULAR or (span.words in _PLURAL and not _plural_results(focus)):
            names = tuple(Name(kind, id, "focus", 100) for kind, id in entities)
            wanted = _wanted(spans)
            names = tuple(n for n in names if n.kind in wanted) or names
            resolved[number] = replace(span, names=names[:1], operator="")
            break
    return tuple(resolved)


def _wanted(spans: Sequence[Span]) -> tuple[str, ...]:
    """The kinds a pronoun can stand for, seen from what is asked of it."""
    operators = {span.operator for span in spans}
    words = {span.words for span in spans}
    if "role.lead" in operators or "role.participant" in operators or "subject.region" in operators:
        return ("partnership", "region", "country")
    if words & {"when", "attend", "attended", "organised", "organiser", "held", "place"}:
        return ("event",)
    return ()


def _plural_results(focus: Focus) -> bool:
    return len(focus.results) > 1


def _content(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.operator != "filler"]


def _picked(spans: Sequence[Span], focus: Focus) -> Reference | None:
    """ "The second one", "number 3": an item of the last list."""
    content = _content(spans)
    words = {span.words for span in spans}
    if not content or len(spans) > 7 or not focus.results:
        return None
    operators = [span.operator for span in content]
    number: int | None = None
    if len(content) == 1 and operators[0] in _ORDINALS and ("one" in words or "the" in words):
        number = _ORDINALS[operators[0]]
    elif len(content) == 2 and operators[0] in _ORDINALS and operators[1] == "number.1":
        number = _ORDINALS[operators[0]]
    elif len(content) == 2 and operators == ["relation.about", operators[1]]:
        number = _ORDINALS.get(operators[1])
    elif len(content) == 1 and operators[0].startswith("number."):
        number = int(operators[0].partition(".")[2]) - 1
    elif all(op in _ORDINALS or op == "number.1" for op in operators):
        number = next((_ORDINALS[op] for op in operators if op in _ORDINALS), None)
    if number is None or not -1 <= number < len(focus.results):
        return None
    return about(focus.results_kind, focus.results[number])


def about(kind: str, id: str) -> Reference:
    """The reference that tells about a thing."""
    own = {"partnership", "region", "country", "event"}
    return Reference(f"{kind}_about" if kind in own else "card", ((kind, id),))


def _asked_again(spans: Sequence[Span], last: Reference) -> Reference | None:
    """ "How many are they?", "which ones?": the last query with another operation."""
    if last.query is None or last.intent != "find":
        return None
    operators = [span.operator for span in _content(spans)]
    names = any(span.names for span in spans)
    plain = all(op.startswith(("ask.", "number.1", "set.all")) for op in operators)
    if names or not operators or not plain or len(spans) > 6:
        return None
    again: Operation = "count" if "ask.count" in operators else "list"
    if last.query.operation in ("check", "most", "least") and again == "list":
        return None
    return replace(last, query=last.query.with_operation(again))


def _is_fragment(spans: Sequence[Span]) -> bool:
    """Whether a message has no question of its own: an opener, or little more than names."""
    words = " ".join(span.words for span in spans)
    opened = any(words == opener or words.startswith(f"{opener} ") for opener in _OPENERS)
    narrowing = any(f" {phrase} " in f" {words} " for phrase in _NARROWING)
    content = _content(spans)
    loose = [span for span in content if not span.names and not span.operator]
    operators = {span.operator.partition(".")[0] for span in content if span.operator}
    asks = any(span.operator.startswith("ask.") for span in content)
    verbs = any(span.words in ("when", "where", "why", "how") for span in spans)
    if loose or verbs:
        return False
    if opened or narrowing:
        of_them = narrowing and any(span.words in _PLURAL for span in spans)
        return not asks or of_them or words.startswith(("what about", "and what about", "how about"))
    return bool(content) and not asks and operators <= {"role", "set", "mark"} and len(content) <= 2 \
        and not any(span.words in ("is", "are", "does", "do", "did") for span in spans) \
        and any(span.names or span.operator.startswith(("role.", "mark.")) for span in content) \
        and len(spans) <= 4


def _changed(spans: Sequence[Span], last: Reference, snapshot: Snapshot) -> Reference | None:
    if last.query is None:
        return _with_other_slot(spans, last)
    narrowing = any(span.words in ("only", "just") or span.words in _PLURAL for span in spans)
    clauses = ClauseReader(spans, frozenset()).read()
    query = last.query
    for clause in clauses:
        for axis, names in clause.names.items():
            query = _with_names(query, axis, names.ids, add=narrowing, negative=clause.negative)
        if clause.roles:
            query = _with_roles(query, frozenset(clause.roles))
        if clause.vanguard is not None and query.subject == "partnership":
            pattern = Pattern(vanguard=clause.vanguard)
            query = replace(query, conditions=(*query.conditions, Condition(pattern, "region")))
    if query == last.query:
        return None
    return replace(last, query=query)


def _with_other_slot(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The last question asked of another thing of the same kind."""
    names = [name for span in spans for name in span.names]
    for kind in _SLOT_KINDS:
        other = next((name for name in names if name.kind == kind), None)
        if other is not None and last.slot(kind) is not None:
            return last.with_slot(kind, other.id)
    return about(names[0].kind, names[0].id) if len(names) == 1 else None


def _with_names(
    query: Query, axis: Axis, ids: list[str], *, add: bool, negative: bool
) -> Query:
    chosen = frozenset(ids)
    if axis == query.subject:
        return _with_candidates(query, axis, ids)
    limit = (0, 0) if negative else (1, None)
    made = Condition(_pattern(axis, chosen), OTHER_AXIS[query.subject], *limit)
    if not add:
        for number, condition in enumerate(query.conditions):
            field = _FIELDS[axis]
            if getattr(condition.pattern, field):
                pattern = replace(condition.pattern, **{field: chosen})
                conditions = list(query.conditions)
                conditions[number] = replace(condition, pattern=pattern)
                return replace(query, conditions=tuple(conditions))
    if query.operation in ("most", "least") and query.measure is not None and not add:
        pattern = replace(query.measure.pattern, **{_FIELDS[axis]: chosen})
        return replace(query, measure=replace(query.measure, pattern=pattern))
    return replace(query, conditions=(*query.conditions, made))


def _with_candidates(query: Query, axis: Axis, ids: list[str]) -> Query:
    """Another subject; "what is X in?" asked of one partnership becomes "what is X in it?"."""
    if query.candidates:
        return replace(query, candidates=tuple(ids), theme=None)
    regions = [c.pattern.regions for c in query.conditions if c.pattern.regions]
    if axis == "partnership" and len(regions) == 1:
        condition = Condition(Pattern(partnerships=frozenset(ids)), "partnership")
        return Query("region", "list", (condition,), candidates=tuple(sorted(regions[0])))
    operation: Operation = "list" if query.operation in ("list", "count") else query.operation
    return replace(query, operation=operation, candidates=tuple(ids))


_FIELDS = {"region": "regions", "country": "countries", "partnership": "partnerships"}


def _pattern(axis: Axis, ids: frozenset[str]) -> Pattern:
    return replace(Pattern(), **{_FIELDS[axis]: ids})


def _with_roles(query: Query, roles: frozenset[str]) -> Query:
    roles = frozenset() if "any" in roles else roles
    if not query.conditions:
        return replace(query, conditions=(Condition(Pattern(roles=roles), OTHER_AXIS[query.subject]),))
    conditions = tuple(
        replace(c, pattern=replace(c.pattern, roles=roles))
        if c.pattern.partnerships or c.pattern.regions or query.subject == "partnership"
        else c
        for c in query.conditions
    )
    return replace(query, conditions=conditions)
