"""Many small writes in few transactions: what waits while one is committed, goes into the next."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading, writing
from db.errors import DatabaseAway, DatabaseError, DatabaseFull, DatabaseLocked, DatabaseReadOnly
from db.sqlite import Execute, SqliteFile, Work

T = TypeVar("T")

MOST = 200
"""Writes in one transaction, so that none is held up for long."""

KEPT = 5000
"""Writes that nobody waits for and that are kept while the database is away, the newest."""

AWAY_SECONDS = 0.5
"""How long a database that was away is taken to be so without trying."""

_Entry = tuple[Work[Any], "asyncio.Future[Any] | None"]
_log = logging.getLogger(__name__)


class Batches:
    """Writes to the database in the order in which they were handed in, and reads beside them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        url = engine.url
        in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        self._file = SqliteFile(url) if in_file else None
        self._waiting: list[_Entry] = []
        self._task: asyncio.Task[None] | None = None
        self._kept: list[_Entry] = []  # until the database is back
        self._away: tuple[float, DatabaseAway] | None = None

    @property
    def locking(self) -> bool:
        """Whether the database locks single rows, which others can pass over."""
        return self._engine.dialect.name == "postgresql"

    async def now(self, work: Work[T]) -> T:
        """Writes; returns what ``work`` returns, once that is committed.

        Raises:
            DatabaseAway: the database cannot be used now; nothing of it was written.
            DatabaseError: nothing of it was written.
        """
        self._refuse_while_away()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write())
        return await future

    def soon(self, work: Work[None]) -> None:
        """Writes together with the next ``now``, in one transaction where both come about.

        While the database is away, it is kept and written when it is back.
        """
        self._waiting.append((work, None))

    async def flush(self) -> None:
        """Writes what is waiting; raises what ``now`` does."""
        if self._waiting or self._kept:
            await self.now(_nothing)

    async def read(self, work: Work[T]) -> T:
        """Reads.

        Raises:
            DatabaseError: when the database cannot be used.
        """
        self._refuse_while_away()
        with self._noticing():
            if self._file is not None:
                return await self._file.run(work, writes=False)
            async with reading(self._engine) as connection:
                return await connection.run_sync(lambda sync: work(_execute_on(sync)))

    async def wipe(self) -> None:
        """Takes the traces of what was deleted out of the files; PostgreSQL does so by itself."""
        if self._file is not None:
            await self._file.wipe()

    async def close(self) -> None:
        """Writes what is waiting, if that can be done, and lets go of the database."""
        try:
            await self.flush()
        except DatabaseError as error:
            _log.warning("%d notes about chats are lost: %s", len(self._kept), error)
        if self._file is not None:
            await self._file.close()

    async def _write(self) -> None:
        self._waiting, self._kept = self._kept + self._waiting, []
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                if not await self._settled(batch) and len(batch) > 1:
                    # Another's fault must not be one's own.
                    while batch:
                        await self._settled(batch[:1])
                        batch = batch[1:]
            except DatabaseAway as error:
                self._give_back(batch, error)

    def _give_back(self, batch: list[_Entry], error: DatabaseAway) -> None:
        """Tells all who wait that the database is away, and keeps what nobody waits for."""
        entries, self._waiting = [*batch, *self._waiting], []
        for _, future in entries:
            if future is not None and not future.done():
                future.set_exception(error)
        self._kept = [entry for entry in entries if entry[1] is None][-KEPT:]

    async def _settled(self, batch: list[_Entry]) -> bool:
        """Whether a batch is written; the failure of a single write is told to who waits for it.

        Raises:
            DatabaseAway: it is not, and no other would be.
        """

        def all_of_it(execute: Execute) -> list[Any]:
            return [work(execute) for work, _ in batch]

        try:
            with self._noticing():
                results = await self._commit(all_of_it)
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            if len(batch) == 1:
                _fail(batch[0][1], error)
            return False
        for (_, future), result in zip(batch, results, strict=True):
            if future is not None and not future.done():
                future.set_result(result)
        return True

    def _refuse_while_away(self) -> None:
        if self._away is not None and monotonic() < self._away[0]:
            error = self._away[1]
            raise type(error)(*error.args)  # its own, so that tracebacks do not pile up

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Notices that the database is away, or back."""
        try:
            yield
        except DatabaseAway as error:
            if not isinstance(error, DatabaseFull | DatabaseReadOnly | DatabaseLocked):
                self._away = (monotonic() + AWAY_SECONDS, error)
            raise
        self._away = None

    async def _commit(self, work: Work[T]) -> T:
        if self._file is not None:
            return await self._file.run(work, writes=True)
        async with writing(self._engine) as connection:
            return await connection.run_sync(lambda sync: work(_execute_on(sync)))


def _fail(future: "asyncio.Future[Any] | None", error: Exception) -> None:
    if future is None:
        _log.warning("A note about a chat was not written: %s", type(error).__name__)
    elif not future.done():
        future.set_exception(error)


def _nothing(_execute: Execute) -> None:
    return None


def _execute_on(connection: Connection) -> Execute:
    def execute(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
        result = connection.execute(_clause(statement), values)
        return result.all() if result.returns_rows else ()

    return execute


@cache
def _clause(statement: str) -> TextClause:
    return text(statement)
