"""Completes messages that are no question: "and textile?", "only the Spanish ones", "drop Italy".

They change the names, the roles and the marks of the question behind the last answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from knowledge.changes import base_query, with_clause, with_other_slot
from knowledge.clauses import ClauseReader, axis_name
from knowledge.listed import PLURAL
from knowledge.query import Query
from knowledge.question import AUXILIARIES, CIRCUMSTANCES
from knowledge.references import Reference
from knowledge.vocabulary import Span

# What stands before the part that matters; several may follow each other ("no, sorry, I meant").
_OPENERS = (
    "i meant to say",
    "going back to",
    "the same for",
    "returning to",
    "what about",
    "how about",
    "make that",
    "same with",
    "same for",
    "let s say",
    "back to",
    "not that",
    "actually",
    "i meant",
    "instead",
    "what of",
    "i mean",
    "as for",
    "really",
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
    "oh",
    "no",
    "hm",
    "ok",
    "or",
    "so",
)
_OF_THEM = frozenset(
    {"one", "of", "them", "these", "those", "among", "in", "it", "listed", "too"}
    | {"the", "members", "participants", "regions", "there"}
)
_ADDING = frozenset({"add", "plus", "include", "with", "together with"})
_MOST_COMPARED = 4
_QUESTION_WORDS = CIRCUMSTANCES | {"is", "are", "does", "do", "did", "was", "were", "has", "have"}


def content(spans: Sequence[Span]) -> list[Span]:
    return [s for s in spans if s.operator != "filler" and not s.operator.startswith("light.")]


def is_named(spans: Sequence[Span]) -> bool:
    return any(axis_name(span) or span.of("event") for span in spans)


def fragment(spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """The spans behind the opener of a message that has no question of its own."""
    rest = [span for span in behind_opener(spans) if span.words != "there"]
    if rest and rest[0].words in AUXILIARIES and _names_both(rest):
        return None  # "is Valencia in sport too?" says all
    also = any(span.operator == "relation.also" for span in rest)
    if also and len(rest) > 1 and rest[0].words in ("is", "are") and rest[1].names:
        rest = rest[1:]  # "is Hungary in too?"
    if len(rest) > 2 and rest[0].words in ("is", "are") and rest[1].names:
        behind = rest[2:]
        rest = rest[:2] if all(span.words in _OF_THEM for span in behind) else rest
    opened = len(rest) < len(spans)
    told = content(rest)
    narrowing = any(span.words in PLURAL for span in rest)
    asked = [span for span in told if span.operator.startswith("ask.")]
    # "Which Swedish?" asks the same of others.
    asks = bool(asked) and not (asked == told[:1] and told[0].words == "which" and len(rest) == 2)
    loose = [s for s in told if not s.names and not s.operator and s.words not in _ADDING]
    if any(s.operator.startswith("relation.") and s.operator != "relation.also" for s in told):
        return None
    groups = {_group(span.operator) for span in told if span.operator}
    groups -= {"ask", "relation"} if not asks else {"relation"}
    if loose or not told or (not opened and len(rest) > 5 and not narrowing):
        return None
    first = rest[0].words if rest else ""
    if first in ("is", "are") and narrowing and is_named(rest):
        return tuple(rest)
    if narrowing and any(span.operator == "ask.who" for span in told):
        return None
    if narrowing and first not in ("do", "does", "is", "are"):
        return tuple(rest) if groups <= {"ask", "role", "set", "mark", "subject"} else None
    questions = any(span.words in _QUESTION_WORDS for span in rest)
    if asks or questions or not groups <= {"role", "set", "mark", "number", "subject"}:
        return None
    if "subject" in groups and not is_named(rest):
        return None
    if any(s.operator.startswith("subject.") or s.words == "other" for s in rest):
        return None if _is_complete(rest) else tuple(rest)
    return tuple(rest)


def _names_both(spans: Sequence[Span]) -> bool:
    """Whether a place and a partnership are named."""
    axes = {found[0] for span in spans if (found := axis_name(span))}
    return "partnership" in axes and len(axes) > 1


def _group(operator: str) -> str:
    """The group of an operator; the Vanguard pilots are a mark as well as a noun."""
    return "mark" if operator == "subject.pilot" else operator.partition(".")[0]


def _is_complete(spans: Sequence[Span]) -> bool:
    """Whether a noun and names say all: "other French regions in medtech".

    "Partnerships of Norte" are all of them, whatever the last question was about.
    """
    axes = {found[0] for span in spans if (found := axis_name(span))}
    partnerships = any(span.operator == "subject.partnership" for span in spans)
    if partnerships and axes - {"partnership"}:
        return True
    return "country" in axes and len(axes) > 1


def stands_alone(spans: Sequence[Span]) -> bool:
    """Whether a message cannot go on with anything: it asks what something is, or how I am.

    "What is a Vanguard pilot?", "are you still there?", "all Finnish regions please".
    """
    words = [span.words for span in spans]
    asked = " ".join(words[:3])
    defines = asked in ("what is a", "what is an", "what s a", "what s an") or (
        words[:1] in (["what"], ["what s"]) and words[1:2] in (["a"], ["an"])
    )
    to_me = any(pair in (("are", "you"), ("you", "there")) for pair in pairwise(words))
    every = any(span.operator == "set.all" for span in spans[:2]) and any(
        before.of("country") and span.operator == "subject.region"
        for before, span in pairwise(spans)
    )
    return defines or to_me or every


def removing(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans with "drop the leads" read as "without the leads"."""
    first = next((n for n, s in enumerate(spans) if s.operator not in ("filler", "set.not")), None)
    if first is None or spans[first].operator != "set.remove":
        return tuple(spans)
    denied_from = replace(spans[first], operator="set.not")
    return (denied_from, *spans[first + 1 :])


def behind_opener(spans: Sequence[Span]) -> Sequence[Span]:
    """What follows "and", "no, I meant" and the like."""
    words = " ".join(span.words for span in spans)
    for opener in _OPENERS:
        if words.startswith(f"{opener} ") and not (opener == "no" and _denies(spans)):
            count, said = 0, ""
            while len(said) < len(opener):
                said = f"{said} {spans[count].words}".strip()
                count += 1
            return behind_opener(spans[count:]) if said == opener else spans
    return spans


def _denies(spans: Sequence[Span]) -> bool:
    """Whether "no" belongs to a noun: "no Dutch one", not "no, Flanders"."""
    behind = [*spans[1:3], Span(0, 0, "", ""), Span(0, 0, "", "")]
    noun = behind[1].operator.startswith(("subject.", "role."))
    return bool(behind[0].of("country")) and (noun or behind[1].words in ("one", "ones"))


def changed(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The last question with the names, roles and marks of a fragment instead of its own."""
    base = base_query(last)
    names = [name for span in spans for name in span.names]
    own = any(last.slot(name.kind) is not None for name in names)
    if last.query is None and names and (own or base is None or last.slot("partnership") is None):
        return with_other_slot(names, last)
    if base is None:
        return None
    if base.operation in ("most", "least") and _asks_roles_of_it(spans):
        return None  # "its lead regions?", of the largest
    query = base
    words = {span.words for span in spans}
    if last.intent == "compare" and (more := _compared_too(spans, query)) is not None:
        return Reference("compare", query=more)
    adding = (
        _adds(spans, query)
        or bool(words & (PLURAL | {"only", "just"}))
        or ("ones" in words and query.subject == "region")
    )
    each = any(span.operator == "set.both" for span in spans)
    for clause in ClauseReader(spans, frozenset()).read():
        query = with_clause(query, clause, adding=adding, each=each)
    if spans[0].words in ("is", "are") and query.candidates:
        query = query.with_operation("check")
    return None if query == base else Reference("find", query=query)


def _adds(spans: Sequence[Span], query: Query) -> bool:
    """Whether "as well" adds to what was asked of several together: "and 3D printing as well"."""
    together = [c for c in query.conditions if c.plain and c.pattern.partnerships]
    return len(together) > 1 and any(span.operator == "relation.also" for span in spans)


def _compared_too(spans: Sequence[Span], query: Query) -> Query | None:
    """A comparison with one more: "add Emilia-Romagna", "and Tuscany too"."""
    found = [name for span in spans if (name := axis_name(span))]
    adding = any(span.operator == "relation.also" or span.words in _ADDING for span in spans)
    if not adding or len(found) != 1 or found[0][0] != query.subject:
        return None
    ids = tuple(dict.fromkeys((*query.candidates, found[0][1].id)))
    return replace(query, candidates=ids) if len(ids) <= _MOST_COMPARED else None


def _asks_roles_of_it(spans: Sequence[Span]) -> bool:
    """Whether a role is asked for in what "it" stands for."""
    it = any(name.form == "focus" for span in spans for name in span.names)
    return it and any(span.operator.startswith("role.") for span in spans)
