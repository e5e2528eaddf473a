"""Writes events as calendar files (RFC 5545, 7986): one event, or a feed to subscribe to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from unicodedata import category

from icalendar import Alarm, Calendar, vCalAddress, vDDDTypes, vDuration
from icalendar import Event as VEvent

from knowledge.entries import Entry
from knowledge.facts import Event
from knowledge.ics_zones import vtimezone
from knowledge.occasions import WHOLE_DAY_BEGINS
from knowledge.reminders import Lead
from knowledge.snapshot import Snapshot
from knowledge.zones import instant, zone_of

DOMAIN = "events.s3p-industry.invalid"
"""What makes the names of events (UID) ours; ``.invalid`` is a domain that nobody can own."""

PRODUCT = "-//S3P-Industry assistant//Events//EN"
REFRESH = timedelta(hours=6)
"""How often a calendar should look for news; most take longer."""

_TENTATIVE = frozenset({"tentative", "postponed", "expected", "proposed"})
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_PLATFORM = "S3P-Industry"
_NOBODY = "invalid:nomail"
"""The address of an organiser whose mail address is not known: none is ever made up."""


@dataclass(frozen=True, slots=True)
class Written:
    """A calendar file, and the titles of events that it cannot hold: their day is not known."""

    content: bytes
    events: int
    left_out: tuple[str, ...]


def uid_of(event: str, snapshot: Snapshot) -> str:
    """The name of an event in calendars; it never changes."""
    live = snapshot.live.get(event)
    return (live.uid if live is not None else None) or f"{event}@{DOMAIN}"


def write_event(event: Event, snapshot: Snapshot, *, page: str | None = None) -> Written:
    """A file of one event; that of a cancelled one takes it out of a calendar.

    Args:
        page: the address of a page about it, for events without a link of their own.
    """
    method = "CANCEL" if event.status == "cancelled" else "PUBLISH"
    return write_events([event], snapshot, method=method, pages=lambda _: page)


def write_events(
    events: Iterable[Event],
    snapshot: Snapshot,
    *,
    method: str = "PUBLISH",
    name: str | None = None,
    pages: Callable[[str], str | None] = lambda _: None,
    alarms: Mapping[str, Sequence[str]] | None = None,
) -> Written:
    """A file of several events, the same for the same knowledge.

    Args:
        method: PUBLISH, or CANCEL when all are cancelled.
        name: what calendars call the feed; the file then tells how often to look for news.
        pages: the address of a page about an event, by its id.
        alarms: by id, how long before an event to sound, as in subscriptions (``1d``).
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    if name is not None:
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
        every = vDuration(REFRESH)
        every.params["VALUE"] = "DURATION"
        calendar.add("REFRESH-INTERVAL", every)
        calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    events = list(events)
    dated = [event for event in events if is_dated(event)]
    left_out = [event.title for event in events if not is_dated(event)]
    for zone, years in _years_of_zones(dated).items():
        calendar.add_component(vtimezone(zone, min(years), max(years)))
    for event in dated:
        leads = (alarms or {}).get(event.id, ())
        page = event.link or pages(event.id)
        calendar.add_component(_component(event, snapshot, page, leads))
    return Written(calendar.to_ical(), len(dated), tuple(left_out))


def is_dated(event: Event) -> bool:
    """Whether the day of an event is known: only then a calendar can hold it."""
    return event.start is not None and event.precision == "day"


def _component(event: Event, snapshot: Snapshot, page: str | None, leads: Sequence[str]) -> VEvent:
    component = VEvent()
    changed = changed_at(event, snapshot)
    component.add("UID", uid_of(event.id, snapshot))
    # The moment of the last change, not of writing: the same facts make the same file.
    component.add("DTSTAMP", changed)
    component.add("LAST-MODIFIED", changed)
    component.add("SEQUENCE", snapshot.revision_of(event.id))
    component.add("STATUS", _status(event, snapshot))
    component.add("SUMMARY", _plain(event.title))
    start, end = times_of(event)
    component.add("DTSTART", start)
    if end is not None:
        component.add("DTEND", end)
    if place := place_of(event, snapshot):
        component.add("LOCATION", place)
    component.add("DESCRIPTION", _plain("\n\n".join(_described(event, snapshot)), lines=True))
    if page:
        component.add("URL", _plain(page))
    organiser = vCalAddress(_NOBODY)
    organiser.params["CN"] = _plain(event.host or event.organiser or _PLATFORM).replace('"', "'")
    component.add("ORGANIZER", organiser)  # whoever publishes or cancels must name one (RFC 5546)
    component.add("TRANSP", "OPAQUE" if isinstance(start, datetime) else "TRANSPARENT")
    for lead in leads:
        component.add_component(_alarm(event, lead))
    return component


def _status(event: Event, snapshot: Snapshot) -> str:
    if event.status == "cancelled":
        return "CANCELLED"
    live = snapshot.live.get(event.id)
    is_open = event.status in _TENTATIVE or (live is not None and live.hours_open)
    return "TENTATIVE" if is_open or not event.confirmed else "CONFIRMED"


def times_of(event: Event | Entry) -> tuple[date | datetime, date | datetime | None]:
    """Beginning and end of an event whose day is known, as a file has them.

    They are days (the end is the one after the last), or moments on the clocks of the place.
    """
    first = date.fromisoformat(event.start or "")
    last = date.fromisoformat(event.end or event.start or "")
    if event.start_time is None:
        return first, last + timedelta(days=1)
    zone = zone_of(event.zone, event.country)
    start = instant(first, time.fromisoformat(event.start_time), zone)
    if event.end_time is None:
        return start, instant(last + timedelta(days=1), time(0), zone) if last > first else None
    at = time.fromisoformat(event.end_time)
    end = instant(last, at, zone)
    return start, end if end > start else instant(last + timedelta(days=1), at, zone)


def _alarm(event: Event, lead: str) -> Alarm:
    """A sound as long before an event as a reminder would come."""
    span = Lead.parse(lead)
    before = timedelta(days=span.days, minutes=span.minutes)
    if event.start_time is None:
        # Calendars count from midnight, reminders from when a day begins.
        before -= timedelta(hours=WHOLE_DAY_BEGINS.hour, minutes=WHOLE_DAY_BEGINS.minute)
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _plain(event.title))
    alarm.add("TRIGGER", vDDDTypes(-before))
    return alarm


def place_of(event: Event | Entry, snapshot: Snapshot) -> str | None:
    """The place of an event with its country, as a file has it."""
    if not event.place:
        return None
    country = snapshot.countries.get(event.country or "")
    if country is None or country.name in event.place:
        return _plain(event.place)
    return _plain(f"{event.place}, {country.name}")


def _described(event: Event, snapshot: Snapshot) -> Iterable[str]:
    if event.text:
        yield event.text
    if event.note:
        yield event.note
    pack = snapshot.packs[event.pack]
    on_page = event.source.startswith("http") or event.id in snapshot.live
    yield f"Source: {event.source}" if on_page else f"Source: {event.source}, {pack.label}"


def changed_at(event: Event, snapshot: Snapshot) -> datetime:
    """When an event was last changed, or collected."""
    live = snapshot.live.get(event.id)
    if live is not None:
        return datetime.fromtimestamp(live.changed, UTC)
    return datetime.fromisoformat((event.as_of + "-01-01")[:10]).replace(tzinfo=UTC)


def _years_of_zones(events: Iterable[Event]) -> dict[str, set[int]]:
    years: dict[str, set[int]] = {}
    for event in events:
        if event.start_time is not None:
            zone = zone_of(event.zone, event.country).key
            if zone != "UTC":
                days: tuple[Any, ...] = (event.start, event.end or event.start)
                years.setdefault(zone, set()).update(int(day[:4]) for day in days)
    return dict(sorted(years.items()))


def _plain(text: str, *, lines: bool = False) -> str:
    """A text without control characters, which no calendar may hold."""

    def harmless(char: str) -> bool:
        return category(char) not in _CONTROL or (lines and char == "\n")

    return "".join(char if harmless(char) else " " for char in text).strip()
