"""The queue between Telegram and the handlers: what matters is stored before it is confirmed."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import perf_counter

from telegram import Bot, Update

from db.errors import DatabaseAway
from db.inbox import Inbox
from handlers.addressing import is_meant_for
from handlers.essence import essence
from handlers.pace import Pace

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
    """The application's queue, and what is known of the updates in hand.

    An update that was seen before is dropped. What changes nothing (an inline query) is not stored:
    nobody waits for its answer after a crash. While the database is away, nothing can be stored:
    then an update is confirmed when it has been answered, and not at all when that needs memory.
    """

    def __init__(self, inbox: Inbox, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._inbox = inbox
        self._clock = clock
        self._passed: OrderedDict[int, None] = OrderedDict()
        self._in_hand: dict[int, float] = {}  # update id -> since when
        self._loose: dict[int, asyncio.Future[bool]] = {}  # not stored; whether it was answered
        self._later: dict[int, Update] = {}  # to be handled when the database is back
        self._lost: set[int] = set()  # in hand, but another process has taken it over
        self._forgetful: set[int] = set()  # could not be handled without memory
        self._calm = asyncio.Event()
        self._calm.set()
        self.open = True  # whether what comes is still handled by this process
        self._pace = Pace()
        self._hasty: set[int] = set()  # updates of those who send too much, who are to be told
        self.failures: dict[int, str] = {}  # update id -> why it could not be handled
        self.bot: Bot | None = None
        self.timed: Callable[[float], None] = lambda _: None  # told how long each update took
        self.sure: Callable[[], bool] = lambda: True  # whether no other takes us for dead

    async def keep(self, updates: Sequence[Update]) -> list[Update]:
        """Stores updates in one transaction; returns those to be handled.

        Raises:
            DatabaseError: none of them is safe.
        """
        wanted = {
            one.update_id: one for one in updates if self._wanted(one) and not self._known(one)
        }
        paced = {one.update_id: one for one in self._paced(wanted.values())}
        # Who sends too much is not worth a write: they are told to wait, which changes nothing.
        bodies = {
            id: json.dumps(body)
            for id, one in paced.items()
            if id not in self._hasty and (body := essence(one))
        }
        fresh = await self._inbox.keep(list(bodies.items()), at=self._now())
        for id in wanted.keys() - bodies.keys():
            self._pass(id)
        return [one for id, one in paced.items() if id in fresh or id not in bodies]

    def enqueue(self, updates: Iterable[Update]) -> None:
        """Hands updates to the handlers; of one that stops, what is stored is left to others."""
        for update in updates:
            if not self.open:
                if (loose := self._loose.pop(update.update_id, None)) is not None:
                    loose.set_result(False)
                continue
            self._in_hand[update.update_id] = perf_counter()
            self.put_nowait(update)
        if len(self._in_hand) >= CROWDED:
            self._calm.clear()

    async def receive(self, updates: Sequence[Update]) -> set[int]:
        """Takes updates; returns the ids of those that have to come again.

        Raises:
            DatabaseError: they cannot be stored, for a reason that does not pass by itself.
        """
        try:
            self.enqueue(await self.keep(updates))
        except DatabaseAway as error:
            _log.warning("Updates are not stored: %s", error)
            return await self.without_memory(updates)
        return set()

    async def without_memory(self, updates: Sequence[Update]) -> set[int]:
        """Has updates handled that cannot be stored, and waits for the outcome.

        Returns the ids of those that could not be handled without the database.
        """
        fresh, waiting = [], {}
        for update in updates:
            id = update.update_id
            if id in self._loose:  # it came again before it was answered
                waiting[id] = self._loose[id]
            elif self._wanted(update) and not self._known(update):
                self._pass(id)
                self._loose[id] = waiting[id] = asyncio.get_running_loop().create_future()
                fresh.append(update)
        self.enqueue(self._paced(fresh))
        again = {id for id, future in waiting.items() if not await future}
        for id in again:
            self._passed.pop(id, None)
        return again

    async def take_over(self, bot: Bot) -> int:
        """Takes what another process left, and what had to wait; returns how many that was."""
        if not self.open:
            return 0
        left = []
        for id, body in await self._inbox.take_over(at=self._now()):
            try:
                left.append(Update.de_json({"update_id": id, **json.loads(body)}, bot))
            except (ValueError, TypeError, KeyError) as error:
                _log.warning("A stored update cannot be read: %s", type(error).__name__)
                self._inbox.handled_unseen(id, "unreadable", at=self._now())
        later, self._later = list(self._later.values()), {}
        self.enqueue(left + later)
        return len(left)

    def hold(self, updates: Iterable[Update]) -> None:
        """Keeps updates in memory until the database is back."""
        self._later.update({update.update_id: update for update in updates})

    def give_up(self) -> None:
        """Forgets what is stored and has not begun: others have taken it over."""
        self._lost |= self._in_hand.keys() - self._loose.keys() - self._passed.keys()
        self._later.clear()

    def may_begin(self, update: object) -> bool:
        """Whether an update is still ours to handle; if that is in doubt, it waits."""
        if not isinstance(update, Update) or update.update_id in self._passed:
            return True
        if update.update_id not in self._lost and self.sure():
            return True
        if update.update_id not in self._lost:
            self._later[update.update_id] = update
        self._lost.discard(update.update_id)
        self._put_down(update.update_id)
        return False

    def needs_memory(self, update: object) -> None:
        """Notes that an update cannot be handled before the database is back."""
        if isinstance(update, Update):
            self._forgetful.add(update.update_id)

    async def handled(self, update: object) -> None:
        """Records that an update has been handled, and how."""
        if not isinstance(update, Update):
            return
        id = update.update_id
        self.timed(perf_counter() - self._in_hand.get(id, perf_counter()))
        self._put_down(id)
        self._lost.discard(id)
        stored = id not in self._hasty and update.inline_query is None
        self._hasty.discard(id)
        waits = id in self._forgetful
        self._forgetful.discard(id)
        outcome = self.failures.pop(id, "done")
        loose = self._loose.pop(id, None)
        if loose is not None:
            if not loose.done():
                loose.set_result(not waits)
        elif waits:
            self._later[id] = update
        if not waits and stored:
            await self._record(id, outcome, stored=loose is None)

    async def _record(self, id: int, outcome: str, *, stored: bool) -> None:
        if stored:
            try:
                await self._inbox.handled(id, outcome, at=self._now())
            except DatabaseAway as error:
                _log.warning("An outcome waits to be recorded: %s", error)
            else:
                return
        self._inbox.handled_unseen(id, outcome, at=self._now())

    def shut(self) -> None:
        """Hands no more to the handlers: what would come after the last is never fetched."""
        self.open = False
        self._calm.set()

    def close(self) -> None:
        """Answers those who wait for what will not be handled any more."""
        for future in self._loose.values():
            if not future.done():
                future.set_result(False)

    async def calm(self) -> None:
        """Waits until there is room for more updates."""
        await self._calm.wait()

    @property
    def depth(self) -> int:
        """Updates in hand."""
        return len(self._in_hand)

    def _paced(self, updates: Iterable[Update]) -> list[Update]:
        """Leaves out what one person sends too much; they are told once, each press is answered."""
        found = []
        for update in updates:
            sender = update.effective_sender if update.my_chat_member is None else None
            verdict = self._pace.counts(sender.id) if sender is not None else "fine"
            if verdict == "over" and update.callback_query is None:
                if (loose := self._loose.pop(update.update_id, None)) is not None:
                    loose.set_result(True)
                continue
            if verdict != "fine":
                self._hasty.add(update.update_id)
            found.append(update)
        return found

    def is_hasty(self, update: Update) -> bool:
        """Whether an update is to be answered by no more than a request to wait."""
        return update.update_id in self._hasty

    def _put_down(self, id: int) -> None:
        self._in_hand.pop(id, None)
        if len(self._in_hand) < CROWDED:
            self._calm.set()

    def _wanted(self, update: Update) -> bool:
        """Drops at the door what nobody said to the bot, so that it is never stored."""
        message = update.message or update.edited_message
        return message is None or self.bot is None or is_meant_for(message, self.bot)

    def _known(self, update: Update) -> bool:
        return update.update_id in self._passed

    def _pass(self, id: int) -> None:
        self._passed[id] = None
        if len(self._passed) > _PASSING:
            self._passed.popitem(last=False)

    def _now(self) -> int:
        return int(self._clock().timestamp())
