"""Chats that are not used any more: who is to be told, and whose time is over.

Functions on one transaction. Days are ISO dates.
"""

from db.sqlite import Execute

_IDLE = (
    "SELECT chat_id, language FROM chats WHERE last_seen < :before AND unreachable IS NULL "
    "AND (warned IS NULL OR warned <= last_seen) ORDER BY last_seen, chat_id LIMIT :most"
)
_WARN = "UPDATE chats SET warned = :day WHERE chat_id = :chat"
_LOSE = "UPDATE chats SET unreachable = :day WHERE chat_id = :chat AND unreachable IS NULL"
_EXPIRED = (
    "SELECT chat_id FROM chats WHERE (warned > last_seen AND warned <= :before) "
    "OR unreachable <= :before ORDER BY chat_id"
)


def idle(execute: Execute, *, before: str, most: int) -> list[tuple[int, str | None]]:
    """Chats that last wrote before a day and were not told since; each with its language."""
    return [
        (int(chat), language) for chat, language in execute(_IDLE, {"before": before, "most": most})
    ]


def warned(execute: Execute, chat_id: int, day: str) -> None:
    """Notes that a chat was told."""
    execute(_WARN, {"chat": chat_id, "day": day})


def lost(execute: Execute, chat_id: int, day: str) -> None:
    """Notes that a chat could not be told."""
    execute(_LOSE, {"chat": chat_id, "day": day})


def expired(execute: Execute, *, before: str) -> list[int]:
    """Chats that were told, or could not be reached, before a day, and did not write since."""
    return [int(chat) for (chat,) in execute(_EXPIRED, {"before": before})]
