"""What goes on beside the updates: menus once, newer knowledge, signs of life, tidying."""

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncEngine
from telegram import Bot

from bot.assistants import Reloading
from bot.clock import REAL_TIME
from bot.presence import Presence
from db import outbox
from db.batches import Batches
from db.calendar import knowledge_number
from db.errors import DatabaseAway, DatabaseError
from db.inbox import Inbox
from db.listening import KNOWLEDGE, listen
from handlers import menu
from handlers.context import App, Services
from handlers.delivery import Deliverer
from handlers.retention import Retention

Part = Literal["all", "web", "work"]
"""What a process does: answer people, or what goes on unasked (reminders, tidying), or both."""

TIDY_SECONDS = 3600.0
WATCH_SECONDS = 2.0
"""How often the bot looks whether another process changed the knowledge."""

LISTEN_AGAIN_SECONDS = 5.0
MEASURE_SECONDS = 10.0
LAG_SECONDS = 0.5
AGAIN_SECONDS = 2.0
"""How long work waits that failed by what nobody foresaw."""

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
        deliverer: Deliverer,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._batches = batches
        self._inbox = inbox
        self._services = services
        self._reload = reload
        self._presence = presence
        self._deliverer = deliverer
        self._retention = Retention(batches, services.chats, services.replies)
        self._clock = clock
        self._news = asyncio.Event()
        self._depth = outbox.Depth(0, 0, None)
        self._show()

    @contextlib.asynccontextmanager
    async def beside(self, application: App, part: Part) -> AsyncIterator[None]:
        """Goes on during the block."""
        bot = application.bot
        work = [self._presence.run, self._watch, self._measure, self._feel_lag]
        if self._engine.dialect.name == "postgresql":
            work.append(self._listen)
        if part != "work":
            work.append(functools.partial(self._menus, bot))
        if part != "web":
            work += [
                functools.partial(self._tidy, bot),
                functools.partial(self._deliverer.run, bot),
            ]
        tasks = [asyncio.create_task(self._keep_up(one)) for one in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begins a work again that failed by what nobody foresaw: it may not stand still for ever.

        The database is waited for by each work itself, where it needs it all the time.
        """
        while True:
            try:
                return await work()
            except DatabaseAway:
                pass  # the signs of life tell of it
            except Exception as error:  # noqa: BLE001 - whatever it was
                _log.exception("Work in the background failed: %s", type(error).__name__)
                self._services.metrics.background_failed()
            await asyncio.sleep(AGAIN_SECONDS)

    def _show(self) -> None:
        """The figures that are looked up when somebody asks for them."""
        gauge, services = self._services.metrics.gauge, self._services
        gauge("queue_depth", "Updates in hand", lambda: services.intake.depth)
        gauge("database_up", "Whether the database is there", lambda: float(self._presence.sure))
        revision = "The number of the knowledge that is answered from"
        gauge("knowledge_revision", revision, lambda: services.assistants.snapshot.revision)
        problem = "Whether newer knowledge cannot be read"
        gauge("knowledge_stale", problem, lambda: float(self._reload.problem is not None))
        gauge("reminders_planned", "Reminders to be sent", lambda: self._depth.planned)
        gauge("reminders_due", "Reminders that are due", lambda: self._depth.due)
        oldest = "For how long the oldest reminder has been due"
        gauge("reminders_oldest_due_seconds", oldest, self._waits)

    def _waits(self) -> float:
        oldest = self._depth.oldest
        return 0.0 if oldest is None else max(0.0, self._clock().timestamp() - oldest)

    async def _measure(self) -> None:
        """Looks how much waits in the outbox."""
        while True:
            now = int(self._clock().timestamp())
            with contextlib.suppress(DatabaseError):
                self._depth = await self._batches.read(functools.partial(outbox.depth, now=now))
            await asyncio.sleep(MEASURE_SECONDS)

    async def _feel_lag(self) -> None:
        """Measures by how much the event loop is late."""
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            await asyncio.sleep(LAG_SECONDS)
            self._services.metrics.lagged(max(0.0, loop.time() - begun - LAG_SECONDS))

    async def _menus(self, bot: Bot) -> None:
        # Telegram refuses a menu for a chat that never wrote to the bot.
        services = self._services
        known = [id for id in sorted(services.admins) if await services.chats.known(id)]
        appointed = {one.user_id for one in await services.organisers.appointed()}
        organisers = [
            id for id in sorted(appointed - services.admins) if await services.chats.known(id)
        ]
        await menu.set_up(bot, services.profile, known, organisers)

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

    async def _tidy(self, bot: Bot) -> None:
        """Forgets what has served its time; of several processes one does."""
        while True:
            try:
                tidying = await self._presence.take_part("tidying")
            except DatabaseError as error:
                _log.warning("Nothing was tidied: %s", error)
                tidying = False
            for one in self._tidied(bot) if tidying else ():
                try:
                    await one()
                except Exception as error:  # noqa: BLE001 - it is tried again in an hour
                    _log.warning("Something was not tidied: %s", type(error).__name__)
            await asyncio.sleep(TIDY_SECONDS)

    def _tidied(self, bot: Bot) -> Iterator[Callable[[], Awaitable[None]]]:
        services, now, real = self._services, int(self._clock().timestamp()), REAL_TIME()
        if self._clock is REAL_TIME:  # in a rehearsal, chats may seem to have been silent for years
            yield functools.partial(self._retention.turn, bot, real.date())
        yield functools.partial(self._inbox.tidy, at=int(real.timestamp()))
        yield functools.partial(services.chats.tidy, now=now)
        yield services.reminders.tidy
        yield functools.partial(services.misses.tidy, self._clock().date())
        yield functools.partial(services.drafts.tidy, now=now)
