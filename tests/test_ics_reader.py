"""Calendar files that come in: taken whole or refused with their line, and never twice."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import entries
from knowledge.entries import CONFIRMED, Entry
from knowledge.entry_changes import cancelled
from knowledge.ics_lines import MOST_BYTES, BadCalendar
from knowledge.ics_plan import Known, plan
from knowledge.ics_reader import MOST_EVENTS, Imported, read_calendar
from knowledge.ics_writer import write_event, write_events
from knowledge.snapshot import Snapshot
from tests.ics_histories import histories, snapshot_of

EVENT = """\
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20270101T080000Z
SUMMARY:Steering Committee meeting in Bilbao
DTSTART;TZID=Europe/Madrid:20270317T093000
DTEND;TZID=Europe/Madrid:20270317T123000
END:VEVENT
"""


def calendar(*events: str, head: str = "") -> bytes:
    lines = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n" + head + "".join(events)
    return (lines + "END:VCALENDAR\n").replace("\n", "\r\n").encode()


def event(change: str = "", /, **properties: str | None) -> str:
    """The event with other properties, or without those that are None; ``change`` is added."""
    lines = EVENT.splitlines()
    for name, value in properties.items():
        lines = [line for line in lines if not line.startswith((f"{name}:", f"{name};"))]
        if value is not None:
            lines.insert(-1, f"{name}{value if value[:1] in ';:' else ':' + value}")
    return "\n".join([*lines[:-1], *filter(None, [change]), lines[-1]]) + "\n"


def entry_of(content: bytes, **options: Any) -> Entry:
    (found,) = read_calendar(content, **options)
    assert found.entry is not None
    return found.entry


def test_an_event_is_read_whole() -> None:
    (found,) = read_calendar(
        calendar(
            event(
                "LOCATION:Euskalduna\\, Bilbao\\, Spain\nURL:https://example.org/a;b?c=1,2\n"
                "DESCRIPTION:With a long l\n ine\nSEQUENCE:4\nSTATUS:TENTATIVE\n"
                "ORGANIZER;CN=Somebody:mailto:somebody@example.org\n"
                'ATTENDEE;CN="Another: one":mailto:another@example.org\n'
                "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P1D\nEND:VALARM"
            )
        )
    )
    assert (found.uid, found.sequence, found.cancelled, found.left_out) == (
        *("1@example.org", 4, False),
        (),
    )
    assert found.entry == Entry(
        kind="meeting",
        milestone=True,
        series="steering-committee",
        title="Steering Committee meeting in Bilbao",
        start="2027-03-17",
        precision="day",
        start_time="09:30",
        end_time="12:30",
        zone="Europe/Madrid",
        status="tentative",
        place="Euskalduna, Bilbao, Spain",
        link="https://example.org/a;b?c=1,2",
        text="With a long line",
        uid="1@example.org",
        sequence=4,
    )
    assert "example.org" not in str(replace(found.entry, uid=None, link=None)), "no addresses"


WHEN = {
    "20270317": ("2027-03-17", None, None, None, None),
    ";VALUE=DATE:20270317": ("2027-03-17", None, None, None, None),
    "20270317T093000Z": ("2027-03-17", None, "09:30", None, "UTC"),
    ";TZID=Romance Standard Time:20270317T093000": (
        *("2027-03-17", None, "09:30", None),
        "Europe/Paris",
    ),
    ";TZID=/freeassociation.sourceforge.net/Europe/Rome:20270317T093000": (
        *("2027-03-17", None, "09:30", None),
        "Europe/Rome",
    ),
    ";TZID=Europe/Brussels:20270328T023000": (
        *("2027-03-28", None, "03:00", None),
        "Europe/Brussels",
    ),
}


@pytest.mark.parametrize("start", WHEN)
def test_a_beginning_in_all_its_forms(start: str) -> None:
    entry = entry_of(calendar(event(DTSTART=start, DTEND=None)))
    assert (entry.start, entry.end, entry.start_time, entry.end_time, entry.zone) == WHEN[start]


ENDS: list[tuple[dict[str, str], tuple[str | None, str | None]]] = [
    ({"DTSTART": "20270317", "DTEND": "20270318"}, (None, None)),
    ({"DTSTART": "20270317", "DTEND": "20270320"}, ("2027-03-19", None)),
    ({"DTSTART": "20270317", "DURATION": "P2D"}, ("2027-03-18", None)),
    ({"DTEND": ";TZID=Europe/Madrid:20270318T000000"}, ("2027-03-18", "00:00")),
    ({"DTEND": ";TZID=Europe/London:20270317T120000"}, (None, "13:00")),
    ({"DTEND": "20270317T120000Z"}, (None, "13:00")),
    ({"DTEND": ";TZID=Europe/Madrid:20270317T093000"}, (None, None)),
]


@pytest.mark.parametrize(("given_times", "expected"), ENDS)
def test_an_end_in_all_its_forms(
    given_times: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    properties: dict[str, str | None] = {"DTEND": None, **given_times}
    entry = entry_of(calendar(event(**properties)))
    assert (entry.end, entry.end_time) == expected


def test_times_without_a_zone_need_one_of_the_file() -> None:
    floating = event(DTSTART="20270317T093000", DTEND="20270317T123000")
    with pytest.raises(BadCalendar, match="line 8, DTSTART: names no time zone"):
        read_calendar(calendar(floating))
    hinted = calendar(floating, head="X-WR-TIMEZONE:Europe/Lisbon\n")
    assert entry_of(hinted).zone == "Europe/Lisbon"
    assert entry_of(calendar(floating), zone="Europe/Vienna").zone == "Europe/Vienna"
    utc = event(DTSTART="20270317T093000Z", DTEND=None)
    entry = entry_of(calendar(utc, head="X-WR-TIMEZONE:Europe/Helsinki\n"))
    assert (entry.start_time, entry.zone) == ("11:30", "Europe/Helsinki")


CUSTOM = (
    "BEGIN:VTIMEZONE\nTZID:Our Zone\n{}BEGIN:STANDARD\nDTSTART:20261025T030000\n"
    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n"
)


def test_a_zone_of_its_own_making_must_name_a_known_one() -> None:
    own = event(DTSTART=";TZID=Our Zone:20270317T093000", DTEND=None)
    with pytest.raises(BadCalendar, match="the time zone 'Our Zone' is not known"):
        read_calendar(calendar(CUSTOM.format(""), own))
    known = calendar(CUSTOM.format("X-LIC-LOCATION:Europe/Brussels\n"), own)
    assert entry_of(known).zone == "Europe/Brussels"


REFUSED = {
    "not a calendar": (b"hello", "does not begin with BEGIN:VCALENDAR"),
    "nothing": (b"", "does not begin with BEGIN:VCALENDAR"),
    "too large": (b"x" * (MOST_BYTES + 1), "more than 1000000 bytes"),
    "not UTF-8": (calendar(event(SUMMARY="X")).replace(b"X", b"\xff"), "line 9: is not UTF-8"),
    "a control character": (calendar(event(SUMMARY="a\x01b")), "line 9: holds the control"),
    "cut off": (calendar(event())[:-28], "line 4, VEVENT: has no end"),
    "wrongly nested": (calendar(EVENT.replace("END:VEVENT", "END:VTODO")), "ends VTODO"),
    "text behind": (calendar(event()) + b"X-A:1\r\n", "stands behind"),
    "no property": (calendar(event("hello")), "line 10, 'hello': is no property"),
    "a task": (calendar("BEGIN:VTODO\nEND:VTODO\n"), "line 4, VTODO: is no event"),
    "no event": (calendar(), "holds no event"),
    "a reply": (calendar(event(), head="METHOD:REPLY\n"), "line 4, METHOD: REPLY"),
    "no UID": (calendar(event(UID=None)), "line 4, VEVENT: has no UID"),
    "two UIDs": (calendar(event("UID:2@example.org")), "the first is in line 5"),
    "one UID twice": (calendar(event(), event()), "line 11, UID: is that of the event in line 4"),
    "no title": (calendar(event(SUMMARY=None)), "line 4, VEVENT: has no SUMMARY"),
    "a long title": (calendar(event(SUMMARY="x" * 121)), "SUMMARY: has 121 characters"),
    "markup": (calendar(event(SUMMARY="<b>x</b>")), "SUMMARY: holds the markup"),
    "no beginning": (calendar(event(DTSTART=None)), "line 4, VEVENT: has no DTSTART"),
    "no date": (calendar(event(DTSTART="soon")), "DTSTART: 'soon' is no date"),
    "no such day": (calendar(event(DTSTART="20270230")), "DTSTART: '20270230' is no date"),
    "seconds": (calendar(event(DTSTART="20270317T093012Z")), "DTSTART: has seconds"),
    "a far year": (calendar(event(DTSTART="16010101T000000Z")), "DTEND|DTSTART: lies in 1601"),
    "a far end": (calendar(event(DTEND="99990601T100000Z")), "DTEND: lies in 9999"),
    "the first day": (
        calendar(event(DTSTART="20270317", DTEND="00010101")),
        "DTEND: lies in 1",
    ),
    "the last day": (
        calendar(event(DTSTART="99991231", DTEND=None, DURATION="P300D")),
        "DTSTART: lies in 9999",
    ),
    "end before": (calendar(event(DTEND="20270301T093000Z")), "DTEND: is before DTSTART"),
    "mixed": (calendar(event(DTEND="20270318")), "DTEND: is a day, but DTSTART a moment"),
    "two ends": (calendar(event("DURATION:PT1H")), "DURATION: stands beside a DTEND"),
    "bad duration": (calendar(event(DTEND=None, DURATION="1H")), "DURATION: '1H' is no duration"),
    "repeating": (calendar(event("RRULE:FREQ=WEEKLY")), "line 10, RRULE: makes the event repeat"),
    "an instance": (calendar(event("RECURRENCE-ID:20270317")), "RECURRENCE-ID: makes the event"),
    "bad status": (calendar(event("STATUS:MAYBE")), "STATUS: MAYBE is not known"),
    "bad number": (calendar(event("SEQUENCE:-1")), "SEQUENCE: is no number"),
    "too many": (
        calendar(*(event(UID=f"{number}@x") for number in range(MOST_EVENTS + 1))),
        "holds 501 events",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_broken_is_refused_with_its_line(what: str) -> None:
    content, message = REFUSED[what]
    with pytest.raises(BadCalendar, match=message) as refused:
        read_calendar(content)
    assert str(refused.value).endswith("."), "and says the mend"
    assert " - " in str(refused.value)
    assert "\n" not in str(refused.value)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_file_breaks_the_reading(data: st.DataObject) -> None:
    good = calendar(event("LOCATION:Bilbao\nSEQUENCE:4"), head="X-WR-TIMEZONE:Europe/Rome\n")
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 30)))
    content = good[:start] + data.draw(st.binary(max_size=20)) + good[end:]
    with suppress(BadCalendar):
        assert all(isinstance(one, Imported) for one in read_calendar(content))


def test_long_or_marked_up_descriptions_are_left_out_and_named() -> None:
    for text in ("x" * 1001, "<p>Join the meeting</p>"):
        (found,) = read_calendar(calendar(event(f"DESCRIPTION:{text}\nURL:javascript:x")))
        assert found.entry is not None
        assert (found.entry.text, found.entry.link) == ("", None)
        assert found.left_out == ("DESCRIPTION", "URL")


def known_events(snapshot: Snapshot, live: Mapping[str, tuple[Entry, int]]) -> dict[str, Known]:
    """All events of the packs, and over them what organisers left, with its revision."""
    packed = (snapshot.packed or snapshot).things["event"].values()
    found = {event.id: Known(entries.entry_of(event, snapshot), 0) for event in packed}
    return {**found, **{id: Known(*one) for id, one in live.items()}}


def steps(content: bytes, snapshot: Snapshot, **live: tuple[Entry, int]) -> list[str]:
    known = known_events(snapshot, live)
    return [step.does for step in plan(read_calendar(content), known, snapshot)]


def test_our_own_files_change_nothing_when_they_come_back(snapshot: Snapshot) -> None:
    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(states=histories())
    def compare(states: list[Entry]) -> None:
        for revision, entry in enumerate(states):
            known = snapshot_of(snapshot, entry, revision)
            for written in (
                write_event(known.things["event"]["e"], known, page="https://t.me/b?start=e-e"),
                write_events(known.events, known, name="All", alarms={"e": ("1d",)}),
            ):
                if written.events:
                    found = steps(written.content, snapshot, e=(entry, revision))
                    assert set(found) == {"same"}, entry

    compare()


def test_a_file_is_compared_with_what_is_known(snapshot: Snapshot) -> None:
    file = calendar(event("SEQUENCE:2\nLOCATION:Bilbao\\, Spain"))
    (added,) = plan(read_calendar(file), known_events(snapshot, {}), snapshot)
    assert (added.does, added.id) == ("add", None)
    assert added.new is not None
    assert added.new.country == "ES"
    known = {"m": Known(added.new, 5)}

    def again(change: str = "", head: str = "", **properties: str | None) -> Any:
        content = calendar(event(change, **properties), head=head)
        (step,) = plan(read_calendar(content), known, snapshot)
        return step

    at_bilbao = "LOCATION:Bilbao\\, Spain"
    assert again(f"SEQUENCE:2\n{at_bilbao}").does == "same"
    assert again(f"SEQUENCE:1\n{at_bilbao}", SUMMARY="Another").does == "older"
    moved = again(f"SEQUENCE:3\n{at_bilbao}", DTSTART="20270318T083000Z", DTEND=None)
    assert (moved.does, moved.new.start, moved.new.sequence) == ("change", "2027-03-18", 3)
    assert moved.new.series == "steering-committee", "what a file cannot tell stays"
    off = again("SEQUENCE:3", head="METHOD:CANCEL\n", DTSTART=None, DTEND=None, SUMMARY=None)
    assert (off.does, off.new.status, off.new.title) == ("cancel", "cancelled", added.new.title)
    assert again("SEQUENCE:3", head="METHOD:CANCEL\n", UID="2@example.org").does == "unknown"
    known["m"] = Known(cancelled(added.new, "snow"), 6)
    assert again("SEQUENCE:3\nSTATUS:CANCELLED").does == "same"
    on_again = again(f"SEQUENCE:4\n{at_bilbao}")
    assert (on_again.does, on_again.new.status) == ("change", CONFIRMED)


def test_an_older_file_of_ours_does_not_undo_a_change(snapshot: Snapshot) -> None:
    entry = Entry(title="A meeting", start="2027-03-17", precision="day")
    old = write_event(
        snapshot_of(snapshot, entry, 1).things["event"]["e"], snapshot_of(snapshot, entry, 1)
    )
    moved = replace(entry, start="2027-03-24")
    assert steps(old.content, snapshot, e=(moved, 2)) == ["older"]
    assert steps(old.content, snapshot, e=(moved, 1)) == ["change"]
