"""Fixtures for all tests. What uses a database runs on both engines, by the fixture `databases`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from knowledge.assistant import Assistant
from knowledge.reading import read_snapshot
from knowledge.snapshot import Snapshot
from tests.databases import (
    ENGINES,
    Database,
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    postgres_server,
    run_apart,
    with_knowledge,
)
from tests.ports import free_ports


@pytest.fixture
def free_port() -> int:
    """A port for a process of a test."""
    return free_ports(0)[0]


@pytest.fixture
def ports() -> tuple[int, int]:
    """Two such ports."""
    one, other = free_ports(0, 1)
    return one, other


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this session."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases(postgres_url)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session", params=ENGINES)
def databases(request: pytest.FixtureRequest) -> Databases:
    """Makes databases: a test that asks for it, in whatever way, runs once for each engine."""
    name = "sqlite" if request.param == "sqlite" else "postgres"
    found: Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
def database(databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables and all shipped knowledge."""
    made = databases.make(tmp_path, with_knowledge)
    yield made
    databases.drop(made)


@pytest.fixture
async def empty_engine(databases: Databases, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An engine over a database without any table."""
    made = databases.make(tmp_path, None)
    engine = create_engine(made.url)
    yield engine
    await engine.dispose()
    databases.drop(made)


@pytest.fixture
async def engine(databases: Databases, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An engine over a database with all tables, which are empty."""
    made = databases.make(tmp_path)
    engine = create_engine(_impatient(made))
    yield engine
    await engine.dispose()
    databases.drop(made)


@pytest.fixture
async def full_engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """An engine over a database with all shipped knowledge."""
    engine = create_engine(_impatient(database))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def snapshot(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The knowledge of all shipped packs; a test shows that both engines hold the same."""
    made = sqlite.make(tmp_path_factory.mktemp("knowledge"), with_knowledge)
    return run_apart(_snapshot(made))


@pytest.fixture(scope="session")
def assistant(snapshot: Snapshot) -> Assistant:
    """The assistant over all shipped packs; it is never changed, so that all tests share it."""
    return Assistant(snapshot)


async def _snapshot(database: Database) -> Snapshot:
    engine = create_engine(database.url)
    try:
        return await read_snapshot(engine)
    finally:
        await engine.dispose()


def _impatient(database: Database) -> str:
    """The address; a locked file is not waited for long."""
    return f"{database.url}?timeout=0.3" if database.url.startswith("sqlite") else database.url
