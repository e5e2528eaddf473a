"""Prepares questions for the matcher, declared ones and people's: names masked by their kind."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from knowledge.declarations import Declarations
from knowledge.facts import Phrasing
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Name, Span, Vocabulary

_COURTESIES = frozenset({"please", "kindly", "thanks", "thank", "hello", "hi", "hey", "sorry"})
_MASKED = ("partnership", "event", "region", "country", "theme")
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
    """Writes spans as words and slots, without courtesies beside what is asked.

    A name becomes a slot, "<event>", as declared sentences have it. Which event it is does not
    matter for what is asked; ``LabelEntities`` keeps facts about other events away.
    """
    told = [span for span in spans if span.words not in _COURTESIES]
    asked = any(span.names or span.operator != "filler" for span in told)
    return " ".join(_written(span.names or span.words) for span in (told if asked else spans))


def _written(part: str | tuple[Name, ...]) -> str:
    if isinstance(part, str):
        return part
    if named := masked_name(part):
        return f"<{named.kind}>"
    # KET and KETs, an instrument and its abbreviation, are the same word.
    return f"<{part[0].id.removesuffix('s')}>"


def masked_name(part: str | tuple[Name, ...]) -> Name | None:
    """The name that is written as the slot of its kind.

    Names of organisations and the like, which have a short and a long form ("ERDF"), are one word
    to the matcher, whichever form was typed.
    """
    if not part or isinstance(part, str):
        return None
    if any(name.kind in _ABBREVIATED for name in part) and not _long_partnership(part):
        return None
    return next((name for kind in _MASKED for name in part if name.kind == kind), None)


def _long_partnership(part: tuple[Name, ...]) -> bool:
    """Whether a name is that of a partnership, and an abbreviation's only in the long form."""
    forms = {name.form for name in part if name.kind in _ABBREVIATED}
    return any(name.kind == "partnership" for name in part) and forms <= {"name"}


def told(snapshot: Snapshot) -> dict[str, list[str]]:
    """What each fact says, folded, by label ``kind/id``."""
    texts: dict[str, list[str]] = {}
    for kind, things in snapshot.things.items():
        for id, thing in things.items():
            said = [thing.name, getattr(thing, "text", None) or ""]
            said += [detail.text for detail in snapshot.details_of(kind, id)]
            said += [place["says"] for place in getattr(thing, "places", ())]
            texts[f"{kind}/{id}"] = [fold(text) for text in said]
    return texts


class LabelEntities:
    """Which partnership, event, region or country the questions of each fact are about.

    A fact about the kick-off is no answer to a question about the Info-Day, however alike the
    words are; and a question that names no event is hardly one about a particular event.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._named: dict[str, dict[str, Counter[str]]] = {}
        self._asked: Counter[str] = Counter()
        self._about: dict[str, dict[str, set[str]]] = {}
        for link in snapshot.links:
            kinds = self._about.setdefault(f"{link.subject_kind}/{link.subject}", {})
            kinds.setdefault(link.target_kind, set()).add(link.target)

    def learn(self, label: str, names: Sequence[Name]) -> None:
        """Take note of what one declared question of a fact names."""
        self._asked[label] += 1
        kinds = self._named.setdefault(label, {})
        for kind, id in {(name.kind, name.id) for name in names}:
            kinds.setdefault(kind, Counter())[id] += 1

    def ids(self, label: str) -> list[str]:
        """What a fact is about, one word a thing: named in more than a few of its questions."""
        return [
            f"<{kind}:{id}>"
            for kind, ids in self._named.get(label, {}).items()
            for id, times in ids.items()
            if times >= _IN_PASSING * self._asked[label]
        ]

    def agreement(self, label: str, asked: Mapping[str, set[str]]) -> float:
        """A factor for the fit: 0 for another entity, less than 1 for one that is not named.

        Args:
            label: A label of the matcher.
            asked: What the question names, as ``entities_in`` tells.
        """
        if "/" not in label:
            return 1.0
        known, about = self._named.get(label, {}), self._about.get(label, {})
        factor = 1.0
        for kind, ids in asked.items():
            if ids & about.get(kind, set()):
                continue
            times = sum(known[kind][id] for id in ids) if kind in known else 0
            if kind in known and not times:
                return 0.0
            if times < _IN_PASSING * self._asked[label] or kind in about:
                factor *= _TOO_GENERAL[kind]
        always = any(sum(ids.values()) >= self._asked[label] for ids in known.values())
        return factor * _NOT_NAMED if always and not asked else factor


def entities_in(spans: Sequence[Span]) -> dict[str, set[str]]:
    """The ids that a question names, by kind."""
    asked: dict[str, set[str]] = {}
    for name in filter(None, (masked_name(span.names) for span in spans)):
        asked.setdefault(name.kind, set()).add(name.id)
    return asked


_NOT_NAMED = 0.8
_IN_PASSING = 0.15
"""A name in fewer of a fact's questions than this is not what the fact is about."""
_TOO_GENERAL = {"partnership": 0.65, "event": 0.7, "region": 0.55, "country": 0.65, "theme": 0.6}
