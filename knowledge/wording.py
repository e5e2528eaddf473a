"""How lists and days are written."""

from collections.abc import Iterable

from knowledge.answer import MOST_LISTED


def listed(items: Iterable[str], last: str = "and", *, more: int = 0) -> str:
    """Joins texts as in "a, b and c"; of too many, some and how many more there are.

    Args:
        items: The texts.
        last: What stands before the last one.
        more: How many have been left out already.
    """
    texts = [str(item) for item in items]
    more += max(0, len(texts) - MOST_LISTED)
    if more:
        return f"{', '.join(texts[:MOST_LISTED])} {last} {more:,} more"
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day_of(start: str | None, end: str | None = None) -> str:
    """An ISO date, month or year (or a span of days) as people write it: "1-2 June 2017"."""
    if start is None:
        return "date to be confirmed"
    parts = start.split("-")
    if len(parts) == 1:
        return start
    month = f"{_MONTHS[int(parts[1]) - 1]} {parts[0]}"
    if len(parts) == 2:
        return month
    first = str(int(parts[2]))
    if end and end != start:
        if end[:7] == start[:7]:
            return f"{first}-{int(end[8:])} {month}"
        return f"{first} {month} to {day_of(end)}"
    return f"{first} {month}"
