"""Which pages a process of the bot has: for Telegram, for calendars, for those who run it."""

import re
from urllib.parse import urlsplit

from pydantic import SecretStr
from telegram import Bot

from bot.feed import CalendarPage, Publisher
from bot.settings import Settings
from bot.web import Figures, Health, Ready, Route
from bot.webhook import Updates, Webhook
from handlers.context import Services
from handlers.deeplinks import CALENDARS


def routes(
    settings: Settings, services: Services, bot: Bot, missing: list[str], *, public: bool
) -> list[Route]:
    """The pages.

    Args:
        missing: why the process does not want to be called; looked at whenever that is asked.
        public: whether others than those who run the bot call this process.
    """
    metrics = {"token": shown(settings.metrics_token), "page": services.metrics.page}
    found = [
        Route("/health", Health, {}),
        Route("/ready", Ready, {"missing": lambda: missing}),
        Route("/metrics", Figures, metrics),
    ]
    if public and settings.public_address is not None:
        found.append(_calendars(settings.public_address, services, bot))
    if public and settings.webhook_url is not None:
        path = re.escape(urlsplit(settings.webhook_url).path.rstrip("/"))
        values = {
            "secret": shown(settings.webhook_secret),
            "take": Webhook(bot, services.intake).take,
        }
        found.append(Route(path, Updates, values))
    return found


def _calendars(address: str, services: Services, bot: Bot) -> Route:
    """Calendars, also where a proxy has taken the path of the public address away."""
    publisher = Publisher(
        services.feeds,
        services.assistants,
        services.clock,
        lambda: bot.username,
        services.metrics,
    )
    before = re.escape(urlsplit(address).path)
    return Route(f"(?:{before})?{CALENDARS}/[^/]*", CalendarPage, {"serve": publisher.serve})


def shown(secret: SecretStr | None) -> str | None:
    """A secret as it is."""
    return secret.get_secret_value() if secret is not None else None
