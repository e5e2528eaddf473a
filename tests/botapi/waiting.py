"""Waiting for something to become true, without sleeping."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Waiting:
    """Conditions that are looked at again whenever something has happened."""

    def __init__(self) -> None:
        self.entries: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    async def until(self, condition: Callable[[], T | None], seconds: float) -> T:
        """The first true value of a condition.

        Raises:
            TimeoutError: there was none in that time.
        """
        if value := condition():
            return value
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        entry = (condition, future)
        self.entries.append(entry)
        try:
            async with asyncio.timeout(seconds):
                return await future
        finally:
            self.entries.remove(entry)

    def notify(self) -> None:
        """Lets those who wait look again."""
        for condition, future in list(self.entries):
            if future.done():
                continue
            try:
                if value := condition():
                    future.set_result(value)
            except Exception as error:  # noqa: BLE001 - it belongs to the one who waits
                future.set_exception(error)
