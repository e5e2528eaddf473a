"""The Telegram bot, put together and run: start, long polling or webhook, and a clean stop."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncEngine
from telegram.error import BadRequest

from bot.assistants import Assistants, Reloading
from bot.cli import CommandError
from bot.clock import REAL_TIME, Clock
from bot.framework import application
from bot.patience import clear_token_error, insist, until
from bot.polling import Poller
from bot.presence import Presence
from bot.settings import Settings
from bot.site import routes, shown
from bot.teacher import Teacher
from bot.upkeep import Part, Upkeep
from bot.web import WebServer
from db.batches import Batches
from db.chats import Chats
from db.feeds import Feeds
from db.inbox import Inbox
from db.misses import Misses
from db.organisers import Drafts, Organisers
from db.replicas import Replicas
from handlers.context import Profile, Services
from handlers.delivery import Deliverer
from handlers.dispatch import Dispatch
from handlers.intake import ALLOWED_UPDATES, Intake
from handlers.lanes import Lanes, Slots
from handlers.organising import Organising
from handlers.planning import Planner
from handlers.replies import Replies
from handlers.scheduling import Reminders
from handlers.windows import Windows

DRAIN_SECONDS = 8.0
"""How long answers under way may take at a stop; hosts kill after ten. The rest is stored."""

_log = logging.getLogger(__name__)


class TelegramBot:
    """One running bot.

    Args:
        settings: with a token.
        part: of the work, where several processes share it.
        clock: what people see and what is planned goes by it.
    """

    def __init__(
        self,
        settings: Settings,
        engine: AsyncEngine,
        assistants: Assistants,
        part: Part = "all",
        clock: Clock = REAL_TIME,
    ) -> None:
        self.settings = settings
        self.part = part
        self.batches = Batches(engine)
        reload = Reloading(engine, assistants, settings.knowledge_packs)
        self.presence = Presence(
            Replicas(self.batches),
            lambda: (assistants.snapshot.revision, reload.problem),
            REAL_TIME,
        )
        # Others that begin behind a webhook get messages before this process knows of them.
        chats = Chats(
            self.batches,
            alone=lambda: settings.webhook_url is None and self.presence.alone,
        )
        inbox = Inbox(self.batches, self.presence.id)
        self.intake = Intake(inbox, REAL_TIME)
        self.slots = Slots()
        self.lanes = Lanes(self.intake, self.slots)
        planner = Planner(lambda: assistants.snapshot, settings.default_timezone)
        windows = Windows(lambda: self.lanes.in_hand)
        replies = Replies(chats, self.slots, windows, lambda: clock().date(), lambda: clock.mark)
        self.services = Services(
            assistants=assistants,
            chats=chats,
            intake=self.intake,
            slots=self.slots,
            replies=replies,
            reminders=Reminders(self.batches, planner, clock),
            clock=clock,
            reload=reload,
            default_zone=settings.default_timezone,
            misses=Misses(self.batches),
            feeds=Feeds(self.batches),
            teach=Teacher(settings),
            profile=Profile(settings.bot_name, settings.operator),
            organising=Organising(self.batches, planner, lambda: assistants.snapshot, clock),
            organisers=Organisers(self.batches),
            drafts=Drafts(self.batches, chats.note_draft),
            admins=frozenset(settings.admin_ids),
            maintainers=_maintainers(settings),
            public_address=settings.public_address,
        )
        self.application = application(settings, self.services, self.lanes)
        self.deliverer = Deliverer(
            batches=self.batches,
            dispatch=Dispatch(
                batches=self.batches,
                chats=chats,
                replies=replies,
                planner=planner,
                metrics=self.services.metrics,
                clock=clock,
                speed=clock.speed,
            ),
            reminders=self.services.reminders,
            windows=windows,
            knowledge=lambda: assistants.snapshot,
            replica=lambda: (self.presence.id, self.presence.sure),
            clock=clock,
            speed=clock.speed,
        )
        self.upkeep = Upkeep(
            engine=engine,
            batches=self.batches,
            inbox=inbox,
            services=self.services,
            reload=reload,
            presence=self.presence,
            deliverer=self.deliverer,
            clock=clock,
        )
        self.missing = ["starting"]  # why this process does not want to be called
        self._join(inbox)

    def _join(self, inbox: Inbox) -> None:
        """Ties what is in hand to whether this process is known to live."""

        def renamed(id: str) -> None:
            inbox.holder = id
            self.intake.give_up()

        self.intake.sure = lambda: self.presence.sure
        self.intake.timed = self.services.metrics.handled
        self.presence.renamed.append(renamed)
        self.presence.alive.append(self._alive)

    async def _alive(self) -> None:
        """The database is there: takes what others left, and what had to wait."""
        await self.services.outage.over()
        left = await self.intake.take_over(self.application.bot)
        if left:
            _log.info("%d updates of others taken over", left)

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until ``stop`` is set.

        Raises:
            CommandError: the token is wrong, or the webhook cannot be served.
            DatabaseError: the database cannot be used at the start.
        """
        application = self.application
        if not await until(stop, insist(application.initialize)):
            return
        self.intake.bot = application.bot
        try:
            await self.presence.enter()
            await application.start()
            await self.presence.turn()
            _log.info("@%s started", application.bot.username)
            async with self.upkeep.beside(application, self.part), self._site():
                await self._work(stop)
        finally:
            await self._finish()

    async def _work(self, stop: asyncio.Event) -> None:
        if self.part == "work":
            self.missing.clear()
            await stop.wait()
        elif self.settings.webhook_url:
            if await until(stop, insist(self._tell_address)):
                self.missing.clear()
                await stop.wait()
        else:
            await self._poll(stop)

    async def _poll(self, stop: asyncio.Event) -> None:
        self.missing.clear()  # also while another polls: it may be waiting for this one to be ready
        poller = Poller(
            self.application, self.intake, self.presence, self.services.chats.forget_cached
        )
        with clear_token_error():
            await until(stop, poller.run())
        await poller.confirm()

    @contextlib.asynccontextmanager
    async def _site(self) -> AsyncIterator[None]:
        """Serves pages during the block, if any are wanted, and ends with what is under way."""
        settings = self.settings
        server = None
        if settings.public_address is not None or "port" in settings.model_fields_set:
            bot, public = self.application.bot, self.part != "work"
            pages = routes(settings, self.services, bot, self.missing, public=public)
            server = WebServer(settings.port, pages)
            server.start()
        try:
            yield
        finally:
            self.missing[:] = ["stopping"]
            if server is not None:
                server.stop()
            await self._drain()
            if server is not None:
                await server.close()

    async def _tell_address(self) -> None:
        settings = self.settings
        try:
            await self.application.bot.set_webhook(
                settings.webhook_url or "",
                secret_token=shown(settings.webhook_secret),
                allowed_updates=ALLOWED_UPDATES,
            )
        except BadRequest as error:
            raise CommandError(
                f"Telegram does not take WEBHOOK_URL ({error.message}) - correct it."
            ) from error

    async def _finish(self) -> None:
        """Finishes what is under way; what takes longer is stored for the next start."""
        await asyncio.gather(self.deliverer.close(), self._drain(), return_exceptions=True)
        await self.presence.leave()
        await self.batches.close()
        await self.application.shutdown()

    async def _drain(self) -> None:
        if not self.application.running:
            return
        _log.info("Stopping")
        self.intake.shut()
        self.slots.closing.set()
        timer = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._hurry)
        await self.application.stop()
        timer.cancel()
        if self.intake.depth:
            _log.info("%d updates are left for the next start", self.intake.depth)
        self.intake.close()

    def _hurry(self) -> None:
        self.lanes.stopped = True


async def run_bot(
    settings: Settings,
    engine: AsyncEngine,
    assistants: Assistants,
    part: Part,
    clock: Clock = REAL_TIME,
) -> None:
    """Runs the bot until the process is asked to stop."""
    # SQLite answers from a thread of its own; by default the loop may wait 5 ms to take over.
    sys.setswitchinterval(0.0005)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Not every system can do this; there, the interrupt ends the loop by itself.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    await TelegramBot(settings, engine, assistants, part, clock).run(stop)


def _maintainers(settings: Settings) -> tuple[int, ...]:
    chat = settings.maintainers_chat
    return (chat,) if chat is not None else settings.admin_ids
