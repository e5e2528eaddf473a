"""What is asked of the only event in a question, by single words, where no sentence fits."""

from collections.abc import Iterator, Sequence

from knowledge.chronology import MODES, is_whether
from knowledge.decision import SURE, TOLD, Candidate
from knowledge.facts import Event
from knowledge.periods import year_of
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Span

_CHECKED = 90
_ALL_SAID = 85
_FAINT = 45
_NEARLY = 75
"""From this fit on a declared question is told rather than what is checked here."""
_FEW, _MANY = 1, 3
"""So many other words leave little doubt that an event itself is asked about."""
_WORDS = {
    "event_cancelled": "cancelled canceled postponed moved dropped axed scrapped",
    "event_when": "when date dates day days month year exactly exact sure certain confirmed"
    " reliable datum timing",
    "event_where": "where place venue location city town located",
    "event_organiser": "organised organized organise organize organiser organizer organisers host"
    " hosts hosted ran convened behind arranged organising",
    "event_attendance": "attended attendance attendees participants delegates turnout guests"
    " registered registrations attend people heads headcount",
    "event_outcomes": "outcome outcomes result results conclusions discussed discuss decided"
    " decide topics topic agenda takeaways agreed announced presented subjects content",
    "event_about": "about summary summarise why purpose",
}
"""Words that ask for one thing about an event; the first that is found wins."""
_ASPECTS = {word: intent for intent, words in _WORDS.items() for word in words.split()}
_ORDER = tuple(_WORDS)
_HELD = frozenset({"held", "happen", "happened", "place", "meet", "met", "really", "ever"})
_TAKING_PLACE = frozenset({"take place", "took place", "takes place", "taken place"})
_HOSTING = frozenset({"host", "hosted", "organise", "organised", "organized", "organize", "ran"})
_AND = frozenset({"and", "plus"})
_MONEY = frozenset({"money", "budget", "euro", "euros", "funding", "amount", "worth", "eur"})
_PLAIN = frozenset({"event_when", "event_where"})
_SHORT = 3
_STEM = 5


def of_event(
    spans: Sequence[Span], declared: Sequence[Candidate], snapshot: Snapshot
) -> Iterator[Candidate]:
    """Candidates for a question about one event: whether it was, and what a word asks of it.

    What a declared question tells nearly as well is left to it.
    """
    named = [span for span in spans if span.of("event")]
    if len({names[0].id for span in named if (names := span.of("event"))}) != 1:
        return
    event: Event = snapshot.things["event"][named[0].of("event")[0].id]
    told = _Said(event)
    if any(
        s.operator.startswith("order.")
        or (s.operator.startswith("unrecorded.") and s.words not in MODES and not told.has(s))
        for s in spans
    ):
        return
    slots = (("event", event.id),)
    best = max((candidate.score for candidate in declared), default=0)
    facts = (c.score for c in declared if c.reference.intent == "card")
    if is_whether(spans) and max(facts, default=0) < _NEARLY:
        if checked := _mode(spans):
            yield Candidate(Reference("event_where", (*slots, checked)), _CHECKED, "composed")
            return
        if found := _checked(spans, snapshot):
            yield Candidate(Reference("event_held", (*slots, *found)), _CHECKED, "composed")
            return
    if best >= _NEARLY:
        return
    if not any(span.names for span in spans if span not in named):
        for candidate in _asked(spans, slots, told):
            if candidate.origin == "composed" or best < SURE:
                yield candidate


def _asked(
    spans: Sequence[Span], slots: tuple[tuple[str, str], ...], told: "_Said"
) -> Iterator[Candidate]:
    """What single words ask of an event; sure when there are no others."""
    content = [span for span in spans if not span.names and span.operator != "filler"]
    said = [span for span in spans if not span.names and span.words not in _TAKING_PLACE]
    words = [word for span in said for word in span.words.split()]
    asked = {_ASPECTS[word] for word in words if word in _ASPECTS}
    intent = next((intent for intent in _ORDER if intent in asked), None)
    if len(asked - {"event_when", "event_where"}) > 1 or (
        len(asked) > 1 and asked & {"event_when", "event_where"} and not _AND.isdisjoint(words)
    ):
        intent = "event_when" if asked == {"event_when", "event_where"} else "event_about"
    held = len(said) + 1 < len(spans) or not _HELD.isdisjoint(words)
    if intent is None and is_whether(spans) and held:
        intent = "event_held"
    if intent is None and not _MONEY.isdisjoint(words) and told.has_any(("euros", "million")):
        yield Candidate(Reference("event_about", slots), _ALL_SAID, "composed")
    elif intent is not None:
        unknown = [w for span in content if not _is_known(span) for w in span.words.split()]
        others = len(unknown)
        if others and intent in _PLAIN and told.has_any(unknown):
            intent = "event_about"
        if others and intent == "event_held":
            intent = "event_about"  # "did it take place in Paris?": a yes would be to all of it
        reference = Reference(intent, slots)
        if not others:
            yield Candidate(reference, _ALL_SAID, "composed")
        elif others <= _FEW:
            yield Candidate(reference, TOLD, "fallback")
        elif others <= _MANY:
            yield Candidate(reference, _FAINT, "fallback", strong=False)
    elif told.has_most(content) and not any(s.operator == "set.not" for s in content):
        yield Candidate(Reference("event_about", slots), TOLD, "fallback")


def _is_known(span: Span) -> bool:
    """Whether a word is one that asks of an event, or light beside one."""
    if span.operator.startswith(("ask.", "light.", "subject_event.", "time.", "define.")):
        return True
    words = span.words.split()
    return all(word in _ASPECTS or word in _HELD or year_of(span) for word in words)


def _mode(spans: Sequence[Span]) -> tuple[str, str] | None:
    """Whether it was online or not, where that is asked."""
    words = [word for span in spans for word in span.words.split()]
    return next((("mode", MODES[word]) for word in words if word in MODES), None)


def _checked(spans: Sequence[Span], snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The year, place or host that a yes/no question gives an event, when it asks no more."""
    slots: dict[str, str] = {}
    hosting = any(not _HOSTING.isdisjoint(span.words.split()) for span in spans)
    behind = False
    for span in spans:
        place = span.words.replace(" ", "-")
        behind |= bool(span.of("event"))
        if span.of("event") or span.operator in ("filler", "ask.true", "ask.whether"):
            continue
        if year := year_of(span):
            slots["year"] = year
        elif hosting and (one := span.of("region", "organisation", "country", "term")):
            slots["host"] = f"{one[0].kind}/{one[0].id}"
        elif place in snapshot.event_places or (behind and span.of("region")):
            slots["place"] = place
        elif behind and (named := span.of("country")):
            slots["country"] = named[0].id
        elif _HELD.isdisjoint(words := span.words.split()) and _HOSTING.isdisjoint(words):
            return ()
    return tuple(slots.items())


class _Said:
    """What is recorded of an event, by the stems of its words."""

    def __init__(self, event: Event) -> None:
        said = (event.title, event.text, event.host, event.attendance, event.note, event.organiser)
        self._stems = {word[:_STEM] for text in said for word in fold(text or "").split()}

    def has(self, span: Span) -> bool:
        words = span.words.split()
        return self.has_any(words) or (
            self.has_any(("euros", "million")) and not _MONEY.isdisjoint(words)
        )

    def has_any(self, words: Sequence[str]) -> bool:
        return any(len(word) > _SHORT and word[:_STEM] in self._stems for word in words)

    def has_most(self, spans: Sequence[Span]) -> bool:
        """Whether most of the words that are asked about are among them."""
        asked = [word for span in spans for word in span.words.split() if len(word) > _SHORT]
        return bool(asked) and sum(word[:_STEM] in self._stems for word in asked) * 2 >= len(asked)
