"""Small transactions on an SQLite file without a change of thread.

The async driver changes threads about ten times in a transaction, and each change waits for the
interpreter's lock: at a hundred questions a second that costs more than the questions do. A small
transaction in write-ahead mode neither waits for the disk nor for readers, so it is done on the
spot. Where another process holds the file, it is done in a thread that can wait.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy.engine import URL

from db.engine import BUSY_SECONDS
from db.errors import DatabaseError, explained

T = TypeVar("T")
_log = logging.getLogger(__name__)
Execute = Callable[[str, Mapping[str, Any]], Sequence[Any]]
"""Executes a statement with named values (``:name``); returns its rows."""

Work = Callable[[Execute], T]
"""What is done in one transaction; it may be tried twice, and changes the database only."""

_SETTINGS = (
    *("journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=0"),
    "secure_delete=ON",  # what is deleted is overwritten
)

CHECKPOINT = 1000
"""Transactions after which the log goes back into the file, in a thread that waits for the disk."""


WIPE_SECONDS = 10.0
"""For so long after something was forgotten each transaction goes into the file at once, and its
trace out of the log: what asked for it is still in hand, and erased a little later."""


class SqliteFile:
    """Transactions on one file, from one event loop."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, "sqlite")
        self._quick: sqlite3.Connection | None = None
        self._patient: sqlite3.Connection | None = None
        self._written = 0
        self._wipe_until = 0.0

    async def run(self, work: Work[T], *, writes: bool) -> T:
        """Does ``work`` in a transaction.

        Raises:
            DatabaseError: nothing of it was done.
        """
        try:
            if self._quick is None:
                self._quick = self._open(0.0)
            done = _transaction(self._quick, work, writes=writes)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise explained(error, self._url) from error
            return await self._in_thread(lambda: self._wait(work, writes=writes))
        except sqlite3.Error as error:
            raise explained(error, self._url) from error
        self._written += writes
        if self._written >= CHECKPOINT or (writes and self._wiping):
            self._written = 0
            await self._tidy_up()
        return done

    async def wipe(self) -> None:
        """Leaves no trace of what was deleted, neither in the log nor in the file."""
        self._wipe_until = monotonic() + WIPE_SECONDS
        await self._tidy_up()

    @property
    def _wiping(self) -> bool:
        return monotonic() < self._wipe_until

    async def close(self) -> None:
        await self._in_thread(self._close_patient)
        self._thread.shutdown(wait=False)
        if self._quick is not None:
            self._quick.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _wait(self, work: Work[T], *, writes: bool) -> T:
        """The same with patience, in the thread."""
        try:
            if self._patient is None:
                seconds = self._url.query.get("timeout", BUSY_SECONDS)
                self._patient = self._open(float(seconds))  # type: ignore[arg-type]  # one value
            return _transaction(self._patient, work, writes=writes)
        except sqlite3.Error as error:
            raise explained(error, self._url) from error

    async def _tidy_up(self) -> None:
        """A checkpoint; what was written is written, whatever becomes of it."""
        try:
            await self._in_thread(self._checkpoint)
        except DatabaseError as error:
            _log.warning("The log of the database stays as long as it is: %s", error)

    def _checkpoint(self) -> None:
        def work(execute: Execute) -> None:
            # Only a log that is cut off holds nothing of what went into the file.
            execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if self._wiping else 'PASSIVE'})", {})

        self._wait(work, writes=False)

    def _close_patient(self) -> None:
        if self._patient is not None:
            self._patient.close()

    def _open(self, patience: float) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._url.database or "", timeout=patience, isolation_level=None
        )
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        return connection


def _transaction(connection: sqlite3.Connection, work: Work[T], *, writes: bool) -> T:
    def execute(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        return connection.execute(statement, values).fetchall()

    if not writes:
        return work(execute)
    # The lock is taken at once: asked for later, it could be refused half-way.
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = work(execute)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done
