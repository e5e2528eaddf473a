"""Questions over the memberships as values, and their answers: one algebra for every combination.

A membership is a row (region, its country, partnership, role). A query asks for regions, countries
or partnerships; each condition counts, among the rows of one candidate, those that fit a pattern.
"In textile" is "at least one row with textile", "not in textile" is "at most none", "leads more
than one" is "at least two different partnerships in rows with the role lead".
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal

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

    def fitting(self, rows: Sequence[Membership], snapshot: Snapshot) -> Sequence[Membership]:
        """Those of many rows that fit: one pass for each limit there is."""
        if self.regions:
            rows = [row for row in rows if row.region in self.regions]
        if self.partnerships:
            rows = [row for row in rows if row.partnership in self.partnerships]
        if self.roles:
            rows = [row for row in rows if row.role in self.roles]
        if self.countries:
            regions = snapshot.regions
            rows = [row for row in rows if regions[row.region].country in self.countries]
        if self.vanguard is not None:
            all = snapshot.partnerships
            rows = [row for row in rows if all[row.partnership].vanguard_pilot is self.vanguard]
        if self.other_than is not None:
            rows = [row for row in rows if row.region != self.other_than]
        return rows

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
        match axis:
            case "region":
                return replace(self, regions=frozenset(ids))
            case "country":
                return replace(self, countries=frozenset(ids))
            case "partnership":
                return replace(self, partnerships=frozenset(ids))


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


Operation = Literal["list", "count", "check", "most", "least", "rank", "partners"]


@dataclass(frozen=True, slots=True)
class Query:
    """A question: which ``subject`` meets all ``conditions``, and what is to be done with them.

    ``measure`` is what ``most``, ``least`` and ``rank`` compare, and what lists may show;
    ``candidates`` restricts the subjects to those named (for ``check``: is it so for them?);
    ``theme`` keeps the words that were looked up to find partnerships, so they can be said.
    """

    subject: Axis
    operation: Operation = "list"
    conditions: tuple[Condition, ...] = ()
    measure: Condition | None = None
    candidates: tuple[str, ...] = ()
    theme: str | None = None

    def with_operation(self, operation: Operation) -> "Query":
        return replace(self, operation=operation)


class Found:
    """One subject that meets the conditions of a query."""

    __slots__ = ("_rows", "_search", "id")

    def __init__(self, id: str, search: "_Search") -> None:
        self.id = id
        self._search = search
        self._rows: tuple[Membership, ...] | None = None

    @property
    def count(self) -> int:
        """Its measure."""
        return self._search.measured([self.id])[self.id]

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
    if query not in snapshot.answered:
        if len(snapshot.answered) >= _MOST_REMEMBERED:
            snapshot.answered.clear()
        snapshot.answered[query] = _Search(query, snapshot).run()
    found: tuple[Found, ...] = snapshot.answered[query]
    return found


class _Search:
    """Runs one query."""

    def __init__(self, query: Query, snapshot: Snapshot) -> None:
        self.query = query
        self.snapshot = snapshot
        self.groups = snapshot.groups(query.subject)
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
        query = self.query
        holding = list(query.candidates or self._narrowed() or self.groups)
        for condition in query.conditions:
            holding = self._meeting(condition, holding)
        holding.sort(key=self.snapshot.sort_keys(query.subject).__getitem__)
        if query.operation in ("most", "least", "rank", "partners") and holding:
            numbers = self.measured(holding)
            if query.operation in ("rank", "partners"):
                holding.sort(key=numbers.__getitem__, reverse=True)
            else:
                best = (max if query.operation == "most" else min)(
                    map(numbers.__getitem__, holding)
                )
                holding = [id for id in holding if numbers[id] == best]
        return tuple([Found(id, self) for id in holding])

    def measured(self, ids: Iterable[str]) -> Counter[str]:
        """The measure of each of the subjects."""
        measure = self.query.measure or Condition(Pattern(), OTHER_AXIS[self.query.subject])
        return self._counts(measure, ids)

    def shown(self, id: str) -> tuple[Membership, ...]:
        """The rows that make a subject fit, in the order of roles, for the reason given."""
        rows: Sequence[Membership] = self.groups.get(id, ())
        if len(self.patterns) == 1:
            rows = self.patterns[0].fitting(rows, self.snapshot)
        elif self.patterns:
            rows = [row for row in rows if any(p.fits(row, self.snapshot) for p in self.patterns)]
        return tuple(sorted(rows, key=lambda row: ROLE_ORDER[row.role]))

    def _meeting(self, condition: Condition, ids: Iterable[str]) -> list[str]:
        """Those of the subjects that meet a condition."""
        if condition.plain or (condition.at_least, condition.at_most) == (0, 0):
            subject_of = _VALUES[self.query.subject](self.snapshot)
            having = set(map(subject_of, self._fitting(condition, ids)))
            return [id for id in ids if (id in having) is not condition.negative]
        numbers = self._counts(condition, ids)
        least, most = condition.at_least, condition.at_most
        return [id for id in ids if least <= numbers[id] and (most is None or numbers[id] <= most)]

    def _counts(self, condition: Condition, ids: Iterable[str]) -> Counter[str]:
        """How many different regions, countries or partnerships the fitting rows of each hold."""
        subject_of = _VALUES[self.query.subject](self.snapshot)
        rows = self._fitting(condition, ids)
        if condition.counted == "role":
            return Counter(map(subject_of, rows))
        counted_of = _VALUES[condition.counted](self.snapshot)
        pairs = set(zip(map(subject_of, rows), map(counted_of, rows), strict=True))
        return Counter(subject for subject, _ in pairs)

    def _fitting(self, condition: Condition, ids: Iterable[str]) -> Sequence[Membership]:
        """The rows of the subjects that fit the pattern of a condition."""
        rows = [row for id in ids for row in self.groups.get(id, ())]
        return condition.pattern.fitting(rows, self.snapshot)

    def _narrowed(self) -> frozenset[str]:
        """The only subjects that can hold: those in rows with a name that a condition asks for.

        Found through the rows of that name, it spares looking at every subject there is.
        """
        narrowest: frozenset[str] = frozenset()
        subject_of = _VALUES[self.query.subject](self.snapshot)
        for condition in self.query.conditions:
            if condition.at_least == 0:
                continue
            for axis in ("region", "partnership", "country"):
                ids = condition.pattern.ids(axis)
                if not ids:
                    continue
                rows = [row for id in ids for row in self.snapshot.rows(axis, id)]
                found = frozenset(map(subject_of, rows))
                if not narrowest or len(found) < len(narrowest):
                    narrowest = found
        return narrowest


def _country_of(snapshot: Snapshot) -> Callable[[Membership], str]:
    regions = snapshot.regions
    return lambda row: regions[row.region].country


_VALUES: Mapping[str, Callable[[Snapshot], Callable[[Membership], str]]] = {
    "region": lambda _: attrgetter("region"),
    "partnership": lambda _: attrgetter("partnership"),
    "country": _country_of,
}
"""What a row has on an axis."""
