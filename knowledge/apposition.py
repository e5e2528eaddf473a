"""Leaves out what only repeats a name: "Wales, UK", "the Info-Day in Brussels"."""

from collections.abc import Sequence

from knowledge.question import AUXILIARIES
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Span

_BETWEEN = frozenset({"in", "of", "s", "the", "from", "at"})
_MOST_BETWEEN = 2


def apposed(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Span, ...]:
    """The spans without the country of the region beside it, and the place of the event before it.

    A question whether it is so ("is Wales in the UK?") keeps both.
    """
    if not spans or spans[0].words in AUXILIARIES:
        return tuple(spans)
    left_out = {
        place
        for place, span in enumerate(spans)
        if _is_country_of_neighbour(spans, place, snapshot) or _is_place_of(spans, place, snapshot)
    }
    return tuple(span for place, span in enumerate(spans) if place not in left_out)


def _is_country_of_neighbour(spans: Sequence[Span], place: int, snapshot: Snapshot) -> bool:
    """Whether a country is that of the region named right before or behind it."""
    country = spans[place].of("country")
    if not country or spans[place].of("region") or country[0].form in ("demonym", "adjective"):
        return False
    for step in (-1, 1):
        region = _neighbour(spans, place, step)
        named = region.of("region") if region is not None else ()
        if any(snapshot.regions[name.id].country == country[0].id for name in named):
            return True
    return False


def _is_place_of(spans: Sequence[Span], place: int, snapshot: Snapshot) -> bool:
    """Whether a word is the place of the event named before it."""
    span, event = spans[place], _neighbour(spans, place, -1)
    if span.operator or event is None or span.of("event", "partnership"):
        return False
    held = {fold(snapshot.things["event"][n.id].place or "") for n in event.of("event")}
    return fold(span.text) in held


def _neighbour(spans: Sequence[Span], place: int, step: int) -> Span | None:
    """The next span with names, no more than small words away."""
    for distance in range(1, _MOST_BETWEEN + 2):
        at = place + step * distance
        if not 0 <= at < len(spans):
            return None
        if spans[at].names:
            return spans[at]
        if spans[at].words not in _BETWEEN:
            return None
    return None
