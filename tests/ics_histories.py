"""Random lives of events, and what a second calendar library must find in the files of them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from hypothesis import strategies as st

from knowledge.entries import CANCELLED, CONFIRMED, TENTATIVE, Entry, check
from knowledge.entry_changes import at_another_time, cancelled, confirmed, postponed
from knowledge.facts import Event
from knowledge.ics_writer import Written, write_event, write_events
from knowledge.live import LiveRow, overlaid
from knowledge.occasions import begins, ends, occasion
from knowledge.snapshot import Snapshot

ZONES = (
    *("Europe/Brussels", "Europe/Lisbon", "Europe/Dublin", "Europe/Bucharest", "Atlantic/Azores"),
    *("Europe/Istanbul", "Europe/Kyiv", "America/New_York", "UTC", "Atlantic/Canary"),
)
_CHANGES = [
    date(year, month, day)
    for year in range(2026, 2031)
    for month in (3, 10)
    for day in range(24, 32)
]
"""The days around which the clocks of Europe change."""

_START = 1_790_000_000


def _is_title(text: str) -> bool:
    return bool(text) and "<" not in text


days = st.dates(date(2026, 9, 1), date(2030, 12, 31)) | st.sampled_from(_CHANGES)
clocks = st.times().map(lambda at: at.strftime("%H:%M"))
lines = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Zl", "Zp")),
        min_size=1,
        max_size=90,
    )
    .map(lambda text: " ".join(unicodedata.normalize("NFC", text).split()))
    .filter(_is_title)
)


@st.composite
def times(draw: st.DrawFn) -> dict[str, Any]:
    """Some hours, a whole day, several days, or that nothing is known but the month."""
    first = draw(days)
    last = first + timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 3))))
    when: dict[str, Any] = {
        "start": first.isoformat(),
        "end": last.isoformat() if last > first else None,
        "precision": "day",
        "start_time": None,
        "end_time": None,
        "hours_open": False,
        "zone": draw(st.sampled_from(ZONES)),
    }
    kind = draw(st.sampled_from(("hours", "hours", "hours", "day", "open", "month")))
    if kind == "month":
        when |= {"start": when["start"][:7], "end": None, "precision": "month"}
    elif kind == "open":
        when["hours_open"] = True
    elif kind == "hours":
        begin, end = draw(clocks), draw(st.none() | clocks)
        if end is not None and last == first and end <= begin:
            begin, end = (end, begin) if end < begin else (begin, None)
        when |= {"start_time": begin, "end_time": end}
    return when


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """The states of one event, from its beginning on."""
    entry = Entry(title=draw(lines), text=draw(st.just("") | lines), status=CONFIRMED)
    states = [replace(entry, **draw(times()))]
    for _ in range(draw(st.integers(0, 6))):
        states.append(draw(_next(states[-1])))
    return states


@st.composite
def _next(draw: st.DrawFn, entry: Entry) -> Entry:
    match draw(st.sampled_from(("time", "time", "place", "title", "host", "off", "later", "sure"))):
        case "time":
            return at_another_time(entry, **draw(times()))
        case "place":
            return replace(
                entry, place=draw(st.none() | lines), link="https://example.org/a?b=1,2;c"
            )
        case "title":
            return replace(entry, title=draw(lines))
        case "host":
            return replace(entry, host=draw(lines))
        case "off":
            return cancelled(entry, draw(st.none() | lines))
        case "later":
            return postponed(entry, draw(st.none() | lines))
        case _:
            return confirmed(entry)


@dataclass(frozen=True, slots=True)
class Read:
    """One event as the second library reads it: moments, or days with the last one excluded."""

    uid: str
    sequence: int
    status: str
    start: date | datetime
    end: date | datetime | None
    title: str
    place: str | None


def read(written: Written) -> list[Read]:
    """The events of a file, whose form is checked on the way."""
    text = written.content.decode("utf-8")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75, line
        assert not {char for char in line if unicodedata.category(char) == "Cc"}, line
    # It remembers the zones of the files before, which may have been for other years.
    vars(vobject.icalendar)["__tzidMap"].clear()
    vobject.icalendar.registerTzid("UTC", UTC)
    calendar = vobject.readOne(text, validate=True)
    assert calendar.version.value == "2.0"
    named = {tz.tzid.value for tz in calendar.contents.get("vtimezone", ())}
    found = []
    for event in calendar.contents.get("vevent", ()):
        start = event.dtstart.value
        tzid = event.dtstart.params.get("X-VOBJ-ORIGINAL-TZID", [None])[0]
        if tzid is not None:
            assert tzid in named
            ZoneInfo(tzid)
        end = event.dtend.value if hasattr(event, "dtend") else None
        assert event.organizer.value == "invalid:nomail"
        assert event.dtstamp.value == event.last_modified.value
        found.append(
            Read(
                event.uid.value,
                int(event.sequence.value),
                event.status.value,
                start.astimezone(UTC) if isinstance(start, datetime) else start,
                end.astimezone(UTC) if isinstance(end, datetime) else end,
                event.summary.value,
                event.location.value if hasattr(event, "location") else None,
            )
        )
    return found


def snapshot_of(base: Snapshot, entry: Entry, revision: int) -> Snapshot:
    """The knowledge in which an organiser has entered the event ``e``, and changed it so often."""
    return overlaid(base, [LiveRow("e", entry.to_json(), revision, _START + 60 * revision)])


def check_history(base: Snapshot, states: Sequence[Entry]) -> int:
    """Writes a file and a feed of each state and compares them; returns how many were read."""
    uids, sequences, compared = set(), [], 0
    for revision, entry in enumerate(states):
        check(entry, base)
        snapshot = snapshot_of(base, entry, revision)
        event = snapshot.things["event"]["e"]
        alone = write_event(event, snapshot)
        feed = write_events(snapshot.events, snapshot, name="All", alarms={"e": ("1w", "2h")})
        assert feed == write_events(
            snapshot.events, snapshot, name="All", alarms={"e": ("1w", "2h")}
        )
        in_feed = [one for one in read(feed) if one.uid.startswith("e@")]
        if entry.precision != "day":
            assert (alone.events, read(alone), in_feed) == (0, [], [])
            assert alone.left_out == (entry.title,)
            continue
        (found,) = read(alone)
        assert in_feed == [found]
        assert (b"METHOD:CANCEL" in alone.content) == (entry.status == CANCELLED)
        assert found.status == _status(entry)
        assert found.title == entry.title
        assert found.place == entry.place
        _check_times(event, found)
        uids.add(found.uid)
        sequences.append(found.sequence)
        compared += 1
    assert len(uids) <= 1
    assert sequences == sorted(set(sequences)), "SEQUENCE rises with each change"
    return compared


def _status(entry: Entry) -> str:
    if entry.status == CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if entry.status == TENTATIVE or entry.hours_open else "CONFIRMED"


def _check_times(event: Event, found: Read) -> None:
    """The file says what reminders go by: the same moments, or the same days."""
    about = occasion(event)
    start, end = begins(about), ends(about)
    assert start is not None
    assert end is not None
    if event.start_time is None:
        last = date.fromisoformat(event.end or event.start or "")
        assert found.start == date.fromisoformat(event.start or "")
        assert found.end == last + timedelta(days=1)
        return
    assert found.start == start.astimezone(UTC)
    if event.end_time is not None or event.end is not None:
        assert found.end == end.astimezone(UTC)
    else:
        assert found.end is None
        assert end.time() == time(0), "it is over with its day"
