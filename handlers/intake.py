"""The queue between Telegram and the handlers: what matters is stored before it is confirmed."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from telegram import Bot, ChatMember, Message, Update

from db.inbox import Inbox
from handlers.addressing import is_meant_for

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
)
"""What the bot asks Telegram for, one by one: nothing else is ever sent to it."""

CROWDED = 500
"""Updates in hand from which on no more are fetched; Telegram keeps them for a day."""

_PASSING = 10_000
"""Ids of updates that are not stored, remembered in memory to know a repeated one."""

_log = logging.getLogger(__name__)


class Intake(asyncio.Queue[object]):
    """The application's queue; ``put`` returns once an update is safe.

    An update that was seen before is dropped. What changes nothing (an inline query) is not stored:
    nobody waits for its answer after a crash.
    """

    def __init__(self, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._inbox = inbox
        self._clock = clock
        self._passed: OrderedDict[int, None] = OrderedDict()
        self._in_hand: set[int] = set()
        self._calm = asyncio.Event()
        self._calm.set()
        self.failures: dict[int, str] = {}  # update id -> why it could not be handled
        self.bot: Bot | None = None

    async def put(self, item: object) -> None:
        """Takes one update, from the webhook; anything else is a signal of the application."""
        if isinstance(item, Update):
            await self.put_all([item])
        else:
            await super().put(item)

    async def put_all(self, updates: Sequence[Update]) -> None:
        """Takes updates that came together, in one transaction.

        Raises:
            DatabaseError: none of them is safe.
        """
        wanted = [update for update in updates if self._wanted(update)]
        stored = {one.update_id: json.dumps(body) for one in wanted if (body := essence(one))}
        fresh = await self._inbox.keep(list(stored.items()), at=self._now())
        for update in wanted:
            id = update.update_id
            if (id in fresh) if id in stored else self._first_pass(id):
                self._enqueue(update)

    async def recover(self, bot: Bot) -> int:
        """Takes what an earlier run left; returns how many that was."""
        left = await self._inbox.left_over(at=self._now())
        for id, body in left:
            update = Update.de_json({"update_id": id, **json.loads(body)}, bot)
            self._enqueue(update)
        return len(left)

    async def handled(self, update: object) -> None:
        """Records that an update has been handled, and how."""
        if not isinstance(update, Update):
            return
        id = update.update_id
        self._in_hand.discard(id)
        if len(self._in_hand) < CROWDED:
            self._calm.set()
        if update.inline_query is None:
            outcome = self.failures.pop(id, "done")
            await self._inbox.handled(id, outcome, at=self._now())

    async def calm(self) -> None:
        """Waits until there is room for more updates."""
        await self._calm.wait()

    def _enqueue(self, update: Update) -> None:
        self._in_hand.add(update.update_id)
        if len(self._in_hand) >= CROWDED:
            self._calm.clear()
        self.put_nowait(update)

    def _wanted(self, update: Update) -> bool:
        """Drops at the door what nobody said to the bot, so that it is never stored."""
        message = update.message or update.edited_message
        return message is None or self.bot is None or is_meant_for(message, self.bot)

    def _first_pass(self, id: int) -> bool:
        if id in self._passed:
            return False
        self._passed[id] = None
        if len(self._passed) > _PASSING:
            self._passed.popitem(last=False)
        return True

    def _now(self) -> int:
        return int(self._clock().timestamp())


def essence(update: Update) -> dict[str, Any] | None:
    """What is needed of an update to handle it after a crash: no names, no pictures.

    None for what need not be stored.
    """
    if update.message is not None:
        return {"message": _message(update.message)}
    if update.edited_message is not None:
        return {"edited_message": _message(update.edited_message)}
    if (query := update.callback_query) is not None:
        found: dict[str, Any] = {
            "id": query.id,
            "from": _person(query.from_user.to_dict()),
            "chat_instance": query.chat_instance,
        }
        if query.data is not None:
            found["data"] = query.data
        if query.inline_message_id is not None:
            found["inline_message_id"] = query.inline_message_id
        if query.message is not None:
            found["message"] = _only(query.message.to_dict(), _PLACE)
        return {"callback_query": found}
    if (change := update.my_chat_member) is not None:
        return {
            "my_chat_member": {
                "chat": _only(change.chat.to_dict(), _CHAT),
                "from": _person(change.from_user.to_dict()),
                "date": int(change.date.timestamp()),
                "old_chat_member": _member(change.old_chat_member),
                "new_chat_member": _member(change.new_chat_member),
            }
        }
    return None


_CHAT = ("id", "type", "is_forum")
_PERSON = ("id", "is_bot", "language_code")
_PLACE = ("message_id", "date", "chat", "from", "message_thread_id", "is_topic_message")
_MESSAGE = (
    *_PLACE,
    *("edit_date", "text", "entities", "caption", "caption_entities", "sender_chat", "via_bot"),
    *("migrate_to_chat_id", "migrate_from_chat_id"),
)


def _message(message: Message) -> dict[str, Any]:
    whole = message.to_dict()
    found = _only(whole, _MESSAGE)
    if "reply_to_message" in whole:
        found["reply_to_message"] = _only(whole["reply_to_message"], _PLACE)
    return found


def _only(whole: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The named fields, and of the chats and people in them only what tells them apart."""
    found = {name: whole[name] for name in names if name in whole}
    for name in ("chat", "sender_chat"):
        if name in found:
            found[name] = _only(found[name], _CHAT)
    for name in ("from", "via_bot"):
        if name in found:
            found[name] = _person(found[name])
    for name in ("entities", "caption_entities"):
        for entity in found.get(name, ()):
            if "user" in entity:
                entity["user"] = _person(entity["user"])
    return found


def _person(user: dict[str, Any]) -> dict[str, Any]:
    return {**{name: user[name] for name in _PERSON if name in user}, "first_name": ""}


def _member(member: ChatMember) -> dict[str, Any]:
    """Whether the bot is in a chat; its rights there do not matter."""
    there = member.status not in (ChatMember.LEFT, ChatMember.BANNED)
    return {
        "status": ChatMember.MEMBER if there else ChatMember.LEFT,
        "user": _person(member.user.to_dict()),
    }
