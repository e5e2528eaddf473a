"""Many small writes in few transactions: what waits while one is committed, goes into the next."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import writing

T = TypeVar("T")
Write = Callable[[AsyncConnection], Awaitable[T]]
"""Statements of one write; a failure of one takes none of the others with it."""

MOST = 200
"""Writes in one transaction, so that none is held up for long."""

_log = logging.getLogger(__name__)


class Batches:
    """Writes to the database, in the order in which they were handed in."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._waiting: list[tuple[Write[Any], asyncio.Future[Any] | None]] = []
        self._task: asyncio.Task[None] | None = None

    async def now(self, write: Write[T]) -> T:
        """Writes; returns what ``write`` returns, once that is committed.

        Raises:
            DatabaseError: nothing of it was written.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, future))
        self._wake()
        return await future

    def soon(self, write: Write[None]) -> None:
        """Writes together with the next ``now``, in one transaction where both come about."""
        self._waiting.append((write, None))

    async def flush(self) -> None:
        """Writes what is waiting."""
        if self._waiting:
            await self.now(_nothing)

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._commit(batch)
            except Exception as error:  # noqa: BLE001 - it belongs to those who wait
                if len(batch) == 1:
                    _settle(batch[0][1], error)
                    continue
                for entry in batch:
                    await self._alone(entry)
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if future is not None and not future.done():
                    future.set_result(result)

    async def _alone(self, entry: tuple[Write[Any], asyncio.Future[Any] | None]) -> None:
        """One write of a batch that failed: another's fault must not be its own."""
        try:
            (result,) = await self._commit([entry])
        except Exception as error:  # noqa: BLE001 - it belongs to the one who waits
            _settle(entry[1], error)
        else:
            if entry[1] is not None and not entry[1].done():
                entry[1].set_result(result)

    async def _commit(
        self, batch: list[tuple[Write[Any], asyncio.Future[Any] | None]]
    ) -> list[Any]:
        async with writing(self.engine) as connection:
            return [await write(connection) for write, _ in batch]


def _settle(future: asyncio.Future[Any] | None, error: Exception) -> None:
    if future is None:
        _log.warning("A note about a chat was not written: %s", error)
    elif not future.done():
        future.set_exception(error)


async def _nothing(_connection: AsyncConnection) -> None:
    return None
