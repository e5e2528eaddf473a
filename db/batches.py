"""Many small writes in few transactions: what waits while one is committed, goes into the next."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading, thread_engine, writing
from db.errors import clear_errors

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Statements on a connection; they run in one go, in a thread where the database is a file."""

MOST = 200
"""Writes in one transaction, so that none is held up for long."""

_Entry = tuple[Work[Any], "asyncio.Future[Any] | None"]
_log = logging.getLogger(__name__)


class Batches:
    """Writes to the database in the order in which they were handed in, and reads beside them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._plain = thread_engine(engine)
        self._thread = ThreadPoolExecutor(1, "database")
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
        if self._plain is not None:
            return await self._in_thread(work, writes=False)
        async with reading(self._engine) as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        """Writes what is waiting, and lets go of the database."""
        await self.flush()
        if self._plain is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._plain.dispose)
        self._thread.shutdown(wait=False)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not await self._settled(batch) and len(batch) > 1:
                # Another's fault must not be one's own.
                for entry in batch:
                    await self._settled([entry])

    async def _settled(self, batch: list[_Entry]) -> bool:
        """Whether a batch is written; the failure of a single write is told to who waits for it."""

        def all_of_it(connection: Connection) -> list[Any]:
            return [work(connection) for work, _ in batch]

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
        if self._plain is not None:
            return await self._in_thread(work, writes=True)
        async with writing(self._engine) as connection:
            return await connection.run_sync(work)

    async def _in_thread(self, work: Work[T], *, writes: bool) -> T:
        plain = self._plain
        assert plain is not None  # noqa: S101 - who calls this has looked

        def run() -> T:
            with clear_errors(self._engine.url), plain.connect() as connection:
                connection.execution_options(writes=writes)
                with connection.begin():
                    return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)


def _fail(future: "asyncio.Future[Any] | None", error: Exception) -> None:
    if future is None:
        _log.warning("A note about a chat was not written: %s", type(error).__name__)
    elif not future.done():
        future.set_exception(error)


def _nothing(_connection: Connection) -> None:
    return None
