"""Brings a database to the tables of this version of the program."""

from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import reading, writing
from db.errors import DatabaseTooNew, name_of

_FOLDER = Path(__file__).parent / "migrations"


@cache
def revisions() -> tuple[str, ...]:
    """The revisions this version knows, oldest first.

    Read off the names of the files (``0001_knowledge.py``), because to ask Alembic costs more than
    half of what a cold start may take.
    """
    return tuple(sorted(file.name[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py")))


async def current_revision(engine: AsyncEngine) -> str | None:
    """The revision the database is at, None when it has no tables of ours.

    Raises:
        DatabaseError: when the database cannot be read.
    """
    async with reading(engine) as connection:
        return await _revision(connection)


async def upgrade(engine: AsyncEngine) -> bool:
    """Applies the migrations that are missing, all or none; True when there were any.

    Raises:
        DatabaseTooNew: when the database was changed by a newer version.
        DatabaseError: when the database cannot be read or written.
    """
    current = await current_revision(engine)
    if current == revisions()[-1]:
        return False
    if current is not None and current not in revisions():
        raise DatabaseTooNew(
            f"{name_of(engine.url)} is at revision {current}, newer than this program "
            f"({revisions()[-1]}) - install the newer program, or choose another DATABASE_URL."
        )
    async with writing(engine, alone=True) as connection:
        # Another process may have done it while this one waited for its turn.
        if await _revision(connection) == revisions()[-1]:
            return False
        await connection.run_sync(move, "up", "head")
    return True


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Takes the database back to ``revision``, or to nothing with ``base``; loses data."""
    async with writing(engine, alone=True) as connection:
        await connection.run_sync(move, "down", revision)


async def _revision(connection: AsyncConnection) -> str | None:
    if connection.dialect.name == "postgresql":
        # A failed statement would spoil the transaction there, so look before reading.
        there = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        if not there:
            return None
    try:
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:
        if "no such table" in str(error.orig):
            return None
        raise
    return None if found is None else str(found)


def move(connection: Connection, way: Literal["up", "down"], revision: str) -> None:
    """Applies or takes back migrations within a transaction."""
    # Imported here because it is slow and most starts find nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The configuration parser gives % a meaning; a folder's name may hold one.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    if way == "up":
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)
