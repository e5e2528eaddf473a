"""What chats are to be reminded of: subscriptions, settings, snoozing, what comes, what became.

This is the door for all that has to do with reminders; it sends nothing itself. What a method has
returned is safe in the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from db import deliveries, subscriptions
from db.batches import Batches
from db.deliveries import SNOOZE, Entry, Planned
from db.sqlite import Execute, Work
from db.subscriptions import EVERYBODY, Choices, Range, Subscribed
from handlers.planning import Planner, moment, seconds
from knowledge.occasions import Occasion, begins, ends, remindable
from knowledge.reminders import DEFAULT_LEADS, KINDS, canonical, matches

T = TypeVar("T")

TWICE = 300
"""Seconds: who snoozes to moments so near to each other pressed twice, and wants one reminder."""

CHATS_AT_ONCE = 50
"""Chats that are planned for anew in one transaction."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A message that is planned: about which event, when (in the chat's zone), how loud.

    ``lead`` is a span such as ``1d``, or ``snooze``, ``new``, ``change`` or ``cancel``.
    """

    key: int
    event: Occasion
    thread_id: int
    lead: str
    due: datetime
    silent: bool

    def is_for(self, wanted: Subscribed) -> bool:
        """Whether a subscription asks for it."""
        return (
            self.thread_id == wanted.thread_id
            and self.lead in wanted.leads
            and matches(wanted.kind, wanted.target, self.event)
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message; moments are in the chat's zone.

    ``event`` is None when nothing is known of it any more. ``state`` is queued, sending, sent or
    withheld; ``reason`` tells why it was withheld (ended, cancelled, stopped, unreachable, refused,
    unknown, gone, failed), or ``hidden`` or ``crashed`` when it may have been sent twice.
    ``attempts`` counts the sends begun, ``late`` the seconds between its due moment and the send.
    """

    key: int
    event: Occasion | None
    lead: str
    due: datetime
    state: str
    reason: str | None
    attempts: int
    settled: datetime | None

    @property
    def late(self) -> int:
        """Seconds; 0 while it is not sent."""
        if self.settled is None or self.state != "sent":
            return 0
        return max(0, round((self.settled - self.due).total_seconds()))


class Reminders:
    """Subscriptions and the plan that follows from them, each kept in one transaction.

    ``wake`` is set whenever something may have become due sooner than before.
    """

    def __init__(self, batches: Batches, planner: Planner, clock: Callable[[], datetime]) -> None:
        self._batches = batches
        self._clock = clock
        self.planner = planner
        self.wake = asyncio.Event()

    async def subscribe(
        self,
        chat_id: int,
        thread_id: int,
        kind: str,
        target: str,
        leads: Iterable[str] = DEFAULT_LEADS,
    ) -> tuple[Upcoming, ...]:
        """Subscribes a chat (or one of its topics; 0 without), or changes the spans of that.

        Args:
            kind: event, series, partnership or milestones.
            target: the id of what is meant; empty for all milestones.
            leads: spans such as ``1w``, ``1d``, ``3h``, ``15m``.

        Returns:
            What is planned for this subscription, the next first; empty while none of its events
            has a day, or all spans before it have passed.

        Raises:
            ValueError: there is no such kind or span.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no subscription to {kind!r}")
        since = seconds(self._clock())
        wanted = Subscribed(chat_id, thread_id, kind, target, canonical(leads), since)
        planned = await self._replan(chat_id, lambda execute: subscriptions.save(execute, wanted))
        return tuple(one for one in planned if one.is_for(wanted))

    async def unsubscribe(self, chat_id: int, thread_id: int, kind: str, target: str) -> bool:
        """Ends a subscription and takes back what was planned for it; False if there was none."""
        now = self._clock()

        def write(execute: Execute) -> bool:
            found = subscriptions.remove(execute, chat_id, thread_id, kind, target)
            self.planner.replan_chat(execute, chat_id, now=now)
            return found

        return await self._write(write)

    async def subscribed(self, chat_id: int) -> tuple[Subscribed, ...]:
        """The subscriptions of a chat and its topics, the oldest first."""
        read = await self._read(lambda execute: subscriptions.of_chat(execute, chat_id))
        return tuple(read)

    async def choices(self, chat_id: int) -> Choices:
        """Quiet hours and digest of a chat."""
        return await self._read(lambda execute: subscriptions.choices(execute, chat_id))

    async def choose(self, chat_id: int, wanted: Choices) -> tuple[Upcoming, ...]:
        """Keeps quiet hours and digest, and moves what is planned; returns what is planned then."""
        return await self._replan(
            chat_id, lambda execute: subscriptions.save_choices(execute, chat_id, wanted)
        )

    async def replan(self, chat_id: int) -> tuple[Upcoming, ...]:
        """Moves what is planned after the chat's zone has changed; returns what is planned then."""
        return await self._replan(chat_id, lambda _: None)

    async def replan_all(self) -> None:
        """Brings the whole plan up to what is known now: facts, time zone data, subscriptions.

        A few chats at a time, so that nobody waits for it; who subscribes meanwhile is planned for.
        """
        now, chats = self._clock(), await self._read(subscriptions.chats_reminded)
        edges = [*chats[CHATS_AT_ONCE::CHATS_AT_ONCE], EVERYBODY.high]
        low = EVERYBODY.low
        for edge in edges:
            part = Range(low, edge if edge == EVERYBODY.high else edge - 1)
            await self._write(partial(self.planner.replan_all, now=now, chats=part))
            low = edge

    async def tidy(self) -> None:
        """Forgets receipts that have served their time."""
        before = seconds(self._clock()) - deliveries.KEPT
        await self._batches.now(lambda execute: deliveries.tidy(execute, before=before))

    async def upcoming(self, chat_id: int) -> tuple[Upcoming, ...]:
        """All that is planned for a chat and its topics, the next first."""
        return await self._read(lambda execute: self._upcoming(execute, chat_id))

    async def snooze(self, chat_id: int, key: int, until: datetime) -> Upcoming | None:
        """Reminds once more, of what a sent message (by the key of its row) was about.

        Returns:
            What is planned; None when the chat has no such message, or the event will have begun
            by then, was cancelled, or has no day any more.
        """

        def write(execute: Execute) -> Upcoming | None:
            row = deliveries.find(execute, key)
            event = self.planner.occasions(execute).get(row.event) if row is not None else None
            if row is None or row.chat_id != chat_id or event is None or not remindable(event):
                return None
            start, end = begins(event), ends(event)
            if start is None or end is None or until >= start:
                return None
            before = deliveries.entries_of(execute, chat_id=chat_id)
            due = seconds(until)
            for one in self._upcoming(execute, chat_id):
                about = (one.lead, one.event.id, one.thread_id)
                planned_at = seconds(one.due)
                if about == (SNOOZE, event.id, row.thread_id) and abs(planned_at - due) < TWICE:
                    return one
            number = 1 + max(
                (one.revision for one in before if one.lead == SNOOZE and one.event == event.id),
                default=0,
            )
            planned = Planned(chat_id, row.thread_id, event.id, SNOOZE, number, due, seconds(end))
            deliveries.add(execute, [planned])
            return next(
                one
                for one in self._upcoming(execute, chat_id)
                if (one.lead, one.event.id, seconds(one.due)) == (SNOOZE, event.id, due)
            )

        return await self._write(write)

    async def unsnooze(self, chat_id: int, key: int) -> bool:
        """Takes back a message that waits, such as a snoozed one; False if there is none."""
        now = self._clock()

        def write(execute: Execute) -> bool:
            row = deliveries.find(execute, key)
            if row is None or row.chat_id != chat_id or row.state != "queued":
                return False
            deliveries.supersede(execute, [row], now=seconds(now))
            return True

        return await self._write(write)

    async def receipts(self, chat_id: int, most: int = 20) -> tuple[Receipt, ...]:
        """What became of the last messages to a chat, the newest first; not what still waits."""

        def read(execute: Execute) -> tuple[Receipt, ...]:
            rows = deliveries.receipts(execute, chat_id, most)
            return self._receipts(execute, chat_id, rows)

        return await self._read(read)

    async def receipt(self, chat_id: int, key: int) -> Receipt | None:
        """What became of one message of a chat."""

        def read(execute: Execute) -> Receipt | None:
            row = deliveries.find(execute, key)
            if row is None or row.chat_id != chat_id:
                return None
            return self._receipts(execute, chat_id, [row])[0]

        return await self._read(read)

    async def _replan(self, chat_id: int, change: Work[None]) -> tuple[Upcoming, ...]:
        """Makes a change, and plans the reminders of the chat anew, in one transaction."""
        now = self._clock()

        def write(execute: Execute) -> tuple[Upcoming, ...]:
            change(execute)
            self.planner.replan_chat(execute, chat_id, now=now)
            return self._upcoming(execute, chat_id)

        return await self._write(write)

    def _upcoming(self, execute: Execute, chat_id: int) -> tuple[Upcoming, ...]:
        occasions, zone = self.planner.occasions(execute), self._zone(execute, chat_id)
        return tuple(
            Upcoming(
                row.key,
                occasions[row.event],
                row.thread_id,
                row.lead,
                moment(row.due, zone),
                row.silent,
            )
            for row in deliveries.entries_of(execute, chat_id=chat_id)
            if row.state == "queued" and row.event in occasions
        )

    def _receipts(
        self, execute: Execute, chat_id: int, rows: Iterable[Entry]
    ) -> tuple[Receipt, ...]:
        occasions, zone = self.planner.occasions(execute), self._zone(execute, chat_id)
        return tuple(
            Receipt(
                row.key,
                occasions.get(row.event),
                row.lead,
                moment(row.due, zone),
                row.state,
                row.reason,
                row.attempt,
                moment(row.settled, zone) if row.settled is not None else None,
            )
            for row in rows
        )

    def _zone(self, execute: Execute, chat_id: int) -> ZoneInfo:
        return self.planner.listener(execute, chat_id).zone

    async def _write(self, work: Work[T]) -> T:
        done = await self._batches.now(work)
        self.wake.set()
        return done

    async def _read(self, work: Work[T]) -> T:
        await self._batches.flush()
        return await self._batches.read(work)
