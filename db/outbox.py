"""The outbox as it is sent: rows are claimed, and what became of them is recorded.

Functions on one transaction. ``now`` is of the bot's clock, which a rehearsal may speed up; ``at``
is of the real one; both in seconds since 1970.

A row belongs to the replica that claimed it for as long as that lives (see ``db.replicas``): no
clock decides when another may send it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.deliveries import COLUMNS, Entry, entry
from db.sqlite import Execute

LONGEST_WAIT = 600
"""Seconds for which the table lets a row wait after a failure; more means a clock was set back."""

MOST_CRASHES = 10
"""A row that was being sent at so many ends of the process may be what ended it."""

HIDDEN, CRASHED = "hidden", "crashed"
"""Why a row may have been sent already: the network hid it, or the process ended meanwhile."""

_LOOKED_AT = 50
"""Rows among which those to be sent next are chosen."""

_MAY = "(lease IS NULL OR lease <= :at OR lease > :furthest)"
_IS_FREE = (
    "(state = 'queued' OR state = 'sending' AND (holder IS NULL OR holder = :holder "
    "OR holder NOT IN (SELECT id FROM replicas)))"
)
_READY = f"due <= :now AND {_MAY} AND {_IS_FREE}"
_SOONEST = "ORDER BY until, due, key"
_CLAIM = (
    "UPDATE deliveries SET state = 'sending', attempt = attempt + 1, holder = :holder, "
    "lease = NULL, reason = :reason WHERE key = :key"
)
_SETTLE = (
    "UPDATE deliveries SET state = :state, reason = :reason, message_id = :message, "
    "settled = :now, holder = NULL, lease = NULL WHERE key = :key"
)
_PUT_OFF = "UPDATE deliveries SET state = 'queued', holder = NULL, lease = :until WHERE key = :key"
_PUT_OFF_CHAT = (
    "UPDATE deliveries SET lease = :until WHERE chat_id = :chat AND state = 'queued' "
    "AND due <= :now AND (lease IS NULL OR lease < :until)"
)
_HIDE = (
    "UPDATE deliveries SET state = 'sending', reason = 'hidden', holder = NULL, lease = :until "
    "WHERE key = :key"
)
_WITHHOLD_PAST = (
    "UPDATE deliveries SET state = 'withheld', reason = 'ended', settled = :now "
    "WHERE state = 'queued' AND due <= :now AND until <= :now RETURNING key"
)
_NEXT = "SELECT MIN(due) FROM deliveries WHERE state = 'queued' AND due > :now"
_DEPTH = (
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN due <= :now THEN 1 ELSE 0 END), 0), "
    "MIN(CASE WHEN due <= :now THEN due END) FROM deliveries WHERE state IN ('queued', 'sending')"
)

Choose = Callable[[Sequence[Entry]], Sequence[Entry]]
"""Which of the due rows of one chat go into its next message."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many rows are planned or under way, how many of them are due, and since when."""

    planned: int
    due: int
    oldest: int | None


def claim(
    execute: Execute,
    holder: str,
    choose: Choose,
    *,
    now: int,
    at: int,
    most: int,
    busy: Collection[int] = (),
    locking: bool,
) -> list[tuple[Entry, ...]]:
    """Claims rows for the next messages, those of the soonest events first.

    A row whose holder is no more is claimed anew, with a ``reason`` that tells that it may have
    been sent; so is one of the holder itself, which does not know of it if it is not ``busy``.

    Args:
        most: messages; each holds rows of one chat, and no chat gets two.
        busy: chats that must not be written to now, all those being written to among them.
        locking: whether to pass over rows that another transaction holds (PostgreSQL).
    """
    given = {"now": now, "at": at, "holder": holder, "furthest": at + LONGEST_WAIT}
    lock = " FOR UPDATE SKIP LOCKED" if locking else ""
    others, named = _other_than(busy)
    soonest = execute(
        f"SELECT chat_id, thread_id FROM deliveries WHERE {_READY}{others} "  # noqa: S608
        f"{_SOONEST} LIMIT {_LOOKED_AT}{lock}",
        {**given, **named},
    )
    places: dict[int, int] = {}
    for chat_id, thread_id in soonest:
        places.setdefault(chat_id, thread_id)
    claimed = []
    for chat_id, thread_id in list(places.items())[:most]:
        rows = execute(
            f"SELECT {COLUMNS} FROM deliveries WHERE {_READY} "  # noqa: S608
            f"AND chat_id = :chat AND thread_id = :thread {_SOONEST}{lock}",
            {**given, "chat": chat_id, "thread": thread_id},
        )
        chosen = choose([entry(row) for row in rows])
        if chosen:
            claimed.append(tuple(_claimed(execute, row, holder) for row in chosen))
    return claimed


def _claimed(execute: Execute, row: Entry, holder: str) -> Entry:
    reason = row.reason
    if row.state == "sending" and reason != HIDDEN:
        _, _, times = (reason or "").partition(" ")
        reason = f"{CRASHED} {int(times or 0) + 1}"
    execute(_CLAIM, {"key": row.key, "holder": holder, "reason": reason})
    return replace(
        row, state="sending", reason=reason, attempt=row.attempt + 1, holder=holder, lease=None
    )


def may_repeat(row: Entry) -> bool:
    """Whether a claimed row may have been sent before."""
    return row.reason is not None and row.reason.split()[0] in (HIDDEN, CRASHED)


def crashes(row: Entry) -> int:
    """At how many ends of the process a row was being sent."""
    word, _, times = (row.reason or "").partition(" ")
    return int(times or 0) if word == CRASHED else 0


def _other_than(busy: Collection[int]) -> tuple[str, dict[str, int]]:
    if not busy:
        return "", {}
    # The same few lengths again and again, so that few statements have to be understood.
    chats = sorted(busy)
    length = 1 << (len(chats) - 1).bit_length()
    chats += chats[:1] * (length - len(chats))
    named = {f"busy{number}": chat for number, chat in enumerate(chats)}
    return f" AND chat_id NOT IN ({', '.join(f':{name}' for name in named)})", named


def settle(
    execute: Execute,
    rows: Iterable[Entry],
    state: str,
    *,
    now: int,
    reason: str | None = None,
    message_id: int | None = None,
) -> None:
    """Records that rows were sent, or withheld and why."""
    given: dict[str, Any] = {"state": state, "now": now, "reason": reason, "message": message_id}
    for row in rows:
        execute(_SETTLE, {**given, "key": row.key})


def put_off(execute: Execute, rows: Iterable[Entry], *, until: int) -> None:
    """Lets claimed rows wait: they were certainly not sent."""
    for row in rows:
        execute(_PUT_OFF, {"key": row.key, "until": until})


def put_off_chat(execute: Execute, chat_id: int, *, now: int, until: int) -> None:
    """Lets all due rows of a chat wait, over a restart as well."""
    execute(_PUT_OFF_CHAT, {"chat": chat_id, "now": now, "until": until})


def hide(execute: Execute, rows: Iterable[Entry], *, until: int) -> None:
    """Records that the outcome of a send is not known; it may be made once more."""
    for row in rows:
        execute(_HIDE, {"key": row.key, "until": until})


def withhold_past(execute: Execute, *, now: int) -> int:
    """Withholds what waits and is of no use any more; returns how many that were."""
    return len(execute(_WITHHOLD_PAST, {"now": now}))


def is_any_due(execute: Execute, holder: str, *, now: int, at: int) -> bool:
    """Whether a row is due, in a busy chat or not."""
    given = {"now": now, "at": at, "holder": holder, "furthest": at + LONGEST_WAIT}
    return bool(execute(f"SELECT 1 FROM deliveries WHERE {_READY} LIMIT 1", given))  # noqa: S608


def next_due(execute: Execute, *, now: int) -> int | None:
    """When the next row will be due."""
    found = execute(_NEXT, {"now": now})[0][0]
    return None if found is None else int(found)


def depth(execute: Execute, *, now: int) -> Depth:
    """How much waits."""
    planned, due, oldest = execute(_DEPTH, {"now": now})[0]
    return Depth(int(planned), int(due), None if oldest is None else int(oldest))
