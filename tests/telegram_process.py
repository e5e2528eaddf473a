"""The real bot as a process of its own, beside the test server."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.botapi import BotApiServer, Chat, Message, Update, User
from tests.databases import Database, Databases, with_knowledge
from tests.gate import Gate, to_port

ADMIN = 990_001
MAINTAINERS = -1_000_000_005_001
"""The first supergroup that a test's world makes."""

SECRET = "a-secret-of-the-tests"  # noqa: S105 - opens nothing

ROOT = Path(__file__).parent.parent
_CACHE = tempfile.TemporaryDirectory(prefix="s3p-cache-")
"""What a first start prepares is the same for all of them."""

START_SECONDS = 60.0
"""A safety net for the start of a process on a busy machine."""

END_SECONDS = 60.0
"""The same for its end."""


class BotProcess:
    """One run of ``python -m bot run``; its log is kept in a file."""

    command: tuple[str, ...] = ("bot", "run")

    def __init__(self, server: BotApiServer, database: Database, **settings: str) -> None:
        self.server = server
        self.database = database
        self.log = database.folder / "bot.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(database.folder),
            "XDG_CACHE_HOME": _CACHE.name,
            "TELEGRAM_BOT_TOKEN": server.token,
            "TELEGRAM_BASE_URL": server.url,
            "TELEGRAM_BASE_FILE_URL": server.file_url,
            "DATABASE_URL": database.url,
            "PYTHONWARNINGS": "error::DeprecationWarning:bot,error::DeprecationWarning:handlers",
            **settings,
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *, ready: str = "getUpdates") -> None:
        """Starts the bot, and waits until it has made a first call of the method ``ready``."""
        before = len(self.server.calls_of(ready))
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.command),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        task = asyncio.ensure_future(self.process.wait())
        waiting = asyncio.ensure_future(
            self.server.wait_for(
                lambda: len(self.server.calls_of(ready)) > before or None, seconds=START_SECONDS
            )
        )
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        if not waiting.done():
            waiting.cancel()
            raise AssertionError(f"the bot ended at its start:\n{self.read_log()}")
        waiting.result()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal, and returns the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        try:
            async with asyncio.timeout(END_SECONDS):
                return await self.process.wait()
        except TimeoutError:
            self.process.kill()
            raise AssertionError(f"the bot did not end:\n{self.read_log()}") from None

    async def command_line(self, *arguments: str) -> tuple[int, str]:
        """Runs another command in the same environment; its exit code and all that it says."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    async def kill(self) -> None:
        await self.end(signal.SIGKILL)

    def read_log(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""


class Telegram:
    """The server and the bot, with short ways to talk to it."""

    def __init__(self, server: BotApiServer, bot: BotProcess) -> None:
        self.server = server
        self.bot = bot
        self.world = server.world

    async def say(self, user: User, text: str, **where: object) -> Message:
        """Writes to the bot, and returns its next message in that chat."""
        chat = where.get("chat") or self.world.private(user)
        assert isinstance(chat, Chat)
        seen = len(self.server.from_bot(chat))
        self.world.say(user, text, **where)  # type: ignore[arg-type]  # passed on as given
        return await self.server.wait_for_message(chat, count=seen + 1)

    async def press(self, user: User, message: Message, button: str) -> str:
        """Presses a button, waits until the press is acknowledged, and returns the notice."""
        answer = await self.server.wait_for_answer(self.world.press(user, message, button))
        return str(answer.get("text", ""))

    async def settled(self, user: User) -> None:
        """Waits until all that a person has sent is handled: their chat keeps its order."""
        await self.say(user, "/privacy")

    async def answered(self, update: Update) -> None:
        await self.server.wait_for_answer(update)


@asynccontextmanager
async def running(
    server: BotApiServer, database: Database, *, ready: str = "getUpdates", **settings: str
) -> AsyncIterator[BotProcess]:
    """A bot that runs during the block, and is ended after it."""
    bot = BotProcess(server, database, **settings)
    await bot.start(ready=ready)
    try:
        yield bot
    finally:
        await bot.end()


def replica(
    server: BotApiServer, database: Database, name: str, port: int, at: int, **settings: str
) -> BotProcess:
    """A process behind a webhook at the port ``at``, which itself listens on ``port``."""
    folder = database.folder / name
    folder.mkdir()
    return BotProcess(
        server,
        Database(database.url, folder),
        WEBHOOK_URL=f"http://127.0.0.1:{at}/hook",
        WEBHOOK_SECRET=SECRET,
        PORT=str(port),
        **settings,
    )


@asynccontextmanager
async def replicas(
    server: BotApiServer, database: Database, ports: Sequence[int], **settings: str
) -> AsyncIterator[list[BotProcess]]:
    """As many processes as ports behind one webhook, which spreads what comes over them."""
    async with AsyncExitStack() as stack:
        gate = await stack.enter_async_context(Gate([to_port(port) for port in ports]))
        bots = [
            replica(server, database, f"replica-{port}", port, gate.port, **settings)
            for port in ports
        ]
        for one in bots:
            await one.start(ready="setWebhook")
            stack.push_async_callback(one.end)
        yield bots


@asynccontextmanager
async def bot_of_its_own(databases: Databases, folder: Path) -> AsyncIterator[Telegram]:
    """A running bot with a server and a database that nobody else uses."""
    database = databases.make(folder, with_knowledge)
    async with BotApiServer() as server:
        assert server.world.supergroup("Maintainers").id == MAINTAINERS
        settings = {"ADMIN_IDS": str(ADMIN), "MAINTAINERS_CHAT": str(MAINTAINERS)}
        async with running(server, database, **settings) as bot:
            yield Telegram(server, bot)
    databases.drop(database)
