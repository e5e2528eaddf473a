"""What is stored, shown, erased and forgotten by itself, searched for in tables and the log."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect

from db.engine import create_engine, reading
from tests.botapi import BotApiServer
from tests.databases import Database
from tests.telegram_process import Telegram, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
ZOE = 987_654_321
WORDS = "Wizzlebury"
NUMBER = ZOE.to_bytes(4, "big")
HIDDEN = (str(ZOE), "Quux", "zoequux", WORDS)


async def everything(database: Database) -> dict[str, str]:
    """All that each table holds, as text."""
    engine = create_engine(database.url)
    try:
        async with reading(engine) as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await engine.dispose()
    return {name: repr(await database.rows(f'SELECT * FROM "{name}"')) for name in names}  # noqa: S608


async def traces(database: Database, *words: str) -> dict[str, list[str]]:
    """The tables that hold any of the words."""
    held = await everything(database)
    found = {name: [word for word in words if word in rows] for name, rows in held.items()}
    return {name: words for name, words in found.items() if words}


def traces_in_files(database: Database) -> set[bytes]:
    """What the bytes of the files of SQLite hold of the words, and of the number as it is kept."""
    held = b"".join(file.read_bytes() for file in database.folder.glob("bot.db*"))
    return {word for word in (*(one.encode() for one in HIDDEN), NUMBER) if word in held}


async def test_only_what_is_said_is_stored_and_forgetting_erases_all(
    database: Database, free_port: int
) -> None:
    web = {"PUBLIC_URL": "https://calendars.example.org", "PORT": str(free_port)}
    async with BotApiServer() as server, running(server, database, LOG_LEVEL="DEBUG", **web) as bot:
        telegram = Telegram(server, bot)
        zoe = server.world.user("Zoe Quux", username="zoequux", id=ZOE)
        ben = server.world.user("Ben")
        await telegram.say(ben, "/timezone Helsinki")
        answer = await telegram.say(zoe, f"which partnerships is Catalonia in, asks {WORDS}?")
        await telegram.press(zoe, answer, answer.buttons[0].text)
        await server.wait_for_message(zoe, count=2)
        await telegram.say(zoe, "/timezone Lisbon")
        calendar = await telegram.say(zoe, "/calendar")
        token = calendar.text.partition("example.org/calendar/")[2].partition(".ics")[0]
        await telegram.press(zoe, calendar, "Alarms in the calendar: off (press for on)")
        assert await traces(database, token) == {}, "it cannot be read back"
        await telegram.say(zoe, f"where is {WORDS}?")
        server.world.edit(server.world.say(zoe, f"what is {WORDS}?"), f"who is {WORDS}?")
        server.world.inline(zoe, WORDS)
        await telegram.say(zoe, "remind me of all milestones one day before")
        await telegram.settled(zoe)
        held = await traces(database, *HIDDEN)
        assert {word for words in held.values() for word in words} == {str(ZOE)}, held
        assert {"chats", "subscriptions", "calendar_feeds"} <= set(held)
        if database.url.startswith("sqlite"):
            assert traces_in_files(database) >= {WORDS.encode(), NUMBER}

        server.world.say(zoe, "/mydata")
        sent = await server.wait_for_call("sendDocument", zoe)
        assert sent.ok
        document = json.loads(server.from_bot(zoe)[-1].file)
        assert document["chat"]["zone"] == "Europe/Lisbon"
        assert document["subscriptions"][0]["kind"] == "milestones"
        assert [one["alarms"] for one in document["calendar_feeds"]] == [True]
        assert token not in str(document)
        shown = {name for name, rows in document.items() if rows}
        assert set(held) - {"updates"} <= shown | {"chats"}, "what is held is shown"

        asked = await telegram.say(zoe, "/forget")
        await telegram.press(zoe, asked, "Erase everything")
        await telegram.settled(ben)
        assert traces_in_files(database) == set()
        assert await bot.end() == 0
        assert traces_in_files(database) == set()
        assert await traces(database, *HIDDEN) == {}
        others = await database.rows("SELECT zone FROM chats")
        assert others == [("Europe/Helsinki",)], "they are left alone"
        log = bot.read_log()
        assert [word for word in (*HIDDEN, token) if word in log] == []


async def test_chats_that_are_not_used_are_told_then_forgotten(database: Database) -> None:
    today = datetime.now(UTC).date()
    long_ago = (today - timedelta(days=731)).isoformat()
    recently = (today - timedelta(days=729)).isoformat()
    past = (today - timedelta(days=31)).isoformat()
    async with BotApiServer() as server:
        idle, kept, used, gone = (server.world.user(name) for name in ("Ida", "Kay", "Una", "Gus"))
        for person, seen, unreachable in (
            (idle, long_ago, None),
            (kept, long_ago, None),
            (used, recently, None),
            (gone, recently, past),
        ):
            await database.change(
                "INSERT INTO chats (chat_id, reminders, review, last_seen, unreachable) "
                "VALUES (:id, TRUE, FALSE, :seen, :unreachable)",
                id=person.id,
                seen=seen,
                unreachable=unreachable,
            )
        async with running(server, database) as bot:
            telegram = Telegram(server, bot)
            notice = await server.wait_for_message(kept)
            assert "two years" in (await server.wait_for_message(idle)).text
            assert "30 days" in notice.text
            await telegram.press(kept, notice, "Keep it")
            await telegram.settled(kept)
            assert await _known(database) == {idle.id, kept.id, used.id}, "who blocked it is gone"
        assert server.from_bot(used) == []
        assert server.from_bot(gone) == []
        await database.change("UPDATE chats SET warned = :past WHERE warned IS NOT NULL", past=past)
        async with running(server, database), asyncio.timeout(30):
            while idle.id in await _known(database):
                continue
        assert await _known(database) == {kept.id, used.id}
        assert len(server.from_bot(idle)) == 1, "nobody is told twice"


async def _known(database: Database) -> set[int]:
    return {int(row[0]) for row in await database.rows("SELECT chat_id FROM chats")}
