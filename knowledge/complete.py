"""Tells a question that says for itself all it asks from one that goes on with a talk.

"Lead regions of 3D printing" asks the same whatever was talked of before; "as lead in textile?",
"Spanish leads?", "and the first one?" do not.
"""

from collections.abc import Sequence

from knowledge.decision import EXACT, SURE_CHECK, Certain, Decision
from knowledge.fragments import behind_opener
from knowledge.question import INTERROGATIVES
from knowledge.threads import names_nothing
from knowledge.vocabulary import Span

_FEWEST = 3
_FEWEST_UNNAMED = 5
_POINTING = frozenset(
    {"it", "its", "they", "them", "their", "theirs", "this", "that", "these", "those", "he", "she"}
    | {"his", "her", "him", "there", "here", "one", "ones", "other", "others", "same", "both"}
    | {"else", "again", "then", "instead", "two", "which ones", "we", "us", "rest", "name them"}
)
_OPEN_ENDED = frozenset({"order.before", "order.after", "order.next", "order.last"})
_THERE_IS = frozenset({"is there", "are there", "is", "are", "was", "were"})
_ANCHORS = ("partnership", "event")


def may_stand(spans: Sequence[Span]) -> bool:
    """Whether nothing in a message points back, and it is no mere part of a question."""
    if spans and spans[-1].operator in _OPEN_ENDED:
        return False  # "what was the milestone before?"
    nouns = bool(spans) and spans[0].words.endswith((" regions", " region"))
    if nouns and any(span.of("partnership") for span in spans[1:]):
        return all(span.operator == "filler" or span.of("partnership") for span in spans[1:])
    if len(spans) < _FEWEST or len(behind_opener(spans)) < len(spans):
        return False
    if any(span.operator in ("relation.also", "set.both", "set.remove") for span in spans):
        return False
    for place, span in enumerate(spans):
        before = spans[place - 1].words if place else ""
        exists = span.words == "there" and before in _THERE_IS
        if span.words in _POINTING and not exists:
            return False
    named = any(span.of(*_ANCHORS) for span in spans)
    asks = any(span.operator.startswith(("ask.", "subject")) for span in spans)
    asks = asks or spans[0].words in INTERROGATIVES
    of_all = spans[-1].words in ("there", "are there")
    return named or (asks and (of_all or len(spans) >= _FEWEST_UNNAMED))


def stands(spans: Sequence[Span], alone: Decision) -> bool:
    """Whether a message that may stand for itself is understood so, read without a talk."""
    if not isinstance(alone, Certain):
        return False
    reference = alone.candidate.reference
    if reference.intent == "card" or alone.candidate.hedged:
        return False
    nouns = [span for span in spans if span.operator.startswith("subject")]
    if reference.query is None:
        return alone.candidate.score >= EXACT
    if alone.candidate.score < SURE_CHECK:
        return False
    if names_nothing(reference.query):
        there = any(span.words.endswith("there") for span in spans)
        return len(nouns) > 1 or (bool(nouns) and there)
    anchored = any(span.of("partnership") for span in spans)
    asks = any(span.operator == "ask.who" for span in spans) or bool(nouns)
    asks = asks or spans[0].words.endswith((" regions", " region"))
    return anchored and asks
