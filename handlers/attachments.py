"""Calendar files that people attach: recognised, and fetched; nothing else that is attached."""

import logging
from dataclasses import dataclass

from telegram import Bot, Document, Message
from telegram.error import TelegramError

MIME = "text/calendar"
_ENDINGS = (".ics", ".ical", ".ifb", ".icalendar")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attached:
    """A calendar file at Telegram; ``size`` in bytes, 0 where Telegram does not tell it."""

    file_id: str
    size: int


def calendar_in(message: Message) -> Attached | None:
    """The calendar file of a message in a private chat, if there is one."""
    document = message.document
    if document is None or message.chat.type != "private" or not _is_calendar(document):
        return None
    return Attached(document.file_id, document.file_size or 0)


def _is_calendar(document: Document) -> bool:
    named = (document.file_name or "").lower().endswith(_ENDINGS)
    return named or (document.mime_type or "").lower().split(";")[0].strip() == MIME


async def fetch(bot: Bot, attached: Attached, most: int) -> bytes | None:
    """The content of a file; None when Telegram does not give it (any more), or it is larger."""
    try:
        file = await bot.get_file(attached.file_id)
        if (file.file_size or 0) > most:
            return None
        return bytes(await file.download_as_bytearray())
    except (TelegramError, RuntimeError) as error:
        _log.info("A calendar file was not fetched: %s", type(error).__name__)
        return None
