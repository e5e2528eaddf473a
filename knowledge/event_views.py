"""The views of questions about events: one event, and events in time, seen from a clock."""

from collections.abc import Sequence
from datetime import date, datetime

from knowledge.event_filters import chosen_events, is_about, limits_of, wanted_kind
from knowledge.event_times import (
    GATHERINGS,
    NOT_HELD,
    UNSURE,
    first_day,
    is_committee,
    is_of_kind,
    is_over,
    is_running,
    last_day,
    on_now,
)
from knowledge.facts import Event, Fact
from knowledge.offers import Impossible, Offer, View
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold

_MONTH = len("2017-03")
MOST_LISTED = 25
"""More events than this are counted, not listed: a message has to be read."""


def event_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """One event, with what else is meant by its number in another series."""
    event = snapshot.things["event"].get(reference.slot("event") or "")
    if event is None:
        raise Impossible("no such event in the knowledge base")
    details = snapshot.details_of("event", event.id)
    namesakes = [
        other
        for other in snapshot.events
        if is_committee(event) and is_committee(other) and other.series != event.series
        if event.number is not None and other.number == event.number
    ]
    data = {
        "event": event,
        "details": details,
        "country": snapshot.countries[event.country].name if event.country else None,
        "ahead": first_day(event) > now.date(),
        "namesakes": namesakes,
        "fits": _fits(event, reference, snapshot),
        "mode": reference.slot("mode"),
        "asked_host": reference.slot("host") and (event.host or event.organiser),
    }
    further = ("event_about", "event_outcomes", "event_next_steps", "events_after")
    offers = tuple(
        Offer(key, event.title, Reference(key, (("event", event.id),)))
        for key in (further[:1] if data["ahead"] else further)
        if key != reference.intent
    )
    return View(data, (event,), "event", (event.id,), offers[:3])


def _fits(event: Event, reference: Reference, snapshot: Snapshot) -> bool | None:
    """Whether an event was in the year, at the place and of the host asked about; None: unknown."""
    asked = dict(reference.slots)
    if (event.place is None and asked.keys() & {"place", "country"}) or (
        "host" in asked and not (event.host or event.organiser)
    ):
        return None
    limits = limits_of(
        Reference("event_held", tuple((k, v) for k, v in asked.items() if k != "mode"))
    )
    country = asked.get("country")
    hosted = "host" not in asked or _is_host(event, asked["host"], snapshot)
    return all(limit(event) for limit in limits) and country in (None, event.country) and hosted


def _is_host(event: Event, asked: str, snapshot: Snapshot) -> bool:
    """Whether an event was hosted or organised by a thing (``kind/id``), by any of its names."""
    kind, _, id = asked.partition("/")
    thing = snapshot.things[kind].get(id)
    if thing is None:
        return False
    names = {thing.name, getattr(thing, "abbreviation", None)}
    names |= {a.text for a in snapshot.aliases if (a.kind, a.target) == (kind, id)}
    hosts = f" {fold(f'{event.host} {event.organiser} {event.place}')} "
    return any(f" {fold(name)} " in hosts for name in names if name)


def events_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """Events in time: all, next, last, first, before or after another.

    Slots: ``kind`` (``milestone``, ``committee``, ``conference``, ``meeting``, ``event``), ``year``
    (ISO year or year-month), ``from`` and ``to`` (ISO years, both included), ``place`` (folded),
    ``country``, ``event`` for before and after, ``number`` (of a committee's meeting), ``about``
    (``kind/id``), ``many`` (how many of the next or the last at most). Days are
    compared in the zone of ``now``.
    """
    kind = reference.slot("kind") or "milestone"
    today = now.date()
    anchor = snapshot.things["event"].get(reference.slot("event") or "")
    chosen = chosen_events(snapshot, reference, kind)
    until = snapshot.things["event"].get(reference.slot("until") or "")
    shown = _shown(reference, chosen, anchor, now)
    if until is not None:
        shown = [e for e in shown if e.begins < until.begins and e.id != until.id]
    wanted = wanted_kind(reference, kind)
    alike = [
        event
        for event in snapshot.events
        if is_of_kind(event, wanted) and is_about(event, reference, snapshot)
    ]
    past = _past(alike, now)
    coming = not shown and (reference.intent == "events_next" or _reaches(reference, today))
    period = bool(
        limits_of(reference) or anchor or reference.slot("country") or reference.slot("about")
    )
    following = _ahead(alike, now)[:1] if coming else []
    listed = shown[:MOST_LISTED]
    apart = reference.intent == "events_list" and not period
    later = {event.id for event in shown if apart and snapshot.is_later(event)}
    later = later if len(later) < len(shown) else set()
    data = {
        "events": [event for event in listed if event.id not in later],
        "later": [event for event in listed if event.id in later],
        "total": len(shown) - len(later),
        "total_later": len(later),
        "more": len(shown) - len(listed),
        "called_off": _called_off(snapshot, reference) if kind == "committee" else [],
        "series": _by_series(shown, now) if kind == "committee" else {},
        "kind": kind,
        "slots": dict(reference.slots),
        "limited": period,
        "running": bool(shown) and is_running(shown[0], now),
        "flagged": True,  # each line says so itself
        "anchor": anchor,
        "until": until,
        "at_edges": reference.slot("whether") and _at_edges(reference, shown),
        "last": past[-1] if past else None,
        "coming": coming,
        "following": following,
        "undated": _undated(alike if coming else chosen, today),
        "foreseen": [] if reference.slot("about") else _foreseen(snapshot, kind, today),
        "country_names": {id: country.name for id, country in snapshot.countries.items()},
        "today": today,
        "as_of": snapshot.founding.as_of,
    }
    offers = tuple(
        Offer("event_about", event.title, Reference("event_about", (("event", event.id),)))
        for event in listed[:3]
    )
    told = listed or following or past[-1:]
    facts: tuple[Fact, ...] = tuple(told) or snapshot.events[:1]
    return View(data, facts, "event", tuple(event.id for event in listed), offers)


def _at_edges(reference: Reference, events: Sequence[Event]) -> bool:
    """Whether what was between two months was in these months themselves, all of it."""
    months = {reference.slot("from") or "", reference.slot("to") or ""}
    if len(months) < 2 or any(len(month) != _MONTH for month in months):
        return False
    return all(e.status in NOT_HELD or e.begins[:_MONTH] in months for e in events)


def _reaches(reference: Reference, today: date) -> bool:
    """Whether the period asked about is not over."""
    until = reference.slot("to") or reference.slot("year")
    return until is not None and until >= today.isoformat()[: len(until)]


def _shown(
    reference: Reference, chosen: Sequence[Event], anchor: Event | None, now: datetime
) -> Sequence[Event]:
    many = int(reference.slot("many") or 1)
    match reference.intent:
        case "events_next":
            return _ahead(chosen, now)[:many]
        case "events_last":
            return _past(chosen, now)[-many:]
        case "events_first":
            return chosen[:1]
        case "events_after" if anchor:
            return [e for e in chosen if e.begins > anchor.begins and e.id != anchor.id]
        case "events_before" if anchor:
            return [e for e in chosen if e.begins < anchor.begins and e.id != anchor.id]
    return chosen


def _called_off(snapshot: Snapshot, reference: Reference) -> list[Event]:
    """Meetings of the committee that were planned and not held, in the period asked about."""
    limits = limits_of(reference)
    return [
        event
        for event in snapshot.events
        if is_committee(event)
        and event.status in NOT_HELD
        and all(limit(event) for limit in limits)
    ]


def _past(events: Sequence[Event], now: datetime) -> list[Event]:
    """What has been held and is over."""
    return [e for e in events if is_over(e, now) and e.status not in NOT_HELD | UNSURE]


def _ahead(events: Sequence[Event], now: datetime) -> list[Event]:
    """What is still to come, or on: not what may be over already for all that is known."""
    return [
        event
        for event in events
        if event.status not in NOT_HELD | UNSURE
        and event.start is not None
        and (first_day(event) > now.date() or event.precision == "day")
        and not is_over(event, now)
    ]


def _undated(events: Sequence[Event], today: date) -> list[Event]:
    """What is said to be in this month or year, or at a time to be confirmed, and may be ahead."""
    return [
        event
        for event in events
        if event.status not in NOT_HELD | {"held", "closed"}
        and event.precision != "day"
        and (event.start is None or (first_day(event) <= today <= last_day(event)))
        and event.status is not None
    ]


def _foreseen(snapshot: Snapshot, kind: str, today: date) -> list[Event]:
    """What is foreseen around the platform without being of the kind that was asked for."""
    if kind not in ("milestone", "event"):
        return []
    return [
        event
        for event in snapshot.events
        if event.status in UNSURE | {"planned", "announced"}
        and last_day(event) >= today
        and not event.milestone
    ]


def _by_series(events: Sequence[Event], now: datetime) -> dict[str, list[Event]]:
    """Meetings of the committee that were held, by series, in order of time."""
    series: dict[str, list[Event]] = {}
    for event in _past(events, now):
        series.setdefault(event.series or "", []).append(event)
    return series


def now_view(snapshot: Snapshot, reference: Reference, now: datetime) -> View:
    """What is on, or begins within a day."""
    found = on_now(snapshot.events, now)
    gatherings = [event for event in snapshot.events if event.kind in GATHERINGS]
    following = _ahead(gatherings, now)[:1]
    last = _past(gatherings, now)[-1:]
    data = {
        "events": found,
        "following": following,
        "last": last,
        "country_names": {id: country.name for id, country in snapshot.countries.items()},
        "today": now.date(),
    }
    facts = tuple(found) or tuple(following) or tuple(last) or snapshot.events[:1]
    return View(data, facts, "event", tuple(event.id for event in found))
