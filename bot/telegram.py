"""The Telegram bot, put together and run: start, long polling or webhook, and a clean stop."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar, cast
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine
from telegram.error import InvalidToken, NetworkError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    Updater,
    filters,
)
from telegram.request import HTTPXRequest

from bot.assistants import Assistants, Reloading
from bot.cli import CommandError
from bot.polling import Poller
from bot.requests import SwiftRequest
from bot.settings import Settings
from db.batches import Batches
from db.calendar import knowledge_number
from db.chats import Chats
from db.inbox import Inbox
from handlers import menu
from handlers.choices import on_press
from handlers.context import App, Context, Services
from handlers.errors import on_error
from handlers.inline import on_inline
from handlers.intake import ALLOWED_UPDATES, Intake
from handlers.lanes import SLOTS, Lanes, Slots
from handlers.membership import on_membership
from handlers.planning import Planner
from handlers.questions import on_message
from handlers.replies import Replies
from handlers.scheduling import Reminders

T = TypeVar("T")
CONNECTIONS = SLOTS + 8
"""One for each update in hand, and some for indicators, menus and reports."""

DRAIN_SECONDS = 8.0
"""How long answers under way may take at a stop; hosts kill after ten. The rest is stored."""

TIDY_SECONDS = 3600.0
WATCH_SECONDS = 2.0
"""How often the bot looks whether another process changed the knowledge."""

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class TelegramBot:
    """One running bot.

    Args:
        settings: with a token.
        clock: gives aware moments.
    """

    def __init__(
        self,
        settings: Settings,
        engine: AsyncEngine,
        assistants: Assistants,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.batches = Batches(engine)
        self.reload = Reloading(engine, assistants, settings.knowledge_packs)
        # Behind a webhook there may be other replicas, which write as well.
        chats = Chats(self.batches, cached=settings.webhook_url is None)
        self.inbox = Inbox(self.batches)
        self.intake = Intake(self.inbox, clock)
        self.slots = Slots()
        self.lanes = Lanes(self.intake, self.slots)
        planner = Planner(lambda: assistants.snapshot, settings.default_timezone)
        self.services = Services(
            assistants=assistants,
            chats=chats,
            intake=self.intake,
            slots=self.slots,
            replies=Replies(chats, self.slots, lambda: clock().date()),
            reminders=Reminders(self.batches, planner, clock),
            clock=clock,
            reload=self.reload,
            default_zone=settings.default_timezone,
            admins=frozenset(settings.admin_ids),
            maintainers=_maintainers(settings),
        )
        self.application = _application(settings, self.services, self.lanes)

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until ``stop`` is set.

        Raises:
            CommandError: the token is wrong, or the webhook cannot be served.
        """
        application = self.application
        if not await _until(stop, _insist(application.initialize)):
            return
        self.intake.bot = application.bot
        try:
            await application.start()
            left = await self.intake.recover(application.bot)
            _log.info("@%s started; %d updates from before", application.bot.username, left)
            async with self._beside():
                await (self._serve(stop) if self.settings.webhook_url else self._poll(stop))
        finally:
            await self._finish()

    async def _poll(self, stop: asyncio.Event) -> None:
        await _insist(self.application.bot.delete_webhook)
        poller = Poller(self.application, self.intake)
        with _clear_token_error():
            await _until(stop, poller.run())
        await poller.confirm()

    async def _serve(self, stop: asyncio.Event) -> None:
        """Listens at the path of WEBHOOK_URL, and tells Telegram to call there."""
        settings, secret = self.settings, self.settings.webhook_secret
        url = settings.webhook_url or ""
        # The queue stores each update before Telegram gets its 200.
        updater = Updater(self.application.bot, self.intake)
        await updater.initialize()
        try:
            await updater.start_webhook(
                listen="0.0.0.0",  # noqa: S104 - a container's port is reached from outside
                port=settings.port,
                url_path=urlsplit(url).path.strip("/"),
                webhook_url=url,
                secret_token=secret.get_secret_value() if secret else None,
                allowed_updates=ALLOWED_UPDATES,
                bootstrap_retries=-1,
            )
            await stop.wait()
        except OSError as error:
            raise CommandError(f"Port {settings.port} is taken - set PORT to another.") from error
        finally:
            if updater.running:
                await updater.stop()
            await updater.shutdown()

    @contextlib.asynccontextmanager
    async def _beside(self) -> AsyncIterator[None]:
        """What goes on beside the updates: menus once, newer knowledge, tidying every hour."""
        work = (self._menus(), self._watch(), self._tidy())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _menus(self) -> None:
        # Telegram refuses a menu for a chat that never wrote to the bot.
        admins = [id for id in self.settings.admin_ids if await self.services.chats.known(id)]
        await menu.set_up(self.application.bot, admins)

    async def _watch(self) -> None:
        """Takes over what the command line or another replica changed."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                number = await self.batches.read(knowledge_number)
                if number != self.services.assistants.snapshot.revision:
                    await self.reload()
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                _log.warning("Newer knowledge was not looked for: %s", error)

    async def _tidy(self) -> None:
        while True:
            now = int(self.clock().timestamp())
            try:
                await self.inbox.tidy(at=now)
                await self.services.chats.tidy(now=now)
            except Exception as error:  # noqa: BLE001 - it is tried again in an hour
                _log.warning("Nothing was tidied: %s", error)
            await asyncio.sleep(TIDY_SECONDS)

    async def _finish(self) -> None:
        """Finishes what is under way; what takes longer is stored for the next start."""
        _log.info("Stopping")
        self.slots.closing.set()
        timer = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._hurry)
        if self.application.running:
            await self.application.stop()
        timer.cancel()
        await self.batches.close()
        await self.application.shutdown()

    def _hurry(self) -> None:
        self.lanes.stopped = True


def _application(settings: Settings, services: Services, lanes: Lanes) -> App:
    # The framework's own way to say that it may give spans of time as such.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    token = settings.telegram_bot_token
    bot: ExtBot[None] = ExtBot(
        token.get_secret_value() if token else "",
        base_url=settings.telegram_base_url,
        base_file_url=settings.telegram_base_file_url,
        request=SwiftRequest(CONNECTIONS),
        get_updates_request=HTTPXRequest(connection_pool_size=1, pool_timeout=30.0),
    )
    # The builder's types know classes only, and no application without a job queue.
    make_services = cast("type[Services]", lambda: services)
    built = (
        Application.builder()
        .bot(bot)
        .updater(None)
        .update_queue(services.intake)
        .job_queue(None)
        .concurrent_updates(lanes)
        .context_types(ContextTypes(context=Context, bot_data=make_services))
        .build()
    )
    application = cast("App", built)
    application.add_handler(MessageHandler(filters.ALL, on_message))
    application.add_handler(CallbackQueryHandler(on_press))
    application.add_handler(InlineQueryHandler(on_inline))
    application.add_handler(ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(on_error)
    return application


async def run_bot(settings: Settings, engine: AsyncEngine, assistants: Assistants) -> None:
    """Runs the bot until the process is asked to stop."""
    # SQLite answers from a thread of its own; by default the loop may wait 5 ms to take over.
    sys.setswitchinterval(0.0005)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Not every system can do this; there, the interrupt ends the loop by itself.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    await TelegramBot(settings, engine, assistants).run(stop)


def _maintainers(settings: Settings) -> tuple[int, ...]:
    chat = settings.maintainers_chat
    return (chat,) if chat is not None else settings.admin_ids


async def _insist(call: Callable[[], Awaitable[object]]) -> None:
    """Makes a call that the start needs, until it succeeds: the network may come after the bot."""
    turn = 0
    while True:
        try:
            with _clear_token_error():
                await call()
        except NetworkError as error:
            pause = _PAUSES[min(turn, len(_PAUSES) - 1)]
            _log.warning("Telegram does not answer (%s), again in %d s", error.message, pause)
            await asyncio.sleep(pause)
            turn += 1
        else:
            return


@contextlib.contextmanager
def _clear_token_error() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise CommandError(
            "Telegram does not know this token - copy TELEGRAM_BOT_TOKEN whole from @BotFather."
        ) from error


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Awaits ``work``, or gives it up when the bot is to stop; whether it came to its end."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        for one in (task, stopping):
            one.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)
