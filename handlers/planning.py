"""Turns subscriptions and events into rows of the outbox, within the transaction of a change.

Nothing here needs Telegram or a running bot: the command line changes events with it as well.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from db import deliveries, subscriptions
from db.calendar import live_events
from db.deliveries import CANCEL, CHANGE, NEW, SNOOZE, Entry, Planned
from db.sqlite import Execute
from db.subscriptions import Audience, Choices, Subscribed
from knowledge.occasions import Occasion, begins, ends, occasion, remindable
from knowledge.reminders import Listener, Quiet, matches, notice, plan
from knowledge.snapshot import Snapshot

Place = tuple[int, int]
"""A chat, and its topic or 0."""

NOTICES = (NEW, CHANGE, CANCEL)

UNDATED = timedelta(days=30)
"""For so long a notice about an event without a day is of use."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a changed event leads to: notices to be sent, and the reminders of it from now on."""

    notices: tuple[Planned, ...]
    reminders: tuple[Planned, ...]

    @property
    def chats(self) -> frozenset[int]:
        """Those that are told of the change."""
        return frozenset(one.chat_id for one in self.notices)


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
        listeners = self._listeners(execute, chat_id)
        wanted = _wanted(subscribed, self.occasions(execute).values(), listeners, now=now)
        deliveries.reconcile(execute, wanted, now=seconds(now), chat_id=chat_id)

    def replan_all(self, execute: Execute, *, now: datetime) -> None:
        """Plans all reminders anew: at a start, and when the knowledge has changed."""
        subscribed = subscriptions.all_of_them(execute)
        listeners = self._listeners(execute)
        wanted = _wanted(subscribed, self.occasions(execute).values(), listeners, now=now)
        deliveries.reconcile(execute, wanted, now=seconds(now))

    def consequences(
        self,
        execute: Execute,
        old: Occasion | None,
        new: Occasion,
        *,
        now: datetime,
        more: Mapping[str, Any] | None = None,
    ) -> Consequences:
        """What a change of an event would lead to; writes nothing.

        Args:
            old: the event as people know it; None for a new one.
            new: the event with the revision that it gets.
            more: what the notices say besides.
        """
        subscribed = subscriptions.all_of_them(execute)
        listeners = self._listeners(execute)
        reminders = _wanted(subscribed, [new], listeners, now=now)
        told = {
            (one.chat_id, one.thread_id)
            for one in subscribed
            if any(matches(one.kind, one.target, event) for event in (old or new, new))
        }
        rows = deliveries.entries_about(execute, new.id)
        if old is not None:
            told |= {
                (row.chat_id, row.thread_id) for row in rows if row.state in ("sent", "sending")
            }
        notices = [_notice(place, old, new, listeners[place[0]], now=now) for place in sorted(told)]
        return Consequences(
            tuple(_news(rows, notices, old, new, more or {})),
            tuple(one for one in reminders if one.due > seconds(now)),
        )

    def event_changed(
        self,
        execute: Execute,
        old: Occasion | None,
        new: Occasion,
        *,
        now: datetime,
        notify: bool = True,
        more: Mapping[str, Any] | None = None,
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
        """
        found = self.consequences(execute, old, new, now=now, more=more)
        at = seconds(now)
        wanted = _wanted(
            subscriptions.all_of_them(execute), [new], self._listeners(execute), now=now
        )
        deliveries.reconcile(execute, wanted, now=at, event=new.id)
        rows = deliveries.entries_about(execute, new.id)
        _follow_snoozes(execute, rows, new, now=at)
        if notify:
            deliveries.supersede(execute, _waiting(rows), now=at)
            deliveries.add(execute, found.notices)
        return found

    def listener(self, execute: Execute, chat_id: int) -> Listener:
        """How a chat wants to be reminded."""
        return self._listeners(execute, chat_id)[chat_id]

    def zone(self, chosen: str | None) -> ZoneInfo:
        """The zone of a chat that chose this one, or none."""
        return ZoneInfo(chosen or self._default_zone)

    def _listeners(self, execute: Execute, chat_id: int | None = None) -> dict[int, Listener]:
        found = subscriptions.audience(execute, chat_id)
        return {id: listener_of(one, self._default_zone) for id, one in found.items()}

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
        ZoneInfo(chat.zone or default_zone),
        _quiet(wanted),
        cast('Literal["off", "daily", "weekly"]', wanted.digest),
        time.fromisoformat(wanted.digest_at),
    )


def _quiet(wanted: Choices) -> Quiet | None:
    if wanted.quiet_from is None or wanted.quiet_to is None:
        return None
    return Quiet(time.fromisoformat(wanted.quiet_from), time.fromisoformat(wanted.quiet_to))


def _wanted(
    subscribed: Iterable[Subscribed],
    occasions: Iterable[Occasion],
    listeners: Mapping[int, Listener],
    *,
    now: datetime,
) -> list[Planned]:
    """The reminders that subscriptions ask for; what two of them ask for, once."""
    coming = [event for event in occasions if _is_to_come(event, now)]
    leads: dict[tuple[int, int, str], set[str]] = {}
    for one in subscribed:
        for event in coming:
            if matches(one.kind, one.target, event):
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
        for reminder in plan(by_id[id], wanted, listeners[chat_id], now=now)
    ]


def _is_to_come(event: Occasion, now: datetime) -> bool:
    end = ends(event) if remindable(event) else None
    return end is not None and end > now


def _notice(
    place: Place, old: Occasion | None, new: Occasion, listener: Listener, *, now: datetime
) -> Planned:
    known = [event for event in (old, new) if event is not None]
    near = min(filter(None, map(begins, known)), default=None)
    over = max(filter(None, map(ends, known)), default=now + UNDATED)
    due, silent = notice(near, listener, now=now)
    lead = NEW if old is None else CANCEL if new.status == "cancelled" else CHANGE
    return Planned(*place, new.id, lead, new.revision, seconds(due), seconds(over), silent)


def _waiting(rows: Iterable[Entry]) -> list[Entry]:
    """The notices that were not sent yet."""
    return [row for row in rows if row.lead in NOTICES and row.state == "queued"]


def _news(
    rows: Iterable[Entry],
    notices: Iterable[Planned],
    old: Occasion | None,
    new: Occasion,
    more: Mapping[str, Any],
) -> Iterator[Planned]:
    """The notices in place of those that wait, which go on from what people know."""
    known = {(row.chat_id, row.thread_id): row.body for row in reversed(_waiting(rows))}
    for one in notices:
        before = known.get((one.chat_id, one.thread_id))
        told = as_json(old) if old is not None else None
        told = json.loads(before)["old"] if before is not None else told
        if told is None and new.status == "cancelled":
            continue  # they never heard of it
        lead = NEW if told is None else one.lead
        body = {**more, "old": told, "new": as_json(new)}
        if told is None or {**told, "revision": new.revision} != as_json(new):
            kept = json.dumps(body, ensure_ascii=False)
            yield replace(one, lead=lead, body=kept)


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


def as_json(event: Occasion) -> dict[str, Any]:
    """An event within the body of a notice."""
    return {**asdict(event), "partnerships": sorted(event.partnerships)}


def from_json(values: Mapping[str, Any]) -> Occasion:
    """The event in the body of a notice."""
    known = {name: values[name] for name in Occasion.__dataclass_fields__ if name in values}
    return Occasion(**{**known, "partnerships": frozenset(known.get("partnerships", ()))})
