"""Calls that a start needs: made until they succeed, or until the bot is to stop."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator

from telegram.error import InvalidToken, NetworkError, RetryAfter

from bot.cli import CommandError
from handlers.replies import seconds_of

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_log = logging.getLogger(__name__)


async def insist(call: Callable[[], Awaitable[object]]) -> None:
    """Makes a call that the start needs, until it succeeds: the network may come after the bot."""
    turn = 0
    while True:
        try:
            with clear_token_error():
                await call()
        except NetworkError as error:
            pause = _PAUSES[min(turn, len(_PAUSES) - 1)]
            _log.warning("Telegram does not answer (%s), again in %d s", error.message, pause)
            await asyncio.sleep(pause)
            turn += 1
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        else:
            return


@contextlib.contextmanager
def clear_token_error() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise CommandError(
            "Telegram does not know this token - copy TELEGRAM_BOT_TOKEN whole from @BotFather."
        ) from error


async def until(stop: asyncio.Event, work: Awaitable[None]) -> bool:
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
