"""Puts answers together: what the view holds, as the templates say it, with choices and focus."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from knowledge.answer import Answer, Choice, Entity, Focus, Status
from knowledge.decision import DECLINES, Candidate
from knowledge.declarations import Intent
from knowledge.dialogue import PENDING
from knowledge.facts import Event
from knowledge.memory import FOCUS_LASTS, after_answer, after_decline
from knowledge.moments import within_reach
from knowledge.newer_views import PLATFORMS
from knowledge.offers import Impossible, View
from knowledge.readings import MOST_MEANT, MOST_TOLD
from knowledge.references import MOST_BYTES, Reference
from knowledge.relative import WHEN, dated
from knowledge.reminding import offers as reminders
from knowledge.rendering import Rendering, safe
from knowledge.snapshot import Snapshot
from knowledge.understanding import Understanding
from knowledge.views import VIEWS
from knowledge.vocabulary import Span

_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("year", "from", "to"), _DATE),
    WHEN: re.compile(r"[a-z]{3,9}\.(-?\d{1,5}|[a-z]{4,6})"),
    "number": re.compile(r"\d{1,2}"),
    "many": re.compile(r"[1-9]"),
    "place": re.compile(r"[\w-]{1,40}"),
    "platform": re.compile("|".join(PLATFORMS)),
}
"""What slots that are no ids may hold."""
_DECLINED = DECLINES | {"unknown", "blank", "too_long"}


class Replies:
    """Answers, questions back and declines over one snapshot in one language."""

    def __init__(
        self, snapshot: Snapshot, rendering: Rendering, intents: Mapping[str, Intent]
    ) -> None:
        self.snapshot = snapshot
        self.rendering = rendering
        self.intents = intents

    def makes_sense(self, reference: Reference) -> bool:
        """Whether a reference that was sent to us has the parts that its intent needs."""
        slots = dict(reference.slots)
        if reference.intent in ("find", "compare"):
            return reference.query is not None and not slots
        if reference.query is not None:
            return False
        if reference.intent == "card":
            return 1 <= len(slots) <= MOST_TOLD
        intent = self.intents.get(reference.intent)
        if intent is None or intent.slots.keys() - slots.keys():
            return False
        return all(shape.fullmatch(slots[name]) for name, shape in _SHAPES.items() if name in slots)

    def answer(
        self, candidate: Candidate, spans: Sequence[Span], now: datetime, focus: Focus | None
    ) -> Answer:
        reference = dated(candidate.reference, now)
        try:
            view = VIEWS[reference.intent](self.snapshot, reference, now)
        except (KeyError, Impossible):
            return self.say("unknown", now, focus, known=[])
        known = self._known(spans)
        sources = self.rendering.sources(view.facts)
        later = self.rendering.sources(view.since.facts) if view.since else ()
        html, text = self.rendering.message(
            reference.intent,
            view,
            sources,
            later_sources=later,
            guesses=self._guesses(spans),
            known=known,
            reply=candidate.reply,
            hedged=candidate.hedged,
        )
        html = within_reach(html, now)
        usual: Status = "decline" if reference.intent in _DECLINED else "answer"
        further = reminders(self.snapshot, reference, view.results, now)
        offered = [o for o in (*view.offers, *further) if o.reference != reference]
        return Answer(
            view.status or usual,
            reference.intent,
            min(100, max(0, candidate.score)),
            self._entities(spans),
            text,
            html,
            (*sources, *later),
            self.rendering.choices(offered),
            after_answer(reference, view, spans, now, focus, self.snapshot),
            view.request.encode() if view.request is not None else "",
        )

    def clarify(
        self,
        candidates: Sequence[Candidate],
        spans: Sequence[Span],
        now: datetime,
    ) -> Answer:
        one_intent = len({candidate.reference.intent for candidate in candidates}) == 1
        labels = [
            self.label(candidate.reference, names_only=one_intent) for candidate in candidates
        ]
        offered = tuple(candidate.reference.without_theme().encode() for candidate in candidates)
        choices = tuple(
            Choice(label, line)
            for label, line in zip(labels, offered, strict=True)
            if len(line) <= MOST_BYTES
        )
        html, text = self.rendering.message(
            "clarify", View(), labels=labels, others=len(labels) >= MOST_MEANT
        )
        score = min(100, max(candidate.score for candidate in candidates))
        entities = self._entities(spans)
        pending = Focus(offered[0], (), PENDING, offered, now + FOCUS_LASTS)
        return Answer("clarify", "clarify", score, entities, text, html, (), choices, pending)

    def decline(self, understanding: Understanding, now: datetime, focus: Focus | None) -> Answer:
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
            after_decline(spans, now, focus),
        )

    def say(self, intent: str, now: datetime, focus: Focus | None, **extra: object) -> Answer:
        view = VIEWS[intent](self.snapshot, Reference(intent), now)
        html, text = self.rendering.message(intent, view, (), **extra)
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

    def _placed(self, region: str) -> str:
        """A region with its country, unless its name tells it."""
        name = self.rendering.name("region", region)
        return name if "(" in name else self.rendering.with_country(region)

    def _dated(self, kind: str, id: str) -> str:
        """A name, of an event with the year that tells it from others."""
        name, thing = self.rendering.name(kind, id), self.snapshot.things[kind][id]
        year = thing.begins[:4] if isinstance(thing, Event) else ""
        return name if year in name else f"{name} ({year})"

    def label(self, reference: Reference, *, names_only: bool = False) -> str:
        """A reading in a few words, for a button."""
        ids = [id for _, id in reference.slots]
        names = [
            self._dated(kind, id)
            for kind, id in reference.slots
            if id in self.snapshot.things.get(kind, {})
        ]
        if reference.query is not None:
            query = reference.query
            ids = list(query.candidates)
            names = [self.rendering.name(query.subject, id) for id in ids]
            for condition in query.conditions:
                names += [self._placed(id) for id in condition.pattern.regions]
                names += [
                    self.rendering.name("partnership", id) for id in condition.pattern.partnerships
                ]
        intent = self.intents.get(reference.intent)
        if names_only or reference.intent in ("card", "find") or intent is None:
            return ", ".join(dict.fromkeys(names)) or reference.intent
        return (
            f"{intent.description.rstrip('.')} ({', '.join(names)})"
            if names
            else intent.description.rstrip(".")
        )
