"""What Telegram makes of a text that people type: its entities, and whether a bot sees it."""

import re
from typing import Any

from tests.botapi.markup import utf16
from tests.botapi.state import JOINED, Message, User

FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<bot_command>(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<email>(?<![\w.])[\w.+-]+@[\w-]+\.[A-Za-z]{2,})"
    r"|(?P<mention>(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def entities_of(text: str) -> list[dict[str, Any]]:
    """Commands, mentions, links, addresses and hashtags, with offsets in units of UTF-16."""
    if not any(sign in text for sign in "/@#"):
        return []
    return [
        {
            "type": match.lastgroup,
            "offset": utf16(text[: match.start()]),
            "length": utf16(match[0]),
        }
        for match in FOUND.finditer(text)
    ]


def is_seen(message: Message, bot: User, *, privacy: bool) -> bool:
    """Whether a bot gets an update for a message: not where it is shut out or blocked.

    Args:
        privacy: BotFather's switch; in groups the bot then sees commands, replies to it and
            messages that name it, unless it is an administrator.
    """
    status = message.chat.members.get(bot.id)
    if status not in JOINED:
        return False
    if not privacy or message.chat.is_private or status == "administrator":
        return True
    if message.reply_to is not None and message.reply_to.sender is bot:
        return True
    named = f"@{bot.username}".lower() in message.text.lower()
    return named or any(one["type"] == "bot_command" for one in message.entities)
