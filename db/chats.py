"""What the bot remembers of a chat: choices, focus, and which message answers which question."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from db import organisers
from db.batches import Batches
from db.sqlite import Execute, Work
from db.subscriptions import read_json

ANSWERS_KEPT = 24 * 3600
"""Seconds for which an edited question finds its answer."""

CACHED = 5000
"""Chats (and topics) held in memory."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The choices of a chat; a chat that is not in the database has the defaults.

    ``reminders`` and ``review`` are consents: to be written to unasked, and to have questions that
    were not answered looked at. ``unreachable`` and ``last_seen`` are ISO dates.
    """

    chat_id: int
    language: str | None = None
    zone: str | None = None
    reminders: bool = True
    review: bool = False
    unreachable: str | None = None
    last_seen: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat, the focus (JSON) of it or of one of its topics, and what it is writing (JSON)."""

    chat: Chat
    focus: str | None = None
    draft: str | None = None


_SELECT = (
    "SELECT c.language, c.zone, c.reminders, c.review, c.unreachable, c.last_seen, f.focus, d.body "
    "FROM (SELECT CAST(:chat AS BIGINT) AS id) AS asked "
    "LEFT JOIN chats c ON c.chat_id = asked.id "
    "LEFT JOIN chat_focus f ON f.chat_id = asked.id AND f.thread_id = :thread "
    "LEFT JOIN drafts d ON d.chat_id = asked.id"
)
_SAVE_FOCUS = (
    "INSERT INTO chat_focus (chat_id, thread_id, focus, expires) "
    "VALUES (:chat, :thread, :focus, :expires) "
    "ON CONFLICT (chat_id, thread_id) DO UPDATE SET focus = excluded.focus, "
    "expires = excluded.expires"
)
_SAVE_ANSWER = (
    "INSERT INTO answered_questions (chat_id, question_id, answer_id, at) "
    "VALUES (:chat, :question, :answer, :at) "
    "ON CONFLICT (chat_id, question_id) DO UPDATE SET answer_id = excluded.answer_id, "
    "at = excluded.at"
)
_ANSWER = (
    "SELECT answer_id FROM answered_questions WHERE chat_id = :chat AND question_id = :question"
)
_MOVING: dict[str, tuple[str, ...]] = {
    "chat_focus": ("thread_id",),
    "subscriptions": ("thread_id", "kind", "target"),
    "reminder_settings": (),
    "deliveries": ("thread_id", "event", "lead", "revision"),
    "calendar_feeds": (),
}
"""What moves along with a group, and what a row is known by besides its chat."""
_TABLES = ("chats", *_MOVING, "answered_questions")
_FORGET = [f"DELETE FROM {table} WHERE chat_id = :chat" for table in _TABLES]  # noqa: S608
_SILENCED = "UPDATE deliveries SET message_id = NULL WHERE chat_id = :chat"
_MOVE = [
    f"UPDATE {table} SET chat_id = :new WHERE chat_id = :chat AND NOT EXISTS "  # noqa: S608
    f"(SELECT 1 FROM {table} AS there WHERE there.chat_id = :new"
    + "".join(f" AND there.{column} = {table}.{column}" for column in known_by)
    + ")"
    for table, known_by in _MOVING.items()
]
_CHOICES = (
    "SELECT language, zone, reminders, review, unreachable, last_seen FROM chats "
    "WHERE chat_id = :chat"
)
_EXPORT = {
    "chat_focus": ("thread_id", "focus", "expires"),
    "answered_questions": ("question_id", "answer_id", "at"),
    "subscriptions": ("thread_id", "kind", "target", "leads", "since"),
    "reminder_settings": ("quiet_from", "quiet_to", "digest", "digest_at"),
    "deliveries": (
        *("thread_id", "event", "lead", "revision", "due", "until", "silent", "state", "reason"),
        *("attempt", "message_id", "settled", "body"),
    ),
    "calendar_feeds": ("alarms", "since"),
}
"""The columns of each table that an export shows, besides the chat's own id."""


class Chats:
    """The chats of the bot.

    Args:
        alone: whether no other process writes just now; what was read is kept in memory as long.
    """

    def __init__(self, batches: Batches, *, alone: Callable[[], bool]) -> None:
        self._batches = batches
        self._alone = alone
        self._memory: OrderedDict[tuple[int, int], Conversation] = OrderedDict()

    async def conversation(self, chat_id: int, thread_id: int = 0) -> Conversation:
        """What is known of a chat, with the focus of one of its topics (0: of itself)."""
        if not self._alone():
            self._memory.clear()
        known = self._memory.get((chat_id, thread_id))
        if known is not None:
            self._memory.move_to_end((chat_id, thread_id))
            return known
        given = {"chat": chat_id, "thread": thread_id}
        *columns, focus, draft = await self._batches.read(
            lambda execute: execute(_SELECT, given)[0]
        )
        chat = Chat(chat_id) if columns[-1] is None else _chat(chat_id, columns)
        conversation = Conversation(chat, focus, draft)
        self._hold(chat_id, thread_id, conversation)
        return conversation

    async def known(self, chat_id: int) -> bool:
        """Whether the chat has ever written, and not asked to be forgotten."""
        return bool((await self.conversation(chat_id)).chat.last_seen)

    def note(self, chat_id: int, **columns: Any) -> None:
        """Keeps some columns of a chat, in the database with the next commit.

        The others stay as they are, as other processes may have written them.
        """
        self._batches.soon(_written(chat_id, columns))
        self._remember(chat_id, columns)

    async def change(self, chat_id: int, **columns: Any) -> None:
        """The same for choices, which are safe when it returns.

        Raises:
            DatabaseError: nothing is changed.
        """
        await self._batches.now(_written(chat_id, columns))
        self._remember(chat_id, columns)

    def save_focus(self, chat_id: int, thread_id: int, focus: str, expires: int) -> None:
        """Keeps what a chat or topic is about, in the database with the next commit."""
        held = self._memory.get((chat_id, thread_id))
        if held is not None:
            self._memory[chat_id, thread_id] = replace(held, focus=focus)
        given = {"chat": chat_id, "thread": thread_id, "focus": focus, "expires": expires}
        self._batches.soon(_statement(_SAVE_FOCUS, given))

    def save_answer(self, chat_id: int, question_id: int, answer_id: int, *, at: int) -> None:
        """Remembers which message answers a question, in the database with the next commit."""
        given = {"chat": chat_id, "question": question_id, "answer": answer_id, "at": at}
        self._batches.soon(_statement(_SAVE_ANSWER, given))

    async def answer_to(self, chat_id: int, question_id: int) -> int | None:
        """The message that answers a question, while that is remembered."""
        await self._batches.flush()
        given = {"chat": chat_id, "question": question_id}
        rows = await self._batches.read(lambda execute: execute(_ANSWER, given))
        return int(rows[0][0]) if rows else None

    async def forget(self, chat_id: int, *, at: int) -> None:
        """Erases all that is known of a chat, at once; ``at`` is now, in seconds since 1970."""

        def write(execute: Execute) -> None:
            for statement in _FORGET:
                execute(statement, {"chat": chat_id})
            organisers.forget(execute, chat_id, at=at)

        await self._batches.now(write)
        self._drop(chat_id)
        await self._batches.wipe()

    async def migrate(self, chat_id: int, new_id: int) -> None:
        """Goes on under the new id of a group, in one transaction.

        Both chats tell of it, and a message that was under way may make the old one known again
        between: so what is there under the new id stays, and gets what the old one has besides.
        Message numbers begin anew in the supergroup, so answers do not move along, and what was
        sent cannot be edited any more.
        """

        def write(execute: Execute) -> None:
            given = {"chat": chat_id, "new": new_id}
            old, new = (_read(execute, id) for id in (chat_id, new_id))
            if old is not None:
                columns = _together(old, new) if new is not None else asdict(old)
                columns.pop("chat_id", None)
                _written(new_id, columns)(execute)
            for statement in (_SILENCED, *_MOVE, *_FORGET):
                execute(statement, given)

        await self._batches.now(write)
        self._drop(chat_id)
        self._drop(new_id)

    async def export(self, chat_id: int) -> dict[str, Any]:
        """All that is stored about a chat, for its people to read."""
        await self._batches.flush()
        self._drop(chat_id)
        chat = (await self.conversation(chat_id)).chat
        found: dict[str, Any] = {"chat": asdict(chat) if chat.last_seen else None}

        def read(execute: Execute) -> dict[str, Any]:
            own = {
                table: [
                    dict(zip(columns, row, strict=True))
                    for row in execute(
                        f"SELECT {', '.join(columns)} FROM {table} WHERE chat_id = :chat",  # noqa: S608
                        {"chat": chat_id},
                    )
                ]
                for table, columns in _EXPORT.items()
            }
            return own | organisers.held_about(execute, chat_id)

        found |= await self._batches.read(read)
        for one in found["subscriptions"]:
            one["leads"] = read_json(one["leads"])
        return found

    async def tidy(self, *, now: int) -> None:
        """Forgets what has served its time."""

        def write(execute: Execute) -> None:
            execute("DELETE FROM chat_focus WHERE expires < :now", {"now": now})
            before = {"before": now - ANSWERS_KEPT}
            execute("DELETE FROM answered_questions WHERE at < :before", before)

        await self._batches.now(write)

    def note_draft(self, chat_id: int, draft: str | None) -> None:
        """What a chat is writing is another now; the database knows already."""
        held = self._memory.get((chat_id, 0))
        if held is not None:
            self._memory[chat_id, 0] = replace(held, draft=draft)

    def forget_cached(self) -> None:
        """Reads everything anew from now on: another process may have written."""
        self._memory.clear()

    def _remember(self, chat_id: int, columns: Mapping[str, Any]) -> None:
        for key, held in self._held(chat_id):
            self._memory[key] = replace(held, chat=replace(held.chat, **columns))

    def _held(self, chat_id: int) -> list[tuple[tuple[int, int], Conversation]]:
        """What is in memory of a chat: few topics of few chats, so the look through is short."""
        if chat_id > 0:
            held = self._memory.get((chat_id, 0))
            return [((chat_id, 0), held)] if held is not None else []
        return [(key, held) for key, held in self._memory.items() if key[0] == chat_id]

    def _drop(self, chat_id: int) -> None:
        for key, _ in self._held(chat_id):
            del self._memory[key]

    def _hold(self, chat_id: int, thread_id: int, conversation: Conversation) -> None:
        if self._alone():
            self._memory[chat_id, thread_id] = conversation
            if len(self._memory) > CACHED:
                self._memory.popitem(last=False)


def _chat(chat_id: int, columns: list[Any]) -> Chat:
    language, zone, reminders, review, unreachable, last_seen = columns
    return Chat(chat_id, language, zone, bool(reminders), bool(review), unreachable, last_seen)


def _read(execute: Execute, chat_id: int) -> Chat | None:
    rows = execute(_CHOICES, {"chat": chat_id})
    return _chat(chat_id, list(rows[0])) if rows else None


def _together(old: Chat, new: Chat) -> dict[str, Any]:
    """The choices of a group that two ids stand for: whatever is not as it is without a choice."""
    return {
        "language": new.language or old.language,
        "zone": new.zone or old.zone,
        "reminders": new.reminders and old.reminders,
        "review": new.review or old.review,
        "last_seen": max(new.last_seen, old.last_seen),
    }


def _written(chat_id: int, columns: Mapping[str, Any]) -> Work[None]:
    """Writes some columns of a chat; of a new chat, the others are those of one without choices.

    Raises:
        TypeError: there is no such column.
    """
    given = asdict(Chat(chat_id, **columns))
    return _statement(_save(tuple(columns)), given)


@cache
def _save(columns: tuple[str, ...]) -> str:
    names = [field.name for field in fields(Chat)]
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return (
        f"INSERT INTO chats ({', '.join(names)}) VALUES (:{', :'.join(names)}) "  # noqa: S608
        f"ON CONFLICT (chat_id) DO UPDATE SET {changed}"
    )


def _statement(statement: str, given: dict[str, Any]) -> Work[None]:
    def write(execute: Execute) -> None:
        execute(statement, given)

    return write
