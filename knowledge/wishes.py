"""Reads requests about reminders: of what, how long before, between which hours, for how long.

A request comes down to a reference, such as ``remind|event=kick-off-2016,leads=1w+1d``. Its slots:
a target (``event``, ``series``, ``partnership``, ``milestones``) or ``ask`` when it has to be asked
back what is meant; ``next`` when only the next event of the target is; ``leads``, with ``add`` when
they come on top of those there are; and one for each of what was said that no reminder can do
(``knowledge.lead_times.NOT_POSSIBLE``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from knowledge.answer import Focus
from knowledge.declarations.requests import Requests
from knowledge.dialogue import last_reference
from knowledge.event_times import is_of_kind
from knowledge.lead_times import LeadTimes
from knowledge.references import Reference
from knowledge.reminding import (
    ALL,
    MILESTONES,
    SERIES,
    Target,
    coming,
    is_ahead,
    target_of,
)
from knowledge.requests import Heard, Hearing, said_besides
from knowledge.settings_said import digest, quiet_hours, snooze
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span, Vocabulary

_WHICH = (("ask", "which"),)
_KINDS = ("committee", "milestone", "conference", "meeting", "event")


@dataclass(frozen=True, slots=True)
class Wish:
    """A request understood: its reference, and the spans it names things in.

    ``alternatives`` when it may mean several things: a reference for each.
    """

    reference: Reference
    spans: tuple[Span, ...] = ()
    alternatives: tuple[Reference, ...] = ()


class Wishes:
    """Reads requests over one snapshot."""

    def __init__(self, declared: Requests, vocabulary: Vocabulary, snapshot: Snapshot) -> None:
        self._declared = declared
        self._vocabulary = vocabulary
        self._snapshot = snapshot
        self._hearing = Hearing(declared, vocabulary)
        self._days = frozenset(event.begins[5:10] for event in snapshot.events)

    def read(self, text: str, now: datetime, focus: Focus | None) -> Wish | None:
        """What a message asks to be done; None when it asks to be told something."""
        heard = self._hearing.hear(text)
        if heard is None:
            return self._going_on(text, now, focus)
        match heard.intent:
            case "remind_quiet":
                return Wish(Reference("remind_quiet", tuple(quiet_hours(heard, self._declared))))
            case "remind_digest":
                return Wish(Reference("remind_digest", tuple(digest(heard, self._declared))))
            case "remind_snooze":
                return Wish(Reference("remind_snooze", tuple(snooze(heard, self._declared))))
        spans = said_besides(heard, self._declared, self._vocabulary)
        if heard.intent == "remind_list":
            cue = {*heard.words[slice(*heard.cue)]}
            on = not cue.isdisjoint(self._declared.targets["switching_on"])
            named = any(_named(span) for span in spans)
            if not named or not (on or heard.spans_of_time):
                return Wish(Reference("remind_list", (("on", "yes"),) if on else ()), spans)
            heard = replace(heard, intent="remind")  # "change my reminder of … to two days"
        return self._about_events(heard, spans, now, focus)

    def _going_on(self, text: str, now: datetime, focus: Focus | None) -> Wish | None:
        """The reply to "of what?", or other spans for what was asked for: "3 days before"."""
        last = last_reference(focus)
        if last is None or last.intent != "remind":
            return None
        heard = self._hearing.going_on("remind", text)
        if heard is None:
            return None
        spans = said_besides(heard, self._declared, self._vocabulary)
        if self._speaks_of_else(spans):
            return None
        target, leads = target_of(last), tuple(self._leads(heard, ()))
        if target is not None:
            said = any(map(_named, spans)) or "leads" not in dict(leads)
            return None if said else Wish(Reference("remind", (target, *leads)), spans)
        targets = list(self._targets(spans, heard, now)) if last.slot("ask") else []
        kept = tuple((name, slot) for name, slot in last.slots if name in ("leads", "add"))
        if len(targets) != 1:
            return None
        return Wish(Reference("remind", (*targets[0], *(leads or kept))), spans)

    # Of what

    def _about_events(
        self, heard: Heard, spans: tuple[Span, ...], now: datetime, focus: Focus | None
    ) -> Wish:
        for other in ("", *heard.others):
            said = (*spans, *self._vocabulary.spans(other)) if other else spans
            targets = list(self._targets(said, heard, now))
            if targets:
                spans = said
                break
        else:
            targets = list(self._untold(spans, heard, focus))
        slots = tuple(self._leads(heard, targets))
        later = tuple(snooze(heard, self._declared)) if heard.intent == "remind" else ()
        recurs = set(heard.words) & self._declared.targets["every"]
        if targets == [_WHICH] and ("fixed", "yes") in slots and later and not recurs:
            # "Remind me in two hours", of what was just told: that is to snooze it.
            return Wish(Reference("remind_snooze", later))
        deletes = not self._declared.targets["deleting"].isdisjoint(heard.words)
        if heard.intent == "remind_stop" and targets == [(("everything", ALL),)] and deletes:
            slots = (*slots, ("delete", "yes"))
        found = [Reference(heard.intent, (*target, *slots)) for target in targets]
        if len(found) == 1:
            return Wish(found[0], spans)
        return Wish(Reference(heard.intent, slots), spans, tuple(found))

    def _targets(
        self, spans: Sequence[Span], heard: Heard, now: datetime
    ) -> Iterator[tuple[tuple[str, str], ...]]:
        """The slots of each thing that may be meant; none when nothing is named."""
        operators = {span.operator for span in spans}
        following = "order.next" in operators
        events = [name.id for span in spans for name in span.of("event")]
        if events:
            for id in self._likely(events, spans, now, ahead=heard.intent == "remind"):
                yield (("event", id),)
            return
        for kind in ("partnership", "region"):
            named = dict.fromkeys(name.id for span in spans for name in span.of(kind)[:1])
            if named:
                for id in named:
                    yield self._next((kind, id), now) if following else ((kind, id),)
                return
        kinds = [kind for kind in _KINDS if f"subject_event.{kind}" in operators]
        if self._declared.targets["committee"] & {*heard.words}:
            kinds.insert(0, "committee")
        if kinds and (following or kinds[0] in ("committee", "milestone")):
            yield self._of_kind(kinds[0], now) if following else (_series_of(kinds[0]),)
        elif set(heard.words) & self._declared.targets["everything"] or _is_plural(spans):
            yield (MILESTONES if heard.intent == "remind" else ("everything", ALL),)

    def _likely(
        self, events: Sequence[str], spans: Sequence[Span], now: datetime, *, ahead: bool
    ) -> list[str]:
        """Those of several events that are ahead, or of the year that is named; else the latest."""
        known = [self._snapshot.things["event"][id] for id in dict.fromkeys(events)]
        words = {word for span in spans for word in span.words.split()}
        dated = [event for event in known if event.begins[:4] in words] or known
        if ahead:
            dated = [event for event in dated if is_ahead(event, now)] or dated[-1:]
        return [event.id for event in dated]

    def _next(self, target: Target, now: datetime) -> tuple[tuple[str, str], ...]:
        """The next event of a partnership or series; ``next`` when none is recorded."""
        ahead = coming(self._snapshot, target, now)
        return (("event", ahead[0].id),) if ahead else (target, ("next", "none"))

    def _of_kind(self, kind: str, now: datetime) -> tuple[tuple[str, str], ...]:
        wanted = kind if kind in ("committee", "conference", "milestone") else "gathering"
        for event in self._snapshot.events:
            if is_ahead(event, now) and is_of_kind(event, wanted):
                return (("event", event.id),)
        return (_series_of(kind), ("next", "none"))

    def _untold(
        self, spans: Sequence[Span], heard: Heard, focus: Focus | None
    ) -> Iterator[tuple[tuple[str, str], ...]]:
        """What is meant where nothing is named: what was last spoken of, or it is asked back."""
        whole = self._declared.targets["whole"]
        if self._speaks_of_else(spans):
            yield (("ask", "unknown"),)
        elif (
            heard.intent == "remind_stop"
            and not heard.spans_of_time
            and (set(heard.words) & whole or len(heard.words) == 1 or self._switches_off(heard))
        ):
            yield (("everything", ALL),)
        elif focus is not None and (target := _in_focus(focus)) is not None:
            yield (target,)
        else:
            yield _WHICH

    def _switches_off(self, heard: Heard) -> bool:
        """Whether reminders are to be off, rather than one of them: "turn reminders off"."""
        targets, words = self._declared.targets, set(heard.words)
        return bool(words & targets["switching_off"] and words & targets["plural"])

    def _speaks_of_else(self, spans: Sequence[Span]) -> bool:
        """Whether words are left that say what is meant, and nothing is known by them."""
        known = self._declared.said | self._declared.targets["polite"]
        known |= self._declared.targets["that"] | self._declared.targets["beforehand"]
        known |= self._declared.targets["fixed"] | self._declared.targets["prepositions"]
        known |= self._declared.targets["adding"] | {"as", "well", "too"}
        return any(
            not span.operator and not span.names and not set(span.words.split()) <= known
            for span in spans
        )

    # How long before

    def _leads(
        self, heard: Heard, targets: Sequence[tuple[tuple[str, str], ...]]
    ) -> Iterator[tuple[str, str]]:
        read = LeadTimes(heard, self._declared, self._days)
        events = [
            self._snapshot.things["event"][id] for (kind, id), *_ in targets if kind == "event"
        ]
        leads = read.standing(events[0] if len(events) == 1 else None)
        if leads:
            yield "leads", "+".join(leads)
            if read.adds and heard.intent == "remind":
                yield "add", "yes"
        for name in read.not_possible:
            yield name, "yes"


def _series_of(kind: str) -> Target:
    return SERIES if kind == "committee" else MILESTONES


def _in_focus(focus: Focus) -> Target | None:
    """What a chat was last about, if one can be reminded of it."""
    for wanted in ("event", "partnership", "region"):
        found = next((id for kind, id in focus.entities if kind == wanted), None)
        if found is not None:
            return wanted, found
    last = last_reference(focus)
    if last is None:
        return None
    if last.slot("series") or last.slot("kind") == "committee":
        return SERIES
    events = last.intent.startswith("events_") or last.slot("milestones")
    return MILESTONES if events else None


def _named(span: Span) -> bool:
    return bool(span.names) or span.operator.startswith("subject_event.")


def _is_plural(spans: Sequence[Span]) -> bool:
    """Whether events are spoken of in the plural: "of the conferences"."""
    return any(
        span.operator.startswith("subject_event.") and span.words.endswith("s") for span in spans
    )
