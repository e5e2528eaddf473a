"""Both engines keep the promises that the rest builds on."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, parse_url, reading, writing
from db.errors import (
    DatabaseError,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseTooNew,
    DatabaseUnreachable,
    NotADatabase,
    WrongDatabaseUrl,
)
from db.migrate import current_revision, upgrade
from db.models import Country, Pack, Region
from tests.databases import PostgresDatabases
from tests.gate import before_postgres

PACK = {
    "id": "p",
    "title": "P",
    "publisher": "P",
    "licence": "P",
    "as_of": "2017",
    "url": "https://example.org",
    "citation": "P",
    "label": "P",
    "checksum": "0",
    "position": 0,
}
FACT = {"pack": "p", "row": 0, "source": "p. 1", "as_of": "2017"}
REGION = {**FACT, "id": "r", "name": "R", "country": "ES", "level": "nuts2"}


async def test_references_are_checked_at_the_commit(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        await connection.execute(insert(Pack), [PACK])
        await connection.execute(insert(Region), [REGION])
        country = {**FACT, "id": "ES", "name": "Spain", "eu_member_2017": True}
        await connection.execute(insert(Country), [country])

    with pytest.raises(IntegrityError):
        async with writing(engine) as connection:
            await connection.execute(insert(Region), [{**REGION, "id": "x", "country": "XX"}])
    async with reading(engine) as connection:
        assert (await connection.execute(select(Region.__table__.c.id))).all() == [("r",)]  # type: ignore[attr-defined]


async def test_an_error_rolls_all_back(engine: AsyncEngine) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block is what is tested
        async with writing(engine) as connection:
            await connection.execute(insert(Pack), [PACK])
            raise ZeroDivisionError
    async with reading(engine) as connection:
        assert await connection.scalar(text("SELECT count(*) FROM packs")) == 0


async def test_a_reader_sees_one_moment(engine: AsyncEngine) -> None:
    async with reading(engine) as reader:
        before = await reader.scalar(text("SELECT count(*) FROM packs"))
        async with writing(engine) as connection:
            await connection.execute(insert(Pack), [PACK])
        assert await reader.scalar(text("SELECT count(*) FROM packs")) == before == 0


async def test_those_who_write_alone_wait_for_each_other(engine: AsyncEngine) -> None:
    steps: list[str] = []

    async def write(name: str) -> None:
        async with writing(engine, alone=True):
            steps.append(f"{name} in")
            await asyncio.sleep(0.05)
            steps.append(f"{name} out")

    await asyncio.gather(write("a"), write("b"))
    assert [step[2:] for step in steps] == ["in", "out", "in", "out"]


async def test_many_processes_may_start_at_once(empty_engine: AsyncEngine) -> None:
    migrated = await asyncio.gather(*(upgrade(empty_engine) for _ in range(4)))
    assert sorted(migrated) == [False, False, False, True]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        (" postgres://u:p@h/n ", "postgresql+asyncpg://u:p@h/n"),
        ("postgresql://h/n?sslmode=require", "postgresql+asyncpg://h/n?ssl=require"),
    ],
)
def test_urls_of_both_engines_get_the_async_driver(given: str, meant: str) -> None:
    assert parse_url(given).render_as_string(hide_password=False) == meant


@pytest.mark.parametrize("given", ["", "a.db", "mysql://h/n", "postgresql://h:port/n"])
def test_other_urls_are_refused_with_the_mend(given: str) -> None:
    with pytest.raises(WrongDatabaseUrl, match=r"write sqlite:///path/to/file.db or postgresql"):
        parse_url(given)


async def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    cases: list[tuple[str, type[DatabaseError]]] = [
        (f"sqlite:///{tmp_path}/none/a.db", DatabaseUnreachable),
        (f"sqlite:///{tmp_path}", DatabaseUnreachable),
        (f"sqlite:///{tmp_path}/text.db", NotADatabase),
        (f"sqlite:///file:{file}?mode=ro&uri=true", DatabaseReadOnly),
        (f"sqlite:///{tmp_path}/foreign.db", NotADatabase),
        (f"sqlite:///{tmp_path}/locked.db?timeout=0.1", DatabaseLocked),
        ("postgresql://nobody:secret@127.0.0.1:1/none", DatabaseUnreachable),
    ]
    (tmp_path / "text.db").write_text("These are words, and not a database.\n" * 50)
    for name, statement in (("a.db", ""), ("foreign.db", "CREATE TABLE packs (x)")):
        connection = sqlite3.connect(tmp_path / name)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(statement)
        connection.close()
    holder = sqlite3.connect(tmp_path / "locked.db")
    holder.execute("BEGIN EXCLUSIVE")
    for url, kind in cases:
        engine = create_engine(url)
        with pytest.raises(kind) as refused:
            await upgrade(engine)
        await engine.dispose()
        sentence = str(refused.value)
        assert sentence.startswith("The database ")
        assert sentence.endswith(".")
        assert " - " in sentence
        assert "\n" not in sentence
        assert "secret" not in sentence
    holder.close()


async def test_a_newer_database_is_left_alone(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999, newer than this program"):
        await upgrade(engine)
    assert await current_revision(engine) == "9999"


async def test_a_postgresql_server_says_what_is_missing(postgres_url: str) -> None:
    url = parse_url(postgres_url).set(database="unheard")
    engine = create_engine(url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnreachable, match="create the database"):
        await upgrade(engine)
    await engine.dispose()


async def test_a_connection_that_broke_while_idle_is_made_anew(
    postgres: PostgresDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.IDLE_SECONDS", 0.0)
    database = postgres.make(tmp_path)
    gate, reached = before_postgres(database)
    async with gate:
        engine = create_engine(reached().url)
        for _ in range(2):
            async with reading(engine) as connection:
                assert (await connection.execute(text("SELECT 1"))).scalar() == 1
            await gate.shut()
            await gate.open()
        await engine.dispose()
    postgres.drop(database)
