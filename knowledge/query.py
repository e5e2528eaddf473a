"""Questions over the memberships as values, and their answers: one algebra for every combination.

A membership is a row (region, its country, partnership, role). A query asks for regions, countries
or partnerships; each condition counts, among the rows of one candidate, those that fit a pattern.
"In textile" is "at least one row with textile", "not in textile" is "at most none", "leads more
than one" is "at least two different partnerships in rows with the role lead".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Found:
    """One subject that meets the conditions; ``count`` is its measure, ``rows`` why it fits."""

    id: str
    count: int
    rows: tuple[Membership, ...] = field(default=())


def run(query: Query, snapshot: Snapshot) -> tuple[Found, ...]:
    """The subjects that meet the conditions: best first when ranked, else by name.

    For ``most`` and ``least`` all that tie for the first place are returned.
    """
    if query not in snapshot.answered:
        if len(snapshot.answered) >= _MOST_REMEMBERED:
            snapshot.answered.clear()
        snapshot.answered[query] = _run(query, snapshot)
    found: tuple[Found, ...] = snapshot.answered[query]
    return found


def _run(query: Query, snapshot: Snapshot) -> tuple[Found, ...]:
    holding = [
        (_measured(query, rows, snapshot), id, rows)
        for id, rows in _rows_by_subject(query, snapshot)
        if all(_holds(condition, rows, snapshot) for condition in query.conditions)
    ]
    if query.operation in ("most", "least") and holding:
        best = (max if query.operation == "most" else min)(count for count, _, _ in holding)
        holding = [hit for hit in holding if hit[0] == best]
    holding.sort(key=lambda hit: snapshot.sort_key(query.subject, hit[1]))
    if query.operation in ("rank", "partners"):
        holding.sort(key=lambda hit: -hit[0])
    return tuple(Found(id, count, _shown(query, rows, snapshot)) for count, id, rows in holding)


def count(what: Counted, rows: Iterable[Membership], snapshot: Snapshot) -> int:
    """How many different regions, countries or partnerships the rows hold, or how many roles."""
    match what:
        case "region":
            return len({row.region for row in rows})
        case "country":
            return len({snapshot.regions[row.region].country for row in rows})
        case "partnership":
            return len({row.partnership for row in rows})
        case "role":
            return sum(1 for _ in rows)


def _rows_by_subject(
    query: Query, snapshot: Snapshot
) -> Iterator[tuple[str, tuple[Membership, ...]]]:
    groups = snapshot.groups(query.subject)
    wanted: Iterable[str] = query.candidates or _narrowed(query, snapshot) or groups
    return ((id, groups.get(id, ())) for id in wanted)


def _narrowed(query: Query, snapshot: Snapshot) -> frozenset[str]:
    """The only subjects that can hold: those in rows with a name that a condition asks for.

    Found through the rows of that name, it spares looking at every subject there is.
    """
    narrowest: frozenset[str] = frozenset()
    for condition in query.conditions:
        if condition.at_least == 0:
            continue
        for axis in ("region", "partnership", "country"):
            ids = condition.pattern.ids(axis)
            if not ids:
                continue
            rows = (row for id in ids for row in snapshot.rows(axis, id))
            found = frozenset(_value(query.subject, row, snapshot) for row in rows)
            if not narrowest or len(found) < len(narrowest):
                narrowest = found
    return narrowest


def _value(axis: Axis, row: Membership, snapshot: Snapshot) -> str:
    if axis == "country":
        return snapshot.regions[row.region].country
    return row.region if axis == "region" else row.partnership


def _holds(condition: Condition, rows: Iterable[Membership], snapshot: Snapshot) -> bool:
    fitting = (row for row in rows if condition.pattern.fits(row, snapshot))
    number = count(condition.counted, fitting, snapshot)
    return number >= condition.at_least and (
        condition.at_most is None or number <= condition.at_most
    )


def _measured(query: Query, rows: Iterable[Membership], snapshot: Snapshot) -> int:
    measure = query.measure or Condition(Pattern(), OTHER_AXIS[query.subject])
    fitting = (row for row in rows if measure.pattern.fits(row, snapshot))
    return count(measure.counted, fitting, snapshot)


def _shown(query: Query, rows: Iterable[Membership], snapshot: Snapshot) -> tuple[Membership, ...]:
    """The rows that make the candidate fit, in the order of roles, for the reason given."""
    patterns = [c.pattern for c in query.conditions if not c.negative]
    if query.measure is not None:
        patterns.append(query.measure.pattern)
    patterns = [pattern for pattern in patterns if not pattern.empty]
    if query.subject == "region":
        # Where a region lies says nothing about which of its memberships matter.
        telling = [p for p in patterns if p != Pattern(countries=p.countries)]
        patterns = telling or patterns
    shown = [row for row in rows if not patterns or any(p.fits(row, snapshot) for p in patterns)]
    return tuple(sorted(shown, key=lambda row: ROLE_ORDER[row.role]))
