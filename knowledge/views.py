"""Looks up, in the frozen snapshot, what each intent's answer needs: pure functions, no wording.

``VIEWS[intent](snapshot, reference, now)`` gives a ``View`` for the template of the same name.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from knowledge.answer import MOST_LISTED
from knowledge.facts import Country, Event, Fact, Region
from knowledge.membership_views import compare, find
from knowledge.offers import Impossible, Offer, View, partnership_offers, region_offer
from knowledge.query import Query, run
from knowledge.references import Reference
from knowledge.snapshot import ROLE_ORDER, Snapshot

_MOST_LINES = 60
"""So many regions of a country get a line of their own."""

# Partnerships, regions, countries


def partnership_view(*detail_kinds: str) -> Callable[[Snapshot, Reference, datetime], View]:
    """A view of one partnership with its details of the given kinds (all when none is given)."""

    def view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
        partnership = _thing(snapshot, reference, "partnership")
        details = snapshot.details_of("partnership", partnership.id, *detail_kinds)
        rows = snapshot.by_partnership.get(partnership.id, ())
        data = {"partnership": partnership, "details": details, "rows": rows}
        about, leads, members = partnership_offers(snapshot, partnership.id)
        offers = (leads, members) if not detail_kinds else (about, leads, members)
        facts = (partnership, *details)
        return View(data, facts, "partnership", (partnership.id,), offers)

    return view


def region_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    region: Region = _thing(snapshot, reference, "region")
    rows = snapshot.by_region.get(region.id, ())
    data = {
        "region": region,
        "country": snapshot.countries[region.country],
        "rows": sorted(rows, key=lambda row: ROLE_ORDER[row.role]),
        "asked_country": reference.slot("country"),
    }
    offers = [o for row in rows[:2] for o in partnership_offers(snapshot, row.partnership)[:1]]
    ids = tuple(row.partnership for row in rows)
    return View(data, rows or snapshot.memberships[:1], "partnership", ids, tuple(offers))


def country_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    country: Country = _thing(snapshot, reference, "country")
    rows = snapshot.by_country.get(country.id, ())
    regions = sorted({row.region for row in rows}, key=lambda id: snapshot.regions[id].name)
    data = {
        "country": country,
        "rows": rows,
        "regions": regions,
        "by_region": {
            id: sorted(snapshot.by_region[id], key=lambda row: ROLE_ORDER[row.role])
            for id in regions[:_MOST_LINES]
        },
        "partnerships": sorted({row.partnership for row in rows}),
        "led": sorted({row.partnership for row in rows if row.role == "lead"}),
    }
    offers = tuple(region_offer(snapshot, id) for id in regions[:3])
    listed = tuple(regions[:MOST_LISTED])
    return View(data, rows or snapshot.memberships[:1], "region", listed, offers)


# Events


def event_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    event: Event = _thing(snapshot, reference, "event")
    details = snapshot.details_of("event", event.id)
    place = snapshot.countries[event.country].name if event.country else None
    data = {"event": event, "details": details, "country": place}
    offers = tuple(
        Offer(key, event.title, Reference(key, (("event", event.id),)))
        for key in ("event_about", "event_outcomes", "event_next_steps", "events_after")
        if key != reference.intent
    )
    return View(data, (event,), "event", (event.id,), offers[:3])


def events_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """Events in time: all, next, last, first, before or after another.

    Slots: ``kind`` (``milestone``, ``committee``, ``conference``, ``event``), ``year`` (ISO year
    or year-month), ``event`` for before and after. Days are compared in the zone of ``now``.
    """
    kind = reference.slot("kind") or "milestone"
    year = reference.slot("year") or ""
    wanted = kind
    if kind == "event" and reference.intent != "events_list":
        wanted = "milestone" if reference.intent == "events_first" else "gathering"
    wanted = "any" if year and kind in ("milestone", "event") else wanted
    chosen = [
        event
        for event in snapshot.events
        if event.begins.startswith(year) and is_of_kind(event, wanted)
    ]
    today = now.date()
    anchor = snapshot.things["event"].get(reference.slot("event") or "")
    past = [event for event in chosen if last_day(event) < today]
    ahead = [event for event in chosen if last_day(event) >= today]
    match reference.intent:
        case "events_next":
            shown = ahead[:1]
        case "events_last":
            shown = past[-1:]
        case "events_first":
            shown = chosen[:1]
        case "events_after" if anchor:
            shown = [e for e in chosen if e.begins > anchor.begins and e.id != anchor.id]
        case "events_before" if anchor:
            shown = [e for e in chosen if e.begins < anchor.begins and e.id != anchor.id]
        case _:
            shown = chosen
    data = {
        "events": shown,
        "kind": kind,
        "year": year,
        "anchor": anchor,
        "last": past[-1] if past else None,
        "country_names": {id: country.name for id, country in snapshot.countries.items()},
        "today": today,
    }
    offers = tuple(
        Offer("event_about", event.title, Reference("event_about", (("event", event.id),)))
        for event in shown[:3]
    )
    facts: tuple[Fact, ...] = tuple(shown) or tuple(past[-1:]) or snapshot.events[-1:]
    return View(data, facts, "event", tuple(event.id for event in shown), offers)


def is_of_kind(event: Event, kind: str) -> bool:
    """Whether an event counts when people say milestone, conference, committee or event."""
    match kind:
        case "committee":
            return "steering" in event.title.lower()
        case "conference":
            return event.kind == "conference" or "conference" in event.title.lower()
        case "milestone" | "meeting":
            return event.milestone
        case "gathering":
            return event.kind in ("meeting", "conference")
    return True


def last_day(event: Event) -> date:
    """The last day on which an event may still be running, as precisely as it is known."""
    text = event.end or event.start
    if text is None:
        return date.max
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


# Everything that is a text with a name: terms, organisations, figures, topics …


def card(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """A thing that is told by its text."""
    for kind, id in reference.slots:
        if kind in ("region", "country", "partnership", "event"):
            break  # these have views of their own
        if id in snapshot.things.get(kind, {}):
            thing = snapshot.thing(kind, id)
            details = snapshot.details_of(kind, id)
            mentions = snapshot.mentions_of.get(id, ()) if kind == "theme" else ()
            data = {"kind": kind, "thing": thing, "details": details, "mentions": mentions}
            return View(data, (thing, *mentions), kind, (id,), _linked(snapshot, kind, id))
    raise Impossible("that fact is not in the knowledge base")


def _linked(snapshot: Snapshot, kind: str, id: str) -> tuple[Offer, ...]:
    offers: list[Offer] = []
    for link in snapshot.links_of.get((kind, id), ()):
        if link.target_kind == "partnership":
            offers += partnership_offers(snapshot, link.target)[:2]
        elif link.target_kind == "event":
            slots = (("event", link.target),)
            title = snapshot.things["event"][link.target].title
            offers.append(Offer("event_about", title, Reference("event_about", slots)))
        elif link.target_kind == "region":
            offers.append(region_offer(snapshot, link.target))
        else:
            name = snapshot.things[link.target_kind][link.target].name
            slots = ((link.target_kind, link.target),)
            offers.append(Offer("card", name, Reference("card", slots)))
    return tuple(dict.fromkeys(offers))[:3]


def _thing(snapshot: Snapshot, reference: Reference, kind: str) -> Any:
    id = reference.slot(kind)
    try:
        return snapshot.things[kind][id or ""]
    except KeyError as error:
        raise Impossible(f"no {kind} {id!r} in the knowledge base") from error


def plain_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """Small talk and declines: the packs for their dates, and a few things to ask."""
    first = next(iter(snapshot.packs.values()))
    offers: list[Offer] = []
    for kind, id in reference.slots:
        if kind == "partnership" and id in snapshot.partnerships:
            offers += partnership_offers(snapshot, id)
        elif kind == "region" and id in snapshot.regions:
            offers.append(region_offer(snapshot, id))
        elif kind == "country" and id in snapshot.countries:
            about = Reference("country_about", (("country", id),))
            offers.append(Offer("country_about", snapshot.countries[id].name, about))
    data = {"packs": tuple(snapshot.packs.values()), "pack": first, "slots": dict(reference.slots)}
    return View(data, offers=tuple(offers[:4]) or examples(snapshot))


def examples(snapshot: Snapshot) -> tuple[Offer, ...]:
    """Questions to try, made from what the knowledge base holds."""
    offers: list[Offer] = []
    busiest = run(Query("region", "most"), snapshot)
    if busiest:
        offers.append(region_offer(snapshot, busiest[0].id))
    for id in list(snapshot.partnerships)[3:4]:
        offers += partnership_offers(snapshot, id)[:2]
    offers.append(Offer("events_next", "", Reference("events_next", (("kind", "milestone"),))))
    return tuple(offers)


VIEWS: Mapping[str, Callable[[Snapshot, Reference, datetime], View]] = {
    "find": find,
    "compare": compare,
    "card": card,
    "partnership_about": partnership_view(),
    "partnership_goal": partnership_view("goal"),
    "partnership_demo_cases": partnership_view("demo_case"),
    "partnership_focus": partnership_view(
        "market_segment",
        "application_area",
        "sector",
        "focus_area",
        "theme",
        "stakeholder",
        "challenge",
    ),
    "region_about": region_view,
    "region_country": region_view,
    "region_nuts": region_view,
    "region_place": region_view,
    "country_about": country_view,
    **dict.fromkeys(
        (
            "event_about",
            "event_when",
            "event_where",
            "event_organiser",
            "event_attendance",
            "event_outcomes",
            "event_next_steps",
        ),
        event_view,
    ),
    **dict.fromkeys(
        (
            "events_list",
            "events_next",
            "events_last",
            "events_first",
            "events_after",
            "events_before",
        ),
        events_view,
    ),
    **dict.fromkeys(
        (
            "greeting",
            "thanks",
            "farewell",
            "help",
            "identity",
            "wellbeing",
            "sources",
            "status_change",
            "not_recorded",
            "off_topic",
            "unknown",
            "too_long",
            "blank",
            "clarify",
        ),
        plain_view,
    ),
}
