"""Changes of events by organisers: tried out, then written with all that follows, in one step.

Needs no Telegram: the command line changes events with it as well.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from db import calendar
from db.batches import Batches
from db.calendar import LiveRow, LogEntry
from db.organisers import name_of
from db.sqlite import Execute, Work
from handlers.event_changes import Change, Known, NoSuchEvent, NothingChanged
from handlers.planning import Consequences, Following, Planner, seconds
from knowledge.entries import Entry, check, entry_of, new_id
from knowledge.snapshot import Snapshot

COMMAND_LINE = "command line"
"""Who changes an event without being known to Telegram."""


class Organising:
    """Looks events up, and changes them.

    Args:
        snapshot: gives the knowledge as this process has it.
    """

    def __init__(
        self,
        batches: Batches,
        planner: Planner,
        snapshot: Callable[[], Snapshot],
        clock: Callable[[], datetime],
    ) -> None:
        self._batches = batches
        self._planner = planner
        self._snapshot = snapshot
        self._clock = clock

    async def known(self, id: str) -> Known:
        """An event as it is now, also if this process has not heard of its last change.

        Raises:
            NoSuchEvent: there is none of that id.
        """
        row = await self._batches.read(lambda execute: calendar.live_event(execute, id))
        if row is not None:
            return Known(id, Entry.from_json(row.values), row)
        snapshot = self._snapshot()
        event = snapshot.things["event"].get(id)
        if event is None:
            raise NoSuchEvent(id)
        return Known(id, entry_of(event, snapshot))

    async def events(self) -> list[Known]:
        """All events, those of organisers as they are now, in order of time; undated ones last."""
        snapshot = self._snapshot()
        rows = {row.id: row for row in await self._batches.read(calendar.live_events)}
        found = [
            Known(id, entry_of(event, snapshot))
            for id, event in snapshot.things["event"].items()
            if id not in rows
        ]
        found += [Known(id, Entry.from_json(row.values), row) for id, row in rows.items()]
        return sorted(found, key=lambda one: (one.entry.start or "9999", one.id))

    async def add(self, entry: Entry) -> Change:
        """A new event, not yet written.

        Raises:
            WrongEntry: a field is not sound.
        """
        check(entry, self._snapshot())
        taken = {one.id: one for one in await self.events()}
        return Change(new_id(entry, taken), None, entry)

    def change(self, before: Known, entry: Entry) -> Change:
        """An event as it is to be, not yet written.

        Raises:
            WrongEntry: a field is not sound.
            NothingChanged: it is so already.
        """
        check(entry, self._snapshot())
        change = Change(before.id, before, entry)
        if not change.differences:
            raise NothingChanged(before.id)
        return change

    async def preview(self, *changes: Change) -> Consequences:
        """Who would be told of changes, and which reminders there would be; writes nothing."""
        now = self._clock()

        def read(execute: Execute) -> Consequences:
            following = self._planner.following(execute)
            return merged(self._foreseen(execute, one, following, now) for one in changes)

        return await self._batches.read(read)

    async def apply(
        self,
        *changes: Change,
        by: int | None = None,
        notify: bool = True,
        also: Work[None] | None = None,
    ) -> Consequences:
        """Writes changes with their entries in the log, notices and reminders, all or none.

        Args:
            by: the person at Telegram; None for the command line.
            notify: False to hold notices back until ``release``.
            also: what else is to be true with them, first of all; what it raises undoes all.

        Raises:
            ChangedMeanwhile: somebody else was faster; nothing was written.
        """
        now = self._clock()

        def write(execute: Execute) -> Consequences:
            if also is not None:
                also(execute)
            following, found = self._planner.following(execute), []
            for change in changes:
                held = not notify and change.is_told
                self._save(execute, change, held=held, by=by, now=now)
                found.append(self._tell(execute, change, following, notify=notify, now=now))
            return merged(found)

        return await self._batches.now(write)

    async def foresee_release(self, known: Known) -> Consequences:
        """Who would be told by ``release``; writes nothing."""
        now = self._clock()
        old, new = known.released
        return await self._batches.read(
            lambda execute: self._planner.consequences(
                execute, old, new, now=now, more=known.entry.more
            )
        )

    async def release(self, known: Known, *, by: int | None = None) -> Consequences:
        """Sends the notices that were held back.

        Raises:
            NothingChanged: none were.
            ChangedMeanwhile: somebody else was faster.
        """
        live, now = known.live, self._clock()
        if live is None or not known.is_held:
            raise NothingChanged(known.id)

        def write(execute: Execute) -> Consequences:
            row = LiveRow(known.id, live.values, live.revision + 1, seconds(now))
            calendar.save(execute, row, worked_on=live.revision)
            _note(execute, "told", known.id, None, None, by=by, now=now)
            calendar.raise_knowledge(execute)
            old, new = known.released
            return self._planner.event_changed(execute, old, new, now=now, more=known.entry.more)

        return await self._batches.now(write)

    async def log(self, id: str | None = None, most: int = 100) -> list[LogEntry]:
        """The last changes, the newest first; of one event, if it is given."""
        return await self._batches.read(
            lambda execute: calendar.log(execute, subject=id, most=most)
        )

    def _foreseen(
        self, execute: Execute, change: Change, following: Following, now: datetime
    ) -> Consequences:
        old, new = change.occasions
        found = self._planner.consequences(
            execute, old, new, now=now, more=change.entry.more, following=following
        )
        return found if change.is_told else Consequences((), found.reminders)

    def _save(
        self, execute: Execute, change: Change, *, held: bool, by: int | None, now: datetime
    ) -> None:
        told = None
        if held:
            told = change.told.to_json() if change.told is not None else {}
        live = change.before.live if change.before is not None else None
        row = LiveRow(change.id, change.entry.to_json(), change.revision, seconds(now), told)
        calendar.save(execute, row, worked_on=live.revision if live is not None else None)
        before = change.old.to_json() if change.old is not None else None
        _note(execute, change.action, change.id, before, change.entry.to_json(), by=by, now=now)
        calendar.raise_knowledge(execute)

    def _tell(
        self,
        execute: Execute,
        change: Change,
        following: Following,
        *,
        notify: bool,
        now: datetime,
    ) -> Consequences:
        old, new = change.occasions
        return self._planner.event_changed(
            execute,
            old,
            new,
            now=now,
            notify=notify and change.is_told,
            more=change.entry.more,
            following=following,
        )


def merged(found: Iterable[Consequences]) -> Consequences:
    """What several changes lead to together."""
    every = list(found)
    return Consequences(
        tuple(notice for one in every for notice in one.notices),
        tuple(reminder for one in every for reminder in one.reminders),
    )


def _note(
    execute: Execute,
    action: str,
    id: str,
    before: calendar.Values | None,
    after: calendar.Values | None,
    *,
    by: int | None,
    now: datetime,
) -> None:
    who = COMMAND_LINE if by is None else name_of(execute, by)
    calendar.note(execute, LogEntry(seconds(now), who, action, id, before, after))
