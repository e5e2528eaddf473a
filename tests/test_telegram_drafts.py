"""What organisers are writing outlives restarts and passes between processes, and nothing is
taken twice: each test runs its own bots.
"""

import asyncio
import json

import pytest

from db.organisers import DRAFTS_KEPT
from handlers.drafting import AWAITED
from tests.botapi import BotApiServer
from tests.databases import Database
from tests.organising import Desk
from tests.telegram_process import ADMIN, Telegram, replicas, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
RIGHTS = {"ADMIN_IDS": str(ADMIN)}


async def _age(database: Database, seconds: int) -> None:
    """Makes the only draft so much older."""
    ((body,),) = await database.rows("SELECT body FROM drafts")
    older = {**json.loads(body), "at": json.loads(body)["at"] - seconds}
    await database.change(
        "UPDATE drafts SET body = :body, at = at - :seconds",
        body=json.dumps(older),
        seconds=seconds,
    )


async def test_a_killed_bot_goes_on_with_a_draft_and_takes_no_answer_twice(
    database: Database,
) -> None:
    async with BotApiServer() as server:
        owner = server.world.user("Owner", id=ADMIN)
        async with running(server, database, **RIGHTS) as bot:
            desk = Desk(Telegram(server, bot), owner)
            await desk.say("/organise")
            await desk.press("New event")
            await desk.say("The meeting that outlives")
            await bot.kill()
        title = next(
            one
            for one in server.messages(desk.chat)
            if one.text == "The meeting that outlives" and one.sender is owner
        )
        async with running(server, database, **RIGHTS) as bot:
            desk = Desk(Telegram(server, bot), owner)
            await desk.press("Conference")
            assert "Which partnerships" in desk.seen.text
            changed = len(server.from_bot(desk.chat))
            server.world.edit(title, "Another title")
            said = await server.wait_for_message(desk.chat, count=changed + 1)
            assert "has been read already" in said.text
            assert "Which partnerships" in said.text
            await desk.press("Skip")
            place = server.world.say(owner, "Tampere, Finland")
            await server.wait_for_message(desk.chat, count=changed + 2)
            server.world.redeliver(place)
            await desk.press("To be confirmed")
            assert "link to take part" in desk.seen.text
            await desk.press("To the preview")
            for words in ("New: The meeting that outlives", "Conference", "Tampere, Finland"):
                assert words in desk.seen.text
            await desk.press("Save")
            assert "It is saved" in desk.seen.text
        assert await database.rows("SELECT 1 FROM drafts") == []
        found = await database.rows("SELECT id FROM live_events")
        assert found == [("the-meeting-that-outlives",)]
        assert server.violations == []


async def test_any_replica_goes_on_with_a_draft(database: Database, ports: tuple[int, int]) -> None:
    async with (
        BotApiServer() as server,
        replicas(server, database, ports, **RIGHTS) as (first, second),
    ):
        desk = Desk(Telegram(server, first), server.world.user("Owner", id=ADMIN))
        await desk.say("/organise")
        await desk.press("New event")
        for answer in ("Spread meeting", "conference", "textile", "Lille, France"):
            await desk.say(answer)
        await desk.say("3-4 May 2090")
        await desk.say("whole day")
        await desk.press("To the preview")
        for words in ("Spread meeting", "Conference, Textile", "Lille, France", "3-4 May 2090"):
            assert words in desk.seen.text
        await desk.press("Save")
        await desk.press("Open the event")
        assert "Entered by an organiser" in desk.seen.text
        for bot in (first, second):
            assert " ERROR " not in bot.read_log()


async def test_after_a_while_text_is_a_question_again_and_the_draft_expires(
    database: Database,
) -> None:
    async with BotApiServer() as server:
        owner = server.world.user("Owner", id=ADMIN)
        async with running(server, database, **RIGHTS) as bot:
            desk = Desk(Telegram(server, bot), owner)
            await desk.say("/organise")
            await desk.press("New event")
            await desk.say("Long ago")
        await _age(database, AWAITED + 60)
        async with running(server, database, **RIGHTS) as bot:
            desk = Desk(Telegram(server, bot), owner)
            assert "Catalonia" in await desk.say("which partnerships is catalonia in?")
            await desk.say("/organise")
            await desk.press("Go on with: Long ago")
            assert "What is it? Who" in desk.seen.text
        await _age(database, DRAFTS_KEPT + 60)
        async with running(server, database, **RIGHTS) as bot:
            desk = Desk(Telegram(server, bot), owner)
            assert "nothing to leave" in await desk.say("/cancel")
            async with asyncio.timeout(30):
                while await database.rows("SELECT 1 FROM drafts"):
                    continue
        assert server.violations == []
