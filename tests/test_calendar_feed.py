"""The calendar that one subscribes to: real processes, real HTTP, read by a second library."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import icalendar
import pytest

from knowledge.entries import Entry
from knowledge.entry_changes import cancelled
from knowledge.ics_writer import Written
from tests.botapi import BotApiServer
from tests.calendars import ADDRESS, EVENTS, NOTHING, events_in, token_in, webhook_bot
from tests.databases import Database
from tests.ics_histories import read
from tests.live_events import enter
from tests.telegram_process import Telegram, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def change(database: Database, program: httpx.AsyncClient, id: str, entry: Entry) -> None:
    """Changes an event as organisers do, and waits until the bot knows of it."""
    before = await _revision(program)
    await enter(database, {id: entry})
    async with asyncio.timeout(30):
        while await _revision(program) == before:
            continue


async def _revision(program: httpx.AsyncClient) -> str:
    figures = (await program.get("/metrics")).text
    return next(line for line in figures.splitlines() if line.startswith("s3p_knowledge_revision"))


async def test_a_calendar_from_its_address_to_its_end(database: Database, free_port: int) -> None:
    await enter(database, EVENTS)
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with webhook_bot(server, database, free_port) as (telegram, program):
            card = await telegram.say(ana, "/calendar")
            first = token_in(card)
            path = f"/calendar/{first}.ics"
            opened = await telegram.say(ana, "/reminders")
            copied = [
                one.raw["copy_text"]["text"] for one in card.buttons if "copy_text" in one.raw
            ]
            base = f"127.0.0.1:{free_port}{path}"
            assert copied == [f"http://{base}", f"webcal://{base}"]
            assert "all events whose day is known" in card.text

            answer = await program.get(path)
            whole = events_in(answer)
            assert {"sc-spring", "workshop", "sc-s3pi-04"} <= set(whole)
            assert whole["sc-spring"].sequence == 0
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert answer.headers["Cache-Control"] == "private, no-cache"
            assert datetime.strptime(
                answer.headers["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT"
            ).replace(tzinfo=UTC) <= datetime.now(UTC)
            assert not {"set-cookie", "server"} & set(answer.headers)
            for line in (
                *(b"METHOD:PUBLISH", b"X-WR-CALNAME:S3P-Industry"),
                *(b"REFRESH-INTERVAL;VALUE=DURATION:PT6H", b"X-PUBLISHED-TTL:PT6H"),
            ):
                assert line + b"\r\n" in answer.content
            tag = answer.headers["Etag"]
            unchanged = await program.get(path, headers={"If-None-Match": f'"old", W/{tag}'})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            assert unchanged.headers["Etag"] == tag
            head = await program.head(path)
            assert (head.status_code, head.content, head.headers["Etag"]) == (200, b"", tag)

            off = cancelled(EVENTS["workshop"], "no room")
            moved = replace(EVENTS["sc-spring"], place="Ghent")
            await change(database, program, "sc-spring", moved)
            await change(database, program, "workshop", off)
            both = events_in(await program.get(path, headers={"If-None-Match": tag}))
            assert (both["sc-spring"].sequence, both["sc-spring"].place) == (1, "Ghent, Belgium")
            assert (both["workshop"].sequence, both["workshop"].status) == (1, "CANCELLED")
            assert set(both) == set(whole), "what is cancelled stays"

            kept = opened
            assert await telegram.press(ana, kept, "Calendar to subscribe to") == ""
            assert kept.text.startswith("You have a calendar address, made on ")
            assert ADDRESS.search(kept.text) is None
            assert await telegram.press(ana, kept, "New link (the old one ends)") == "Saved."
            second = token_in(kept)
            gone = await program.get(path)
            await _look_alike(program, gone)
            assert events_in(await program.get(f"/calendar/{second}.ics")) == both
            assert await telegram.press(ana, kept, "End the link") == "Saved."
            await _look_alike(program, await program.get(f"/calendar/{second}.ics"))
            late = server.world.forge(ana, kept, "1Calarms.on")
            assert "no calendar link" in str((await server.wait_for_answer(late))["text"])
            log = telegram.bot.read_log()
        assert not [token for token in (first, second) if token in log]
    stored = str(await database.rows("SELECT * FROM calendar_feeds")) + str(
        await database.rows("SELECT * FROM updates")
    )
    assert not [token for token in (first, second) if token in stored]


async def _look_alike(program: httpx.AsyncClient, gone: httpx.Response) -> None:
    """An address that has ended cannot be told from one that never was, or is none."""
    assert gone.status_code == 404
    for path in (NOTHING, "/calendar/x", "/calendar/%ff%00.ics", "/calendar/", "/calendar/a%2Fb"):
        other = await program.get(path)
        assert (other.status_code, other.content) == (404, gone.content)
        assert _shape(other) == _shape(gone)


def _shape(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "date"}


async def test_what_is_followed_is_in_it_with_alarms_if_wanted(
    database: Database, free_port: int
) -> None:
    await enter(database, EVENTS)
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with webhook_bot(server, database, free_port) as (telegram, program):
            card = await telegram.say(ana, "/calendar")
            path = f"/calendar/{token_in(card)}.ics"
            everything = await program.get(path)
            await telegram.say(ana, "/timezone Helsinki")
            await telegram.say(ana, "remind me of the textile partnership 3 hours before")
            answer = await program.get(path, headers={"If-None-Match": everything.headers["Etag"]})
            textile = events_in(answer)
            assert "workshop" in textile
            assert "sc-spring" not in textile
            assert alarms_in(answer) == {}
            text, copies = card.text, [one for one in card.buttons if "copy_text" in one.raw]
            said = await telegram.press(ana, card, "Alarms in the calendar: off (press for on)")
            assert said.startswith("Events in the calendar have alarms")
            await server.wait_for_call("editMessageReplyMarkup", ana)
            assert card.text == text, "the address cannot be shown again, so it must stay"
            assert [one for one in card.buttons if "copy_text" in one.raw] == copies
            # Without hours a day begins at nine for reminders, at midnight for calendars.
            assert alarms_in(await program.get(path)) == {"workshop": [timedelta(hours=6)]}
            await telegram.press(ana, card, "Alarms in the calendar: on (press for off)")
            assert alarms_in(await program.get(path)) == {}
            await telegram.press(ana, card, "All of it as a file")
            file = await server.wait_for_call("sendDocument", ana)
            assert file.ok
            assert set(textile) == {
                one.uid.partition("@")[0]
                for one in read(Written(server.from_bot(ana)[-1].file, 0, ()))
            }
            kept = await telegram.say(ana, "/calendar")
            assert "• events of Textile Innovation" in kept.text
            asked = await telegram.say(ana, "/forget")
            await telegram.press(ana, asked, "Erase everything")
            assert (await program.get(path)).status_code == 404
    assert await database.rows("SELECT * FROM calendar_feeds") == []


def alarms_in(response: httpx.Response) -> dict[str, list[timedelta]]:
    """How long before (or after) an event its alarms sound, for those that have any."""
    events = icalendar.Calendar.from_ical(response.content).events
    found = {
        str(event["UID"]).partition("@")[0]: [
            alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")
        ]
        for event in events
    }
    return {id: alarms for id, alarms in found.items() if alarms}


async def test_a_group_has_one_made_by_its_admins(database: Database, free_port: int) -> None:
    await enter(database, EVENTS)
    async with BotApiServer() as server:
        ana, boss = server.world.user("Ana"), server.world.user("Boss")
        forum = server.world.supergroup("Forum", ana, admins=[boss], topics=["Textile"])
        (topic,) = forum.topics
        address = {"PUBLIC_URL": f"http://127.0.0.1:{free_port}/s3p/"}
        async with webhook_bot(server, database, free_port, **address) as (telegram, program):
            where = {"chat": forum, "thread": topic}
            refused = await telegram.say(ana, "/calendar@s3p_test_bot", **where)
            assert "made by its admins" in refused.text
            (own,) = refused.buttons
            assert own.url == "https://t.me/s3p_test_bot?start=calendar"
            mine = await telegram.say(ana, "/start calendar")
            theirs = await telegram.say(boss, "/calendar", **where)
            assert "as everybody in this group can" in theirs.text
            assert token_in(mine) != token_in(theirs)
            assert f"/s3p/calendar/{token_in(mine)}.ics" in mine.text
            for before in ("", "/s3p"):
                answer = await program.get(f"{before}/calendar/{token_in(theirs)}.ics")
                assert "workshop" in events_in(answer)
            for label in ("New link (the old one ends)", "End the link"):
                assert "Only the admins" in await telegram.press(ana, theirs, label)
            assert (await program.get(f"/calendar/{token_in(theirs)}.ics")).status_code == 200
            file = await telegram.say(ana, "/calendar Zebra workshop", **where)
            assert file.file
            group = server.world.group("Regions", admins=[boss])
            path = f"/calendar/{token_in(await telegram.say(boss, '/calendar', chat=group))}.ics"
            new, _ = server.world.migrate(group, boss)
            assert "This group has" in (await telegram.say(boss, "/calendar", chat=new)).text
            assert (await program.get(path)).status_code == 200, "it goes on in the supergroup"


async def test_without_an_address_on_the_web_there_are_files(database: Database) -> None:
    await enter(database, EVENTS)
    async with BotApiServer() as server, running(server, database) as bot:
        ana = server.world.user("Ana")
        telegram = Telegram(server, bot)
        told = await telegram.say(ana, "/calendar")
        assert "has no address on the web" in told.text
        await telegram.press(ana, told, "All of it as a file")
        await server.wait_for_call("sendDocument", ana)
        file = server.from_bot(ana)[-1]
        found = {one.uid.partition("@")[0] for one in read(Written(file.file, 0, ()))}
        assert {"sc-spring", "workshop", "sc-s3pi-04"} <= found
        forged = server.world.forge(ana, told, "1Cnew")
        assert "earlier version" in str((await server.wait_for_answer(forged))["text"])
        assert server.violations == []
    assert await database.rows("SELECT * FROM calendar_feeds") == []
