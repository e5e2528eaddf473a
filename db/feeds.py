"""The secret addresses of calendars: one a chat, kept so that nobody can read them back."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from db import subscriptions
from db.batches import Batches
from db.errors import DatabaseError
from db.sqlite import Execute

TOKEN_BYTES = 32
"""Bytes of chance in a token: nobody finds one by trying."""

KEPT = 2000
"""Addresses whose wishes are held in memory, for while the database is away."""

KEPT_SECONDS = 24 * 3600.0
"""For so long an address that was asked for is served while the database is away."""

_MAKE = (
    "INSERT INTO calendar_feeds (token, chat_id, alarms, since) "
    "VALUES (:token, :chat, :alarms, :since) "
    "ON CONFLICT (chat_id) DO UPDATE SET token = excluded.token, since = excluded.since"
)
_ALARMS = "UPDATE calendar_feeds SET alarms = :alarms WHERE chat_id = :chat RETURNING token"
_END = "DELETE FROM calendar_feeds WHERE chat_id = :chat RETURNING token"
_FORMER = "SELECT token FROM calendar_feeds WHERE chat_id = :chat"
_OF_CHAT = "SELECT since, alarms FROM calendar_feeds WHERE chat_id = :chat"
_ASKED = (
    "SELECT f.chat_id, f.since, f.alarms, c.language FROM calendar_feeds f "
    "LEFT JOIN chats c ON c.chat_id = f.chat_id WHERE f.token = :token"
)


Rows = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Feed:
    """The address of a chat: since when (seconds since 1970), and whether events have alarms."""

    since: int
    alarms: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be served under an address; nothing in it says whose it is.

    ``follows`` are the subscriptions (kind, target, spans), ``changed`` is when these or the
    address were last added to, in seconds since 1970.
    """

    follows: tuple[tuple[str, str, tuple[str, ...]], ...]
    alarms: bool
    language: str | None
    changed: int


class Feeds:
    """The table ``calendar_feeds``."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._kept: OrderedDict[str, tuple[float, Wanted]] = OrderedDict()

    async def make(self, chat_id: int, *, at: int) -> str:
        """Gives a chat an address; one that it had ends with it.

        Returns:
            The token, which is not to be had again.
        """
        token = token_urlsafe(TOKEN_BYTES)
        given = {"token": hashed(token), "chat": chat_id, "alarms": False, "since": at}

        def write(execute: Execute) -> Rows:
            former = execute(_FORMER, {"chat": chat_id})
            execute(_MAKE, given)
            return former

        self._drop(await self._batches.now(write))
        return token

    async def set_alarms(self, chat_id: int, *, on: bool) -> bool:
        """Whether events sound from now on; False when the chat has no address."""
        given = {"chat": chat_id, "alarms": on}
        return bool(await self._batches.now(lambda execute: execute(_ALARMS, given)))

    async def end(self, chat_id: int) -> bool:
        """Ends the address of a chat; False when there was none."""
        ended = await self._batches.now(lambda execute: execute(_END, {"chat": chat_id}))
        self._drop(ended)
        return bool(ended)

    async def of_chat(self, chat_id: int) -> Feed | None:
        """The address that a chat has."""
        rows = await self._batches.read(lambda execute: execute(_OF_CHAT, {"chat": chat_id}))
        return Feed(int(rows[0][0]), bool(rows[0][1])) if rows else None

    async def asked(self, token: str) -> Wanted | None:
        """What is wanted under an address; None when there is no such address.

        While the database is away, it is what was wanted when it was last asked for.

        Raises:
            DatabaseError: the database cannot be read, and it was not asked for lately.
        """
        key = hashed(token)
        try:
            wanted = await self._batches.read(lambda execute: _wanted(execute, key))
        except DatabaseError:
            at, last = self._kept.get(key, (-KEPT_SECONDS, None))
            if last is None or monotonic() - at >= KEPT_SECONDS:
                raise
            return last
        self._kept.pop(key, None)
        if wanted is not None:
            self._kept[key] = (monotonic(), wanted)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return wanted

    def _drop(self, rows: Rows) -> None:
        for (key,) in rows:
            self._kept.pop(key, None)


def hashed(token: str) -> str:
    """The form in which a token is kept; it is long and of chance, so that no salt is needed."""
    return sha256(token.encode()).hexdigest()


def _wanted(execute: Execute, key: str) -> Wanted | None:
    rows = execute(_ASKED, {"token": key})
    if not rows:
        return None
    chat_id, since, alarms, language = rows[0]
    leads: dict[tuple[str, str], dict[str, Any]] = {}
    for one in subscriptions.of_chat(execute, int(chat_id)):
        leads.setdefault((one.kind, one.target), {}).update(dict.fromkeys(one.leads))
        since = max(since, one.since)
    follows = tuple((kind, target, tuple(of)) for (kind, target), of in sorted(leads.items()))
    return Wanted(follows, bool(alarms), language, int(since))
