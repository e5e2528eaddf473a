"""Reads questions about events in time: next, last, first, before or after another, of a year."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from knowledge.periods import is_date, period_of
from knowledge.references import Reference
from knowledge.relative import WHEN, relative_period
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

SERIES = {"s3cop": "thematic", "s3p-industry": "s3p-industry"}
_JOINT = frozenset({"joint", "thematic platforms", "tssp", "s3 platforms"})
_S3_CONFERENCES = frozenset({"s3 conference", "s3 conferences"})
MODES = {
    **dict.fromkeys(("online", "virtual", "virtually", "remote", "remotely"), "online"),
    **dict.fromkeys(("person", "physical", "physically", "face", "onsite", "presence"), "on-site"),
}
"""How people say that a meeting was online or not."""
_NTH = {
    word: number
    for number, words in enumerate(("seventh 7th", "eighth 8th", "ninth 9th", "tenth 10th"), 7)
    for word in words.split()
}
"""Numbers of meetings, beyond those that are names: "the third meeting" is one."""
_QUESTION = frozenset({"what", "which", "who", "when", "where", "why", "how", "whom"})
_VERBS = frozenset(
    {"is", "are", "was", "were", "did", "does", "do", "has", "have", "had", "will", "any"}
)
_NOW = frozenset({"now", "today", "right now", "at the moment", "at present", "currently"})
PERIOD = ("year", "from", "to", WHEN)
"""The slots that say when."""
_KINDS = ("committee", "conference", "milestone", "event", "meeting")
_MEETING = frozenset({"meet", "meets", "met", "convene", "convened"})
_OCCURRED = frozenset({"launched", "published", "announced", "organised", "planned", "scheduled"})
_ON = frozenset({"on", "happening", "going on", "coming up", "up", "coming", "plans", "agenda"})
_FEW_WORDS = 8
_ANYTHING = frozenset({"anything", "something", "nothing", "everything"})
_SOME = "5"
"""So many events are told where several are asked for."""
_WHERE = frozenset({"cities", "countries", "places", "towns", "venues", "locations"})
_TURNS = frozenset({"after", "before", "between", "next", "last"})
_VERBAL = frozenset({"happens"})
_ORGANISED_SINCE = "2023"
"""When the S3 Community of Practice began to organise the committee's meetings."""
_OF_EVENTS = frozenset(
    {"countries", "country", "hosted", "organise", "organised", "host", "taken", "gone"}
    | {"places", "dates", "venues", "cities", "locations", "towns", "series", "taking", "about"}
    | {"spring", "summer", "autumn", "fall", "half", "first half", "second half"}
    | {"launched", "published", "announced", "organised", "planned", "scheduled", "going on"}
    | {"ever", "end", "beginning", "start", "early", "late", "so far", "actually", "happening"}
    | {"meet", "meets", "met", "held", "place", "venue", "location", "date", "city", "day", "when"}
    | {"where", "discuss", "discussed", "decide", "decided", "topic", "topics", "discussing"}
)
_EXPLAINED = ("subject_event", "order", "time", "ask", "number", "mark", "filler")
_ON_TIMES = frozenset({"light.times", "set.all", "set.not"})


def compose_events(spans: Sequence[Span], snapshot: Snapshot) -> tuple[Reference, int] | None:
    """The reference to a list of events and its coverage (0-100); None when none is asked for."""
    operators = {span.operator for span in spans}
    order = {op.partition(".")[2] for op in operators if op.startswith("order.")}
    slots = time_slots(spans)
    kinds = _kinds(spans, slots)
    turned = order & {"next", "last"} and "ask.list" in operators and WHEN not in slots
    if not kinds and not turned:
        return None
    series = _series_asked(spans, kinds)
    if series or "committee" in kinds:
        kinds, slots["kind"] = kinds | {"committee"}, "committee"
    several = order & {"next", "last", "first"} or WHEN in slots or says_several(spans)
    matter = _matter(spans) if kinds and several and not series else None
    told = {name: one for name, one in (("series", series), ("about", matter)) if one}
    slots |= _told_besides(spans) | {name: slot for name, (_, slot) in told.items()}
    anchor = _seen_from_which(spans, snapshot, order, kinds)
    places = places_of(spans, snapshot) if kinds and anchor is None else {}
    limited = slots.keys() - {"kind", "whether"} or places
    if not (order or limited or kinds & {"milestone", "event"} or _asks_for_many(spans)):
        return None
    if anchor is not None and not order & _TURNS:
        return None
    coverage = _coverage(spans, [span for span, _ in (*told.values(), *places.values())])
    if not order and not limited and any(span.words in _NOW for span in spans):
        return Reference("events_now"), coverage
    if anchor is not None:
        slots = _seen_from(anchor, spans, slots, kinds)
    slots |= {name: slot for name, (_, slot) in places.items()}
    if series and series[0].of("organisation") and not slots.keys() & {*PERIOD}:
        slots["from"] = _ORGANISED_SINCE
    if "after" in order and not slots.keys() & {*PERIOD, "event"} and _since_report(spans):
        slots["from"] = snapshot.founding.as_of
    intent = _intent(order, anchor, slots)
    if intent in ("events_next", "events_last"):
        slots |= _how_many(spans)
    return Reference(intent, tuple(slots.items())), coverage


def _how_many(spans: Sequence[Span]) -> dict[str, str]:
    """The slot ``many`` of "the next three meetings"; some are meant by "upcoming meetings"."""
    number = next((s.operator[-1] for s in spans if s.operator.startswith("number.")), None)
    many = number or (_SOME if says_several(spans) else "1")
    return {"many": many} if many > "1" else {}


def _kinds(spans: Sequence[Span], slots: Mapping[str, str]) -> set[str]:
    """The kinds of events that are asked for, also where none is said: "what is on next week?"."""
    said = {span.operator.partition(".") for span in spans}
    kinds = {kind for axis, _, kind in said if axis == "subject_event"}
    return kinds or _unsaid_kind(spans, slots)


def _seen_from_which(
    spans: Sequence[Span], snapshot: Snapshot, order: set[str], kinds: set[str]
) -> str | None:
    """The event that others are seen from; none where its name only tells a place.

    "Was there a committee in Helsinki?"
    """
    anchor = anchor_event(spans, snapshot)
    wanted = {"committee", "conference", *(("meeting", "event") if order else ())}
    if anchor is None or order - {"next"} or not kinds & wanted:
        return anchor
    inside = [s for before, s in pairwise(spans) if before.words == "in" or not order]
    bare = any(span.of("event") and _is_place(span, snapshot) for span in inside)
    return None if bare else anchor


def _series_asked(spans: Sequence[Span], kinds: set[str]) -> tuple[Span, str] | None:
    """The series of committee meetings that is meant, with the span that says so."""
    words = {word for span in spans for word in span.words.split()}
    of_many = words & _MEETING or any(s.words.endswith(("meetings", "committees")) for s in spans)
    if not ("series" in words and kinds & {"committee", "meeting"}) and not (
        "committee" in kinds and of_many
    ):
        return None
    return next(((span, key) for span in spans if (key := series_of(span))), None)


def _matter(spans: Sequence[Span]) -> tuple[Span, str] | None:
    """What events were about, with the span that says so: "events on hydrogen"."""
    named = (
        (span, next(iter(span.of("partnership", "instrument", "organisation")), None))
        for span in spans
    )
    found = [(span, f"{name.kind}/{name.id}") for span, name in named if name]
    return found[0] if len(found) == 1 else None


def says_several(spans: Sequence[Span]) -> bool:
    """Whether events are spoken of in the plural."""
    return any(
        span.operator.startswith("subject_event.")
        and span.words.endswith("s")
        and span.words not in _VERBAL
        for span in spans
    )


def _told_besides(spans: Sequence[Span]) -> dict[str, str]:
    """What else is said of events: that yes or no is asked, how they met, what they are called."""
    slots = {"whether": "yes"} if is_whether(spans) else {}
    if mode := next((MODES[w] for s in spans for w in s.words.split() if w in MODES), None):
        slots["mode"] = mode
    if any(span.words in _S3_CONFERENCES for span in spans):
        slots["called"] = "s3-conference"
    return slots


def _seen_from(
    anchor: str, spans: Sequence[Span], slots: Mapping[str, str], kinds: set[str]
) -> dict[str, str]:
    """The slots of events before or after another, or between two."""
    between = any(span.operator == "order.between" for span in spans)
    kept = ("kind", "whether", *(PERIOD if between else ()))
    seen = {name: slots[name] for name in kept if name in slots} | {"event": anchor}
    named = [names[0].id for span in spans if (names := span.of("event"))]
    until = next((id for id in named if id != anchor), None)
    if between and until:
        seen["until"] = until
    if seen.get("kind") == "committee" and not named:
        seen["kind"] = next((kind for kind in _KINDS[1:] if kind in kinds), "milestone")
    return seen


def time_slots(spans: Sequence[Span]) -> dict[str, str]:
    """Which kind of event, with which number, and of which years or month.

    ``year`` is one (or a month), ``from`` and ``to`` include their years: "after 2019" begins with
    2020, "since 2019" with 2019.
    """
    slots: dict[str, str] = {}
    operators = {span.operator for span in spans}
    for kind in _KINDS:
        if f"subject_event.{kind}" in operators:
            slots["kind"] = kind
            break
    unnamed = [span for span in spans if not span.of("event")]
    words = [word for span in unnamed for word in span.words.split()]
    if number := next((_NTH[word] for word in words if word in _NTH), None):
        slots["number"] = str(number)
    period = period_of(unnamed)
    relative = relative_period(unnamed) if not period else None
    return slots | period | ({WHEN: relative[0]} if relative else {})


def is_whether(spans: Sequence[Span]) -> bool:
    """Whether a question begins with a verb ("was there …") or asks if it is so."""
    asked = {span.operator for span in spans}
    if asked & {"ask.count", "light.times"} or any(s.words in _QUESTION for s in spans):
        return False
    first = next((span.words.split()[0] for span in spans if span.words), "")
    return bool(asked & {"ask.true", "ask.whether"}) or first in _VERBS | {"any", "anything"}


def _unsaid_kind(spans: Sequence[Span], slots: Mapping[str, str]) -> set[str]:
    """What is meant by "how often did it meet in 2018?" and by "anything in 2026?"."""
    if any(span.names for span in spans):
        return set()
    words = {span.words for span in spans}
    if len(slots.get("year", "")) == len("2017-03-17"):
        return {"event"}  # "what was on 29 November 2023?"
    many = any(span.operator == "light.times" for span in spans)
    if words & _MEETING and (many or slots):
        return {"committee"}
    occurred = _OCCURRED | _ON if WHEN in slots else _OCCURRED
    if is_whether(spans) and not words & _ON:
        occurred = frozenset()  # "was the platform launched in June?" is not about any event
    said = words & _ANYTHING or (words & occurred and len(" ".join(words).split()) <= _FEW_WORDS)
    return {"event"} if said and slots else set()


def _since_report(spans: Sequence[Span]) -> bool:
    return any(span.words == "report" for span in spans)


def places_of(spans: Sequence[Span], snapshot: Snapshot) -> dict[str, tuple[Span, str]]:
    """Where the events that are asked for took place: the slots, each with the span that says so.

    A city that events were held in is meant as such, even when a region bears its name.
    """
    for span in spans:
        if not span.operator and _is_place(span, snapshot):
            return {"place": (span, span.words.replace(" ", "-"))}
    for span in spans:
        if named := span.of("country"):
            return {"country": (span, named[0].id)}
    for before, span in pairwise(spans):
        if span.of("region") and before.words in ("in", "to"):
            return {"place": (span, span.words.replace(" ", "-"))}
    return {}


def _is_place(span: Span, snapshot: Snapshot) -> bool:
    return span.words.replace(" ", "-") in snapshot.event_places


def anchor_event(spans: Sequence[Span], snapshot: Snapshot) -> str | None:
    """The event that others are seen from; "the committee" is its first recorded meeting."""
    named = next((names[0].id for span in spans if (names := span.of("event"))), None)
    operators = [span.operator for span in spans]
    if named is not None or "subject_event.committee" not in operators:
        return named
    place = operators.index("subject_event.committee")
    if not {"order.after", "order.before"} & set(operators[:place]):
        return None
    return next((e.id for e in snapshot.events if "steering" in e.title.lower()), None)


def _intent(order: set[str], anchor: str | None, slots: dict[str, str]) -> str:
    if anchor is not None:
        return "events_before" if order & {"before", "last"} else "events_after"
    for word in ("next", "last", "first"):
        if word in order and not slots.keys() & {*PERIOD}:
            return f"events_{word}"
    return "events_list"


def _asks_for_many(spans: Sequence[Span]) -> bool:
    operators = {span.operator for span in spans}
    words = {word for span in spans for word in span.words.split()}
    if "subject_event.committee" in operators and (
        words & _WHERE or ("where" in words and words & {"has", "have"})
    ):
        return True  # "in which cities did the committee meet?"
    return "ask.count" in operators or (says_several(spans) and "ask.list" in operators)


def _coverage(spans: Sequence[Span], told: Sequence[Span]) -> int:
    """The share of what is said that is accounted for; ``told`` are the spans that gave a slot."""
    relative = relative_period(spans)
    by_clock = relative[1] if relative else frozenset[str]()
    explained = missing = 0.0
    for span in spans:
        if span in told or span.of("event"):
            explained += 1.5
        elif span.names:
            missing += 1.5
        elif (
            span.words in _OF_EVENTS
            or span.operator in _ON_TIMES
            or (span.words and by_clock.issuperset(span.words.split()))
        ):
            explained += 1
        elif span.operator.partition(".")[0] in _EXPLAINED or is_date(span) or span.words in MODES:
            explained += span.operator != "filler"
        else:
            missing += 1
    return round(100 * explained / (explained + missing)) if explained else 0


def series_of(span: Span) -> str | None:
    """The series of committee meetings that a word or a name tells, as its key begins."""
    series = next((SERIES[name.id] for name in span.names if name.id in SERIES), None)
    return series or ("thematic" if span.words in _JOINT else None)
