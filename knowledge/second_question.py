"""The second question of a sentence: "when did Flanders join bio-economy, and who leads it?".

Whoever is asked for there is not the region of the first question, and has the role that is said.
"""

from collections.abc import Sequence
from itertools import pairwise

from knowledge.clauses import axis_name
from knowledge.question import AUXILIARIES, CIRCUMSTANCES
from knowledge.vocabulary import Span

_IT = frozenset({"it", "that", "this", "there"})


def second_question(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of the second question; all spans where there is none of who is in the same.

    Where the first one asks whether a region is in it, all who are answer both.
    """
    begin = spans[0].words if spans else ""
    if begin not in AUXILIARIES | CIRCUMSTANCES:
        return tuple(spans)
    for place, (joint, asking) in enumerate(pairwise(spans)):
        if joint.words not in ("and", "but") or not _asks_whom(asking):
            continue
        first, second = spans[:place], spans[place + 1 :]
        named = [found[0] for span in first if (found := axis_name(span))]
        partnership = [span for span in first if span.of("partnership")]
        again = [span for span in second if axis_name(span)]
        if sorted(named) != ["partnership", "region"] or len(partnership) != 1:
            return tuple(spans)
        if again and [span.names for span in again] != [partnership[0].names]:
            return tuple(spans)
        told = [span for span in second if span not in again and span.words not in _IT]
        if begin in AUXILIARIES or begin == "how":
            told = [span for span in told if not span.operator.startswith("role.")]
        return (*told, partnership[0])
    return tuple(spans)


def _asks_whom(span: Span) -> bool:
    """Whether regions are asked for: "who", "which regions"."""
    return span.operator == "ask.who" or span.words in ("which", "what", "which are", "who are")
