"""Bounded concurrency that keeps each chat's order: one lane a chat, a few slots for all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from handlers.intake import Intake

SLOTS = 24
"""Updates handled at once: most of the time of each is waiting for Telegram."""

_UNBOUNDED = 1_000_000_000
"""The base's own limit holds up all chats when one has many updates: lanes and slots do better."""

_in_slot: ContextVar[bool] = ContextVar("in_slot", default=False)


class Slots:
    """Room for so many updates at once, given back while one of them only waits."""

    def __init__(self, number: int = SLOTS) -> None:
        self._free = asyncio.Semaphore(number)
        self.closing = asyncio.Event()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        async with self._free:
            held = _in_slot.set(True)
            try:
                yield
            finally:
                _in_slot.reset(held)

    async def wait(self, seconds: float) -> None:
        """Waits without holding others up.

        Raises:
            CancelledError: the bot stops; what waits is taken up again after its next start.
        """
        held = _in_slot.get()
        if held:
            self._free.release()
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return
        finally:
            if held:
                await self._free.acquire()
        raise asyncio.CancelledError("the bot stops")


class Lanes(BaseUpdateProcessor):
    """Handles the updates of a chat one after the other, those of different chats side by side."""

    def __init__(self, intake: Intake, slots: Slots) -> None:
        super().__init__(_UNBOUNDED)
        self._intake = intake
        self._slots = slots
        self._lanes: dict[int, tuple[asyncio.Lock, int]] = {}
        self.stopped = False  # what has not begun by now is left for the next start

    @property
    def in_hand(self) -> Collection[int]:
        """The chats whose updates are being handled, or wait for that."""
        return self._lanes.keys()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        key = lane_of(update)
        lock, waiting = self._lanes.get(key) or (asyncio.Lock(), 0)
        self._lanes[key] = (lock, waiting + 1)
        try:
            async with lock, self._slots.taken():
                await self._process(update, coroutine)
        finally:
            lock, waiting = self._lanes[key]
            if waiting == 1:
                del self._lanes[key]
            else:
                self._lanes[key] = (lock, waiting - 1)

    async def _process(self, update: object, coroutine: Awaitable[Any]) -> None:
        if self.stopped or not self._intake.may_begin(update):
            if asyncio.iscoroutine(coroutine):
                coroutine.close()  # or Python warns that nobody awaited it
            return
        # A cancellation goes on from here: such an update is not handled, and comes again.
        await coroutine
        await self._intake.handled(update)

    async def initialize(self) -> None:
        """There is nothing to prepare."""

    async def shutdown(self) -> None:
        """There is nothing to release."""


def lane_of(update: object) -> int:
    """The chat whose order counts; the person, for what belongs to no chat."""
    if not isinstance(update, Update):
        return 0
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0
