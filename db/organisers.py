"""Who may organise events, under which name that is logged, and what they are writing."""

from dataclasses import dataclass
from secrets import token_hex

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


class Drafts:
    """What organisers are writing, one draft a chat, kept until it is done or given up.

    Args:
        cached: keep what was read in memory; only right while no other process writes.
    """

    def __init__(self, batches: Batches, *, cached: bool) -> None:
        self._batches = batches
        self._cached = cached
        self._memory: dict[int, str] | None = None

    async def of(self, chat_id: int) -> str | None:
        """The draft of a chat, as it was kept."""
        if self._cached:
            if self._memory is None:
                rows = await self._batches.read(
                    lambda execute: execute("SELECT chat_id, body FROM drafts", {})
                )
                self._memory = {int(chat): str(body) for chat, body in rows}
            return self._memory.get(chat_id)
        rows = await self._batches.read(
            lambda execute: execute(
                "SELECT body FROM drafts WHERE chat_id = :chat", {"chat": chat_id}
            )
        )
        return str(rows[0][0]) if rows else None

    async def keep(self, chat_id: int, body: str, *, at: int) -> None:
        """Keeps a draft in place of the one before; once this returns, it is safe."""

        def write(execute: Execute) -> None:
            execute(
                "INSERT INTO drafts (chat_id, body, at) VALUES (:chat, :body, :at) "
                "ON CONFLICT (chat_id) DO UPDATE SET body = excluded.body, at = excluded.at",
                {"chat": chat_id, "body": body, "at": at},
            )

        await self._batches.now(write)
        if self._memory is not None:
            self._memory[chat_id] = body

    async def drop(self, chat_id: int) -> None:
        """Forgets the draft of a chat."""
        await self._batches.now(lambda execute: drop(execute, chat_id))
        self.forget(chat_id)

    def forget(self, chat_id: int) -> None:
        """Drops from memory what another part of the program deleted."""
        if self._memory is not None:
            self._memory.pop(chat_id, None)

    async def tidy(self, *, now: int) -> None:
        """Forgets what nobody went on writing."""
        before = {"before": now - DRAFTS_KEPT}

        def write(execute: Execute) -> None:
            execute("DELETE FROM drafts WHERE at < :before", before)

        await self._batches.now(write)
        self._memory = None


def drop(execute: Execute, chat_id: int) -> None:
    """Forgets the draft of a chat within a transaction, such as the one that makes it true."""
    execute("DELETE FROM drafts WHERE chat_id = :chat", {"chat": chat_id})
