"""Prepares questions for the matcher: names masked by their kind, the same for examples and people."""

from collections.abc import Sequence

from knowledge.declarations import Declarations
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span, Vocabulary

_MASKED = ("partnership", "event", "region", "country")


class Masker:
    """Writes spans as words and slots.

    A name becomes two slots, "<event> <event:kick-off-2016>": the first is what declared sentences
    have, the second lets a fact about one event be told from the same fact about another.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def mask(self, spans: Sequence[Span]) -> str:
        return " ".join(_written(span) for span in spans)


def _written(span: Span) -> str:
    named = span.of(*_MASKED)
    if named and not span.of("term", "instrument", "organisation", "document", "person"):
        return f"<{named[0].kind}> <{named[0].kind}:{named[0].id}>"
    return span.words


def examples_of(
    snapshot: Snapshot,
    declared: Declarations,
    vocabulary: Vocabulary,
    masker: Masker,
    language: str,
) -> dict[str, list[str]]:
    """Example utterances by label: declared intents, and ``kind/id`` of facts with questions."""
    examples: dict[str, list[str]] = {
        intent: list(sentences) for intent, sentences in declared.sentences.items()
    }
    for row in snapshot.phrasings:
        if row.language == language:
            label = f"{row.kind}/{row.target}"
            examples.setdefault(label, []).append(masker.mask(vocabulary.spans(row.text)))
    return examples
