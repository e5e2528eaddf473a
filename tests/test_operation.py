"""What those who run the bot see: logs, metrics, doctor; and the Procfile, as a host runs it."""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.cli import run
from bot.logs import Discreet
from bot.secrets import secrets_of, without_secrets
from tests.botapi import BotApiServer, faults
from tests.databases import Database, PostgresDatabases
from tests.gate import Gate, to_port
from tests.ports import free_ports
from tests.telegram_process import ROOT, BotProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "which partnerships is Catalonia in?"
SECRET = "a-secret-of-the-tests"  # noqa: S105 - opens nothing
WRONG_TOKEN = "123456789:AAwrong-token-that-nobody-knows_0000"  # noqa: S105 - the same
METRICS = "metrics-token-of-the-tests"


def logged(name: str, message: str, *values: object, form: str = "text") -> str:
    record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, values, None)
    return Discreet("json" if form == "json" else "text", ["hush-hush"]).format(record)


async def test_a_log_line_holds_no_secret_and_no_content() -> None:
    token = "123456789:AAtest-token-of-the-test-server_000"  # noqa: S105 - opens nothing
    assert token not in logged("bot", "POST https://api.telegram.org/bot%s/getMe", token)
    assert "hush" not in logged("bot", "the word is %s", "hush-hush")
    assert "secret" not in logged("telegram.ext.Updater", "Received data was: %r", {"a": "secret"})
    assert "secret" not in logged("asyncio", "Task failed\nfuture: secret")
    assert "hunter" not in logged("bot", "postgresql://me:hunter@host/name is away")
    assert logged("bot", "%d of %s", 3, "x").endswith("ERROR bot: 3 of x")
    assert "987654321" not in logged("bot", "chat %d", -987654321)
    line = json.loads(logged("bot.x", "ä %d", 3, form="json"))
    assert (line["level"], line["logger"], line["event"]) == ("ERROR", "bot.x", "ä 3")


async def test_secrets_are_found_however_they_are_written() -> None:
    found = secrets_of(
        {
            "TELEGRAM_BOT_TOKEN": " 1:token ",
            "WEBHOOK_SECRET": "short",
            "DATABASE_URL": "postgresql://me:p%40ss%2Fword@host/name",
        }
    )
    assert found == {"1:token", "p%40ss%2Fword", "p@ss/word"}
    said = without_secrets("1:token, p@ss/word, p%40ss%2Fword, postgres://a:b@c/d", found)
    assert said == "(secret), (secret), (secret), postgres://a:(secret)@c/d"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://127.0.0.1:1/x?user=u&password=QueryPw0rdXYZ",
        "postgresql://127.0.0.1:1/x?user=u&password=Query@Pw0rdXYZ",
        "postgresql://u:Pg@Passw0rdXYZ/2@host",
        "postgresql://u:top@sec#ret/Pw0rdXYZ@127.0.0.1:1/x",
        "postgresql://u:top?sec#Pw0rdXYZ@127.0.0.1:1/x",
        "postgresql://u:sec#ret/Pw0rdXYZ@127.0.0.1:1/x",
    ],
)
@pytest.mark.parametrize("command", ["doctor", "load"])
async def test_the_password_of_the_database_is_not_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, command: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert await asyncio.to_thread(run, [command]) == 1
    said = "".join(capsys.readouterr())
    assert "DATABASE_URL" in said
    for part in ("Query", "Pw0rd", "sw0rd", "XYZ", "sec#", "ret/"):
        assert part not in said, said
    for secrets in (secrets_of({"DATABASE_URL": url}), {"password"}):
        advice = "write postgresql://user:password@host/name."
        assert without_secrets(advice, secrets) == advice
    assert "0rdXYZ" not in without_secrets(f"{url}: no", secrets_of({"DATABASE_URL": url}))


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_whole_log_tells_nothing_of_people_and_no_secret(
    database: Database, free_port: int, form: str
) -> None:
    async with BotApiServer() as server:
        zoe = server.world.user("Zoe Quux", username="zoequux", id=987_654_321)
        url = f"http://127.0.0.1:{free_port}/hook"
        bot = BotProcess(
            server,
            database,
            WEBHOOK_URL=url,
            WEBHOOK_SECRET=SECRET,
            METRICS_TOKEN=METRICS,
            PORT=str(free_port),
            LOG_LEVEL="DEBUG",
            LOG_FORMAT=form,
            PYTHONASYNCIODEBUG="1",
        )
        await bot.start(ready="setWebhook")
        for fault in (
            faults.refusal(400, "Bad Request: something new"),
            faults.server_error(500),
            faults.severed(),
            faults.blocked(),
        ):
            server.faults.add(fault, "sendMessage", chat=zoe)
            server.world.say(zoe, f"{QUESTION} asks Quux of Wizzlebury")
        server.world.inline(zoe, "wizzlebury")
        server.world.say(zoe, "/region Wizzlebury")
        await server.wait_for_call("sendMessage", zoe, count=7)
        async with httpx.AsyncClient() as client:
            await client.post(url, content=b"Wizzlebury", headers={"X-Forged": "Wizzlebury"})
            await client.post(f"{url}?Wizzlebury", json={"update_id": 1})
        assert await bot.end() == 0
        log = bot.read_log()
    for hidden in (server.token, server.token.partition(":")[2], SECRET, METRICS):
        assert hidden not in log
    for hidden in ("Quux", "quux", "izzlebury", "Catalonia", "987654321"):
        assert hidden not in log, log
    assert "BadRequest" in log
    if form == "json":
        assert all(json.loads(line)["level"] for line in log.splitlines())


async def test_debug_shows_a_traceback_without_the_token(database: Database) -> None:
    async with BotApiServer() as server:
        bot = BotProcess(server, database, TELEGRAM_BOT_TOKEN=WRONG_TOKEN, LOG_LEVEL="DEBUG")
        code, said = await bot.command_line("run", "--debug")
    assert code == 1
    assert "Traceback" in said
    assert "AAwrong" not in said


async def test_metrics_count_what_happens_and_are_not_for_everybody(
    database: Database, free_port: int
) -> None:
    async with BotApiServer() as server:
        ana = server.world.user("Ana", id=987_654_321)
        bot = BotProcess(server, database, METRICS_TOKEN=METRICS, PORT=str(free_port))
        await bot.start()
        for number, text in enumerate(("who leads it?", QUESTION, "xyzzy plugh", "/privacy")):
            server.world.say(ana, text)
            await server.wait_for_message(ana, count=number + 1)
        server.faults.add(faults.blocked(), "sendMessage", chat=ana)
        server.world.say(ana, "/help")
        await server.wait_for_call("sendMessage", ana, count=5)
        site = f"http://127.0.0.1:{free_port}"
        async with httpx.AsyncClient(base_url=site) as client:
            for headers in ({}, {"Authorization": "Bearer wrong"}):
                assert (await client.get("/metrics", headers=headers)).status_code == 403
            welcome = {"Authorization": f"Bearer {METRICS}"}
            page = (await client.get("/metrics", headers=welcome)).text
            assert (await client.get("/hook")).status_code == 404, "there is no webhook"
        await bot.end()
    for line in (
        's3p_answers_total{outcome="answer"} 1.0',
        's3p_answers_total{outcome="clarify"} 1.0',
        's3p_answers_total{outcome="decline"} 1.0',
        's3p_calls_refused_total{code="403"} 1.0',
        's3p_reminders_total{outcome="sent"} 0.0',
        "s3p_database_up 1.0",
        "s3p_knowledge_stale 0.0",
        "s3p_answer_seconds_count",
        "s3p_loop_lag_seconds_count",
        "s3p_queue_depth",
        "process_resident_memory_bytes",
    ):
        assert line in page, line
    assert "987654321" not in page


async def test_without_a_token_metrics_are_for_this_machine(
    database: Database, free_port: int
) -> None:
    async with BotApiServer() as server:
        bot = BotProcess(server, database, PORT=str(free_port))
        await bot.start()
        page = f"http://127.0.0.1:{free_port}/metrics"
        async with httpx.AsyncClient() as client:
            assert (await client.get(page)).status_code == 200
            for name in (
                *("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"),
                *("CF-Connecting-IP", "True-Client-IP", "x-client-ip"),
            ):
                forwarded = {name: "203.0.113.7"}
                assert (await client.get(page, headers=forwarded)).status_code == 403, name
            assert (await client.get(page, headers={"X-Other": "x"})).status_code == 200
        await bot.end()


async def test_the_doctor_looks_at_a_running_service(database: Database, free_port: int) -> None:
    async with BotApiServer() as server:
        url = f"http://127.0.0.1:{free_port}/hook"
        settings = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET, "PORT": str(free_port)}
        bot = BotProcess(server, database, **settings)
        code, said = await bot.command_line("doctor")
        assert (code, "ok    processes: none is running" in said) == (0, True)
        assert "warn  Telegram: calls another address, or none" in said
        address = f"http://127.0.0.1:{free_port}"
        assert f"warn  calendars: {address} does not answer here (ConnectError)" in said
        assert "warn  calendars: the address is not https" in said
        await bot.start(ready="setWebhook")
        server.webhook.last_error, server.webhook.last_error_at = "Connection refused", 1.8e9
        code, said = await bot.command_line("doctor")
        assert code == 0
        assert "ok    processes: 1 running" in said
        assert "ok    Telegram: knows the token: @s3p_test_bot" in said
        assert "ok    Telegram: calls WEBHOOK_URL" in said
        assert f"ok    calendars: served under {address}/calendar/" in said
        bot.environment["PUBLIC_URL"] = server.url.partition("/bot")[0]
        assert "warn  calendars: something else answers" in (await bot.command_line("doctor"))[1]
        del bot.environment["PUBLIC_URL"]
        assert "its last call failed at 2027-01-15 08:00 UTC: Connection refused" in said
        await database.change("UPDATE replicas SET problem = 'a broken pack'")
        bot.environment["TELEGRAM_BOT_TOKEN"] = WRONG_TOKEN
        await bot.kill()
        code, said = await bot.command_line("doctor")
        assert code == 1
        assert "warn  processes: 1 of 1 give no sign of life" in said
        assert "fail  Telegram: does not know this token" in said
        assert "AAwrong" not in said


async def test_the_procfile_runs_as_a_host_runs_it(
    postgres: PostgresDatabases, tmp_path: Path
) -> None:
    """Release, two web processes and a worker on an empty PostgreSQL database."""
    database = postgres.make(tmp_path, None)
    ports = free_ports(0, 1, 100)  # as the runner gives them out
    async with BotApiServer() as server, Gate([to_port(port) for port in ports[:2]]) as gate:
        bot = BotProcess(
            server,
            database,
            WEBHOOK_URL=f"http://127.0.0.1:{gate.port}/hook",
            WEBHOOK_SECRET=SECRET,
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        )
        assert await (await _honcho(bot, "start", "release")).wait() == 0, bot.read_log()
        async with _running(bot, ports[0]):
            await server.wait_for_call("setWebhook", count=2, seconds=60)
            people = [server.world.user(f"User {n}") for n in range(10)]
            for person in people:
                server.world.say(person, QUESTION)
            for person in people:
                assert (await server.wait_for_message(person)).text.startswith("Catalonia")
            patient = httpx.AsyncHTTPTransport(retries=7)  # the worker may still be starting
            async with httpx.AsyncClient(transport=patient) as client:
                for port in ports:
                    assert (await client.get(f"http://127.0.0.1:{port}/ready")).status_code == 200
            assert "3 running" in (await bot.command_line("doctor"))[1]
        assert await database.rows("SELECT id FROM replicas") == [], "all ended in good order"
        assert server.violations == []
    postgres.drop(database)


@asynccontextmanager
async def _running(bot: BotProcess, port: int) -> AsyncIterator[None]:
    """Two web processes and a worker during the block; they are ended after it."""
    runner = await _honcho(bot, "start", "-p", str(port), "-c", "web=2", "web", "worker")
    try:
        yield
    finally:
        runner.send_signal(signal.SIGTERM)
        await runner.wait()


async def _honcho(bot: BotProcess, *arguments: str) -> asyncio.subprocess.Process:
    with bot.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "honcho", "-f", str(ROOT / "Procfile"), *arguments),
            cwd=ROOT,
            env=bot.environment,
            stdout=log,
            stderr=log,
        )
