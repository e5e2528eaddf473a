"""Names said in part: "the north one", "not lower, upper", "the energy one", "and the other one?".

A word that is no name by itself is one where it singles out one of what was spoken of: of what was
listed, of the regions of the country that is talked about, of the partnerships.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.listed import known, named_span
from knowledge.query import Query
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.themes import stem
from knowledge.vocabulary import Span

_BRIEF = 3
_POINTING = frozenset({"the", "that", "this"})
_ONE = frozenset({"one", "ones"})
_CALLED = ("region", "partnership", "event", "country")
_CARDS = ("document", "person", "organisation", "instrument")
_OTHER = (["the", "other", "one"], ["the", "other"], ["other", "one"], ["other"])

Pool = tuple[str, Sequence[str]]


def named_in_part(
    spans: Sequence[Span], focus: Focus, last: Query | None, snapshot: Snapshot
) -> tuple[Span, ...]:
    """The spans with words that single out one of what was spoken of as its name."""
    spans = _other_one(_this_one(spans), focus, last, snapshot)
    if not any(_is_loose(span) for span in spans):
        return tuple(spans)
    told = [span for span in spans if span.operator not in ("filler", "set.not", "number.1")]
    brief = len(told) <= _BRIEF and all(map(_is_loose, told))
    found: list[Span] = []
    place = 0
    while place < len(spans):
        span = spans[place]
        behind = spans[place + 1].words if place + 1 < len(spans) else ""
        pointing = bool(found) and found[-1].words in _POINTING and behind in _ONE
        pools = _pools(focus, last, snapshot, pointing=pointing)
        singled = pointing or (brief and not span.words.isdecimal())
        singled = singled or _stands_for_noun(spans, place, focus)
        meant = _meant(span, pools, snapshot) if singled else None
        if meant is None:
            found.append(span)
            place += 1
            continue
        if pointing:
            found.pop()
        found.append(named_span(span, *meant))
        place += 2 if behind in _ONE else 1
    return tuple(found)


def _stands_for_noun(spans: Sequence[Span], place: int, focus: Focus) -> bool:
    """Whether an adjective has no noun behind it: "what does the south lead?"."""
    before = spans[place - 1].words if place else ""
    behind = spans[place + 1].operator if place + 1 < len(spans) else "filler"
    listed = focus.results_kind == "region" and len(focus.results) > 1
    return listed and before == "the" and behind.startswith(("role.", "filler"))


def _is_loose(span: Span) -> bool:
    themes = all(name.kind == "theme" for name in span.names)
    return not span.operator and themes


def _meant(span: Span, pools: Iterable[Pool], snapshot: Snapshot) -> tuple[str, str] | None:
    """The only thing spoken of, as (kind, id), whose name has the word."""
    if not _is_loose(span):
        return None
    for kind, ids in pools:
        found = [id for id in dict.fromkeys(ids) if _is_called(snapshot, kind, id, span.words)]
        if len(found) == 1:
            return kind, found[0]
    return None


def _pools(
    focus: Focus, last: Query | None, snapshot: Snapshot, *, pointing: bool
) -> Iterator[Pool]:
    """What may be singled out, the likeliest first; by "the … one" any partnership."""
    lists = ((focus.results_kind, focus.results), (focus.listed_kind, focus.listed))
    yield from ((kind, ids) for kind, ids in lists if kind in _CALLED)
    if last is not None or pointing:
        regions = _of_countries(focus, last, snapshot)
        yield "region", [id for id in regions if id in snapshot.by_region]
        yield "region", regions
    of_partnerships = last is not None or any(kind == "partnership" for kind, _ in focus.entities)
    if pointing and of_partnerships:
        yield "partnership", tuple(snapshot.founding_partnerships)
        yield "partnership", tuple(snapshot.partnerships)
    if pointing and last is None and focus.entities:
        kind = focus.entities[0][0]
        if kind in _CARDS:
            yield kind, [id for id in snapshot.things[kind] if (kind, id) not in focus.entities]


def _of_countries(focus: Focus, last: Query | None, snapshot: Snapshot) -> list[str]:
    """The regions of the countries that are talked about, or of the region that is."""
    patterns = [c.pattern for c in last.conditions] if last else []
    countries = {id for pattern in patterns for id in pattern.countries}
    countries |= {id for kind, id in focus.entities if kind == "country"}
    countries = countries or {snapshot.regions[id].country for id in known(focus, "region")[:1]}
    return [id for id, region in snapshot.regions.items() if region.country in countries]


def _is_called(snapshot: Snapshot, kind: str, id: str, words: str) -> bool:
    thing = snapshot.things[kind].get(id)
    if thing is None:
        return False
    said = (getattr(thing, name, None) for name in ("name", "short_name", "place", "year"))
    stems = {stem(word) for text in said if text for word in fold(str(text)).split()}
    return all(stem(word) in stems for word in words.split())


def _other_one(
    spans: Sequence[Span], focus: Focus, last: Query | None, snapshot: Snapshot
) -> Sequence[Span]:
    """The other region of a country that has two in what was asked: "and the other one?"."""
    words = [span.words for span in spans if span.words not in ("and", "what about", "for")]
    if words not in _OTHER or last is None or not any(c.pattern.countries for c in last.conditions):
        return spans
    spoken_of = known(focus, "region")[:1]
    regions = [id for id in _of_countries(focus, last, snapshot) if id in snapshot.by_region]
    left = [id for id in regions if id not in spoken_of]
    if len(left) != 1 or len(regions) == len(left):
        return spans
    return (spans[0], named_span(spans[-1], "region", left[0]))


def _this_one(spans: Sequence[Span]) -> Sequence[Span]:
    """The spans with "this one", "that one" as "it"."""
    for place, span in enumerate(spans[:-1]):
        before = spans[place - 1].words if place else ""
        if span.words in ("this", "that") and spans[place + 1].words == "one" and before != "of":
            return (*spans[:place], replace(span, words="it"), *spans[place + 2 :])
    return spans
