"""The export: every table, by id, with source and pack, in a stable order."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge.export import TABLES, as_csv, as_json, export_tables
from knowledge.loader import load
from knowledge.reading import read_snapshot
from tests.pack_maker import make_pack


@pytest.fixture
async def tables(engine: AsyncEngine, tmp_path: Path) -> dict[str, list[dict[str, object]]]:
    await load(engine, [make_pack(tmp_path)])
    return export_tables(await read_snapshot(engine))


Tables = dict[str, list[dict[str, object]]]


async def test_every_table_is_there_and_every_row_has_source_and_pack(tables: Tables) -> None:
    assert tuple(tables) == TABLES
    for rows in tables.values():
        for row in rows:
            assert row["source"]
            assert row["pack"] == "small"
            assert not {"key", "row", "position"} & set(row) - {"position"}
    assert all("position" not in row for row in tables["packs"])


async def test_memberships_refer_by_id(tables: Tables) -> None:
    told = {
        "partnership": "esm",
        "region": "lombardy",
        "role": "lead",
        "as_printed": "Lombardia",
        "note": None,
        "as_of": "2017-07",
        "source": "Table 4, p. 33",
        "pack": "small",
    }
    first = tables["memberships"][0]
    assert {name: first[name] for name in told} == told
    assert first["more_sources"] == []
    ids = {row["id"] for row in tables["regions"]}
    assert {row["region"] for row in tables["memberships"]} <= ids


async def test_json_holds_types_and_letters_as_they_are(tables: Tables) -> None:
    read = json.loads(as_json(tables))
    assert read == tables
    assert read["countries"][0]["eu_member_2017"] is True
    assert read["theme_mentions"][0]["issues"] == ["cost"]


async def test_csv_has_the_same_rows_in_words(tables: Tables) -> None:
    for name, rows in tables.items():
        read = list(csv.DictReader(io.StringIO(as_csv(name, rows))))
        assert len(read) == len(rows)
        if rows:
            assert list(read[0]) == list(rows[0]), "columns are those of the rows, also when empty"
    assert csv.DictReader(io.StringIO(as_csv("topics", []))).fieldnames is not None
    countries = list(csv.DictReader(io.StringIO(as_csv("countries", tables["countries"]))))
    assert countries[0]["eu_member_2017"] == "yes"


async def test_a_second_load_exports_the_same(engine: AsyncEngine, tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    await load(engine, [pack])
    first = as_json(export_tables(await read_snapshot(engine)))
    await load(engine, [pack], force=True)
    assert as_json(export_tables(await read_snapshot(engine))) == first
