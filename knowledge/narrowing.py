"""Follow-ups about what was listed: "which of them lead?", "are they Spanish?", "who leads these?".

The words that point to the list become its noun, the question is read as any other, and what made
the list is kept as conditions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from knowledge.anaphora import AND, DEICTIC, OR, SINGULAR
from knowledge.answer import Focus
from knowledge.clauses import AXES, axis_name
from knowledge.composition import Composition
from knowledge.decision import COVERAGE
from knowledge.fragments import behind_opener
from knowledge.listed import PLURAL, joined, rest, several
from knowledge.query import OTHER_AXIS, Axis, Condition, Pattern, Query
from knowledge.question import AUXILIARIES
from knowledge.references import Reference
from knowledge.vocabulary import Span

Compose = Callable[[Sequence[Span]], Composition | None]
"""Reads spans as a query over memberships, with the share of the words that it accounts for."""

_PARTITIVE = frozenset({"of", "among", "amongst", "from", "out"})
_QUANTIFIERS = frozenset({"any", "all", "none", "some", "each", "both", "most", "one", "either"})
_CONJUNCTIONS = frozenset({"and", "but", "so", "then", "ok", "also", "the"})
_LISTING = frozenset({"list", "count"})
_GENERAL = frozenset({"something", "anything", "anywhere", "somewhere", "nothing", "nowhere"})
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class _Pointed:
    """A question about part of a list: its other spans, the list, and what is asked of it."""

    spans: tuple[Span, ...]
    kind: Axis
    ids: tuple[str, ...]
    whether: bool
    every: bool


def narrowed(
    spans: Sequence[Span], last: Reference, focus: Focus, compose: Compose
) -> Reference | None:
    """The query for a question about some of what was listed; None when it is about other things.

    "Which of them lead?", "how many are Spanish?", "are they all in nano?", "the largest of them".
    """
    lists = [(focus.results_kind, focus.results), (focus.listed_kind, focus.listed)]
    for kind, ids in lists[: 1 + (focus.listed_kind != focus.results_kind)]:
        pointed = _pointed(spans, focus, kind, ids)
        query = _query(pointed, last, focus, compose) if pointed is not None else None
        if query is not None:
            return Reference("find", query=query)
    return None


def _query(pointed: _Pointed, last: Reference, focus: Focus, compose: Compose) -> Query | None:
    """The question about a part of the list as a query, when it can be asked of its things."""
    spans = pointed.spans
    if any(found[0] == pointed.kind for found in map(axis_name, spans) if found):
        return None
    read = compose(spans)
    if read is None or read.compare or read.coverage < COVERAGE:
        return None
    found = read.query
    if found.subject != pointed.kind or (found.candidates and not found.theme):
        return None
    if pointed.kind == "partnership" and any(_of_regions(c) for c in found.conditions):
        return None
    other = [span for span in spans if span.operator == "subject.partnership"]
    general = len(other) > (pointed.kind == "partnership")
    general = general or any(span.words in _GENERAL for span in spans)
    base = _base(last, pointed, focus)
    query = _within(found, base, pointed, general=general)
    if pointed.whether and query.operation in _LISTING:
        query = _checked(query, base, pointed)
    return query


def _of_regions(condition: Condition) -> bool:
    """Whether it says no more than that there is a lead, which every partnership has."""
    pattern = condition.pattern
    return condition.plain and pattern == Pattern(roles=frozenset({"lead"}))


def _pointed(
    spans: Sequence[Span], focus: Focus, kind: str, ids: tuple[str, ...]
) -> _Pointed | None:
    """Where the message points to what was listed, and the question without that."""
    for place in range(len(spans)):
        start, end = place, place + 1
        if spans[place].words == "of":
            found = _of_several(spans, place + 1, focus)
            if found is None:
                continue
            end, kind, ids = found
        elif not _points(spans, place, kind):
            continue
        if start and spans[start - 1].words in _PARTITIVE:
            start -= 1
        if kind not in AXES or len(ids) < 2:
            return None
        return _without(spans, start, end, kind, ids)
    bare = tuple(behind_opener(spans))
    if kind in AXES and len(ids) > 1 and _leaves_out_the_noun(bare):
        return _without(bare, 1, 1, kind, ids)
    return None


def _of_several(
    spans: Sequence[Span], place: int, focus: Focus
) -> tuple[int, str, tuple[str, ...]] | None:
    """What "of the two", "of those three", "of the others" singles one or some out of."""
    for at in range(place, min(place + 2, len(spans))):
        found = rest(spans, at, focus) or several(spans, at, focus)
        if found is not None:
            return found
    return None


def _points(spans: Sequence[Span], place: int, kind: str) -> bool:
    """Whether the word at a place stands for the list, and is what the question is about."""
    words = spans[place].words
    before = [span.words for span in spans[:place]]
    if words == "one":
        return bool(place) and spans[place - 1].words == "which" and place + 1 < len(spans)
    if words in ("ones", "which ones"):
        return kind == "region" or not (place and spans[place - 1].of("country"))
    if words not in PLURAL:
        return False
    if before and before[-1] in _PARTITIVE:
        counted = place - 2
        quantified = counted >= 0 and (
            before[counted] in _QUANTIFIERS
            or spans[counted].operator.startswith(("ask.", "number.", "degree."))
        )
        if before[-1] in ("among", "amongst") and place == len(spans) - 1:
            return True  # "who leads something among them?"
        return (quantified and _only_begins(spans[:counted])) or len(before) == 1
    return _only_begins(spans[:place]) and any(word in AUXILIARIES for word in before)


def _only_begins(spans: Sequence[Span]) -> bool:
    """Whether these are words that a question may begin with, and no more."""
    return all(
        span.words in AUXILIARIES | _QUANTIFIERS | _CONJUNCTIONS or span.operator.startswith("ask.")
        for span in spans
    )


def _leaves_out_the_noun(spans: Sequence[Span]) -> bool:
    """Whether "which", "how many" has no noun: "which are Spanish?", "how many lead?"."""
    if not spans or spans[0].operator not in ("ask.list", "ask.count") or len(spans) < 2:
        return False
    if spans[0].words not in ("which", "how many", "which are"):
        return False
    behind = spans[1].words in AUXILIARIES or spans[1].operator.startswith("role.")
    behind = behind or spans[0].words == "which are"
    noun = any(span.operator.startswith("subject.") for span in spans[:3])
    pointing = any(span.words in SINGULAR | DEICTIC | PLURAL for span in spans)
    return behind and not noun and not pointing and len(_telling(spans[1:])) > 0


def _telling(spans: Sequence[Span]) -> list[Span]:
    return [s for s in spans if s.operator != "filler" and not s.operator.startswith("ask.")]


def _without(
    spans: Sequence[Span], start: int, end: int, kind: Axis, ids: tuple[str, ...]
) -> _Pointed:
    """The question with a noun instead of the words from start to end."""
    noun = Span(start, start, "", kind, operator=f"subject.{kind}")
    before, behind = list(spans[:start]), list(spans[end:])
    words = {span.words for span in before}
    asks = any(s.operator.startswith(("ask.", "degree.")) for s in (*before, *behind[:1]))
    asks = asks or spans[start].words == "which ones"
    whether = not asks and (bool(words & AUXILIARIES) or _is_verb(behind))
    every = not words & {"any", "some", "one", "either", "none"}
    before = [s for s in before if s.operator.startswith(("ask.", "degree.", "set.not"))]
    if before and before[-1].operator == "ask.who" and kind == "region":
        before = []
    if not before:
        before = [Span(0, 0, "", "which", operator="ask.list")]
    named = axis_name(spans[start - 1]) if start else None
    if named is not None and named[0] == "country":
        behind = [spans[start - 1], *behind]  # "the Spanish ones"
    return _Pointed((*before, noun, *behind), kind, ids, whether, every)


def _is_verb(spans: Sequence[Span]) -> bool:
    return bool(spans) and spans[0].words in AUXILIARIES


def _base(last: Reference, pointed: _Pointed, focus: Focus) -> tuple[Condition, ...]:
    """What made the list; where no query did, that a thing is in it."""
    query = last.query
    if (
        last.intent == "find"
        and query is not None
        and query.subject == pointed.kind
        and query.operation in _LISTING
        and not query.candidates
        and pointed.ids == focus.results
    ):
        return query.conditions
    pattern = Pattern().on(pointed.kind, pointed.ids)
    return (Condition(pattern, OTHER_AXIS[pointed.kind]),)


def _within(
    found: Query, base: tuple[Condition, ...], pointed: _Pointed, *, general: bool
) -> Query:
    """The query restricted to the list; a role that is asked for is one in what the list is of."""
    other: Axis = "region" if pointed.kind == "partnership" else "partnership"
    placed = [c.pattern.ids(other) for c in base if c.pattern.ids(other) and not c.negative]
    here = placed[0] if len(placed) == 1 and not general else frozenset()
    conditions = tuple(_placed(c, other, here) for c in found.conditions)
    asked = [_in_any_role(c) for c in conditions if c.pattern.roles and c.plain]
    kept = tuple(c for c in base if not c.plain or _in_any_role(c) not in asked)
    if any(c.negative for c in conditions):
        # "Which is X not in?" - "which ones is Y missing from?" asks the same of another.
        kept = tuple(c for c in kept if not (c.negative and c.pattern.regions))
    if any(c.pattern.countries for c in conditions):
        kept = tuple(c for c in kept if not c.pattern.countries)  # "and the Italian ones?"
    measure = found.measure
    if measure is not None and pointed.kind == "country" and measure.counted != "partnership":
        measure = _placed(measure, other, here, always=True)
    return replace(found, conditions=(*kept, *conditions), measure=measure)


def _in_any_role(condition: Condition) -> Condition:
    return replace(condition, pattern=replace(condition.pattern, roles=frozenset()))


def _placed(
    condition: Condition, axis: Axis, ids: frozenset[str], *, always: bool = False
) -> Condition:
    pattern = condition.pattern
    if not ids or not (pattern.roles or always) or pattern.ids(axis) or not condition.plain:
        return condition
    return replace(condition, pattern=pattern.on(axis, ids))


def _checked(query: Query, base: tuple[Condition, ...], pointed: _Pointed) -> Query:
    """Whether it is so for any of the list or, "are they …?", for all of it."""
    if not pointed.every:
        return query.with_operation("check")
    asked = tuple(c for c in query.conditions if c not in base)
    return Query(pointed.kind, "check", asked or query.conditions, candidates=pointed.ids)


# "Who leads these?", "which countries are they from?"


def spelt_out(spans: Sequence[Span], focus: Focus) -> tuple[Span, ...]:
    """The spans with "these", "them" as the names of what was listed, joined by "or"."""
    kind, ids = focus.results_kind, focus.results
    place = next((n for n, span in enumerate(spans) if span.words in PLURAL), None)
    if place is None or kind not in AXES or not 1 < len(ids) <= _MOST_NAMED:
        return tuple(spans)
    if any(found and found[0] == kind for found in map(axis_name, spans)):
        return tuple(spans)
    every = any(span.operator in ("set.all", "set.both") for span in spans[:place])
    left = [s for s in spans[:place] if s.operator not in ("set.all", "set.both")]
    if every and left and left[-1].words == "of":
        left.pop()
    return (*left, *joined(spans[place], kind, ids, AND if every else OR), *spans[place + 1 :])
