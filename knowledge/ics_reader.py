"""Reads a calendar file into entries, strictly: what is broken or unclear refuses the whole file.

Nothing personal is taken over: no attendees, no organiser's address, no alarms. What a file leaves
open stays open.
"""

from dataclasses import dataclass, replace

from knowledge.entries import (
    CANCELLED,
    CONFIRMED,
    MOST,
    TENTATIVE,
    Entry,
    WrongEntry,
    categorised,
    clean,
)
from knowledge.ics_lines import BadCalendar, Component, Property, take_apart
from knowledge.ics_times import Zones, read_when

MOST_EVENTS = 500
_KNOWN = frozenset({"VEVENT", "VTIMEZONE"})
_WITHIN = {"VEVENT": {"VALARM"}, "VTIMEZONE": {"STANDARD", "DAYLIGHT"}}
_METHODS = ("PUBLISH", "REQUEST", "CANCEL")
_REPEATING = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_STATUSES = {"CONFIRMED": CONFIRMED, "TENTATIVE": TENTATIVE, "CANCELLED": CANCELLED}


@dataclass(frozen=True, slots=True)
class Imported:
    """An event of a file. ``entry`` is None where the file only tells that it is cancelled.

    ``left_out`` names properties whose text was not taken over.
    """

    line: int
    uid: str
    sequence: int
    cancelled: bool
    entry: Entry | None
    left_out: tuple[str, ...] = ()


def read_calendar(content: bytes, *, zone: str | None = None) -> tuple[Imported, ...]:
    """The events of a calendar file.

    Args:
        content: the file.
        zone: the IANA zone of times that name none; they are refused without it.

    Raises:
        BadCalendar: naming the line and property, what is wrong and the mend.
    """
    calendar = take_apart(content)
    method = calendar.one("METHOD")
    wanted = method.value.upper() if method is not None else "PUBLISH"
    if method is not None and wanted not in _METHODS:
        raise BadCalendar(method.line, "METHOD", f"{wanted} is no list of events", "export it")
    _check_components(calendar)
    events = [one for one in calendar.components if one.name == "VEVENT"]
    if not events:
        raise BadCalendar(calendar.line, "VCALENDAR", "holds no event", "choose another file")
    if len(events) > MOST_EVENTS:
        wrong = f"The file holds {len(events)} events, more than {MOST_EVENTS}"
        raise BadCalendar(None, "", wrong, "export fewer at once")
    zones = Zones(calendar, zone)
    found: dict[str, Imported] = {}
    for event in events:
        one = _event(event, zones, cancelled=wanted == "CANCEL")
        if one.uid in found:
            wrong = f"is that of the event in line {found[one.uid].line}"
            raise BadCalendar(one.line, "UID", wrong, "give each event its own")
        found[one.uid] = one
    return tuple(found.values())


def _check_components(calendar: Component) -> None:
    for one in calendar.components:
        if one.name not in _KNOWN:
            wrong = "is no event"
            raise BadCalendar(one.line, one.name, wrong, "export events only")
        for inner in one.components:
            if inner.name not in _WITHIN[one.name]:
                wrong = f"does not belong into {one.name}"
                raise BadCalendar(inner.line, inner.name, wrong, "delete it")


def _event(event: Component, zones: Zones, *, cancelled: bool) -> Imported:
    for name in _REPEATING:
        for given in event.all(name):
            wrong = "makes the event repeat, which is not taken over"
            mend = "enter each meeting as an event of its own"
            raise BadCalendar(given.line, name, wrong, mend)
    uid = event.one("UID")
    if uid is None or not uid.value.strip():
        raise BadCalendar(event.line, "VEVENT", "has no UID", "give it one that never changes")
    if len(uid.value) > 255:
        raise BadCalendar(uid.line, "UID", "is longer than 255 characters", "shorten it")
    status = event.one("STATUS")
    said = status.value.upper() if status is not None else None
    if status is not None and said not in _STATUSES:
        mend = f"write {', '.join(_STATUSES)}"
        raise BadCalendar(status.line, "STATUS", f"{said} is not known", mend)
    off = cancelled or said == "CANCELLED"
    sequence = _sequence(event)
    if off and event.one("DTSTART") is None:
        return Imported(event.line, uid.value.strip(), sequence, cancelled=True, entry=None)
    entry, left_out = _entry(event, zones)
    entry = replace(
        entry,
        status=CANCELLED if off else _STATUSES.get(said or ""),
        uid=uid.value.strip(),
        sequence=sequence,
    )
    return Imported(event.line, uid.value.strip(), sequence, off, entry, left_out)


def _sequence(event: Component) -> int:
    given = event.one("SEQUENCE")
    if given is None:
        return 0
    if not given.value.isdecimal() or len(given.value) > 9:
        raise BadCalendar(given.line, "SEQUENCE", "is no number", "write 0, 1, 2 …")
    return int(given.value)


def _entry(event: Component, zones: Zones) -> tuple[Entry, tuple[str, ...]]:
    summary = event.one("SUMMARY")
    if summary is None:
        raise BadCalendar(event.line, "VEVENT", "has no SUMMARY", "give it a title")
    title = _line(summary, "title")
    when = read_when(event, zones)
    left_out = []
    place, link, text = event.one("LOCATION"), event.one("URL"), event.one("DESCRIPTION")
    said = ""
    if text is not None and text.value.strip():
        try:
            said = clean(text.value, "text")
        except WrongEntry:
            left_out.append("DESCRIPTION")  # long invitations, markup: not for a calendar
    address = link.value.strip() if link is not None else ""
    if address and not (address.startswith(("https://", "http://")) and len(address) <= _LINK):
        left_out.append("URL")
        address = ""
    entry = Entry(
        title=title,
        start=when.start,
        end=when.end,
        precision="day",
        start_time=when.start_time,
        end_time=when.end_time,
        zone=when.zone,
        place=_line(place, "place") if place is not None and place.value.strip() else None,
        link=address or None,
        text=said,
    )
    return categorised(entry), tuple(left_out)


_LINK = MOST["link"]


def _line(given: Property, field: str) -> str:
    try:
        return clean(given.value, field)
    except WrongEntry as wrong:
        raise BadCalendar(given.line, given.name, wrong.wrong, wrong.mend) from wrong
