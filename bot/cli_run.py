"""The command ``run``: the Telegram bot."""

import asyncio
import os
import re
from typing import TYPE_CHECKING

from bot.assistants import open_assistants
from bot.cli import DONE, UsageError
from bot.logs import set_up_logs
from bot.secrets import secrets_of
from bot.settings import Settings, read_settings
from db.engine import create_engine

if TYPE_CHECKING:
    from bot.upkeep import Part

HOW_TO_START = (
    "There is no TELEGRAM_BOT_TOKEN - get one from @BotFather in Telegram (/newbot) and set it; "
    "`s3p chat` needs none."
)


def run_telegram(part: "Part") -> int:
    """Runs the bot, or a part of its work, until it is stopped.

    Raises:
        UsageError: the settings do not make a bot.
    """
    settings = checked(read_settings())
    set_up_logs(settings.log_level, settings.log_format, secrets_of(os.environ))
    assistants = open_assistants(settings)
    # Imported here because the framework is slow to import, and a wrong setting needs none of it.
    from bot.telegram import run_bot

    async def task() -> None:
        engine = create_engine(settings.database)
        try:
            await run_bot(settings, engine, assistants, part)
        finally:
            await engine.dispose()

    asyncio.run(task())
    return DONE


def checked(settings: Settings) -> Settings:
    """The settings, if a bot can run with them.

    Raises:
        UsageError: they lack a token, or the secret of the webhook.
    """
    token = settings.telegram_bot_token
    if token is None or not token.get_secret_value().strip():
        raise UsageError(HOW_TO_START)
    if settings.webhook_url is not None:
        secret = settings.webhook_secret
        if secret is None or not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise UsageError(
                "WEBHOOK_URL needs WEBHOOK_SECRET - set it to 1-256 letters, digits, _ and -; "
                "without it anybody could pretend to be Telegram."
            )
    return settings
