"""What is stored about a chat: shown as a file, and erased when that is asked for."""

import json

from handlers import roles
from handlers.buttons import Press, button
from handlers.turn import Turn

FILE = "my-data.json"


async def privacy(turn: Turn, _argument: str) -> None:
    """What is stored, for how long, and who answers for it."""
    await turn.say_text("privacy", operator=turn.services.profile.operator)


async def mydata(turn: Turn, _argument: str) -> None:
    """All that is stored about the chat, as a JSON file."""
    if not await turn.may_change():
        await turn.say_text("admins_only")
        return
    stored = await turn.services.chats.export(turn.chat.chat_id)
    document = {"exported": turn.now.isoformat(timespec="seconds"), **stored}
    content = json.dumps(document, ensure_ascii=False, indent=2).encode()
    caption = turn.texts.say("mydata")
    await turn.services.replies.send_file(turn.context.bot, turn.place, content, FILE, caption)


async def forget(turn: Turn, _argument: str) -> None:
    """Asks once more before anything is erased."""
    if not await turn.may_change():
        await turn.say_text("admins_only")
        return
    keyboard = [
        button(turn.texts.label("forget"), Press("forget", "yes"), grave=True),
        button(turn.texts.label("keep"), Press("forget", "no")),
    ]
    await turn.say_text("forget", keyboard)


async def on_press(turn: Turn, press: Press) -> str:
    """Erases all at once, or nothing; returns the notice for the press."""
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    if press.value == "no":
        await turn.say_text("kept")
        return ""
    await roles.resign(turn)
    await turn.services.feeds.end(turn.chat.chat_id)
    await turn.services.chats.forget(turn.chat.chat_id, at=int(turn.now.timestamp()))
    await turn.say_text("forgotten")
    return ""
