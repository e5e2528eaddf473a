"""Prepares questions for the matcher, declared ones and people's: names masked by their kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from knowledge.declarations import Declarations
from knowledge.facts import Phrasing
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Name, Span, Vocabulary

_MASKED = ("partnership", "event", "region", "country")
_ABBREVIATED = frozenset({"term", "instrument", "organisation", "document", "person"})


def examples_of(
    asked: Iterable[tuple[Phrasing, str]],
    declared: Declarations,
    vocabulary: Vocabulary,
    entities: "LabelEntities",
    replies: dict[tuple[str, str], str],
) -> dict[str, list[str]]:
    """Example utterances by label: declared intents, and ``kind/id`` of facts with questions.

    ``asked`` are the facts' questions with their folded text.

    What the facts' questions name is learnt by ``entities``; ``replies`` takes, by label and
    utterance, the yes or no that is known of them.
    """
    examples: dict[str, list[str]] = {
        intent: list(sentences) for intent, sentences in declared.sentences.items()
    }
    for row, folded in asked:
        label = f"{row.kind}/{row.target}"
        read = vocabulary.words_and_names(folded)
        entities.learn(label, [name for part in read if (name := masked_name(part))])
        utterance = " ".join(map(_written, read))
        examples.setdefault(label, []).append(utterance)
        if row.reply:
            replies[label, utterance] = row.reply
    return examples


def mask(spans: Sequence[Span]) -> str:
    """Writes spans as words and slots.

    A name becomes a slot, "<event>", as declared sentences have it. Which event it is does not
    matter for what is asked; ``LabelEntities`` keeps facts about other events away.
    """
    return " ".join(_written(span.names or span.words) for span in spans)


def _written(part: str | tuple[Name, ...]) -> str:
    if isinstance(part, str):
        return part
    if named := masked_name(part):
        return f"<{named.kind}>"
    return f"<{part[0].id}>"


def masked_name(part: str | tuple[Name, ...]) -> Name | None:
    """The name that is written as the slot of its kind.

    Names of organisations and the like, which have a short and a long form ("ERDF"), are one word
    to the matcher, whichever form was typed.
    """
    if isinstance(part, str) or any(name.kind in _ABBREVIATED for name in part):
        return None
    return next((name for kind in _MASKED for name in part if name.kind == kind), None)


def texts_of(snapshot: Snapshot, examples: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """All folded words by label: the examples and, for a fact, what it says."""
    texts: dict[str, list[str]] = {}
    for label, utterances in examples.items():
        kind, _, id = label.partition("/")
        texts[label] = list(utterances)
        if id:
            thing: Any = snapshot.things[kind][id]
            said = [thing.name, getattr(thing, "text", None) or ""]
            said += [detail.text for detail in snapshot.details_of(kind, id)]
            said += [place["says"] for place in getattr(thing, "places", ())]
            texts[label] += [fold(text) for text in said]
    return texts


class LabelEntities:
    """Which partnership, event, region or country the questions of each fact are about.

    A fact about the kick-off is no answer to a question about the Info-Day, however alike the
    words are; and a question that names no event is hardly one about a particular event.
    """

    def __init__(self) -> None:
        self._named: dict[str, dict[str, set[str]]] = {}
        self._always: dict[str, set[str]] = {}

    def learn(self, label: str, names: Sequence[Name]) -> None:
        """Take note of what one declared question of a fact names."""
        kinds: set[str] = set()
        for name in names:
            self._named.setdefault(label, {}).setdefault(name.kind, set()).add(name.id)
            kinds.add(name.kind)
        self._always[label] = self._always.get(label, kinds) & kinds

    def agreement(self, label: str, asked: Mapping[str, set[str]]) -> float:
        """A factor for the fit: 0 for another entity, less than 1 for one that is not named.

        Args:
            label: A label of the matcher.
            asked: What the question names, as ``entities_in`` tells.
        """
        known = self._named.get(label, {})
        if any(kind in asked and not ids & asked[kind] for kind, ids in known.items()):
            return 0.0
        factor = _NOT_NAMED if self._always.get(label, set()) - asked.keys() else 1.0
        if "/" in label:
            for kind in asked.keys() - known.keys():
                factor *= _TOO_GENERAL[kind]
        return factor


def entities_in(spans: Sequence[Span]) -> dict[str, set[str]]:
    """The ids that a question names, by kind."""
    asked: dict[str, set[str]] = {}
    for name in filter(None, (masked_name(span.names) for span in spans)):
        asked.setdefault(name.kind, set()).add(name.id)
    return asked


_NOT_NAMED = 0.8
_TOO_GENERAL = {"partnership": 0.75, "event": 0.75, "region": 0.55, "country": 0.65}
