"""Moves what a question leaves out to its end: "besides Lapland, who is in sport?".

At the end the words that leave out say nothing about the names that follow them.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.clauses import axis_name
from knowledge.vocabulary import Span

_LEAVING_OUT = frozenset(
    {"besides", "apart from", "except", "excluding", "other than", "leaving aside", "minus", "bar"}
    | {"setting aside", "barring", "save for", "disregarding", "leaving out", "not counting"}
)
_RANKING = frozenset({"degree.most", "degree.least", "relation.by_number"})
_PLACES = frozenset({"order.second", "order.third"})
_BEHIND = frozenset({"after", "behind", "following", "next to", "not counting"})
_JOINING = frozenset({"the", "and", "or", "a", "an", "its", "their", "all", "of", "two", "three"})


def exceptions_last(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans with "except X" behind everything else; "but the German ones" is one as well.

    "After Lombardy, who leads most?" leaves Lombardy out.
    """
    spans = _with_but(_with_runner_up(spans))
    start = next((n for n, span in enumerate(spans) if span.words in _LEAVING_OUT), None)
    if start is None:
        return spans
    end, named, roles = start + 1, 0, 0
    while end < len(spans):
        span = spans[end]
        if axis_name(span):
            named += 1
        elif span.operator.startswith("role.") and not named and not roles:
            roles += 1
        elif span.words not in _JOINING or (named and span.words not in ("and", "or", "the")):
            break
        end += 1
    while end > start + 1 and spans[end - 1].operator == "filler":
        end -= 1
    if not (named or roles) or end == len(spans):
        return spans
    return (*spans[:start], *spans[end:], *spans[start:end])


def _with_runner_up(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans with "after X" as an exception where the most of something is asked.

    "Who comes second after X?" tells by itself that X is first, and leaves nobody out.
    """
    operators = {span.operator for span in spans}
    if operators.isdisjoint(_RANKING):
        return tuple(spans)
    behind = [
        n for n, span in enumerate(spans[:-1]) if span.words in _BEHIND and axis_name(spans[n + 1])
    ]
    if not operators.isdisjoint(_PLACES):
        told = {number for n in behind for number in (n, n + 1)}
        return tuple(span for n, span in enumerate(spans) if n not in told)
    return tuple(
        replace(span, words="besides", operator="set.not") if n in behind else span
        for n, span in enumerate(spans)
    )


def _with_but(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans with "but" as an exception where nothing except names follows it."""
    place = next((n for n, span in enumerate(spans) if span.words == "but"), None)
    if place is None or place + 1 >= len(spans):
        return tuple(spans)
    behind = spans[place + 1 :]
    names = any(axis_name(span) for span in behind)
    bare = all(
        axis_name(s) or s.words in _JOINING | {"ones", "one"} or s.operator == "subject.region"
        for s in behind
    )
    if not (names and bare):
        return tuple(spans)
    return (*spans[:place], replace(spans[place], operator="set.not"), *behind)
