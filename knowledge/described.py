"""Reads what a question tells of an event without its name, and which event that can only be."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.chronology import series_of
from knowledge.event_times import is_committee, is_of_kind
from knowledge.facts import Event
from knowledge.periods import MONTHS, year_of
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Span

_NOUNS = frozenset(
    {"forum", "workshop", "webinar", "plenary", "visit", "survey", "seminar", "letter", "letters"}
    | {"manual", "memorandum", "session", "call", "calls"}
)
"""Words for events that their titles have."""
_ALIKE = {"seminar": "webinar", "letter": "letters"}
EVENTFUL = frozenset(
    {"discussed", "discuss", "decided", "agreed", "announced", "presented", "agenda", "attended"}
    | {"attendance", "hosted", "host", "organised", "organiser", "outcome", "outcomes", "met"}
    | {"results", "conclusions", "delegates", "turnout", "meet"}
)
"""Words that make a place that of a meeting: "what was discussed in Warsaw?"."""
AT_ONCE = frozenset({"meet", "meets", "met", "convene", "convened", "gather", "gathered"})
_BEGINNING = frozenset({"founding", "opening", "initial", "earliest", "inaugural"})
_ORDINALS = {"order.first": 1, "order.second": 2, "order.third": 3}
_NUMBERED = {
    word: number
    for number, words in enumerate(("fourth 4th", "fifth 5th", "sixth 6th"), 4)
    for word in words.split()
}
_HAPPENING = frozenset({"happened", "happens", "happen", "took place", "take place", "takes place"})
_MATTERS = ("partnership", "instrument", "organisation")
_DAYS = 31
_STEM = 6


@dataclass(slots=True)
class Told:
    """What a question tells of an event."""

    kind: str = ""
    said: str = ""
    place: str | None = None
    country: str | None = None
    host: str | None = None
    year: str | None = None
    month: int | None = None
    day: int | None = None
    number: int | None = None
    last: bool = False
    eventful: bool = False
    series: str | None = None
    about: tuple[tuple[str, str], ...] = ()
    qualified: tuple[str, ...] = ()
    """Words right before the kind, which the event's own words have: "annual political meeting"."""

    @property
    def limited(self) -> bool:
        dated = self.year is not None or self.month is not None
        where = self.place or self.country or self.host
        numbered = self.number is not None and self.kind == "committee"
        return bool(dated or where or numbered or self.about)


def is_place(span: Span, snapshot: Snapshot) -> bool:
    """Whether a name is nothing but a place where events were held."""
    return span.words.replace(" ", "-") in snapshot.event_places


def event_of(span: Span, snapshot: Snapshot) -> Event | None:
    named = span.of("event")
    return snapshot.things["event"][named[0].id] if named else None


def is_kind_word(span: Span) -> bool:
    if span.operator.startswith("subject_event."):
        return span.words not in _HAPPENING
    words = span.words.split()
    return span.words in ("one", "edition") or not (span.names or _NOUNS.isdisjoint(words))


def read(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Told, set[int]]:
    """What is told of an event, and the numbers of the spans that do so."""
    told, used = Told(), set[int]()
    dated = any(map(year_of, spans))
    telling = [span for span in spans if span.operator != "filler"]
    kinds = {n + step for n, s in enumerate(telling) if is_kind_word(s) for step in (-1, 1)}
    beside = [telling[n] for n in kinds if 0 <= n < len(telling)]
    for place, span in enumerate(spans):
        before = spans[place - 1] if place else None
        if (
            _reads_kind(told, span, before, snapshot)
            or _reads_place(told, span, snapshot, near=span in beside)
            or _reads_date(told, span, before, dated=dated)
            or _reads_number(told, span, spans[place + 1 :])
        ):
            used.add(place)
    _reads_matter(told, spans, used, snapshot)
    told.qualified = _qualifiers(spans, used)
    return told, used


def _qualifiers(spans: Sequence[Span], used: set[int]) -> tuple[str, ...]:
    place = next((n for n in sorted(used) if is_kind_word(spans[n])), 0)
    found: list[str] = []
    for span in reversed(spans[:place]):
        plain = not span.operator or span.operator == "mark.vanguard"
        if not plain or span.names or not span.words.isalpha() or span.words in EVENTFUL | AT_ONCE:
            break
        found.append(span.words)
    return tuple(found)


def _reads_kind(told: Told, span: Span, before: Span | None, snapshot: Snapshot) -> bool:
    if (event := event_of(span, snapshot)) and not is_place(span, snapshot):
        told.kind, told.number = "committee", event.number
        return True
    if not told.kind and span.words in EVENTFUL:
        told.eventful = True
    if not is_kind_word(span):
        return False
    kind = span.operator.partition(".")[2]
    if span.operator.startswith("subject_event."):
        told.kind = told.kind if told.kind in ("committee", "conference") else kind
        told.said = told.said or span.words
        return True
    noun = next((word for word in span.words.split() if word in _NOUNS), None)
    if noun:
        told.kind, told.said = noun, span.words
        return True
    if before is None or before.words not in ("the", "that"):
        return False
    told.kind = told.kind or "event"
    return True


def _reads_place(told: Told, span: Span, snapshot: Snapshot, *, near: bool) -> bool:
    if not span.operator and is_place(span, snapshot):
        told.place = span.words.replace(" ", "-")
        return True
    if named := span.of("country"):
        told.country = named[0].id
        return True
    if near and (named := span.of("region")):
        name = fold(snapshot.regions[named[0].id].name)
        if any(name in fold(event.host or "") for event in snapshot.events):
            told.host = name
            return True
    return False


def _reads_date(told: Told, span: Span, before: Span | None, *, dated: bool) -> bool:
    if span.names:
        return False
    if year := year_of(span):
        told.year = year if told.year in (None, year) else ""
        return True
    if span.words in MONTHS and (dated or (span.words != "may" and before is not None)):
        told.month = MONTHS[span.words]
        return True
    if span.words.isdecimal() and dated and 1 <= int(span.words) <= _DAYS:
        told.day = int(span.words)
        return True
    return False


def _reads_number(told: Told, span: Span, behind: Sequence[Span]) -> bool:
    number = None if span.words in _BEGINNING else _ORDINALS.get(span.operator)
    number = number or _NUMBERED.get(span.words)
    what = next((s for s in behind if s.operator != "filler" and not series_of(s)), None)
    if number and (what is None or is_kind_word(what) or what.words in AT_ONCE or what.names):
        told.number = number
        return True
    if span.operator == "order.last":
        told.last = True
        return True
    return False


def _reads_matter(told: Told, spans: Sequence[Span], used: set[int], snapshot: Snapshot) -> None:
    """The series of a meeting, or the partnership, instrument or organisation it was about."""
    for place, span in enumerate(spans):
        if told.kind == "committee":
            if series := series_of(span):
                told.series = series
                used.add(place)
            continue
        for name in span.names:
            key = (name.kind, name.id)
            if name.kind in _MATTERS and any(_is_about(e, key, snapshot) for e in snapshot.events):
                told.about = (*told.about, key)
                used.add(place)
                break


def only(told: Told, snapshot: Snapshot) -> Event | None:
    """The only event that fits what is told; of several meetings, the committee's."""
    if told.year == "":
        return None
    found = [event for event in snapshot.events if _fits(event, told, snapshot)]
    if told.number or told.last:
        found = _numbered(found, told)
    if len(found) > 1 and told.kind in ("meeting", "event", "", "session"):
        found = [e for e in found if is_committee(e)] or [e for e in found if e.milestone] or found
    if len(found) > 1 and told.said and told.year:
        named = f"{told.said} {told.year}"
        found = [event for event in found if named in fold(event.title)] or found
    return found[0] if len(found) == 1 else None


def _numbered(found: list[Event], told: Told) -> list[Event]:
    """The meeting with a number in its series, or that place in the year."""
    if told.last:
        return found[-1:] if told.year else []
    series = [e for e in found if is_committee(e) and e.number == told.number]
    if series and told.kind in ("committee", "meeting", "session"):
        return series[: None if told.year else 1]
    place = (told.number or 0) - 1
    return found[place : place + 1] if told.year or told.about else []


def _fits(event: Event, told: Told, snapshot: Snapshot) -> bool:
    return (
        _is_kind(event, told)
        and (not told.place or told.place in fold(event.place or "").replace(" ", "-"))
        and (not told.country or event.country == told.country)
        and (not told.host or told.host in fold(event.host or ""))
        and _is_dated(event, told)
        and (not told.series or (event.series or "").startswith(told.series))
        and all(_is_about(event, key, snapshot) for key in told.about)
        and _is_qualified(event, told.qualified)
    )


def _is_kind(event: Event, told: Told) -> bool:
    if told.kind == "committee":
        return is_committee(event)
    if told.kind in ("meeting", "session", "event", ""):
        return is_of_kind(event, "gathering") or event.milestone
    if told.kind in ("conference", "milestone"):
        return is_of_kind(event, told.kind)
    title = fold(event.title)
    if told.kind in ("call", "calls"):
        return event.kind == "call"
    return any(word in title for word in (told.kind, _ALIKE.get(told.kind, told.kind)))


def _is_qualified(event: Event, words: Sequence[str]) -> bool:
    said = f"{event.title} {event.text} {event.mode} {event.scope} {event.status} steering"
    return all(word[:_STEM] in fold(said) for word in words)


def _is_dated(event: Event, told: Told) -> bool:
    if told.year is None and told.month is None:
        return True
    begins = event.begins
    if told.year is not None and not begins.startswith(told.year):
        return False
    if told.month is not None and begins[5:7] != f"{told.month:02}":
        return False
    if told.day is None or event.precision != "day":
        return told.day is None
    day = f"{begins[:8]}{told.day:02}"
    return begins <= day <= (event.end or begins)


def _is_about(event: Event, key: tuple[str, str], snapshot: Snapshot) -> bool:
    links = snapshot.links_of.get(("event", event.id), ())
    return any((link.target_kind, link.target) == key for link in links)
