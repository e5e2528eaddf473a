"""Looks up, in the frozen snapshot, what each intent's answer needs: pure functions, no wording.

``VIEWS[intent](snapshot, reference, now)`` gives a ``View`` for the template of the same name.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from knowledge.answer import MOST_LISTED
from knowledge.event_views import event_view, events_view, now_view
from knowledge.facts import Country, Fact, Region
from knowledge.membership_views import compare, find
from knowledge.newer_views import newer_view, since_view, size_view
from knowledge.offers import Impossible, Offer, View, partnership_offers, region_offer
from knowledge.query import Query, run
from knowledge.references import ALSO, Reference
from knowledge.reminder_views import REMINDER_VIEWS
from knowledge.since import of_partnership, of_region, of_thing
from knowledge.snapshot import ROLE_ORDER, Snapshot

_MOST_LINES = 60
"""So many regions of a country get a line of their own."""

# Partnerships, regions, countries


def partnership_view(*detail_kinds: str) -> Callable[[Snapshot, Reference, datetime], View]:
    """A view of one partnership with its details of the given kinds (all when none is given)."""

    def view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
        partnership = _thing(snapshot, reference, "partnership")
        newer = snapshot.is_later(partnership)
        details = snapshot.details_of("partnership", partnership.id, *detail_kinds)
        rows = (snapshot.with_newer if newer else snapshot).rows("partnership", partnership.id)
        data = {
            "partnership": partnership,
            "details": details,
            "rows": rows,
            "newer": newer,
            "developments": snapshot.developments_of.get(("partnership", partnership.id), ()),
        }
        about, leads, members = partnership_offers(snapshot, partnership.id)
        offers = (leads, members) if not detail_kinds else (about, leads, members)
        facts = (partnership, *details)
        if reference.intent == "partnership_page":
            facts = tuple(one for one in data["developments"] if one.url or one.page) or facts
        told = not newer and (not detail_kinds or reference.intent == "partnership_start")
        since = of_partnership(snapshot, partnership.id) if told else None
        return View(data, facts, "partnership", (partnership.id,), offers, since)

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
    offers.append(_country_offer(snapshot, region.country))
    ids = tuple(row.partnership for row in rows)
    facts = rows or snapshot.memberships[:1]
    since = of_region(snapshot, region.id) if reference.intent == "region_about" else None
    return View(data, facts, "partnership", ids, tuple(offers), since)


def _country_offer(snapshot: Snapshot, id: str) -> Offer:
    about = Reference("country_about", (("country", id),))
    return Offer("country_about", snapshot.countries[id].name, about)


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
    inside = [id for id, one in snapshot.regions.items() if one.country == country.id]
    since = of_region(snapshot, *inside)
    return View(data, rows or snapshot.memberships[:1], "region", listed, offers, since)


# Everything that is a text with a name: terms, organisations, figures, topics …


def card(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """A thing that is told by its text, or a few of them side by side.

    What is told "also" may have been meant as well, and stands behind the rest.
    """
    told = []
    facts: list[Fact] = []
    for slot, value in reference.slots:
        kind, _, id = value.partition("/") if slot == ALSO else (slot, "", value)
        if kind in ("region", "country", "partnership", "event"):
            break  # these have views of their own
        if id in snapshot.things.get(kind, {}):
            thing = snapshot.thing(kind, id)
            mentions = snapshot.mentions_of.get(id, ()) if kind == "theme" else ()
            told.append((kind, thing, snapshot.details_of(kind, id), mentions))
            facts += (thing, *mentions)
    if not told:
        raise Impossible("that fact is not in the knowledge base")
    kind, id = reference.slots[0]
    meant = tuple(id for slot, id in reference.slots if slot != ALSO)
    data = {"told": told, "also_from": len(meant)}
    if len(meant) > 1:
        return View(data, tuple(facts), kind, meant)
    offers, since = _linked(snapshot, kind, id), of_thing(snapshot, kind, id)
    return View(data, tuple(facts), kind, meant, offers, since)


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
    first = snapshot.founding
    offers: list[Offer] = []
    for kind, id in reference.slots:
        if kind == "partnership" and id in snapshot.partnerships:
            if of_partnership(snapshot, id):
                news = Reference("partnership_since", (("partnership", id),))
                offers.append(
                    Offer("partnership_since", snapshot.partnerships[id].short_name, news)
                )
            offers += partnership_offers(snapshot, id)
        elif kind == "region" and id in snapshot.regions:
            offers.append(region_offer(snapshot, id))
        elif kind == "country" and id in snapshot.countries:
            offers.append(_country_offer(snapshot, id))
    data = {"packs": tuple(snapshot.packs.values()), "pack": first, "slots": dict(reference.slots)}
    return View(data, offers=tuple(offers[:4]) or examples(snapshot))


def examples(snapshot: Snapshot) -> tuple[Offer, ...]:
    """Questions to try, made from what the knowledge base holds."""
    offers: list[Offer] = []
    busiest = run(Query("region", "most"), snapshot)
    if busiest:
        offers.append(region_offer(snapshot, busiest[0].id))
    for id in list(snapshot.founding_partnerships)[3:4]:
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
    "partnership_since": since_view,
    "partnership_start": partnership_view("start"),
    "partnership_qualified": partnership_view("start"),
    "partnership_initiators": partnership_view("start"),
    "partnership_page": partnership_view("page"),
    "partnerships_newer": newer_view,
    "partnerships_size": size_view,
    "region_about": region_view,
    "region_country": region_view,
    "region_nuts": region_view,
    "region_place": region_view,
    "country_about": country_view,
    **dict.fromkeys(
        (
            "event_about",
            "event_held",
            "event_cancelled",
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
    "events_now": now_view,
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
    **REMINDER_VIEWS,
}
