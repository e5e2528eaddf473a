"""Sends one message of the outbox, and records what became of it: every row gets an outcome."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import ceil
from time import time

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from db import deliveries, outbox
from db.batches import Batches
from db.chats import Chat, Chats
from db.deliveries import CANCEL, CHANGE, Entry
from db.errors import DatabaseError
from db.sqlite import Execute, Work
from handlers.bundles import Bundle, Item, is_notice
from handlers.buttons import Keyboard
from handlers.metrics import Metrics
from handlers.notices import amended, written
from handlers.planning import Planner, seconds
from handlers.replies import HOPELESS, Place, Replies, outcome_of, seconds_of
from handlers.texts import DEFAULT, Texts, texts
from knowledge.occasions import Occasion, remindable

LATE, LATE_AFTER_OUTAGE = 120, 10
"""Real seconds from which on a message says that it is late."""

_AGAIN = 2.0
"""Seconds until a send that failed is made again, once Telegram answers at all."""

_WAITS = 5.0
"""Seconds for which a claimed message waits for its turn, before it goes back into the queue."""

_PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
_log = logging.getLogger(__name__)


class Dispatch:
    """Sends claimed rows.

    Args:
        speed: how much faster than real time ``clock`` goes.
    """

    def __init__(
        self,
        *,
        batches: Batches,
        chats: Chats,
        replies: Replies,
        planner: Planner,
        metrics: Metrics,
        clock: Callable[[], datetime],
        speed: float = 1.0,
    ) -> None:
        self._batches = batches
        self._chats = chats
        self._replies = replies
        self._planner = planner
        self._clock = clock
        self._speed = speed
        self._metrics = metrics
        self.waiting = 0  # rows that were claimed and whose call has not begun
        self.trouble = False  # the network or Telegram failed, and has not been well since
        self.closing = False
        self.serving_since = 0  # by the bot's clock: what was due before, met an outage

    async def send(
        self,
        bot: Bot,
        rows: Sequence[Entry],
        occasions: Mapping[str, Occasion],
        chats: set[int],
    ) -> None:
        """Sends rows of one chat as one message, or withholds them.

        Args:
            chats: the chats that are being written to; the new id of a group is added.
        """
        try:
            message = await self._prepared(rows, occasions)
        except DatabaseError as error:
            _log.warning("A message waits, for its chat cannot be read: %s", error)
            await self._put_off(rows, self._after(_AGAIN))
            return
        except Exception:  # noqa: BLE001 - logged below
            # One message that cannot be made must not hold up all the others.
            _log.exception("A message could not be made")
            await self._withhold(rows, "failed")
            return
        finally:
            self.waiting -= 1
        if message is not None:
            await self._attempt(bot, message, chats)

    async def _prepared(
        self, rows: Sequence[Entry], occasions: Mapping[str, Occasion]
    ) -> "_Message | None":
        """The message, once it may go; None when nothing of it is to be sent now."""
        chat = (await self._chats.conversation(rows[0].chat_id)).chat
        now, items = self._clock(), []
        for row in rows:
            reason = _unwanted(chat, row, occasions.get(row.event), now)
            if reason is not None:
                await self._withhold([row], reason)
            else:
                items.append(Item(row, occasions[row.event]))
        if not items:
            return None
        bundle, words = self._bundle(items, now), texts(chat.language or DEFAULT)
        zone = self._planner.zone(chat.zone)
        html, keyboard = written(bundle, words, zone, self._planner.snapshot, now=now)
        if not await self._may_go(chat.chat_id):
            await self._put_off(bundle.rows, int(time()))
            return None
        return _Message(bundle, chat, words, html, keyboard)

    def _bundle(self, items: Sequence[Item], now: datetime) -> Bundle:
        late = seconds(now) - max(item.row.due for item in items)
        outage = any(item.row.due < self.serving_since for item in items)
        least = LATE_AFTER_OUTAGE if outage else LATE
        return Bundle(tuple(items), late if late >= least * self._speed else 0, outage=outage)

    async def _may_go(self, chat_id: int) -> bool:
        """Waits until the message may go; False when it is better left for later."""
        windows, waited = self._replies.windows, 0.0
        while (pause := windows.pause()) > 0:
            if waited > _WAITS or self.closing:
                return False
            await asyncio.sleep(pause)
            waited += pause
        return not (self.closing or self.trouble or windows.held(chat_id))

    async def _attempt(self, bot: Bot, message: "_Message", chats: set[int]) -> None:
        bundle, keyboard = message.bundle, message.keyboard
        place = Place(message.chat.chat_id, bundle.rows[0].thread_id or None)
        for _ in range(3):
            try:
                sent = await self._replies.deliver(
                    bot, place, message.html, keyboard, silent=bundle.silent
                )
            except ChatMigrated as error:
                chats.add(error.new_chat_id)  # before its rows can be claimed once more
                await self._migrated(place.chat_id, error.new_chat_id)
                place = Place(error.new_chat_id, place.thread_id)
            except BadRequest as error:
                if "message thread not found" not in error.message.lower():
                    await self._refused(bundle, error)
                    return
                place = Place(place.chat_id)
            except TelegramError as error:
                await self._failed(bundle, place.chat_id, error)
                return
            else:
                await self._sent(bundle, sent.message_id)
                await self._amend(bot, message, place)
                return
        await self._withhold(bundle.rows, "refused")

    async def _migrated(self, chat_id: int, new_id: int) -> None:
        turn = 0
        while True:
            try:
                return await self._chats.migrate(chat_id, new_id)
            except DatabaseError as error:
                turn = await self._pause(error, turn)

    async def _sent(self, bundle: Bundle, message_id: int) -> None:
        now = seconds(self._clock())
        due = max(row.due for row in bundle.rows)
        self._metrics.reminder("sent", late=self._clock().timestamp() - due)
        if bundle.late:
            self._metrics.reminder("late")
        if bundle.repeated:
            self._metrics.reminder("repeated")
        reasons = {row: row.reason for row in bundle.rows}

        def work(execute: Execute) -> None:
            for row, reason in reasons.items():
                outbox.settle(execute, [row], "sent", now=now, reason=reason, message_id=message_id)

        await self._record(work)

    async def _refused(self, bundle: Bundle, error: BadRequest) -> None:
        if any(words in error.message.lower() for words in HOPELESS):
            _log.warning("A chat takes no messages: %s", error.message)
        else:
            _log.error("Telegram refuses a message of ours: %s", error.message)
        await self._withhold(bundle.rows, "refused")

    async def _failed(self, bundle: Bundle, chat_id: int, error: TelegramError) -> None:
        rows = bundle.rows
        if isinstance(error, Forbidden):
            await self._replies.unreachable(chat_id, error)
            await self._withhold(rows, "unreachable")
        elif isinstance(error, RetryAfter):
            self._metrics.reminder("retried")
            self._replies.windows.hold(chat_id, seconds_of(error) + 0.1)
            until, now = self._after(seconds_of(error)), seconds(self._clock())

            def work(execute: Execute) -> None:
                outbox.put_off(execute, rows, until=until)
                outbox.put_off_chat(execute, chat_id, now=now, until=until)

            await self._record(work)
        else:
            self.trouble = True
            hidden = isinstance(error, NetworkError) and outcome_of(error) == "hidden"
            _log.warning("A message was not sent for sure (%s)", error.message)
            self._metrics.reminder("retried")
            if hidden and any(row.reason == outbox.HIDDEN for row in rows):
                await self._withhold(rows, "unknown")
            else:
                note = outbox.hide if hidden else outbox.put_off
                await self._record(partial(note, rows=rows, until=self._after(_AGAIN)))

    async def _amend(self, bot: Bot, message: "_Message", place: Place) -> None:
        """Lets the last reminder of a changed event say so, too; what fails here is no matter."""
        try:
            earlier = await self._earlier(message.bundle.rows[0], place.chat_id)
            if earlier is not None:
                zone = self._planner.zone(message.chat.zone)
                html = amended(message.bundle, message.words, zone, now=self._clock())
                await self._replies.amend(bot, replace(place, edit=earlier), html)
        except Exception:  # noqa: BLE001 - logged here
            _log.exception("An earlier message was not changed")

    async def _earlier(self, notice: Entry, chat_id: int) -> int | None:
        """The message that last reminded of the event of a notice, and of no other."""
        if notice.lead not in (CHANGE, CANCEL):
            return None
        rows = await self._batches.read(
            lambda execute: deliveries.entries_of(execute, chat_id=chat_id)
        )
        reminders = [row for row in rows if row.message_id is not None and not is_notice(row)]
        of_event = {
            row.message_id
            for row in reminders
            if (row.event, row.thread_id) == (notice.event, notice.thread_id)
        }
        of_others = {row.message_id for row in reminders if row.event != notice.event}
        return max(filter(None, of_event - of_others), default=None)

    @staticmethod
    def _after(wait: float) -> int:
        return ceil(time() + min(wait, outbox.LONGEST_WAIT - 1))

    async def _put_off(self, rows: Sequence[Entry], until: int) -> None:
        await self._record(lambda execute: outbox.put_off(execute, rows, until=until))

    def withheld(self, number: int) -> None:
        """Counts rows that are not sent."""
        for _ in range(number):
            self._metrics.reminder("withheld")

    async def _withhold(self, rows: Iterable[Entry], reason: str) -> None:
        rows, now = list(rows), seconds(self._clock())
        self.withheld(len(rows))
        await self._record(
            lambda execute: outbox.settle(execute, rows, "withheld", now=now, reason=reason)
        )

    async def _record(self, work: Work[None]) -> None:
        """Writes an outcome, however long that takes: what was sent must be known to be sent."""
        turn = 0
        while True:
            try:
                return await self._batches.now(work)
            except DatabaseError as error:
                turn = await self._pause(error, turn)

    async def _pause(self, error: DatabaseError, turn: int) -> int:
        pause = _PAUSES[min(turn, len(_PAUSES) - 1)]
        _log.error("An outcome was not recorded (%s), again in %s s", error, pause)
        await asyncio.sleep(pause)
        return turn + 1


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that is ready to go."""

    bundle: Bundle
    chat: Chat
    words: Texts
    html: str
    keyboard: Keyboard


def _unwanted(chat: Chat, row: Entry, event: Occasion | None, now: datetime) -> str | None:
    """Why a row is not sent, if it is not."""
    if not chat.reminders:
        return "stopped"
    if chat.unreachable is not None:
        return "unreachable"
    if outbox.crashes(row) >= outbox.MOST_CRASHES:
        return "failed"
    if event is None:
        return "gone"
    if row.until <= seconds(now):
        return "ended"
    if not is_notice(row) and not remindable(event):
        return "cancelled" if event.status == "cancelled" else "postponed"
    return None
