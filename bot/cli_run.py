"""The command ``run``: the Telegram bot."""

import asyncio
import os
from typing import TYPE_CHECKING

from bot.assistants import open_assistants
from bot.cli import DONE, UsageError
from bot.cli_ask import moment
from bot.clock import REAL_TIME, Clock, Rehearsal
from bot.logs import set_up_logs
from bot.secrets import secrets_of
from bot.settings import Settings, read_settings
from bot.waking import waking_loop
from bot.webhook_settings import webhook_faults
from db.engine import create_engine

if TYPE_CHECKING:
    from bot.upkeep import Part

HOW_TO_START = (
    "There is no TELEGRAM_BOT_TOKEN - get one from @BotFather in Telegram (/newbot) and set it; "
    "`s3p chat` needs none."
)


FASTEST = 100_000
"""Times as fast as the real clock; faster, a message would be late before it is written."""


def run_telegram(part: "Part", clock: str | None = None, speed: str | None = None) -> int:
    """Runs the bot, or a part of its work, until it is stopped.

    Args:
        clock: when a rehearsal begins, as an ISO moment; None for real time.
        speed: how many times as fast as real time it goes.

    Raises:
        UsageError: the settings do not make a bot, or clock and speed no rehearsal.
    """
    settings = checked(read_settings())
    time = rehearsed(settings, clock, speed)
    set_up_logs(settings.log_level, settings.log_format, secrets_of(os.environ))
    assistants = open_assistants(settings)
    # Imported here because the framework is slow to import, and a wrong setting needs none of it.
    from bot.telegram import run_bot

    async def task() -> None:
        engine = create_engine(settings.database)
        try:
            await run_bot(settings, engine, assistants, part, time)
        finally:
            await engine.dispose()

    with asyncio.Runner(loop_factory=waking_loop) as runner:
        runner.run(task())
    return DONE


def checked(settings: Settings) -> Settings:
    """The settings, if a bot can run with them.

    Raises:
        UsageError: they lack a token, or their webhook cannot be one.
    """
    token = settings.telegram_bot_token
    if token is None or not token.get_secret_value().strip():
        raise UsageError(HOW_TO_START)
    if settings.webhook_url is not None:
        for fault in webhook_faults(settings):
            raise UsageError(fault)
    return settings


def rehearsed(settings: Settings, clock: str | None, speed: str | None) -> Clock:
    """The clock to run by.

    Raises:
        UsageError: it cannot be, or others would be told of what is not so.
    """
    if clock is None:
        if speed is not None:
            raise UsageError("--speed goes with --clock - say when the rehearsal begins.")
        return REAL_TIME
    if settings.webhook_url is not None:
        raise UsageError(
            "--clock is for a rehearsal with long polling - unset WEBHOOK_URL, whose other "
            "processes would go by the real time."
        )
    start = moment(clock, settings.zone)
    try:
        factor = float(speed or 1)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= FASTEST:
        raise UsageError(f"--speed is a number up to {FASTEST} - write one like 600.")
    return Rehearsal(speed=factor, start=start)
