"""The calendar that keeps itself up to date: its secret address is given, renewed and ended."""

from datetime import UTC, datetime
from typing import Any

from telegram import CallbackQuery, Message

from handlers import reminder_cards as cards
from handlers.buttons import Button, Keyboard, Press, button, markup
from handlers.deeplinks import CALENDAR, CALENDARS
from handlers.turn import Turn
from knowledge.facts import Event
from knowledge.feed import followed
from knowledge.wording import day_of

ALL = "all"
"""What a button asks for who wants all that is in the calendar as a file."""

MOST_COPIED = 256
"""Characters that a button can copy."""


async def overview(turn: Turn) -> None:
    """Gives an address where there is none; else tells that there is one, which cannot be shown."""
    if not await turn.may_change():
        await _to_private(turn)
        return
    turn.need_memory()
    if turn.services.public_address is None:
        await turn.say_text("no_feed", [_as_file(turn)], **await _contents(turn))
        return
    feed = await turn.services.feeds.of_chat(turn.chat.chat_id)
    if feed is None:
        await _renew(turn)
        return
    since = datetime.fromtimestamp(feed.since, UTC).astimezone(turn.zone)
    keyboard = _choices(turn, alarms=feed.alarms)
    contents = await _contents(turn)
    await turn.say_text("feed_kept", keyboard, day=day_of(since.date().isoformat()), **contents)


async def _to_private(turn: Turn) -> None:
    """Whoever is no admin can have the same for oneself."""
    label = turn.texts.label("calendar_in_private")
    await turn.say_text("feed_admins_only", [(Button(label, url=turn.link(CALENDAR)),)])


async def _renew(turn: Turn) -> None:
    """Makes an address, in place of one that there was."""
    service, at = turn.services.feeds, int(turn.now.timestamp())
    token = await service.make(turn.chat.chat_id, at=at)
    feed = await service.of_chat(turn.chat.chat_id)
    url = f"{turn.services.public_address}{CALENDARS}/{token}.ics"
    webcal = f"webcal{url[url.index(':') :]}"
    copies = [
        (Button(turn.texts.label(label), copies=text),)
        for label, text in (("copy_link", url), ("copy_webcal", webcal))
        if len(text) <= MOST_COPIED
    ]
    rows = [*copies, *_choices(turn, alarms=feed is not None and feed.alarms)]
    await turn.say_text("feed", rows, url=url, **await _contents(turn))


def _choices(turn: Turn, *, alarms: bool) -> list[tuple[Button, ...]]:
    words = turn.texts
    switch = "off" if alarms else "on"
    return [
        button(words.label(f"alarms_{'on' if alarms else 'off'}"), _press("alarms", to=switch)),
        button(words.label("new_link"), _press("new")),
        button(words.label("end_link"), _press("end")),
        _as_file(turn),
    ]


def _as_file(turn: Turn) -> tuple[Button, ...]:
    return button(turn.texts.label("all_as_file"), _press(ALL))


def _press(value: str, to: str | None = None) -> Press:
    return Press("calendar", value, to=to)


async def _contents(turn: Turn) -> dict[str, Any]:
    """What is in the calendar, in words: what the chat and its topics follow."""
    targets = dict.fromkeys(map(cards.target_of, await _subscribed(turn)))
    return {
        "follows": [cards.named(turn, target) for target in targets],
        "whom": turn.texts.label("you" if turn.private else "this_group"),
        "private": turn.private,
    }


async def _subscribed(turn: Turn) -> Any:
    return await turn.services.reminders.subscribed(turn.chat.chat_id)


async def events(turn: Turn) -> list[Event]:
    """All events that are in the calendar of the chat."""
    turn.need_memory()
    follows = [(one.kind, one.target, one.leads) for one in await _subscribed(turn)]
    return [event for event, _ in followed(turn.assistant.snapshot, follows)]


async def on_press(turn: Turn, press: Press, query: CallbackQuery) -> str:
    """A button below an address, in the message to be edited; returns the notice for the press."""
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    turn.need_memory()
    match press.value, press.to:
        case "open", None:
            await overview(turn)
            return ""
        case "new", None if turn.services.public_address is not None:
            await _renew(turn)
            return turn.texts.notice("saved")
        case "end", None:
            await turn.services.feeds.end(turn.chat.chat_id)
            again = button(turn.texts.label("new_calendar"), _press("new"))
            await turn.say_text("feed_ended", [again])
            return turn.texts.notice("saved")
        case "alarms", "on" | "off":
            return await _alarms(turn, query, on=press.to == "on")
        case _:
            return turn.texts.notice("outdated")


async def _alarms(turn: Turn, query: CallbackQuery, *, on: bool) -> str:
    """Switches alarms; the text stays, as the address in it cannot be shown again."""
    if not await turn.services.feeds.set_alarms(turn.chat.chat_id, on=on):
        return turn.texts.notice("no_feed")
    keyboard = [*_copies(query), *_choices(turn, alarms=on)]
    bot, place = turn.context.bot, turn.place
    await turn.services.replies.briefly(
        lambda: bot.edit_message_reply_markup(
            place.chat_id, place.edit, reply_markup=markup(keyboard)
        )
    )
    return turn.texts.notice("alarms_on" if on else "alarms_off")


def _copies(query: CallbackQuery) -> Keyboard:
    """The buttons of the message that copy its addresses."""
    shown = query.message.reply_markup if isinstance(query.message, Message) else None
    return [
        (Button(one.text, copies=one.copy_text.text),)
        for row in (shown.inline_keyboard if shown is not None else ())
        for one in row
        if one.copy_text is not None
    ]
