"""Pressed buttons: choices, pages, lists and settings, also stale and forged ones."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Message, Update

from handlers import (
    calendars,
    feeds,
    listings,
    organise,
    privacy,
    receipts,
    reminder_pages,
    reminder_requests,
    reviewing,
    settings,
    sharing,
    snoozing,
    where,
)
from handlers.buttons import Press, decode, pager
from handlers.context import Context
from handlers.paging import pages
from handlers.replies import Place
from handlers.texts import DEFAULT, texts
from handlers.turn import Turn, begin
from knowledge.answer import Answer

_log = logging.getLogger(__name__)


async def on_press(update: Update, context: Context) -> None:
    """Answers every press; one that this version does not know gets a polite notice."""
    query = update.callback_query
    if query is None:
        return
    press = decode(query.data)
    turn = await begin(update, context)
    if turn is not None and context.services.intake.is_hasty(update):
        context.services.metrics.answered("too_fast")
        await _acknowledge(query, context, turn.texts.notice("too_fast"))
        return
    # In a private chat nobody else can press; who says so did not come by Telegram.
    strange = turn is not None and turn.private and turn.user_id != turn.chat.chat_id
    if turn is None or press is None or strange:
        words = turn.texts if turn is not None else texts(DEFAULT)
        await _acknowledge(query, context, words.notice("outdated"))
        return
    notice = await _act(turn, press, query)
    if notice is not None:
        await _acknowledge(query, context, notice or None)
    context.services.metrics.answered(turn.outcome)


async def _acknowledge(query: CallbackQuery, context: Context, notice: str | None = None) -> None:
    await context.services.replies.acknowledge(context.bot, query.id, notice)


_IN_PLACE: Mapping[str, Callable[[Turn, Press], Awaitable[str]]] = {
    "list": listings.turn_page,
    "remind": reminder_requests.on_press,
    "miss": reviewing.on_press,
    "organise": organise.on_press,
    "where": where.on_press,
    "setting": settings.on_press,
    "forget": privacy.on_press,
}
"""What changes the message that the button belongs to."""

_BELOW: Mapping[str, Callable[[Turn, Press], Awaitable[str | None]]] = {
    "snooze": snoozing.on_press,
    "why": receipts.on_press,
    "code": sharing.on_press,
}
"""What sends another message."""


async def _act(turn: Turn, press: Press, query: CallbackQuery) -> str | None:
    """Does what a button asks for; returns the notice for the press, None if it has been answered.

    An empty notice stops the button's waiting sign without a word.
    """
    match press.kind:
        case "choice":
            return await _choice(turn, press, query)
        case "page":
            return await _page(turn, press, query)
        case "list" if press.value == settings.LIST:
            await reminder_pages.overview(editing(turn, query), press.number)
            return ""
        case "calendar":
            return await _calendar(turn, press, query)
        case kind if kind in _IN_PLACE:
            return await _IN_PLACE[kind](editing(turn, query), press)
        case kind if kind in _BELOW:
            return await _BELOW[kind](turn, press)
        case _:
            return ""


async def _choice(turn: Turn, press: Press, query: CallbackQuery) -> str | None:
    answer = _chosen(turn, press)
    if answer is None:
        return turn.texts.notice("gone")
    if answer.request and not await turn.may_change():
        return turn.texts.notice("admins_only")
    # First the press: people see at once that it was felt.
    await _acknowledge(query, turn.context)
    await reminder_requests.respond(turn, answer)
    return None


async def _calendar(turn: Turn, press: Press, query: CallbackQuery) -> str | None:
    if press.value not in (calendars.FILE, feeds.ALL):
        return await feeds.on_press(editing(turn, query), press, query)
    events = await calendars.events_of(turn, press)
    if not events:
        return turn.texts.notice("gone" if press.value == calendars.FILE else "nothing_in_it")
    await _acknowledge(query, turn.context)
    await calendars.send(turn, events)
    return None


async def _page(turn: Turn, press: Press, query: CallbackQuery) -> str | None:
    answer = _chosen(turn, press)
    found = pages(answer.html) if answer is not None else []
    if answer is None or press.number >= len(found):
        return turn.texts.notice("gone")
    await _acknowledge(query, turn.context)
    shown = editing(turn, query)
    labels = turn.page_labels(press.number, len(found))
    row = pager(labels, press.number, len(found), press)
    await shown.say(found[press.number], [row, *turn.choices(answer)])
    turn.keep_focus(answer.focus)
    return None


def _chosen(turn: Turn, press: Press) -> Answer | None:
    """The answer to a button's reference; None when there is none (any more).

    A reference comes from the person's device. One that was forged can be sound to read and yet
    make no sense, which shows in more ways than can be listed.
    """
    try:
        answer = turn.choose(press.value)
    except Exception as error:  # noqa: BLE001 - see above
        _log.warning("A button led nowhere: %s", type(error).__name__)
        return None
    return None if answer.status == "decline" else answer


def editing(turn: Turn, query: CallbackQuery) -> Turn:
    """The turn, to edit the message of the button; one that is gone is sent anew."""
    if isinstance(query.message, Message):
        turn.place = Place(turn.place.chat_id, turn.place.thread_id, edit=query.message.message_id)
    return turn
