"""Many small writes in few transactions: what waits while one is committed, goes into the next."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading, writing
from db.sqlite import Execute, SqliteFile, Work

T = TypeVar("T")

MOST = 200
"""Writes in one transaction, so that none is held up for long."""

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

    async def now(self, work: Work[T]) -> T:
        """Writes; returns what ``work`` returns, once that is committed.

        Raises:
            DatabaseError: nothing of it was written.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write())
        return await future

    def soon(self, work: Work[None]) -> None:
        """Writes together with the next ``now``, in one transaction where both come about."""
        self._waiting.append((work, None))

    async def flush(self) -> None:
        """Writes what is waiting."""
        if self._waiting:
            await self.now(_nothing)

    async def read(self, work: Work[T]) -> T:
        """Reads.

        Raises:
            DatabaseError: when the database cannot be used.
        """
        if self._file is not None:
            return await self._file.run(work, writes=False)
        async with reading(self._engine) as connection:
            return await connection.run_sync(lambda sync: work(_execute_on(sync)))

    async def close(self) -> None:
        """Writes what is waiting, and lets go of the database."""
        await self.flush()
        if self._file is not None:
            await self._file.close()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not await self._settled(batch) and len(batch) > 1:
                # Another's fault must not be one's own.
                for entry in batch:
                    await self._settled([entry])

    async def _settled(self, batch: list[_Entry]) -> bool:
        """Whether a batch is written; the failure of a single write is told to who waits for it."""

        def all_of_it(execute: Execute) -> list[Any]:
            return [work(execute) for work, _ in batch]

        try:
            results = await self._commit(all_of_it)
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            if len(batch) == 1:
                _fail(batch[0][1], error)
            return False
        for (_, future), result in zip(batch, results, strict=True):
            if future is not None and not future.done():
                future.set_result(result)
        return True

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
