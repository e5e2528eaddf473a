"""What is planned for whom, on both engines: subscriptions, settings, changed events, snoozing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db import deliveries, outbox
from db.batches import Batches
from db.chats import Chats
from db.deliveries import Entry
from db.sqlite import Execute
from db.subscriptions import Choices
from handlers.planning import Consequences, Planner, seconds
from handlers.receipts import _late as lateness
from handlers.scheduling import Reminders
from handlers.texts import texts
from knowledge.occasions import Occasion
from knowledge.snapshot import Snapshot

ANA, GROUP, SUPERGROUP = 7, -5001, -1_000_000_005_001
NOW = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
MEETING = Occasion(
    id="sc-2027",
    title="Steering Committee",
    milestone=True,
    start="2027-03-29",
    start_time="09:30",
    end_time="17:00",
    precision="day",
    zone="Europe/Brussels",
    series="steering-committee",
    partnerships=frozenset({"textile"}),
    revision=1,
)


class World:
    """The database, a clock that the test moves, and the plan over both."""

    def __init__(self, batches: Batches, snapshot: Snapshot) -> None:
        self.batches = batches
        self.now = NOW
        self.planner = Planner(lambda: snapshot, "Europe/Brussels")
        self.reminders = Reminders(batches, self.planner, lambda: self.now)
        self.chats = Chats(batches, alone=lambda: False)

    async def enter(self, event: Occasion) -> None:
        """Writes an event of organisers, and tells nobody."""
        await self.batches.now(lambda execute: _write(execute, event))

    async def change(self, old: Occasion | None, new: Occasion, **more: Any) -> Consequences:
        def work(execute: Execute) -> Consequences:
            _write(execute, new)
            return self.planner.event_changed(execute, old, new, now=self.now, **more)

        return await self.batches.now(work)

    async def rows(self, chat_id: int = ANA) -> list[Entry]:
        return await self.batches.read(lambda ex: deliveries.entries_of(ex, chat_id=chat_id))

    async def planned(self, chat_id: int = ANA) -> list[str]:
        """What waits: spans with the local moment."""
        found = await self.reminders.upcoming(chat_id)
        return [f"{one.lead} {one.due:%Y-%m-%d %H:%M %Z}" for one in found]

    async def send(self, lead: str, chat_id: int = ANA) -> Entry:
        """Records that a row was sent."""
        row = next(one for one in await self.rows(chat_id) if one.lead == lead)

        def work(execute: Execute) -> None:
            outbox.settle(execute, [row], "sent", now=seconds(self.now), message_id=70)

        await self.batches.now(work)
        return row


def _write(execute: Execute, event: Occasion) -> None:
    values = {name: getattr(event, name) for name in Occasion.__dataclass_fields__}
    values["partnerships"] = sorted(event.partnerships)
    kept = json.dumps({name: value for name, value in values.items() if value is not None})
    execute(
        'INSERT INTO live_events (id, "values", revision, changed) '
        "VALUES (:id, :values, :revision, 0) ON CONFLICT (id) DO UPDATE "
        'SET "values" = excluded."values", revision = excluded.revision',
        {"id": event.id, "values": kept, "revision": event.revision},
    )


@pytest.fixture
async def world(engine: AsyncEngine, snapshot: Snapshot) -> AsyncIterator[World]:
    batches = Batches(engine)
    yield World(batches, snapshot)
    await batches.close()


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("event", "sc-2027"),
        ("series", "steering-committee"),
        ("partnership", "textile"),
        ("milestones", ""),
    ],
)
async def test_a_subscription_is_planned_when_it_is_confirmed(
    world: World, kind: str, target: str
) -> None:
    await world.enter(MEETING)
    planned = await world.reminders.subscribe(ANA, 0, kind, target, ["1d", "7d", "90m"])
    assert [f"{one.lead} {one.due:%d %b %H:%M %Z}" for one in planned] == [
        "1w 22 Mar 09:30 CET",
        "1d 28 Mar 09:30 CEST",
        "90m 29 Mar 08:00 CEST",
    ]
    (subscribed,) = await world.reminders.subscribed(ANA)
    assert subscribed.leads == ("1w", "1d", "90m")


async def test_what_two_subscriptions_ask_for_comes_once(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1d", "1h"])
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d", "2d"])
    assert [line.split()[0] for line in await world.planned()] == ["2d", "1d", "1h"]
    assert await world.reminders.unsubscribe(ANA, 0, "event", "sc-2027")
    assert [line.split()[0] for line in await world.planned()] == ["2d", "1d"]
    assert not await world.reminders.unsubscribe(ANA, 0, "event", "sc-2027")


async def test_who_comes_back_is_planned_for_again(world: World) -> None:
    await world.enter(MEETING)
    for _ in range(2):
        await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
        assert len(await world.planned()) == 1
        await world.reminders.unsubscribe(ANA, 0, "milestones", "")
        assert await world.planned() == []


async def test_spans_that_have_passed_are_not_planned(world: World) -> None:
    await world.enter(MEETING)
    world.now = datetime(2027, 3, 28, 12, tzinfo=UTC)
    planned = await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1w", "1d", "1h"])
    assert [one.lead for one in planned] == ["1h"]


async def test_topics_of_a_group_subscribe_by_themselves(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(GROUP, 3, "milestones", "", ["1d"])
    await world.reminders.subscribe(GROUP, 4, "milestones", "", ["1h"])
    assert [(one.thread_id, one.lead) for one in await world.reminders.upcoming(GROUP)] == [
        (3, "1d"),
        (4, "1h"),
    ]


async def test_quiet_hours_and_the_zone_move_what_is_planned(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["3h"])
    assert await world.planned() == ["3h 2027-03-29 06:30 CEST"]
    await world.reminders.choose(ANA, Choices("22:00", "07:00"))
    assert await world.planned() == ["3h 2027-03-29 07:00 CEST"]
    world.chats.note(ANA, zone="Europe/Helsinki", last_seen="2027-03-01")
    assert [f"{one.due:%H:%M}" for one in await world.reminders.replan(ANA)] == ["07:30"]
    await world.reminders.choose(ANA, Choices("22:00", "11:00"))
    assert await world.planned() == ["3h 2027-03-28 22:00 EEST"], "it would begin in them"


async def test_a_zone_that_is_known_no_more_holds_nobody_up(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["3h"])
    await world.chats.change(ANA, zone="Europe/Atlantis")
    await world.reminders.replan_all()
    assert await world.planned() == ["3h 2027-03-29 06:30 CEST"], "in the default zone"


async def test_a_digest_gathers_days_and_leaves_hours(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["2d", "1d", "2h"])
    planned = await world.reminders.choose(ANA, Choices(digest="daily", digest_at="08:00"))
    assert [(one.lead, f"{one.due:%d %H:%M}", one.silent) for one in planned] == [
        ("2d", "27 08:00", True),
        ("1d", "28 08:00", True),
        ("2h", "29 07:30", False),
    ]
    planned = await world.reminders.choose(ANA, Choices(digest="weekly", digest_at="08:00"))
    assert [f"{one.due:%a %d %H:%M}" for one in planned][:2] == ["Mon 22 08:00"] * 2


async def test_a_moved_event_moves_its_reminders_and_tells(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1w", "1d"])
    moved = replace(MEETING, start="2027-04-12", revision=2)
    found = await world.change(MEETING, moved)
    assert found.chats == {ANA}
    assert await world.planned() == [
        "change 2027-03-01 11:00 CET",
        "1w 2027-04-05 09:30 CEST",
        "1d 2027-04-11 09:30 CEST",
    ]
    notice = await _notice(world)
    assert (notice["old"]["start"], notice["new"]["start"]) == ("2027-03-29", "2027-04-12")
    assert {row.revision for row in await world.rows() if row.state == "superseded"} == {1}


async def test_followers_hear_of_a_new_event_as_it_is_when_they_do(world: World) -> None:
    await world.reminders.subscribe(ANA, 0, "series", "steering-committee", ["1d"])
    await world.reminders.subscribe(8, 0, "partnership", "sport", ["1d"])
    named = replace(MEETING, series="thematic-platforms-steering-committee")
    assert (await world.change(None, named)).chats == {ANA}
    moved = replace(named, start="2027-04-12", revision=2)
    await world.change(named, moved)
    assert [line.split()[0] for line in await world.planned()] == ["new", "1d"]
    notice = await _notice(world)
    assert (notice["old"], notice["new"]["start"]) == (None, "2027-04-12")
    await world.change(moved, replace(moved, status="cancelled", revision=3))
    assert await world.planned() == [], "they never heard of it"


async def test_changes_that_wait_are_told_at_once_or_not_at_all(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
    moved = replace(MEETING, start="2027-04-12", revision=2)
    again = replace(MEETING, start="2027-05-10", revision=3)
    await world.change(MEETING, moved)
    await world.change(moved, again)
    notice = await _notice(world)
    assert (notice["old"]["start"], notice["new"]["start"]) == ("2027-03-29", "2027-05-10")
    await world.change(again, replace(MEETING, revision=4))
    assert [line.split()[0] for line in await world.planned()] == ["1d"]


async def test_those_who_were_told_hear_of_a_change_without_following(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1w"])
    await world.send("1w")
    await world.reminders.unsubscribe(ANA, 0, "milestones", "")
    cancelled = replace(MEETING, status="cancelled", revision=2)
    await world.change(MEETING, cancelled, more={"reason": "storm"})
    assert [line.split()[0] for line in await world.planned()] == ["cancel"]
    assert (await _notice(world))["reason"] == "storm"


async def test_a_change_can_be_held_back_and_told_later(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
    moved = replace(MEETING, start_time="11:00", revision=2)
    await world.change(MEETING, moved, notify=False)
    assert await world.planned() == ["1d 2027-03-28 11:00 CEST"]
    await world.change(MEETING, moved)
    assert [line.split()[0] for line in await world.planned()] == ["change", "1d"]


async def test_a_cancellation_passes_quiet_hours_when_it_is_near(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
    await world.reminders.choose(ANA, Choices("22:00", "07:00"))
    cancelled = replace(MEETING, status="cancelled", revision=2)
    world.now = datetime(2027, 3, 20, 23, tzinfo=UTC)
    found = await world.change(MEETING, cancelled)
    assert (found.notices[0].due, found.notices[0].silent) == (_at("2027-03-21T06:00Z"), False)
    world.now = datetime(2027, 3, 28, 23, tzinfo=UTC)
    found = await world.change(MEETING, replace(cancelled, revision=3))
    assert (found.notices[0].due, found.notices[0].silent) == (seconds(world.now), True)


async def test_what_was_cancelled_is_not_cancelled_again_by_a_change(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
    cancelled = replace(MEETING, status="cancelled", revision=2)
    await world.change(MEETING, cancelled)
    await world.send("cancel")
    moved = replace(cancelled, start_time="10:00", revision=3)
    found = await world.change(cancelled, moved)
    assert found.notices == ()
    again = replace(moved, status=None, revision=4)
    found = await world.change(moved, again)
    assert [one.lead for one in found.notices] == ["change"], "that it takes place is news"


async def test_a_cancellation_that_waits_is_told_after_a_change(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1d"])
    cancelled = replace(MEETING, status="cancelled", revision=2)
    await world.change(MEETING, cancelled)
    found = await world.change(cancelled, replace(cancelled, start_time="10:00", revision=3))
    assert [one.lead for one in found.notices] == ["cancel"]


async def test_an_overdue_reminder_is_not_lost_to_a_change(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1d"])
    world.now = datetime(2027, 3, 28, 9, tzinfo=UTC)
    await world.change(MEETING, replace(MEETING, place="Bilbao", revision=2), notify=False)
    (row,) = [row for row in await world.rows() if row.state == "queued"]
    assert (row.revision, row.due) == (2, _at("2027-03-28T07:30Z"))
    await world.reminders.replan_all()
    assert [one.key for one in await world.rows() if one.state == "queued"] == [row.key]


async def test_what_was_sent_is_not_sent_again_unless_for_another_day(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1w"])
    await world.send("1w")
    await world.reminders.replan_all()
    await world.reminders.replan(ANA)
    assert await world.planned() == []
    await world.enter(replace(MEETING, start="2027-05-10"))  # as a newer pack would
    await world.reminders.replan_all()
    assert await world.planned() == ["1w 2027-05-03 09:30 CEST"]


async def test_a_gone_event_is_taken_back(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "milestones", "", ["1w"])
    await world.batches.now(lambda execute: execute("DELETE FROM live_events", {}) and None)
    await world.reminders.replan_all()
    assert [row.state for row in await world.rows()] == ["superseded"]


async def test_snoozing_never_passes_the_beginning(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1d"])
    row = await world.send("1d")
    world.now = datetime(2027, 3, 28, 8, tzinfo=UTC)
    start = datetime(2027, 3, 29, 7, 30, tzinfo=UTC)
    assert await world.reminders.snooze(ANA, row.key, start) is None
    assert await world.reminders.snooze(8, row.key, start - timedelta(hours=1)) is None
    first = await world.reminders.snooze(ANA, row.key, world.now + timedelta(hours=1))
    world.now += timedelta(seconds=40)
    twice = await world.reminders.snooze(ANA, row.key, world.now + timedelta(hours=1))
    second = await world.reminders.snooze(ANA, row.key, start - timedelta(minutes=1))
    assert twice == first, "a button that was pressed twice"
    assert first is not None
    assert second is not None
    assert await world.planned() == [
        "snooze 2027-03-28 11:00 CEST",
        "snooze 2027-03-29 09:29 CEST",
    ]
    await world.change(MEETING, replace(MEETING, start_time="09:00", revision=2), notify=False)
    assert await world.planned() == ["snooze 2027-03-28 11:00 CEST"]
    assert await world.reminders.unsnooze(ANA, first.key)
    assert await world.planned() == []


async def test_receipts_tell_what_became_of_it(world: World) -> None:
    await world.enter(MEETING)
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1w", "1d"])
    world.now = datetime(2027, 3, 22, 9, 30, tzinfo=UTC)
    await world.send("1w")
    (sent,) = await world.reminders.receipts(ANA)
    assert (sent.lead, sent.state, sent.late) == ("1w", "sent", 3600)
    assert sent.event is not None
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1w", "1d", "3h"])
    await world.reminders.subscribe(ANA, 0, "event", "sc-2027", ["1w", "1d"])
    assert await world.reminders.receipts(ANA) == (sent,), "what was chosen otherwise is no matter"
    await world.change(MEETING, replace(MEETING, start_time="11:00", revision=2), notify=False)
    found = {(one.lead, one.state) for one in await world.reminders.receipts(ANA)}
    assert found == {("1w", "sent"), ("1d", "superseded")}
    assert await world.reminders.receipt(8, sent.key) is None


async def test_forgetting_and_moving_take_reminders_along(world: World) -> None:
    await world.enter(MEETING)
    world.chats.note(GROUP, last_seen="2027-03-01")
    await world.reminders.subscribe(GROUP, 3, "milestones", "", ["1d", "2d"])
    await world.reminders.choose(GROUP, Choices("22:00", "07:00"))
    await world.send("2d", GROUP)
    await world.chats.migrate(GROUP, SUPERGROUP)
    assert await world.rows(GROUP) == []
    moved = await world.rows(SUPERGROUP)
    assert [(row.lead, row.state, row.message_id) for row in moved] == [
        ("2d", "sent", None),
        ("1d", "queued", None),
    ]
    stored = await world.chats.export(SUPERGROUP)
    assert stored["subscriptions"][0]["leads"] == ["2d", "1d"]
    assert len(stored["deliveries"]) == 2
    await world.chats.forget(SUPERGROUP, at=0)
    stored = await world.chats.export(SUPERGROUP)
    assert not any(stored.values())


async def test_wrong_subscriptions_are_refused(world: World) -> None:
    for kind, leads in (("event", ["soon"]), ("nothing", ["1d"]), ("event", ["600d"])):
        with pytest.raises(ValueError, match=r"no s|no subscription|more than"):
            await world.reminders.subscribe(ANA, 0, kind, "x", leads)


async def _notice(world: World) -> dict[str, Any]:
    rows = await world.rows()
    (row,) = [one for one in rows if one.state == "queued" and not one.is_reminder]
    found: dict[str, Any] = json.loads(row.body or "")
    return found


def _at(written: str) -> int:
    return seconds(datetime.fromisoformat(written))


@pytest.mark.parametrize(
    ("late", "said"),
    [(5, ""), (59, "59 s"), (7200, "2 hours"), (400 * 86400, "400 d"), (5000 * 86400, "5000 d")],
)
def test_a_lateness_is_told_however_long_it_is(late: int, said: str) -> None:
    assert lateness(late) == said


def test_notices_say_truly_what_was_known_before() -> None:
    rest = {"late": "", "outage": False, "repeated": False, "reason": None}
    open_ = {"title": "X", "when": "date to be confirmed", "day": False, "place": "", "link": ""}
    planned, deferred = {**open_, "status": None}, {**open_, "status": "postponed"}
    cancel = texts("en").say("event_cancel", events=[planned], old=None, **rest)
    assert "Its date was to be confirmed." in cancel
    assert "planned for" not in cancel
    change = texts("en").say("event_change", events=[deferred], old=planned, **rest)
    assert "Status: as planned → postponed" in change
    change = texts("en").say("event_change", events=[planned], old=deferred, **rest)
    assert "Status: postponed → as planned" in change
