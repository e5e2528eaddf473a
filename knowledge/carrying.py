"""Goes on with the last question on another axis: "how many regions?", "of which countries?"."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.anaphora import DEICTIC, SINGULAR
from knowledge.answer import Focus
from knowledge.changes import base_query, switched, with_clause, with_roles
from knowledge.clauses import ClauseReader
from knowledge.fragments import is_named
from knowledge.listed import PLURAL, known
from knowledge.query import Axis, Condition, Operation, Pattern, Query
from knowledge.question import CIRCUMSTANCES, SUBJECTS
from knowledge.references import Reference
from knowledge.vocabulary import Span

_SHORT_QUESTION = 8


def carried_on(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """A question that names nothing goes on about what the last one was about."""
    base = base_query(last)
    operators = {span.operator for span in spans}
    groups = {op.partition(".")[0] for op in operators}
    plural = any(span.words in PLURAL for span in spans)
    if base is None or not _goes_on(spans, groups):
        return None
    pointing = plural or any(span.words in DEICTIC | SINGULAR for span in spans)
    if not pointing and ("mark.recorded" in operators or "set.all" in operators):
        return None
    subject = _asked_subject(spans, base, plural=plural)
    if plural and "ask.who" in operators and base.subject == "partnership":
        return None
    if base.operation == "check" and base.candidates and not pointing:
        base = _widened(base, focus)
    query = base
    if subject != base.subject:
        query = switched(base, subject, focus, every="set.all" in operators)
    elif groups & {"subject"} and not plural and "role" not in groups:
        query = with_roles(query, frozenset(), negative=False)
    operation: Operation = "count" if "ask.count" in operators else "list"
    if plural and not operators & {"ask.count", "ask.list", "ask.who"}:
        operation = "check"
    query = replace(query, operation=operation, measure=None)
    for clause in ClauseReader(spans, _subject_nouns(spans)).read():
        query = with_clause(query, clause, adding=True)
    if "role.any" in operators and "role.lead" not in operators:
        query = with_roles(query, frozenset(), negative=False) if query.conditions else query
    return Reference("find", query=query)


def _widened(base: Query, focus: Focus) -> Query:
    """What a yes/no question about one region was about: the partnership talked of."""
    partnerships = {id for c in base.conditions for id in c.pattern.partnerships}
    partnerships = partnerships or set(known(focus, "partnership")[:1])
    if base.subject != "region" or not partnerships:
        return base
    pattern = Pattern(partnerships=frozenset(partnerships))
    return Query("region", conditions=(Condition(pattern, "partnership"),))


def _goes_on(spans: Sequence[Span], groups: set[str]) -> bool:
    """Whether a message speaks of roles or subjects only, and names nothing of its own."""
    if any(not span.operator and not span.names for span in spans) or is_named(spans):
        return False
    if len(spans) > _SHORT_QUESTION or any(span.words in CIRCUMSTANCES for span in spans):
        return False
    if any(
        op.startswith("degree.") and op != "degree.exactly" for op in (s.operator for s in spans)
    ):
        return False
    return bool(groups & {"role", "subject"}) and not groups & {"order", "time", "subject_event"}


def _asked_subject(spans: Sequence[Span], base: Query, *, plural: bool) -> Axis:
    nouns = [
        span.operator.partition(".")[2] for span in spans if span.operator.startswith("subject.")
    ]
    for noun in nouns:
        if noun in SUBJECTS and not (
            plural
            and SUBJECTS[noun] == "partnership"
            and len(nouns) == 1
            and base.subject == "region"
        ):
            return SUBJECTS[noun]
    of_one = base.subject == "partnership" and any(
        len(c.pattern.regions) == 1 for c in base.conditions
    )
    asks_who = any(span.operator == "ask.who" for span in spans)
    if plural or base.subject == "region" or (of_one and not nouns and not asks_who):
        return base.subject
    return "region"


def _subject_nouns(spans: Sequence[Span]) -> frozenset[int]:
    return frozenset(n for n, span in enumerate(spans) if span.operator.startswith("subject."))
