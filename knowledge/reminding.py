"""What one can be reminded of: events, series, partnerships and milestones, seen from now.

A target is what ``knowledge.reminders`` subscribes to, and its id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from knowledge.entries import COMMITTEE
from knowledge.event_times import is_committee, is_over, last_day
from knowledge.facts import Event
from knowledge.occasions import Occasion, begins, occasion
from knowledge.offers import Offer
from knowledge.references import Reference
from knowledge.reminders import matches
from knowledge.snapshot import Snapshot

ALL = "all"
"""The id of all milestones in a reference; a subscription to them has none."""

Target = tuple[str, str]
SERIES: Target = ("series", COMMITTEE)
"""The meetings of the Steering Committee; the series of the packs end in its key."""

MILESTONES: Target = ("milestones", ALL)

CANCELLED = "cancelled"
_ANY_ZONE = timedelta(days=2)
"""What has ended so long ago is over in every zone; no zone has to be looked up for it."""


def occasion_of(snapshot: Snapshot, event: Event) -> Occasion:
    """What reminders need of an event, with the partnerships it is about."""
    links = snapshot.links_of.get(("event", event.id), ())
    about = [link.target for link in links if link.target_kind == "partnership"]
    return occasion(event, about, snapshot.revision_of(event.id))


def is_ahead(event: Event, now: datetime) -> bool:
    """Whether an event is still to begin, and was not cancelled."""
    if last_day(event) < now.date() - _ANY_ZONE:
        return False
    begin = begins(occasion(event))
    ahead = begin > now if begin is not None else not is_over(event, now)
    return ahead and event.status != CANCELLED


def coming(snapshot: Snapshot, target: Target, now: datetime) -> list[Event]:
    """The events ahead that a subscription would be about, the next first."""
    kind, id = target
    return [
        event
        for event in snapshot.events
        if is_ahead(event, now) and matches(kind, id, occasion_of(snapshot, event))
    ]


def exists(snapshot: Snapshot, target: Target) -> bool:
    """Whether there is such a thing to subscribe to."""
    kind, id = target
    if kind in ("event", "partnership"):
        return id in snapshot.things[kind]
    return target in (SERIES, MILESTONES)


def name_of(snapshot: Snapshot, target: Target) -> str:
    """What an event or partnership is called; empty for what has a name in words only."""
    kind, id = target
    if kind == "event":
        return str(snapshot.things["event"][id].title)
    return snapshot.partnerships[id].short_name if kind == "partnership" else ""


def wider(snapshot: Snapshot, event: Event) -> Target:
    """What there is to follow instead of an event that is over: its series, a partnership, all."""
    about = occasion_of(snapshot, event)
    if is_committee(event):
        return SERIES
    known = sorted(id for id in about.partnerships if id in snapshot.partnerships)
    return ("partnership", known[0]) if len(known) == 1 else MILESTONES


def reference(intent: str, target: Target, leads: Sequence[str] = ()) -> Reference:
    """A request about a target, for a button or the memory of a chat."""
    slots = (target, ("leads", "+".join(leads))) if leads else (target,)
    return Reference(intent, slots)


def target_of(wish: Reference) -> Target | None:
    """The target of a request; None when it names none."""
    kinds = ("event", "series", "partnership", "milestones")
    return next(((kind, id) for kind, id in wish.slots if kind in kinds), None)


def leads_of(wish: Reference) -> tuple[str, ...]:
    """The spans of time of a request; none when it says none."""
    return tuple(lead for lead in (wish.slot("leads") or "").split("+") if lead)


def offers(
    snapshot: Snapshot, about: Reference, results: Sequence[str], now: datetime
) -> list[Offer]:
    """A reminder of what an answer is about, to be offered below it; none where none makes sense.

    Args:
        about: the reference that was answered.
        results: the ids of the events that the answer shows.
    """
    target: Target | None = None
    if about.intent.startswith("remind"):
        return []
    if (id := about.slot("event")) and id in snapshot.things["event"]:
        event = snapshot.things["event"][id]
        target = ("event", id) if not is_over(event, now) else wider(snapshot, event)
    elif about.intent in ("events_next", "events_last") and len(results) == 1:
        event = snapshot.things["event"][results[0]]
        target = ("event", event.id) if is_ahead(event, now) else wider(snapshot, event)
    elif about.intent.startswith("events_"):
        target = SERIES if about.slot("kind") == "committee" else MILESTONES
    elif (id := _partnership(about)) and id in snapshot.partnerships:
        target = ("partnership", id)
    if target is None:
        return []
    key = "remind" if target[0] == "event" else f"remind_{target[0]}"
    return [Offer(key, name_of(snapshot, target), reference("remind", target))]


def _partnership(about: Reference) -> str | None:
    """The one partnership that an answer is about; None when it is about none or several."""
    if about.query is None:
        return about.slot("partnership")
    named = {id for one in about.query.conditions for id in one.pattern.partnerships}
    return named.pop() if len(named) == 1 and about.query.subject == "region" else None
