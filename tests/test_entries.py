"""Events as organisers write them: checked like the rows of a pack, compared field by field."""

from dataclasses import replace
from typing import Any

import pytest

from knowledge.entries import Entry, WrongEntry, check, clean, entry_of, new_id, with_place
from knowledge.entry_changes import (
    action_of,
    at_another_time,
    cancelled,
    confirmed,
    differences,
    is_open,
    is_told,
    postponed,
)
from knowledge.snapshot import Snapshot

MEETING = Entry(
    title="9th meeting",
    start="2027-03-17",
    precision="day",
    start_time="09:30",
    end_time="12:30",
    zone="Europe/Madrid",
)


def test_every_recorded_event_can_be_changed(snapshot: Snapshot) -> None:
    for event in snapshot.events:
        entry = entry_of(event, snapshot)
        if len(event.text) <= 1000:
            check(entry, snapshot)
        assert Entry.from_json(entry.to_json()) == entry
        assert differences(entry, entry) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "A <b>bold</b> one"}, "title"),
        ({"title": "A\x00B"}, "title"),
        ({"start": None}, "start"),
        ({"start": "2027-03"}, "start"),
        ({"start": "2027-02-30"}, "start"),
        ({"end": "2027-03-16"}, "end"),
        ({"zone": None}, "zone"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"start_time": None}, "start_time"),
        ({"end_time": "09:30"}, "end_time"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"status": "maybe"}, "status"),
        ({"partnerships": ("none-such",)}, "partnerships"),
        ({"country": "XX"}, "country"),
    ],
)
def test_what_is_not_sound_is_refused(
    snapshot: Snapshot, change: dict[str, Any], field: str
) -> None:
    check(MEETING, snapshot)
    with pytest.raises(WrongEntry) as refused:
        check(replace(MEETING, **change), snapshot)
    assert refused.value.field == field


def test_lines_are_cleaned_and_kept_harmless() -> None:
    assert clean("  Steering\n Committee\u200b \u202e ", "title") == "Steering Committee"
    assert clean("I <3 meetings & {{ tea }}", "title") == "I <3 meetings & {{ tea }}"
    for typed in ("", "\u200b", "<i>x</i>", "x" * 121):
        with pytest.raises(WrongEntry):
            clean(typed, "title")


def test_ids_are_of_their_own_and_fit_into_links() -> None:
    first = new_id(MEETING, {})
    assert first == "9th-meeting-2027-03-17"
    assert new_id(MEETING, {first: 1}) == "9th-meeting-2027-03-17-2"
    assert new_id(Entry(title="会議 …"), {}) not in ("", "-")
    long = new_id(replace(MEETING, title="A very long title " * 6), {})
    assert len(long) <= 40


def test_a_place_tells_its_country(snapshot: Snapshot) -> None:
    assert with_place(MEETING, "Bilbao, Spain", snapshot).country == "ES"
    assert with_place(MEETING, "Bilbao", snapshot).country is None
    assert with_place(MEETING, None, snapshot).place is None


def test_changes_are_told_by_field() -> None:
    moved = at_another_time(MEETING, start="2027-03-24")
    assert [one.field for one in differences(MEETING, moved)] == ["when"]
    assert is_told(MEETING, moved)
    assert not is_told(MEETING, replace(MEETING, text="With lunch."))
    assert [one.field for one in differences(None, MEETING)] == [*("title", "when", "series")]
    assert not is_told(MEETING, MEETING)


def test_the_life_of_an_event() -> None:
    later = postponed(MEETING, "strike")
    assert (later.start, later.start_time, later.status) == (None, None, "postponed")
    assert is_open(later)
    again = at_another_time(later, start="2027-04-01", precision="day")
    assert (again.status, again.reason) == ("tentative", None)
    sure = confirmed(again)
    assert not is_open(sure)
    off = cancelled(sure, "no quorum")
    assert [action_of(*pair) for pair in ((None, MEETING), (MEETING, later), (later, again))] == [
        *("added", "postponed", "changed")
    ]
    assert [action_of(again, sure), action_of(sure, off)] == ["confirmed", "cancelled"]
