"""Questions over the memberships as values, and their answers: one algebra for every combination.

A membership is a row (region, its country, partnership, role). A query asks for regions, countries
or partnerships; each condition counts, among the rows of one candidate, those that fit a pattern.
"In textile" is "at least one row with textile", "not in textile" is "at most none", "leads more
than one" is "at least two different partnerships in rows with the role lead".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from knowledge.columns import Numbers
from knowledge.facts import Membership
from knowledge.snapshot import ROLE_ORDER, Snapshot

Axis = Literal["region", "country", "partnership"]
Counted = Literal["region", "country", "partnership", "role"]
"""What can be counted: the axes, and single roles (rows)."""

OTHER_AXIS: Mapping[Axis, Axis] = {
    "region": "partnership",
    "country": "region",
    "partnership": "region",
}
"""What is counted of a subject when the question does not say."""
_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which membership rows fit; an empty set (or None) lets everything through."""

    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    partnerships: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    vanguard: bool | None = None
    other_than: str | None = None
    """A region whose own rows do not fit: a region is not its own partner."""

    def fits(self, row: Membership, snapshot: Snapshot) -> bool:
        return (
            (not self.regions or row.region in self.regions)
            and (not self.partnerships or row.partnership in self.partnerships)
            and (not self.roles or row.role in self.roles)
            and (not self.countries or snapshot.regions[row.region].country in self.countries)
            and self.vanguard in (None, snapshot.partnerships[row.partnership].vanguard_pilot)
            and self.other_than != row.region
        )

    @property
    def empty(self) -> bool:
        return self == Pattern()

    def ids(self, axis: Axis) -> frozenset[str]:
        """What it lets through on an axis; empty for everything."""
        return {
            "region": self.regions,
            "country": self.countries,
            "partnership": self.partnerships,
        }[axis]

    def on(self, axis: Axis, ids: Iterable[str]) -> "Pattern":
        """The same pattern, on one axis restricted to these."""
        only = frozenset(ids)
        return Pattern(
            only if axis == "region" else self.regions,
            only if axis == "country" else self.countries,
            only if axis == "partnership" else self.partnerships,
            self.roles,
            self.vanguard,
            self.other_than,
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """How many different ``counted`` the fitting rows of a candidate must have."""

    pattern: Pattern
    counted: Counted
    at_least: int = 1
    at_most: int | None = None

    @property
    def negative(self) -> bool:
        return self.at_most == 0

    @property
    def plain(self) -> bool:
        """Whether it only says that there is such a row."""
        return self.at_least == 1 and self.at_most is None


Operation = Literal["list", "count", "check", "most", "least", "rank", "partners", "average"]


@dataclass(frozen=True, slots=True)
class Query:
    """A question: which ``subject`` meets all ``conditions``, and what is to be done with them.

    ``measure`` is what ``most``, ``least`` and ``rank`` compare, and what lists may show;
    ``candidates`` restricts the subjects to those named (for ``check``: is it so for them?);
    ``theme`` keeps the words that were looked up to find partnerships, so they can be said;
    ``place`` tells which most is meant: 2 is the second most.
    """

    subject: Axis
    operation: Operation = "list"
    conditions: tuple[Condition, ...] = ()
    measure: Condition | None = None
    candidates: tuple[str, ...] = ()
    theme: str | None = None
    place: int = 1

    def with_operation(self, operation: Operation) -> "Query":
        return replace(self, operation=operation)


class Found:
    """One subject that meets the conditions of a query."""

    __slots__ = ("_place", "_rows", "_search", "id")

    def __init__(self, id: str, search: "_Search", place: int) -> None:
        self.id = id
        self._search = search
        self._place = place
        self._rows: tuple[Membership, ...] | None = None

    @property
    def count(self) -> int:
        """Its measure."""
        return int(self._search.measured[self._place])

    @property
    def rows(self) -> tuple[Membership, ...]:
        """Why it fits; looked up when first asked for, as few of many hits are told about."""
        if self._rows is None:
            self._rows = self._search.shown(self.id)
        return self._rows


def run(query: Query, snapshot: Snapshot) -> tuple[Found, ...]:
    """The subjects that meet the conditions: best first when ranked, else by name.

    For ``most`` and ``least`` all that tie for the first place are returned.
    """
    found: tuple[Found, ...] | None = snapshot.answered.get(query)
    if found is None:
        if len(snapshot.answered) >= _MOST_REMEMBERED:
            snapshot.answered.clear()
        found = snapshot.answered[query] = _Search(query, snapshot).run()
    return found


class _Search:
    """Runs one query."""

    def __init__(self, query: Query, snapshot: Snapshot) -> None:
        self.query = query
        self.snapshot = snapshot
        patterns = [c.pattern for c in query.conditions if not c.negative]
        if query.measure is not None:
            patterns.append(query.measure.pattern)
        patterns = [pattern for pattern in patterns if not pattern.empty]
        if query.subject == "region":
            # Where a region lies says nothing about which of its memberships matter.
            telling = [p for p in patterns if p != Pattern(countries=p.countries)]
            patterns = telling or patterns
        self.patterns = patterns

    def run(self) -> tuple[Found, ...]:
        query, columns = self.query, self.snapshot.columns
        ids = columns.ids[query.subject]
        holding = columns.recorded(query.subject)
        if query.candidates:
            holding = columns.among(query.subject, query.candidates)
        for condition in query.conditions:
            numbers = self._counts(condition)
            holding &= numbers >= condition.at_least
            if condition.at_most is not None:
                holding &= numbers <= condition.at_most
        places = holding.nonzero()[0]
        if query.operation in ("most", "least") and len(places):
            measured = self.measured[places]
            steps = np.unique(measured)[:: -1 if query.operation == "most" else 1]
            places = places[measured == steps[min(query.place, len(steps)) - 1]]
        elif query.operation in ("rank", "partners"):
            places = places[(-self.measured[places]).argsort(kind="stable")]
        return tuple([Found(ids[place], self, place) for place in places.tolist()])

    @cached_property
    def measured(self) -> Numbers:
        """The measure of every subject there is."""
        measure = self.query.measure or Condition(Pattern(), OTHER_AXIS[self.query.subject])
        return self._counts(measure)

    def _counts(self, condition: Condition) -> Numbers:
        columns, pattern = self.snapshot.columns, condition.pattern
        wanted = {
            "region": pattern.regions,
            "country": pattern.countries,
            "partnership": pattern.partnerships,
            "role": pattern.roles,
        }
        fits = columns.fitting(wanted, vanguard=pattern.vanguard, other_than=pattern.other_than)
        return columns.counts(self.query.subject, condition.counted, fits)

    def shown(self, id: str) -> tuple[Membership, ...]:
        """The rows that make a subject fit, in the order of roles, for the reason given."""
        patterns, snapshot = self.patterns, self.snapshot
        rows: Iterable[Membership] = snapshot.rows(self.query.subject, id)
        if patterns:
            rows = [row for row in rows if any(p.fits(row, snapshot) for p in patterns)]
        return tuple(sorted(rows, key=lambda row: ROLE_ORDER[row.role]))
