"""What a button carries: a line of at most 64 bytes, with its version, read back with suspicion.

``1`` is the version. A reference (which begins with a small letter) follows it, or a capital
letter for what the button does::

    1find||p~list~r1-:r=catalonia~~     answer this reference
    1P2.find||r~list~~~                 show page 2 of the answer to this reference
    1Lregions.2                         show page 2 of a list
    1Szone.Europe/Lisbon                change a setting, or show a page of the settings
    1Fyes                               answer whether all is to be forgotten
    1Rlead.1d.event=kick-off-2016       change a reminder, or show a page about reminders
    1Z60m.1234                          be reminded again, of what this row of the outbox was about
    1Y1234                              tell why that reminder came
    1WEurope/Lisbon                     say where one is
    1Mteach.12.partnership/textile      teach what a question without an answer was about
    1Cfile.kick-off-2016                send an event as a calendar file
    1Calarms.on                         change the calendar that the chat subscribes to
    1Oevent.3.kick-off-2016             organise: show an event, as it was at its third change
    1Oset.481516.committee              answer what a draft asks, at the step of that stamp
    1Qr-catalonia                       show the link to this as a QR code
    1N                                  nothing: it shows where one is
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from handlers.paging import units

VERSION = "1"
MOST_BYTES = 64
MOST_LABEL = 60
"""UTF-16 units of a label; a telephone shows fewer."""

Kind = Literal[
    "choice",
    "page",
    "list",
    "setting",
    "forget",
    "nothing",
    "remind",
    "snooze",
    "why",
    "where",
    "miss",
    "calendar",
    "code",
    "organise",
]
_LETTERS: dict[str, Kind] = {
    "P": "page",
    "L": "list",
    "S": "setting",
    "F": "forget",
    "N": "nothing",
    "R": "remind",
    "Z": "snooze",
    "Y": "why",
    "W": "where",
    "M": "miss",
    "Q": "code",
    "C": "calendar",
    "O": "organise",
}
_LETTER_OF = {kind: letter for letter, kind in _LETTERS.items()}
_FORM = re.compile(rf"{VERSION}(?:(?P<letter>[A-Z])(?P<rest>.*)|(?P<reference>[a-z].*))", re.DOTALL)
_NUMBERED = re.compile(r"(\d{1,3})\.(.+)", re.DOTALL)
_LISTED = re.compile(r"([a-z]+)\.(\d{1,3})")
_SET = re.compile(r"([a-z]+)(?:\.(.+))?", re.DOTALL)
_SNOOZED = re.compile(r"([a-z0-9]{1,12})\.(\d{1,15})")
_KEY = re.compile(r"\d{1,15}")
_MISSED = re.compile(r"(page|open|dismiss|teach)\.(\d{1,15})(?:\.([a-z]+/[A-Za-z0-9-]+))?")
_ORGANISED = re.compile(r"([a-z]+)\.(\d{1,16})(?:\.([A-Za-z0-9][A-Za-z0-9/_+-]{0,47}))?")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,62}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,50}")


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: ``value`` is a reference, a list's or a setting's name, or an answer.

    ``number`` is a page (from 0), the key of a row, the revision of an event or the stamp of a
    draft, ``to`` what a setting is changed to, or the event.
    """

    kind: Kind
    value: str = ""
    number: int = 0
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A label, and what a press does: send ``data`` to the bot, open ``url``, or copy a text.

    ``grave`` is what cannot be undone: clients may show that by a colour.
    """

    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None
    grave: bool = False


Keyboard = Sequence[Sequence[Button]]
Below = ReplyKeyboardMarkup | ReplyKeyboardRemove
"""A keyboard in place of the letters, or its end; a message has this or buttons."""


def encode(press: Press) -> str | None:
    """The line for a button; None when it does not fit into one."""
    match press.kind:
        case "choice":
            line = press.value
        case "page":
            line = f"P{press.number}.{press.value}"
        case "list":
            line = f"L{press.value}.{press.number}"
        case "setting" | "remind" | "calendar":
            to = f".{press.to}" if press.to is not None else ""
            line = f"{_LETTER_OF[press.kind]}{press.value}{to}"
        case "snooze":
            line = f"Z{press.value}.{press.number}"
        case "miss" | "organise":
            to = f".{press.to}" if press.to is not None else ""
            line = f"{_LETTER_OF[press.kind]}{press.value}.{press.number}{to}"
        case "why":
            line = f"Y{press.number}"
        case _:
            line = _LETTER_OF[press.kind] + press.value
    line = VERSION + line
    return line if len(line.encode()) <= MOST_BYTES else None


def decode(line: str | None) -> Press | None:
    """What a button asks for; None when this version writes no such line."""
    found = _FORM.fullmatch(line or "")
    if found is None:
        return None
    if found["reference"]:
        return Press("choice", found["reference"])
    kind, rest = _LETTERS.get(found["letter"]), found["rest"]
    if kind == "page" and (parts := _NUMBERED.fullmatch(rest)):
        return Press(kind, parts[2], int(parts[1]))
    if kind == "list" and (parts := _LISTED.fullmatch(rest)):
        return Press(kind, parts[1], int(parts[2]))
    if kind in ("setting", "remind", "calendar") and (parts := _SET.fullmatch(rest)):
        return Press(kind, parts[1], to=parts[2])
    if kind == "snooze" and (parts := _SNOOZED.fullmatch(rest)):
        return Press(kind, parts[1], int(parts[2]))
    if kind == "why" and _KEY.fullmatch(rest):
        return Press(kind, number=int(rest))
    if kind == "miss" and (parts := _MISSED.fullmatch(rest)):
        return Press(kind, parts[1], int(parts[2]), parts[3])
    if kind == "organise" and (parts := _ORGANISED.fullmatch(rest)):
        return Press(kind, parts[1], int(parts[2]), parts[3])
    if kind == "code" and _PAYLOAD.fullmatch(rest):
        return Press(kind, rest)
    if kind == "where" and _ZONE.fullmatch(rest):
        return Press(kind, rest)
    if (kind == "forget" and rest in ("yes", "no")) or (kind == "nothing" and not rest):
        return Press(kind, rest)
    return None


def button(label: str, press: Press, *, grave: bool = False) -> tuple[Button, ...]:
    """A button in a row of its own; no button where it does not fit."""
    data = encode(press)
    return (Button(label, data, grave=grave),) if data is not None else ()


def pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Buttons in rows of two."""
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def pager(labels: tuple[str, str, str], at: int, of: int, turn: Press) -> tuple[Button, ...]:
    """A row with the page before, the place, and the page after.

    Args:
        labels: of the three.
        at: the page shown, from 0.
        turn: the press of a page; its number is replaced.
    """
    row: list[Button] = []
    if at > 0:
        row += button(labels[0], Press(turn.kind, turn.value, at - 1))
    row += button(labels[1], Press("nothing"))
    if at + 1 < of:
        row += button(labels[2], Press(turn.kind, turn.value, at + 1))
    return tuple(row)


def markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """The keyboard as Telegram takes it."""
    rows = [[_shown(one) for one in row] for row in keyboard if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _shown(one: Button) -> InlineKeyboardButton:
    copies = CopyTextButton(one.copies) if one.copies is not None else None
    return InlineKeyboardButton(
        shortened(one.label),
        callback_data=one.data,
        url=one.url,
        copy_text=copies,
        style="danger" if one.grave else None,
    )


def shortened(label: str, most: int = MOST_LABEL) -> str:
    """A label that is not longer than a button shows."""
    if units(label) <= most:
        return label
    while units(label) >= most:
        label = label[:-1]
    return f"{label.rstrip()}…"
