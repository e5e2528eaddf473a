"""Events of organisers: kept beside the packs, laid over them, and taken over while running."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.assistants import Assistants, Reloading
from db import calendar
from db.batches import Batches
from db.calendar import ChangedMeanwhile, LiveRow, LogEntry
from db.chats import Chats
from db.organisers import (
    ADMIN,
    DRAFTS_KEPT,
    ORGANISER,
    Appointed,
    DraftGone,
    Drafts,
    Organisers,
    finish,
)
from db.sqlite import Execute
from handlers.organising import Organising
from handlers.planning import Planner
from knowledge.entries import CATEGORIES, COMMITTEE, Entry
from knowledge.entry_changes import cancelled
from knowledge.export import export_tables
from knowledge.loader import load
from knowledge.pack_files import shipped_packs
from knowledge.reading import newer_snapshot, read_snapshot
from knowledge.snapshot import Snapshot
from tests.pack_maker import make_pack

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
AT = int(NOW.timestamp())
MEETING = Entry(
    kind="meeting",
    milestone=True,
    title="9th Steering Committee meeting",
    start="2027-03-17",
    precision="day",
    start_time="09:30",
    end_time="12:30",
    zone="Europe/Madrid",
    place="Bilbao, Spain",
    country="ES",
    link="https://example.org/committee",
    series=COMMITTEE,
    partnerships=("esm",),
)


@pytest.fixture
async def batches(engine: AsyncEngine) -> AsyncIterator[Batches]:
    batches = Batches(engine)
    yield batches
    await batches.close()


async def save(
    batches: Batches, id: str, entry: Entry, revision: int = 0, worked_on: int | None = None
) -> None:
    def write(execute: Execute) -> None:
        row = LiveRow(id, entry.to_json(), revision, AT)
        calendar.save(execute, row, worked_on=worked_on)
        after = entry.to_json()
        calendar.note(execute, LogEntry(AT, "command line", "added", id, None, after))
        calendar.raise_knowledge(execute)

    await batches.now(write)


async def test_an_event_comes_back_as_it_was_saved(batches: Batches) -> None:
    await save(batches, "sc-9", MEETING)
    row = await batches.read(lambda execute: calendar.live_event(execute, "sc-9"))
    assert row is not None
    assert Entry.from_json(row.values) == MEETING
    assert (row.revision, row.changed, row.told) == (0, AT, None)
    assert await batches.read(lambda execute: calendar.live_event(execute, "sc-10")) is None


async def test_only_what_one_has_seen_can_be_changed(batches: Batches) -> None:
    await save(batches, "sc-9", MEETING)
    with pytest.raises(ChangedMeanwhile):
        await save(batches, "sc-9", replace(MEETING, place="Bruges"))
    await save(batches, "sc-9", replace(MEETING, place="Bruges"), 1, worked_on=0)
    with pytest.raises(ChangedMeanwhile):
        await save(batches, "sc-9", replace(MEETING, place="Ghent"), 1, worked_on=0)
    row = await batches.read(lambda execute: calendar.live_event(execute, "sc-9"))
    assert row is not None
    assert row.values["place"] == "Bruges"
    log = await batches.read(lambda execute: calendar.log(execute, subject="sc-9"))
    assert [(entry.who, entry.after and entry.after["place"]) for entry in log] == [
        ("command line", "Bruges"),
        ("command line", "Bilbao, Spain"),
    ]


async def test_of_several_who_change_an_event_at_once_one_does(engine: AsyncEngine) -> None:
    all_of_them = [Batches(engine) for _ in range(8)]
    await save(all_of_them[0], "sc-9", MEETING)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_tried(save(one, "sc-9", MEETING, 1, 0))) for one in all_of_them]
    assert sum(task.result() for task in tasks) == 1
    assert len(await all_of_them[0].read(calendar.log)) == 2
    for one in all_of_them:
        await one.close()


async def _tried(change: Coroutine[None, None, None]) -> bool:
    try:
        await change
    except ChangedMeanwhile:
        return False
    return True


async def test_events_of_organisers_lie_over_those_of_packs(
    engine: AsyncEngine, batches: Batches, tmp_path: Path
) -> None:
    pack = make_pack(tmp_path)
    await load(engine, [pack])
    before = await read_snapshot(engine)
    assert (before.live, before.packed) == ({}, None)

    await save(batches, "sc-9", MEETING)
    kick_off = Entry(title="Kick-off", start="2016-11-16", precision="day", text="It began.")
    await save(batches, "kick-off", cancelled(kick_off, "snow"), 1)
    after = await newer_snapshot(engine, before)
    assert after is not None
    assert after.things["event"] == (await read_snapshot(engine)).things["event"]
    meeting, kick_off_now = after.things["event"]["sc-9"], after.things["event"]["kick-off"]
    assert (meeting.pack, meeting.source) == ("live", "entered by an organiser, 5 January 2027")
    assert (kick_off_now.status, kick_off_now.note) == ("cancelled", "Reason: snow.")
    assert (after.revision_of("sc-9"), after.revision_of("kick-off")) == (0, 1)
    linked = [link.target for link in after.links_of["event", "sc-9"]]
    assert linked == ["esm"]
    assert await newer_snapshot(engine, after) is None

    await load(engine, [pack], force=True)
    again = await read_snapshot(engine)
    assert again.things["event"] == after.things["event"], "loading a pack loses none of them"
    tables = export_tables(again)
    assert {row["id"]: row["pack"] for row in tables["events"]} == {
        "kick-off": "live",
        "sc-9": "live",
    }
    assert [row["id"] for row in tables["packs"]] == ["small", "live"]
    assert all(row["source"] for row in tables["events"])


async def test_what_fewer_packs_do_not_have_is_left_out(
    engine: AsyncEngine, batches: Batches, tmp_path: Path
) -> None:
    await load(engine, [make_pack(tmp_path)])
    await save(batches, "sc-9", replace(MEETING, partnerships=("gone",), country="XX"))
    snapshot = await read_snapshot(engine)
    assert snapshot.things["event"]["sc-9"].country is None
    assert ("event", "sc-9") not in snapshot.links_of


async def test_a_running_process_answers_with_new_events(
    engine: AsyncEngine, batches: Batches
) -> None:
    await load(engine, shipped_packs())
    assistants = Assistants(await read_snapshot(engine))
    reload = Reloading(engine, assistants, ())

    def ask(text: str) -> str:
        return assistants.speaking("en").ask(text, now=NOW).text

    assert "Bilbao" not in ask("when is the next steering committee meeting?")
    assert not await reload()
    await save(batches, "sc-9", replace(MEETING, partnerships=()))
    conference = Entry(
        kind="conference",
        milestone=True,
        title="Quokkatron Gathering",
        start="2027-02-01",
        precision="day",
        place="Tampere, Finland",
    )
    await save(batches, "quokkatron", conference)
    assert await reload()
    assert "17 March 2027" in ask("when is the next steering committee meeting?")
    assert "Quokkatron Gathering" in ask("what is the next milestone?")
    assert "Tampere" in ask("where is the quokkatron gathering?")
    assert "Tampere" in ask("where is the quokatron gathering?"), "also with a slip in it"
    assert "entered by an organiser, 5 January 2027" in ask("when is the quokkatron gathering?")


async def test_roles_are_given_and_taken_and_logged_without_numbers(batches: Batches) -> None:
    organisers = Organisers(batches)
    assert await organisers.role(4711) is None
    await organisers.appoint(4711, ORGANISER, by=99, at=AT)
    assert await organisers.role(4711) == ORGANISER
    await organisers.appoint(4711, ADMIN, by=99, at=AT + 5)
    assert await organisers.appointed() == [Appointed(4711, ADMIN, AT)]
    assert await organisers.dismiss(4711, by=99, at=AT + 9)
    assert not await organisers.dismiss(4711, by=99, at=AT + 9)
    log = await batches.read(calendar.log)
    assert [entry.action for entry in log] == [
        "dismissed",
        "appointed admin",
        "appointed organiser",
    ]
    assert len({entry.who for entry in log}) == len({entry.subject for entry in log}) == 1
    assert not any("4711" in str(entry) for entry in log)


@pytest.mark.parametrize("cached", [True, False])
async def test_drafts_outlive_the_process(batches: Batches, cached: bool) -> None:  # noqa: FBT001
    chats = Chats(batches, alone=lambda: cached)
    drafts = Drafts(batches, chats.note_draft)

    async def draft() -> str | None:
        known, fresh = await chats.conversation(1), Chats(batches, alone=lambda: False)
        assert known == await fresh.conversation(1)
        return known.draft

    assert await draft() is None
    await drafts.keep(1, "first", at=AT)
    await drafts.keep(1, "second", at=AT + 1)
    assert await draft() == "second"
    await drafts.tidy(now=AT + DRAFTS_KEPT)
    assert await draft() == "second"
    await drafts.tidy(now=AT + DRAFTS_KEPT + 2)
    chats.forget_cached()
    assert await draft() is None
    await drafts.keep(1, "third", at=AT)
    await drafts.drop(1)
    assert await draft() is None


async def test_a_draft_is_finished_once(batches: Batches) -> None:
    drafts = Drafts(batches)
    await drafts.keep(1, "as it was seen", at=AT)
    with pytest.raises(DraftGone):
        await batches.now(lambda execute: finish(execute, 1, "as it was before"))
    await batches.now(lambda execute: finish(execute, 1, "as it was seen"))
    with pytest.raises(DraftGone):
        await batches.now(lambda execute: finish(execute, 1, "as it was seen"))


async def test_who_is_forgotten_is_no_organiser_and_joined_to_no_name(batches: Batches) -> None:
    organisers, chats = Organisers(batches), Chats(batches, alone=lambda: False)
    await organisers.appoint(4711, ORGANISER, by=12, at=AT)
    await Drafts(batches).keep(4711, "{}", at=AT)
    held = await chats.export(4711)
    assert held["admin_roles"] == [{"role": ORGANISER, "since": AT}]
    assert held["drafts"] == [{"body": "{}", "at": AT}]
    assert held["audit_log"][0]["action"] == "appointed organiser"
    await chats.forget(4711, at=AT + 1)
    assert await organisers.role(4711) is None
    assert not any((await chats.export(4711)).values())
    log = await batches.read(calendar.log)
    assert [entry.action for entry in log] == ["resigned", "appointed organiser"]
    assert not any("4711" in str(entry) for entry in log)


async def test_of_two_taps_one_saves_and_all_changes_come_about_or_none(
    batches: Batches, snapshot: Snapshot
) -> None:
    planner = Planner(lambda: snapshot, "Europe/Brussels")
    organising = Organising(batches, planner, lambda: snapshot, lambda: NOW)
    await Drafts(batches).keep(1, "as it was seen", at=AT)
    change = await organising.add(Entry(**CATEGORIES["call"], title="A call"))

    def once(execute: Execute) -> None:
        finish(execute, 1, "as it was seen")

    done = await asyncio.gather(
        organising.apply(change, by=1, also=once),
        organising.apply(change, by=1, also=once),
        return_exceptions=True,
    )
    assert [type(one).__name__ for one in done] == ["Consequences", "DraftGone"]
    fresh = await organising.add(Entry(**CATEGORIES["call"], title="Another call"))
    known = await organising.known(change.id)
    stale = organising.change(known, replace(known.entry, host="Somebody"))
    await organising.apply(organising.change(known, replace(known.entry, host="Another")))
    with pytest.raises(ChangedMeanwhile):
        await organising.apply(fresh, stale)
    assert [row.id for row in await batches.read(calendar.live_events)] == [change.id]
    log = await batches.read(calendar.log)
    assert [(entry.action, entry.subject) for entry in log] == [
        ("changed", change.id),
        ("added", change.id),
    ]
