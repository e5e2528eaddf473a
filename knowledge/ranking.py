"""Ranks intents and facts by how well they fit a question, and tells which of them it is about."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.decision import EXACT, SURE
from knowledge.declarations import Declarations
from knowledge.facts import Phrasing
from knowledge.matcher import Matcher, Ranked
from knowledge.question import INTERROGATIVES
from knowledge.readings import alike
from knowledge.references import Reference
from knowledge.search import FactIndex
from knowledge.snapshot import Snapshot
from knowledge.subjects import central, subjects
from knowledge.threads import ALIKE, BONUS, ITSELF, NEAREST, Thread, opens, points_back
from knowledge.utterances import LabelEntities, entities_in, examples_of, masked_name
from knowledge.vocabulary import Name, Span, Vocabulary

_RANKED = 10
_NAMED_TIMES = 5
"""What a fact is about counts as if its texts said it so often."""

# What a fact's three measures count, each 0 to 100 (relevance to 160): chosen on declared questions
# that were held back and on foreign talk, see docs/decisions/0004-calibration.md.
_LIKE, _COVERED, _RELEVANT = 0.34, 0.24, 0.24
_MOST_RELEVANT = 1.6
_BEYOND, _USUALLY_BEYOND = 65.0, 0.5
"""Points that a fact gains by being of the same matter in other words, against what is usual."""
_ONLY_NAMED = 0.6
"""What is left of the fit of a fact that speaks of nothing asked but the name in the question."""
_ENOUGH_SAID = 0.5
"""From this share on of the words besides names the fit is whole."""
_WORD_FOR_WORD = 97.0
"""The fit of an intent whose declared sentence is asked word for word."""
_DECLARED_SO, _DECLARED_TOO = 95.0, 88.0
"""The least fit of a fact that is asked as it is declared, alone or like others."""
_FOREIGN = 0.5
"""How much words speak against every fact that no fact has."""

_LEAST_WEIGHT = 0.3
"""Words that weigh less than this together ("what") tell no fact from another."""
_SHORT_WORD = 2
_ALL_SAID = 0.95
_GIST = 3
_OTHER_NUMBER = 0.85
_OTHER_PLACE = 0.5
_GAPS = "topic/gap-"
"""What was looked for and not found is told where just that is asked."""
_FOR_WHOM = frozenset({"for", "to", "by", "small"})
"""Behind these words, what is not recorded is not what is asked: "a problem for companies"."""
_NUMBERED = frozenset({"page", "pages", "figure", "fig", "table", "phase", "layer", "footnote"})
_NOT_TELLING = frozenset({"filler", "ask", "number", "time", "set", "degree"})


@dataclass(frozen=True, slots=True)
class Fitting:
    """A label that may be meant; ``reply`` is the known yes or no of the question it is like."""

    label: str
    score: float
    reply: str | None


class Ranking:
    """The declared questions of intents and facts, ready to be compared with a question.

    Args:
        snapshot: The facts.
        declared: The intents and their sentences.
        vocabulary: Reads the questions of the facts.
        asked: The facts' questions with their folded text.
        told: What each fact says, folded, by label.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        declared: Declarations,
        vocabulary: Vocabulary,
        asked: Sequence[tuple[Phrasing, str]],
        told: dict[str, list[str]],
    ) -> None:
        self._snapshot = snapshot
        self._known: Callable[[str], bool] = vocabulary.speller.known
        self._entities_of = LabelEntities(snapshot)
        self._replies: dict[tuple[str, str], str] = {}
        examples = examples_of(asked, declared, vocabulary, self._entities_of, self._replies)
        texts = {
            label: [
                *utterances,
                *told.get(label, ()),
                *_NAMED_TIMES * self._entities_of.ids(label),
            ]
            for label, utterances in examples.items()
        }
        self._exact: dict[str, set[str]] = {}
        for label, utterances in examples.items():
            for utterance in utterances:
                self._exact.setdefault(utterance, set()).add(label)
        self._facts = FactIndex(texts, declared.operators["filler"], declared.synonyms)
        self._matcher = Matcher(examples, speller=vocabulary.speller)
        light = {word for text in declared.operators["filler"] for word in text.split()}
        self._central = central(examples, light | INTERROGATIVES)
        self._subjects = subjects(self._central)

    def rank(
        self, masked: str, spans: Sequence[Span], thread: Thread | None = None
    ) -> tuple[Ranked, ...]:
        """The labels that fit best.

        Intents go by two measures: being like a declared question, and speaking of the same. Facts,
        of which there are many alike, by a third as well: being about it more than others are.
        Words that no fact has at all ("poem") speak against every fact. What is on the matter of a
        talk gains a little.
        """
        weights = self._facts.weigh(
            [word for span in spans if not masked_name(span.names) for word in span.words.split()]
        )
        hits = {hit.label: hit for hit in self._matcher.rank(masked, _RANKED)}
        exact = self._exact.get(masked, set())
        for label in exact:
            if "/" not in label:
                hits[label] = Ranked(label, _WORD_FOR_WORD, masked)
        if sum(weights.values()) < _LEAST_WEIGHT:
            return tuple(sorted(hits.values(), key=lambda hit: -hit.score))
        named = {f"<{kind}:{id}>" for kind, ids in entities_in(spans).items() for id in ids}
        with_names = {**weights, **self._facts.weigh(sorted(named))}
        own = 1 - _FOREIGN * self._facts.foreign(weights)
        nearest, relevance = self._facts.relevance(masked.split(), named, _RANKED)
        akin = self._facts.akin(thread.label) if thread is not None else {}
        if thread is not None:
            akin = {**akin, thread.label: ALIKE * self._itself(spans, thread, weights)}
        near = heapq.nlargest(_RANKED, akin, key=akin.__getitem__)
        labels = hits.keys() | set(nearest) | set(near)
        said = self._facts.coverage(labels, weights)
        covered = self._facts.coverage(labels, with_names)
        beyond = self._facts.likeness(masked.split(), named, labels)
        named_otherwise = any(name.form != "focus" for span in spans for name in span.names)
        fits: list[tuple[float, str]] = []
        for label in labels:
            hit = hits.get(label)
            like = hit.score if hit else 0.0
            if "/" not in label:
                fits.append(
                    (_WORD_FOR_WORD if label in exact else (like + 100 * said[label]) / 2, label)
                )
                continue
            about = min(relevance(label), _MOST_RELEVANT)
            fit = _LIKE * like + 100 * (_COVERED * covered[label] + _RELEVANT * about)
            fit *= _ONLY_NAMED + (1 - _ONLY_NAMED) * min(1.0, said[label] / _ENOUGH_SAID)
            # The better the words fit by themselves, the less other words matter.
            nearness = beyond.get(label, _USUALLY_BEYOND) - _USUALLY_BEYOND
            fit += _BEYOND * nearness * (1 - min(fit, 100) / 100)
            if label in exact:
                fit = max(fit, _DECLARED_SO if len(exact) == 1 else _DECLARED_TOO)
            on: float = BONUS if thread is not None and self.is_on(thread, label) else 0
            likely = NEAREST * min(akin.get(label, 0.0) / ALIKE, ITSELF)
            on = max(on, likely) if likely >= 0 else likely
            if named_otherwise and covered[label] < _ALL_SAID:
                on = min(on, 0)  # "GVC?" is not about the fund that was told of
            fits.append((max(0.0, min(fit * own + on, 100.0)), label))
        fits.sort(reverse=True)
        return tuple(
            Ranked(label, score, hits[label].example if label in hits else None)
            for score, label in fits[:_RANKED]
        )

    def _itself(self, spans: Sequence[Span], thread: Thread, weights: Mapping[str, float]) -> float:
        """How much the last fact is likelier to be meant again: when it has all the words.

        "And regions?" asks for something else than was told.
        """
        spans = [span for span in spans if span.text]  # what was added to go on has none
        if opens(spans):
            return -ITSELF
        asks = any(s.operator.startswith(("order.", "number.", "ask.")) for s in spans)
        asks = asks or any(span.words in INTERROGATIVES for span in spans)
        if asks or any(span.names for span in spans) or not points_back(spans):
            return 0.0
        return ITSELF if weights and self._facts.covers(thread.label, weights) else 0.0

    def fitting(self, spans: Sequence[Span], ranked: Sequence[Ranked]) -> Iterator[Fitting]:
        """The labels that are about what the question names and counts."""
        unrecorded = [
            span.words
            for before, span in pairwise((Span(0, 0, "", ""), *spans))
            if span.operator.startswith("unrecorded.") and before.words not in _FOR_WHOM
        ]
        asked = entities_in(spans)
        # What is not recorded of a region or partnership is hardly told by a fact about it.
        least = 0
        if unrecorded and asked.keys() & {"region", "partnership"}:
            counted = any(span.operator == "ask.count" for span in spans)
            least = EXACT if counted else SURE
        numbers = [span.words for span in spans if span.words.isdecimal()]
        other = _OTHER_PLACE if _points_to_place(spans) else _OTHER_NUMBER
        vague = not _tells(spans) or self._defines_unknown(spans)
        for hit in ranked:
            score, fact = (
                hit.score * self._entities_of.agreement(hit.label, asked),
                "/" in hit.label,
            )
            if fact and numbers and not self._facts.covers(hit.label, numbers):
                score *= other
            if hit.label.startswith(_GAPS) and hit.score < SURE:
                continue
            nearly = hit.score >= SURE and not asked
            if not score:
                continue
            if unrecorded and not self._facts.covers(hit.label, unrecorded, nearly=nearly):
                continue
            if fact and (score < least or (vague and hit.score < EXACT)):
                continue
            reply = self._replies.get((hit.label, hit.example or ""))
            if reply and not alike(spans, hit.example or ""):
                reply = None
            yield Fitting(hit.label, score, reply)

    def is_on(self, thread: Thread, label: str) -> bool:
        """Whether a fact is on the matter of a thread, by its links or by what it is asked with."""
        if "/" not in label:
            return False
        asked = any(self._facts.covers(label, [token]) for token in thread.tokens)
        asked = asked or self._facts.akin(thread.label).get(label, 0.0) >= ALIKE
        return asked or thread.holds(label, self._snapshot)

    def akin(self, label: str) -> Mapping[str, float]:
        """How much each other fact speaks of the same as one does."""
        return self._facts.akin(label)

    def subject(self, thread: Thread) -> tuple[Span, ...]:
        """What the fact that was told last is about, as words to be added to a question."""
        return tuple(Span(0, 0, "", word) for word in self._subjects.get(thread.label, ()))

    def gist(self, thread: Thread) -> tuple[Span, ...]:
        """What most questions about the last fact speak of: for "by whom?", which says nothing."""
        words = self._central.get(thread.label, ())[:_GIST]
        return tuple(Span(0, 0, "", word) for word in words)

    def is_about(self, reference: Reference, name: Name) -> bool:
        """Whether a declared question is about a thing: has it in a slot, or is asked with it."""
        if reference.intent != "card":
            return (name.kind, name.id) in reference.slots
        kind, id = reference.slots[0]
        spelt = f"<{name.kind}:{name.id}>", f"<{name.id.removesuffix('s')}>"
        own = (kind, id) == (name.kind, name.id)
        return own or any(self._facts.covers(f"{kind}/{id}", [token]) for token in spelt)

    def tells(self, spans: Sequence[Span]) -> bool:
        """Whether there are words, besides names, that facts speak of."""
        words = [span.words for span in spans if not span.operator and not span.names]
        weights = self._facts.weigh([word for said in words for word in said.split()])
        return bool(weights) and self._facts.foreign(weights) < 1

    def foreign(self, words: Sequence[str]) -> bool:
        """Whether there are words that no fact speaks of."""
        return self._facts.foreign(self._facts.weigh(words)) > 0

    def _defines_unknown(self, spans: Sequence[Span]) -> bool:
        """Whether the meaning of something is asked that is not known here."""
        return any(span.operator == "define.term" for span in spans) and any(
            not span.operator
            and not span.names
            and (not self._known(span.words) or (span.text.isupper() and len(span.text) > 1))
            for span in spans
        )


def _points_to_place(spans: Sequence[Span]) -> bool:
    """Whether a numbered page, table or phase is meant."""
    return any(
        before.words in _NUMBERED and span.words.isdecimal() for before, span in pairwise(spans)
    )


def _tells(spans: Sequence[Span]) -> bool:
    """Whether a question says anything that tells one fact from another."""
    return any(
        span.names
        or (span.operator and span.operator.partition(".")[0] not in _NOT_TELLING)
        or (not span.operator and len(span.words) > _SHORT_WORD)
        for span in spans
    )
