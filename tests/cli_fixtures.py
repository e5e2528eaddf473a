"""Fixtures of the tests of the command line: a database of each test's own, which it uses."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.migrate import upgrade
from knowledge.loader import load
from tests.command_line import Cli
from tests.databases import Database, Databases, with_knowledge
from tests.pack_maker import make_pack


async def with_small_pack(engine: AsyncEngine) -> None:
    """All tables and a pack that is quick to read."""
    await upgrade(engine)
    with tempfile.TemporaryDirectory() as folder:
        await load(engine, [make_pack(Path(folder))])


@pytest.fixture
def cli(
    small: Database,  # noqa: ARG001 - so that no command finds a database of this machine
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    return Cli(capsys, monkeypatch)


@pytest.fixture
def small(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database with the small pack, which DATABASE_URL names."""
    made = databases.make(tmp_path, with_small_pack)
    use(made, monkeypatch)
    monkeypatch.setenv("KNOWLEDGE_PACKS", "small")
    yield made
    databases.drop(made)


@pytest.fixture
def shipped(
    small: Database,  # noqa: ARG001 - its variables are set first
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Database]:
    """A database with the shipped packs, which DATABASE_URL names in place of the small one."""
    made = databases.make(tmp_path, with_knowledge)
    use(made, monkeypatch)
    monkeypatch.delenv("KNOWLEDGE_PACKS")
    yield made
    databases.drop(made)


def use(database: Database, patch: pytest.MonkeyPatch) -> None:
    """Lets the commands use a database, and nothing of this machine."""
    for name in ("TELEGRAM_BOT_TOKEN", "WEBHOOK_URL", "PORT"):
        patch.delenv(name, raising=False)
    patch.setenv("XDG_DATA_HOME", str(database.folder / "data"))
    quick = "?timeout=0.1" if database.url.startswith("sqlite") else ""
    patch.setenv("DATABASE_URL", database.url + quick)
