"""What reminders need of an event, and when it begins and ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from knowledge.zones import instant, zone_of

WHOLE_DAY_BEGINS = time(9)
"""An event without hours is reminded of as if it began then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What reminders need of an event; the names are those of ``knowledge.facts.Event``.

    ``partnerships`` are the ids of those it is about, ``revision`` rises when organisers change
    its time, place or status.
    """

    id: str
    title: str = ""
    milestone: bool = False
    start: str | None = None
    end: str | None = None
    precision: str = "unknown"
    start_time: str | None = None
    end_time: str | None = None
    zone: str | None = None
    country: str | None = None
    place: str | None = None
    link: str | None = None
    status: str | None = None
    series: str | None = None
    partnerships: frozenset[str] = frozenset()
    revision: int = 0

    @classmethod
    def organised(cls, id: str, values: Mapping[str, Any], revision: int) -> "Occasion":
        """An event as organisers keep it: fields by name, those that are not set left out."""
        own = {name: value for name, value in values.items() if name in _FIELDS}
        about = frozenset((*values.get("partnerships", ()), *scopes(values.get("scope"))))
        return cls(id=id, partnerships=about, revision=revision, **own)


_FIELDS = frozenset(field.name for field in fields(Occasion)) - {"id", "partnerships", "revision"}


def occasion(event: Any, about: Iterable[str] = (), revision: int = 0) -> Occasion:
    """What reminders need of an event of the knowledge base.

    Args:
        event: a ``knowledge.facts.Event``.
        about: ids of partnerships that it is linked to; those in its ``scope`` are added.
    """
    own = {name: getattr(event, name) for name in _FIELDS}
    partnerships = frozenset((*about, *scopes(event.scope)))
    return Occasion(id=event.id, partnerships=partnerships, revision=revision, **own)


def scopes(scope: str | None) -> list[str]:
    """The ids in the scope of an event, which are parted by semicolons."""
    return [part.strip() for part in (scope or "").split(";") if part.strip()]


class WallTime(NamedTuple):
    """What clocks of a zone show on a day, whether or not a change skips it."""

    day: date
    at: time
    zone: ZoneInfo

    @property
    def instant(self) -> datetime:
        return instant(self.day, self.at, self.zone)


def begins_at(event: Occasion) -> WallTime | None:
    """The wall time at which an event begins; None while no day is known."""
    if event.start is None or event.precision != "day":
        return None
    at = time.fromisoformat(event.start_time) if event.start_time else WHOLE_DAY_BEGINS
    return WallTime(date.fromisoformat(event.start), at, zone_of(event.zone, event.country))


def begins(event: Occasion) -> datetime | None:
    """When an event begins, in its own zone; None while no day is known."""
    wall = begins_at(event)
    return wall.instant if wall is not None else None


def ends(event: Occasion) -> datetime | None:
    """When an event ends; without an hour, with its last day.

    An end that is not after the beginning is one after midnight.
    """
    wall = begins_at(event)
    if wall is None or event.start is None:
        return None
    last, day = date.fromisoformat(event.end or event.start), timedelta(days=1)
    if event.end_time is None:
        return instant(last + day, time(0), wall.zone)
    at = time.fromisoformat(event.end_time)
    end = instant(last, at, wall.zone)
    return end if end > wall.instant else instant(last + day, at, wall.zone)


def remindable(event: Occasion) -> bool:
    """Whether there is a day to be reminded of: not when it was cancelled or postponed.

    An event postponed to a day that is known is planned again, whatever it was called meanwhile.
    """
    return event.status not in ("cancelled", "postponed") and begins(event) is not None
