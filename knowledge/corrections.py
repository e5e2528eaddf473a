"""Takes what a message takes back out of it: "the Nordic, I mean the Swedish ones"."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.clauses import axis_name
from knowledge.vocabulary import Span

_FEW = 2
_BESIDES = frozenset({"next to", "beside"})
_MEANING = frozenset({"mean", "meant"})


def corrected(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The message with its last word on each matter; what it corrects is left out."""
    return _instead(_meant(tuple(map(_beside, spans))))


def _beside(span: Span) -> Span:
    """The span with "next to it", "besides it" as an exception: who else there is."""
    return replace(span, operator="set.not") if span.words in _BESIDES else span


def _meant(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """What stands behind "I mean", with the question before it if there was one."""
    place = next(
        (
            n
            for n in range(1, len(spans) - 1)
            if spans[n].words in _MEANING and spans[n - 1].words == "i"
        ),
        None,
    )
    if len(spans) > _FEW and spans[-1].words in _MEANING and axis_name(spans[-3]):
        return _named_last(spans)
    if place is None or place < 2:
        return spans
    before, behind = spans[: place - 1], spans[place + 1 :]
    if any(span.operator.startswith("ask.") for span in behind):
        return behind
    if not any(span.operator.startswith(("ask.", "role.")) for span in before):
        return behind
    axes = {found[0] for span in behind if (found := axis_name(span))}
    kept = [s for s in before if not ((found := axis_name(s)) and found[0] in axes)]
    return (*kept, *behind)


def _named_last(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The spans of "what does the first of them lead, Lombardy I mean" without the ordinal."""
    for place, span in enumerate(spans[:-3]):
        if span.operator.startswith("order."):
            end = place + 1
            while end < len(spans) - 3 and spans[end].words in ("of", "them", "these", "one"):
                end += 1
            return (*spans[:place], spans[-3], *spans[end:-3])
    return spans


def _instead(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The name that counts of two: "not West Flanders, Flanders", "Flanders, not West Flanders"."""
    names = [(n, kind) for n, span in enumerate(spans) if (kind := _kind(span))]
    if len(names) != 2 or names[0][1] != names[1][1] or len(spans) > names[1][0] + 1:
        return spans
    (first, _), (second, _) = names
    before, between = spans[: max(0, first - 1)], spans[first + 1 : second]
    denied_first = first > 0 and spans[first - 1].operator == "set.not"
    if denied_first and all(span.operator == "filler" for span in (*before, *between)):
        return spans[second:]
    if first == 0 and 0 < len(between) <= _FEW and between[-1].operator == "set.not":
        return spans[:1]
    return spans


def _kind(span: Span) -> str:
    """What a span names that can be put right: an axis, or an event."""
    found = axis_name(span)
    return found[0] if found else ("event" if span.of("event") else "")


# "Back to the medical one, which of those are Spanish?"

_BACK = frozenset({"back", "back to", "returning", "return", "going", "again"})
_PLURAL = frozenset({"they", "them", "those", "these", "their"})


def returned(spans: Sequence[Span]) -> tuple[Span, ...]:
    """A question behind "back to …" about what is gone back to, with its name in it."""
    if not any(span.words in _BACK for span in spans[:3]):
        return tuple(spans)
    place = next((n for n, span in enumerate(spans) if _kind(span)), None)
    if place is None or any(span.operator not in ("", "filler") for span in spans[:place]):
        return tuple(spans)
    named, rest = spans[place], spans[place + 1 :]
    if not any(span.operator.startswith(("ask.", "role.", "subject.")) for span in rest):
        return tuple(spans)
    at = next((n for n, span in enumerate(rest) if span.words in _PLURAL), None)
    if at is None or _kind(named) != "partnership":
        pronoun = next((n for n, span in enumerate(rest) if span.words in ("it", "its")), None)
        if pronoun is None:
            return (*rest, named)
        return (*rest[:pronoun], named, *rest[pronoun + 1 :])
    start = at - 1 if at and rest[at - 1].words in ("of", "among") else at
    noun = replace(rest[at], words="regions", operator="subject.region")
    return (*rest[:start], noun, named, *rest[at + 1 :])
