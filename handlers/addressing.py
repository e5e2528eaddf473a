"""Whether a message is meant for the bot, and what it asks: in groups only what is addressed."""

import re
from dataclasses import dataclass

from telegram import Bot, Message, MessageEntity

from handlers.attachments import Attached, calendar_in
from handlers.locations import LOCATION, zone_of

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w{1,32}))?(?:\s+(.*))?", re.DOTALL)
PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or a command with what follows it; ``named`` when it names this bot.

    ``calendar`` is the calendar file that was attached to it.
    """

    text: str
    command: str | None = None
    named: bool = False
    calendar: Attached | None = None


def is_meant_for(message: Message, bot: Bot) -> bool:
    """Whether anything is to be done about a message."""
    if message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
        return True
    return asked(message, bot) is not None


def asked(message: Message, bot: Bot) -> Asked | None:
    """What a message asks of the bot; None when it is not spoken to.

    A message with nothing to read (a picture, a voice message) asks with an empty text in a private
    chat, so that it is answered; notices such as a pinned message ask nothing.
    """
    sender = message.from_user
    if (sender is not None and sender.is_bot and message.sender_chat is None) or message.via_bot:
        return None  # other bots, and what a person shared through an inline query
    if message.location is not None and message.chat.type == PRIVATE:
        zone = zone_of(message)
        return Asked(zone, LOCATION) if zone is not None else None
    text = (message.text or message.caption or "").strip()
    if (calendar := calendar_in(message)) is not None:
        return Asked(text, calendar=calendar)
    found = _COMMAND.fullmatch(text)
    if found is not None:
        return _command(found, message, bot)
    if message.chat.type == PRIVATE:
        spoken = bool(text) or message.effective_attachment is not None
        return Asked(text) if spoken else None
    if not text:
        return None
    named = _without_mention(message, bot)
    if named is not None:
        return Asked(named, named=True)
    return Asked(text) if _answers_the_bot(message, bot) else None


def _command(found: re.Match[str], message: Message, bot: Bot) -> Asked | None:
    name, at, rest = found[1].lower(), found[2], (found[3] or "").strip()
    if at is not None and at.lower() != bot.username.lower():
        return None
    return Asked(rest, name, named=at is not None or message.chat.type == PRIVATE)


def _without_mention(message: Message, bot: Bot) -> str | None:
    """The text without the mentions of the bot; None when it is not mentioned."""
    entities = {
        **message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]),
        **message.parse_caption_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]),
    }
    own = f"@{bot.username}".lower()
    words = [
        word
        for entity, word in entities.items()
        if word.lower() == own or (entity.user is not None and entity.user.id == bot.id)
    ]
    if not words:
        return None
    text = message.text or message.caption or ""
    for word in words:
        text = text.replace(word, " ")
    return " ".join(text.split()).strip(" ,:;")


def _answers_the_bot(message: Message, bot: Bot) -> bool:
    reply = message.reply_to_message
    # In a topic, every message formally answers the one that opened the topic.
    if reply is None or reply.forum_topic_created is not None:
        return False
    return reply.from_user is not None and reply.from_user.id == bot.id
