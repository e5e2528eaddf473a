"""What an organiser is writing: questions in turn, answers, and what is laid over a newer event."""

from dataclasses import replace

import pytest

from handlers.buttons import Press, decode, encode
from knowledge.drafting import (
    MENU,
    PREVIEW,
    QUESTIONS,
    REASON,
    Draft,
    ImportDraft,
    answered,
    before,
    cleared,
    following,
    from_json,
    kind_of,
    questions,
    rebased,
    to_json,
)
from knowledge.entries import CATEGORIES, Entry, WrongEntry
from knowledge.entry_changes import cancelled
from knowledge.ics_reader import read_calendar
from knowledge.pack_values import MAX_ID
from knowledge.snapshot import Snapshot
from knowledge.typed_dates import NotRead
from tests.calendar_files import AUTUMN, SPRING, calendar

ZONE = "Europe/Brussels"
NEW = Draft(action="add", entry=Entry(**CATEGORIES["call"]), step="title", walk=True)


def told(draft: Draft, snapshot: Snapshot, *answers: str) -> Draft:
    for answer in answers:
        draft = answered(draft, answer, snapshot, ZONE)
    return draft


def test_each_question_in_turn(snapshot: Snapshot) -> None:
    draft = told(NEW, snapshot, "A  call", "conference", "textile", "Turku, Finland", "3 May 2090")
    assert draft.step == "hours"
    draft = told(draft, snapshot, "14:30-16h")
    assert (draft.step, draft.entry.zone) == ("zone", "Europe/Helsinki"), "that of the place"
    draft = told(draft, snapshot, "Tallinn", "example.org/call", "City of Turku", "About calls.")
    assert draft.step == PREVIEW
    assert draft.entry == Entry(
        **CATEGORIES["conference"],
        title="A call",
        partnerships=("textile",),
        place="Turku, Finland",
        country="FI",
        start="2090-05-03",
        precision="day",
        start_time="14:30",
        end_time="16:00",
        zone="Europe/Tallinn",
        link="https://example.org/call",
        host="City of Turku",
        text="About calls.",
    )
    seen = [draft.step]
    while before(draft) != draft:
        draft = before(draft)
        seen.append(draft.step)
    assert seen == [PREVIEW, *reversed(QUESTIONS)]


def test_what_makes_no_sense_is_not_asked(snapshot: Snapshot) -> None:
    assert not {"hours", "zone"} & set(questions(NEW.entry))
    day = told(replace(NEW, step="title"), snapshot, "A call")
    day = told(replace(day, step="days"), snapshot, "3 May 2090")
    assert day.step == "hours"
    open_hours = told(day, snapshot, "tbc")
    assert (open_hours.step, open_hours.entry.hours_open) == ("link", True)
    undated = told(replace(open_hours, step="days"), snapshot, "May 2090")
    assert (undated.step, undated.entry.hours_open) == ("link", False)
    assert "partnerships" not in questions(Entry(**CATEGORIES["committee"]))


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("title", " \u200b "),
        ("title", "<b>bold</b>"),
        ("title", "x" * 121),
        ("kind", "party"),
        ("partnerships", "nothing"),
        ("place", "y" * 121),
        ("days", "soon"),
        ("days", "31 February 2090"),
        ("hours", "25:00"),
        ("zone", "Nowhere at all"),
        ("link", "javascript:alert(1)"),
        ("link", "two words"),
        ("text", "z" * 1001),
    ],
)
def test_what_is_not_sound_is_not_taken(snapshot: Snapshot, step: str, typed: str) -> None:
    draft = told(NEW, snapshot, "A call")
    draft = told(replace(draft, step="days"), snapshot, "3 May 2090")
    with pytest.raises((WrongEntry, NotRead)):
        answered(replace(draft, step=step), typed, snapshot, ZONE)


def test_online_and_what_is_left_empty(snapshot: Snapshot) -> None:
    draft = told(NEW, snapshot, "A call")
    online = told(replace(draft, step="place"), snapshot, "online")
    assert (online.entry.place, online.entry.mode) == ("Online", "online")
    there = told(replace(online, step="place"), snapshot, "Rome, Italy")
    assert (there.entry.mode, there.entry.country) == (None, "IT")
    for field in ("place", "link", "host", "text", "partnerships", "reason"):
        empty = cleared(replace(there, step=field)).entry
        assert not getattr(empty, field)
    assert cleared(replace(there, step="place")).entry.country is None


def test_a_single_field_then_the_preview(snapshot: Snapshot) -> None:
    base = Entry(**CATEGORIES["call"], title="A call")
    draft = Draft(action="edit", entry=base, step="host", id="a-call", base=base)
    assert before(draft).step == MENU
    assert told(draft, snapshot, "Somebody").step == PREVIEW
    assert following(draft).step == PREVIEW
    off = Draft(action="off", entry=cancelled(base, None), step=PREVIEW, id="a-call", base=base)
    assert before(off).step == REASON


def test_what_was_changed_is_laid_over_what_others_changed(snapshot: Snapshot) -> None:
    base = Entry(**CATEGORIES["call"], title="A call", start="2090-05-03", precision="day")
    draft = Draft(action="edit", entry=base, step="hours", id="a-call", base=base)
    draft = told(draft, snapshot, "9:30")
    now = replace(base, title="Another call", start="2090-05-04", host="Somebody")
    found = rebased(draft, now, 7)
    assert (found.base, found.revision, found.step) == (now, 7, PREVIEW)
    assert found.entry == replace(now, start="2090-05-03", start_time="09:30", zone=ZONE), (
        "day and hours belong together"
    )


def test_drafts_are_kept_and_read(snapshot: Snapshot) -> None:
    draft = told(NEW, snapshot, "A call", "conference", "textile")
    for kept in (draft, replace(draft, base=draft.entry, id="a-call", revision=3, stamp=9, at=8)):
        assert from_json(to_json(kept)) == kept
    imported = ImportDraft(imported=read_calendar(calendar(SPRING, AUTUMN).encode()), shown="x")
    assert from_json(to_json(imported)) == imported
    assert imported.title == "Steering Committee, spring"
    for body in ("", "null", "[]", "{}", '{"imported": [{}]}', '{"entry": {}, "base": null}'):
        assert from_json(body) is None


def test_kinds_are_told_by_their_names() -> None:
    for name, sets in CATEGORIES.items():
        assert kind_of(Entry(**sets)) == name
    assert kind_of(Entry(kind="workshop")) is None


def test_buttons_carry_the_longest_ids(snapshot: Snapshot) -> None:
    verbs = ("event", "edit", "sure", "defer", "off", "tell", "send", "log")
    for id in ("x" * MAX_ID, *snapshot.things["event"]):
        for verb in verbs:
            press = Press("organise", verb, 99_999, id)
            line = encode(press)
            assert line is not None
            assert decode(line) == press
    longest = Press("organise", "set", 10**9, "America/Argentina/ComodRivadavia")
    assert decode(encode(longest)) == longest
    for forged in ("1O", "1Oevent", "1Oevent.x", "1Oevent.1.<b>", "1Oevent." + "9" * 17, "1OE.1"):
        assert decode(forged) is None
