"""Several processes on one database, and a database that goes away: each test runs its own bots."""

import asyncio
import resource
import signal
from pathlib import Path

import httpx
import pytest

from handlers.lanes import SLOTS
from knowledge.loader import load
from tests.botapi import BotApiServer
from tests.databases import Database, PostgresDatabases, SqliteDatabases, with_knowledge
from tests.gate import before_postgres
from tests.pack_maker import make_other
from tests.telegram_process import SECRET, BotProcess, replica, replicas, running

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "which partnerships is Catalonia in?"
AWAY = "I cannot reach my memory right now"


async def test_a_replica_killed_under_load_loses_and_doubles_nothing(
    database: Database, ports: tuple[int, int]
) -> None:
    async with BotApiServer(delay=0.01) as server:
        people = [server.world.user(f"User {n}") for n in range(120)]
        async with replicas(server, database, ports) as (first, _):
            for person in people[:80]:
                server.world.say(person, QUESTION)
            await server.wait_for_call("sendMessage", count=20)
            await first.kill()
            begun = len([call for call in server.calls_of("sendMessage") if not call.answered])
            for person in people[80:]:
                server.world.say(person, QUESTION)
            for person in people:
                await server.wait_for_message(person, seconds=40)
            await _handled(database)
        answers = [len(server.from_bot(person)) for person in people]
        assert min(answers) == 1
        assert sum(answers) - len(people) <= max(begun, SLOTS), "only a hidden send is repeated"
        assert server.violations == []


async def _handled(database: Database) -> None:
    """Waits until nothing is in hand any more, and nothing is kept of what was said."""
    async with asyncio.timeout(30):
        while await database.rows("SELECT 1 FROM updates WHERE body IS NOT NULL"):
            continue


async def test_replicas_share_focus_settings_and_knowledge(
    database: Database, ports: tuple[int, int], tmp_path: Path
) -> None:
    async with BotApiServer() as server, replicas(server, database, ports):
        ana = server.world.user("Ana")
        for number, (said, expected) in enumerate(
            [
                ("/timezone Lisbon", "Europe/Lisbon"),
                ("which partnerships is Catalonia in?", "Catalonia"),
                ("and which of these does it lead?", "Catalonia (Spain) leads 2"),
                ("/settings", "Europe/Lisbon"),
            ]
        ):
            server.world.say(ana, said)
            assert expected in (await server.wait_for_message(ana, count=number + 1)).text
        topics = (
            "- {id: xyz, name: The xyz fact, text: Xyz is so., source: p. 1, ask: [what is xyz]}\n"
        )
        async with httpx.AsyncClient() as client:
            for port in ports:
                assert (await client.get(f"http://127.0.0.1:{port}/ready")).json()["ready"]
            await _load(database, make_other(tmp_path, topics_yaml=topics))
            for port in ports:
                await _until_known(client, port, server)


async def _load(database: Database, pack: Path) -> None:
    from db.engine import create_engine

    engine = create_engine(database.url)
    try:
        await load(engine, [pack])
    finally:
        await engine.dispose()


async def _until_known(client: httpx.AsyncClient, port: int, server: BotApiServer) -> None:
    """Asks one replica until it answers from the new pack."""
    answer = ""
    async with asyncio.timeout(30):
        while "Xyz is so." not in answer:
            ben = server.world.user("Ben")
            update = server.world.say(ben, "what is xyz")
            server.updates.pending.clear()  # it goes to this replica only
            posted = await client.post(
                f"http://127.0.0.1:{port}/hook",
                json=update,
                headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
            )
            assert posted.status_code == 200
            answer = (await server.wait_for_message(ben)).text


async def test_a_second_poller_waits_and_takes_over(database: Database) -> None:
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with running(server, database) as first:
            folder = database.folder / "second"
            folder.mkdir()
            second = BotProcess(server, Database(database.url, folder))
            await second.start(ready="getMe")
            server.world.say(ana, QUESTION)
            await server.wait_for_message(ana)
            await first.kill()
            server.world.say(ana, "/privacy")
            await server.wait_for_message(ana, count=2, seconds=30)
            assert await second.end() == 0
        assert "Another process polls" in second.read_log()
        assert "Conflict" not in first.read_log() + second.read_log()
        assert len(server.from_bot(ana)) == 2


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_database_that_goes_away_is_lived_through(
    postgres: PostgresDatabases, tmp_path: Path, ports: tuple[int, int], way: str
) -> None:
    database = postgres.make(tmp_path, with_knowledge)
    gate, reached = before_postgres(database)
    async with BotApiServer() as server, gate:
        ana, ben = server.world.user("Ana"), server.world.user("Ben")
        if way == "polling":
            bot, ready = BotProcess(server, reached()), "getUpdates"
        else:
            bot = replica(server, reached(), "bot", ports[0], ports[0])
            ready = "setWebhook"
        await bot.start(ready=ready)
        server.world.say(ana, "who leads textile?")
        await server.wait_for_message(ana)
        async with gate.closed():
            cara = server.world.user("Cara")
            server.world.say(cara, QUESTION)
            await server.wait_for_message(cara, count=2)
            answer, excuse = [message.text for message in server.from_bot(cara)]
            assert answer.startswith("Catalonia")
            assert excuse.startswith(AWAY)
            server.world.say(ben, "/timezone Lisbon")
            assert "not done yet" in (await server.wait_for_message(ben)).text
            server.world.say(cara, "what is ESM?")
            await server.wait_for_message(cara, count=3)
        done = await server.wait_for_message(ben, count=2, seconds=30)
        assert "Europe/Lisbon" in done.text
        server.world.say(cara, "/privacy")
        await server.wait_for_message(cara, count=4)
        assert await bot.end() == 0
        assert (len(server.from_bot(cara)), len(server.from_bot(ben))) == (4, 2)
        assert " ERROR " not in bot.read_log().replace("ERROR bot.presence: The database is", "")
        assert server.violations == []
    assert await database.rows("SELECT zone FROM chats WHERE zone IS NOT NULL") == [
        ("Europe/Lisbon",)
    ]
    postgres.drop(database)


async def test_a_full_disk_is_lived_through(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    database = sqlite.make(tmp_path, with_knowledge)
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        async with running(server, database) as bot:
            server.world.say(ana, "who leads textile?")
            await server.wait_for_message(ana)
            assert bot.process is not None
            unlimited = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
            full = (tmp_path / "bot.db-wal").stat().st_size // 2
            resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (full, unlimited[1]))
            server.world.say(ana, "and who leads sport?")
            assert "port" in (await server.wait_for_message(ana, count=2)).text
            server.world.say(ana, "/timezone Lisbon")
            assert "not done yet" in (await server.wait_for_message(ana, count=3)).text
            resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, unlimited)
            done = await server.wait_for_message(ana, count=4, seconds=30)
            assert "Europe/Lisbon" in done.text
            assert await bot.end(signal.SIGTERM) == 0
        assert "cannot be written to its disk" in bot.read_log()
        assert len(server.from_bot(ana)) == 4
