"""All that cannot be made again, as one file that both engines can read.

A file is gzip-compressed JSON Lines: a header; for each table its name and columns, then its rows;
at the end the number of rows and a checksum, without which a file was cut off. It is read in one
transaction while the bot goes on. What belongs to the moment is left out: processes, leases, and
updates, which Telegram has repeated or others have answered since.
"""

import gzip
import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading, writing
from db.migrate import current_revision, move, revisions

FORMAT = "s3p-backup"
VERSION = 1
LEFT_OUT = frozenset(("alembic_version", "updates", "replicas", "leases"))
CHUNK = 500
"""Rows written at a time."""

RESTORED = "restored"
"""Why a delivery of a restored backup is withheld: it was due before, and may have been sent."""


class WrongBackup(Exception):
    """A file that cannot be restored; the message is one sentence with the mend."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds; ``made`` is an ISO moment, ``revision`` that of the tables."""

    made: str
    revision: str
    rows: dict[str, int]
    withheld: int = 0
    """Deliveries that are not sent again, for a restored one."""


class _Writer:
    """Writes lines, and counts and sums them up."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def line(self, value: Any) -> None:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._sum.update(written)
        self._file.write(written)

    def end(self, rows: int) -> None:
        self.line({"end": rows, "sha256": self._sum.hexdigest()})


async def dump(engine: AsyncEngine, file: Path, *, made: str) -> Summary:
    """Writes all tables to a file, which only its owner can read.

    Raises:
        DatabaseError: the database cannot be read; WrongBackup when it has no tables.
        OSError: the file cannot be written.
    """
    revision = await current_revision(engine)
    if revision is None:
        raise WrongBackup("The database holds nothing yet - there is nothing to keep.")
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    try:
        with gzip.open(part, "wb") as opened:
            writer = _Writer(opened)
            writer.line({"format": FORMAT, "version": VERSION, "made": made, "revision": revision})
            async with reading(engine) as connection:
                rows = await connection.run_sync(_dump_tables, writer)
            writer.end(sum(rows.values()))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return Summary(made, revision, rows)


def _dump_tables(connection: Connection, writer: _Writer) -> dict[str, int]:
    found = {}
    for table in _tables(connection):
        columns = [column.name for column in table.columns]
        writer.line({"table": table.name, "columns": columns})
        number = 0
        for row in connection.execute(select(table)):
            writer.line(list(row))
            number += 1
        found[table.name] = number
    return found


def _tables(connection: Connection) -> list[Table]:
    """The tables that are there, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True  # nothing is nothing, not the word null
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def read_header(file: Path) -> dict[str, Any]:
    """The first line of a backup.

    Raises:
        WrongBackup: it is none, or of a newer program.
    """
    header: dict[str, Any] = next(_lines(file))
    return header


def _lines(file: Path) -> Iterator[Any]:
    """The lines between header and end, the header first; raises ``WrongBackup``."""
    mend = "name a file that `backup` made"
    summed, rows, last, header = hashlib.sha256(), 0, None, None
    try:
        with gzip.open(file, "rb") as opened:
            for line in opened:
                value = json.loads(line)
                if header is None:
                    header = _checked_header(value, file)
                elif isinstance(value, dict) and "end" in value:
                    last = value
                    break
                summed.update(line)
                rows += isinstance(value, list)
                yield value
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError, ValueError) as error:
        raise WrongBackup(f"{file} is not a backup, or damaged - {mend}.") from error
    if header is None:
        raise WrongBackup(f"{file} is not a backup, it is empty - {mend}.")
    if last != {"end": rows, "sha256": summed.hexdigest()}:
        raise WrongBackup(f"{file} is damaged or cut off - take another one.")


def _checked_header(header: Any, file: Path) -> Any:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise WrongBackup(f"{file} is not a backup - name a file that `backup` made.")
    if header.get("version") != VERSION or header.get("revision") not in revisions():
        raise WrongBackup(f"{file} is of a newer program - install that first.")
    return header


async def restore(engine: AsyncEngine, file: Path, *, now: int) -> Summary:
    """Puts the contents of a backup in the place of all that the database holds.

    What was due before ``now`` (seconds since 1970) is not sent: it may have been, after the backup
    was made. All of it happens, or nothing.

    Raises:
        WrongBackup: the file cannot be used; the database is as before.
        DatabaseError: the database cannot be used.
    """
    header = read_header(file)
    deque(_lines(file), maxlen=0)  # all of it is looked at before anything is changed
    async with writing(engine, alone=True) as connection:
        rows = await connection.run_sync(_replace, file, str(header["revision"]))
        withheld = await connection.run_sync(_withhold, now)
    return Summary(str(header["made"]), str(header["revision"]), rows, withheld)


def _replace(connection: Connection, file: Path, revision: str) -> dict[str, int]:
    move(connection, "down", "base")
    # The tables as they were when the backup was made; then the migrations since.
    move(connection, "up", revision)
    found = _load(connection, file)
    if connection.dialect.name == "postgresql":
        # It changes no table while references into it are yet to be checked.
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    move(connection, "up", "head")
    return found


def _load(connection: Connection, file: Path) -> dict[str, int]:
    tables = {table.name: table for table in _tables(connection)}
    found: dict[str, int] = {}
    lines = _lines(file)
    next(lines)
    table: Table | None = None
    columns: list[str] = []
    waiting: list[dict[str, Any]] = []
    for line in lines:
        if isinstance(line, dict):
            _insert(connection, table, waiting)
            table, columns = tables[line["table"]], line["columns"]
            found[line["table"]] = 0
        elif table is not None:
            waiting.append(dict(zip(columns, line, strict=True)))
            found[table.name] += 1
        if len(waiting) >= CHUNK:
            _insert(connection, table, waiting)
    _insert(connection, table, waiting)
    if connection.dialect.name == "postgresql":
        _count_on(connection, tables.values())
    return found


def _insert(connection: Connection, table: Table | None, rows: list[dict[str, Any]]) -> None:
    if table is not None and rows:
        connection.execute(insert(table), rows)
    rows.clear()


def _count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Lets PostgreSQL give out numbers that are not yet taken."""
    for table in tables:
        key = table.primary_key.columns.get("key")
        if key is None:
            continue
        most = connection.scalar(select(func.max(key)))
        given = {"table": table.name, "most": most or 1, "used": most is not None}
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'key'), :most, :used)"), given
        )


def _withhold(connection: Connection, now: int) -> int:
    metadata = MetaData()
    metadata.reflect(connection, only=["deliveries"])
    rows = metadata.tables["deliveries"].c
    statement = (
        update(metadata.tables["deliveries"])
        .where(rows.state.in_(("queued", "sending")), rows.due <= now)
        .values(state="withheld", reason=RESTORED, settled=now, holder=None, lease=None)
    )
    return int(connection.execute(statement).rowcount)
