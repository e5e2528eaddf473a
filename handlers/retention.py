"""What is not used any more is deleted: chats after a notice, and those that blocked the bot."""

import asyncio
import functools
import logging
from datetime import UTC, date, datetime, time, timedelta

from telegram import Bot
from telegram.error import TelegramError

from db import retention
from db.batches import Batches
from db.chats import Chats
from handlers.buttons import Press, button
from handlers.replies import Place, Replies
from handlers.texts import DEFAULT, texts

IDLE = timedelta(days=730)
"""A chat that wrote nothing for so long is told that it will be forgotten."""

GRACE = timedelta(days=30)
"""So long after that, or after the bot was blocked, all about the chat is deleted."""

MOST_NOTICES = 200
"""At a time: the rest is told an hour later."""

PAUSE = 0.2
"""Seconds between two notices, so that answers go first."""

_log = logging.getLogger(__name__)


class Retention:
    """Keeps the promises of /privacy about time."""

    def __init__(self, batches: Batches, chats: Chats, replies: Replies) -> None:
        self._batches = batches
        self._chats = chats
        self._replies = replies

    async def turn(self, bot: Bot, today: date) -> None:
        """Deletes what is over, then tells those whose time is coming.

        Raises:
            DatabaseError: the rest is done in the next turn.
        """
        before = (today - GRACE).isoformat()
        over = await self._batches.read(functools.partial(retention.expired, before=before))
        at = int(datetime.combine(today, time(), UTC).timestamp())
        for chat_id in over:
            await self._chats.forget(chat_id, at=at)
        if over:
            _log.info("%d chats that were not used any more are deleted", len(over))
        since = (today - IDLE).isoformat()
        idle = await self._batches.read(
            functools.partial(retention.idle, before=since, most=MOST_NOTICES)
        )
        for chat_id, language in idle:
            told = await self._tell(bot, chat_id, language)
            note = retention.warned if told else retention.lost
            # Told first, then noted: told twice is better than deleted untold.
            await self._batches.now(functools.partial(note, chat_id=chat_id, day=today.isoformat()))
            await asyncio.sleep(PAUSE)

    async def _tell(self, bot: Bot, chat_id: int, language: str | None) -> bool:
        """Whether a chat could be told."""
        words = texts(language or DEFAULT)
        keyboard = [button(words.label("keep"), Press("forget", "no"))]
        text = words.say("idle", days=GRACE.days)
        try:
            return await self._replies.show(bot, Place(chat_id), text, keyboard) is not None
        except TelegramError as error:
            _log.warning("A chat could not be told: %s", type(error).__name__)
            return False
