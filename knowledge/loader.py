"""Loads packs into the database: all that is given, or nothing when anything is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import col

from db.engine import reading, writing
from db.models import Fact, Pack, Revision
from knowledge.lessons import TAUGHT
from knowledge.pack_checks import Loaded, check_together
from knowledge.pack_files import PackError, Place, Problems, shipped_packs
from knowledge.pack_reading import PackContent, Row, read_pack
from knowledge.reading import knowledge_revision

__all__ = [
    "LoadReport",
    "PackContent",
    "PackError",
    "PackReport",
    "check",
    "load",
    "read_packs",
    "shipped_packs",
]


@dataclass(frozen=True, slots=True)
class PackReport:
    """What became of one pack."""

    id: str
    changed: bool
    rows: Mapping[str, int]
    """Rows by table, as read from its files."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did; ``revision`` is that of the knowledge after it."""

    packs: tuple[PackReport, ...]
    revision: int


def read_packs(paths: Iterable[Path]) -> list[PackContent]:
    """The packs in these folders, each value checked; what they say together is not.

    Raises:
        PackError: with all that is wrong.
    """
    problems = Problems()
    packs = _read(paths, problems)
    problems.raise_any()
    return packs


def check(paths: Iterable[Path]) -> list[PackContent]:
    """The packs in these folders, checked also for what they say together; no database is asked.

    Raises:
        PackError: with all that is wrong.
    """
    problems = Problems()
    packs = _read(paths, problems)
    check_together(packs, Loaded(), problems)
    problems.raise_any()
    return packs


async def load(engine: AsyncEngine, paths: Iterable[Path], *, force: bool = False) -> LoadReport:
    """Replaces the rows of the given packs in one transaction; raises the knowledge revision.

    A pack whose files have not changed since it was loaded is left alone, unless ``force``; whether
    it came with the program is kept all the same.

    Raises:
        PackError: with all that is wrong; the database is as before.
        DatabaseError: when the database cannot be used.
    """
    problems = Problems()
    packs = _read(paths, problems)
    async with reading(engine) as connection:
        # What is loaded is only worth checking against when something will be written.
        known = {} if force else await _checksums(connection)
        fresh = [pack for pack in packs if known.get(pack.id) != pack.checksum]
        if fresh or problems.found:
            # What was taught must not keep a newer pack out: it is read as far as it stands.
            others = await _loaded(connection, {TAUGHT, *(pack.id for pack in packs)})
            check_together(packs, others, problems)
    problems.raise_any()
    revision = await _write(engine, packs, fresh) if fresh else await knowledge_revision(engine)
    await _note_origins(engine, packs)
    changed = {pack.id for pack in fresh}
    return LoadReport(
        packs=tuple(
            PackReport(
                pack.id,
                pack.id in changed,
                {name: len(rows) for name, rows in pack.tables.items()},
            )
            for pack in packs
        ),
        revision=revision,
    )


def _read(paths: Iterable[Path], problems: Problems) -> list[PackContent]:
    packs = (read_pack(Path(path).resolve(), problems) for path in paths)
    return [pack for pack in packs if pack is not None]


def _tables() -> list[Table]:
    """The tables of knowledge, those that others refer to first."""
    tables = {model.__table__ for model in Fact.__subclasses__()}  # type: ignore[attr-defined]
    return [table for table in Pack.metadata.sorted_tables if table in tables]


async def _checksums(connection: AsyncConnection) -> dict[str, str]:
    rows = await connection.execute(select(Pack.id, Pack.checksum))  # type: ignore[call-overload]
    return {row.id: row.checksum for row in rows}


async def _loaded(connection: AsyncConnection, without: set[str]) -> Loaded:
    """The rows of the other packs in the database."""
    found = Loaded(packs=frozenset(await _checksums(connection)) - without)
    for table in _tables():
        if table.name in ("details", "phrasings"):
            continue  # they refer to a row of their own pack, and claim nothing
        rows = await connection.execute(select(table).where(table.c.pack.not_in(without)))
        found.tables[table.name] = [
            Row(Place(f"{row['pack']}, loaded already, {table.name}"), dict(row))
            for row in rows.mappings()
        ]
    return found


async def _write(
    engine: AsyncEngine, packs: Sequence[PackContent], fresh: Sequence[PackContent]
) -> int:
    async with writing(engine, alone=True) as connection:
        number = await connection.scalar(select(Revision.number)) or 0  # type: ignore[call-overload]
        positions = await _positions(connection, packs)
        for pack in fresh:
            await _replace(connection, pack, positions)
        if number:
            await connection.execute(update(Revision).values(number=number + 1))
        else:
            await connection.execute(insert(Revision).values(id=1, number=1))
        return int(number) + 1


async def _note_origins(engine: AsyncEngine, packs: Sequence[PackContent]) -> None:
    """Keeps where packs that have not changed were loaded from this time."""
    async with reading(engine) as connection:
        rows = await connection.execute(select(Pack.id, Pack.shipped))  # type: ignore[call-overload]
        known = {row.id: row.shipped for row in rows}
    moved = [pack for pack in packs if known.get(pack.id) != pack.shipped]
    if moved:
        async with writing(engine, alone=True) as connection:
            for pack in moved:
                where = update(Pack).where(col(Pack.id) == pack.id)
                await connection.execute(where.values(shipped=pack.shipped))


async def _positions(connection: AsyncConnection, packs: Sequence[PackContent]) -> dict[str, int]:
    """A place for each pack: loaded ones keep theirs, new ones follow in the order given."""
    rows = await connection.execute(select(Pack.id, Pack.position))  # type: ignore[call-overload]
    positions = {row.id: row.position for row in rows}
    for pack in packs:
        positions.setdefault(pack.id, max(positions.values(), default=-1) + 1)
    return positions


async def _replace(
    connection: AsyncConnection, pack: PackContent, positions: Mapping[str, int]
) -> None:
    header: dict[str, Any] = {
        **pack.header,
        "checksum": pack.checksum,
        "position": positions[pack.id],
        "shipped": pack.shipped,
    }
    packs: Table = Pack.__table__  # type: ignore[attr-defined]
    changed = await connection.execute(update(packs).where(packs.c.id == pack.id).values(header))
    if not changed.rowcount:
        await connection.execute(insert(packs).values(header))
    tables = _tables()
    for table in reversed(tables):
        await connection.execute(delete(table).where(table.c.pack == pack.id))
    for table in tables:
        if rows := pack.tables.get(table.name):
            await connection.execute(insert(table), [row.values for row in rows])
