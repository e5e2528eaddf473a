"""The ticker of the outbox: claims what is due, a few messages at a time, and hands it over.

The order is the promise: the claim is committed before the call to Telegram, the outcome after it.
So none is lost, and only a send whose outcome nobody knows is made again, marked as such.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic, time

from telegram import Bot
from telegram.error import TelegramError

from db import leases, outbox
from db.batches import Batches
from db.deliveries import Entry
from db.errors import DatabaseError
from db.leases import Held
from db.sqlite import Execute
from handlers.bundles import CAUGHT_UP, together
from handlers.dispatch import Dispatch
from handlers.planning import seconds
from handlers.scheduling import Reminders
from handlers.windows import Windows
from knowledge.occasions import Occasion
from knowledge.snapshot import Snapshot

LEASE = "delivery"
LEFT_AFTER, RENEWED_AFTER = 4.0, 1.0
"""Seconds: another goes on so long after the end of a process that could not say goodbye, at once
where it can see that it has ended."""

AT_ONCE = 4
"""Messages claimed in one transaction: few, for those claimed at a crash may be doubled."""

MOST_UNDER_WAY = 16
"""Calls at once; more would not be faster within the limits, and answers need room."""

DRAIN_SECONDS = 6.0
_WHEN_CROWDED = 0.2
_PROBED_AFTER = (0.5, 1.0, 2.0, 5.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Round:
    """What a look at the outbox found."""

    held: Held
    past: int = 0
    claimed: tuple[tuple[Entry, ...], ...] = ()
    occasions: Mapping[str, Occasion] = field(default_factory=dict)
    more: bool = False
    next_due: int | None = None


class Deliverer:
    """Delivers for as long as it holds the lease; others stand by.

    Args:
        knowledge: gives the snapshot; when it is another, all is planned anew.
        replica: gives the id of this process, and whether others are sure to know that it lives.
        speed: how much faster than real time ``clock`` goes; leases are of real time.
    """

    def __init__(
        self,
        *,
        batches: Batches,
        dispatch: Dispatch,
        reminders: Reminders,
        windows: Windows,
        knowledge: Callable[[], Snapshot],
        replica: Callable[[], tuple[str, bool]],
        clock: Callable[[], datetime],
        speed: float = 1.0,
    ) -> None:
        self._batches = batches
        self._dispatch = dispatch
        self._reminders = reminders
        self._windows = windows
        self._knowledge = knowledge
        self._replica = replica
        self._clock = clock
        self._speed = speed
        self._seen: tuple[Held, float] | None = None  # another's lease, and since when it stands
        self._leads = False
        self._looked = -RENEWED_AFTER
        self._planned_from: Snapshot | None = None
        self._failures = 0
        self._tasks: dict[asyncio.Task[None], set[int]] = {}  # and the chats they write to

    @property
    def leads(self) -> bool:
        """Whether this process is the one that delivers."""
        return self._leads

    async def run(self, bot: Bot) -> None:
        """Delivers until it is cancelled."""
        while True:
            self._reminders.wake.clear()
            try:
                pause = await self._round(bot)
            except DatabaseError as error:
                _log.warning("The outbox cannot be read (%s), again in a second", error)
                pause = RENEWED_AFTER
            try:
                async with asyncio.timeout(max(pause, 0.0)):
                    await self._reminders.wake.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Lets the calls under way come to their end, and gives the lease back."""
        self._dispatch.closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
        if self._leads:
            self._leads = False
            await self._batches.now(partial(leases.release, name=LEASE, holder=self._replica()[0]))

    async def _round(self, bot: Bot) -> float:
        """Looks once, hands over what may go, and returns the seconds until the next look."""
        if self._dispatch.trouble and not await self._is_well(bot):
            return _PROBED_AFTER[min(self._failures, len(_PROBED_AFTER)) - 1]
        await self._plan_anew()
        pause = self._windows.pause()
        waiting = AT_ONCE - self._dispatch.waiting
        room = 0 if pause > 0 else min(waiting, MOST_UNDER_WAY - len(self._tasks))
        until_look = self._looked + RENEWED_AFTER - monotonic()
        if room <= 0 and until_look > 0:
            return self._until_room(until_look)
        found = await self._look(room)
        if not self._leads:
            return RENEWED_AFTER
        for rows in found.claimed:
            self._dispatch.waiting += 1
            chats = {rows[0].chat_id}
            task = asyncio.create_task(self._dispatch.send(bot, rows, found.occasions, chats))
            self._tasks[task] = chats
            task.add_done_callback(self._ended)
        return self._until_next(found, room)

    async def _look(self, room: int) -> _Round:
        """Takes or renews the lease, and claims what may go; one transaction."""
        now, at = seconds(self._clock()), int(time())
        busy = self._windows.busy().union(*self._tasks.values())
        (me, sure), left = self._replica(), self._left()

        def work(execute: Execute) -> _Round:
            held = leases.take(execute, LEASE, me, left=left)
            if held.holder != me or not self._leads or not sure or room <= 0:
                return _Round(held)
            past = outbox.withhold_past(execute, now=now)
            claimed = outbox.claim(
                execute,
                me,
                partial(together, now=now, caught_up=CAUGHT_UP * self._speed),
                now=now,
                at=at,
                most=room,
                busy=busy,
                locking=self._batches.locking,
            )
            return _Round(
                held,
                past,
                tuple(claimed),
                self._reminders.planner.occasions(execute) if claimed else {},
                len(claimed) < room and outbox.is_any_due(execute, me, now=now, at=at),
                outbox.next_due(execute, now=now),
            )

        found = await self._batches.now(work)
        self._looked = monotonic()
        self._dispatch.withheld(found.past)
        self._take_note(found.held, me)
        return found

    def _left(self) -> Held | None:
        """Another's lease, once it has stood still for too long."""
        if self._seen is None or monotonic() - self._seen[1] < LEFT_AFTER:
            return None
        return self._seen[0]

    def _take_note(self, held: Held, me: str) -> None:
        leads = held.holder == me
        if leads and not self._leads:
            _log.info("Delivering from now on")
            self._dispatch.serving_since = seconds(self._clock())
            self._planned_from = None
            self._windows.begin()
        elif self._leads and not leads:
            _log.warning("Another process delivers from now on")
        self._leads = leads
        if leads:
            self._seen = None
        elif self._seen is None or self._seen[0] != held:
            self._seen = (held, monotonic())

    async def _plan_anew(self) -> None:
        """Plans all anew at the beginning, and when the knowledge is another."""
        snapshot = self._knowledge()
        if self._leads and self._planned_from is not snapshot:
            await self._reminders.replan_all()
            self._planned_from = snapshot

    def _until_next(self, found: _Round, room: int) -> float:
        if self._planned_from is None:
            return 0.0  # there is time to plan while the windows of another process are waited out
        if len(found.claimed) == room > 0:
            return self._windows.pause()
        if room <= 0:
            return self._until_room(RENEWED_AFTER)
        wait = RENEWED_AFTER
        if found.more:
            wait = _WHEN_CROWDED
        if found.next_due is not None:
            away = (found.next_due - self._clock().timestamp()) / self._speed
            wait = min(wait, max(away, 0.0))
        return wait

    def _until_room(self, most: float) -> float:
        """Seconds until something unasked may go again, as far as is known; ``most`` at most."""
        return min(most, self._windows.pause() or _WHEN_CROWDED)

    async def _is_well(self, bot: Bot) -> bool:
        """Whether Telegram answers again: asked by a call that does nothing."""
        try:
            await bot.get_me()
        except TelegramError:
            self._failures += 1
            return False
        if self._failures > 1:
            self._dispatch.serving_since = seconds(self._clock())
        self._failures = 0
        self._dispatch.trouble = False
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._reminders.wake.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("A message was left without an outcome: %s", type(task.exception()).__name__)
