"""The queue between Telegram and the handlers: what matters is stored before it is confirmed."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

from telegram import Bot, Update

from db.inbox import Inbox
from handlers.addressing import is_meant_for
from handlers.essence import essence

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
        """Takes updates that came together; raises what ``keep`` does."""
        self.enqueue(await self.keep(updates))

    async def keep(self, updates: Sequence[Update]) -> list[Update]:
        """Stores updates in one transaction; returns those to be handled.

        Raises:
            DatabaseError: none of them is safe.
        """
        wanted = [update for update in updates if self._wanted(update)]
        stored = {one.update_id: json.dumps(body) for one in wanted if (body := essence(one))}
        fresh = await self._inbox.keep(list(stored.items()), at=self._now())
        return [
            update
            for update in wanted
            if (
                update.update_id in fresh
                if update.update_id in stored
                else self._first_pass(update)
            )
        ]

    def enqueue(self, updates: Sequence[Update]) -> None:
        """Hands updates to the handlers."""
        for update in updates:
            self._in_hand.add(update.update_id)
            self.put_nowait(update)
        if len(self._in_hand) >= CROWDED:
            self._calm.clear()

    async def recover(self, bot: Bot) -> int:
        """Takes what an earlier run left; returns how many that was."""
        left = await self._inbox.left_over(at=self._now())
        self.enqueue(
            [Update.de_json({"update_id": id, **json.loads(body)}, bot) for id, body in left]
        )
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

    def _wanted(self, update: Update) -> bool:
        """Drops at the door what nobody said to the bot, so that it is never stored."""
        message = update.message or update.edited_message
        return message is None or self.bot is None or is_meant_for(message, self.bot)

    def _first_pass(self, update: Update) -> bool:
        if update.update_id in self._passed:
            return False
        self._passed[update.update_id] = None
        if len(self._passed) > _PASSING:
            self._passed.popitem(last=False)
        return True

    def _now(self) -> int:
        return int(self._clock().timestamp())
