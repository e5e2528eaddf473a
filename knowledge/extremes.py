"""Follow-ups about the most, the least and the opposite: "and the smallest?", "second?"."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.clauses import axis_name
from knowledge.fragments import behind_opener, content, is_named
from knowledge.query import OTHER_AXIS, Condition, Operation, Pattern, Query
from knowledge.question import SUBJECTS
from knowledge.references import MOST_PLACES, Reference
from knowledge.vocabulary import Span

_PLACES = {"order.second": 2, "order.third": 3}
_FEWEST = 2
_NUMBERED = {"order.first": 0, "order.second": 1, "order.last": 1}
_ASKING_ONE = ("ask.", "subject.", "role.any")
_REVERSE = ("other way round", "other way around", "way round", "reverse", "vice versa", "opposite")


def next_most(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The second or third most, after the most was told: "second?", "and the next?"."""
    query = last.query
    told = content(behind_opener(spans))
    if query is None or query.operation not in ("most", "least") or len(told) != 1:
        return None
    place = _PLACES.get(told[0].operator)
    if told[0].operator == "order.next":
        place = query.place + 1
    if place is None or place > MOST_PLACES:
        return None
    return Reference("find", query=replace(query, place=place))


def other_extreme(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """The most instead of the least, or the ranking that tells who is second.

    Where nothing was ranked before: the largest of what was spoken of, "and the biggest one?".
    """
    query = last.query
    told = content(behind_opener(spans))
    if is_named(spans) or not told:
        return None
    operators = {span.operator for span in told}
    degree = operators & {"degree.most", "degree.least"}
    operation: Operation = "least" if "degree.least" in degree else "most"
    ranked = query is not None and query.operation in ("most", "least", "rank")
    if query is None or query.measure is None or not ranked:
        listed = _most_of_list(told, operation, query, focus)
        return (listed or _most_of_all(told, operation, focus)) if degree else None
    if not all(
        op.startswith(("degree.m", "degree.l", "order.", "ask.", "number.1")) for op in operators
    ):
        return None
    order = operators & {"order.second", "order.third", "order.next"}
    if order:
        operation = "rank"
    elif not degree:
        return None
    return Reference("find", query=replace(query, operation=operation, place=1))


def _most_of_list(
    told: Sequence[Span], operation: Operation, query: Query | None, focus: Focus
) -> Reference | None:
    """The largest or smallest of what was listed: "the smallest?", "which one is in most?"."""
    if query is None or query.operation not in ("list", "count") or len(focus.results) < _FEWEST:
        return None
    if not all(span.operator.startswith(("degree.", "ask.", "number.1")) for span in told):
        return None
    asks = any(span.operator.startswith("ask.") for span in told)
    if query.subject == "country" or (query.subject == "region" and not asks):
        return None
    subject = query.subject
    within = query.conditions or (Condition(Pattern().on(subject, focus.results), subject),)
    measure = Condition(Pattern(), OTHER_AXIS[subject])
    return Reference("find", query=Query(subject, operation, within, measure, query.candidates))


def _most_of_all(told: Sequence[Span], operation: Operation, focus: Focus) -> Reference | None:
    """The largest or smallest of the kind that was spoken of, when nothing else is said."""
    nouns = [span.operator.removeprefix("subject.") for span in told if ".m" not in span.operator]
    rest = [span for span in told if not span.operator.startswith(("degree.", "ask.", "number.1"))]
    kinds = [SUBJECTS[noun] for noun in nouns if noun in SUBJECTS]
    if len(rest) != len(kinds) or len(kinds) > 1 or not told[0].operator.startswith("degree."):
        return None
    if any(kind == "partnership" for kind, _ in focus.entities):
        kinds.append("partnership")
    kind = next(iter(kinds), None)
    if kind is None:
        return None
    measure = Condition(Pattern(), OTHER_AXIS[kind])
    return Reference("find", query=Query(kind, operation, measure=measure))


def turned(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The last question the other way round, of both, or of one only.

    In nano, not textile - "and in both?"; in both - "and only in the first?", "only nano?".
    """
    query = last.query
    if query is not None and (one := _one_of_two(spans, last, query)) is not None:
        return one
    if query is None or len(query.conditions) != 2 or is_named(spans):
        return None
    wanted, denied = query.conditions
    if wanted.negative or not denied.negative:
        return None
    words = " ".join(span.words for span in behind_opener(spans))
    wanted_too = replace(denied, at_least=1, at_most=None)
    if any(words.endswith(phrase) for phrase in _REVERSE):
        left_out = replace(wanted, at_least=0, at_most=0)
        return Reference("find", query=replace(query, conditions=(wanted_too, left_out)))
    if words.removeprefix("in ").removeprefix("who is in ") in ("both", "both of them"):
        return Reference("find", query=replace(query, conditions=(wanted, wanted_too)))
    return None


def _one_of_two(spans: Sequence[Span], last: Reference, query: Query) -> Reference | None:
    """Those in one of the two that were asked of together, or compared, and not in the other."""
    pair = _pair(last, query)
    told = content(spans)
    only = [s for s in told if s.operator in ("degree.exactly", "set.alone", "set.not")]
    rest = [s for s in told if s not in only and not s.operator.startswith(_ASKING_ONE)]
    if pair is None or len(only) != 1 or len(rest) != 1:
        return None
    found = axis_name(rest[0])
    ids = [next(iter(c.pattern.regions | c.pattern.partnerships)) for c in pair]
    if found is not None and found[1].id in ids:
        place = ids.index(found[1].id)
    elif rest[0].operator in _NUMBERED:
        place = _NUMBERED[rest[0].operator]
    else:
        return None
    if only[0].operator == "set.not":
        place = 1 - place
    left_out = replace(pair[1 - place], at_least=0, at_most=0)
    subject = OTHER_AXIS["partnership" if pair[0].pattern.partnerships else "region"]
    return Reference("find", query=Query(subject, conditions=(pair[place], left_out)))


def _pair(last: Reference, query: Query) -> tuple[Condition, Condition] | None:
    """What two partnerships, or two regions, were asked about together."""
    if last.intent == "compare" and query.subject != "country" and len(query.candidates) == 2:
        one, other = query.candidates
        axis = query.subject
    else:
        patterns = [c.pattern for c in query.conditions if c.plain or c.negative]
        named = [p.regions | p.partnerships for p in patterns]
        if len(named) != 2 or any(len(ids) != 1 for ids in named):
            return None
        if bool(patterns[0].regions) != bool(patterns[1].regions):
            return None
        (one,), (other,) = named
        axis = "region" if patterns[0].regions else "partnership"
    first, second = (Condition(Pattern().on(axis, [id]), axis) for id in (one, other))
    return first, second
