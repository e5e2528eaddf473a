"""The async engine for a DATABASE_URL, and the two ways to a connection: to read and to write."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from db.errors import WrongDatabaseUrl, clear_connect_errors, clear_errors, unusable

BUSY_SECONDS = 5.0
"""How long SQLite waits for another process before it says that the database is locked."""

CONNECT_SECONDS = 5.0
"""How long a PostgreSQL server may take to let us in."""

ANSWER_SECONDS = 60.0
"""The same for a statement: a network that swallows all must not hold the bot up for ever."""

MOST_PORT = 65_535

IDLE_SECONDS = 2.0
"""A connection that was not used for so long is tried first: the server may have gone meanwhile."""

CHANGE_LOCK = 7_301_702
"""The advisory lock on PostgreSQL for changes that only one process may make at a time."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def parse_url(database_url: str) -> URL:
    """The URL with our async driver.

    Raises:
        WrongDatabaseUrl: when it is no URL, or names another kind of database.
    """
    mend = "write sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        url = make_url(database_url.strip())
        driver = _DRIVERS[url.drivername]
    except (ArgumentError, ValueError) as error:
        raise WrongDatabaseUrl(f"DATABASE_URL is not a database URL - {mend}.") from error
    except KeyError as error:
        scheme = url.drivername
        raise WrongDatabaseUrl(f"DATABASE_URL: {scheme!r} is not supported - {mend}.") from error
    if driver.startswith("postgresql"):
        _refuse_odd(database_url.partition("://")[2], url)
    url = url.set(drivername=driver)
    if driver.startswith("postgresql") and "sslmode" in url.query:
        # libpq and hosting platforms say sslmode, asyncpg says ssl; the values are the same.
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


def _refuse_odd(address: str, url: URL) -> None:
    """Refuses an address that cannot be one, or of which the password may be taken for the host."""
    before, _, after = address.partition("@")
    if "@" in after or (after and "?" in before):
        raise WrongDatabaseUrl(
            "DATABASE_URL: the password, or another part, holds a sign that ends it - write %40 "
            "for @, %2F for /, %3F for ? and %23 for #."
        )
    if url.port is not None and not 0 < url.port <= MOST_PORT:
        raise WrongDatabaseUrl(
            f"DATABASE_URL: its port is none - write one from 1 to {MOST_PORT}, such as 5432."
        )


def create_engine(database_url: str) -> AsyncEngine:
    """An engine for SQLite (a file or memory) or PostgreSQL; connects to nothing yet.

    Raises:
        WrongDatabaseUrl: when the URL cannot be used.
    """
    url = parse_url(database_url)
    if url.get_backend_name() != "sqlite":
        engine = create_async_engine(
            url,
            pool_timeout=ANSWER_SECONDS,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": ANSWER_SECONDS},
        )
        event.listen(engine.sync_engine, "checkin", _note_use)
        event.listen(engine.sync_engine, "checkout", _try_idle)
        return engine
    waits = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    try:
        engine = create_async_engine(url, connect_args=waits)
    except ValueError as error:
        raise unusable(error) from error
    event.listen(engine.sync_engine, "do_connect", _try_sqlite)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


def _try_idle(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    # The pool would ask before every use, which is three of the eight messages of a transaction.
    used = record.info.get("used")
    if used is None or monotonic() - used < IDLE_SECONDS:
        return
    try:
        connection.ping()
    except Exception as error:
        raise InvalidatePoolError from error  # the pool makes another, and tries all the others


def _try_sqlite(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> None:
    # A file that cannot be opened must fail here: aiosqlite leaves a thread behind when it fails to
    # connect, which may print a traceback after the event loop has ended.
    sqlite3.connect(*given, **named).close()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, at the right level.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error:
        # A read-only or locked file can still be read; a broken one fails at the first statement,
        # where the error is explained.
        pass
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: one that only asks for it after it has
    # read fails, without waiting, when another process wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        with clear_connect_errors(engine.url):
            connection = await stack.enter_async_context(engine.connect())
        with clear_errors(engine.url):
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that sees one moment of the database in all its statements.

    Raises:
        DatabaseError: when the database cannot be used, with the mend.
    """
    async with _connected(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@asynccontextmanager
async def writing(engine: AsyncEngine, *, alone: bool = False) -> AsyncIterator[AsyncConnection]:
    """A transaction that writes, committed at the end of the block, rolled back on an error.

    Args:
        alone: wait for other transactions that asked to be alone (on SQLite every writer is).

    Raises:
        DatabaseError: when the database cannot be used, with the mend.
        IntegrityError: when the block broke a promise of the tables.
    """
    async with _connected(engine) as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            if alone and engine.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:key)")
                await connection.execute(lock, {"key": CHANGE_LOCK})
            yield connection
