"""Checks what no row can show alone: ids, references and names across all packs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.pack_files import Place, Problems
from knowledge.pack_reading import PackContent, Row
from knowledge.pack_schema import MENTIONS, TABLES
from knowledge.text import fold

_NAMES = ("name", "short_name", "abbreviation", "title")
_TABLE_OF_KIND = {table.kind: name for name, table in TABLES.items() if table.kind}


@dataclass
class Loaded:
    """The rows of other packs that are in the database already, by table name."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    packs: frozenset[str] = frozenset()


def check_together(packs: Sequence[PackContent], loaded: Loaded, problems: Problems) -> None:
    """Notes duplicate ids, references to nothing and colliding aliases."""
    _check_packs(packs, loaded, problems)
    tables: dict[str, list[Row]] = defaultdict(list)
    # What is loaded stands first, so that a duplicate is reported on the row that can be mended.
    for source in (loaded.tables, *(pack.tables for pack in packs)):
        for name, rows in source.items():
            tables[name] += rows
    ids = _check_ids(tables, problems)
    for pack in packs:
        for kind, id in pack.refused:
            ids.setdefault(kind, set()).add(id)
    _check_references(tables, ids, problems)
    _check_memberships(tables["memberships"], problems)
    _check_aliases(tables, problems)


def _check_packs(packs: Sequence[PackContent], loaded: Loaded, problems: Problems) -> None:
    known = loaded.packs | {pack.id for pack in packs}
    seen: set[str] = set()
    for pack in packs:
        if pack.id in seen:
            problems.add(
                Place("pack.yaml"), "id", f"{pack.id!r} is given twice", "load one of them"
            )
        seen.add(pack.id)
        extended = pack.header["extends"]
        if extended and extended not in known - {pack.id}:
            wrong = f"there is no other pack {extended!r}"
            problems.add(Place("pack.yaml"), "extends", wrong, "correct it, or load that pack too")


def _check_ids(tables: dict[str, list[Row]], problems: Problems) -> dict[str, set[str]]:
    """The ids of each kind; a second claim of one is noted."""
    ids: dict[str, set[str]] = {}
    for kind, name in _TABLE_OF_KIND.items():
        first: dict[str, Place] = {}
        for place, values in tables[name]:
            id = values["id"]
            if id in first:
                wrong = f"{id!r} is there already ({first[id]})"
                problems.add(place, "id", wrong, "choose another id or delete one")
            first.setdefault(id, place)
        ids[kind] = set(first)
    return ids


def _check_references(
    tables: dict[str, list[Row]], ids: dict[str, set[str]], problems: Problems
) -> None:
    for place, name, kind, target in _references(tables):
        if target not in ids[kind]:
            problems.add(
                place,
                name,
                f"there is no {kind} {target!r}",
                f"correct it, or add the {kind} to {_TABLE_OF_KIND[kind]}",
            )


def _references(tables: dict[str, list[Row]]) -> Iterator[tuple[Place, str, str, str]]:
    """Each reference: its place and field, and the kind and id it points to."""
    for table, schema in (*TABLES.items(), ("theme_mentions", MENTIONS)):
        for name, column in schema.columns.items():
            if column.refers_to:
                for place, values in tables[table]:
                    if values[name] is not None:
                        yield place, name, column.refers_to, values[name]
    for place, values in tables["links"]:
        yield place, "about", values["target_kind"], values["target"]
    for place, values in tables["developments"]:
        yield place, "subject", values["subject_kind"], values["subject"]
    for table in ("aliases", "phrasings"):
        for place, values in tables[table]:
            yield place, "target", values["kind"], values["target"]


def _check_memberships(rows: Iterable[Row], problems: Problems) -> None:
    first: dict[tuple[Any, ...], Place] = {}
    for place, values in rows:
        key = tuple(values[name] for name in ("pack", "partnership", "region", "role"))
        if key in first:
            wrong = f"the same region, partnership and role as {first[key]}"
            problems.add(place, "", wrong, "delete one of the two rows")
        first.setdefault(key, place)


def _check_aliases(tables: dict[str, list[Row]], problems: Problems) -> None:
    """Notes an alias that another thing of its kind claims, unless both say ``shared``.

    Two things may have one name in print: only an alias can be left out or marked.
    """
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, table in _TABLE_OF_KIND.items():
        for _, values in tables[table]:
            for name in _NAMES:
                if values.get(name):
                    named[kind, fold(values[name])].add(values["id"])
    claims: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in tables["aliases"]:
        folded = fold(row.values["text"])
        if not folded:
            problems.add(row.place, "text", "has no letter or digit", "write a name, or delete it")
        claims[row.values["kind"], folded].append(row)
    for key, rows in claims.items():
        targets = named[key] | {row.values["target"] for row in rows}
        if len(targets) == 1:
            continue
        for place, values in rows:
            if not values["shared"]:
                others = ", ".join(sorted(targets - {values["target"]}))
                wrong = f"{values['text']!r} also names {others}"
                problems.add(place, "text", wrong, "delete one, or write yes under shared in all")
