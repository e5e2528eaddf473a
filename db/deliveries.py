"""The outbox as it is planned: what is to be sent to whom and when, and receipts of what was.

Functions on one transaction. Moments are seconds since 1970 of the bot's clock.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from db.sqlite import Execute
from db.subscriptions import EVERYBODY, Range

NEW, CHANGE, CANCEL, SNOOZE = "new", "change", "cancel", "snooze"
"""What is told besides reminders, in place of a lead."""

KEPT = 365 * 24 * 3600
"""Seconds for which receipts are kept; after that they are only counted."""

ANOTHER_DAY = 24 * 3600
"""Seconds by which an event must have moved for one to be reminded of it again without a notice."""

_AT_ONCE = 100
"""Rows in one statement."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that is to be sent: the unique key, when, until when it is of use, how loud."""

    chat_id: int
    thread_id: int
    event: str
    lead: str
    revision: int
    due: int
    until: int
    silent: bool = False
    body: str | None = None

    @property
    def topic(self) -> tuple[int, int, str, str]:
        """The key without the revision."""
        return self.chat_id, self.thread_id, self.event, self.lead


@dataclass(frozen=True, slots=True)
class Entry(Planned):
    """A row of the outbox; the fields are told in ``db.bot_models.Delivery``."""

    key: int = 0
    state: str = "queued"
    reason: str | None = None
    attempt: int = 0
    holder: str | None = None
    lease: int | None = None
    message_id: int | None = None
    settled: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "sending")

    @property
    def is_reminder(self) -> bool:
        """Whether a subscription wants it; not a notice, and not a snoozed one."""
        return self.lead[:1].isdigit()


_PLANNED = tuple(field.name for field in fields(Planned))
COLUMNS = ", ".join(field.name for field in fields(Entry))
_SELECT = f"SELECT {COLUMNS} FROM deliveries"  # noqa: S608 - names of fields
_OF_CHAT = f"{_SELECT} WHERE chat_id = :chat ORDER BY due, key"
_OF_EVENT = f"{_SELECT} WHERE event = :event ORDER BY due, key"
_OF_CHATS = f"{_SELECT} WHERE chat_id BETWEEN :low AND :high AND "
_OPEN = "state IN ('queued', 'sending')"
_ONE = f"{_SELECT} WHERE key = :key"
_RECEIPTS = (
    f"{_SELECT} WHERE chat_id = :chat AND state <> 'queued' "  # noqa: S608 - the names above
    "AND (state <> 'superseded' OR EXISTS ("
    "SELECT 1 FROM deliveries AS newer WHERE newer.chat_id = deliveries.chat_id "
    "AND newer.thread_id = deliveries.thread_id AND newer.event = deliveries.event "
    "AND newer.lead = deliveries.lead AND newer.revision > deliveries.revision)) "
    "ORDER BY COALESCE(settled, due) DESC, key DESC LIMIT :most"
)
_QUEUE = (
    "UPDATE deliveries SET state = 'queued', due = :due, until = :until, silent = :silent, "
    "body = :body, reason = CASE WHEN state = 'queued' THEN reason END, settled = NULL, "
    "holder = NULL WHERE key = :key AND state <> 'sent' AND state <> 'sending'"
)
_COUNT = (
    "INSERT INTO delivery_counts (month, lead, state, number) "
    "VALUES (:month, :lead, :state, :number) ON CONFLICT (month, lead, state) DO UPDATE "
    "SET number = delivery_counts.number + excluded.number"
)
_TIDY = "DELETE FROM deliveries WHERE settled < :before RETURNING settled, lead, state"


def entries_of(execute: Execute, *, chat_id: int) -> list[Entry]:
    """All rows of a chat, the first due first."""
    return [entry(row) for row in execute(_OF_CHAT, {"chat": chat_id})]


def entries_about(execute: Execute, event: str) -> list[Entry]:
    """All rows about an event, the first due first."""
    return [entry(row) for row in execute(_OF_EVENT, {"event": event})]


def find(execute: Execute, key: int) -> Entry | None:
    rows = execute(_ONE, {"key": key})
    return entry(rows[0]) if rows else None


def receipts(execute: Execute, chat_id: int, most: int) -> list[Entry]:
    """What became of the newest rows of a chat.

    Of those superseded, only they that a newer revision of the event took the place of; others are
    what people chose and chose otherwise.
    """
    return [entry(row) for row in execute(_RECEIPTS, {"chat": chat_id, "most": most})]


def add(execute: Execute, planned: Sequence[Planned]) -> None:
    """Queues messages; those whose key is there already are left as they are."""
    for first in range(0, len(planned), _AT_ONCE):
        part = planned[first : first + _AT_ONCE]
        given: dict[str, Any] = {}
        rows = []
        for number, one in enumerate(part):
            values = asdict(one)
            given.update({f"{name}_{number}": values[name] for name in _PLANNED})
            rows.append(f"({', '.join(f':{name}_{number}' for name in _PLANNED)}, 'queued', 0)")
        # Only names of fields and numbers of places are put into the statement.
        execute(
            f"INSERT INTO deliveries ({', '.join(_PLANNED)}, state, attempt) "  # noqa: S608
            f"VALUES {', '.join(rows)} "
            "ON CONFLICT (chat_id, thread_id, event, lead, revision) DO NOTHING",
            given,
        )


def supersede(execute: Execute, entries: Iterable[Entry], *, now: int) -> None:
    """Takes back what is not being sent yet."""
    keys = [one.key for one in entries]
    for first in range(0, len(keys), _AT_ONCE):
        among, given = _among("key", keys[first : first + _AT_ONCE])
        execute(
            "UPDATE deliveries SET state = 'superseded', settled = :now "  # noqa: S608 - as above
            f"WHERE state = 'queued' AND {among}",
            {**given, "now": now},
        )


def _among(column: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """The condition that a column has one of these values, and the values by their names."""
    given = {f"{column}_{place}": value for place, value in enumerate(values)}
    return f"{column} IN ({', '.join(f':{name}' for name in given)})", given


def queue_again(execute: Execute, one: Entry, planned: Planned) -> None:
    """Gives a row that was not sent another moment, whether it waits or was taken back."""
    names = ("due", "until", "silent", "body")
    execute(_QUEUE, {"key": one.key, **{name: getattr(planned, name) for name in names}})


def reconcile(
    execute: Execute,
    wanted: Sequence[Planned],
    *,
    now: int,
    chats: Range = EVERYBODY,
    event: str | None = None,
) -> None:
    """Makes the reminders of some chats, of an event, or all of them what they should be.

    What is missing is added, unless its time has passed; what waits and is not wanted is
    superseded; what waits gets its new moment. What was sent or is being sent is never touched,
    and what is overdue stays overdue.
    """
    if event is not None:
        rows = entries_about(execute, event)
    else:
        rows = _concerned(execute, chats, {one.event for one in wanted})
    there: Mapping[tuple[int, int, str, str], dict[int, Entry]] = defaultdict(dict)
    for row in rows:
        if row.is_reminder:
            there[row.topic][row.revision] = row
    fresh: list[Planned] = []
    kept: set[int] = set()
    for one in wanted:
        of_topic = there.get(one.topic, {})
        free = _unless_of_another_day(one, of_topic)
        standing = of_topic.get(free.revision)
        if standing is not None:
            kept.add(standing.key)
            _bring_up_to_date(execute, standing, free, now=now)
        elif free.due > now or any(_is_overdue(old, now) for old in of_topic.values()):
            fresh.append(free)
    unwanted = [row for rows in there.values() for row in rows.values() if row.key not in kept]
    # What is of no use any more is left to be withheld, for its receipt to say so.
    supersede(execute, (row for row in unwanted if row.until > now), now=now)
    add(execute, fresh)


def _concerned(execute: Execute, chats: Range, events: Collection[str]) -> list[Entry]:
    """The rows of some chats that are not settled, or are about one of these events."""
    about, given = _among("event", sorted(events))
    limit = f"({_OPEN} OR {about})" if given else _OPEN
    rows = execute(_OF_CHATS + limit, {**given, **chats._asdict()})
    return [entry(row) for row in rows]


def _is_overdue(row: Entry, now: int) -> bool:
    return row.state == "queued" and row.due <= now


def _unless_of_another_day(wanted: Planned, there: Mapping[int, Entry]) -> Planned:
    """A reminder that was sent for another day does not stand for this one: the next number."""
    revision = wanted.revision
    while (row := there.get(revision)) is not None:
        if row.state != "sent" or abs(row.until - wanted.until) < ANOTHER_DAY:
            break
        revision += 1
    return replace(wanted, revision=revision)


def _bring_up_to_date(execute: Execute, row: Entry, wanted: Planned, *, now: int) -> None:
    if row.state == "queued":
        due = row.due if row.due <= now else max(wanted.due, now)
        moved = replace(wanted, due=due, silent=row.silent if due == row.due else wanted.silent)
        if (row.due, row.until, row.silent) != (moved.due, moved.until, moved.silent):
            queue_again(execute, row, moved)
    elif row.state in ("superseded", "withheld") and wanted.due > now:
        queue_again(execute, row, wanted)


def tidy(execute: Execute, *, before: int) -> None:
    """Makes counts by month of receipts that were settled before a moment, and forgets them."""
    counts: Counter[tuple[str, str, str]] = Counter()
    # Deleted and counted in one statement, for other processes tidy as well.
    for settled, lead, state in execute(_TIDY, {"before": before}):
        month = datetime.fromtimestamp(settled, UTC).strftime("%Y-%m")
        counts[month, lead, state] += 1
    for (month, lead, state), number in counts.items():
        given = {"month": month, "lead": lead, "state": state, "number": number}
        execute(_COUNT, given)


def entry(row: Sequence[Any]) -> Entry:
    found = Entry(*row)
    return replace(found, silent=bool(found.silent))  # SQLite has 0 and 1
