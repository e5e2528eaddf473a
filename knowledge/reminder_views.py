"""What an answer to a request about reminders shows; to do it is up to the channel."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from knowledge.answer import Status
from knowledge.event_times import is_over
from knowledge.facts import Event
from knowledge.lead_times import NOT_POSSIBLE
from knowledge.moments import lead_said, leads_said, moment_said, span_said
from knowledge.occasions import begins_at
from knowledge.offers import Impossible, Offer, View
from knowledge.references import Reference
from knowledge.reminders import DEFAULT_LEADS, Lead, canonical
from knowledge.reminding import (
    MILESTONES,
    SERIES,
    Target,
    coming,
    exists,
    leads_of,
    name_of,
    occasion_of,
    reference,
    target_of,
    wider,
)
from knowledge.snapshot import Snapshot

_MOST_PARTNERSHIPS = 9
_CLOCK = "%H:%M"
_SETTINGS = ("off", "every", "until", "unread", "day")
_EVERY = frozenset({"off", "daily", "weekly"})


def remind_view(snapshot: Snapshot, wish: Reference, now: datetime) -> View:
    """What one is to be reminded of and when, or why that is not possible and what is."""
    notes = not_possible(wish)
    if region := wish.slot("region"):
        return _of_region(snapshot, region, notes)
    target = target_of(wish)
    if target is None:
        return _asked_back(snapshot, wish.slot("ask") or "which", now, notes)
    if not exists(snapshot, target):
        raise Impossible(f"no {target[0]} {target[1]!r} in the knowledge base")
    leads = _leads(wish)
    if target[0] == "event":
        return _of_event(snapshot, snapshot.things["event"][target[1]], wish, now, notes)
    name = name_of(snapshot, target)
    ahead = coming(snapshot, target, now)
    data = {"kind": target[0], "name": name, "spans": [lead_said(lead) for lead in leads], **notes}
    request = _request(wish, target)
    if wish.slot("next"):
        offer = Offer(f"remind_{target[0]}", name, reference("remind", target, leads_of(wish)))
        return View({**data, "state": "none"}, offers=(offer,))
    shown = {"next": _told(snapshot, ahead[0], leads, now)} if ahead else {"next": None}
    return View({**data, **shown, "state": "following"}, tuple(ahead[:1]), request=request)


def _of_event(
    snapshot: Snapshot, event: Event, wish: Reference, now: datetime, notes: Mapping[str, Any]
) -> View:
    leads = _leads(wish)
    data = {**_told(snapshot, event, leads, now), "event": event, **notes}
    if is_over(event, now) or event.status == "cancelled":
        target = wider(snapshot, event)
        name = name_of(snapshot, target)
        state = "cancelled" if event.status == "cancelled" else "over"
        offer = Offer(f"remind_{target[0]}", name, reference("remind", target))
        told = {**data, "state": state, "kind": target[0], "name": name}
        return View(told, (event,), "event", (event.id,), (offer,))
    request = _request(wish, ("event", event.id))
    return View({**data, "state": "event"}, (event,), "event", (event.id,), request=request)


def not_possible(wish: Reference) -> dict[str, Any]:
    """What was asked for that no reminder can do, and what is taken ``instead``, if anything."""
    notes: dict[str, Any] = {name: wish.slot(name) is not None for name in NOT_POSSIBLE}
    said = leads_of(wish)
    instead = leads_said(_leads(wish)) if any(notes.values()) else ""
    return {**notes, "instead": instead, "rest": bool(said)}


def _request(wish: Reference, target: Target) -> Reference:
    """What is to be done: the spans of a request, how they are meant, and what cannot be done."""
    kept = ("leads", "add", *NOT_POSSIBLE)
    return Reference("remind", (target, *(one for one in wish.slots if one[0] in kept)))


def _told(snapshot: Snapshot, event: Event, leads: Sequence[str], now: datetime) -> dict[str, Any]:
    """When an event begins and when its reminders come, in its own zone; None while not known."""
    wall = begins_at(occasion_of(snapshot, event))
    if wall is None:
        return {"event": event, "dated": False, "moments": []}
    moments = []
    for lead in leads:
        at = Lead.parse(lead).before(wall)
        moments.append({"span": lead_said(lead), "at": moment_said(at), "passed": at <= now})
    return {"event": event, "dated": True, "moments": moments}


def _of_region(snapshot: Snapshot, id: str, notes: Mapping[str, Any]) -> View:
    if id not in snapshot.regions:
        raise Impossible(f"no region {id!r} in the knowledge base")
    rows = snapshot.by_region.get(id, ())
    offers = [_offer(snapshot, ("partnership", row.partnership)) for row in rows]
    data = {"state": "region", "region": snapshot.regions[id].name, **notes}
    return View(data, offers=tuple(dict.fromkeys(offers)) or _everything(), status="clarify")


def _asked_back(snapshot: Snapshot, ask: str, now: datetime, notes: Mapping[str, Any]) -> View:
    """Of what? The commonest answers as choices."""
    if ask == "partnership":
        ids = list(snapshot.partnerships)[:_MOST_PARTNERSHIPS]
        offers = [_offer(snapshot, ("partnership", id)) for id in ids]
    else:
        offers = list(_everything())
        dated = [event for event in coming(snapshot, MILESTONES, now) if event.precision == "day"]
        offers[1:1] = [_offer(snapshot, ("event", event.id)) for event in dated[:1]]
        offers.append(Offer("remind_some", "", Reference("remind", (("ask", "partnership"),))))
    status: Status = "decline" if ask == "unknown" else "clarify"
    return View({"state": ask, **notes}, offers=tuple(offers), status=status)


def _everything() -> tuple[Offer, ...]:
    return tuple(
        Offer(f"of_{kind}", "", reference("remind", (kind, id)))
        for kind, id in (SERIES, MILESTONES)
    )


def _offer(snapshot: Snapshot, target: Target) -> Offer:
    return Offer(f"of_{target[0]}", name_of(snapshot, target), reference("remind", target))


def _leads(wish: Reference) -> tuple[str, ...]:
    try:
        return canonical(leads_of(wish)) or DEFAULT_LEADS
    except ValueError as error:
        raise Impossible(str(error)) from error


def stop_view(snapshot: Snapshot, wish: Reference, now: datetime) -> View:
    """Of what not to remind any more; that is known to the channel alone."""
    target = target_of(wish)
    if target is not None and not exists(snapshot, target):
        raise Impossible(f"no {target[0]} {target[1]!r} in the knowledge base")
    name = name_of(snapshot, target) if target is not None else ""
    kind = target[0] if target is not None else "all" if wish.slot("everything") else "which"
    spans = leads_said(_leads(wish)) if leads_of(wish) else ""
    return View({"kind": kind, "name": name, "spans": spans}, request=wish)


def settings_view(snapshot: Snapshot, wish: Reference, now: datetime) -> View:
    """Quiet hours, a digest, a snooze or the list: what was understood of it."""
    data: dict[str, Any] = {name: wish.slot(name) for name in _SETTINGS}
    data |= {"first": wish.slot("from"), "last": wish.slot("to"), "at": wish.slot("at")}
    for name in ("first", "last", "at"):
        if data[name] is not None:
            _check_clock(data[name])
    if data["every"] not in (None, *_EVERY) or data["until"] not in (None, "tomorrow"):
        raise Impossible("there is no such setting")
    try:
        data["span"] = span_said(wish.slot("for") or "0m")
    except ValueError as error:
        raise Impossible(str(error)) from error
    return View(data, request=wish)


def _check_clock(written: str) -> None:
    try:
        datetime.strptime(written, _CLOCK)  # noqa: DTZ007 - an hour of the day has no zone
    except ValueError as error:
        raise Impossible(f"{written!r} is no time") from error


REMINDER_VIEWS: Mapping[str, Callable[[Snapshot, Reference, datetime], View]] = {
    "remind": remind_view,
    "remind_stop": stop_view,
    **dict.fromkeys(
        ("remind_list", "remind_quiet", "remind_digest", "remind_snooze"), settings_view
    ),
}
