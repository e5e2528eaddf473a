"""The sign that the bot is at work, for answers that take noticeable time."""

import asyncio
import logging

from telegram import Bot
from telegram.error import TelegramError

from handlers.replies import Place
from handlers.windows import Windows

TYPING_AFTER = 0.5
"""Seconds after which people want to know that something is going on."""

_log = logging.getLogger(__name__)


class Typing:
    """Shows that the bot is at work, once that takes noticeable time; a context manager.

    Not while a message is on its way to the chat: the sign would come no sooner than that, and
    would break in on a chat that Telegram wants left alone, where that is about to be said.
    """

    def __init__(self, bot: Bot, place: Place, windows: Windows) -> None:
        self._bot = bot
        self._place = place
        self._windows = windows
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._wait()

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TYPING_AFTER, self._begin)

    def _begin(self) -> None:
        if self._windows.held(self._place.chat_id):
            return
        if self._windows.is_sending(self._place.chat_id):
            self._wait()
            return
        self._task = asyncio.get_running_loop().create_task(self._show())

    async def _show(self) -> None:
        try:
            await self._bot.send_chat_action(
                self._place.chat_id, "typing", message_thread_id=self._place.thread_id
            )
        except TelegramError as error:
            _log.debug("No typing indicator: %s", error.message)
