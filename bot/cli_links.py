"""The command ``links``: deep links and QR codes for badges and slides."""

import asyncio
import re
import sys
from pathlib import Path

from bot.application import open_snapshot
from bot.cli import DONE, CommandError, UsageError, progress_note
from bot.cli_run import HOW_TO_START
from bot.links import as_csv, write_codes
from bot.settings import Settings, read_settings
from handlers.deeplinks import all_links

_USERNAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")


def links(username: str | None, qr: str | None) -> int:
    """Prints the links as CSV; writes QR codes where that is asked for."""
    settings = read_settings()
    name = _given(username) if username is not None else asyncio.run(_asked(settings))
    snapshot = asyncio.run(open_snapshot(settings, progress_note))
    found = list(all_links(snapshot, name))
    print(as_csv(found), end="")
    if qr is not None:
        try:
            number = write_codes(found, Path(qr))
        except OSError as error:
            raise CommandError(
                f"{qr} cannot be written ({error.strerror}) - name another."
            ) from error
        print(f"{number} links, as PNG and SVG in {qr}", file=sys.stderr)
    return DONE


def _given(username: str) -> str:
    found = _USERNAME.fullmatch(username.strip())
    if found is None:
        raise UsageError(
            f"{username!r} is no bot's name - write it as in Telegram, such as @my_bot."
        )
    return found[1]


async def _asked(settings: Settings) -> str:
    """The bot's name as Telegram tells it for the token."""
    if settings.telegram_bot_token is None:
        raise UsageError(f"{HOW_TO_START} Or name the bot: --username my_bot.")
    # Imported here because a given name makes it needless.
    from telegram import Bot
    from telegram.error import TelegramError

    token = settings.telegram_bot_token.get_secret_value()
    try:
        async with Bot(token, base_url=settings.telegram_base_url) as bot:
            return bot.username
    except TelegramError as error:
        raise CommandError(
            f"Telegram does not tell the bot's name ({error.message}) - give it with --username."
        ) from error
