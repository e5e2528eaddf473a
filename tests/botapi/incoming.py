"""What Telegram makes of a text that people type: its entities, and whether a bot sees it."""

import re
from typing import Any

from tests.botapi.markup import utf16
from tests.botapi.state import Message, User

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


def is_open(message: Message, bot: User) -> bool:
    """Whether a bot in privacy mode sees a message."""
    if message.chat.is_private or message.chat.members[bot.id] == "administrator":
        return True
    if message.reply_to is not None and message.reply_to.sender is bot:
        return True
    named = f"@{bot.username}".lower() in message.text.lower()
    return named or any(one["type"] == "bot_command" for one in message.entities)
