"""Start, stop, crash and webhook: each test runs a bot of its own."""

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import pytest

from handlers.lanes import SLOTS
from tests.botapi import BotApiServer, User, faults
from tests.databases import Database
from tests.telegram_process import ROOT, BotProcess, Telegram, running

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "which partnerships is Catalonia in?"
SECRET = "a-secret-of-the-tests"  # noqa: S105 - opens nothing


async def test_without_a_token_it_says_where_to_get_one(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=ROOT,
        env={"DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert b"@BotFather" in error
    assert error.count(b"\n") == 1


async def test_a_wrong_token_is_one_clear_sentence(database: Database) -> None:
    async with BotApiServer() as server:
        bot = BotProcess(server, database, TELEGRAM_BOT_TOKEN="1:wrong")  # noqa: S106
        with pytest.raises(AssertionError, match="does not know this token"):
            await bot.start()
        assert bot.process is not None
        assert await bot.process.wait() == 1


async def test_sigterm_finishes_what_is_under_way(database: Database) -> None:
    async with BotApiServer() as server:
        people = [server.world.user(f"User {n}") for n in range(40)]
        async with running(server, database) as bot:
            server.delay = 0.1
            for person in people:
                server.world.say(person, QUESTION)
            await server.wait_for_message(people[0])
            assert await bot.end() == 0
        answers = [len(server.from_bot(person)) for person in people]
        # On a busy machine the time for it may run out; what has not begun by then is kept.
        left = len(await _left(database))
        assert (max(answers), sum(answers) + left) == (1, 40), bot.read_log()
        assert sum(answers) >= SLOTS
        assert server.updates.pending == type(server.updates.pending)()
        assert "ERROR" not in bot.read_log()
        assert server.violations == []


async def test_a_stop_does_not_wait_out_a_429(database: Database) -> None:
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        server.faults.add(faults.too_many(1), "sendMessage", chat=ana)
        async with running(server, database) as bot:
            server.world.say(ana, QUESTION)
            await server.wait_for_call("sendMessage", ana)
            assert await bot.end() == 0
        assert server.from_bot(ana) == []
        server.answering.quiet_until.clear()
        async with running(server, database):
            await server.wait_for_message(ana)
        assert len(server.from_bot(ana)) == 1


async def test_three_kills_under_traffic_lose_nothing(database: Database) -> None:
    async with BotApiServer(delay=0.01) as server:
        people = [server.world.user(f"User {n}") for n in range(180)]
        bot = BotProcess(server, database)
        hidden = 0
        for part in range(4):
            await bot.start()
            for person in people[part * 45 : part * 45 + 45]:
                server.world.say(person, QUESTION)
            if part < 3:
                done = part * 45 + 15
                await server.wait_for_call("sendMessage", count=done)
                sent = len(server.calls_of("sendMessage"))
                await bot.kill()
                hidden += SLOTS + len(server.calls_of("sendMessage")) - sent
        for person in people:
            await server.wait_for_message(person, seconds=30)
        await bot.end()
        answers = [len(server.from_bot(person)) for person in people]
        assert min(answers) == 1
        assert sum(answers) - len(people) <= hidden, "only a hidden send may be repeated"
        assert server.violations == []
    assert await _left(database) == [], "nothing of what was said is kept"


async def test_what_is_stored_but_not_answered_is_answered_after_a_crash(
    database: Database,
) -> None:
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        server.faults.add(faults.dropped(), "sendMessage", times=None)
        bot = BotProcess(server, database)
        await bot.start()
        question = server.world.say(ana, QUESTION)
        message = server.world.say(ana, "and who leads textile?")
        await server.wait_for_confirmed(message)
        await bot.kill()
        server.faults.clear()
        await bot.start()
        await server.wait_for_message(ana, count=2)
        server.world.redeliver(question)
        server.world.say(ana, "/privacy")
        await server.wait_for_message(ana, count=3)
        await bot.end()
        first, second, _ = server.from_bot(ana)
        assert first.text.startswith("Catalonia")
        assert "extile" in second.text


async def test_settings_and_buttons_survive_a_restart(database: Database) -> None:
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with running(server, database):
            server.world.say(ana, "/timezone Lisbon")
            server.world.say(ana, "who leads it?")
            asked_back = await server.wait_for_message(ana, count=2)
            await server.wait_for_call("setMyShortDescription")
            await server.wait_for_call("getChatMenuButton")
        menus = len(server.calls_of("setMyCommands"))
        async with running(server, database):
            await server.wait_for_answer(server.world.press(ana, asked_back, "Sport"))
            answer = await server.wait_for_message(ana, count=3)
            assert "Sport" in answer.text
            server.world.say(ana, "what is it for?")
            assert "port" in (await server.wait_for_message(ana, count=4)).text
            server.world.say(ana, "/settings")
            assert "Europe/Lisbon" in (await server.wait_for_message(ana, count=5)).text
            await server.wait_for_call("getChatMenuButton", count=2)
        assert len(server.calls_of("setMyCommands")) == menus, "they did not differ"
        assert server.violations == []


async def test_who_runs_the_bot_is_told_where_people_look(database: Database) -> None:
    told = {"OPERATOR": "the secretariat <office@example.org>", "BOT_NAME": "S3P-Industry helper"}
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with running(server, database, **told) as bot:
            telegram = Telegram(server, bot)
            for command in ("/about", "/privacy"):
                assert f"run by {told['OPERATOR']}" in (await telegram.say(ana, command)).text
            await server.wait_for_call("setMyName")
        async with running(server, database, **told):
            await server.wait_for_call("getMyName", count=2)
        assert len(server.calls_of("setMyName")) == 1, "it did not differ"
        assert len(server.calls_of("setMyDescription")) == 1
        described = server.calls_of("setMyDescription")[0].params["description"]
        assert described.endswith(f"Run by {told['OPERATOR']}.")
        assert server.violations == []


async def test_a_webhook_is_served_and_needs_its_secret(database: Database, free_port: int) -> None:
    url = f"http://127.0.0.1:{free_port}/telegram"
    settings = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET, "PORT": str(free_port)}
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with running(server, database, ready="setWebhook", **settings) as bot:
            question = server.world.say(ana, QUESTION)
            await server.wait_for_message(ana)
            server.world.redeliver(question)
            server.world.say(ana, "and who leads textile?")
            assert "extile" in (await server.wait_for_message(ana, count=2)).text
            async with httpx.AsyncClient() as client:
                for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
                    answer = await client.post(url, json=question, headers=headers)
                    assert answer.status_code == 403
                known = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
                for body, status in (
                    (b"nonsense", 400),
                    (b"[1]", 400),
                    (b'{"update_id": "1"}', 400),
                    (b'{"update_id": 7, "message": {"chat": 5}}', 200),  # or it would come again
                ):
                    answer = await client.post(url, content=body, headers=known)
                    assert answer.status_code == status, body
            assert await bot.end(signal.SIGTERM) == 0
        assert len(server.from_bot(ana)) == 2
        assert server.violations == []


async def test_what_comes_while_the_webhook_stops_is_left_to_others(
    database: Database, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}/telegram"
    settings = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET, "PORT": str(free_port)}
    known = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with BotApiServer() as server, httpx.AsyncClient(headers=known) as client:
        ana = server.world.user("Ana")
        server.faults.add(faults.slow(1.5), "sendMessage", chat=ana)
        async with running(server, database, ready="setWebhook", **settings) as bot:
            server.webhook.stop()  # from now on only what is posted here arrives
            question = server.world.say(ana, QUESTION)
            assert (await client.post(url, json=question)).status_code == 200
            await server.wait_for_call("sendMessage", ana)
            ending = asyncio.ensure_future(bot.end())
            taken: list[User] = []
            refused: list[User] = []
            while not refused and len(taken) < 500:
                person = server.world.user()
                answer = await client.post(url, json=server.world.say(person, QUESTION))
                (taken if answer.status_code == 200 else refused).append(person)
            assert await ending == 0
        assert refused, "over a connection that was open before the stop"
        assert len(server.from_bot(ana)) == 1
        async with running(server, database):
            for person in taken + refused:
                await server.wait_for_message(person)
        assert all(len(server.from_bot(person)) == 1 for person in taken + refused)


async def test_a_webhook_without_a_secret_is_refused(tmp_path: Path) -> None:
    async with BotApiServer() as server:
        bot = BotProcess(
            server,
            Database(f"sqlite:///{tmp_path}/x.db", tmp_path),
            WEBHOOK_URL="https://example.org/hook",
        )
        with pytest.raises(AssertionError, match="WEBHOOK_SECRET"):
            await bot.start()
        assert bot.process is not None
        assert await bot.process.wait() == 2


async def _left(database: Database) -> list[tuple[object, ...]]:
    return await database.rows("SELECT * FROM updates WHERE body IS NOT NULL")


async def test_links_ask_telegram_for_the_name(database: Database) -> None:
    async with BotApiServer() as server:
        bot = BotProcess(server, database)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "links", "--qr", str(database.folder / "codes")),
            cwd=ROOT,
            env=bot.environment,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    lines = out.decode().splitlines()
    assert process.returncode == 0
    assert lines[0] == "kind,id,name,url"
    assert "region,catalonia,Catalonia,https://t.me/s3p_test_bot?start=r-catalonia" in lines
    assert len(list((database.folder / "codes").glob("*.png"))) == len(lines) - 1
    assert len(list((database.folder / "codes").glob("*.svg"))) == len(lines) - 1
