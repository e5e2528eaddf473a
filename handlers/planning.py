"""Turns subscriptions and events into rows of the outbox, within the transaction of a change.

Nothing here needs Telegram or a running bot: the command line changes events with it as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from db import deliveries, subscriptions
from db.calendar import live_events
from db.deliveries import SNOOZE, Entry, Planned
from db.sqlite import Execute
from db.subscriptions import Audience, Choices, Range, Subscribed
from handlers.news import news, notice_to, waiting
from knowledge.occasions import Occasion, begins, ends, occasion, remindable
from knowledge.reminders import Listener, Quiet, matches, plan
from knowledge.snapshot import Snapshot
from knowledge.zones import zone_called


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a changed event leads to: notices to be sent, and the reminders of it from now on.

    Those to chats that get nothing unasked, or cannot be reached, do not count.
    """

    notices: tuple[Planned, ...]
    reminders: tuple[Planned, ...]

    @property
    def chats(self) -> frozenset[int]:
        """Those that are told of the change."""
        return frozenset(one.chat_id for one in self.notices)


@dataclass(frozen=True, slots=True)
class Following:
    """Who follows what, and how they want to be reminded.

    ``groups`` are the subscriptions by kind and target: of many there are few sorts. ``unreached``
    are chats that get nothing all the same.
    """

    groups: Mapping[tuple[str, str], Sequence[Subscribed]]
    listeners: Mapping[int, Listener]
    unreached: frozenset[int]

    @classmethod
    def of(
        cls,
        subscribed: Iterable[Subscribed],
        listeners: Mapping[int, Listener],
        unreached: frozenset[int] = frozenset(),
    ) -> "Following":
        groups: dict[tuple[str, str], list[Subscribed]] = {}
        for one in subscribed:
            groups.setdefault((one.kind, one.target), []).append(one)
        return cls(groups, listeners, unreached)

    def consequences(
        self, notices: Iterable[Planned], reminders: Iterable[Planned], *, now: datetime
    ) -> Consequences:
        """What people get of these."""
        return Consequences(
            tuple(one for one in notices if one.chat_id not in self.unreached),
            tuple(
                one
                for one in reminders
                if one.chat_id not in self.unreached and one.due > seconds(now)
            ),
        )

    def subscribed(self, *events: Occasion) -> Iterator[Subscribed]:
        """The subscriptions that any of the events falls under."""
        for (kind, target), those in self.groups.items():
            if any(matches(kind, target, event) for event in events):
                yield from those


class Planner:
    """Plans what is to be sent; each method works in the transaction that it is given.

    Args:
        snapshot: gives the knowledge; events of organisers are read from the database, where they
            may be newer.
        default_zone: the zone of chats that chose none.
    """

    def __init__(self, snapshot: Callable[[], Snapshot], default_zone: str) -> None:
        self._snapshot = snapshot
        self._default_zone = default_zone
        self._known: tuple[Snapshot, dict[str, Occasion]] | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The knowledge as it is now."""
        return self._snapshot()

    def occasions(self, execute: Execute) -> dict[str, Occasion]:
        """All events as they are now, by id."""
        found = dict(self._of_packs())
        for row in live_events(execute):
            found[row.id] = Occasion.organised(row.id, row.values, row.revision)
        return found

    def replan_chat(self, execute: Execute, chat_id: int, *, now: datetime) -> None:
        """Plans the reminders of a chat anew, after its subscriptions or settings changed."""
        subscribed = subscriptions.of_chat(execute, chat_id)
        following = Following.of(subscribed, {chat_id: self.listener(execute, chat_id)})
        wanted = _wanted(following, self.occasions(execute).values(), now=now)
        chats = Range(chat_id, chat_id)
        deliveries.reconcile(execute, wanted, now=seconds(now), chats=chats)

    def replan_all(
        self, execute: Execute, *, now: datetime, chats: Range = subscriptions.EVERYBODY
    ) -> None:
        """Plans all reminders of some chats anew: at a start, when the knowledge has changed."""
        following = self.following(execute, chats)
        wanted = _wanted(following, self.occasions(execute).values(), now=now)
        deliveries.reconcile(execute, wanted, now=seconds(now), chats=chats)

    def following(self, execute: Execute, chats: Range = subscriptions.EVERYBODY) -> Following:
        """Who follows what, to be read once for several changes of a transaction."""
        audience = subscriptions.audience(execute, chats)
        return Following.of(
            subscriptions.all_of_them(execute, chats),
            {id: listener_of(one, self._default_zone) for id, one in audience.items()},
            subscriptions.unreached(execute),
        )

    def consequences(
        self,
        execute: Execute,
        old: Occasion | None,
        new: Occasion,
        *,
        now: datetime,
        more: Mapping[str, Any] | None = None,
        following: Following | None = None,
    ) -> Consequences:
        """What a change of an event would lead to; writes nothing.

        Args:
            old: the event as people know it; None for a new one.
            new: the event with the revision that it gets.
            more: what the notices say besides.
            following: as it was read in this transaction.
        """
        following = following or self.following(execute)
        notices = self._notices(execute, old, new, following, now=now, more=more or {})
        return following.consequences(notices, _wanted(following, [new], now=now), now=now)

    def _notices(
        self,
        execute: Execute,
        old: Occasion | None,
        new: Occasion,
        following: Following,
        *,
        now: datetime,
        more: Mapping[str, Any],
    ) -> Iterator[Planned]:
        """What those are told of a change who follow the event, or were told of it."""
        rows = deliveries.entries_about(execute, new.id)
        told = {(one.chat_id, one.thread_id) for one in following.subscribed(old or new, new)}
        if old is not None:
            told |= {
                (row.chat_id, row.thread_id) for row in rows if row.state in ("sent", "sending")
            }
        listeners = following.listeners
        notices = [
            notice_to(place, old, new, listeners[place[0]], now=now)
            for place in sorted(told)
            if place[0] in listeners
        ]
        useful = (one for one in notices if one.until > seconds(now))
        return news(rows, useful, old, new, more)

    def event_changed(
        self,
        execute: Execute,
        old: Occasion | None,
        new: Occasion,
        *,
        now: datetime,
        notify: bool = True,
        more: Mapping[str, Any] | None = None,
        following: Following | None = None,
    ) -> Consequences:
        """Plans anew what a changed event is about; call it in the transaction of the change.

        Reminders that were not sent are superseded and planned for the new time. Who was told of
        the event or follows it gets a notice (``new``, ``change`` or ``cancel``) with old and new;
        who was not yet told of an earlier change is told of both at once. Who then has nothing new
        to learn is told nothing.

        Args:
            old: the event as people know it; None for a new one.
            new: the event as it is from now on, with its new revision.
            notify: False to hold the notices back; call it again with True to send them.
            more: what a notice is to say besides, such as a ``reason``; becomes JSON.
            following: as it was read in this transaction.
        """
        following, at = following or self.following(execute), seconds(now)
        wanted = _wanted(following, [new], now=now)
        notices = tuple(self._notices(execute, old, new, following, now=now, more=more or {}))
        deliveries.reconcile(execute, wanted, now=at, event=new.id)
        rows = deliveries.entries_about(execute, new.id)
        _follow_snoozes(execute, rows, new, now=at)
        if notify:
            deliveries.supersede(execute, waiting(rows), now=at)
            deliveries.add(execute, notices)
        return following.consequences(notices, wanted, now=now)

    def listener(self, execute: Execute, chat_id: int) -> Listener:
        """How a chat wants to be reminded."""
        return listener_of(subscriptions.listener(execute, chat_id), self._default_zone)

    def zone(self, chosen: str | None) -> ZoneInfo:
        """The zone of a chat that chose this one, or none."""
        return zone_called(chosen, self._default_zone)

    def _of_packs(self) -> dict[str, Occasion]:
        snapshot = self._snapshot().packed or self._snapshot()
        if self._known is None or self._known[0] is not snapshot:
            found = {}
            for event in snapshot.events:
                links = snapshot.links_of.get(("event", event.id), ())
                about = [link.target for link in links if link.target_kind == "partnership"]
                found[event.id] = occasion(event, about)
            self._known = (snapshot, found)
        return self._known[1]


def seconds(at: datetime) -> int:
    """A moment as the database keeps it."""
    return int(at.timestamp())


def moment(at: int, zone: ZoneInfo) -> datetime:
    """A moment of the database for people of a zone."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def listener_of(chat: Audience, default_zone: str) -> Listener:
    """How a chat wants to be reminded, from what the database keeps of it."""
    wanted = chat.choices
    return Listener(
        zone_called(chat.zone, default_zone),
        _quiet(wanted),
        cast('Literal["off", "daily", "weekly"]', wanted.digest),
        time.fromisoformat(wanted.digest_at),
    )


def _quiet(wanted: Choices) -> Quiet | None:
    if wanted.quiet_from is None or wanted.quiet_to is None:
        return None
    return Quiet(time.fromisoformat(wanted.quiet_from), time.fromisoformat(wanted.quiet_to))


def _wanted(following: Following, occasions: Iterable[Occasion], *, now: datetime) -> list[Planned]:
    """The reminders that subscriptions ask for; what two of them ask for, once."""
    coming = [event for event in occasions if _is_to_come(event, now)]
    leads: dict[tuple[int, int, str], set[str]] = {}
    for event in coming:
        for one in following.subscribed(event):
            leads.setdefault((one.chat_id, one.thread_id, event.id), set()).update(one.leads)
    by_id = {event.id: event for event in coming}
    return [
        Planned(
            chat_id,
            thread_id,
            id,
            reminder.lead,
            by_id[id].revision,
            seconds(reminder.due),
            seconds(reminder.until),
            reminder.silent,
        )
        for (chat_id, thread_id, id), wanted in leads.items()
        if chat_id in following.listeners  # not one that was forgotten while this was read
        for reminder in plan(by_id[id], wanted, following.listeners[chat_id], now=now)
    ]


def _is_to_come(event: Occasion, now: datetime) -> bool:
    end = ends(event) if remindable(event) else None
    return end is not None and end > now


def _follow_snoozes(execute: Execute, rows: Iterable[Entry], new: Occasion, *, now: int) -> None:
    """A snoozed reminder keeps its moment as long as that is before the beginning."""
    start, end = begins(new), ends(new)
    for row in rows:
        if row.lead != SNOOZE or row.state != "queued":
            continue
        if start is None or end is None or not remindable(new) or row.due >= seconds(start):
            deliveries.supersede(execute, [row], now=now)
        else:
            deliveries.queue_again(execute, row, replace(row, until=seconds(end)))
