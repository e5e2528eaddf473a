"""When an event begins and ends, whether it is on or over, and what it is called by people."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from knowledge.entries import COMMITTEE
from knowledge.facts import Event
from knowledge.occasions import begins, ends, occasion
from knowledge.zones import instant, zone_of

NOT_HELD = frozenset({"cancelled", "postponed"})
UNSURE = frozenset({"expected", "proposed", "tentative"})
_DAYS_REMEMBERED = 4096
"""Dates of events, which every question about events looks at time and again."""
GATHERINGS = frozenset({"meeting", "conference"})


def is_over(event: Event, now: datetime) -> bool:
    """Whether an event has ended; one without a day when its month or year has."""
    last = last_day(event)
    if abs((last - now.date()).days) > 1 or event.precision != "day":
        return last < now.date()  # no zone makes more than a day's difference
    return ends_at(event) <= now


def is_running(event: Event, now: datetime) -> bool:
    """Whether an event whose day is known is on at this moment."""
    return event.precision == "day" and starts_at(event) <= now and not is_over(event, now)


def on_now(events: Sequence[Event], now: datetime) -> list[Event]:
    """The events that run at this moment or begin within a day; calls are open, not on.

    Hours are those of the event's own zone; an event without hours takes its whole days there.
    """
    soon = now + timedelta(days=1)
    return [
        event
        for event in events
        if event.precision == "day"
        and event.kind != "call"
        and event.status not in NOT_HELD | UNSURE
        and not is_over(event, now)
        and starts_at(event) <= soon
    ]


def starts_at(event: Event) -> datetime:
    """The beginning of an event whose day is known, without hours that of the day at its place."""
    if event.start_time:
        return begins(occasion(event)) or datetime.max.replace(tzinfo=UTC)
    return instant(first_day(event), time(0), zone_of(event.zone, event.country))


def ends_at(event: Event) -> datetime:
    """The end of an event whose day is known; without an hour, that of its last day there."""
    return ends(occasion(event)) or datetime.max.replace(tzinfo=UTC)


def is_of_kind(event: Event, kind: str) -> bool:
    """Whether an event counts when people say milestone, conference, committee or event."""
    match kind:
        case "committee":
            return is_committee(event) and event.status not in NOT_HELD
        case "conference":
            return event.kind == "conference" or "conference" in event.title.lower()
        case "milestone":
            return event.milestone
        case "gathering":
            return event.kind in GATHERINGS
    return True


def is_committee(event: Event) -> bool:
    """Whether an event is a meeting of a Steering Committee, of whichever series."""
    # A series of its own has a key that ends so; packs without series say it in the title.
    return (event.series or "").endswith(COMMITTEE) or (
        event.series is None and "steering" in event.title.lower()
    )


def first_day(event: Event) -> date:
    """The first day on which an event may begin, as precisely as it is known."""
    return _first_day(event.start)


def last_day(event: Event) -> date:
    """The last day on which an event may still be running, as precisely as it is known."""
    return _last_day(event.end or event.start)


@lru_cache(maxsize=_DAYS_REMEMBERED)
def _first_day(text: str | None) -> date:
    return date.max if text is None else date.fromisoformat((text + "-01-01")[:10])


@lru_cache(maxsize=_DAYS_REMEMBERED)
def _last_day(text: str | None) -> date:
    if text is None:
        return date.max
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
