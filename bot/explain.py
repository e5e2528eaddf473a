"""How a question was read, for those who teach the assistant (``ask --explain``)."""

from collections.abc import Iterator

from knowledge.decision import Candidate, Certain, Unknown, Unsure
from knowledge.understanding import Understanding

SHOWN = 5
"""So many question forms and readings; the rest has no say."""


def explained(understanding: Understanding) -> str:
    """The names found, the forms that fit, the readings with their scores, and the decision."""
    return "\n".join(_lines(understanding))


def _lines(understanding: Understanding) -> Iterator[str]:
    for span in understanding.spans:
        names = ", ".join(f"{name.kind}/{name.id} {name.score}" for name in span.names)
        if names or span.operator:
            yield f"word      {span.text!r}: {names or span.operator}"
    yield f"masked    {understanding.masked}"
    for hit in understanding.ranked[:SHOWN]:
        yield f"form      {hit.score:5.1f}  {hit.label} ({hit.example})"
    for candidate in understanding.candidates[:SHOWN]:
        yield f"reading   {_shown(candidate)}"
    match understanding.decision:
        case Certain(candidate):
            yield f"decision  answer {_shown(candidate)}"
        case Unsure(candidates):
            yield f"decision  ask back among {len(candidates)}"
        case Unknown():
            yield "decision  decline"


def _shown(candidate: Candidate) -> str:
    return f"{candidate.score:5d}  {candidate.reference.encode()} ({candidate.origin})"
