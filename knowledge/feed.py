"""A calendar to subscribe to: the events that somebody follows, or all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.facts import Event
from knowledge.ics_writer import changed_at, is_dated, write_events
from knowledge.reminders import DEFAULT_LEADS, canonical, matches
from knowledge.reminding import is_ahead, occasion_of
from knowledge.snapshot import Snapshot

Follow = tuple[str, str, Sequence[str]]
"""A subscription: its kind and target, and how long before an event its reminders come."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar, and when the newest change of one of its events was."""

    content: bytes
    changed: datetime


def followed(snapshot: Snapshot, follows: Sequence[Follow]) -> list[tuple[Event, tuple[str, ...]]]:
    """The events of a feed, past and cancelled ones too, each with the spans before it.

    Args:
        follows: without any, all events are meant.
    """
    if not follows:
        return [(event, DEFAULT_LEADS) for event in snapshot.events]
    found = []
    for event in snapshot.events:
        about = occasion_of(snapshot, event)
        meant = [leads for kind, target, leads in follows if matches(kind, target, about)]
        if meant:
            found.append((event, canonical(lead for leads in meant for lead in leads)))
    return found


def write_feed(
    snapshot: Snapshot,
    follows: Sequence[Follow],
    *,
    name: str,
    alarms: bool,
    pages: Callable[[str], str | None],
    today: datetime,
) -> Feed:
    """The calendar; the same for the same knowledge, wishes and day.

    Args:
        name: what calendars call it.
        alarms: let events sound as long before as reminders would come.
        pages: the address of a page about an event, by its id.
        today: the beginning of the day; what began before it sounds no more.
    """
    events = followed(snapshot, follows)
    sounding = {event.id: leads for event, leads in events if alarms and is_ahead(event, today)}
    shown = [event for event, _ in events]
    written = write_events(shown, snapshot, name=name, pages=pages, alarms=sounding)
    changes = [changed_at(event, snapshot) for event in shown if is_dated(event)]
    return Feed(written.content, max(changes, default=datetime.fromtimestamp(0, UTC)))
