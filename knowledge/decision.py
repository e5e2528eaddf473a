"""Decides between answering, asking back and declining, by named constants only.

``tests/calibrate.py`` draws the curve from the question cases that the constants are read from;
``docs/decisions/0004-calibration.md`` keeps it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.references import Reference

FLOOR = 36
"""Below this fit a declared question is not taken to be what was asked."""
EXACT = 86
"""From this fit on a declared question wins over a composed query."""
WORD_FOR_WORD = 94
"""The same where a query accounts for all the words as well."""
SURE = 58
"""From this fit on a declared question wins over telling about the only name in it."""
TOLD = 50
"""From this fit on a fact wins over a query that rests on words found in descriptions."""
NEARBY = 20
"""From this fit on a fact about what a question names is told as something near it."""
DOUBTFUL = 40
MARGIN = 2
"""Two different intents nearer than the margin are asked back, when the fit is doubtful."""
NEAR = 15
"""A second fact that fits nearly as well as the best is told with it: either may be meant."""
SURE_CHECK = 95
"""A yes/no question over memberships that is explained to this degree is computed."""
COVERAGE = 76
"""A composed query has to account for this share (percent) of the words that carry content."""

DECLINES = frozenset({"not_recorded", "status_change", "off_topic"})
"""Declared questions that are answered by saying that nothing is known."""

Origin = Literal["composed", "declared", "named", "follow-up", "fallback", "nearby"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a question; ``strong`` when more than a bare name speaks for it."""

    reference: Reference
    score: int
    origin: Origin
    strong: bool = True
    reply: str | None = None
    """``yes`` or ``no`` when the declared question was one and its reply is known."""
    hedged: bool = False
    """Whether it only comes near what was asked, which the answer says."""


@dataclass(frozen=True, slots=True)
class Certain:
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Unsure:
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    nearest: Candidate | None


Decision = Certain | Unsure | Unknown


def decide(candidates: Sequence[Candidate]) -> Decision:
    """Choose among readings.

    In this order: a declared question that fits exactly; a query that accounts for the words;
    the name of a thing that is all there is; the best declared question above the floor; what
    comes near it.
    """
    declared = sorted(_from("declared", candidates), key=_worth, reverse=True)
    composed = _from("composed", candidates) + _from("follow-up", candidates)
    named = _from("named", candidates)
    checked = [c for c in composed if _checks(c) and c.strong and c.score >= SURE_CHECK]
    if checked:
        return Certain(checked[0])
    sure = [c for c in composed if c.strong and c.score >= SURE_CHECK and not _is_themed(c)]
    if declared and declared[0].score >= (WORD_FOR_WORD if sure else EXACT):
        declines = declared[0].reference.intent in DECLINES
        return Certain(sure[0] if declines and sure else _with_next(declared))
    best = declared[0].score if declared else 0
    for candidate in composed:
        if _is_themed(candidate) and best >= TOLD:
            continue
        if candidate.strong and candidate.score >= COVERAGE:
            return Certain(candidate)
    for candidate in named:
        other = declared[0].score if declared and not candidate.strong else 0
        if candidate.score >= COVERAGE and other < SURE:
            return Certain(candidate)
    fallback = _from("fallback", candidates)
    if fallback and fallback[0].strong and (not declared or _is_aside(declared[0], fallback[0])):
        return Certain(fallback[0])
    if declared and declared[0].score >= FLOOR:
        return _closest(declared)
    if fallback:
        return Certain(fallback[0])
    for candidate in composed:
        if candidate.score >= COVERAGE:
            return Certain(candidate)
    for candidate in _from("nearby", candidates):
        return Certain(candidate)
    return Unknown(declared[0] if declared else None)


def _worth(candidate: Candidate) -> int:
    """How far a declared question is trusted; one of an intent a little more than a fact's."""
    sure = not _is_fact(candidate) and candidate.score >= SURE
    return candidate.score + (MARGIN + 1 if sure else 0)


def _is_themed(candidate: Candidate) -> bool:
    """Whether a query rests on words found in descriptions; a fact may know them better."""
    query = candidate.reference.query
    return query is not None and query.theme is not None


def _is_aside(declared: Candidate, fallback: Candidate) -> bool:
    """Whether the best declared question is a fact that hardly fits, or a decline."""
    intent = declared.reference.intent
    return declared.score < fallback.score and (intent == "card" or intent in DECLINES)


def _checks(candidate: Candidate) -> bool:
    query = candidate.reference.query
    return query is not None and query.operation == "check" and bool(query.candidates)


def _from(origin: Origin, candidates: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.origin == origin]


def _closest(declared: Sequence[Candidate]) -> Decision:
    """The best, or the best few when different intents are too close to tell apart.

    Facts do not compete: a second one that fits nearly as well is told with the best.
    """
    best = declared[0]
    near = [c for c in declared[1:3] if best.score - c.score < MARGIN]
    kinds = {c.reference.intent for c in (best, *near)}
    if best.score < DOUBTFUL and len(kinds) > 1 and not kinds <= DECLINES:
        return Unsure((best, *near))
    return Certain(_with_next(declared))


def _with_next(declared: Sequence[Candidate]) -> Candidate:
    """The best declared question, with the next fact beside it where either may be meant."""
    best, *others = declared
    if not _is_fact(best) or best.score >= WORD_FOR_WORD:
        return best
    following = next(filter(_is_fact, others), None)
    if following is None or best.score - following.score >= NEAR:
        return best
    return replace(best, reference=best.reference.with_also(*following.reference.slots[0]))


def _is_fact(candidate: Candidate) -> bool:
    return candidate.reference.intent == "card"
