"""The framework's application: the bot's calls, its queue, and who handles which update."""

import os
from typing import cast

from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    ExtBot,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from bot.requests import SwiftRequest
from bot.settings import Settings
from handlers.choices import on_press
from handlers.context import App, Context, Services
from handlers.delivery import MOST_UNDER_WAY
from handlers.errors import on_error
from handlers.inline import on_inline
from handlers.lanes import SLOTS, Lanes
from handlers.membership import on_membership
from handlers.questions import on_message

CONNECTIONS = SLOTS + MOST_UNDER_WAY + 8
"""One for each update in hand and each reminder, and some for indicators, menus and reports."""


def application(settings: Settings, services: Services, lanes: Lanes) -> App:
    """The application over these services; it is not started."""
    # The framework's own way to say that it may give spans of time as such.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    token = settings.telegram_bot_token
    bot: ExtBot[None] = ExtBot(
        token.get_secret_value() if token else "",
        base_url=settings.telegram_base_url,
        base_file_url=settings.telegram_base_file_url,
        request=SwiftRequest(CONNECTIONS, services.metrics.refused),
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
    made = cast("App", built)
    made.add_handler(MessageHandler(filters.ALL, on_message))
    made.add_handler(CallbackQueryHandler(on_press))
    made.add_handler(InlineQueryHandler(on_inline))
    made.add_handler(ChatMemberHandler(on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    made.add_error_handler(on_error)
    return made
