"""Long polling: fetches updates, and confirms them only when they are stored."""

import asyncio
import logging

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from db.errors import DatabaseError
from handlers.context import App
from handlers.intake import ALLOWED_UPDATES, Intake
from handlers.replies import seconds_of

LONG = 30
"""Seconds for which Telegram holds a call until there is an update."""

_TURNS = 12
"""Turns of the event loop until a call is on its way, and some to spare."""

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_log = logging.getLogger(__name__)


class Poller:
    """Fetches updates until it is stopped."""

    def __init__(self, application: App, intake: Intake) -> None:
        self._bot = application.bot
        self._intake = intake
        self._offset: int | None = None
        self._failures = 0
        self._stored: list[Update] = []  # and not yet handed over

    async def run(self) -> None:
        """Polls for ever.

        Raises:
            InvalidToken: Telegram does not know the token (any more).
        """
        try:
            while True:
                await self._intake.calm()
                try:
                    await self._round()
                    self._failures = 0
                except InvalidToken:
                    raise
                except RetryAfter as error:
                    await asyncio.sleep(seconds_of(error))
                except (TelegramError, DatabaseError) as error:
                    await self._pause(error)
        finally:
            self._hand_over()

    async def confirm(self) -> None:
        """Tells Telegram what has been stored, so that it does not repeat it at the next start."""
        if self._offset is None:
            return
        try:
            await self._bot.get_updates(self._offset, limit=1, timeout=0)
        except TelegramError as error:
            _log.info("The last updates were not confirmed: %s", error.message)

    async def _round(self) -> None:
        """Asks for the next updates, meanwhile hands over the last ones, and stores what comes."""
        polling = asyncio.ensure_future(
            self._bot.get_updates(self._offset, timeout=LONG, allowed_updates=ALLOWED_UPDATES)
        )
        try:
            if self._stored:
                # The call goes out first: later, it would wait for the answers to be made.
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                self._hand_over()
            updates = await polling
        finally:
            polling.cancel()
        if updates:
            self._stored = await self._intake.keep(updates)
            # The next call confirms all before this number: by now they are stored.
            self._offset = updates[-1].update_id + 1

    def _hand_over(self) -> None:
        stored, self._stored = self._stored, []
        self._intake.enqueue(stored)

    async def _pause(self, error: Exception) -> None:
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        if isinstance(error, Conflict):
            _log.error("Another process polls with this token; trying again in %d s", pause)
        elif self._failures > 1 or not isinstance(error, NetworkError):
            _log.warning("No updates (%s), trying again in %d s", error, pause)
        await asyncio.sleep(pause)
