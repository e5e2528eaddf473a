"""The whole knowledge base as plain rows, for people and other programs."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from knowledge.facts import CLASS_OF_KIND, Pack
from knowledge.reading import RELATIONS, TABLE_OF_KIND, fields_of
from knowledge.snapshot import Snapshot

Rows = list[dict[str, Any]]

TABLES = (
    "packs",
    "countries",
    "regions",
    "partnerships",
    "memberships",
    "events",
    "themes",
    "theme_mentions",
    "terms",
    "organisations",
    "people",
    "instruments",
    "documents",
    "statistics",
    "topics",
    "corrections",
    "developments",
    "details",
    "links",
    "aliases",
    "phrasings",
)
"""The tables of an export, in order: what is referred to comes before what refers to it."""


_COMMON = ("confidence", "page_date", "as_of_note", "more_sources", "as_of", "source", "pack")
"""What stands behind a row's own columns, in this order."""


def export_tables(snapshot: Snapshot) -> dict[str, Rows]:
    """Every table as a list of rows, each in the order of the packs and their files.

    Rows refer to each other by id; each row of knowledge has its ``source``, ``as_of`` and
    ``pack``. A pack's own row has its publication as ``source`` and itself as ``pack``.
    """
    relations: Mapping[str, Iterable[Any]] = {
        "memberships": (*snapshot.memberships, *snapshot.later_memberships),
        "theme_mentions": snapshot.mentions,
        "developments": snapshot.developments,
        "details": snapshot.details,
        "links": snapshot.links,
        "aliases": snapshot.aliases,
        "phrasings": snapshot.phrasings,
    }
    tables: dict[str, Iterable[Any]] = {
        name: snapshot.things[kind].values() for kind, name in TABLE_OF_KIND.items()
    }
    rows = {name: [_row(fact) for fact in facts] for name, facts in {**tables, **relations}.items()}
    rows["packs"] = [_pack_row(pack) for pack in snapshot.packs.values()]
    return {name: rows[name] for name in TABLES}


def as_json(tables: Mapping[str, Rows]) -> str:
    """The tables as one JSON object, readable and without escapes."""
    return json.dumps(tables, ensure_ascii=False, indent=2) + "\n"


def as_csv(name: str, rows: Rows) -> str:
    """One table as CSV with a header; lists within a row are JSON, yes and no are words."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _columns(name), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _row(fact: Any) -> dict[str, Any]:
    # `key` counts the rows of one database; it means nothing elsewhere.
    row = {name: getattr(fact, name) for name in fields_of(type(fact)) if name != "key"}
    common = {name: row.pop(name) for name in _COMMON if name in row}
    return row | common


def _pack_row(pack: Pack) -> dict[str, Any]:
    row = asdict(pack)
    del row["position"]  # the order of the rows says it
    return row | {"source": pack.url, "pack": pack.id}


def _columns(name: str) -> list[str]:
    """The columns of a table, also when it has no rows."""
    if name == "packs":
        own: Iterable[str] = (name for name in fields_of(Pack) if name != "position")
        return [*own, "source", "pack"]
    kinds = {table: CLASS_OF_KIND[kind] for kind, table in TABLE_OF_KIND.items()}
    names = [name for name in fields_of(kinds.get(name) or RELATIONS[name]) if name != "key"]
    common = [name for name in _COMMON if name in names]
    return [*(name for name in names if name not in common), *common]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value
