"""The commands ``backup`` and ``restore``."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import DONE, CommandError, progress_note
from bot.doctor_service import living
from bot.settings import read_settings
from db.backup import Summary, WrongBackup, dump, restore
from db.batches import Batches
from db.engine import create_engine
from db.migrate import current_revision, revisions

KNOWS_CHATS, KNOWS_PROCESSES = "0002", "0006"
"""The migrations that made the tables of chats and of processes."""


def backup(name: str) -> int:
    """Writes all that cannot be made again to a file, while the bot may go on."""
    file = Path(name)

    async def task(engine: AsyncEngine) -> Summary:
        return await dump(engine, file, made=_now().isoformat(timespec="seconds"))

    try:
        found = _run(task)
    except OSError as error:
        raise CommandError(
            f"{file} cannot be written ({error.strerror}) - name another file."
        ) from error
    print(f"{sum(found.rows.values())} rows of {len(found.rows)} tables written to {file}.")
    return DONE


def put_back(name: str, *, replace: bool) -> int:
    """Puts a backup in the place of what the database holds; nothing of it is sent again."""
    file = Path(name)

    async def task(engine: AsyncEngine) -> Summary:
        await _refuse_in_use(engine, replace=replace)
        return await restore(engine, file, now=int(_now().timestamp()))

    try:
        found = _run(task)
    except FileNotFoundError as error:
        raise CommandError(f"{file} is not there - name a file that `backup` made.") from error
    except OSError as error:  # a folder, or no right to read it
        raise CommandError(
            f"{file} cannot be read ({error.strerror}) - name a file that `backup` made."
        ) from error
    print(f"{sum(found.rows.values())} rows of {found.made} restored.")
    if found.withheld:
        print(
            f"{found.withheld} reminders that were due before now are withheld: they may have been "
            "sent since the backup was made."
        )
    return DONE


def _run(task: Callable[[AsyncEngine], Awaitable[Summary]]) -> Summary:
    async def all_of_it() -> Summary:
        engine = create_engine(read_settings().database)
        try:
            return await task(engine)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(all_of_it())
    except WrongBackup as error:
        raise CommandError(str(error)) from error


async def _refuse_in_use(engine: AsyncEngine, *, replace: bool) -> None:
    """Leaves a database alone that a bot works with, or that people are in, unless told."""
    current = await current_revision(engine)
    if current is None:
        return
    if current not in revisions():
        raise CommandError("The database is of a newer program - install that first.")
    batches = Batches(engine)
    try:
        progress_note("Looking whether a bot is running …")
        alive = (await living(batches))[0] if current >= KNOWS_PROCESSES else []
        if alive:
            raise CommandError("A bot is running on this database - stop it first.")
        used = current >= KNOWS_CHATS and await batches.read(
            lambda execute: bool(execute("SELECT 1 FROM chats LIMIT 1", {}))
        )
        if used and not replace:
            raise CommandError(
                "The database holds chats already - add --replace if the backup is to take their "
                "place."
            )
    finally:
        await batches.close()


def _now() -> datetime:
    return datetime.now(UTC)
