"""What is recorded of a matter after the pack that answers it: told beside the answer, with dates.

A report lists who is in each partnership at one date; later pages name a region here, a new lead
there. Both together would be true of no date, so what is counted is the report, and what came
"since then" is added apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.clauses import AXES
from knowledge.facts import Development, Fact, Membership, Statistic
from knowledge.query import Axis, Found, Query, run
from knowledge.snapshot import ROLE_ORDER, Snapshot

MOST_ROWS = 8
"""More changes than this are counted, not listed."""
_SIZES = "partnerships"
_RANKED = frozenset({"most", "least", "rank", "average", "partners"})
_ROLES_CHANGED = frozenset({"new_lead", "role_added", "unclear"})
_COUNTED = frozenset({"list", "count"})


@dataclass(frozen=True, slots=True)
class Since:
    """What later packs add to an answer; ``as_of`` is the date the answer itself speaks of."""

    as_of: str
    rows: tuple[Membership, ...] = ()
    """Memberships that are new or have changed, at most ``MOST_ROWS``."""
    more: int = 0
    """How many further ones there are."""
    still: tuple[Membership, ...] = ()
    """Leads that a later page names again."""
    developments: tuple[Development, ...] = ()
    leads: bool = False
    """Whether leads were asked for, so that the size does not matter."""
    brief: bool = False
    """Whether of the developments only size and doubts matter."""
    sizes: tuple[Statistic, ...] = ()
    """The number of partnerships at later dates, when that was asked."""
    newer: int = 0
    """How many newer partnerships are recorded, when partnerships were counted."""
    changed: int = 0
    """How many of ``subject`` later pages would add or take away, where names would mix dates."""
    subject: str = ""
    partial: bool = False
    """Whether later pages know more, but nothing that could be counted."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        return (*self.rows, *self.still, *self.developments, *self.sizes[-1:])

    def __bool__(self) -> bool:
        return bool(self.facts) or self.partial or self.changed > 0


def of_region(snapshot: Snapshot, *regions: str) -> Since | None:
    """What regions are in since then."""
    rows = [row for id in regions for row in snapshot.later_by_region.get(id, ())]
    return _made(snapshot, changed=_changes(rows))


def of_partnership(snapshot: Snapshot, id: str) -> Since | None:
    """What became of a partnership, in full."""
    rows = _changes(snapshot.later_by_partnership.get(id, ()))
    return _made(
        snapshot, changed=rows, developments=snapshot.developments_of.get(("partnership", id), ())
    )


def of_thing(snapshot: Snapshot, kind: str, id: str) -> Since | None:
    """What became of a theme, an organisation and the like."""
    return _made(snapshot, developments=snapshot.developments_of.get((kind, id), ()))


def of_query(snapshot: Snapshot, query: Query, found: Sequence[Found]) -> Since | None:
    """What later pages add to the answer to a query over memberships."""
    if not snapshot.later_memberships:
        return None
    if not any(True for _ in _named(query)):
        if query.subject == "partnership" and not query.conditions and query.operation in _COUNTED:
            sizes = _sizes(snapshot)
            newer = len(snapshot.newer_partnerships)
            return replace(_empty(snapshot), sizes=sizes, newer=newer)
        return replace(_empty(snapshot), partial=True)
    if query.operation in _RANKED:
        return replace(_empty(snapshot), partial=True)
    if not _is_direct(query):
        later = {hit.id for hit in run(query, snapshot.with_later)}
        changed = len(later ^ {hit.id for hit in found})
        return (
            replace(_empty(snapshot), changed=changed, subject=query.subject) if changed else None
        )
    rows = _changed_rows(snapshot, query, found)
    roles = query.conditions[0].pattern.roles
    still: list[Membership] = []
    developments: list[Development] = []
    if query.subject == "region" and roles <= {"lead"}:
        for id in query.conditions[0].pattern.partnerships:
            told = snapshot.developments_of.get(("partnership", id), ())
            if roles or not query.candidates:
                developments += [one for one in told if one.note or (one.size and not roles)]
            if roles:
                again = snapshot.later_by_partnership.get(id, ())
                still += [row for row in again if _is_again(row, query)]
    found_since = _made(snapshot, changed=rows, still=still, developments=developments, brief=True)
    return replace(found_since, leads=bool(roles)) if found_since else None


def _is_again(row: Membership, query: Query) -> bool:
    """Whether a later page names a lead again, of those that are asked about."""
    asked = not query.candidates or row.region in query.candidates
    return asked and row.role == "lead" and row.change == "unchanged"


def _is_direct(query: Query) -> bool:
    """Whether a query is about one region or one partnership, or one of each, and no more.

    What changed can be told by name then. With more conditions, who fits them follows from lists of
    different dates, and is only counted.
    """
    axes = [axis for axis, _ in set(_named(query))]
    return (
        query.subject != "country"
        and len(query.conditions) == 1
        and query.conditions[0].plain
        and "country" not in axes
        and axes.count("partnership") <= 1
        and axes.count("region") <= 1
    )


def names_newer(snapshot: Snapshot, query: Query) -> bool:
    """Whether a query speaks of a partnership that the report does not know."""
    newer = snapshot.newer_partnerships
    return any(axis == "partnership" and id in newer for axis, id in _named(query))


def sizes_at(snapshot: Snapshot, year: str | None) -> tuple[Statistic, ...]:
    """How many partnerships there were: at the end of a year as far as known, or all numbers."""
    sizes = _sizes(snapshot)
    return tuple(s for s in sizes if year is None or s.as_of.startswith(year))


def _sizes(snapshot: Snapshot) -> tuple[Statistic, ...]:
    found = [s for s in snapshot.things["statistic"].values() if s.measure and _SIZES in s.measure]
    return tuple(sorted(found, key=lambda s: s.as_of))


def _named(query: Query) -> Iterable[tuple[Axis, str]]:
    """Everything a query names, by axis; what a theme was found by is no name."""
    if not query.theme:
        yield from ((query.subject, id) for id in query.candidates)
    for condition in (*query.conditions, *filter(None, [query.measure])):
        for axis in AXES:
            yield from ((axis, id) for id in condition.pattern.ids(axis))


def _changed_rows(
    snapshot: Snapshot, query: Query, found: Sequence[Found]
) -> tuple[Membership, ...]:
    """The later rows that a direct query is about.

    A changed role of a region that the answer names matters also where the role asked for is the
    old one: whether it still leads may be unclear.
    """
    pattern = query.conditions[0].pattern
    any_role = replace(pattern, roles=frozenset())
    named = {hit.id for hit in found} if query.subject == "region" else frozenset()
    by = snapshot.later_by_partnership if pattern.partnerships else snapshot.later_by_region
    ids = pattern.partnerships or pattern.regions or query.candidates
    asked = (row for id in ids for row in by.get(id, ()))
    return _changes(
        row
        for row in asked
        if not query.candidates or getattr(row, query.subject) in query.candidates
        if pattern.fits(row, snapshot)
        or (row.region in named and row.change in _ROLES_CHANGED and any_role.fits(row, snapshot))
    )


def _changes(rows: Iterable[Membership]) -> tuple[Membership, ...]:
    """The rows that tell something new, surest and leads first."""
    new = {row.key: row for row in rows if row.change != "unchanged"}
    return tuple(
        sorted(
            new.values(),
            key=lambda row: (not row.confirmed, ROLE_ORDER[row.role], row.as_of, row.key),
        )
    )


def _empty(snapshot: Snapshot) -> Since:
    return Since(snapshot.founding.as_of)


def _made(
    snapshot: Snapshot,
    *,
    changed: Sequence[Membership] = (),
    still: Sequence[Membership] = (),
    developments: Sequence[Development] = (),
    brief: bool = False,
) -> Since | None:
    since = replace(
        _empty(snapshot),
        rows=tuple(changed[:MOST_ROWS]),
        more=max(0, len(changed) - MOST_ROWS),
        still=tuple(still),
        developments=tuple(developments),
        brief=brief,
    )
    return since or None
