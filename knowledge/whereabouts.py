"""Follow-ups about where a region lies, and what it is not in: "country?", "where isn't it in?"."""

from collections.abc import Sequence

from knowledge.anaphora import SINGULAR
from knowledge.answer import Focus
from knowledge.fragments import content, is_named
from knowledge.query import Condition, Pattern, Query
from knowledge.references import Reference
from knowledge.vocabulary import Span

_WHERE_FROM = frozenset(
    {"where", "from", "is", "are", "they", "it", "these", "those", "in", "which", "what", "and"}
    | {"of", "that", "this", "them", "does", "do", "come", "comes", "what s", "the", "its", "all"}
)


def its_country(spans: Sequence[Span], last: Reference, focus: Focus) -> Reference | None:
    """Where the one region that was spoken of lies, or the several: "country?", "from where?"."""
    told = [span for span in content(spans) if not span.operator.startswith("ask.")]
    words = {span.words for span in spans}
    where = "where" in words and "from" in words and not told
    if not where and [span.words for span in told] != ["country"]:
        return None
    if is_named(spans) or not words <= _WHERE_FROM | {"country"}:
        return None
    query = last.query
    if query is None:
        regions = [id for kind, id in last.slots if kind == "region"]
    elif query.subject == "region" and focus.results_kind == "region" and query.operation == "list":
        regions = list(focus.results)
    else:
        regions = list({id for c in query.conditions for id in c.pattern.regions})
        regions = list(query.candidates) if query.subject == "region" else regions
    if len(regions) == 1:
        return Reference("region_country", (("region", regions[0]),))
    if not regions or not where:
        return None
    lying = Condition(Pattern(regions=frozenset(regions)), "region")
    return Reference("find", query=Query("country", conditions=(lying,)))


def not_in(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The partnerships without the region spoken of: "which ones isn't it in?"."""
    words = {span.words for span in spans}
    denied_of_it = any(s.operator == "set.not" for s in spans) and words & SINGULAR
    query = last.query
    if not denied_of_it or query is None or query.operation == "check" or is_named(spans):
        return None
    if not all(
        s.operator in ("filler", "set.not", "ask.list", "subject.partnership") for s in spans
    ):
        return None
    regions = {id for c in query.conditions for id in c.pattern.regions} or set(query.candidates)
    regions |= {c.pattern.other_than for c in query.conditions if c.pattern.other_than}
    if len(regions) != 1:
        return None
    left_out = Condition(Pattern(regions=frozenset(regions)), "region", 0, 0)
    return Reference("find", query=Query("partnership", conditions=(left_out,)))
