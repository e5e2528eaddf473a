"""Calendars of a service: limits, replicas, a database that goes away or comes from a backup."""

import gzip
from pathlib import Path

import httpx
import pytest

from bot.feed import MOST_A_MINUTE
from tests.botapi import BotApiServer
from tests.calendars import NOTHING, SECRET, token_in, webhook_bot
from tests.databases import Database, PostgresDatabases, with_knowledge
from tests.gate import Gate, before_postgres, to_port
from tests.telegram_process import BotProcess, Telegram, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_one_address_is_served_so_often_a_minute(database: Database, free_port: int) -> None:
    async with BotApiServer() as server:
        ana, ben = server.world.user("Ana"), server.world.user("Ben")
        async with webhook_bot(server, database, free_port) as (telegram, program):
            first = token_in(await telegram.say(ana, "/calendar"))
            second = token_in(await telegram.say(ben, "/calendar"))
            for token in (first, "x" * 43):
                path = f"/calendar/{token}.ics"
                states = [(await program.get(path)).status_code for _ in range(MOST_A_MINUTE)]
                assert set(states) == {200 if token == first else 404}
                answer = await program.get(path)
                assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
            assert (await program.get(f"/calendar/{second}.ics")).status_code == 200
            figures = (await program.get("/metrics")).text
            for outcome, number in (("served", 61), ("unknown", 60), ("too_often", 2)):
                assert f's3p_calendars_total{{outcome="{outcome}"}} {number}.0' in figures


async def test_any_replica_serves_it_and_none_what_has_ended(
    database: Database, ports: tuple[int, int]
) -> None:
    async with BotApiServer() as server, Gate([to_port(port) for port in ports]) as gate:
        bots = []
        for port in ports:
            folder = database.folder / str(port)
            folder.mkdir()
            settings = {
                "WEBHOOK_URL": f"http://127.0.0.1:{gate.port}/hook",
                "WEBHOOK_SECRET": SECRET,
                "PORT": str(port),
            }
            bots.append(BotProcess(server, Database(database.url, folder), **settings))
        for bot in bots:
            await bot.start(ready="setWebhook")
        telegram, ana = Telegram(server, bots[0]), server.world.user("Ana")
        card = await telegram.say(ana, "/calendar")
        path = f"/calendar/{token_in(card)}.ics"
        async with httpx.AsyncClient() as program:
            pages = [f"http://127.0.0.1:{port}{path}" for port in ports]
            answers = [await program.get(page) for page in pages]
            assert [answer.status_code for answer in answers] == [200, 200]
            assert answers[0].headers["Etag"] == answers[1].headers["Etag"]
            await telegram.press(ana, card, "New link (the old one ends)")
            assert [(await program.get(page)).status_code for page in pages] == [404, 404]
        for bot in bots:
            assert await bot.end() == 0
            assert " ERROR " not in bot.read_log()


async def test_while_the_database_is_away_known_addresses_are_served(
    postgres: PostgresDatabases, tmp_path: Path, free_port: int
) -> None:
    database = postgres.make(tmp_path, with_knowledge)
    gate, reached = before_postgres(database)
    async with BotApiServer() as server, gate:
        ana, ben = server.world.user("Ana"), server.world.user("Ben")
        url = f"http://127.0.0.1:{free_port}"
        settings = {"WEBHOOK_URL": f"{url}/hook", "WEBHOOK_SECRET": SECRET}
        async with (
            running(server, reached(), ready="setWebhook", PORT=str(free_port), **settings) as bot,
            httpx.AsyncClient(base_url=url, timeout=30) as program,
        ):
            telegram = Telegram(server, bot)
            card = await telegram.say(ana, "/calendar")
            other = f"/calendar/{token_in(await telegram.say(ben, '/calendar'))}.ics"
            ended = f"/calendar/{token_in(card)}.ics"
            assert (await program.get(ended)).status_code == 200
            await telegram.press(ana, card, "New link (the old one ends)")
            path = f"/calendar/{token_in(card)}.ics"
            before = await program.get(path)
            async with gate.closed():
                kept = await program.get(path)
                assert (kept.status_code, kept.content) == (200, before.content)
                for unknown in (other, NOTHING, ended):
                    answer = await program.get(unknown)
                    assert answer.status_code == 503
                    assert int(answer.headers["Retry-After"]) > 0
                server.world.say(ben, "/calendar")
                assert "not done yet" in (await server.wait_for_message(ben, count=2)).text
            done = await server.wait_for_message(ben, count=3, seconds=30)
            assert "You have a calendar address" in done.text
            assert (await program.get(other)).status_code == 200
    postgres.drop(database)


async def test_a_link_outlives_a_restore(database: Database, free_port: int) -> None:
    file = str(database.folder / "night.gz")
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with webhook_bot(server, database, free_port) as (telegram, _):
            token = token_in(await telegram.say(ana, "/calendar"))
            assert (await telegram.bot.command_line("backup", file))[0] == 0
        assert token not in _contents(file)
        await database.change("DELETE FROM calendar_feeds")
        assert (await telegram.bot.command_line("restore", file, "--replace"))[0] == 0
        async with webhook_bot(server, database, free_port) as (_, program):
            assert (await program.get(f"/calendar/{token}.ics")).status_code == 200


def _contents(file: str) -> str:
    return gzip.decompress(Path(file).read_bytes()).decode()
