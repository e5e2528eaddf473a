"""What nobody foresaw: logged first, then said kindly, then told to the maintainers."""

import logging
import traceback
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from telegram import Update
from telegram.error import BadRequest, TelegramError

from db.errors import DatabaseAway
from handlers.context import Context
from handlers.replies import Place
from handlers.texts import DEFAULT, texts
from handlers.turn import begin

TOLD_AGAIN = timedelta(minutes=10)
"""An error at the same place is told to the maintainers once in that time."""

_log = logging.getLogger(__name__)


async def on_error(update: object, context: Context) -> None:
    """Logs an error, tells the person its id, and tells the maintainers what went wrong where.

    Neither the log nor the maintainers get what the person wrote or who it was.
    """
    if isinstance(context.error, DatabaseAway):
        await _put_off(update, context, context.error)
        return
    error, id = context.error, f"e{token_hex(4)}"  # never a number, which logs leave out
    # Log the error before anything else, so that it is seen even if what follows fails, too.
    kind, place = type(error).__name__, place_of(error)
    context.services.metrics.answered("error")
    _log.error("Error %s: %s at %s", id, kind, place, exc_info=error)
    if isinstance(update, Update):
        context.services.intake.failures[update.update_id] = f"failed: {kind}"[:60]
    try:
        await _tell_person(update, context, id)
    except Exception as second:  # noqa: BLE001 - to tell of an error must not make another
        _log.error("Nor could error %s be told: %s", id, type(second).__name__)
    await _tell_maintainers(update, context, id, f"{kind}", place)


async def _put_off(update: object, context: Context, error: DatabaseAway) -> None:
    """Has an update handled again when the database is back, and says so once."""
    _log.warning("An update waits: %s", error)
    services = context.services
    services.metrics.answered("postponed")
    services.intake.needs_memory(update)
    if not isinstance(update, Update) or not services.outage.first("update", update.update_id):
        return
    try:
        turn = await begin(update, context)
        words = turn.texts if turn is not None else texts(DEFAULT)
        if (query := update.callback_query) is not None:
            notice = words.notice("no_memory")
            await services.replies.acknowledge(context.bot, query.id, notice)
        elif turn is not None:
            await turn.say_text("not_now")
    except Exception as second:  # noqa: BLE001 - to tell of an error must not make another
        _log.error("Nor could that be told: %s", type(second).__name__)


async def _tell_person(update: object, context: Context, id: str) -> None:
    if not isinstance(update, Update):
        return
    if (asked := update.inline_query) is not None:
        await context.bot.answer_inline_query(asked.id, [], cache_time=0)  # nothing turns for ever
        return
    error = context.error
    if isinstance(error, TelegramError) and not isinstance(error, BadRequest):
        return  # Telegram would not take this message either
    if (query := update.callback_query) is not None:
        await context.services.replies.acknowledge(context.bot, query.id)
    turn = await begin(update, context)
    if turn is not None:
        await turn.say_text("error", id=id)


async def _tell_maintainers(
    update: object, context: Context, id: str, kind: str, place: str
) -> None:
    services, now = context.services, context.services.clock()
    last = services.reported.get(place)
    if last is not None and now - last < TOLD_AGAIN:
        return
    services.reported[place] = now
    html = texts(DEFAULT).say("report", id=id, kind=kind, place=place, update=kind_of(update))
    for chat_id in services.maintainers:
        try:
            await services.replies.show(context.bot, Place(chat_id), html)
        except TelegramError as error:
            _log.warning("The maintainers' chat takes no message: %s", error.message)


def kind_of(update: object) -> str:
    """What sort of update it was."""
    if not isinstance(update, Update):
        return "no update"
    fields = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
    return next((name for name in fields if getattr(update, name) is not None), "update")


def place_of(error: BaseException | None) -> str:
    """The innermost line of the program where an error arose."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    if not frames:
        return "an unknown place"
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    return f"{Path(own[-1].filename).name}:{own[-1].lineno} ({own[-1].name})"
