"""Follow-ups about the most, the least and the opposite: "and the smallest?", "second?"."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.fragments import behind_opener, content, is_named
from knowledge.query import OTHER_AXIS, Condition, Operation, Pattern, Query
from knowledge.question import SUBJECTS
from knowledge.references import MOST_PLACES, Reference
from knowledge.vocabulary import Span

_PLACES = {"order.second": 2, "order.third": 3}
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
        return _most_of_all(told, operation, focus) if degree else None
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
    """The last question the other way round, or of both: in nano, not textile - "and in both?"."""
    query = last.query
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
