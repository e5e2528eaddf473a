"""Language, time zone and reminders of a chat; in a group only its admins change them."""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import available_timezones

from handlers import where
from handlers.buttons import Button, Press, button, pairs
from handlers.texts import languages as languages_with_words
from handlers.texts import texts
from handlers.turn import Turn
from knowledge.moments import zone_said
from knowledge.text import fold

LIST = "reminders"
"""The list of all reminders, among the lists that buttons page through."""

_TIME = "%H:%M"


async def overview(turn: Turn, _argument: str = "") -> None:
    """The settings as they are, with buttons that change them."""
    turn.need_memory()
    words, zone = turn.texts, str(turn.zone)
    switch = "reminders_on" if turn.chat.reminders else "reminders_off"
    keyboard = [
        button(words.label("language", name=words.name), Press("setting", "language")),
        button(words.label("timezone", zone=zone), Press("setting", "timezone")),
        button(words.label(switch), Press("setting", "reminders", to=_flip(turn))),
        button(words.label("all_reminders"), Press("list", LIST)),
        button(
            words.label("review_on" if turn.chat.review else "review_off"),
            Press("setting", "review", to="off" if turn.chat.review else "on"),
        ),
    ]
    await turn.say_text(
        "settings",
        keyboard,
        language=words.name,
        zone=zone,
        default_zone=turn.chat.zone is None,
        reminders=turn.chat.reminders,
        review=turn.chat.review,
    )


async def language(turn: Turn, argument: str) -> None:
    if not argument:
        await _ask_language(turn)
        return
    wanted = fold(argument)
    known = {fold(texts(code).name): code for code in _languages(turn)}
    code = known.get(wanted) or (wanted if wanted in known.values() else None)
    if code is None:
        rows, spoken = _language_buttons(turn), _spoken(turn)
        await turn.say_text("no_language", rows, name=argument[:60], languages=spoken)
    elif await _refused(turn):
        return
    else:
        await _speak(turn, code)
        await turn.say_text("language_set", name=turn.texts.name)


async def _ask_language(turn: Turn, _argument: str = "") -> None:
    await turn.say_text("language", _language_buttons(turn), languages=_spoken(turn))


async def timezone(turn: Turn, argument: str) -> None:
    if not argument:
        turn.need_memory()
        await turn.say_text("timezone", _zone_buttons(turn), **_clock(turn))
        return
    if not await _refused(turn):
        await where.named(turn, argument)


async def stop(turn: Turn, _argument: str) -> None:
    """No messages but answers, from now on; what one is reminded of is kept."""
    if not await _refused(turn):
        await turn.change(reminders=False)
        words = turn.texts
        keyboard = [
            button(words.label("switch_on"), Press("setting", "reminders", to="on")),
            button(words.label("all_reminders"), Press("list", LIST)),
        ]
        await turn.say_text("stopped", keyboard)


_PAGES: dict[str, Callable[[Turn, str], Awaitable[None]]] = {
    "open": overview,
    "language": _ask_language,
    "timezone": timezone,
}


async def on_press(turn: Turn, press: Press) -> str:
    """A button of the settings: opens a page of them, or changes one; returns the notice."""
    if press.to is None:
        page = _PAGES.get(press.value)
        if page is None:
            return turn.texts.notice("outdated")
        await page(turn, "")
        return ""
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    match press.value:
        case "language" if press.to in _languages(turn):
            await _speak(turn, press.to)
        case "zone" if press.to in available_timezones():
            await where.set_zone(turn, press.to)
            await turn.services.reminders.replan(turn.chat.chat_id)
        case "reminders" if press.to in ("on", "off"):
            await turn.change(reminders=press.to == "on")
        case "review" if press.to in ("on", "off"):
            await turn.change(review=press.to == "on")
        case _:
            return turn.texts.notice("outdated")
    await overview(turn)
    return turn.texts.notice("saved")


def _clock(turn: Turn) -> dict[str, Any]:
    return {"zone": zone_said(turn.zone), "time": turn.now.astimezone(turn.zone).strftime(_TIME)}


async def _speak(turn: Turn, code: str) -> None:
    await turn.change(language=code)
    turn.texts = texts(code)


def _flip(turn: Turn) -> str:
    return "off" if turn.chat.reminders else "on"


def _languages(turn: Turn) -> list[str]:
    """The languages that both the assistant and the bot have words for."""
    return [code for code in turn.services.assistants.languages if code in languages_with_words()]


def _spoken(turn: Turn) -> list[str]:
    return [texts(code).name for code in _languages(turn)]


def _language_buttons(turn: Turn) -> list[tuple[Button, ...]]:
    words = turn.texts
    rows = [
        button(
            words.label("chosen" if code == words.language else "other", name=texts(code).name),
            Press("setting", "language", to=code),
        )
        for code in _languages(turn)
    ]
    return [*rows, button(words.label("back"), Press("setting", "open"))]


def _zone_buttons(turn: Turn) -> list[tuple[Button, ...]]:
    words, here = turn.texts, str(turn.zone)
    made = [
        one
        for zone in where.offered(turn)
        for one in button(
            words.label("chosen" if zone == here else "other", name=where.label(turn, zone)),
            Press("setting", "zone", to=zone),
        )
    ]
    return [*pairs(made), button(words.label("back"), Press("setting", "open"))]


async def _refused(turn: Turn) -> bool:
    """Whether this person may not change settings here, which is then said."""
    if await turn.may_change():
        return False
    await turn.say_text("admins_only")
    return True
