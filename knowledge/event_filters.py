"""Which events a question speaks of: of a kind and a period, at a place, about something."""

from collections.abc import Callable

from knowledge.event_times import first_day, is_of_kind, last_day
from knowledge.facts import Event
from knowledge.occasions import scopes
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold

Limit = Callable[[Event], bool]
_WHOLE_DATE = len("2017-03-17")


def chosen_events(snapshot: Snapshot, reference: Reference, kind: str) -> list[Event]:
    """The events a question speaks of, before the clock or another event has a say."""
    wanted = wanted_kind(reference, kind)
    limits = limits_of(reference)
    country, number = reference.slot("country"), reference.slot("number")
    return [
        event
        for event in snapshot.events
        if is_of_kind(event, wanted)
        and all(limit(event) for limit in limits)
        and (country is None or event.country == country)
        and (number is None or str(event.number) == number)
        and is_about(event, reference, snapshot)
    ]


def is_about(event: Event, reference: Reference, snapshot: Snapshot) -> bool:
    """Whether an event was about the thing asked for (``kind/id``), if one is."""
    about = reference.slot("about")
    links = snapshot.links_of.get(("event", event.id), ())
    matters = {f"{link.target_kind}/{link.target}" for link in links}
    matters |= {f"partnership/{id}" for id in scopes(event.scope)}
    return about is None or about in matters


def wanted_kind(reference: Reference, kind: str) -> str:
    """The kind that is meant by what people call it: of a year, "milestones" are all events."""
    limited = bool(limits_of(reference) or reference.slot("about"))
    if limited and kind in ("milestone", "event"):
        return "any"
    if kind == "event" and reference.intent != "events_list":
        return "milestone" if reference.intent == "events_first" else "gathering"
    if kind == "meeting":
        return "gathering"
    return kind


def limits_of(reference: Reference) -> list[Limit]:
    """Tests for the period and the place asked about."""
    year, first, last, place = map(reference.slot, ("year", "from", "to", "place"))
    limits: list[Limit] = []
    if year and len(year) == _WHOLE_DATE:
        limits.append(lambda event: event.precision == "day" and _runs_on(event, year))
    elif year:
        limits.append(lambda event: event.begins.startswith(year))
    if _WHOLE_DATE in (len(first or ""), len(last or "")):
        limits.append(lambda event: _is_between(event, first or "", last or "9"))
    else:
        if first:
            limits.append(lambda event: event.begins[: len(first)] >= first)
        if last:
            limits.append(lambda event: event.begins[: len(last)] <= last)
    if series := reference.slot("series"):
        limits.append(lambda event: (event.series or "").startswith(series))
    if called := reference.slot("called"):
        limits.append(lambda event: called in fold(event.title).replace(" ", "-"))
    if mode := reference.slot("mode"):
        limits.append(lambda event: event.mode == ("online" if mode == "online" else "in_person"))
    if place:
        limits.append(lambda event: place in fold(event.place or "").replace(" ", "-"))
    return limits


def _is_between(event: Event, first: str, last: str) -> bool:
    """Whether an event was on any of these days; one whose day is not known: surely so."""
    if event.start is None:
        return False
    if event.precision == "day":
        return event.begins[: len(last)] <= last and (event.end or event.begins) >= first
    return first_day(event).isoformat() >= first and last_day(event).isoformat() <= last


def _runs_on(event: Event, day: str) -> bool:
    return event.begins <= day <= (event.end or event.begins)
