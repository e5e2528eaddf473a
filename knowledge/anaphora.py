"""Finds out what "it", "there", "the second one", "both" or "the others" stands for in a chat.

What points back is replaced by spans with the names that are meant, so that the rest of the
understanding reads a question that stands by itself.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.clauses import axis_name
from knowledge.listed import (
    PLURAL,
    POINTING,
    REST,
    item,
    joined,
    known,
    named_span,
    rest,
    several,
    wanted_kinds,
)
from knowledge.question import AUXILIARIES, SUBJECTS
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

SINGULAR = frozenset(["it", "its", "he", "she", "his", "her"])
DEICTIC = frozenset(["that", "this", "there", "here"])
_MOST_EXCLUDED = 4
_UNNAMED = frozenset({"topic", "statistic", "correction"})
_TERMS = frozenset({"abbreviation", "acronym", "letters", "initials"})
_WE = frozenset({"we", "us", "they", "both"})
_COMPARING = frozenset(
    {"compare", "comparison", "versus", "vs", "difference", "differences", "differ", "contrast"}
    | {"compared to", "compared with"}
)
AND = Span(0, 0, "and", "and", operator="filler")
EXCEPT = Span(0, 0, "except", "except", operator="set.not")
BOTH = Span(0, 0, "both", "both", operator="set.both")
OR = Span(0, 0, "or", "or", operator="set.either")


def resolved(spans: Sequence[Span], focus: Focus, snapshot: Snapshot) -> tuple[Span, ...]:
    """The spans with what points to one thing, or to a number of things, replaced by names."""
    asked = tuple(spans)
    spans = _with_term(spans, focus)
    spans = _with_latest(spans, focus)
    spans = _with_item(spans, focus)
    spans = _with_together(_with_compared(_with_several(spans, focus), focus), focus)
    spans = _with_noun(spans, focus, snapshot)
    # "Do they lead it?" is about what was listed; "it" is what the list was about.
    listed = len(focus.results) > 1 and any(span.words in PLURAL for span in spans)
    spans = _with_pronoun(_with_pronoun(spans, focus, acting=listed), focus, acting=listed)
    return tuple(_with_others(spans, asked, focus, snapshot))


def taken_apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans with "all of them", "any of" these, which are declared phrases, word by word."""
    found: list[Span] = []
    for place, span in enumerate(spans):
        behind = [span.words for span in spans[place + 1 : place + 3]]
        first, of, rest = span.words.partition(" of")
        pointing = behind and (behind[0] in PLURAL or behind[0] == "the")
        if span.operator.startswith("set.") and (
            (rest.split() and rest.split()[-1] in PLURAL) or (of and not rest and pointing)
        ):
            operator = "set.all" if first in ("all", "both", "each") else "filler"
            found += [replace(span, words=first, operator=operator)]
            found += [
                replace(span, words=word, operator="filler") for word in ("of", *rest.split())
            ]
        else:
            found.append(span)
    return tuple(found)


def _with_item(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    found = item(spans, focus)
    if found is None:
        return spans
    start, end, kind, id = found
    return (*spans[:start], named_span(spans[start], kind, id), *spans[end:])


def _with_several(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    """Names for "both", "the two regions", "the others", unless the message names its own."""
    for place, span in enumerate(spans):
        before = spans[place - 1].words if place else ""
        behind = spans[place + 1 : place + 3]
        of = [s.words for s in spans[max(0, place - 2) : place]]
        if "of" in of or any(axis_name(span) for span in behind):
            continue  # "which of the two" singles out, see narrowing; "both textile and nano"
        found = rest(spans, place, focus) or several(spans, place, focus)
        if found is None:
            continue
        end, kind, ids = found
        if any(name and name[0] == kind for name in map(axis_name, spans)):
            return spans
        start = place - (before in POINTING)
        if span.words in REST:
            return (*spans[:start], *joined(span, kind, ids, OR), *spans[end:])
        return (*spans[:start], BOTH, *joined(span, kind, ids, AND), *spans[end:])
    return spans


def _with_others(
    spans: Sequence[Span], asked: Sequence[Span], focus: Focus, snapshot: Snapshot
) -> Sequence[Span]:
    """Leaves out what was spoken of when others are asked for; ``asked`` is what was typed."""
    for place, span in enumerate(spans):
        if span.words not in ("other", "another", "others"):
            continue
        behind = spans[place + 1 : place + 3]
        kind = next(filter(None, (_asked_kind(s) for s in behind)), "")
        before = spans[place - 1] if place else None
        if not kind or (before and before.words == "each") or any(s.of(kind) for s in asked):
            continue
        ids = focus.results if focus.results_kind == kind else tuple(known(focus, kind)[:1])
        if not 0 < len(ids) <= _MOST_EXCLUDED:
            continue
        if kind == "partnership" and not (before and before.operator.startswith("ask.")):
            # "In another partnership": in one of the rest.
            left = [id for id in snapshot.founding_partnerships if id not in ids]
            return (*spans[:place], *joined(span, kind, left, OR), *spans[place + 2 :])
        return (*spans, *[s for id in ids for s in (EXCEPT, named_span(span, kind, id))])
    return spans


def _asked_kind(span: Span) -> str:
    """What a noun asks for: "regions", "leads", "countries"."""
    if any(name.kind == "country" and name.form == "demonym" for name in span.names):
        return "region" if span.words.endswith("s") else ""
    group, _, noun = span.operator.partition(".")
    if group == "role" and noun != "any" and not span.words.endswith("ing"):
        return "region"
    return SUBJECTS.get(noun, "") if group == "subject" else ""


def _with_compared(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    """What was spoken of, where something is to be compared and only the other thing is named."""
    if not any(span.words in _COMPARING for span in spans):
        return spans
    names = [found for span in spans if (found := axis_name(span))]
    if len(names) != 1 or any(span.words in SINGULAR | PLURAL for span in spans):
        return spans
    axis, name = names[0]
    other = next((id for id in known(focus, axis) if id != name.id), None)
    return (*spans, named_span(AND, axis, other)) if other is not None else spans


def _with_together(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    """The two things spoken of last, where something is shared and nobody is named."""
    if not any(span.operator in ("set.shared", "relation.together") for span in spans):
        return spans
    if any(axis_name(span) for span in spans) or not any(s.words in _WE for s in spans):
        return spans
    ids = list(reversed(known(focus, "region")[:2]))
    return (*spans, *joined(AND, "region", ids, AND)) if len(ids) == 2 else spans


def _with_term(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    """The abbreviation spoken of last: "what does the abbreviation mean again?"."""
    if any(span.names for span in spans) or not any(s.words in _TERMS for s in spans):
        return spans
    ids = known(focus, "term")
    return (*spans, named_span(AND, "term", ids[0])) if ids else spans


# "That last one"


def _with_latest(spans: Sequence[Span], focus: Focus) -> Sequence[Span]:
    """What was spoken of last: "that last one"."""
    for place in range(1, len(spans)):
        if spans[place].operator == "order.last" and spans[place - 1].words in ("that", "this"):
            kinds = wanted_kinds(spans) or ("partnership", "region", "event")
            ids = [(kind, id) for kind in kinds for id in known(focus, kind)[:1]]
            end = place + 2 if [s.words for s in spans[place + 1 :][:1]] == ["one"] else place + 1
            if ids:
                return (*spans[: place - 1], named_span(spans[place], *ids[0]), *spans[end:])
    return spans


# "That region", "the partnership", "from there"


def _with_noun(spans: Sequence[Span], focus: Focus, snapshot: Snapshot) -> Sequence[Span]:
    for place, span in enumerate(spans):
        before = spans[place - 1].words if place else ""
        group, _, noun = span.operator.partition(".")
        kind = SUBJECTS.get(noun, "") if group == "subject" else ""
        pointing = before in POINTING and (before != "the" or kind == "partnership")
        if span.words == "there" and before == "from":
            kind, pointing = "country", True
        if span.words.endswith("s") or not kind or not pointing or noun == "member":
            continue
        ids = known(focus, kind) or (_countries(focus, snapshot) if kind == "country" else [])
        if ids and not any(found and found[0] == kind for found in map(axis_name, spans)):
            return (*spans[:place], named_span(span, kind, ids[0]), *spans[place + 1 :])
    return spans


def _countries(focus: Focus, snapshot: Snapshot) -> list[str]:
    return [snapshot.regions[id].country for id in known(focus, "region")[:1]]


def _with_pronoun(spans: Sequence[Span], focus: Focus, *, acting: bool) -> Sequence[Span]:
    """The spans with "it", "there" … replaced by what the chat was last about.

    ``acting``: only where it is who does something, as "of those" stands for the rest.
    """
    place = next((n for n in range(len(spans)) if _is_pronoun(spans, n, focus)), None)
    takes_part = place is not None and _takes_part(spans, place)
    if acting and not takes_part:
        return spans
    wanted = ("region",) if takes_part else wanted_kinds(spans, place)
    if not wanted and any(axis_name(span) and not span.of("country") for span in spans):
        return spans
    if place is None or not (focus.entities or focus.mentioned):
        return spans
    if _apposed(spans, place):
        return (*spans[:place], *spans[place + 2 :])
    acts = place > 0 and spans[place - 1].words in AUXILIARIES
    if any(span.of(*wanted) or (acts and axis_name(span)) for span in spans[:place]):
        return spans  # "Valencia, where does it lead?"
    every = [pair for pair in (*focus.entities, *focus.mentioned) if pair[0] not in _UNNAMED]
    if len(focus.results) == 1 and focus.results_kind not in _UNNAMED:
        every.insert(0, (focus.results_kind, focus.results[0]))
    if not every:
        return spans
    fitting = [pair for pair in every if pair[0] in wanted]
    events = [pair for pair in focus.entities if pair[0] == "event"]
    if spans[place].words in ("there", "here"):
        fitting = events or [pair for pair in every if pair[0] == "partnership"]
        if not fitting:
            return spans
    elif spans[place].words in DEICTIC:
        fitting = events or fitting
    if not fitting and focus.entities and focus.entities[0][0] in _UNNAMED:
        return spans  # a fact is asked on about by its words
    kind, id = (*fitting, *every)[0]
    return (*spans[:place], named_span(spans[place], kind, id), *spans[place + 1 :])


def _apposed(spans: Sequence[Span], place: int) -> bool:
    """Whether a name behind says whom a possessive leads to: "its neighbour Saxony"."""
    if spans[place].words != "its" or place + 2 >= len(spans):
        return False
    return bool(spans[place + 2].of("region", "country")) and not spans[place + 1].names


def _is_pronoun(spans: Sequence[Span], place: int, focus: Focus) -> bool:
    words, before = spans[place].words, spans[place - 1].words if place else ""
    if words in SINGULAR:
        return True
    if words == "we":
        return before in AUXILIARIES and bool(known(focus, "region"))
    if words in PLURAL:
        return len(focus.results) <= 1
    if words in ("that", "this") and before in AUXILIARIES and place < len(spans) - 1:
        return place == 1 and spans[place + 1].operator == "filler"  # "is that in Finland?"
    behind = spans[place + 1 :]
    if words not in DEICTIC or any(s.operator != "relation.also" for s in behind):
        return False
    about_event = any(kind == "event" for kind, _ in focus.entities)
    exists = before in AUXILIARIES  # "how many are there?"
    return words not in ("there", "here") or about_event or not exists


def _takes_part(spans: Sequence[Span], place: int) -> bool:
    """Whether the pronoun is who does something: "does it lead there?"."""
    behind = spans[place + 1] if place + 1 < len(spans) else None
    return (
        behind is not None
        and place > 0
        and spans[place - 1].words in AUXILIARIES
        and (
            behind.operator in ("role.lead", "role.any", "role.participant") or behind.words == "in"
        )
        and not behind.words.endswith((" by", "ed"))
    )
