"""VTIMEZONE components for the IANA zones of events, from the system's own zone data.

Written here because the library's own (7.3) begins summer time an hour late on its first day: the
onset of RFC 5545 is told by the clock before the change.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Component, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_Kind = tuple[timedelta, timedelta, str, bool]
"""The offsets before and after a change, the abbreviation after it, and whether it is summer."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP = timedelta(days=5)
"""No zone changes its clocks twice within that time."""


@lru_cache(maxsize=256)
def vtimezone(name: str, first_year: int, last_year: int) -> Timezone:
    """The component for a zone, right for all moments of the given years; not to be changed."""
    component = Timezone()
    component.add("TZID", name)
    zone = ZoneInfo(name)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    changes = _changes(zone, start, datetime(last_year + 1, 1, 2, tzinfo=UTC))
    onsets: dict[_Kind, list[datetime]] = {}
    local = start.astimezone(zone)
    onsets[_kind(local, local)] = [local.replace(tzinfo=None)]
    for at in changes:
        before = (at - timedelta(seconds=1)).astimezone(zone)
        after = at.astimezone(zone)
        onset = (at + _offset(before)).replace(tzinfo=None)
        onsets.setdefault(_kind(before, after), []).append(onset)
    for kind, times in onsets.items():
        rule = _rule(times)
        if rule is not None:
            component.add_component(_observance(kind, times[0], rule))
        else:
            for at in times:
                component.add_component(_observance(kind, at, None))
    return component


def _observance(kind: _Kind, at: datetime, rule: vRecur | None) -> Component:
    before_offset, after_offset, abbreviation, summer = kind
    found = TimezoneDaylight() if summer else TimezoneStandard()
    found.add("DTSTART", at)
    if rule is not None:
        found.add("RRULE", rule)
    found.add("TZOFFSETFROM", before_offset)
    found.add("TZOFFSETTO", after_offset)
    found.add("TZNAME", abbreviation)
    return found


def _rule(times: list[datetime]) -> vRecur | None:
    """The yearly rule that clock changes follow, such as the last Sunday in March; None for others.

    Lists of dates would say the same, but not all calendars read those.
    """
    first = times[0]
    regular = all(
        (at.month, at.weekday(), at.time()) == (first.month, first.weekday(), first.time())
        and at.year == first.year + number
        for number, at in enumerate(times)
    )
    if not regular or len(times) < 2:
        return None
    day = _WEEKDAYS[first.weekday()]
    weeks = {(at.day - 1) // 7 + 1 for at in times}
    if all(monthrange(at.year, at.month)[1] - at.day < 7 for at in times):
        return vRecur(FREQ="YEARLY", BYMONTH=first.month, BYDAY=f"-1{day}")
    if len(weeks) == 1:
        return vRecur(FREQ="YEARLY", BYMONTH=first.month, BYDAY=f"{weeks.pop()}{day}")
    return None


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The moments at which a zone's clocks change, to the second."""
    steps = [start + _STEP * number for number in range((end - start) // _STEP + 2)]
    found = []
    for first, last in pairwise(steps):
        if _state(first, zone) != _state(last, zone):
            found.append(_change(zone, first, last))
    return found


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The moment between two at which a zone's clocks change."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if _state(middle, zone) == _state(low, zone):
            low = middle
        else:
            high = middle
    return high


def _state(at: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _kind(before: datetime, after: datetime) -> _Kind:
    # Not what the data call summer time: Ireland's has its standard time in summer.
    return _offset(before), _offset(after), after.tzname() or "", _offset(after) > _offset(before)


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta()
