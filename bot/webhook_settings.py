"""What is wrong with the settings of a webhook; `run` refuses it and `doctor` names it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.settings import Settings
from handlers.deeplinks import CALENDARS

SHORTEST_SECRET = 16
"""Signs; a shorter secret may be guessed."""

_OWN = ("/health", "/ready", "/metrics", CALENDARS)
_TELEGRAM = "https://api.telegram.org/"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def own_server(settings: Settings) -> bool:
    """Whether a Bot API server of one's own calls, which may use http and any port."""
    return not settings.telegram_base_url.startswith(_TELEGRAM)


def webhook_faults(settings: Settings) -> Iterator[str]:
    """Why no webhook can be served with these settings, each with its mend."""
    address = urlsplit(settings.webhook_url or "")
    reachable = address.hostname in _THIS_MACHINE or own_server(settings)
    if address.scheme != "https" and not reachable:
        yield "WEBHOOK_URL is not https - Telegram calls nothing else."
    path = address.path.rstrip("/")
    if path in _OWN or path.startswith(f"{CALENDARS}/"):
        yield f"WEBHOOK_URL: {path} is a page of the bot's own - take another path, such as /hook."
    secret = settings.webhook_secret and settings.webhook_secret.get_secret_value()
    if not secret:
        yield (
            "no secret - set WEBHOOK_SECRET to a long random text; without it anybody could "
            "pretend to be Telegram."
        )
    elif not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        yield "WEBHOOK_SECRET - use only letters, digits, _ and -, at most 256."
