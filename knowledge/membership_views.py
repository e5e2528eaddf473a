"""The views of questions over memberships: queries and comparisons."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from knowledge.answer import MOST_LISTED
from knowledge.clauses import AXES
from knowledge.facts import Fact, Membership
from knowledge.offers import Impossible, Offer, View, partnership_offers, region_offer
from knowledge.query import Found, Pattern, Query, run
from knowledge.references import Reference
from knowledge.since import names_newer, of_query
from knowledge.snapshot import ROLE_ORDER, Snapshot


def find(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """The answer to a query over memberships."""
    query = reference.query
    if query is None:
        raise Impossible("a query is missing")
    if query.operation in ("most", "least", "rank", "average") and query.measure is None:
        raise Impossible("a ranking does not say what it ranks by")
    if any(id not in snapshot.things[axis] for axis, id in _named(query)):
        raise Impossible("the query names what is not in the knowledge base")
    newer = names_newer(snapshot, query)
    told_from = snapshot.with_newer if newer else snapshot
    found = run(query, told_from)
    facts: list[Fact] = [row for hit in found[:MOST_LISTED] for row in hit.rows]
    if not newer:
        facts += [row for id in query.candidates for row in snapshot.rows(query.subject, id)]
    if not (newer and facts):
        facts += _asked_partnerships(snapshot, query)
    form = shape(query)
    data = {
        "query": query,
        "found": found,
        "shape": form,
        "roles": _by_role(found) if form in ("members", "memberships") else {},
        "failed": [id for id in query.candidates if id not in {hit.id for hit in found}],
        "near": _near_misses(told_from, query, found),
        "told_from": told_from,
        "newer": newer,
    }
    return View(
        data,
        tuple(facts) or snapshot.memberships[:1],
        query.subject,
        tuple(hit.id for hit in found[:MOST_LISTED]),
        _find_offers(snapshot, query, found),
        None if newer else of_query(snapshot, query, found),
    )


def _named(query: Query) -> Iterator[tuple[str, str]]:
    """Everything a query names, by axis."""
    yield from ((query.subject, id) for id in query.candidates)
    conditions = [*query.conditions, *filter(None, [query.measure])]
    for condition in conditions:
        for axis in AXES:
            yield from ((axis, id) for id in condition.pattern.ids(axis))
        if condition.pattern.other_than is not None:
            yield "region", condition.pattern.other_than


def shape(query: Query) -> str:
    """Which form of answer suits a query (a block of the template)."""
    if query.operation in ("most", "least", "rank", "average", "partners", "check"):
        return query.operation
    if query.candidates and not query.theme and query.conditions:
        return "position"
    conditions = query.conditions
    if len(conditions) == 1 and conditions[0].plain and not query.theme:
        pattern = conditions[0].pattern
        one = Pattern(partnerships=pattern.partnerships, roles=pattern.roles)
        if query.subject == "region" and len(pattern.partnerships) == 1 and pattern == one:
            return "members"
        one = Pattern(regions=pattern.regions, roles=pattern.roles)
        if query.subject == "partnership" and len(pattern.regions) == 1 and pattern == one:
            return "memberships"
    return "general"


def _asked_partnerships(snapshot: Snapshot, query: Query) -> list[Fact]:
    """The pages of the partnerships asked about, so that "none" has a source as well."""
    ids = {id for condition in query.conditions for id in condition.pattern.partnerships}
    return [snapshot.partnerships[id] for id in sorted(ids) if len(ids) <= 2]


def _by_role(found: Iterable[Found]) -> dict[str, list[Found]]:
    """Hits by their first role, in the order of roles."""
    roles: dict[str, list[Found]] = {}
    for hit in found:
        if hit.rows:
            roles.setdefault(hit.rows[0].role, []).append(hit)
    return {role: roles[role] for role in ROLE_ORDER if role in roles}


def _near_misses(
    snapshot: Snapshot, query: Query, found: tuple[Found, ...]
) -> tuple[Membership, ...]:
    """Why "no": rows of the named regions that fit but for the role, or of a region inside."""
    if found or query.subject != "region" or not query.candidates or not query.conditions:
        return ()
    wanted = {id for condition in query.conditions for id in condition.pattern.partnerships}
    inside = {
        other.id
        for id in query.candidates
        if (region := snapshot.regions.get(id)) is not None and region.nuts
        for other in snapshot.regions.values()
        if other.nuts
        and other.id not in query.candidates
        and (other.nuts.startswith(region.nuts) or region.nuts.startswith(other.nuts))
        and len(other.nuts) > 2
    }
    return tuple(
        row for row in snapshot.memberships if row.partnership in wanted and row.region in inside
    )


def _find_offers(snapshot: Snapshot, query: Query, found: tuple[Found, ...]) -> tuple[Offer, ...]:
    offers: list[Offer] = []
    for id in sorted({id for c in query.conditions for id in c.pattern.partnerships})[:1]:
        offers += partnership_offers(snapshot, id)
    for id in sorted({id for c in query.conditions for id in c.pattern.regions})[:1]:
        offers.append(region_offer(snapshot, id))
    if query.subject == "partnership":
        offers += [offer for hit in found[:3] for offer in partnership_offers(snapshot, hit.id)[:1]]
    if query.subject == "region":
        offers += [region_offer(snapshot, hit.id) for hit in found[:2]]
    return tuple(dict.fromkeys(offers))[:4]


def compare(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """Two or more regions, countries or partnerships side by side."""
    query = reference.query
    if query is None or len(query.candidates) < 2:
        raise Impossible("there is nothing to compare")
    if any(id not in snapshot.things[axis] for axis, id in _named(query)):
        raise Impossible("the query names what is not in the knowledge base")
    axis, ids = query.subject, query.candidates
    told_from = snapshot.with_newer if names_newer(snapshot, query) else snapshot
    rows = {id: told_from.rows(axis, id) for id in ids}
    other = "partnership" if axis != "partnership" else "region"
    sets = {id: {getattr(row, other) for row in rows[id]} for id in ids}
    shared = set.intersection(*sets.values())
    data = {
        "axis": axis,
        "other": other,
        "ids": ids,
        "rows": rows,
        "sets": sets,
        "shared": sorted(shared),
        "own": {id: sorted(sets[id] - shared) for id in ids},
    }
    facts: list[Fact] = [row for id in ids for row in rows[id]]
    facts += _asked_partnerships(snapshot, query)
    return View(data, tuple(facts), other, tuple(sorted(shared)))
