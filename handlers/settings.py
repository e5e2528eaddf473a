"""Language, time zone and reminders of a chat; in a group only its admins change them."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from handlers.buttons import Button, Press, button
from handlers.texts import languages as languages_with_words
from handlers.texts import texts
from handlers.turn import Turn
from knowledge.text import fold

OFFERED_ZONES = (
    "Europe/Brussels",
    "Europe/Lisbon",
    "Europe/Helsinki",
    "Europe/Bucharest",
    "Europe/London",
    "Atlantic/Azores",
)
"""A zone for each offset in the European Union and beside it; others are typed."""

_TIME = "%H:%M"


async def overview(turn: Turn, _argument: str = "") -> None:
    """The settings as they are, with buttons that change them."""
    turn.need_memory()
    words, zone = turn.texts, _zone(turn)
    switch = "reminders_on" if turn.chat.reminders else "reminders_off"
    keyboard = [
        button(words.label("language", name=words.name), Press("setting", "language")),
        button(words.label("timezone", zone=zone), Press("setting", "timezone")),
        button(words.label(switch), Press("setting", "reminders", to=_flip(turn))),
    ]
    await turn.say_text(
        "settings",
        keyboard,
        language=words.name,
        zone=zone,
        default_zone=turn.chat.zone is None,
        reminders=turn.chat.reminders,
    )


async def language(turn: Turn, argument: str) -> None:
    if not argument:
        await turn.say_text("language", _language_buttons(turn))
        return
    wanted = fold(argument)
    known = {fold(texts(code).name): code for code in _languages(turn)}
    code = known.get(wanted) or (wanted if wanted in known.values() else None)
    if code is None:
        await turn.say_text("no_language", _language_buttons(turn), name=argument[:60])
    elif await _refused(turn):
        return
    else:
        await _speak(turn, code)
        await turn.say_text("language_set", name=turn.texts.name)


async def timezone(turn: Turn, argument: str) -> None:
    if not argument:
        turn.need_memory()
        await turn.say_text("timezone", _zone_buttons(turn), **_clock(turn))
        return
    zone = find_zone(argument)
    if zone is None:
        await turn.say_text("no_timezone", _zone_buttons(turn), name=argument[:60])
    elif not await _refused(turn):
        await _set_zone(turn, zone)
        await turn.say_text("timezone_set", **_clock(turn))


async def stop(turn: Turn, _argument: str) -> None:
    """No messages but answers, from now on."""
    if not await _refused(turn):
        await turn.change(reminders=False)
        await turn.say_text("stopped")


_PAGES: dict[str, Callable[[Turn, str], Awaitable[None]]] = {
    "open": overview,
    "language": language,
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
        case "zone" if press.to in _zones():
            await _set_zone(turn, press.to)
        case "reminders" if press.to in ("on", "off"):
            await turn.change(reminders=press.to == "on")
        case _:
            return turn.texts.notice("outdated")
    await overview(turn)
    return turn.texts.notice("saved")


def find_zone(written: str) -> str | None:
    """The IANA zone of that name, or of the city of that name, however it is written."""
    wanted = "_".join(written.lower().split())
    for name in sorted(_zones(), key=lambda name: (not name.startswith("Europe/"), name)):
        if wanted in (name.lower(), name.lower().rpartition("/")[2]):
            return name
    return None


@cache
def _zones() -> frozenset[str]:
    places = {name for name in available_timezones() if "/" in name}
    return frozenset({name for name in places if not name.startswith("Etc/")} | {"UTC"})


def _zone(turn: Turn) -> str:
    return turn.chat.zone or turn.services.default_zone


def _clock(turn: Turn) -> dict[str, Any]:
    zone = _zone(turn)
    return {"zone": zone, "time": turn.now.astimezone(ZoneInfo(zone)).strftime(_TIME)}


async def _set_zone(turn: Turn, zone: str) -> None:
    await turn.change(zone=zone)
    turn.now = turn.now.astimezone(ZoneInfo(zone))


async def _speak(turn: Turn, code: str) -> None:
    await turn.change(language=code)
    turn.texts = texts(code)


def _flip(turn: Turn) -> str:
    return "off" if turn.chat.reminders else "on"


def _languages(turn: Turn) -> list[str]:
    """The languages that both the assistant and the bot have words for."""
    return [code for code in turn.services.assistants.languages if code in languages_with_words()]


def _language_buttons(turn: Turn) -> list[tuple[Button, ...]]:
    rows = [
        button(texts(code).name, Press("setting", "language", to=code)) for code in _languages(turn)
    ]
    return [*rows, button(turn.texts.label("back"), Press("setting", "open"))]


def _zone_buttons(turn: Turn) -> list[tuple[Button, ...]]:
    rows = [button(zone, Press("setting", "zone", to=zone)) for zone in OFFERED_ZONES]
    return [*rows, button(turn.texts.label("back"), Press("setting", "open"))]


async def _refused(turn: Turn) -> bool:
    """Whether this person may not change settings here, which is then said."""
    if await turn.may_change():
        return False
    await turn.say_text("admins_only")
    return True
