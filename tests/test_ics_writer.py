"""Calendar files: read by a second library, event by event, over whole lives of events."""

from datetime import timedelta

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings

from knowledge.entries import CONFIRMED, Entry
from knowledge.entry_changes import cancelled
from knowledge.ics_writer import write_event, write_events
from knowledge.ics_zones import vtimezone
from knowledge.snapshot import Snapshot
from tests.ics_histories import check_history, histories, read, snapshot_of

MEETING = Entry(
    title="Steering Committee, 9th meeting",
    start="2027-03-17",
    precision="day",
    start_time="09:30",
    end_time="12:30",
    zone="Europe/Madrid",
    status=CONFIRMED,
    place="Bilbao",
    country="ES",
    host="Basque Government",
    text="It speaks of skills; and of money.",
)


def test_every_state_of_every_event_is_read_alike(snapshot: Snapshot) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(states=histories())
    def compare(states: list[Entry]) -> None:
        check_history(snapshot, states)

    compare()


def test_the_whole_file_of_a_meeting(snapshot: Snapshot) -> None:
    known = snapshot_of(snapshot, MEETING, 3)
    written = write_event(known.things["event"]["e"], known, page="https://t.me/bot?start=e-e")
    text = written.content.decode()
    before, _, rest = text.partition("BEGIN:VTIMEZONE")
    zone, _, event = rest.partition("END:VTIMEZONE\r\n")
    assert before.splitlines() == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//S3P-Industry assistant//Events//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    assert "TZID:Europe/Madrid\r\n" in zone
    assert event.splitlines() == [
        "BEGIN:VEVENT",
        "SUMMARY:Steering Committee\\, 9th meeting",
        "DTSTART;TZID=Europe/Madrid:20270317T093000",
        "DTEND;TZID=Europe/Madrid:20270317T123000",
        "DTSTAMP:20260921T141620Z",
        "UID:e@events.s3p-industry.invalid",
        "SEQUENCE:3",
        "DESCRIPTION:It speaks of skills\\; and of money.\\n\\nSource: entered by an o",
        " rganiser\\, 21 September 2026",
        "LAST-MODIFIED:20260921T141620Z",
        "LOCATION:Bilbao\\, Spain",
        'ORGANIZER;CN="Basque Government":invalid:nomail',
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:https://t.me/bot?start=e-e",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_a_cancelled_event_takes_itself_out_of_calendars(snapshot: Snapshot) -> None:
    known = snapshot_of(snapshot, cancelled(MEETING, "no quorum"), 4)
    event = known.things["event"]["e"]
    alone, feed = write_event(event, known), write_events([event], known, name="Mine")
    assert b"METHOD:CANCEL\r\n" in alone.content
    assert b"METHOD:PUBLISH\r\n" in feed.content, "it stays listed as cancelled"
    for written in (alone, feed):
        (found,) = read(written)
        assert (found.status, found.sequence) == ("CANCELLED", 4)


def test_alarms_sound_when_reminders_come(snapshot: Snapshot) -> None:
    def sounds(entry: Entry) -> list[timedelta]:
        known = snapshot_of(snapshot, entry, 0)
        leads = {"e": ("1w", "1d", "3h", "15m")}
        written = write_events([known.things["event"]["e"]], known, alarms=leads)
        (event,) = icalendar.Calendar.from_ical(written.content).events
        return [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")]

    day, hour = timedelta(days=1), timedelta(hours=1)
    assert sounds(MEETING) == [-7 * day, -day, -3 * hour, -hour / 4]
    whole_day = Entry(title="A day", start="2027-03-17", precision="day")
    nine = 9 * hour
    assert sounds(whole_day) == [nine - 7 * day, nine - day, 6 * hour, nine - hour / 4]


def test_a_feed_says_how_often_to_look(snapshot: Snapshot) -> None:
    lines = write_events(snapshot.events, snapshot, name="S3P").content.decode().splitlines()
    for line in (
        *("NAME:S3P", "X-WR-CALNAME:S3P", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"),
        *("X-PUBLISHED-TTL:PT6H", "METHOD:PUBLISH"),
    ):
        assert line in lines


def test_only_events_whose_day_is_known_are_written(snapshot: Snapshot) -> None:
    written = write_events(snapshot.events, snapshot)
    days = [event for event in snapshot.events if event.precision == "day"]
    assert written.events == len(read(written)) == len(days)
    assert len(written.left_out) == len(snapshot.events) - len(days)


@pytest.mark.parametrize(
    ("zone", "onset"),
    [
        ("Europe/Brussels", "020000"),
        ("Europe/Dublin", "010000"),
        ("Atlantic/Azores", "000000"),
        ("Asia/Nicosia", "030000"),
    ],
)
def test_summer_time_begins_when_the_clocks_change(zone: str, onset: str) -> None:
    """The library's own zones (icalendar 7.3) begin it an hour late, on the day of the change."""
    text = vtimezone(zone, 2027, 2027).to_ical().decode()
    assert f"DTSTART:20260329T{onset}\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in text


def test_changes_that_follow_no_rule_are_told_one_by_one() -> None:
    text = vtimezone("Africa/Casablanca", 2027, 2028).to_ical().decode()
    assert "RRULE" not in text
    assert text.count("TZNAME:+00") == 3
