"""Spells out groups of countries that people speak of as one: "Nordic regions"."""

from collections.abc import Mapping, Sequence

from knowledge.anaphora import OR
from knowledge.listed import joined
from knowledge.vocabulary import Span

_AREA = "area."


def spelt_out(spans: Sequence[Span], areas: Mapping[str, Sequence[str]]) -> tuple[Span, ...]:
    """The spans with each group as the names of its countries, joined by "or".

    Args:
        spans: A question.
        areas: The countries' codes by the name of the group.
    """
    found: list[Span] = []
    for span in spans:
        countries = areas.get(span.operator.removeprefix(_AREA), ())
        if span.operator.startswith(_AREA) and countries:
            found += joined(span, "country", countries, OR)
        else:
            found.append(span)
    return tuple(found)
