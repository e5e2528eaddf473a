"""Updates on their way to the bot: held until confirmed, fetched by polling or pushed."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

from tests.botapi.records import Refusal

Update = dict[str, Any]

ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
TERMINATED = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
    "the webhook first"
)


class Updates:
    """The queue of one bot."""

    def __init__(self, first_id: int, notify: Callable[[], None]) -> None:
        self.next_id = first_id
        self.notify = notify
        self.pending: deque[Update] = deque()
        self.again: deque[Update] = deque()  # delivered once more, whatever was confirmed
        self.allowed: frozenset[str] | None = None  # None: all but those sent on request only
        self.confirmed = 0  # the highest update_id that the bot has confirmed
        self.webhook_active = False
        self.arrived = asyncio.Event()
        self.poller: asyncio.Future[None] | None = None
        self.unwanted: list[Update] = []  # never delivered: the bot does not ask for their kind

    def add(self, kind: str, payload: dict[str, Any]) -> Update:
        """Makes an update; it is dropped where the bot does not want its kind."""
        update = {"update_id": self.next_id, kind: payload}
        self.next_id += 1
        wanted = kind in self.allowed if self.allowed is not None else kind not in ON_REQUEST
        if wanted:
            self.pending.append(update)
            self.wake()
        else:
            self.unwanted.append(update)
        return update

    def redeliver(self, update: Update) -> None:
        """Sends an update once more, as happens after a lost confirmation."""
        self.again.append(update)
        self.wake()

    def wake(self) -> None:
        self.arrived.set()
        if self.poller is not None and not self.poller.done():
            self.poller.set_result(None)

    def allow(self, kinds: list[str] | None) -> None:
        """Takes over a list of kinds; none given keeps the former one, an empty one resets it."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def forget(self) -> None:
        """Drops what is pending."""
        self.pending.clear()
        self.again.clear()

    def confirm(self, offset: int) -> None:
        """Forgets the updates before an offset; a negative one counts from the end."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.confirmed = self.pending.popleft()["update_id"]
        else:
            while self.pending and self.pending[0]["update_id"] < offset:
                self.confirmed = self.pending.popleft()["update_id"]
        self.notify()

    def conflict(self, description: str) -> None:
        """Ends a poll under way."""
        if self.poller is not None and not self.poller.done():
            self.poller.set_exception(Refusal(409, description))
        self.poller = None

    async def poll(self, params: dict[str, Any]) -> list[Update]:
        """One getUpdates call.

        Raises:
            Refusal: a webhook is set, or another poll took over.
        """
        if self.webhook_active:
            raise Refusal(409, WEBHOOK_ACTIVE)
        self.conflict(TERMINATED)
        self.allow(params.get("allowed_updates"))
        self.confirm(params.get("offset", 0))
        limit = min(max(params.get("limit", 100), 1), 100)
        seconds = min(max(params.get("timeout", 0), 0), 50)
        if not self.pending and not self.again and seconds:
            await self.wait(seconds)
        first = [self.again.popleft() for _ in range(min(limit, len(self.again)))]
        return first + list(islice(self.pending, limit - len(first)))

    async def wait(self, seconds: float) -> None:
        """Waits for an update, for the end of the time, or for another poller."""
        mine = asyncio.get_running_loop().create_future()
        self.poller = mine
        self.notify()  # a test may wait for the bot to be listening
        try:
            async with asyncio.timeout(seconds):
                await mine
        except TimeoutError:
            return
        finally:
            if self.poller is mine:
                self.poller = None
