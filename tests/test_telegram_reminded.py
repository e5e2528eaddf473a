"""What arrives unasked, and what people do with it: snooze, ask why, read of changes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.planning import Planner
from knowledge.occasions import Occasion
from tests.botapi import BotApiServer, Message, User
from tests.databases import Database
from tests.live_events import committee, enter
from tests.reminding import Office, office
from tests.telegram_process import Telegram
from tests.test_reminders_sent import Rehearsing

pytestmark = pytest.mark.asyncio

BEGINS = datetime(2027, 3, 10, 8, 30, tzinfo=UTC)
"""Half past nine in Brussels, half past ten in Helsinki."""

BEFORE = datetime(2027, 3, 1, 9, tzinfo=UTC)
WHEN = "Wed 10 March 2027, 09:30 Brussels time (10:30 Helsinki time), until 16:00 (Brussels)"


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server
        assert server.violations == []


async def asked(server: BotApiServer, database: Database, user: User, *words: str) -> list[str]:
    """What a bot says to words nine days before the event; it is ended after that."""
    await enter(database, {"sc-spring": committee("2027-03-10")})
    bot = Rehearsing(server, database).at(BEFORE)
    await bot.start()
    telegram = Telegram(server, bot)
    await telegram.say(user, "/timezone Helsinki")
    said = [(await telegram.say(user, one)).text for one in words]
    assert await bot.end() == 0
    return said


async def reminded(server: BotApiServer, bot: Rehearsing, user: User) -> Message:
    """The first message that comes unasked, once the bot has started."""
    seen = len(server.from_bot(user))
    await bot.start()
    return await server.wait_for_message(user, count=seen + 1)


def body(message: Message) -> str:
    """A message without the mark of a rehearsal."""
    mark, _, rest = message.text.partition("\n\n")
    assert mark.startswith("Rehearsal: ")
    return rest


async def test_a_reminder_says_all_that_one_needs(server: BotApiServer, database: Database) -> None:
    ana = server.world.user("Ana")
    (card,) = await asked(server, database, ana, "remind me 2 hours before the next committee")
    assert "2 hours before: Wed 10 March 2027, 08:30 Helsinki time" in card
    bot = Rehearsing(server, database).at(BEGINS - timedelta(hours=2, seconds=2))
    message = await reminded(server, bot, ana)
    lines = body(message).splitlines()
    assert lines[:4] == [
        "Reminder: Spring meeting of the Steering Committee",
        f"{WHEN}, in 2 hours",
        "Where: Brussels, Charlemagne building",
        "Link: https://example.org/steering",
    ]
    assert lines[5] == "Progress of the partnerships and the work of the year to come."
    assert lines[7].startswith("Source: entered by an organiser, ")
    forms = [
        (one["unix_time"], one["date_time_format"])
        for one in message.entities
        if one["type"] == "date_time"
    ]
    assert forms == [(int(BEGINS.timestamp()), "wDT"), (int(BEGINS.timestamp()), "r")]
    assert [button.text for button in message.buttons] == [
        "In 20 minutes",
        "In 1 hour",
        "About: Spring meeting of the Steering Committee",
        "Why do I get this?",
    ]
    assert await bot.end() == 0


async def test_snooze_by_button_and_words_never_past_the_start(
    server: BotApiServer, database: Database
) -> None:
    ana = server.world.user("Ana")
    await asked(server, database, ana, "remind me 2 hours before the next committee")
    bot = Rehearsing(server, database).at(BEGINS - timedelta(hours=2, seconds=2))
    telegram = Telegram(server, bot)
    message = await reminded(server, bot, ana)
    seen = len(server.from_bot(ana))
    await telegram.press(ana, message, "In 20 minutes")
    snoozed = await server.wait_for_message(ana, count=seen + 1)
    assert "I will remind you again of Spring meeting" in snoozed.text
    assert "Wed 10 March 2027, 08:5" in snoozed.text
    assert "Helsinki time" in snoozed.text
    assert "Once more: Wed 10 March 2027, 08:5" in (await telegram.say(ana, "/reminders")).text
    assert await telegram.press(ana, snoozed, "Undo") == "It does not come again."
    assert "Once more" not in (await telegram.say(ana, "/reminders")).text
    assert "By then" in (await telegram.say(ana, "snooze for 3 hours")).text
    assert "again of Spring meeting" in (await telegram.say(ana, "remind me in an hour")).text
    offered = await telegram.say(ana, "remind me later")
    assert [button.text for button in offered.buttons] == ["In 20 minutes", "In 1 hour"]
    late = telegram.world.forge(ana, message, f"1Z3h.{_key(message)}")
    assert "begun by then" in str((await server.wait_for_answer(late))["text"])
    ben = server.world.user("Ben")
    theirs = telegram.world.forge(ben, message, f"1Z20m.{_key(message)}")
    await telegram.answered(theirs)
    assert "again" not in (await telegram.say(ben, "/reminders")).text
    assert await bot.end() == 0


def _key(message: Message) -> str:
    """The key of the outbox's row that a reminder is."""
    data = message.button("Why do I get this?").data or ""
    return data.removeprefix("1Y")


async def test_why_tells_the_receipts(server: BotApiServer, database: Database) -> None:
    ana = server.world.user("Ana")
    await asked(
        server, database, ana, "remind me 2 hours and also 15 minutes before committee meetings"
    )
    bot = Rehearsing(server, database).at(BEGINS - timedelta(hours=2, seconds=2))
    telegram = Telegram(server, bot)
    message = await reminded(server, bot, ana)
    await telegram.press(ana, message, "Why do I get this?")
    why = await server.wait_for_message(ana, count=len(server.from_bot(ana)))
    assert "I remind you of Steering Committee meetings, because that was asked for" in why.text
    assert "2 hours before; sent Wed 10 March 2027, 08:30 Helsinki time" in why.text
    receipts = (await telegram.say(ana, "/why")).text
    assert "2 hours before; sent" in receipts
    assert "15 minutes before; waiting to be sent" in receipts
    assert await bot.end() == 0


async def test_a_change_and_a_cancellation_reach_who_was_told(
    server: BotApiServer, database: Database
) -> None:
    ana, ben = server.world.user("Ana"), server.world.user("Ben")
    await asked(server, database, ana, "remind me 2 hours before committee meetings")
    bot = Rehearsing(server, database).at(BEGINS - timedelta(hours=2, seconds=2))
    message = await reminded(server, bot, ana)
    telegram = Telegram(server, bot)
    async with office(database) as desk:
        old = await _event(desk)
        moved = replace(old, start_time="11:00", place="Brussels, Breydel", revision=1)
        seen = len(server.from_bot(ana))
        await desk.change(old, moved, now=BEGINS - timedelta(hours=2))
        notice = await server.wait_for_message(ana, count=seen + 1)
        assert body(notice).splitlines()[:4] == [
            "Changed: Spring meeting of the Steering Committee",
            f"When: {WHEN} → {WHEN.replace('09:30', '11:00').replace('10:30', '12:00')}",
            "Where: Brussels, Charlemagne building → Brussels, Breydel",
            "Link: https://example.org/steering",
        ]
        await server.wait_for(lambda: "as changed since" in message.text or None)
        receipts = (await telegram.say(ana, "/why")).text
        assert "changed; sent" in receipts
        gone = replace(moved, status="cancelled", revision=2)
        seen = len(server.from_bot(ana))
        await desk.change(moved, gone, now=BEGINS - timedelta(hours=2))
        notice = await server.wait_for_message(ana, count=seen + 1)
        assert "Cancelled: Spring meeting of the Steering Committee" in notice.text
        assert "It was planned for Wed 10 March 2027, 11:00 Brussels time" in notice.text
        await telegram.press(ana, notice, "Calendar file (.ics)")
        file = await server.wait_for_message(ana, count=seen + 2)
        assert b"METHOD:CANCEL\r\n" in file.file
        assert b"SEQUENCE:2\r\n" in file.file
    assert server.from_bot(ben) == []
    assert await bot.end() == 0


async def _event(desk: Office) -> Occasion:
    planner: Planner = desk.planner
    found = await desk.batches.read(planner.occasions)
    return found["sc-spring"]
