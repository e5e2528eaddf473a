"""Follow-ups that leave out what limited the last question: "and in all nine?", "overall?"."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.fragments import behind_opener
from knowledge.offers import partnerships_of
from knowledge.query import Query
from knowledge.references import Reference
from knowledge.vocabulary import Span

_WHOLE = frozenset(
    {"anything", "any at all", "in any", "any of them", "something"}
    | {"overall", "in total", "altogether", "in any partnership", "on the platform", "anywhere"}
    | {"in the platform", "across all partnerships", "across the partnerships", "everywhere"}
    | {"across all nine partnerships", "across all nine", "across the nine partnerships"}
    | {"in any of the partnerships", "all the", "all", "any", "all nine", "all the nine", "in all"}
    | {"the nine", "of the nine", "every", "any of", "all of the", "nine partnerships of 2017"}
)
_BESIDE = frozenset(
    {
        "at all",
        "at",
        "is",
        "it",
        "in",
        "the",
        "of",
        "as",
        "a",
        "across",
        "for",
        "platform",
        "whole",
        "nine",
    }
)


def widened(spans: Sequence[Span], last: Reference) -> Reference | None:
    """The last question about regions or countries, of all partnerships."""
    query = last.query
    rest = list(behind_opener(spans))
    whole = [span for span in rest if span.words in _WHOLE or span.words == "whole"]
    nouns = [span for span in rest if span.operator == "subject.partnership"]
    others = [s for s in rest if s not in whole and s not in nouns and s.words not in _BESIDE]
    bare = {"all", "any", "every", "all the"} >= {span.words for span in whole}
    if query is None or not whole or others or (bare and not nouns):
        return None
    if query.subject == "partnership" or query.operation not in ("list", "count", "check"):
        return None
    return _everywhere(query)


def _everywhere(query: Query) -> Reference | None:
    placed = [c for c in query.conditions if c.pattern.partnerships]
    if query.subject == "region" and query.operation == "check" and len(query.candidates) == 1:
        return partnerships_of(query.candidates[0])
    if not placed or any(not c.plain for c in placed):
        return None
    conditions = [
        replace(c, pattern=replace(c.pattern, partnerships=frozenset())) for c in query.conditions
    ]
    kept = tuple(c for c in dict.fromkeys(conditions) if not c.pattern.empty)
    if not kept and not query.candidates:
        return Reference("find", query=Query(query.subject, query.operation))
    return Reference("find", query=replace(query, conditions=kept or query.conditions[:0]))
