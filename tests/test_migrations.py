"""The migrations make what the models say, on both engines, forth and back."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    inspect,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import db.bot_models
import db.migrate
import db.models
from db.engine import reading, writing
from db.migrate import current_revision, downgrade, revisions, upgrade
from tests.tables import fill, sizes


async def test_the_models_and_the_migrations_agree(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    async with reading(engine) as connection:
        assert await connection.run_sync(differences) == []


async def test_references_are_deferred(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        keys = await connection.run_sync(lambda sync: inspect(sync).get_foreign_keys("memberships"))
    deferred = {key["referred_table"] for key in keys if key["options"].get("initially")}
    assert deferred == {"partnerships", "regions"}


async def test_up_and_down_and_up_again(empty_engine: AsyncEngine) -> None:
    assert await current_revision(empty_engine) is None
    assert await upgrade(empty_engine)
    assert await current_revision(empty_engine) == revisions()[-1]
    assert not await upgrade(empty_engine), "at head there is nothing to do"

    await downgrade(empty_engine, "base")
    async with reading(empty_engine) as connection:
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert left == ["alembic_version"]
    assert await current_revision(empty_engine) is None
    assert await upgrade(empty_engine)


async def test_events_of_an_older_version_keep_their_dates(empty_engine: AsyncEngine) -> None:
    await upgrade(empty_engine)
    await downgrade(empty_engine, "0003")
    async with writing(empty_engine) as connection:
        for statement in _OLD_ROWS.split(";"):
            await connection.execute(text(statement))
    assert await upgrade(empty_engine)

    starts = text("SELECT id, start, status, more_sources FROM events ORDER BY id")
    async with writing(empty_engine) as connection:
        (old,) = (await connection.execute(starts)).all()
        assert (old.start, old.status, str(old.more_sources)) == ("2016-11-16", None, "[]")
        await connection.execute(text("UPDATE events SET start = NULL"))
    await downgrade(empty_engine, "0003")
    async with reading(empty_engine) as connection:
        assert (await connection.execute(text("SELECT start FROM events"))).all() == [("",)]


_OLD_ROWS = """
INSERT INTO packs (id, label, title, publisher, licence, as_of, url, citation, checksum, position)
VALUES ('p', '', '', '', '', '2017', '', '', '', 0);
INSERT INTO events (id, pack, row, source, as_of, kind, title, start, precision, text, milestone)
VALUES ('e', 'p', 0, 'p. 1', '2017', 'meeting', 'E', '2016-11-16', 'day', '', true)
"""


async def test_packs_of_an_older_version_count_as_shipped(empty_engine: AsyncEngine) -> None:
    await upgrade(empty_engine)
    await downgrade(empty_engine, "0009")
    async with writing(empty_engine) as connection:
        await connection.execute(text(_OLD_ROWS.split(";", maxsplit=1)[0]))
    assert await upgrade(empty_engine)
    async with reading(empty_engine) as connection:
        assert (await connection.execute(text("SELECT id, shipped FROM packs"))).all() == [
            ("p", True)
        ]


async def test_each_step_down_and_up_keeps_what_it_does_not_take(full_engine: AsyncEngine) -> None:
    await fill(full_engine)
    before = await sizes(full_engine)
    assert min(before.values()) > 0, "each table holds something"
    for revision in [*revisions()[-2::-1], "base"]:
        await downgrade(full_engine, revision)
        left = await sizes(full_engine)
        assert left == {name: before[name] for name in left}, f"down to {revision}"
        assert await upgrade(full_engine)
        again = await sizes(full_engine)
        assert set(again) == set(before)
        assert {name: again[name] for name in left} == left, f"up from {revision}"
    assert not any(again.values()), "the last way led through nothing"


async def test_a_failing_migration_leaves_nothing(
    empty_engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(db.migrate.__file__).parent / "migrations"
    broken = tmp_path / "100 % odd folder"
    (broken / "versions").mkdir(parents=True)
    for file in ("env.py", "script.py.mako"):
        (broken / file).write_text((folder / file).read_text())
    (broken / "versions" / "0001_broken.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        "revision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer()))\n"
        "    raise ZeroDivisionError\n"
    )
    monkeypatch.setattr(db.migrate, "_FOLDER", broken)
    with pytest.raises(ZeroDivisionError):
        await upgrade(empty_engine)
    async with reading(empty_engine) as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == []


def test_file_names_give_the_revisions_that_alembic_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(db.migrate.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(revisions())
    assert scripts.get_current_head() == revisions()[-1]
