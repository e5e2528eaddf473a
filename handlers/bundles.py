"""Which rows of the outbox go out as one message, and what is known of it when it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.deliveries import SNOOZE, Entry
from db.outbox import may_repeat
from knowledge.occasions import Occasion

CAUGHT_UP = 300
"""Seconds of lateness from which on reminders of several events are one summary."""

MOST_TOGETHER = 10
"""Rows in one message, so that it fits into one."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row, and the event that it is about as it is now."""

    row: Entry
    event: Occasion


@dataclass(frozen=True, slots=True)
class Bundle:
    """One message that nobody asked for.

    ``items`` are either one notice (``lead`` new, change or cancel, with the old and the new in
    the row's ``body``), or reminders, of which those of one event stand side by side, that of the
    shortest span first. ``late`` are the seconds since the latest of them was due, 0 when that is
    not worth mentioning, and ``outage`` tells whether the bot was out of service meanwhile.
    """

    items: tuple[Item, ...]
    late: int = 0
    outage: bool = False

    @property
    def rows(self) -> tuple[Entry, ...]:
        return tuple(item.row for item in self.items)

    @property
    def events(self) -> tuple[Occasion, ...]:
        """Each event once, in the order of the message."""
        return tuple({item.event.id: item.event for item in self.items}.values())

    @property
    def is_notice(self) -> bool:
        return is_notice(self.items[0].row)

    @property
    def repeated(self) -> bool:
        """Whether it may have been sent already."""
        return any(may_repeat(row) for row in self.rows)

    @property
    def silent(self) -> bool:
        return all(row.silent for row in self.rows)


def is_notice(row: Entry) -> bool:
    """Whether a row tells of a change, and does not remind of an event."""
    return not row.is_reminder and row.lead != SNOOZE


def together(rows: Sequence[Entry], *, now: int, caught_up: float = CAUGHT_UP) -> list[Entry]:
    """The rows that go into the next message to a chat.

    A notice goes alone, and first. All that is due about one event is one message; so are a
    digest, and whatever is so late that it is caught up with.

    Args:
        rows: all that are due to the chat, those of the soonest event first.
        now: seconds since 1970.
        caught_up: seconds of lateness from which on reminders of several events are one.
    """
    notices = [row for row in rows if is_notice(row)]
    if notices:
        return notices[:1]
    if not rows:
        return []
    first = rows[0]
    chosen = [
        row for row in rows if row.event == first.event or _joins(first, row, now - caught_up)
    ]
    order = {id: place for place, id in enumerate(dict.fromkeys(row.event for row in chosen))}
    chosen.sort(key=lambda row: (order[row.event], -row.due))
    return chosen[:MOST_TOGETHER]


def _joins(first: Entry, other: Entry, before: float) -> bool:
    in_digest = first.silent and other.silent and first.due == other.due
    return in_digest or max(first.due, other.due) <= before
