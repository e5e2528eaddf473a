"""Long polling: fetches updates, and confirms them only when they are stored."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.presence import BEAT_SECONDS, Presence
from db.errors import DatabaseAway, DatabaseError
from handlers.context import App
from handlers.intake import ALLOWED_UPDATES, Intake
from handlers.replies import seconds_of

LONG = 30
"""Seconds for which Telegram holds a call until there is an update."""

_TURNS = 12
"""Turns of the event loop until a call is on its way, and some to spare."""

FULL = 100
"""Updates that Telegram gives at a time."""

PART = "polling"
_AGAIN = 0.25
"""Seconds until updates that need the database are tried again; others wait behind them."""

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_log = logging.getLogger(__name__)


class Poller:
    """Fetches updates until it is stopped; of several processes on one database only one does.

    Args:
        began: called whenever this process begins to poll, perhaps after another has.
    """

    def __init__(
        self, application: App, intake: Intake, presence: Presence, began: Callable[[], None]
    ) -> None:
        self._bot = application.bot
        self._intake = intake
        self._presence = presence
        self._began = began
        self._polls_as: str | None = None  # the name under which this process may poll
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
                    await self._take_turn()
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

    async def _take_turn(self) -> None:
        """Waits until no other process polls."""
        waits = False
        while self._polls_as != self._presence.id:
            if await self._presence.take_part(PART):
                await self._bot.delete_webhook()
                self._polls_as, self._offset = self._presence.id, None
                self._began()
                _log.info("Polling")
                return
            if not waits:
                _log.warning("Another process polls; this one takes over when that ends")
            waits = True
            await asyncio.sleep(BEAT_SECONDS)

    async def _round(self) -> None:
        """Asks for the next updates, meanwhile hands over the last ones, and stores what comes."""
        polling = asyncio.ensure_future(self._fetch())
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
            # The next call confirms all before this number: by now they are stored.
            keeping = asyncio.ensure_future(self._keep(updates))
            try:
                self._offset = await asyncio.shield(keeping)
            except asyncio.CancelledError:
                self._offset = await keeping  # what is stored by now is to be handled, too
                raise

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; one that the library cannot read is left out, and holds up no other."""
        try:
            return await self._bot.get_updates(
                self._offset, timeout=LONG, allowed_updates=ALLOWED_UPDATES
            )
        except TelegramError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it would be the same again
            _log.error("Updates cannot be read at once: %s", type(error).__name__)
        wanted = {"offset": self._offset, "allowed_updates": ALLOWED_UPDATES, "limit": 1}
        for one in await self._bot.do_api_request("getUpdates", wanted):
            try:
                return [Update.de_json(one, self._bot)]
            except Exception as error:  # noqa: BLE001 - as above
                _log.error("An update of an unknown form is left out: %s", type(error).__name__)
                self._offset = int(one["update_id"]) + 1
        return []

    async def _keep(self, updates: Sequence[Update]) -> int:
        """Stores updates, or has them handled at once; returns the first that is not safe."""
        following = updates[-1].update_id + 1
        try:
            self._stored = await self._intake.keep(updates)
        except DatabaseAway as error:
            _log.warning("Updates are not stored: %s", error)
            again = await self._intake.without_memory(updates)
            if not again:
                return following
            await asyncio.sleep(_AGAIN)
            if len(updates) < FULL:
                return min(again)
            # Others wait behind these; what is held in memory is lost only by a crash just now.
            self._intake.hold([update for update in updates if update.update_id in again])
        return following

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
