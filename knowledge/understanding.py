"""Understands a message: names, candidate readings with their fit, and the decision among them."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from knowledge.answer import Focus
from knowledge.apposition import apposed
from knowledge.areas import spelt_out
from knowledge.chronology import compose_events
from knowledge.complete import may_stand, stands
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
from knowledge.event_aspects import of_event
from knowledge.facts import Phrasing
from knowledge.fallbacks import fallbacks, nearest
from knowledge.matcher import Ranked
from knowledge.messages import (
    asks,
    fragments,
    named_in,
    only_question,
    says_something,
    sentences,
    standing_alone,
    told_beside,
)
from knowledge.query import run
from knowledge.ranking import Ranking
from knowledge.readings import among_readings, asked_back, named_only, readings
from knowledge.references import Reference
from knowledge.singled_out import not_yet_named, singled_out
from knowledge.slots import SlotFiller
from knowledge.snapshot import Snapshot
from knowledge.talk import SMALL_TALK, Talk
from knowledge.text import fold
from knowledge.themes import ThemeIndex
from knowledge.threads import names_nothing, points_back, thread_of
from knowledge.utterances import entities_in, mask, told
from knowledge.vocabulary import Span, Vocabulary

_MOST_DECLARED = 5
_COURTESIES = SMALL_TALK | {"help", "identity"}
"""What may be said at any time of a talk, and does not go on with it."""
_SURE_PART = 90
_OF_WHAT_IS_NAMED = 5
_OF_ALL = frozenset({"partnerships_newer", "partnerships_size"})
"""Questions about the partnerships as such, not about a named one."""
_IN_TIME = frozenset({"events_first", "events_last", "events_next", "events_now"})


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


def _told_already(named: Candidate, spans: Sequence[Span], focus: Focus | None) -> bool:
    """Whether a thing's own text was the last answer, and something else of it is asked.

    "What are KETs?" - "which ones are they?"
    """
    if named.strong:
        return False  # "what is it?"
    again = any(name.form != "focus" for span in spans for name in span.names)
    return focus is not None and not again and named.reference.encode() == focus.reference


def _is_certain(understanding: Understanding) -> bool:
    """Whether a part of a message is understood, as more than small talk."""
    decision = understanding.decision
    return isinstance(decision, Certain) and decision.candidate.reference.intent not in SMALL_TALK


def _is_small_talk(understanding: Understanding) -> bool:
    decision = understanding.decision
    return isinstance(decision, Certain) and decision.candidate.reference.intent in SMALL_TALK


def _asks_standing(composition: Composition, declared: Sequence[Candidate]) -> bool:
    """Whether "is it part of the platform?" is asked, not whether a partnership has a region."""
    query = composition.query
    best = max(declared, key=lambda candidate: candidate.score, default=None)
    return (
        query.operation == "check"
        and query.subject == "partnership"
        and best is not None
        and best.reference.intent == "partnership_qualified"
        and best.score >= COVERAGE
    )


def _score(understanding: Understanding) -> int:
    decision = understanding.decision
    return decision.candidate.score if isinstance(decision, Certain) else 0


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
        shorthand=declared.shorthand,
        spelt_right=declared.spelt_right,
    )


class Reader:
    """Reads messages with the names and questions of one snapshot and one language."""

    def __init__(self, snapshot: Snapshot, declared: Declarations) -> None:
        self.snapshot = snapshot
        asked = _asked(snapshot, declared)
        facts = told(snapshot)
        self.vocabulary = _vocabulary(snapshot, declared, asked, facts)
        self.ranking = Ranking(snapshot, declared, self.vocabulary, asked, facts)
        self.talk = Talk(snapshot, self.ranking)
        self.themes = ThemeIndex(snapshot, declared.common_words, declared.synonyms)
        self.slots = SlotFiller(declared.intents, snapshot)
        self.areas = declared.areas

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
        other.talk = Talk(snapshot, self.ranking)
        other.slots = SlotFiller(declared.intents, snapshot)
        return other

    def understand_best(self, text: str, focus: Focus | None) -> Understanding:
        """The whole message or, when that says nothing, the sentence in it that asks.

        What the other sentences name belongs to a sentence that names nothing itself: "I am from
        Lombardy. Which partnerships are we in?"
        """
        read = [(sentence, self.vocabulary.spans(sentence)) for sentence in sentences(text)]
        question = only_question(read)
        if question is not None:
            alone = self.understand_spans(question, focus)
            if _is_certain(alone):
                return alone
        whole = self.understand(text, focus)
        if _is_sure(whole):
            return whole
        asking, naming = self._parts(read)
        best = self._best_of(asking, focus)
        if isinstance(whole.decision, Unknown):
            best = best or self._best_of(naming, focus)
            return best or self._courtesy(read) or whole
        return best if best and _score(best) >= _SURE_PART else whole

    def _best_of(
        self, parts: Sequence[tuple[Span, ...]], focus: Focus | None
    ) -> Understanding | None:
        """The part of a message that is understood best; None when none is."""
        understood = (self.understand_spans(spans, focus) for spans in parts)
        return max(filter(_is_certain, understood), key=_score, default=None)

    def _courtesy(self, read: Sequence[tuple[str, tuple[Span, ...]]]) -> Understanding | None:
        """The thanks or greeting in a message that asks nothing: "thx a lot, that saved me"."""
        if any(asks(spans) for _, spans in read):
            return None
        parts = [part for sentence, _ in read for part in fragments(sentence)]
        understood = (self.understand(part, None) for part in parts if len(parts) > 1)
        return next(filter(_is_small_talk, understood), None)

    def _parts(
        self, read: Sequence[tuple[str, tuple[Span, ...]]]
    ) -> tuple[list[tuple[Span, ...]], list[tuple[Span, ...]]]:
        """What can be read by itself: parts that ask, and parts that only name something."""
        named = [span for _, spans in read for span in named_in(spans)]
        asking: list[tuple[Span, ...]] = []
        naming: list[tuple[Span, ...]] = []
        for sentence, spans in read:
            if len(read) > 1 and says_something(spans):
                carried = asks(spans) and not any(span.names for span in spans)
                asking.append((*spans, *named) if carried else spans)
                if carried and not named:
                    asking.append((*spans, *told_beside(spans, read)))
            parts = [self.vocabulary.spans(part) for part in fragments(sentence)]
            if len(parts) > 1:
                ask, name = standing_alone(parts, [self.ranking.tells(part) for part in parts])
                asking += ask
                naming += name
        return asking, naming

    def understand(self, text: str, focus: Focus | None) -> Understanding:
        """Read a message up to the decision; pure, and shown by ``ask --explain``."""
        return self.understand_spans(self.vocabulary.spans(text), focus)

    def understand_spans(self, spans: tuple[Span, ...], focus: Focus | None) -> Understanding:
        """The same for a message whose names and operators are found already.

        What tells of one event is read as its name, unless nothing comes of that.
        """
        spans = not_yet_named(spelt_out(spans, self.areas), self.vocabulary.spans)
        spans = apposed(spans, self.snapshot)
        single = singled_out(spans, self.snapshot)
        if single != spans:
            understanding = self._understand_spans(single, focus)
            if not isinstance(understanding.decision, Unknown):
                return understanding
        return self._understand_spans(spans, focus)

    def _understand_spans(self, spans: tuple[Span, ...], focus: Focus | None) -> Understanding:
        if focus is not None and may_stand(spans):
            alone = self.understand_spans(spans, None)
            if stands(spans, alone.decision):
                return alone
        if focus is not None:
            follow = follow_up(spans, focus, self.snapshot, self._compose)
            if isinstance(follow, Reference):
                candidate = self._courtesy_of(spans) or Candidate(follow, 95, "follow-up")
                return Understanding(spans, "", (), (candidate,), Certain(candidate))
            spans = follow
        thread = thread_of(spans, focus)
        if thread is not None and (listing := self.talk.listing(spans, thread)):
            return Understanding(spans, "", (), (listing,), Certain(listing))
        if thread is not None and points_back(spans):
            spans = self.talk.with_event(spans, thread)
        ways = list((readings if focus else asked_back)(spans, self.snapshot))
        masked = mask(ways[0])
        ranked = self.talk.ranked(masked, ways[0], thread) if spans else ()
        decided: list[tuple[Decision, tuple[Candidate, ...]]] = []
        for reading in ways:
            candidates = tuple(self._candidates(reading, ranked, focus))
            decided.append((decide(candidates), candidates))
        decision = among_readings([decision for decision, _ in decided])
        if thread is not None and focus is not None and isinstance(decision, Unknown):
            decision = self.talk.told_again(spans, focus) or decision
        elif focus is not None and isinstance(decision, Unknown):
            decision = self.talk.on_partnership(spans, focus) or decision
        return Understanding(spans, masked, ranked, decided[0][1], decision)

    def _courtesy_of(self, spans: tuple[Span, ...]) -> Candidate | None:
        """What is wholly small talk, and goes on with nothing: "no", "what can you do?"."""
        if any(span.names for span in spans):
            return None
        best = next(iter(self.ranking.rank(mask(spans), spans)), None)
        if best is None or best.label not in _COURTESIES or best.score < EXACT:
            return None
        return Candidate(Reference(best.label), round(best.score), "declared")

    def _candidates(
        self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None
    ) -> Iterator[Candidate]:
        declared = tuple(self._declared(spans, ranked, focus))
        yield from declared
        events = compose_events(spans, self.snapshot)
        if events is not None:
            yield Candidate(events[0], events[1], "composed")
        yield from self._false_premise(spans)
        composition = self._compose(spans)
        if composition is not None and not _asks_standing(composition, declared):
            intent = "compare" if composition.compare else "find"
            reference = Reference(intent, query=composition.query)
            goes_on = names_nothing(composition.query) and self.talk.goes_on(spans, ranked, focus)
            strong = composition.strong and not goes_on
            yield Candidate(reference, composition.coverage, "composed", strong)
        named = named_only(spans)
        if named is not None and not _told_already(named, spans, focus):
            yield named
        yield from of_event(spans, declared, self.snapshot)
        yield from fallbacks(spans, self.themes, self.ranking, self.vocabulary.speller)
        nearby = nearest(spans, declared, self.themes, self.ranking)
        if nearby is not None:
            yield nearby

    def _declared(
        self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None
    ) -> Iterator[Candidate]:
        """The best few labels whose slots can be filled."""
        named = any(span.names for span in spans)
        bonus = _OF_WHAT_IS_NAMED if entities_in(spans) else 0
        found = 0
        for hit in self.ranking.fitting(spans, ranked):
            if hit.label in _IN_TIME and any(span.of("event", "partnership") for span in spans):
                continue  # "when did it first meet?" is about that one
            if hit.label in SMALL_TALK and named:
                continue
            if hit.label in _OF_ALL and any(span.of("partnership", "event") for span in spans):
                continue
            if self.talk.leads_away(hit.label, spans, focus):
                continue
            reference = self.slots.fill(hit.label, spans, focus)
            if reference is None:
                continue
            exact = "/" not in hit.label and bool(self.slots.wanted(hit.label))
            score = round(hit.score) + (bonus if exact else 0)
            yield Candidate(reference, score, "declared", reply=hit.reply)
            found += 1
            if found == _MOST_DECLARED:
                return

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
