"""Reads years, months, seasons and days, and what "after", "until" or "between" makes of them."""

import re
from collections.abc import Sequence

from knowledge.vocabulary import Span

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_DAYS = 31
_YEAR = re.compile(r"(19|20)\d\d")
_INCLUDED = frozenset({"since", "until", "from"})
_SEASONS = {
    "spring": ("03", "05"),
    "summer": ("06", "08"),
    "autumn": ("09", "11"),
    "fall": ("09", "11"),
    "first half": ("01", "06"),
    "second half": ("07", "12"),
}
_MOST_MONTHS = 12


def period_of(spans: Sequence[Span]) -> dict[str, str]:
    """The slots of a period: ``year`` (or month, or day), or ``from`` and ``to``, both included.

    "After 2019" begins with 2020, "since 2019" with 2019.
    """
    operators = {span.operator for span in spans}
    words = [word for span in spans for word in span.words.split()]
    dates = dates_in(words)
    said = " ".join(words)
    season = next((months for name, months in _SEASONS.items() if f" {name} " in f" {said} "), None)
    if season and len(dates) == 1 and len(dates[0]) == len("2019"):
        return {"from": f"{dates[0]}-{season[0]}", "to": f"{dates[0]}-{season[1]}"}
    if len(dates) == 2:
        first, last = sorted(dates)
        return {"from": first, "to": last}
    if len(dates) != 1:
        return {}
    return _bounded(dates[0], operators, {span.words for span in spans})


def _bounded(date: str, operators: set[str], said: set[str]) -> dict[str, str]:
    """What "in", "after", "since", "before" or "until" makes of a date."""
    within = bool(said & _INCLUDED)
    if "order.after" in operators:
        return {"from": date if within else _step(date, 1)}
    if "order.before" in operators:
        return {"to": date if within else _step(date, -1)}
    if "order.between" in operators:
        return {"to": date}
    return {"year": date}


def dates_in(words: Sequence[str]) -> list[str]:
    """The years, months and days of a text, each once: "june and november 2023" are two months."""
    months = [(n, MONTHS[word]) for n, word in enumerate(words) if word in MONTHS]
    years = [(n, word) for n, word in enumerate(words) if _YEAR.fullmatch(word)]
    if not years:
        return []
    found: list[str] = []
    dated: set[int] = set()
    for place, month in months:
        at, year = next(((n, y) for n, y in years if n > place), years[-1])
        dated.add(at)
        near = words[max(0, place - 1) : place + 2]
        day = next((int(w) for w in near if w.isdecimal() and 1 <= int(w) <= _DAYS), None)
        found.append(f"{year}-{month:02}" + (f"-{day:02}" if day else ""))
    found += [year for n, year in years if n not in dated]
    return list(dict.fromkeys(found))


def _step(date: str, by: int) -> str:
    """The year or month after or before another; a day stays."""
    if len(date) == len("2019"):
        return str(int(date) + by)
    if len(date) > len("2019-06"):
        return date
    months = int(date[:4]) * _MOST_MONTHS + int(date[5:]) - 1 + by
    return f"{months // _MOST_MONTHS}-{months % _MOST_MONTHS + 1:02}"


def year_of(span: Span) -> str | None:
    """The year that a span says: "2018", "in 2017"."""
    if span.names:
        return None  # "Europe 2020" is a document
    return next((word for word in span.words.split() if _YEAR.fullmatch(word)), None)


def is_date(span: Span) -> bool:
    """Whether a span is a month or a year."""
    return span.words in MONTHS or bool(_YEAR.fullmatch(span.words))
