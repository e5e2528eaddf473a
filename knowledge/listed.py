"""Finds what "the second one", "both" or "the others" stands for in what was listed or named."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.clauses import axis_name
from knowledge.question import AUXILIARIES, SUBJECTS
from knowledge.vocabulary import Name, Span

PLURAL = frozenset(["they", "them", "their", "those", "these", "theirs", "themselves"])
POINTING = frozenset({"that", "this", "the", "same", "our", "its", "their"})
REST = frozenset({"other", "others", "rest", "remaining", "remainder"})
ORDINALS = {"order.first": 0, "order.second": 1, "order.third": 2, "order.last": -1}
OF_EVENTS = frozenset(
    {"when", "attend", "attended", "organised", "organiser", "held", "discussed", "chaired"}
)


def known(focus: Focus, kind: str) -> list[str]:
    """The things of a kind that the chat is about: first the last answer's, then those before."""
    every = [*focus.entities, *focus.mentioned]
    if len(focus.results) == 1:
        every.insert(0, (focus.results_kind, focus.results[0]))
    return list(dict.fromkeys(id for found, id in every if found == kind))


def named_span(span: Span, kind: str, id: str) -> Span:
    """The span as the name of something known from before."""
    return replace(span, words="", names=(Name(kind, id, "focus", 100),), operator="")


def joined(span: Span, kind: str, ids: Sequence[str], by: Span) -> list[Span]:
    """Spans for several names, with "and" or "or" between them."""
    found = [named_span(span, kind, ids[0])] if ids else []
    for id in ids[1:]:
        found += [by, named_span(span, kind, id)]
    return found


def item(spans: Sequence[Span], focus: Focus) -> tuple[int, int, str, str] | None:
    """Where an item of the last list is meant by its number: first and next span, kind, id."""
    kind, ids = focus.results_kind, focus.results
    if len(ids) < 2 or (gone_into(focus) and spans[0].words in ("and", "what")):
        kind, ids = focus.listed_kind, focus.listed
    for place, span in enumerate(spans):
        before = spans[place - 1] if place else None
        number = ORDINALS.get(span.operator)
        if number is None and span.operator.startswith("number.") and len(spans) <= 3:
            counted = before is not None and (
                before.operator.startswith(("ask.", "set.")) or before.words in (*POINTING, *REST)
            )
            number = None if counted else int(span.operator[7:]) - 1
        if number is None or not ids or not -1 <= number < len(ids):
            continue
        end = place + 1
        if end < len(spans) and (spans[end].words == "one" or _noun_for(spans[end], kind)):
            end += 1
        elif end < len(spans) and not _may_follow(spans[end]):
            return None
        return place, end, kind, ids[number]
    return None


def gone_into(focus: Focus) -> bool:
    """Whether the last answer was about one thing out of the list before it."""
    asked = {id for kind, id in focus.entities if kind == focus.listed_kind}
    return focus.results != focus.listed and len(asked & set(focus.listed)) == 1


def _may_follow(span: Span) -> bool:
    """Whether a word behind "the second" leaves it an item of a list ("the second, who …")."""
    group = span.operator.partition(".")[0]
    return bool(span.operator) and group in ("filler", "ask", "role", "relation", "set", "mark")


def _noun_for(span: Span, kind: str) -> bool:
    group, _, noun = span.operator.partition(".")
    if group == "subject_event":
        return kind == "event"
    return group == "subject" and SUBJECTS.get(noun) == kind


def several(
    spans: Sequence[Span], place: int, focus: Focus
) -> tuple[int, str, tuple[str, ...]] | None:
    """What "both" or "the three" at a place stands for: the span behind it, kind, ids."""
    span, before = spans[place], spans[place - 1].words if place else ""
    counted = 0
    if span.words in ("both", "each of", "the two"):
        counted = 2
    elif span.words == "all three":
        counted = 3
    elif span.operator.startswith("number.") and before in ("the", "these", "those", "all"):
        counted = int(span.operator[7:])
    if counted < 2:
        return None
    end, kinds = place + 1, wanted_kinds(spans, place)
    if end < len(spans) and spans[end].operator.startswith("subject."):
        kinds = (SUBJECTS.get(spans[end].operator[8:], ""),)
        end += 1
    elif end < len(spans) and spans[end].operator.startswith("subject_event."):
        kinds, end = ("event",), end + 1
    while span.words == "both" and end < len(spans) and spans[end].words in ("of", *PLURAL):
        end += 1
    return _of_number(counted, kinds, end, focus)


def _of_number(
    counted: int, kinds: Sequence[str], end: int, focus: Focus
) -> tuple[int, str, tuple[str, ...]] | None:
    lists = ((focus.results_kind, focus.results), (focus.listed_kind, focus.listed))
    for kind, ids in lists:
        if len(ids) == counted and (not kinds or kind in kinds):
            return end, kind, ids
    latest = [kind for kind, _ in (*focus.mentioned, *focus.entities)]
    for kind in (*kinds, *latest):
        ids = tuple(reversed(known(focus, kind)[:counted]))
        if len(ids) == counted and kind in (*SUBJECTS.values(), "event"):
            return end, kind, ids
    return None


def rest(
    spans: Sequence[Span], place: int, focus: Focus
) -> tuple[int, str, tuple[str, ...]] | None:
    """What "the others" stands for: what was listed before, without what was spoken of since."""
    before = spans[place - 1].words if place else ""
    if spans[place].words not in REST or before not in ("the", "those", "these", "of"):
        return None
    behind = spans[place + 1] if place + 1 < len(spans) else None
    if behind is not None and (behind.names or behind.operator.startswith("role.")):
        return None  # "the other leads"
    kind, ids = focus.listed_kind, focus.listed
    spoken_of = set(focus.results) | {id for found, id in focus.entities if found == kind}
    left = tuple(id for id in ids if id not in spoken_of)
    end = place + 1
    if end < len(spans) and (
        spans[end].operator.startswith("number.") or _noun_for(spans[end], kind)
    ):
        end += 1
    return (end, kind, left) if left and len(left) < len(ids) else None


def wanted_kinds(spans: Sequence[Span], place: int | None = None) -> tuple[str, ...]:
    """The kinds that a word at a place can stand for, seen from what is asked of it."""
    operators = {span.operator for span in spans}
    words = {span.words for span in spans}
    if words & OF_EVENTS:
        return ("event",)
    if "subject.partnership" in operators or ("subject.country" in operators and "in" in words):
        return ("region", "country")
    named = {found[0] for span in spans if (found := axis_name(span))}
    if place is not None and "ask.who" not in operators:
        behind = spans[place + 1 :]
        leads = any(s.operator == "role.lead" and not s.words.endswith(" by") for s in behind)
        if (leads and "region" not in named) or (named == {"country"} and _begins(spans, place)):
            return ("region", "country")
    if place and spans[place - 1].words.endswith(("of", "in", "for")) and _has_role(spans[:place]):
        return ("partnership",)  # "the participants of it"
    if "ask.who" in operators or operators & {"subject.region", "subject.member"}:
        return ("partnership",)
    if "region" in named:
        return ("partnership",)
    if "partnership" in named:
        return ("region", "country")
    return ()


def _has_role(spans: Sequence[Span]) -> bool:
    return any(span.operator.startswith("role.") for span in spans)


def _begins(spans: Sequence[Span], place: int) -> bool:
    """Whether the word is what a yes/no question is about: "is it Finnish?"."""
    before = [span.words for span in spans[:place] if span.words not in ("and", "but", "so")]
    return len(before) == 1 and before[0] in AUXILIARIES
