"""Reminders of the real process: what is sent when, and what Telegram and crashes do to it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.dispatch import LATE_AFTER_OUTAGE
from tests.botapi import BotApiServer, Chat, faults
from tests.botapi.records import window_violations
from tests.databases import Database
from tests.reminding import BEGINS, Office, meeting, office, people, texts_to
from tests.telegram_process import BotProcess

pytestmark = pytest.mark.asyncio
DUE = BEGINS - timedelta(hours=1)
SOON = timedelta(seconds=2)
REPEATED = "possibly repeated"


class Rehearsing(BotProcess):
    """A bot whose clock begins at a moment."""

    def at(self, moment: datetime, speed: float = 1) -> "Rehearsing":
        self.command = ("bot", "run", "--clock", moment.isoformat(), "--speed", str(speed))
        return self


async def outcomes(desk: Office, chat: Chat) -> dict[str, tuple[str, str | None]]:
    """State and reason of each lead of a chat."""
    return {
        row.lead: (row.state, row.reason) for row in await desk.rows() if row.chat_id == chat.id
    }


async def test_a_reminder_comes_at_its_moment(database: Database) -> None:
    async with BotApiServer() as server, office(database) as desk:
        ana, ben, stopped = people(server, 3)
        await desk.enter(meeting())
        await desk.subscribe([ana, ben], meeting(), leads=["1h"])
        await desk.subscribe([stopped], meeting(), leads=["1h", "1d"])
        await database.change(
            "UPDATE chats SET reminders = FALSE WHERE chat_id = :id", id=stopped.id
        )
        bot = Rehearsing(server, database).at(DUE - SOON)
        await bot.start()
        for chat in (ana, ben):
            message = await server.wait_for_message(chat)
            assert message.text.startswith("Rehearsal: 10 March 2027, 08:00")
            assert "Reminder: The meeting" in message.text
        assert await bot.end() == 0
        (row,) = [row for row in await desk.rows() if (row.chat_id, row.lead) == (ana.id, "1h")]
        assert row.settled is not None
        slow = row.settled - row.due >= LATE_AFTER_OUTAGE  # where the machine is
        assert ("Late" in texts_to(server, ana)[0]) == slow
        assert texts_to(server, stopped) == []
        assert await outcomes(desk, stopped) == {
            "1d": ("withheld", "stopped"),
            "1h": ("withheld", "stopped"),
        }
        assert server.violations == []
        assert " ERROR " not in bot.read_log()


async def test_what_is_overdue_of_one_event_is_one_message(database: Database) -> None:
    async with BotApiServer() as server, office(database) as desk:
        (ana,) = people(server, 1)
        await desk.enter(meeting())
        await desk.subscribe([ana], meeting(), leads=["1h", "1d"])
        bot = Rehearsing(server, database).at(DUE + SOON)
        await bot.start()
        await server.wait_for_message(ana)
        assert await bot.end() == 0
        assert len(texts_to(server, ana)) == 1
        assert {row.lead for row in await desk.rows() if row.state == "sent"} == {"1h", "1d"}


async def test_after_an_outage_what_is_of_use_comes_late_and_at_once(database: Database) -> None:
    over, cancelled = meeting("past"), meeting("cancelled", BEGINS + timedelta(days=4))
    first, second = (
        meeting("first", BEGINS + timedelta(days=3, hours=5)),
        meeting("second", BEGINS + timedelta(days=5)),
    )
    async with BotApiServer() as server, office(database) as desk:
        ana, ben = people(server, 2)
        await desk.enter(over, cancelled, first, second)
        await desk.subscribe([ana], over, cancelled, first, second, leads=["2d", "1w"])
        await desk.subscribe([ben], first, leads=["4h"])
        # As a newer pack would say it: planned before, and nobody was told.
        await desk.enter(replace(cancelled, status="cancelled", revision=2))
        bot = Rehearsing(server, database).at(BEGINS + timedelta(days=3, hours=4))
        await bot.start()
        summary = (await server.wait_for_message(ana)).text
        assert "first" in summary
        assert "second" in summary
        assert "past" not in summary
        assert "cancelled" not in summary
        assert "out of service" in summary
        assert "Late by 3 h; I was out of service" in (await server.wait_for_message(ben)).text
        assert await bot.end() == 0
        assert len(texts_to(server, ana)) == 1
        found = {(row.event, row.state, row.reason) for row in await desk.rows()}
        assert ("past", "withheld", "ended") in found
        assert {state for event, state, _ in found if event == "cancelled"} == {"superseded"}


async def test_what_telegram_says_to_reminders(database: Database) -> None:
    async with BotApiServer() as server, office(database) as desk:
        well, blocked, waiting, unsure, failing = people(server, 5)
        owner = server.world.user("Owner")
        group, new = server.world.group("Old", owner), server.world.supergroup("New", owner)
        chats = [well, blocked, waiting, unsure, failing, group]
        await desk.enter(meeting())
        await desk.subscribe(chats, meeting())
        server.faults.add(faults.blocked(), "sendMessage", chat=blocked)
        server.faults.add(faults.too_many(3), "sendMessage", chat=waiting)
        server.faults.add(faults.severed(), "sendMessage", chat=unsure)
        server.faults.add(faults.server_error(502), "sendMessage", chat=failing)
        server.faults.add(faults.migrated(new), "sendMessage", chat=group)
        bot = Rehearsing(server, database).at(DUE - SOON)
        await bot.start()
        for chat in (well, new, waiting, failing):
            text = (await server.wait_for_message(chat, seconds=30)).text
            assert REPEATED not in text
        first, second = (await server.wait_for_message(unsure, count=2), server.from_bot(unsure))[1]
        assert (REPEATED in first.text, REPEATED in second.text) == (False, True)
        assert await bot.end() == 0
        assert await outcomes(desk, blocked) == {"1h": ("withheld", "unreachable")}
        assert await outcomes(desk, group) == {}
        assert await outcomes(desk, new) == {"1h": ("sent", None)}
        assert await outcomes(desk, unsure) == {"1h": ("sent", "hidden")}
        assert [len(texts_to(server, chat)) for chat in chats] == [1, 0, 1, 2, 1, 0]
        (since,) = (
            await database.rows("SELECT unreachable FROM chats WHERE chat_id = :id", id=blocked.id)
        )[0]
        assert since == "2027-03-10"
        assert server.violations == []


async def test_kills_lose_nothing_and_double_only_what_was_under_way(database: Database) -> None:
    async with BotApiServer(delay=0.05) as server, office(database) as desk:
        chats = people(server, 70)
        await desk.enter(meeting())
        await desk.subscribe(chats, meeting())
        hidden = 0
        for part in range(4):
            bot = Rehearsing(server, database).at(DUE + timedelta(seconds=part))
            await bot.start(ready="sendMessage")
            if part < 3:
                await server.wait_for_call("sendMessage", count=15 * (part + 1))
                before = len(server.calls_of("sendMessage"))
                await bot.kill()
                hidden += 8 + len(server.calls_of("sendMessage")) - before
        for chat in chats:
            await server.wait_for_message(chat, seconds=30)
        assert await bot.end() == 0
        sent = [texts_to(server, chat) for chat in chats]
        assert sum(len(texts) - 1 for texts in sent) <= hidden
        assert all(REPEATED in text for texts in sent for text in texts[1:])
        assert {row.state for row in await desk.rows()} == {"sent"}
        assert window_violations(server.calls) == []


async def test_a_change_is_told_and_the_reminder_says_so_too(database: Database) -> None:
    async with BotApiServer() as server, office(database) as desk:
        (ana,) = people(server, 1)
        await desk.enter(meeting())
        await desk.subscribe([ana], meeting(), leads=["1d", "1h"])
        bot = Rehearsing(server, database).at(BEGINS - timedelta(hours=20))
        await bot.start(ready="sendMessage")
        reminder = await server.wait_for_message(ana)
        moved = replace(meeting(place="Bilbao"), start_time="10:00", end_time="12:00", revision=2)
        await desk.change(meeting(), moved, now=BEGINS - timedelta(hours=20))
        notice = (await server.wait_for_message(ana, count=2)).text
        assert "09:00" in notice
        assert "10:00" in notice
        assert "Bilbao" in notice
        await server.wait_for_call("editMessageText", ana)
        assert "10:00" in reminder.text
        gone = replace(moved, status="cancelled", revision=3)
        await desk.change(moved, gone, now=BEGINS - timedelta(hours=20))
        assert "Cancelled" in (await server.wait_for_message(ana, count=3)).text
        assert await bot.end() == 0
        open_rows = [row for row in await desk.rows() if row.state == "queued"]
        assert open_rows == []
        assert server.violations == []


async def test_one_of_two_processes_delivers_and_the_other_takes_over(database: Database) -> None:
    async with BotApiServer(delay=0.05) as server, office(database) as desk:
        chats = people(server, 60)
        await desk.enter(meeting())
        await desk.subscribe(chats, meeting())
        first = Rehearsing(server, database).at(DUE)
        await first.start(ready="sendMessage")
        second = Rehearsing(server, database).at(DUE)
        await second.start(ready="getMe")
        await first.kill()
        for chat in chats:
            await server.wait_for_message(chat, seconds=30)
        assert await second.end() == 0
        doubled = [texts for chat in chats if len(texts := texts_to(server, chat)) > 1]
        assert len(doubled) <= 8
        assert window_violations(server.calls) == []
