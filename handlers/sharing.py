"""Links to the bot that people share: written out, to be copied, or as a QR code to be scanned."""

from io import BytesIO

from handlers.buttons import Button, Press, button
from handlers.deeplinks import COMMITTEE, payload_of, qr_code, target
from handlers.turn import Turn
from knowledge.text import fold

FILE = "link.png"
SCALE = 12
"""Pixels for each module of a code: a telephone shows it as wide as its screen."""


async def link(turn: Turn, argument: str) -> None:
    """A link to what is named, or to the bot."""
    name, payload = _linked(turn, argument)
    if payload is None:
        await turn.say_text("no_link", name=argument[:60])
        return
    url, words = turn.link(payload), turn.texts
    keyboard = [
        (Button(words.label("copy_link"), copies=url),),
        button(words.label("qr_code"), Press("code", payload)),
    ]
    await turn.say_text("link", keyboard, name=name, url=url)


def _linked(turn: Turn, named: str) -> tuple[str, str | None]:
    """The name and payload of what is named; no payload where nothing is found."""
    if not named:
        return "", ""
    for entity in turn.ask(named).entities:
        payload = payload_of(entity.kind, entity.id)
        if payload is not None:
            return entity.name, payload
    if COMMITTEE in fold(named).split():
        return turn.texts.label("the_committee"), COMMITTEE
    return "", None


async def on_press(turn: Turn, press: Press) -> str:
    """Sends the QR code of a link; returns the notice for the press."""
    found = target(press.value, turn.assistant.snapshot)
    if press.value == COMMITTEE:
        name = turn.texts.label("the_committee")
    elif found is not None:
        name = str(turn.assistant.snapshot.thing(*found).name)
    elif press.value:
        return turn.texts.notice("gone")
    else:
        name = ""
    picture, url = BytesIO(), turn.link(press.value)
    qr_code(url).save(picture, kind="png", scale=SCALE)
    caption = turn.texts.say("code", name=name, url=url)
    await turn.services.replies.send_file(
        turn.context.bot, turn.place, picture.getvalue(), FILE, caption
    )
    return ""
