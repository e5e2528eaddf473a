"""What goes on beside the updates: menus once, newer knowledge, signs of life, tidying."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.assistants import Reloading
from bot.presence import Presence
from db.batches import Batches
from db.calendar import knowledge_number
from db.errors import DatabaseAway
from db.inbox import Inbox
from db.listening import KNOWLEDGE, listen
from handlers import menu
from handlers.context import App, Services

TIDY_SECONDS = 3600.0
WATCH_SECONDS = 2.0
"""How often the bot looks whether another process changed the knowledge."""

LISTEN_AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Upkeep:
    """The work of one process beside its updates."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        batches: Batches,
        inbox: Inbox,
        services: Services,
        reload: Reloading,
        presence: Presence,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._batches = batches
        self._inbox = inbox
        self._services = services
        self._reload = reload
        self._presence = presence
        self._clock = clock
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def beside(self, application: App, admins: Sequence[int]) -> AsyncIterator[None]:
        """Goes on during the block."""
        work = [
            self._presence.run(),
            self._menus(application, admins),
            self._watch(),
            self._tidy(),
        ]
        if self._engine.dialect.name == "postgresql":
            work.append(self._listen())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _menus(self, application: App, admins: Sequence[int]) -> None:
        # Telegram refuses a menu for a chat that never wrote to the bot.
        known = [id for id in admins if await self._services.chats.known(id)]
        await menu.set_up(application.bot, known)

    async def _watch(self) -> None:
        """Takes over what the command line or another replica changed."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._news.wait()
            self._news.clear()
            try:
                number = await self._batches.read(knowledge_number)
                if number != self._services.assistants.snapshot.revision:
                    await self._reload()
            except DatabaseAway:
                continue  # the signs of life tell of it
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                _log.warning("Newer knowledge was not looked for: %s", error)

    async def _listen(self) -> None:
        """Hears at once of newer knowledge; without that, it is noticed a little later."""
        while True:
            try:
                await listen(self._engine, KNOWLEDGE, self._news.set)
            except Exception as error:  # noqa: BLE001 - it is tried again
                _log.info("Newer knowledge is not told: %s", type(error).__name__)
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _tidy(self) -> None:
        while True:
            now = int(self._clock().timestamp())
            try:
                await self._inbox.tidy(at=now)
                await self._services.chats.tidy(now=now)
            except Exception as error:  # noqa: BLE001 - it is tried again in an hour
                _log.warning("Nothing was tidied: %s", error)
            await asyncio.sleep(TIDY_SECONDS)
