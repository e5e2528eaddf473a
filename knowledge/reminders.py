"""When whom to remind of what: spans before an event, quiet hours, digests; pure.

All moments are aware. Weeks and days before an event mean the same wall clock so many days before
it, in the event's own zone; hours and minutes are elapsed time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from knowledge.occasions import Occasion, WallTime, begins_at, ends, remindable
from knowledge.zones import instant

NEAR = timedelta(hours=24)
"""A change or cancellation of an event that begins within this passes quiet hours, silently."""

DEFAULT_LEADS = ("1w", "1d")

KINDS = ("event", "series", "partnership", "milestones")
"""What one can subscribe to."""

_MOST_DAYS = 366
_LEAD = re.compile(r"([0-9]{1,5})\s*([wdhm])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lead:
    """A span before an event: so many calendar days, or so many elapsed minutes."""

    days: int = 0
    minutes: int = 0

    @classmethod
    def parse(cls, written: str) -> "Lead":
        """Reads ``2w``, ``1d``, ``3h`` or ``15m``.

        Raises:
            ValueError: it is no such span, or longer than a year.
        """
        found = _LEAD.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written!r} is no span of time like 2w, 1d, 3h or 15m")
        number, unit = int(found[1]), found[2].lower()
        lead = {
            "w": cls(days=7 * number),
            "d": cls(days=number),
            "h": cls(minutes=60 * number),
            "m": cls(minutes=number),
        }[unit]
        if lead.days > _MOST_DAYS or lead.minutes > _MOST_DAYS * 24 * 60:
            raise ValueError(f"{written!r} is more than a year")
        return lead

    def __str__(self) -> str:
        """The shortest way to write it, so that each span has one spelling (``7d`` is ``1w``)."""
        if self.days:
            return f"{self.days}d" if self.days % 7 else f"{self.days // 7}w"
        hours, minutes = divmod(self.minutes, 60)
        return f"{hours}h" if hours and not minutes else f"{self.minutes}m"

    def before(self, begins: WallTime) -> datetime:
        """The moment this long before an event begins, in its zone."""
        if self.days:
            return begins._replace(day=begins.day - timedelta(days=self.days)).instant
        earlier = begins.instant.astimezone(UTC) - timedelta(minutes=self.minutes)
        return earlier.astimezone(begins.zone)


def canonical(leads: Iterable[str]) -> tuple[str, ...]:
    """Spans in their one spelling, each once, the longest first.

    Raises:
        ValueError: one of them is no span.
    """
    found = {Lead.parse(lead) for lead in leads}
    return tuple(str(one) for one in sorted(found, key=lambda one: -_length(one)))


def _length(lead: Lead) -> int:
    return lead.days * 24 * 60 + lead.minutes


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in which a chat is not to be woken: from the one until before the other."""

    start: time
    end: time

    def around(self, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Beginning and end (UTC) of the quiet hours that a moment lies in; None when in none."""
        if self.start == self.end:
            return None
        over_night = timedelta(days=self.end < self.start)
        today = at.astimezone(zone).date()
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            first = instant(day, self.start, zone).astimezone(UTC)
            last = instant(day + over_night, self.end, zone).astimezone(UTC)
            if first <= at.astimezone(UTC) < last:
                return first, last
        return None


@dataclass(frozen=True, slots=True)
class Listener:
    """How a chat wants to be told of things: its zone, quiet hours and digest."""

    zone: ZoneInfo
    quiet: Quiet | None = None
    digest: Literal["off", "daily", "weekly"] = "off"
    digest_at: time = time(8)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of an event: its span, when it is due, until when it is of use, how loud."""

    lead: str
    due: datetime
    until: datetime
    silent: bool = False


def plan(
    event: Occasion, leads: Iterable[str], listener: Listener, *, now: datetime
) -> tuple[Reminder, ...]:
    """The reminders of an event, the first due first; none when there is nothing to remind of.

    Their moments are in the event's zone.

    Those whose time has passed are among them (``due`` is not after ``now``): whoever subscribes
    late does not get them, but one that was planned before and is late still goes out.
    """
    wall, end = begins_at(event), ends(event)
    if wall is None or end is None or not remindable(event):
        return ()
    start = wall.instant
    found = []
    for lead in map(Lead.parse, canonical(leads)):
        # Moments of one zone are compared by their wall times, of which some come twice.
        own = lead.before(wall).astimezone(UTC)
        gathered = _digest_before(own, listener) if lead.days else None
        if gathered is not None and gathered > now:
            due, _ = hushed(gathered, start, listener, now=now)
            found.append(Reminder(str(lead), due, end, silent=True))
        else:
            due, silent = hushed(own, start, listener, now=now)
            found.append(Reminder(str(lead), due, end, silent))
    ordered = sorted(found, key=lambda reminder: reminder.due)
    return tuple(replace(one, due=one.due.astimezone(wall.zone)) for one in ordered)


def hushed(
    due: datetime, begins: datetime, listener: Listener, *, now: datetime
) -> tuple[datetime, bool]:
    """When to tell something that is due, and whether silently, with respect to quiet hours.

    It waits for their end. If the event begins by then it comes before they begin; where that has
    passed already, it comes in them, silently.
    """
    hours = listener.quiet.around(due, listener.zone) if listener.quiet is not None else None
    if hours is None:
        return due, False
    first, last = hours
    if last < begins:
        return last, False
    return (first, False) if first > now else (due, True)


def notice(begins: datetime | None, listener: Listener, *, now: datetime) -> tuple[datetime, bool]:
    """When to tell of a change or cancellation, and whether silently.

    Args:
        begins: the earliest beginning that people may go by, the old or the new one.
    """
    if begins is None:
        begins = now + 30 * NEAR  # nobody is on the way to it
    hours = listener.quiet.around(now, listener.zone) if listener.quiet is not None else None
    if hours is None:
        return now, False
    if begins.astimezone(UTC) - now <= NEAR or begins <= hours[1]:
        return now, True
    return hours[1], False


def _digest_before(due: datetime, listener: Listener) -> datetime | None:
    """The last digest before a moment: of its day, or of the Monday of its week."""
    if listener.digest == "off":
        return None
    day = due.astimezone(listener.zone).date()
    step = timedelta(days=1)
    if listener.digest == "weekly":
        day, step = day - timedelta(days=day.weekday()), timedelta(days=7)
    for candidate in (day, day - step):
        at = instant(candidate, listener.digest_at, listener.zone).astimezone(UTC)
        if at <= due:
            return at
    return None


def matches(kind: str, target: str, event: Occasion) -> bool:
    """Whether a subscription is to an event.

    A series is also the one whose key ends in that of another: the committee's meetings are
    counted apart by platform, and ``steering-committee`` is all of them.
    """
    match kind:
        case "event":
            return event.id == target
        case "series":
            return f"-{event.series or ''}".endswith(f"-{target}") and bool(target)
        case "partnership":
            return target in event.partnerships
        case "milestones":
            return event.milestone
        case _:
            return False
