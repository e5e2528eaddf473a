"""Completes questions that leave out what they are about: "how many?", "who else?", "where?".

They ask something else of what the last answer was about, or of what it found.
"""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.anaphora import SINGULAR
from knowledge.answer import Focus
from knowledge.changes import about, base_query, denied, with_roles
from knowledge.clauses import axis_name
from knowledge.fragments import behind_opener, content, is_named
from knowledge.listed import known
from knowledge.offers import members_of, partnerships_of
from knowledge.query import OTHER_AXIS, Condition, Pattern, Query, run
from knowledge.question import CIRCUMSTANCES
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

_BESIDE = frozenset(
    {"and", "exactly", "precisely", "was", "is", "it", "that", "then", "but", "so", "did", "else"}
    | {"again", "happen", "s"}
    | {"place", "take", "held", "this", "one", "instead", "otherwise"}
)
_POINTING_BACK = frozenset({"this", "that", "it"})
_INSTEAD = frozenset({"then", "else", "instead", "otherwise"})
_PLACES_IN_PRINT = frozenset({"page", "pages", "source", "sources"})
_ASKING_PLACE = frozenset(
    {"which", "what", "what s", "what are", "the", "on", "of", "for", "where", "i", "can", "find"}
    | {
        "said",
        "latter",
        "is",
        "that",
        "it",
        "this",
        "s",
        "your",
        "says",
        "say",
        "so",
        "does",
        "there",
        "a",
    }
    | {
        "report",
        "exact",
        "exactly",
        "from",
        "comes",
        "come",
        "did",
        "you",
        "get",
        "in",
        "give",
        "me",
    }
)
_DATES_ASKED = frozenset(
    {"as", "of", "when", "from", "date", "old", "how", "the", "what", "information", "figure"}
    | {"figures", "data", "number", "numbers", "are", "these", "recent", "latter", "s"}
)
_TIMES_ASKED = frozenset(
    {"when", "year", "which", "what", "in", "for", "by", "from", "since", "the"}
)
_DIFFERENCE = frozenset({"by", "how", "much", "many", "and", "what", "is", "the", "difference"})
_DATE_WORDS = frozenset({"as", "old", "date", "recent"})
_RIGHT = frozenset({"right", "correct", "true", "wrong"})
_ROLES = frozenset({"as", "role", "roles", "capacity", "function"})
_AS_WHAT = _ROLES | {
    "what",
    "in",
    "which",
    "each",
    "in each",
    "each of",
    "of",
    "them",
    "these",
    "and",
}
_OF_COMPARING = ("ask.", "degree.", "relation.compare", "set.shared")
_MOST_WORDS = 6


# "Where?", "and when was that?"


def circumstance(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """What a bare "where?", "when?", "why?" asks of what the chat is about."""
    bare = {span.words for span in spans if span.words not in _BESIDE}
    words = {span.words for span in spans}
    placed = "where" in words and "in the report" in words and bool(words & _POINTING_BACK)
    dated = bool(bare & _DATE_WORDS) and bare <= _DATES_ASKED
    if placed or dated or (bare & _PLACES_IN_PRINT and bare <= _PLACES_IN_PRINT | _ASKING_PLACE):
        return last  # an answer ends in its source and date
    if base_query(last) is not None and words <= _AS_WHAT and words & _ROLES:
        return _with_role(last)
    spoken_of = focus.entities if last.query else (*focus.entities, *focus.mentioned[:2])
    event = next((id for kind, id in spoken_of if kind == "event"), None)
    if event is not None and bare in ({"where"}, {"when"}):
        return Reference(f"event_{bare.pop()}", (("event", event),))
    if last.intent == "card" and bare & {"when", "year"} and bare <= _TIMES_ASKED:
        return last  # a fact that has a date tells it
    if last.intent == "compare" and words <= _DIFFERENCE:
        return last
    if base_query(last) is None:
        return None
    if bare in ({"why"}, {"when"}, {"since", "when"}, {"how", "come"}):
        slots = {kind: id for kind, id in reversed(focus.entities) if kind in OTHER_AXIS}
        return Reference("status_change", tuple(slots.items()))
    named = [found[1].id for span in spans if (found := axis_name(span)) and found[0] == "region"]
    regions = named or [id for kind, id in focus.entities if kind == "region"]
    bare -= {span.words for span in spans if span.of("region")}
    if named and not any(span.words in _INSTEAD for span in spans):
        return None
    return partnerships_of(regions[0]) if bare == {"where"} and len(regions) == 1 else None


def _with_role(last: Reference) -> Reference:
    """The last answer with the roles in it; a yes or no tells them as a statement."""
    if last.query is None or last.query.operation != "check":
        return last
    return replace(last, query=last.query.with_operation("list"))


# "How many are they?", "which ones?", "who does?", "with whom?"


def asked_again(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | None:
    """The last query with another operation, when nothing else is said."""
    query = last.query
    if (
        is_named(spans)
        or len(spans) > _MOST_WORDS
        or any(s.words in SINGULAR | _RIGHT for s in spans)
    ):
        return None
    operators = [span.operator for span in content(spans)]
    if last.intent == "compare" and operators:
        return last if all(op.startswith(_OF_COMPARING) for op in operators) else None
    if query is None or last.intent != "find" or not operators:
        return None
    if _asks_with_whom(spans, operators):
        return _fellows(query, focus, snapshot)
    if set(operators) >= {"set.not"} and all(
        op.startswith(("ask.", "set.not")) for op in operators
    ):
        return _others(last, query)
    counted = f"number.{len(focus.results)}"
    if not all(
        op.startswith(("ask.", "set.all", "mark.rec")) or op in ("number.1", counted)
        for op in operators
        if op != "set.shared" or "ask.count" not in operators  # "how many is that together?"
    ):
        return None
    if not any(op.startswith("ask.") for op in operators):
        return None
    if any(span.words in CIRCUMSTANCES for span in spans):
        return None
    if any("else" in span.words.split() for span in spans):
        everyone = with_roles(query, frozenset(), negative=False)
        return replace(last, query=everyone.with_operation("list"))
    if query.operation in ("most", "least"):
        return last if "ask.count" in operators else _measured(query, focus) or last
    if "ask.count" in operators:
        return replace(last, query=query.with_operation("count"))
    if "ask.who" in operators and query.subject == "partnership":
        return _doers(query)
    if query.operation == "check":
        return _that_hold(last, query)
    return replace(last, query=query.with_operation("list"))


def _asks_with_whom(spans: Sequence[Span], operators: Sequence[str]) -> bool:
    """Whether fellows are asked for: "with whom?", "who with?"."""
    whom = any(span.words in ("whom", "with whom") for span in spans)
    whom = whom or (spans[0].words == "with" and set(operators) == {"ask.who"})
    return whom or (spans[-1].words == "with" and set(operators) == {"ask.who"})


def _that_hold(last: Reference, query: Query) -> Reference:
    """What a yes or no was about: "does it lead more than one?" - "which ones?"."""
    patterns = [c.pattern for c in query.conditions]
    named = any(p.regions or p.countries or p.partnerships for p in patterns)
    if query.subject == "region" and query.candidates and query.conditions and not named:
        roles = frozenset(role for p in patterns for role in p.roles)
        pattern = Pattern(regions=frozenset(query.candidates), roles=roles)
        return Reference(
            "find", query=Query("partnership", conditions=(Condition(pattern, "region"),))
        )
    return replace(last, query=replace(query, operation="list", candidates=()))


def _others(last: Reference, query: Query) -> Reference | None:
    """Those it is not so of; where that was asked of one region, what it is not in."""
    if query.operation == "check" and query.subject == "region" and query.candidates:
        left_out = Condition(Pattern(regions=frozenset(query.candidates)), "region", 0, 0)
        return Reference("find", query=Query("partnership", conditions=(left_out,)))
    return replace(last, query=denied(query)) if query.conditions else None


def _measured(query: Query, focus: Focus) -> Reference | None:
    """What was counted of the one that has most of it: "which ones?", "name them"."""
    measure = query.measure
    if measure is None or len(focus.results) != 1:
        return None
    pattern = measure.pattern.on(query.subject, focus.results)
    subject = OTHER_AXIS[query.subject] if measure.counted == "role" else measure.counted
    return Reference(
        "find", query=Query(subject, conditions=(Condition(pattern, OTHER_AXIS[subject]),))
    )


def _doers(query: Query) -> Reference | None:
    """The regions that are what was asked of one: "does Saxony lead it?" - "who does?"."""
    roles = frozenset(role for c in query.conditions for role in c.pattern.roles)
    within = frozenset(query.candidates).union(*(c.pattern.partnerships for c in query.conditions))
    if not roles and not within:
        return None
    pattern = Pattern(partnerships=within, roles=roles)
    return Reference("find", query=Query("region", conditions=(Condition(pattern, "partnership"),)))


def _fellows(query: Query, focus: Focus, snapshot: Snapshot) -> Reference | None:
    """With whom a region is in what was found, in the role that was spoken of."""
    regions = [id for c in query.conditions for id in c.pattern.regions] or list(
        query.candidates if query.subject == "region" else ()
    )
    roles = frozenset(role for c in query.conditions for role in c.pattern.roles)
    if focus.results_kind == "partnership" and focus.results:
        partnerships = frozenset(focus.results)
    else:
        partnerships = frozenset(id for c in query.conditions for id in c.pattern.partnerships)
    if not partnerships and len(set(regions)) == 1:
        found = run(query, snapshot)
        partnerships = frozenset(row.partnership for hit in found for row in hit.rows)
    if not partnerships:
        return None
    if len(set(regions)) != 1:
        return members_of(*partnerships) if len(partnerships) == 1 else None
    pattern = Pattern(partnerships=partnerships, roles=roles, other_than=regions[0])
    return Reference("find", query=Query("region", conditions=(Condition(pattern, "partnership"),)))


# "Back to Lombardy"


def about_again(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """The thing itself, when a message goes back to it: "back to Lombardy"."""
    words = " ".join(span.words for span in spans[:3])
    if not words.startswith(("back to", "going back to", "returning to")):
        return None
    named = [found for span in spans if (found := axis_name(span))]
    rest = content(behind_opener(spans))
    if len(named) != 1 or len(rest) != 1:
        return None
    axis, name = named[0]
    return about(axis, name.id) if name.id in known(focus, axis) or not last.query else None
