"""The events that organisers entered or changed, and the log of every change.

All of it is written inside the transaction of its caller, so that a change, its entry in the log,
the new number of the knowledge and the notices that it calls for come about together or not at all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.sqlite import Execute
from db.subscriptions import read_json

Values = Mapping[str, Any]


class ChangedMeanwhile(Exception):
    """The event is no longer at the revision that was worked on; nothing was written."""


@dataclass(frozen=True, slots=True)
class LiveRow:
    """An event as organisers left it; see ``db.bot_models.LiveEvent``."""

    id: str
    values: Values
    revision: int
    changed: int
    told: Values | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change: when (seconds since 1970), by whom, what was done, and the values around it."""

    at: int
    who: str
    action: str
    subject: str
    before: Values | None
    after: Values | None


_COLUMNS = 'id, "values", revision, changed, told'
_ENTER = (
    f"INSERT INTO live_events ({_COLUMNS}) "  # noqa: S608 - the names above
    "VALUES (:id, :values, :revision, :changed, :told) ON CONFLICT (id) DO NOTHING RETURNING id"
)
_CHANGE = (
    'UPDATE live_events SET "values" = :values, revision = :revision, changed = :changed, '
    "told = :told WHERE id = :id AND revision = :worked_on RETURNING id"
)
_NOTE = (
    "INSERT INTO audit_log (at, who, action, subject, before, after) "
    "VALUES (:at, :who, :action, :subject, :before, :after)"
)
_LOG = "SELECT at, who, action, subject, before, after FROM audit_log"


def live_events(execute: Execute) -> list[LiveRow]:
    """All events that organisers entered or changed, by id."""
    rows = execute(f"SELECT {_COLUMNS} FROM live_events ORDER BY id", {})  # noqa: S608
    return [_live(row) for row in rows]


def live_event(execute: Execute, id: str) -> LiveRow | None:
    """One event, if organisers have entered or changed it."""
    statement = f"SELECT {_COLUMNS} FROM live_events WHERE id = :id"  # noqa: S608 - names above
    rows = execute(statement, {"id": id})
    return _live(rows[0]) if rows else None


def save(execute: Execute, row: LiveRow, *, worked_on: int | None) -> None:
    """Writes an event.

    Args:
        row: as it is to be.
        worked_on: the revision it was at when the change was begun; None for one that was not in
            the table then.

    Raises:
        ChangedMeanwhile: it is at another revision now.
    """
    given = {
        "id": row.id,
        "values": _json(row.values),
        "revision": row.revision,
        "changed": row.changed,
        "told": _json(row.told),
    }
    # Looked at and written in one statement: two that look first would both go on.
    if worked_on is None:
        written = execute(_ENTER, given)
    else:
        written = execute(_CHANGE, {**given, "worked_on": worked_on})
    if not written:
        raise ChangedMeanwhile(row.id)


def note(execute: Execute, entry: LogEntry) -> None:
    """Adds an entry to the log."""
    given = {
        "at": entry.at,
        "who": entry.who,
        "action": entry.action,
        "subject": entry.subject,
        "before": _json(entry.before),
        "after": _json(entry.after),
    }
    execute(_NOTE, given)


def log(execute: Execute, *, subject: str | None = None, most: int = 100) -> list[LogEntry]:
    """The last entries of the log, the newest first; those of one subject, if it is given."""
    where = "" if subject is None else " WHERE subject = :subject"
    statement = f"{_LOG}{where} ORDER BY key DESC LIMIT :most"
    rows = execute(statement, {"subject": subject, "most": most} if where else {"most": most})
    return [_entry(row) for row in rows]


def raise_knowledge(execute: Execute) -> int:
    """Raises the number of the knowledge, so that every running process takes it in anew."""
    rows = execute(
        "INSERT INTO knowledge_revision (id, number) VALUES (1, 1) "
        "ON CONFLICT (id) DO UPDATE SET number = knowledge_revision.number + 1 RETURNING number",
        {},
    )
    return int(rows[0][0])


def knowledge_number(execute: Execute) -> int:
    """The number of the knowledge; 0 before anything was loaded."""
    rows = execute("SELECT number FROM knowledge_revision", {})
    return int(rows[0][0]) if rows else 0


def _live(row: Sequence[Any]) -> LiveRow:
    id, values, revision, changed, told = row
    return LiveRow(id, read_json(values) or {}, revision, changed, read_json(told))


def _entry(row: Sequence[Any]) -> LogEntry:
    at, who, action, subject, before, after = row
    return LogEntry(at, who, action, subject, read_json(before), read_json(after))


def _json(values: Values | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False)
