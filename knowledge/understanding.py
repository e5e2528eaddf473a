"""Understands a message: names, candidate readings with their fit, and the decision among them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import pairwise

from knowledge.answer import Focus
from knowledge.changes import about
from knowledge.chronology import compose_events
from knowledge.clauses import axis_name
from knowledge.composition import Composition, compose, without_why
from knowledge.decision import (
    COVERAGE,
    EXACT,
    Candidate,
    Certain,
    Decision,
    Unknown,
    Unsure,
    decide,
)
from knowledge.declarations import Declarations
from knowledge.dialogue import follow_up
from knowledge.facts import Phrasing
from knowledge.matcher import Matcher, Ranked
from knowledge.offers import partnerships_of
from knowledge.query import run
from knowledge.readings import alike, among_readings, asked_back, named_only, readings
from knowledge.references import Reference
from knowledge.search import FactIndex
from knowledge.slots import SlotFiller
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.themes import ThemeIndex
from knowledge.utterances import (
    LabelEntities,
    entities_in,
    examples_of,
    mask,
    masked_name,
    told,
)
from knowledge.vocabulary import Span, Vocabulary

_RANKED = 8
_FOREIGN = 0.5
_MOST_DECLARED = 5
_SHORT_WORD = 2
_SENTENCES = re.compile(r"[.!?;:\n]+(?:\s|$)|,\s|\s[-–—]+\s")
_MOST_SENTENCES = 12
_SURE_PART = 90
_FALLBACK = 45
_OTHER_NUMBER = 0.85
_OF_WHAT_IS_NAMED = 3
_OTHER_PLACE = 0.5
_NUMBERED = frozenset({"page", "pages", "figure", "fig", "table", "phase", "layer", "footnote"})
_NOT_TELLING = frozenset({"filler", "ask", "number", "time", "set", "degree"})
_LOOSE_WORDS = 1
_ONE = frozenset({"i", "we", "you", "one", "people"})
_NOT_LOOSE = frozenset({"content.steps", "order.next", "order.last", "define.term"})
_OF_ALL = frozenset({"partnerships_newer", "partnerships_size"})
"""Questions about the partnerships as such, not about a named one."""
_SMALL_TALK = frozenset({"greeting", "thanks", "farewell", "wellbeing", "off_topic"})


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was read: for the answer, and for ``ask --explain``."""

    spans: tuple[Span, ...]
    masked: str
    ranked: tuple[Ranked, ...]
    candidates: tuple[Candidate, ...]
    decision: Decision


def _is_sure(understanding: Understanding) -> bool:
    """Whether a whole message is understood well enough not to look at its sentences."""
    decision = understanding.decision
    return isinstance(decision, Unsure) or (
        isinstance(decision, Certain)
        and (decision.candidate.score >= _SURE_PART or decision.candidate.origin != "declared")
    )


def _is_what_is_asked(spans: Sequence[Span], word: Span) -> bool:
    """Whether a word is the matter of a question: "who founded …", "where can I stay …"."""
    place = spans.index(word)
    before = spans[place - 1] if place else None
    behind = spans[place + 1].words if place + 1 < len(spans) else ""
    does = before is not None and (before.operator == "ask.who" or before.words in _ONE)
    return does or (behind == "of" and before is not None and before.words == "the")


def _asks(spans: Sequence[Span]) -> bool:
    return any(
        span.operator.startswith(("ask.", "subject.", "role.")) or span.words in ("where", "when")
        for span in spans
    )


def _asked(snapshot: Snapshot, declared: Declarations) -> list[tuple[Phrasing, str]]:
    """The questions of facts in a language, with their folded text."""
    rows = (row for row in snapshot.phrasings if row.language == declared.language)
    return [(row, fold(row.text)) for row in rows]


def _vocabulary(
    snapshot: Snapshot,
    declared: Declarations,
    asked: Sequence[tuple[Phrasing, str]],
    facts: Mapping[str, Sequence[str]],
) -> Vocabulary:
    return Vocabulary(
        snapshot,
        declared.operators,
        declared.common_words,
        [*(folded for _, folded in asked), *(text for said in facts.values() for text in said)],
        declared.sentences,
        declared.shorthand,
    )


class Reader:
    """Reads messages with the names and questions of one snapshot and one language."""

    def __init__(self, snapshot: Snapshot, declared: Declarations) -> None:
        self.snapshot = snapshot
        asked = _asked(snapshot, declared)
        facts = told(snapshot)
        self.vocabulary = _vocabulary(snapshot, declared, asked, facts)
        self._entities_of = LabelEntities()
        self._replies: dict[tuple[str, str], str] = {}
        examples = examples_of(asked, declared, self.vocabulary, self._entities_of, self._replies)
        texts = {
            label: [*utterances, *facts.get(label, ()), *self._entities_of.ids(label)]
            for label, utterances in examples.items()
        }
        self._facts = FactIndex(texts, declared.operators["filler"])
        self.matcher = Matcher(examples, speller=self.vocabulary.speller)
        self.themes = ThemeIndex(snapshot, declared.common_words)
        self.slots = SlotFiller(declared.intents, snapshot)

    def over(self, snapshot: Snapshot, declared: Declarations) -> "Reader":
        """A reader for the same packs under other events of organisers.

        Their names are new, and so are the words they are told in; what facts of packs are asked
        with is not, and to weigh that takes most of a start.
        """
        other = copy(self)
        other.snapshot = snapshot
        other.vocabulary = _vocabulary(
            snapshot, declared, _asked(snapshot, declared), told(snapshot)
        )
        other.slots = SlotFiller(declared.intents, snapshot)
        return other

    def understand_best(self, text: str, focus: Focus | None) -> Understanding:
        """The whole message or, when that says nothing, the sentence in it that asks.

        What the other sentences name belongs to a sentence that names nothing itself: "I am from
        Lombardy. Which partnerships are we in?"
        """
        whole = self.understand(text, focus)
        parts = [part for part in _SENTENCES.split(text) if part and part.strip()]
        if len(parts) < 2 or _is_sure(whole):
            return whole
        read = [self.vocabulary.spans(part) for part in parts[:_MOST_SENTENCES]]
        named = [span for spans in read for span in spans if axis_name(span) or span.of("event")]
        understood = [
            self.understand_spans(
                spans if any(s.names for s in spans) or not _asks(spans) else (*spans, *named),
                focus,
            )
            for spans in read
        ]
        certain = [
            (one.decision.candidate.score, one)
            for one in understood
            if isinstance(one.decision, Certain)
            and one.decision.candidate.reference.intent not in _SMALL_TALK
        ]
        best = max(certain, key=lambda pair: pair[0], default=None)
        if best is None or (not isinstance(whole.decision, Unknown) and best[0] < _SURE_PART):
            return whole
        return best[1]

    def understand(self, text: str, focus: Focus | None) -> Understanding:
        """Read a message up to the decision; pure, and shown by ``ask --explain``."""
        return self.understand_spans(self.vocabulary.spans(text), focus)

    def understand_spans(self, spans: tuple[Span, ...], focus: Focus | None) -> Understanding:
        """The same for a message whose names and operators are found already."""
        if focus is not None:
            follow = follow_up(spans, focus, self.snapshot, self._compose)
            if isinstance(follow, Reference):
                candidate = Candidate(follow, 95, "follow-up")
                return Understanding(spans, "", (), (candidate,), Certain(candidate))
            spans = follow
        ways = list((readings if focus else asked_back)(spans, self.snapshot))
        masked = mask(ways[0])
        ranked = self._ranked(masked, ways[0]) if spans else ()
        decided: list[tuple[Decision, tuple[Candidate, ...]]] = []
        for reading in ways:
            candidates = tuple(self._candidates(reading, ranked, focus))
            decided.append((decide(candidates), candidates))
        decision = among_readings([decision for decision, _ in decided])
        return Understanding(spans, masked, ranked, decided[0][1], decision)

    def _ranked(self, masked: str, spans: Sequence[Span]) -> tuple[Ranked, ...]:
        """Labels by the mean of two measures: like a declared question, and speaking of the same.

        The first alone misses questions put in other words than anybody declared, the second
        alone does not tell "when" from "where". Words that no fact has at all ("poem") speak
        against every fact.
        """
        weights = self._facts.weigh(
            [word for span in spans if not masked_name(span.names) for word in span.words.split()]
        )
        named = {f"<{kind}:{id}>" for kind, ids in entities_in(spans).items() for id in ids}
        with_names = {**weights, **self._facts.weigh(sorted(named))}
        hits = {hit.label: hit for hit in self.matcher.rank(masked, _RANKED)}
        if not weights:
            return tuple(hits.values())
        own = 1 - _FOREIGN * self._facts.foreign(weights)
        labels = hits.keys() | self._facts.best(with_names)
        facts = {label for label in labels if "/" in label}
        covered = self._facts.coverage(facts, with_names)
        covered |= self._facts.coverage(labels - facts, weights)
        fits: list[tuple[float, str]] = []
        for label, share in covered.items():
            score = hits[label].score if label in hits else 0
            fit = (score + 100 * share) / 2
            fits.append((fit * own if label in facts else fit, label))
        fits.sort(reverse=True)
        return tuple(
            Ranked(label, score, hits[label].example if label in hits else None)
            for score, label in fits[:_RANKED]
        )

    def _candidates(
        self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None
    ) -> Iterator[Candidate]:
        yield from self._declared(spans, ranked, focus)
        events = compose_events(spans, self.snapshot)
        if events is not None:
            yield Candidate(events[0], events[1], "composed")
        yield from self._false_premise(spans)
        composition = self._compose(spans)
        if composition is not None:
            intent = "compare" if composition.compare else "find"
            reference = Reference(intent, query=composition.query)
            yield Candidate(reference, composition.coverage, "composed", composition.strong)
        named = named_only(spans)
        if named is not None:
            yield named
        yield from self._fallback(spans)

    def _declared(
        self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None
    ) -> Iterator[Candidate]:
        """The best few labels that are about what the question names."""
        unrecorded = [span.words for span in spans if span.operator.startswith("unrecorded.")]
        asked = entities_in(spans)
        numbers = [span.words for span in spans if span.words.isdecimal()]
        placed = any(
            before.words in _NUMBERED and span.words.isdecimal() for before, span in pairwise(spans)
        )
        telling = any(
            span.names
            or (span.operator and span.operator.partition(".")[0] not in _NOT_TELLING)
            or (not span.operator and len(span.words) > _SHORT_WORD)
            for span in spans
        )
        known = self.vocabulary.speller.known
        undefined = any(span.operator == "define.term" for span in spans) and any(
            not span.operator
            and not span.names
            and (not known(span.words) or (span.text.isupper() and len(span.text) > 1))
            for span in spans
        )
        found = 0
        for hit in ranked:
            fact = "/" in hit.label
            agreement = self._entities_of.agreement(hit.label, asked)
            if fact and numbers and not self._facts.covers(hit.label, numbers):
                agreement *= _OTHER_PLACE if placed else _OTHER_NUMBER
            if not agreement or (unrecorded and not self._facts.covers(hit.label, unrecorded)):
                continue
            if fact and (not telling or undefined) and hit.score < EXACT:
                continue
            if hit.label in _SMALL_TALK and any(span.names for span in spans):
                continue
            if hit.label in _OF_ALL and any(span.of("partnership") for span in spans):
                continue
            reference = self.slots.fill(hit.label, spans, focus)
            exact = not fact and bool(self.slots.wanted(hit.label))
            if reference is not None:
                reply = self._replies.get((hit.label, hit.example or ""))
                if reply and not alike(spans, hit.example or ""):
                    reply = None
                score = round(hit.score * agreement) + (_OF_WHAT_IS_NAMED if asked and exact else 0)
                yield Candidate(reference, score, "declared", reply=reply)
                found += 1
            if found == _MOST_DECLARED:
                return

    def _fallback(self, spans: Sequence[Span]) -> Iterator[Candidate]:
        """What is known of the only thing named, when little else is said and nothing fits."""
        named = [span for span in spans if span.names]
        loose = [
            span
            for span in spans
            if not span.names and (not span.operator or span.operator in _NOT_LOOSE)
        ]
        if len(named) != 1 or len(loose) > _LOOSE_WORDS:
            return
        if any(span.operator.startswith("unrecorded.") for span in spans):
            return
        if any(_is_what_is_asked(spans, span) for span in loose):
            return
        if named[0].guessed or self._facts.foreign(self._facts.weigh([s.words for s in loose])):
            return
        everyday = all(self.vocabulary.speller.known(span.words) for span in loose)
        if region := named[0].of("region"):
            if everyday and not any(span.words in ("when", "why", "how") for span in spans):
                yield Candidate(partnerships_of(region[0].id), _FALLBACK, "fallback")
        elif names := named[0].of("term", "organisation", "instrument", "document", "person"):
            known = about(names[0].kind, names[0].id)
            yield Candidate(known, _FALLBACK, "fallback", strong=False)

    def _false_premise(self, spans: Sequence[Span]) -> Iterator[Candidate]:
        """What a question takes for granted and is not so, to be corrected."""
        asked = without_why(spans)
        if any(span.words.isdecimal() for span in spans):
            return
        taken = self._compose(asked) if asked else None
        if taken is None or taken.query.operation != "check" or not taken.query.candidates:
            return
        if taken.coverage >= COVERAGE and not run(taken.query, self.snapshot):
            yield Candidate(Reference("find", query=taken.query), 100, "composed")

    def _compose(self, spans: Sequence[Span]) -> Composition | None:
        known = self.vocabulary.speller.known
        return compose(spans, self.snapshot, self.themes, known)
