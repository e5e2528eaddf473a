"""Answers one message: normalise, find names, rank, decide, look up, render. Changes nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from knowledge.answer import Answer, Choice, Entity, Focus, Status
from knowledge.changes import about
from knowledge.chronology import compose_events, is_date
from knowledge.composition import Composition, compose, without_why
from knowledge.decision import (
    COVERAGE,
    DECLINES,
    Candidate,
    Certain,
    Decision,
    Unknown,
    Unsure,
    decide,
)
from knowledge.declarations import declarations
from knowledge.dialogue import PENDING, follow_up
from knowledge.matcher import Matcher, Ranked
from knowledge.query import run
from knowledge.question import AUXILIARIES
from knowledge.references import BadReference, Reference
from knowledge.rendering import Rendering, safe
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
    texts_of,
)
from knowledge.views import VIEWS, Impossible, View
from knowledge.vocabulary import Name, Span, Vocabulary

MOST_CHARACTERS = 2000
"""A question longer than this is not read."""
FOCUS_LASTS = timedelta(minutes=30)
_MOST_READINGS = 4
_RANKED = 14
_MOST_DECLARED = 5
_SHORT_WORD = 2
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|</?[a-z][^<>]{0,80}>", re.IGNORECASE | re.DOTALL)
_SENTENCES = re.compile(r"[.!?;:\n]+(?:\s|$)|,\s")
_MOST_SENTENCES = 12
_SMALL_TALK = frozenset({"greeting", "thanks", "farewell", "wellbeing", "off_topic"})
_DECLINED = DECLINES | {"unknown", "blank", "too_long"}
_NAMED_KINDS = (
    "partnership",
    "region",
    "country",
    "event",
    "organisation",
    "instrument",
    "document",
    "person",
    "theme",
    "term",
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was read: for the answer, and for ``ask --explain``."""

    spans: tuple[Span, ...]
    masked: str
    ranked: tuple[Ranked, ...]
    candidates: tuple[Candidate, ...]
    decision: Decision


class Assistant:
    """Answers questions from one snapshot in one language.

    Args:
        snapshot: The knowledge; it is never changed.
        lang: A language of ``knowledge.declarations.languages``.
    """

    def __init__(self, snapshot: Snapshot, *, lang: str = "en") -> None:
        self.snapshot = snapshot
        declared = declarations(lang)
        self.intents = declared.intents
        asked = [(row, fold(row.text)) for row in snapshot.phrasings if row.language == lang]
        self.vocabulary = Vocabulary(
            snapshot,
            declared.operators,
            declared.common_words,
            [folded for _, folded in asked],
            declared.sentences,
            declared.shorthand,
        )
        self._entities_of = LabelEntities()
        self._replies: dict[tuple[str, str], str] = {}
        examples = examples_of(asked, declared, self.vocabulary, self._entities_of, self._replies)
        self._facts = FactIndex(texts_of(snapshot, examples), declared.operators["filler"])
        self.matcher = Matcher(examples, speller=self.vocabulary.speller)
        self.themes = ThemeIndex(snapshot, declared.common_words)
        self.slots = SlotFiller(declared.intents, snapshot)
        self.rendering = Rendering(declared, snapshot)

    def ask(self, text: str, *, now: datetime, focus: Focus | None = None) -> Answer:
        """Answer one message.

        Args:
            text: What the person typed.
            now: An aware moment, for "next", "last" and the life of the focus.
            focus: What the chat was last about, as the last answer gave it.

        Raises:
            ValueError: ``now`` has no zone.
        """
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        if len(text) > MOST_CHARACTERS:
            return self._say("too_long", now, focus, limit=MOST_CHARACTERS)
        text = _MARKUP.sub(" ", text)
        focus = focus if focus and focus.expires > now else None
        understanding = self._understand_best(text, focus)
        if not understanding.spans:
            return self._say("blank", now, focus)
        match understanding.decision:
            case Certain(candidate):
                return self._answer(candidate, understanding.spans, now, focus)
            case Unsure(candidates):
                return self._clarify(candidates, understanding.spans, now, focus)
            case Unknown():
                return self._decline(understanding, now, focus)

    def choose(self, reference: str, *, now: datetime, focus: Focus | None = None) -> Answer:
        """Answer a choice that was picked; a malformed or outdated one is declined."""
        try:
            candidate = Candidate(Reference.decode(reference), 100, "declared")
        except BadReference:
            return self._say("unknown", now, focus, known=[])
        return self._answer(candidate, (), now, focus)

    def _understand_best(self, text: str, focus: Focus | None) -> Understanding:
        """The whole message or, when that says nothing, the sentence in it that does."""
        whole = self.understand(text, focus)
        parts = [part for part in _SENTENCES.split(text) if part and part.strip()]
        if not isinstance(whole.decision, Unknown) or len(parts) < 2:
            return whole
        understood = [self.understand(part, focus) for part in parts[:_MOST_SENTENCES]]
        certain = [
            (one.decision.candidate.score, one)
            for one in understood
            if isinstance(one.decision, Certain)
            and one.decision.candidate.reference.intent not in _SMALL_TALK
        ]
        return max(certain, key=lambda pair: pair[0])[1] if certain else whole

    def understand(self, text: str, focus: Focus | None) -> Understanding:
        """Read a message up to the decision; pure, and shown by ``ask --explain``."""
        spans = self.vocabulary.spans(text)
        if focus is not None:
            follow = follow_up(spans, focus)
            if isinstance(follow, Reference):
                candidate = Candidate(follow, 95, "follow-up")
                return Understanding(spans, "", (), (candidate,), Certain(candidate))
            spans = follow
        readings = list(_readings(spans, self.snapshot)) if focus else list(self._asked_back(spans))
        masked = mask(readings[0])
        ranked = self._ranked(masked, readings[0]) if spans else ()
        decided: list[tuple[Decision, tuple[Candidate, ...]]] = []
        for reading in readings:
            candidates = tuple(self._candidates(reading, ranked, focus))
            decided.append((decide(candidates), candidates))
        decision = _among_readings([decision for decision, _ in decided])
        return Understanding(spans, masked, ranked, decided[0][1], decision)

    def _asked_back(self, spans: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
        """The readings of a message; "it", with nothing before, may be any partnership."""
        place = _unsaid_partnership(spans)
        if place is None:
            yield from _readings(spans, self.snapshot)
            return
        for id in self.snapshot.partnerships:
            name = Name("partnership", id, "focus", 100)
            meant = Span(place, place, "", "", (name,))
            yield (*spans[:place], meant, *spans[place + 1 :])

    def _ranked(self, masked: str, spans: Sequence[Span]) -> tuple[Ranked, ...]:
        """Labels by the mean of two measures: like a declared question, and speaking of the same.

        The first alone misses questions put in other words than anybody declared, the second
        alone does not tell "when" from "where".
        """
        weights = self._facts.weigh(
            [word for span in spans if not masked_name(span.names) for word in span.words.split()]
        )
        fits = {hit.label: hit for hit in self.matcher.rank(masked, _RANKED)}
        for label, _ in self._facts.best(weights):
            fits.setdefault(label, Ranked(label, 0.0))
        hits = [
            replace(hit, score=(hit.score + 100 * self._facts.coverage(label, weights)) / 2)
            for label, hit in fits.items()
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score))

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
        named = _named(spans)
        if named is not None:
            yield named

    def _declared(
        self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None
    ) -> Iterator[Candidate]:
        """The best few labels that are about what the question names."""
        unrecorded = [span.words for span in spans if span.operator.startswith("unrecorded.")]
        asked = entities_in(spans)
        words = [span.words for span in spans if span.operator != "filler" and not span.names]
        telling = (
            asked
            or any(span.names for span in spans)
            or any(
                len(word) > _SHORT_WORD and self.vocabulary.speller.known(word)
                for text in words
                for word in text.split()
            )
        )
        found = 0
        for hit in ranked:
            agreement = self._entities_of.agreement(hit.label, asked)
            if not agreement or not self._facts.covers(hit.label, unrecorded):
                continue
            if "/" in hit.label and not telling:
                continue
            reference = self.slots.fill(hit.label, spans, focus)
            if reference is not None:
                reply = self._replies.get((hit.label, hit.example or ""))
                if reply and not _alike(spans, hit.example or ""):
                    reply = None
                yield Candidate(reference, round(hit.score * agreement), "declared", reply=reply)
                found += 1
            if found == _MOST_DECLARED:
                return

    def _false_premise(self, spans: Sequence[Span]) -> Iterator[Candidate]:
        """What a question takes for granted and is not so, to be corrected."""
        asked = without_why(spans)
        taken = self._compose(asked) if asked else None
        if taken is None or taken.query.operation != "check" or not taken.query.candidates:
            return
        if taken.coverage >= COVERAGE and not run(taken.query, self.snapshot):
            yield Candidate(Reference("find", query=taken.query), 100, "composed")

    def _compose(self, spans: Sequence[Span]) -> Composition | None:
        known = self.vocabulary.speller.known
        return compose(spans, self.snapshot, self.themes.search, known)

    # Saying it

    def _answer(
        self, candidate: Candidate, spans: Sequence[Span], now: datetime, focus: Focus | None
    ) -> Answer:
        reference = candidate.reference
        try:
            view = VIEWS[reference.intent](self.snapshot, reference, now)
        except (KeyError, Impossible):
            return self._say("unknown", now, focus, known=[])
        known = self._known(spans)
        html, text = self.rendering.message(
            reference.intent,
            view,
            guesses=self._guesses(spans),
            known=known,
            reply=candidate.reply,
        )
        status: Status = "decline" if reference.intent in _DECLINED else "answer"
        return Answer(
            status,
            reference.intent,
            min(100, max(0, candidate.score)),
            self._entities(spans),
            text,
            html,
            self.rendering.sources(view.facts),
            self.rendering.choices(view.offers),
            self._focus(reference, view, now, focus),
        )

    def _clarify(
        self,
        candidates: Sequence[Candidate],
        spans: Sequence[Span],
        now: datetime,
        focus: Focus | None,
    ) -> Answer:
        labels = [self._label(candidate.reference) for candidate in candidates]
        choices = tuple(
            Choice(label, candidate.reference.encode())
            for label, candidate in zip(labels, candidates, strict=True)
        )
        html, text = self.rendering.message("clarify", View(), labels=labels)
        score = max(candidate.score for candidate in candidates)
        entities = self._entities(spans)
        offered = tuple(candidate.reference.encode() for candidate in candidates)
        pending = Focus(offered[0], (), PENDING, offered, now + FOCUS_LASTS)
        return Answer("clarify", "clarify", score, entities, text, html, (), choices, pending)

    def _decline(self, understanding: Understanding, now: datetime, focus: Focus | None) -> Answer:
        spans = understanding.spans
        slots = tuple((n.kind, n.id) for span in spans for n in span.names[:1])
        reference = Reference("unknown", slots)
        view = VIEWS["unknown"](self.snapshot, reference, now)
        known = self._known(spans)
        html, text = self.rendering.message("unknown", view, known=known)
        nearest = understanding.ranked[0].score if understanding.ranked else 0
        return Answer(
            "decline",
            "unknown",
            round(nearest),
            self._entities(spans),
            text,
            html,
            (),
            self.rendering.choices(view.offers),
            focus,
        )

    def _say(self, intent: str, now: datetime, focus: Focus | None, **extra: object) -> Answer:
        view = VIEWS[intent](self.snapshot, Reference(intent), now)
        html, text = self.rendering.message(intent, view, **extra)
        choices = self.rendering.choices(view.offers)
        return Answer("decline", intent, 0, (), text, html, (), choices, focus)

    def _known(self, spans: Sequence[Span]) -> list[str]:
        """The names in a question, as they are called."""
        names = [span.names[0] for span in spans if span.names]
        return list(dict.fromkeys(self.rendering.name(n.kind, n.id) for n in names))

    def _guesses(self, spans: Sequence[Span]) -> list[tuple[str, str]]:
        """Names that were not written exactly: what was typed, what was understood."""
        return [
            (str(safe(span.text)), self.rendering.name(span.names[0].kind, span.names[0].id))
            for span in spans
            if span.guessed
        ]

    def _entities(self, spans: Sequence[Span]) -> tuple[Entity, ...]:
        return tuple(
            Entity(
                name.kind, name.id, self.rendering.name(name.kind, name.id), span.text, name.score
            )
            for span in spans
            for name in span.names[:1]
        )

    def _label(self, reference: Reference) -> str:
        """A reading in a few words, for a button."""
        ids = [id for _, id in reference.slots]
        names = [
            self.rendering.name(kind, id)
            for kind, id in reference.slots
            if id in self.snapshot.things.get(kind, {})
        ]
        if reference.query is not None:
            query = reference.query
            ids = list(query.candidates)
            names = [self.rendering.name(query.subject, id) for id in ids]
            for condition in query.conditions:
                names += [self.rendering.with_country(id) for id in condition.pattern.regions]
                names += [
                    self.rendering.name("partnership", id) for id in condition.pattern.partnerships
                ]
        intent = self.intents.get(reference.intent)
        if reference.intent in ("card", "find") or intent is None:
            return ", ".join(dict.fromkeys(names)) or reference.intent
        return (
            f"{intent.description.rstrip('.')} ({', '.join(names)})"
            if names
            else intent.description.rstrip(".")
        )

    def _focus(
        self, reference: Reference, view: View, now: datetime, focus: Focus | None
    ) -> Focus | None:
        """What the chat is about from now on; small talk leaves it as it was."""
        if not view.results and reference.query is None and not reference.slots:
            return focus
        entities: list[tuple[str, str]] = []
        if reference.query is not None:
            query = reference.query
            entities += [(query.subject, id) for id in query.candidates[:1]]
            for condition in query.conditions:
                entities += [("partnership", id) for id in sorted(condition.pattern.partnerships)]
                entities += [("region", id) for id in sorted(condition.pattern.regions)]
                entities += [("country", id) for id in sorted(condition.pattern.countries)]
        entities += [
            (kind, id) for kind, id in reference.slots if id in self.snapshot.things.get(kind, {})
        ]
        for kind, id in reference.slots:
            links = self.snapshot.links_of.get((kind, id), ())
            entities += [(link.target_kind, link.target) for link in links]
        if len(view.results) == 1:
            entities.append((view.results_kind, view.results[0]))
        return Focus(
            reference.encode(),
            tuple(dict.fromkeys(entities)),
            view.results_kind,
            view.results,
            now + FOCUS_LASTS,
        )


def _unsaid_partnership(spans: Sequence[Span]) -> int | None:
    """Where a question speaks of a partnership without saying which; None when it does not.

    "Who leads it?", "how many regions are in the partnership?", "and the participants?"
    """
    operators = [span.operator for span in spans]
    if any(span.names for span in spans):
        return None
    if any(op.startswith(("degree.", "subject_event.", "define.")) for op in operators):
        return None
    roles = any(op.startswith("role.") and op != "role.any" for op in operators)
    nouns = [n for n, op in enumerate(operators) if op.startswith("subject.")]
    for place, span in enumerate(spans):
        before = spans[place - 1].words if place else ""
        if (
            span.words == "partnership"
            and before in ("the", "this", "that", "our")
            and roles | (len(nouns) > 1)
        ):
            return place
        if span.words in ("it", "its") and place > 1 and (roles or nouns):
            return place
    bare = all(op.startswith(("role.", "ask.")) or op == "filler" for op in operators)
    opened = bool(spans) and (spans[0].words == "and" or len(spans) == 2)
    return len(spans) if roles and bare and opened else None


def _readings(spans: Sequence[Span], snapshot: Snapshot) -> Iterator[tuple[Span, ...]]:
    """The spans with each ambiguous name settled: one reading for each of its meanings."""
    years = {span.words for span in spans if is_date(span)}
    for place, span in enumerate(spans):
        for kind in ("region", "country", "event", "partnership"):
            named = span.of(kind)
            if kind == "event" and len(named) > 1 and years:
                dated = [n for n in named if snapshot.things["event"][n.id].start[:4] in years]
                named = tuple(dated) or named
                if len(dated) == 1:
                    yield (*spans[:place], replace(span, names=named), *spans[place + 1 :])
                    return
            if len(named) > 1:
                for name in named[:_MOST_READINGS]:
                    settled = replace(span, names=(name,))
                    yield (*spans[:place], settled, *spans[place + 1 :])
                return
    yield tuple(spans)


def _among_readings(decisions: Sequence[Decision]) -> Decision:
    """One decision out of those for each meaning of an ambiguous name: ask which is meant."""
    certain = [d.candidate for d in decisions if isinstance(d, Certain)]
    distinct = list({candidate.reference: candidate for candidate in certain}.values())
    if len(decisions) > 1 and len(distinct) > 1:
        return Unsure(tuple(distinct))
    return decisions[0]


_ASKS_ABOUT = frozenset(
    (
        "filler",
        "define.term",
        "ask.list",
        "ask.who",
        "relation.about",
        "mark.recorded",
        "subject.partnership",
        "subject.region",
        "subject.role",
        "set.all",
    )
)


def _alike(spans: Sequence[Span], example: str) -> bool:
    """Whether both are yes/no questions of the same polarity."""
    words = " ".join(span.words for span in spans).split()
    theirs = example.split()
    negative = {"not", "no", "never", "without", "isn", "aren", "doesn", "don", "only"}
    first = next((word for word in words if word not in ("hi", "hello", "so", "and", "please")), "")
    return (
        first in AUXILIARIES
        and theirs[0] in AUXILIARIES
        and (bool(negative & set(words)) == bool(negative & set(theirs)))
    )


def _named(spans: Sequence[Span]) -> Candidate | None:
    """The only name in a question that asks nothing else: what is known of it is told."""
    named = [span for span in spans if span.names]
    defined = any(span.operator == "define.term" for span in spans)
    if defined:
        named = [span for span in named if span.of("term")][:1] or named
    if len(named) != 1:
        return None
    kinds = ("term", *_NAMED_KINDS) if defined else _NAMED_KINDS
    names = named[0].of(*kinds)
    if not names:
        return None
    rest = [span for span in spans if not span.names and span.operator not in _ASKS_ABOUT]
    missing = len(rest) / 2 if defined else len(rest)
    score = round(100 * 1.5 / (1.5 + missing))
    return Candidate(about(names[0].kind, names[0].id), score, "named")
