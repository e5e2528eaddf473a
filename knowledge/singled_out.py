"""Finds the one event that is meant by its kind and its place, date or number, without its name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from knowledge.chronology import says_several, series_of
from knowledge.described import (
    AT_ONCE,
    EVENTFUL,
    Told,
    event_of,
    is_kind_word,
    is_place,
    only,
    read,
)
from knowledge.facts import Event
from knowledge.periods import year_of
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Name, Span

DESCRIBED = "described"
"""The form of the name of an event that was told by what it was, not by its name."""
_TURNS = frozenset({"order.after", "order.before", "order.between"})
_SEVERAL = frozenset({"light.times", "order.next", "set.all"})
_LEADING_TO = frozenset({"in", "of", "on", "at", "from", "for", "during", "the", "by", "s"})


def singled_out(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Span, ...]:
    """The spans, with the event that they tell of as a name.

    "Who organised the June 2023 committee?" is about one event, and so is "how many meetings after
    Warsaw 2019?", where it is what others are seen from.
    """
    spans = tuple(spans)
    turn = next((n for n, span in enumerate(spans) if span.operator in _TURNS), None)
    if turn is not None:
        return (*spans[: turn + 1], *_anchored(spans[: turn + 1], spans[turn + 1 :], snapshot))
    if not _tells_of_one(spans, snapshot):
        return tuple(_without_own_year(spans, snapshot))
    told, used = read(spans, snapshot)
    if told.eventful and not told.kind and told.place:
        told.kind = "meeting"
    if not told.kind or not told.limited:
        return spans
    event = only(told, snapshot)
    if event is None and told.place and (told.year or told.month):
        # "Was the March 2022 committee in Brussels?", when its place is not known.
        event = only(replace(told, place=None), snapshot)
        used = {n for n in used if not is_place(spans[n], snapshot)}
    if event is None and told.number and told.kind == "committee":
        # "Was the fourth committee in 2019?" is about the fourth, wherever and whenever it was.
        event = only(Told(kind="committee", number=told.number, series=told.series), snapshot)
        used = {n for n in used if not (year_of(spans[n]) or is_place(spans[n], snapshot))}
    return spans if event is None else _with_name(spans, used, event)


def not_yet_named(
    spans: Sequence[Span], reread: Callable[[str], tuple[Span, ...]]
) -> tuple[Span, ...]:
    """The spans, with a name behind "next" taken apart: "the next committee in Brussels".

    What is called so has been held already.
    """
    found: list[Span] = []
    for span in spans:
        kind, _, place = span.text.partition(" in ")
        before = [one.operator for one in found if one.words not in _LEADING_TO][-1:]
        if place and span.of("event") and before == ["order.next"]:
            found += [*reread(kind), *reread(f"in {place}")]
        else:
            found.append(span)
    return tuple(found)


def _tells_of_one(spans: Sequence[Span], snapshot: Snapshot) -> bool:
    """Whether a question may be about one event that it does not name, or not by itself."""
    kinds = [span for span in spans if is_kind_word(span)]
    named = [span for span in spans if span.of("event")]
    apart = [span for span in named if not is_place(span, snapshot)]
    if any(event and event.number is None for event in (event_of(s, snapshot) for s in apart)):
        return False
    if apart:
        # "The first committee of the S3 CoP" is not the first committee.
        return any(year_of(s) or series_of(s) for s in spans) and _of_one(spans)
    asked = any(span.words in EVENTFUL for span in spans)
    return bool(kinds or (asked and (named or len(spans) > 1))) and _of_one(spans)


def _anchored(
    before: Sequence[Span], behind: tuple[Span, ...], snapshot: Snapshot
) -> tuple[Span, ...]:
    """What stands behind "after", with the event that it tells of; a date alone is a period.

    "Between Valencia and Warsaw" tells of two.
    """
    joint = next((n for n, span in enumerate(behind) if span.words == "and"), None)
    if before and before[-1].operator == "order.between" and joint:
        first = _anchored((*before[:-1],), behind[:joint], snapshot)
        return (*first, behind[joint], *_anchored(before[:-1], behind[joint + 1 :], snapshot))
    if any(span.of("event") for span in behind):
        return tuple(_without_own_year(behind, snapshot))
    told, used = read(behind, snapshot)
    if not told.limited or not (told.kind or told.place):
        return behind
    if told.kind in ("", "meeting", "event") and any(
        span.operator == "subject_event.committee" for span in before
    ):
        told.kind = "committee"
    event = only(told, snapshot)
    return behind if event is None else _with_name(behind, used, event)


def _without_own_year(spans: Sequence[Span], snapshot: Snapshot) -> Iterator[Span]:
    """The spans without a year that only completes a name: "after the Helsinki conference 2017"."""
    before: Span | None = None
    for span in spans:
        event = before and event_of(before, snapshot)
        if not (event and year_of(span) and event.begins[:4] == year_of(span)):
            yield span
        before = span


def _of_one(spans: Sequence[Span]) -> bool:
    """Whether a question is about one event, not about several or how many there were."""
    if says_several(spans):
        return False
    meets = any(span.words in AT_ONCE for span in spans)
    asked = {span.operator for span in spans}
    if asked & _SEVERAL:
        return False
    if "ask.count" in asked:
        # "How many people came to …", not "how many events in …".
        place = next(n for n, span in enumerate(spans) if span.operator == "ask.count")
        behind = spans[place + 1 : place + 2]
        return not meets and not any(s.operator.startswith("subject_event.") for s in behind)
    return True


def _with_name(spans: tuple[Span, ...], used: set[int], event: Event) -> tuple[Span, ...]:
    """The spans with the name in the place of the first that tells of the event."""
    first = min(used)
    found: list[Span] = []
    for place, span in enumerate(spans):
        if place == first:
            named = (Name("event", event.id, DESCRIBED, 100),)
            text = " ".join(spans[n].text for n in sorted(used))
            found.append(replace(span, text=text, words=fold(text), names=named, operator=""))
        elif place in used:
            while found and not found[-1].names and found[-1].words in _LEADING_TO:
                found.pop()
        else:
            found.append(span)
    return tuple(found)
