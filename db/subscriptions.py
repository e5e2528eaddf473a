"""What chats want to be reminded of, and how. Functions on one transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from db.sqlite import Execute


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a chat (or one of its topics; 0 without) wants to be reminded of.

    ``kind`` is event, series, partnership or milestones, ``target`` the id of what is meant (empty
    for all milestones), ``leads`` are spans such as ``1d``, ``since`` is in seconds since 1970.
    """

    chat_id: int
    thread_id: int
    kind: str
    target: str
    leads: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Choices:
    """How a chat wants to be reminded: wall times (``HH:MM``) of its zone, and the digest."""

    quiet_from: str | None = None
    quiet_to: str | None = None
    digest: str = "off"
    digest_at: str = "08:00"


@dataclass(frozen=True, slots=True)
class Audience:
    """A chat that may be told of something: its zone (None: the default) and choices."""

    chat_id: int
    zone: str | None
    choices: Choices


class Range(NamedTuple):
    """Chats by their ids, both ends included."""

    low: int
    high: int


EVERYBODY = Range(-(2**63), 2**63 - 1)

_SELECT = "SELECT chat_id, thread_id, kind, target, leads, since FROM subscriptions"
_ORDER = " ORDER BY chat_id, thread_id, since, key"
_OF_CHAT = f"{_SELECT} WHERE chat_id = :chat{_ORDER}"
_ALL = f"{_SELECT} WHERE chat_id BETWEEN :low AND :high{_ORDER}"
_SAVE = (
    "INSERT INTO subscriptions (chat_id, thread_id, kind, target, leads, since) "
    "VALUES (:chat_id, :thread_id, :kind, :target, :leads, :since) "
    "ON CONFLICT (chat_id, thread_id, kind, target) DO UPDATE SET leads = excluded.leads"
)
_REMOVE = (
    "DELETE FROM subscriptions WHERE chat_id = :chat AND thread_id = :thread "
    "AND kind = :kind AND target = :target RETURNING key"
)
_CHOICES = (
    "SELECT quiet_from, quiet_to, digest, digest_at FROM reminder_settings WHERE chat_id = :chat"
)
_SAVE_CHOICES = (
    "INSERT INTO reminder_settings (chat_id, quiet_from, quiet_to, digest, digest_at) "
    "VALUES (:chat_id, :quiet_from, :quiet_to, :digest, :digest_at) "
    "ON CONFLICT (chat_id) DO UPDATE SET quiet_from = excluded.quiet_from, "
    "quiet_to = excluded.quiet_to, digest = excluded.digest, digest_at = excluded.digest_at"
)
_AUDIENCE = (
    "SELECT asked.chat_id, c.zone, s.quiet_from, s.quiet_to, s.digest, s.digest_at "
    "FROM (SELECT chat_id FROM subscriptions UNION SELECT chat_id FROM deliveries) AS asked "
    "LEFT JOIN chats c ON c.chat_id = asked.chat_id "
    "LEFT JOIN reminder_settings s ON s.chat_id = asked.chat_id "
    "WHERE asked.chat_id BETWEEN :low AND :high"
)
_CHATS = (
    "SELECT chat_id FROM subscriptions UNION "
    "SELECT chat_id FROM deliveries WHERE state IN ('queued', 'sending') ORDER BY chat_id"
)
_LISTENER = (
    "SELECT asked.id, c.zone, s.quiet_from, s.quiet_to, s.digest, s.digest_at "
    "FROM (SELECT CAST(:chat AS BIGINT) AS id) AS asked "
    "LEFT JOIN chats c ON c.chat_id = asked.id "
    "LEFT JOIN reminder_settings s ON s.chat_id = asked.id"
)


def save(execute: Execute, wanted: Subscribed) -> None:
    """Keeps a subscription; one to the same thing gets the new spans."""
    execute(_SAVE, {**asdict(wanted), "leads": json.dumps(wanted.leads)})


def remove(execute: Execute, chat_id: int, thread_id: int, kind: str, target: str) -> bool:
    """Ends a subscription; whether there was one."""
    given = {"chat": chat_id, "thread": thread_id, "kind": kind, "target": target}
    return bool(execute(_REMOVE, given))


def of_chat(execute: Execute, chat_id: int) -> list[Subscribed]:
    """The subscriptions of a chat and its topics, the oldest first."""
    return [_subscribed(row) for row in execute(_OF_CHAT, {"chat": chat_id})]


def all_of_them(execute: Execute, chats: Range = EVERYBODY) -> list[Subscribed]:
    """The subscriptions of all chats, or of those with ids in a range."""
    return [_subscribed(row) for row in execute(_ALL, chats._asdict())]


def chats_reminded(execute: Execute) -> list[int]:
    """The chats that subscribe to something, or that something is planned for, in order."""
    return [int(row[0]) for row in execute(_CHATS, {})]


def choices(execute: Execute, chat_id: int) -> Choices:
    """How a chat wants to be reminded."""
    rows = execute(_CHOICES, {"chat": chat_id})
    return Choices(*rows[0]) if rows else Choices()


def save_choices(execute: Execute, chat_id: int, wanted: Choices) -> None:
    execute(_SAVE_CHOICES, {"chat_id": chat_id, **asdict(wanted)})


def audience(execute: Execute, chats: Range = EVERYBODY) -> dict[int, Audience]:
    """Zone and choices of the chats in a range that subscribe to something or were told of it."""
    return {int(row[0]): _audience(row) for row in execute(_AUDIENCE, chats._asdict())}


def listener(execute: Execute, chat_id: int) -> Audience:
    """Zone and choices of a chat, whether or not it subscribes to something."""
    return _audience(execute(_LISTENER, {"chat": chat_id})[0])


def unreached(execute: Execute) -> frozenset[int]:
    """The chats that get nothing unasked: they switched reminders off, or blocked the bot."""
    rows = execute("SELECT chat_id FROM chats WHERE NOT reminders OR unreachable IS NOT NULL", {})
    return frozenset(int(row[0]) for row in rows)


def _subscribed(row: Sequence[Any]) -> Subscribed:
    chat_id, thread_id, kind, target, leads, since = row
    return Subscribed(chat_id, thread_id, kind, target, tuple(read_json(leads)), since)


def _audience(row: Sequence[Any]) -> Audience:
    chat_id, zone, *chosen = row
    return Audience(chat_id, zone, Choices(*chosen) if chosen[2] is not None else Choices())


def read_json(column: Any) -> Any:
    """The value of a JSON column, which one driver gives as its text and the other as itself."""
    return json.loads(column) if isinstance(column, str) else column
