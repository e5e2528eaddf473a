"""Who may organise events, under which name that is logged, and what they are writing."""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from db.batches import Batches
from db.sqlite import Execute

ORGANISER, ADMIN = "organiser", "admin"
ROLES = (ORGANISER, ADMIN)
"""An organiser may change events; an admin may also appoint organisers and admins."""

DRAFTS_KEPT = 30 * 24 * 3600
"""Seconds after which what nobody went on writing is forgotten."""


@dataclass(frozen=True, slots=True)
class Appointed:
    """A person with a role; ``since`` is in seconds since 1970."""

    user_id: int
    role: str
    since: int


class Organisers:
    """The roles in the database, asked anew each time: a right that was taken is gone at once."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    async def role(self, user_id: int) -> str | None:
        """The role that a person was given; those named in the settings are not known here."""
        rows = await self._batches.read(
            lambda execute: execute(
                "SELECT role FROM admin_roles WHERE user_id = :user", {"user": user_id}
            )
        )
        return str(rows[0][0]) if rows else None

    async def appointed(self) -> list[Appointed]:
        """All who were given a role, the first appointed first."""
        rows = await self._batches.read(
            lambda execute: execute(
                "SELECT user_id, role, since FROM admin_roles ORDER BY since, user_id", {}
            )
        )
        return [Appointed(*row) for row in rows]

    async def appoint(self, user_id: int, role: str, *, by: int, at: int) -> None:
        """Gives a person a role in place of the one they had, if any; it is logged."""

        def write(execute: Execute) -> None:
            execute(
                "INSERT INTO admin_roles (user_id, role, since) VALUES (:user, :role, :at) "
                "ON CONFLICT (user_id) DO UPDATE SET role = excluded.role",
                {"user": user_id, "role": role, "at": at},
            )
            _note(execute, f"appointed {role}", user_id, by=by, at=at)

        await self._batches.now(write)

    async def dismiss(self, user_id: int, *, by: int, at: int) -> bool:
        """Takes a person's role, and what they were writing; False when there was none."""

        def write(execute: Execute) -> bool:
            given = {"user": user_id}
            if not execute("SELECT 1 FROM admin_roles WHERE user_id = :user", given):
                return False
            _note(execute, "dismissed", user_id, by=by, at=at)
            execute("DELETE FROM admin_roles WHERE user_id = :user", given)
            execute("DELETE FROM drafts WHERE chat_id = :user", given)
            return True

        return await self._batches.now(write)


def name_of(execute: Execute, user_id: int) -> str:
    """The name under which a person's changes are logged; made up when there is none yet.

    It is drawn by chance: who has the log alone cannot tell the person, nor compute the name from
    a person's number. The row that joins the two goes when the person asks to be forgotten.
    """
    given = {"user": user_id}
    known = execute("SELECT name FROM organiser_names WHERE user_id = :user", given)
    if known:
        return str(known[0][0])
    name = f"organiser {token_hex(4)}"
    statement = "INSERT INTO organiser_names (user_id, name) VALUES (:user, :name)"
    execute(statement, given | {"name": name})
    return name


def _note(execute: Execute, action: str, user_id: int, *, by: int, at: int) -> None:
    execute(
        "INSERT INTO audit_log (at, who, action, subject) VALUES (:at, :who, :action, :subject)",
        {
            "at": at,
            "who": name_of(execute, by),
            "action": action,
            "subject": name_of(execute, user_id),
        },
    )


_OF_PERSON = (
    "FROM audit_log t WHERE EXISTS (SELECT 1 FROM organiser_names n "
    "WHERE n.user_id = :user AND n.name IN (t.who, t.subject))"
)
"""What a person did as an organiser, and what was done to them."""
_HELD = {
    "drafts": (("body", "at"), "FROM drafts t WHERE t.chat_id = :user"),
    "admin_roles": (("role", "since"), "FROM admin_roles t WHERE t.user_id = :user"),
    "organiser_names": (("name",), "FROM organiser_names t WHERE t.user_id = :user"),
    "audit_log": (
        ("at", "action", "subject"),
        _OF_PERSON,
    ),
}


def held_about(execute: Execute, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """What is stored of a person as an organiser, by table."""
    found = {}
    for table, (columns, source) in _HELD.items():
        wanted = ", ".join(f"t.{column}" for column in columns)
        rows = execute(f"SELECT {wanted} {source}", {"user": user_id})
        found[table] = [dict(zip(columns, row, strict=True)) for row in rows]
    return found


def forget(execute: Execute, user_id: int, *, at: int) -> None:
    """Erases a person: role, draft, and what joins them to the name in the log."""
    given = {"user": user_id}
    if execute("SELECT 1 FROM admin_roles WHERE user_id = :user", given):
        _note(execute, "resigned", user_id, by=user_id, at=at)
    execute("DELETE FROM admin_roles WHERE user_id = :user", given)
    execute("DELETE FROM organiser_names WHERE user_id = :user", given)
    execute("DELETE FROM drafts WHERE chat_id = :user", given)


class Drafts:
    """What organisers are writing, one draft a chat, kept until it is done or given up.

    They are read with the conversation (``db.chats``), so that a question costs no further read.

    Args:
        changed: told the draft of a chat whenever it is another.
    """

    def __init__(
        self, batches: Batches, changed: Callable[[int, str | None], None] = lambda *_: None
    ) -> None:
        self._batches = batches
        self._changed = changed

    async def keep(self, chat_id: int, body: str, *, at: int) -> None:
        """Keeps a draft in place of the one before; once this returns, it is safe."""

        def write(execute: Execute) -> None:
            execute(
                "INSERT INTO drafts (chat_id, body, at) VALUES (:chat, :body, :at) "
                "ON CONFLICT (chat_id) DO UPDATE SET body = excluded.body, at = excluded.at",
                {"chat": chat_id, "body": body, "at": at},
            )

        await self._batches.now(write)
        self._changed(chat_id, body)

    async def drop(self, chat_id: int) -> None:
        """Forgets the draft of a chat."""

        def write(execute: Execute) -> None:
            execute("DELETE FROM drafts WHERE chat_id = :chat", {"chat": chat_id})

        await self._batches.now(write)
        self.gone(chat_id)

    def gone(self, chat_id: int) -> None:
        """Another part of the program deleted the draft of a chat."""
        self._changed(chat_id, None)

    async def tidy(self, *, now: int) -> None:
        """Forgets what nobody went on writing."""
        before = {"before": now - DRAFTS_KEPT}

        def write(execute: Execute) -> None:
            execute("DELETE FROM drafts WHERE at < :before", before)

        await self._batches.now(write)


class DraftGone(Exception):
    """The draft was finished, given up or changed meanwhile; nothing was written."""


def finish(execute: Execute, chat_id: int, body: str) -> None:
    """Takes a draft away within the transaction that makes it true, so that it is done once.

    Raises:
        DraftGone: the chat has no such draft any more.
    """
    taken = execute(
        "DELETE FROM drafts WHERE chat_id = :chat AND body = :body RETURNING chat_id",
        {"chat": chat_id, "body": body},
    )
    if not taken:
        raise DraftGone(chat_id)
