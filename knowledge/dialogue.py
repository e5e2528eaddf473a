"""Understands follow-ups: pronouns, ellipsis, "the second one", "no, I meant …", "only the …".

A follow-up is either rewritten into spans that stand by themselves ("who leads it?" becomes "who
leads textile?") or, when it only changes the last question, answered by changing that.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.answer import Focus
from knowledge.changes import (
    about,
    base_query,
    denied,
    switched,
    with_clause,
    with_other_slot,
    with_roles,
)
from knowledge.chronology import is_date, time_slots
from knowledge.clauses import ClauseReader, axis_name
from knowledge.offers import members_of
from knowledge.query import Axis, Operation, Query
from knowledge.question import CIRCUMSTANCES, SUBJECTS
from knowledge.references import BadReference, Reference
from knowledge.vocabulary import Name, Span

_SINGULAR = frozenset(["it", "its", "he", "she", "his", "her"])
_DEICTIC = frozenset(["that", "this", "there"])
_PLURAL = frozenset(["they", "them", "their", "those", "these", "theirs"])
# What stands before the part that matters; several may follow each other ("no, sorry, I meant").
_OPENERS = (
    "i meant to say",
    "the same for",
    "what about",
    "how about",
    "make that",
    "same for",
    "not that",
    "actually",
    "i meant",
    "instead",
    "what of",
    "i mean",
    "as for",
    "rather",
    "sorry",
    "also",
    "just",
    "only",
    "oops",
    "then",
    "and",
    "any",
    "but",
    "now",
    "no",
    "oh",
    "ok",
    "or",
)
_BESIDE = frozenset({"and", "exactly", "precisely", "was", "is", "it", "that", "then", "but", "so"})
_ORDINALS = {"order.first": 0, "order.second": 1, "order.third": 2, "order.last": -1}
_OF_COMPARING = ("ask.", "degree.", "relation.compare", "set.shared")
_PERIODS = ("order.after", "order.before", "order.between")
_TIMED = frozenset({"events_first", "events_last", "events_next"})
PENDING = "?"
"""The ``results_kind`` of a focus whose results are the references offered when asking back."""
_SHORT_QUESTION = 8


def last_reference(focus: Focus | None) -> Reference | None:
    """The reference of the last answer, when there is one that can still be read."""
    try:
        return Reference.decode(focus.reference) if focus else None
    except BadReference:
        return None


def follow_up(spans: Sequence[Span], focus: Focus) -> Reference | tuple[Span, ...]:
    """What a message comes down to after the last answer: a reference, or spans to read on."""
    last = last_reference(focus)
    if last is None or not spans:
        return tuple(spans)
    if focus.results_kind == PENDING:
        return _settled(spans, last, focus)
    resolved = _with_ordinal(spans, focus)
    if isinstance(resolved, Reference):
        return resolved
    event = next((id for kind, id in focus.entities if kind == "event"), None)
    bare = {span.words for span in resolved if span.words not in _BESIDE}
    if event is not None and bare in ({"where"}, {"when"}):
        return Reference(f"event_{bare.pop()}", (("event", event),))
    if (dated := _other_period(resolved, last)) is not None:
        return dated
    again = _asked_again(resolved, last, focus)
    if again is not None:
        return again
    fragment = _fragment(resolved)
    if fragment is not None and fragment:
        changed = _changed(fragment, last)
        if changed is not None:
            return changed
    # "Do they lead it?" is about what was listed; "it" is what the list was about.
    if len(focus.results) < 2 or not any(span.words in _PLURAL for span in resolved):
        resolved = _with_pronoun(resolved, focus)
    carried = _carried_on(resolved, last, focus)
    return carried if carried is not None else resolved


def _other_period(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The last list of events, asked of another year or month: "and in 2020?"."""
    content = _content(_behind_opener(spans))
    if not last.intent.startswith("events_") or last.slot("event") is not None or not content:
        return None
    if not all(is_date(span) or span.operator in ("mark.recorded", *_PERIODS) for span in content):
        return None
    period = time_slots(content)
    if not period.keys() & {"year", "from", "to"}:
        return None
    kept = [(name, value) for name, value in last.slots if name in ("kind", "place", "country")]
    return Reference("events_list", (*kept, *period.items()))


def _settled(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | tuple[Span, ...]:
    """The reply to a question that was asked back: a number, or a name."""
    order = next((span.operator for span in spans if span.operator in _ORDINALS), "")
    number = next((s.operator[7:] for s in spans if s.operator.startswith("number.")), "")
    place = _ORDINALS.get(order, int(number) - 1 if number else None)
    if place is not None and len(_content(spans)) <= 2 and _is_listed(place, focus):
        return Reference.decode(focus.results[place])
    fragment = _fragment(spans)
    changed = _changed(fragment, last) if fragment and _named(fragment) else None
    return changed if changed is not None else tuple(spans)


def _is_listed(place: int, focus: Focus) -> bool:
    """Whether so many things were listed; -1 is the last of them."""
    return bool(focus.results) and -1 <= place < len(focus.results)


def _content(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.operator != "filler"]


def _named(spans: Sequence[Span]) -> bool:
    return any(axis_name(span) or span.of("event") for span in spans)


# "The second one"


def _with_ordinal(spans: Sequence[Span], focus: Focus) -> Reference | tuple[Span, ...]:
    """An item of the last list instead of its number; its own reference when that is all."""
    place = next((n for n, span in enumerate(spans) if span.operator in _ORDINALS), None)
    number = _ORDINALS[spans[place].operator] if place is not None else None
    if place is None and len(spans) <= 3:
        place = next((n for n, span in enumerate(spans) if span.operator[:7] == "number."), None)
        if place is not None:
            number = int(spans[place].operator[7:]) - 1
    if place is None or number is None or not _is_listed(number, focus):
        return tuple(spans)
    timed = spans[place].operator.replace("order.", "events_")
    if focus.results_kind == "event" and len(focus.results) == 1 and timed in _TIMED:
        return Reference(timed)
    behind = spans[place + 1] if place + 1 < len(spans) else None
    if behind is not None and behind.operator != "number.1" and behind.words != "one":
        return tuple(spans)
    name = Name(focus.results_kind, focus.results[number], "focus", 100)
    item = replace(spans[place], names=(name,), operator="")
    rest = [span for n, span in enumerate(spans) if n not in (place, place + 1)]
    if all(span.operator in ("filler", "relation.about", "ask.list") for span in rest):
        return about(*(name.kind, name.id))
    skip = 2 if behind is not None else 1
    return (*spans[:place], item, *spans[place + skip :])


# "How many are they?", "which ones?", "who does?"


def _asked_again(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """The last query with another operation, when nothing else is said."""
    if _named(spans) or len(spans) > 6 or any(span.words in _SINGULAR for span in spans):
        return None
    operators = [span.operator for span in _content(spans)]
    if (
        last.intent == "compare"
        and operators
        and all(op.startswith(_OF_COMPARING) for op in operators)
    ):
        return last
    if last.query is None or last.intent != "find" or not operators:
        return None
    if any(span.words in ("whom", "with whom") for span in spans):
        one = focus.results_kind == "partnership" and len(focus.results) == 1
        return members_of(focus.results[0]) if one else None
    if set(operators) >= {"set.not"} and all(
        op.startswith(("ask.", "set.not")) for op in operators
    ):
        return replace(last, query=denied(last.query)) if last.query.conditions else None
    if not all(op.startswith(("ask.", "number.1", "set.all")) for op in operators):
        return None
    if any(span.words in CIRCUMSTANCES for span in spans):
        return None
    if any("else" in span.words.split() for span in spans):
        everyone = with_roles(last.query, frozenset(), negative=False)
        return replace(last, query=everyone.with_operation("list"))
    if "ask.count" in operators:
        return replace(last, query=last.query.with_operation("count"))
    if last.query.operation == "check":
        return replace(last, query=replace(last.query, operation="list", candidates=()))
    if last.query.operation in ("most", "least"):
        return about(focus.results_kind, focus.results[0]) if len(focus.results) == 1 else None
    return replace(last, query=last.query.with_operation("list"))


# "And textile?", "only the Spanish ones", "no, I meant Flanders"


def _fragment(spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """The spans behind the opener of a message that has no question of its own."""
    rest = _behind_opener(spans)
    opened = len(rest) < len(spans)
    content = _content(rest)
    narrowing = any(span.words in _PLURAL for span in rest)
    asks = any(span.operator.startswith("ask.") for span in content)
    loose = [span for span in content if not span.names and not span.operator]
    questions = any(
        span.words in CIRCUMSTANCES | {"is", "are", "does", "do", "did", "was"} for span in rest
    )
    groups = {span.operator.partition(".")[0] for span in content if span.operator}
    if loose or not content or (not opened and len(rest) > 5 and not narrowing):
        return None
    first = rest[0].words if rest else ""
    if first in ("is", "are") and narrowing and _named(rest):
        return tuple(rest)
    if narrowing and first not in ("do", "does", "is"):
        return tuple(rest) if groups <= {"ask", "role", "set", "mark", "subject"} else None
    if asks or questions or not groups <= {"role", "set", "mark", "number", "subject"}:
        return None
    if "subject" in groups and not _named(rest):
        return None
    return tuple(rest)


def _behind_opener(spans: Sequence[Span]) -> Sequence[Span]:
    words = " ".join(span.words for span in spans)
    for opener in _OPENERS:
        if words.startswith(f"{opener} "):
            count, said = 0, ""
            while len(said) < len(opener):
                said = f"{said} {spans[count].words}".strip()
                count += 1
            return _behind_opener(spans[count:]) if said == opener else spans
    return spans


def _changed(spans: Sequence[Span], last: Reference) -> Reference | None:
    base = base_query(last)
    names = [name for span in spans for name in span.names]
    if last.query is None and names:
        return with_other_slot(names, last)
    if base is None:
        return None
    query = base
    adding = any(span.words in ("only", "just", "ones") or span.words in _PLURAL for span in spans)
    for clause in ClauseReader(spans, frozenset()).read():
        query = with_clause(query, clause, adding=adding)
    if spans[0].words in ("is", "are") and query.candidates:
        query = query.with_operation("check")
    return None if query == base else Reference("find", query=query)


# "Who leads it?"


def _with_pronoun(spans: Sequence[Span], focus: Focus) -> tuple[Span, ...]:
    """The spans with "it", "there" … replaced by what the chat was last about."""
    if any(axis_name(span) and not span.of("country") for span in spans):
        wanted = _wanted(spans)
        if not wanted:
            return tuple(spans)
    place = next((n for n, span in enumerate(spans) if _is_pronoun(spans, n, focus)), None)
    partnership = next((id for kind, id in focus.entities if kind == "partnership"), None)
    for number, span in enumerate(spans):
        before = spans[number - 1].words if number else ""
        if span.words == "partnership" and before in ("that", "this", "the") and partnership:
            name = Name("partnership", partnership, "focus", 100)
            return (
                *spans[:number],
                replace(span, names=(name,), operator=""),
                *spans[number + 1 :],
            )
    if place is None or not focus.entities:
        return tuple(spans)
    wanted = _wanted(spans)
    names = [Name(kind, id, "focus", 100) for kind, id in focus.entities]
    if spans[place].words in _DEICTIC:
        names = [name for name in names if name.kind == "event"] or names
    fitting = [name for name in names if name.kind in wanted] or names
    chosen = replace(spans[place], names=(fitting[0],), operator="")
    return (*spans[:place], chosen, *spans[place + 1 :])


def _is_pronoun(spans: Sequence[Span], place: int, focus: Focus) -> bool:
    words = spans[place].words
    if words in _SINGULAR:
        return True
    if words in _PLURAL:
        return len(focus.results) <= 1
    last = place == len(spans) - 1
    about_event = any(kind == "event" for kind, _ in focus.entities)
    return words in _DEICTIC and last and (words != "there" or about_event)


def _wanted(spans: Sequence[Span]) -> tuple[str, ...]:
    """The kinds a pronoun can stand for, seen from what is asked of it."""
    operators = {span.operator for span in spans}
    words = {span.words for span in spans}
    if words & {"when", "attend", "attended", "organised", "organiser", "held", "discussed"}:
        return ("event",)
    if "subject.partnership" in operators or ("subject.country" in operators and "in" in words):
        return ("region", "country")
    if "ask.who" in operators or operators & {"subject.region", "subject.member"}:
        return ("partnership",)
    named = {found[0] for span in spans if (found := axis_name(span))}
    if "region" in named:
        return ("partnership",)
    if "partnership" in named:
        return ("region", "country")
    return ()


# "How many regions?", "and the participants?", "which countries are they from?"


def _carried_on(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """A question that names nothing goes on about what the last one was about."""
    base = base_query(last)
    operators = {span.operator for span in spans}
    groups = {op.partition(".")[0] for op in operators}
    plural = any(span.words in _PLURAL for span in spans)
    loose = [s for s in spans if not s.operator and not s.names]
    if base is None or _named(spans) or loose or len(spans) > _SHORT_QUESTION:
        return None
    if not groups & {"role", "subject"} or groups & {"order", "time", "subject_event"}:
        return None
    if any(op.startswith("degree.") and op != "degree.exactly" for op in operators):
        return None
    pointing = plural or any(span.words in _DEICTIC | _SINGULAR for span in spans)
    if not pointing and ("mark.recorded" in operators or "set.all" in operators):
        return None
    if any(span.words in CIRCUMSTANCES for span in spans):
        return None
    subject = _asked_subject(spans, base, plural=plural)
    query = base
    if subject != base.subject:
        query = switched(base, subject, focus, every="set.all" in operators)
    elif groups & {"subject"} and not plural and "role" not in groups:
        query = with_roles(query, frozenset(), negative=False)
    operation: Operation = "count" if "ask.count" in operators else "list"
    if plural and not operators & {"ask.count", "ask.list", "ask.who"}:
        operation = "check"
    query = replace(query, operation=operation, measure=None)
    for clause in ClauseReader(spans, _subject_nouns(spans)).read():
        query = with_clause(query, clause, adding=True)
    if "role.any" in operators and "role.lead" not in operators:
        query = with_roles(query, frozenset(), negative=False) if query.conditions else query
    return Reference("find", query=query)


def _asked_subject(spans: Sequence[Span], base: Query, *, plural: bool) -> Axis:
    nouns = [
        span.operator.partition(".")[2] for span in spans if span.operator.startswith("subject.")
    ]
    for noun in nouns:
        if noun in SUBJECTS and not (
            plural
            and SUBJECTS[noun] == "partnership"
            and len(nouns) == 1
            and base.subject == "region"
        ):
            return SUBJECTS[noun]
    if plural or base.subject == "region":
        return base.subject
    return "region"


def _subject_nouns(spans: Sequence[Span]) -> frozenset[int]:
    return frozenset(n for n, span in enumerate(spans) if span.operator.startswith("subject."))
