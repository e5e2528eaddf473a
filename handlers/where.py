"""Where a chat is: its time zone, asked once, by a button, a city's name or a shared location."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from telegram import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from handlers.buttons import Press, button, pairs
from handlers.times import told
from handlers.turn import Turn
from knowledge import places
from knowledge.answer import Focus
from knowledge.memory import FOCUS_LASTS
from knowledge.moments import zone_said

OFFERED = (
    "Europe/Brussels",
    "Europe/Lisbon",
    "Europe/Helsinki",
    "Europe/Bucharest",
    "Europe/London",
    "Atlantic/Azores",
)
"""A zone for each offset in the European Union and beside it; others are typed."""

SHARE = "share"
AWAITED = "zone"
"""The ``results_kind`` of the focus while a place is awaited."""

_MOST_WORDS = 6
_TIME = "%H:%M"


async def ask(turn: Turn) -> None:
    """Asks where one is; the next message, if it names a place, is the reply."""
    here = str(turn.zone)
    made = [(label(turn, zone), Press("where", zone)) for zone in offered(turn)]
    rows = pairs([one for says, press in made for one in button(says, press)])
    if turn.private:
        rows.append(button(turn.texts.label("share_location"), Press("where", SHARE)))
    turn.place = replace(turn.place, edit=None)
    turn.question = None
    await turn.say_text(
        "where",
        rows,
        zone=zone_said(here),
        default_zone=turn.chat.zone is None,
        time=_clock(here, turn.now),
        private=turn.private,
    )
    _await(turn)


def _await(turn: Turn) -> None:
    """Takes the next message for a place, while it is still known what was spoken of."""
    last = turn.focus
    reference, entities = (last.reference, last.entities) if last is not None else ("help|", ())
    turn.keep_focus(Focus(reference, entities, AWAITED, (), turn.now + FOCUS_LASTS))


async def replied(turn: Turn, text: str) -> bool:
    """Takes a message for the place that was asked for; False when it is something else."""
    if turn.focus is None or turn.focus.results_kind != AWAITED:
        return False
    if len(text.split()) > _MOST_WORDS or "?" in text:
        return False
    found = places.find(text, turn.assistant.snapshot)
    if not found or not await turn.may_change():
        return False
    await _settle(turn, found)
    return True


async def named(turn: Turn, written: str) -> None:
    """Sets the zone by the name of a place; asks back when that is in several."""
    found = places.find(written, turn.assistant.snapshot)
    if found:
        await _settle(turn, found)
    else:
        await turn.say_text("no_timezone", name=written[:60])


async def _settle(turn: Turn, found: tuple[places.Place, ...]) -> None:
    if len(found) == 1:
        await change(turn, found[0].zone)
        return
    rows = [
        button(f"{one.name} ({_clock(one.zone, turn.now)})", Press("where", one.zone))
        for one in found
    ]
    await turn.say_text("which_zone", rows)


async def located(turn: Turn, zone: str) -> None:
    """Sets the zone of a shared location, of which nothing else has been kept."""
    if zone in available_timezones():
        await change(turn, zone, shared=True)
    else:
        await turn.say_text("no_zone_there")


async def change(turn: Turn, zone: str, *, shared: bool = False) -> None:
    """Keeps the zone, moves what is planned, and tells both.

    Args:
        shared: whether the keyboard that offers to share one's location is to go.
    """
    await set_zone(turn, zone)
    if turn.focus is not None and turn.focus.results_kind == AWAITED:
        turn.keep_focus(replace(turn.focus, results_kind=""))
    planned = await turn.services.reminders.replan(turn.chat.chat_id)
    first = next((one for one in planned if one.thread_id == turn.topic), None)
    html = turn.texts.say(
        "timezone_set",
        zone=zone,
        said=zone_said(zone),
        time=_clock(zone, turn.now),
        next={"at": told(first.due, now=turn.now), "title": first.event.title} if first else None,
    )
    await turn.say(html, ReplyKeyboardRemove() if shared else ())


async def set_zone(turn: Turn, zone: str) -> None:
    await turn.change(zone=zone)
    turn.now = turn.now.astimezone(ZoneInfo(zone))


async def on_press(turn: Turn, press: Press) -> str:
    """A zone was chosen, or one's location is to be shared; returns the notice for the press."""
    if press.value == SHARE:
        await _offer_to_share(turn)
        return ""
    if press.value not in available_timezones():
        return turn.texts.notice("outdated")
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    await change(turn, press.value)
    return turn.texts.notice("saved")


async def _offer_to_share(turn: Turn) -> None:
    """Only a keyboard in place of the letters can ask for a location, and in private chats."""
    if not turn.private:
        return
    words = turn.texts
    keyboard = ReplyKeyboardMarkup(
        [
            [KeyboardButton(words.label("share_location"), request_location=True)],
            [KeyboardButton(words.label("not_now"))],
        ],
        resize_keyboard=True,
        one_time_keyboard=True,
        input_field_placeholder=words.label("or_city"),
    )
    turn.place = replace(turn.place, edit=None)
    await turn.say(words.say("share_location"), keyboard)


async def declined(turn: Turn, text: str) -> bool:
    """Takes back the keyboard when sharing was declined; False when the message says else."""
    if not turn.private or text != turn.texts.label("not_now"):
        return False
    html = turn.texts.say("not_shared", zone=zone_said(turn.zone))
    await turn.say(html, ReplyKeyboardRemove())
    return True


def offered(turn: Turn) -> tuple[str, ...]:
    """The zones that stand on buttons, the chat's own first."""
    return tuple(dict.fromkeys((str(turn.zone), *OFFERED)))


def label(turn: Turn, zone: str) -> str:
    """A zone on a button: its city, and what its clocks show."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{city} ({_clock(zone, turn.now)})"


def _clock(zone: str, now: datetime) -> str:
    return now.astimezone(ZoneInfo(zone)).strftime(_TIME)
