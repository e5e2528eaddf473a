"""Reads the whole knowledge base from the database into a snapshot, in one transaction.

Statements are built from the fields of ``knowledge.facts``: to import the SQLModel tables would
cost a cold start more than all the reading does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from sys import intern
from typing import Any, get_origin, get_type_hints

from sqlalchemy import JSON, Boolean, ColumnClause, Select, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import reading
from knowledge.facts import (
    CLASS_OF_KIND,
    Alias,
    Detail,
    Development,
    Link,
    Membership,
    Pack,
    Phrasing,
    ThemeMention,
)
from knowledge.lessons import TAUGHT
from knowledge.live import LiveRow, overlaid
from knowledge.snapshot import Snapshot

TABLE_OF_KIND: Mapping[str, str] = {
    "region": "regions",
    "country": "countries",
    "partnership": "partnerships",
    "event": "events",
    "theme": "themes",
    "term": "terms",
    "organisation": "organisations",
    "person": "people",
    "instrument": "instruments",
    "document": "documents",
    "statistic": "statistics",
    "topic": "topics",
    "correction": "corrections",
}
"""The tables of the things of each kind (those of ``db.models``; a test compares them)."""

RELATIONS: Mapping[str, type[Any]] = {
    "memberships": Membership,
    "theme_mentions": ThemeMention,
    "developments": Development,
    "details": Detail,
    "links": Link,
    "aliases": Alias,
    "phrasings": Phrasing,
}
"""The tables of rows that belong to things."""

_TYPES: Mapping[Any, Any] = {bool: Boolean}
"""What SQLite does not know by itself: it keeps a truth value as 0 or 1."""

_NEEDS = {
    "regions": {"country": "country"},
    "events": {"country": "country"},
    "memberships": {"partnership": "partnership", "region": "region"},
    "theme_mentions": {"theme": "theme", "event": "event"},
}
"""By table, the fields that refer to a thing, and its kind."""


_LIVE = table(
    "live_events", *(column(name) for name in ("id", "revision", "changed")), column("values", JSON)
)


class MissingKnowledge(Exception):
    """A chosen pack is not loaded, or refers to things of a pack that was not chosen."""


async def knowledge_revision(engine: AsyncEngine) -> int:
    """The number that rises with every change of the knowledge; 0 before the first load.

    Raises:
        DatabaseError: when the database cannot be read.
    """
    async with reading(engine) as connection:
        return await _revision(connection)


async def loaded_checksums(engine: AsyncEngine) -> dict[str, str]:
    """The checksums of the files that each pack was loaded from, by the pack's id.

    Raises:
        DatabaseError: when the database cannot be read.
    """
    packs = table("packs", column("id"), column("checksum"))
    async with reading(engine) as connection:
        rows = await connection.execute(select(packs.c.id, packs.c.checksum))
        return {row.id: row.checksum for row in rows}


async def packs_of_others(engine: AsyncEngine) -> frozenset[str]:
    """The ids of the packs that somebody loaded from a folder of their own.

    Raises:
        DatabaseError: when the database cannot be read.
    """
    packs = table("packs", column("id"), column("shipped", Boolean))
    async with reading(engine) as connection:
        rows = await connection.execute(select(packs.c.id).where(packs.c.shipped.is_(False)))
        return frozenset(row.id for row in rows)


async def read_snapshot(engine: AsyncEngine, packs: Sequence[str] = ()) -> Snapshot:
    """All facts as of one moment: those of the packs, and over them the events of organisers.

    Args:
        packs: ids of the packs to read, in their order; all in the order of loading when empty.

    Raises:
        MissingKnowledge: when ``packs`` cannot stand by themselves.
        DatabaseError: when the database cannot be read.
    """
    async with reading(engine) as connection:
        revision = await _revision(connection)
        known = {row.id: Pack(*row) for row in await connection.execute(_select("packs", Pack))}
        order = _order(packs, known)
        if missing := [id for id in order if id not in known]:
            raise MissingKnowledge(
                f"KNOWLEDGE_PACKS: {missing[0]!r} is not loaded - load it with `load PATH`, or "
                f"choose from {', '.join(sorted(known)) or 'none'}."
            )
        rows: dict[str, tuple[Any, ...]] = {}
        for kind, name in TABLE_OF_KIND.items():
            rows[name] = await _read(connection, name, CLASS_OF_KIND[kind], order)
        for name, fact in RELATIONS.items():
            rows[name] = await _read(connection, name, fact, order)
        entered = await _entered(connection)
    things = {
        kind: {thing.id: thing for thing in rows[name]} for kind, name in TABLE_OF_KIND.items()
    }
    if packs:
        _refuse_dangling(rows, things)
    packed = Snapshot(
        revision=revision,
        packs={id: known[id] for id in order},
        things=things,
        memberships=tuple(row for row in rows["memberships"] if not known[row.pack].extends),
        later_memberships=tuple(row for row in rows["memberships"] if known[row.pack].extends),
        mentions=rows["theme_mentions"],
        developments=_standing(rows["developments"], things, "subject_kind", "subject"),
        details=rows["details"],
        links=_standing(rows["links"], things, "target_kind"),
        aliases=_standing(rows["aliases"], things, "kind"),
        phrasings=_standing(rows["phrasings"], things, "kind"),
    )
    return overlaid(packed, entered)


async def newer_snapshot(
    engine: AsyncEngine, known: Snapshot, packs: Sequence[str] = ()
) -> Snapshot | None:
    """All facts as they are now; None when the knowledge is at the revision of ``known``.

    Where only organisers changed something, the facts of the packs are not read again.

    Raises:
        MissingKnowledge, DatabaseError: as for ``read_snapshot``.
    """
    base = known.packed or known
    async with reading(engine) as connection:
        revision = await _revision(connection)
        if revision == known.revision:
            return None
        entered = await _entered(connection)
    checksums = await loaded_checksums(engine)
    of_packs = {id: pack.checksum for id, pack in base.packs.items()}
    wanted = {*packs, TAUGHT} if packs else set(checksums)
    if {id: sum for id, sum in checksums.items() if id in wanted} != of_packs:
        return await read_snapshot(engine, packs)
    return overlaid(replace(base, revision=revision), entered)


def _order(packs: Sequence[str], known: Mapping[str, Pack]) -> list[str]:
    """The packs to read; what maintainers taught goes with all of them."""
    if not packs:
        return sorted(known, key=lambda id: known[id].position)
    return [*packs, *([TAUGHT] if TAUGHT in known and TAUGHT not in packs else [])]


async def _entered(connection: AsyncConnection) -> list[LiveRow]:
    """What organisers entered or changed, by id."""
    columns = (_LIVE.c.id, _LIVE.c["values"], _LIVE.c.revision, _LIVE.c.changed)
    rows = await connection.execute(select(*columns).order_by(_LIVE.c.id))
    return [LiveRow(*row) for row in rows]


async def _revision(connection: AsyncConnection) -> int:
    number = await connection.scalar(
        select(column("number")).select_from(table("knowledge_revision"))
    )
    return int(number or 0)


def _select(name: str, fact: type[Any]) -> Select[Any]:
    columns: list[ColumnClause[Any]] = [
        column(field, JSON if get_origin(kind) is list else _TYPES.get(kind))
        for field, kind in fields_of(fact).items()
    ]
    return select(*columns).select_from(table(name, *columns))


def fields_of(fact: type[Any]) -> Mapping[str, Any]:
    """The fields of a class of facts with their types, in order."""
    if is_dataclass(fact):
        return {field.name: field.type for field in fields(fact)}
    return get_type_hints(fact)


async def _read(
    connection: AsyncConnection, name: str, fact: type[Any], order: Sequence[str]
) -> tuple[Any, ...]:
    """The rows of a table: pack by pack in the order given, as in the files."""
    names = list(fields_of(fact))
    found = await connection.execute(_select(name, fact).order_by(column("row")))
    packs: dict[str, list[Any]] = {id: [] for id in order}
    pack = names.index("pack")
    make = getattr(fact, "_make", None) or (lambda row: fact(**dict(zip(names, row, strict=True))))
    for row in found:
        if row[pack] in packs:
            # Most values stand in many rows; each is kept once.
            values = [intern(value) if type(value) is str else value for value in row]
            packs[row[pack]].append(make(values))
    return tuple(one for rows in packs.values() for one in rows)


def _refuse_dangling(
    rows: Mapping[str, Sequence[Any]], things: Mapping[str, Mapping[str, Any]]
) -> None:
    for name, needs in _NEEDS.items():
        for row in rows[name]:
            for field, kind in needs.items():
                target = getattr(row, field)
                if target is not None and target not in things[kind]:
                    raise MissingKnowledge(
                        f"KNOWLEDGE_PACKS: {row.pack!r} refers to the {kind} {target!r} of a pack "
                        "that is not chosen - add that pack, or choose all with an empty value."
                    )


def _standing(
    rows: Sequence[Any], things: Mapping[str, Mapping[str, Any]], kind: str, id: str = "target"
) -> tuple[Any, ...]:
    """The rows whose target is there: with fewer packs, some may not be."""
    return tuple(row for row in rows if getattr(row, id) in things[getattr(row, kind)])
