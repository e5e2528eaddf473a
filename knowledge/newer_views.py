"""The views of questions about what came after the report: newer partnerships, numbers, changes."""

from collections.abc import Sequence
from datetime import datetime

from knowledge.answer import MOST_LISTED
from knowledge.facts import Event, Partnership
from knowledge.offers import Impossible, Offer, View, partnership_offers
from knowledge.references import Reference
from knowledge.since import of_partnership, sizes_at
from knowledge.snapshot import Snapshot

PLATFORMS = ("industrial-modernisation", "agri-food", "energy", "blue-economy", "vanguard")
_MOST_EVENTS = 8
_MOST_LINES = 60
"""So many newer partnerships of a platform get a line of their own."""


def newer_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """Partnerships that the report does not know; slots: ``platform``, ``year`` of the start."""
    platform, year = reference.slot("platform"), reference.slot("year")
    found = [
        one
        for one in snapshot.newer_partnerships.values()
        if platform in (None, one.platform) and (year is None or str(one.established) == year)
    ]
    groups = [(name, [one for one in found if one.platform == name]) for name in PLATFORMS]
    data = {
        "found": found,
        "groups": [(name, ones) for name, ones in groups if ones],
        "most_lines": _MOST_LINES,
        "slots": dict(reference.slots),
        "as_of": snapshot.founding.as_of,
        "year": year,
        "platform": platform,
        "latest": _latest(found) if reference.slot("latest") else [],
        "flagged": True,  # each line says so itself
    }
    offers = [offer for one in found[:3] for offer in partnership_offers(snapshot, one.id)[:1]]
    facts = tuple(found)
    ids = tuple(one.id for one in found[:MOST_LISTED])
    return View(data, facts or _first(snapshot), "partnership", ids, tuple(offers))


def _latest(found: Sequence[Partnership]) -> list[Partnership]:
    """The partnerships that began last, among those whose year is known."""
    last = max((one.established or 0 for one in found), default=0)
    return [one for one in found if last and one.established == last]


def size_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """How many partnerships there were: in a year, or as far as is known."""
    year = reference.slot("year")
    sizes = sizes_at(snapshot, None)
    found = tuple(size for size in sizes if year is None or size.as_of.startswith(year[:4]))
    data = {
        "found": found,
        "year": year,
        "before": next((s for s in reversed(sizes) if year and s.as_of < year), None),
        "after": next((s for s in sizes if year and s.as_of > year), None),
        "as_of": snapshot.founding.as_of,
        "founded": len(snapshot.founding_partnerships),
        "newer": len(snapshot.newer_partnerships),
    }
    label = Offer("partnerships_newer", "", Reference("partnerships_newer"))
    return View(data, found[-2:] or sizes[-1:] or _first(snapshot), offers=(label,))


def since_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """What became of one partnership since the report, with the events that were about it."""
    id = reference.slot("partnership") or ""
    if id not in snapshot.partnerships:
        raise Impossible("no such partnership in the knowledge base")
    partnership = snapshot.partnerships[id]
    since = of_partnership(snapshot, id)
    events = _events_about(snapshot, id)
    newer = snapshot.is_later(partnership)
    data = {
        "partnership": partnership,
        "newer": newer,
        "pack_date": snapshot.founding.as_of,
        "events": events,
    }
    facts = (partnership, *events) if newer or not since else tuple(events) or since.facts[:1]
    offers = tuple(partnership_offers(snapshot, id))
    return View(data, facts, "partnership", (id,), offers, since)


def _events_about(snapshot: Snapshot, partnership: str) -> list[Event]:
    """The later events that say they are about it, in order of time."""
    ids = {
        link.subject
        for link in snapshot.links
        if link.subject_kind == "event"
        and (link.target_kind, link.target) == ("partnership", partnership)
    }
    found = [event for event in snapshot.events if event.id in ids and snapshot.is_later(event)]
    return found[:_MOST_EVENTS]


def _first(snapshot: Snapshot) -> tuple[Partnership, ...]:
    return tuple(snapshot.partnerships.values())[:1]
