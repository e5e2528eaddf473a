"""Backup and restore: complete, between engines, all or nothing, and nothing is sent again."""

import gzip
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.backup import LEFT_OUT, WrongBackup, dump, restore
from db.engine import create_engine, writing
from db.migrate import current_revision, downgrade, revisions, upgrade
from knowledge.reading import read_snapshot
from knowledge.snapshot import Snapshot
from tests.botapi import BotApiServer
from tests.databases import Database, Databases, PostgresDatabases, SqliteDatabases
from tests.reminding import meeting, office, people, texts_to
from tests.tables import fill, sizes
from tests.telegram_process import BotProcess

NOW = 1_800_000_000
BEGINS = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""Past, so that all of it is before the moment of a restore."""


async def test_what_was_kept_comes_back_on_either_engine(
    full_engine: AsyncEngine,
    sqlite: SqliteDatabases,
    postgres: PostgresDatabases,
    snapshot: Snapshot,
    tmp_path: Path,
) -> None:
    await fill(full_engine)
    before = await sizes(full_engine)
    file = tmp_path / "kept.gz"
    kept = await dump(full_engine, file, made="2026-11-22T12:00:00+00:00")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept.rows == {name: number for name, number in before.items() if name not in LEFT_OUT}
    for other in (sqlite, postgres):
        made = other.make(_folder(tmp_path, other.engine), None)
        engine = create_engine(made.url)
        back = await restore(engine, file, now=NOW)
        assert back.rows == kept.rows
        after = await sizes(engine)
        left_out = {name: 0 if name in LEFT_OUT else number for name, number in before.items()}
        assert after == left_out
        assert (await read_snapshot(engine)).regions == snapshot.regions
        again = tmp_path / f"again-{other.engine}.gz"
        await dump(engine, again, made="2026-11-22T12:00:00+00:00")
        assert _contents(again) == _contents(file), "a backup of what came back is the same"
        await _further_rows_get_new_numbers(engine)
        await engine.dispose()
        other.drop(made)


async def _further_rows_get_new_numbers(engine: AsyncEngine) -> None:
    async with writing(engine) as connection:
        statement = text(
            "INSERT INTO unanswered (text, outcome, language, day) "
            "VALUES ('x', 'decline', 'en', '2026-11-22')"
        )
        await connection.execute(statement)


def _folder(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / f"on {name}"
    folder.mkdir()
    return folder


def _contents(file: Path) -> list[str]:
    """The rows by table and column: the engines keep columns in different orders."""
    found, table, columns = [], "", []
    for line in gzip.decompress(file.read_bytes()).splitlines()[1:-1]:
        value = json.loads(line)
        if isinstance(value, dict):
            table, columns = value["table"], value["columns"]
        else:
            found.append(f"{table} {sorted(zip(columns, value, strict=True))}")
    return sorted(found)


async def test_a_backup_of_an_older_version_is_migrated(
    full_engine: AsyncEngine, databases: Databases, tmp_path: Path
) -> None:
    await fill(full_engine)
    await downgrade(full_engine, "0002")
    file = tmp_path / "old.gz"
    kept = await dump(full_engine, file, made="then")
    made = databases.make(_folder(tmp_path, "new"))
    engine = create_engine(made.url)
    assert (await restore(engine, file, now=NOW)).revision == "0002"
    assert await current_revision(engine) == revisions()[-1]
    after = await sizes(engine)
    assert {name: after[name] for name in kept.rows} == kept.rows
    await engine.dispose()
    databases.drop(made)


async def test_what_was_due_before_is_withheld(engine: AsyncEngine, tmp_path: Path) -> None:
    states = ("queued", "sending", "sent", "withheld", "superseded")
    async with writing(engine) as connection:
        for number, state in enumerate(states):
            for due in (NOW - 1, NOW, NOW + 1):
                await connection.execute(
                    text(
                        "INSERT INTO deliveries (chat_id, thread_id, event, lead, revision, due, "
                        "until, silent, state, attempt) VALUES "
                        "(7, 0, :event, '1h', 1, :due, :due, FALSE, :state, 0)"
                    ),
                    {"event": f"{number} {due}", "due": due, "state": state},
                )
    file = tmp_path / "kept.gz"
    await dump(engine, file, made="then")
    assert (await restore(engine, file, now=NOW)).withheld == 4
    async with writing(engine) as connection:
        rows = await connection.execute(text("SELECT due, state, reason FROM deliveries"))
        found = {(row.due, row.state, row.reason) for row in rows}
    assert {one for one in found if one[2] == "restored"} == {
        (NOW - 1, "withheld", "restored"),
        (NOW, "withheld", "restored"),
    }
    assert {state for due, state, _ in found if due == NOW + 1} == set(states)


async def test_a_damaged_file_changes_nothing(full_engine: AsyncEngine, tmp_path: Path) -> None:
    await fill(full_engine)
    before = await sizes(full_engine)
    file, damaged = tmp_path / "kept.gz", tmp_path / "damaged.gz"
    await dump(full_engine, file, made="then")
    whole = gzip.decompress(file.read_bytes())
    lines = whole.splitlines(keepends=True)
    newer = json.dumps({**json.loads(lines[0]), "revision": "9999"}).encode() + b"\n"
    for content, says in (
        (b"", "is not a backup"),
        (b"words", "is not a backup"),
        (gzip.compress(b"words"), "is not a backup"),
        (gzip.compress(b'{"format": "other"}\n'), "is not a backup"),
        (file.read_bytes()[:-2000], "damaged"),
        (gzip.compress(b"".join(lines[:-1])), "damaged or cut off"),
        (gzip.compress(b"".join(lines[:5] + lines[6:])), "damaged or cut off"),
        (gzip.compress(whole.replace(b"Catalonia", b"Cataloniz")), "damaged or cut off"),
        (gzip.compress(newer + b"".join(lines[1:])), "newer program"),
    ):
        damaged.write_bytes(content)
        with pytest.raises(WrongBackup, match=says):
            await restore(full_engine, damaged, now=NOW)
    assert await sizes(full_engine) == before


async def test_an_empty_database_is_not_kept(empty_engine: AsyncEngine, tmp_path: Path) -> None:
    with pytest.raises(WrongBackup, match="nothing to keep"):
        await dump(empty_engine, tmp_path / "x.gz", made="then")
    await upgrade(empty_engine)


class Rehearsing(BotProcess):
    """A bot whose clock begins at a moment."""

    def at(self, moment: datetime) -> "Rehearsing":
        self.command = ("bot", "run", "--clock", moment.isoformat())
        return self


async def test_the_drill(database: Database) -> None:
    """A backup is taken, life goes on, the database is lost and put back: nothing comes twice."""
    file = str(database.folder / "night.gz")
    due = BEGINS - timedelta(hours=1)
    async with BotApiServer() as server, office(database) as desk:
        ana, ben = people(server, 2)
        await desk.enter(meeting(begins=BEGINS))
        await desk.subscribe([ana, ben], meeting(begins=BEGINS), leads=["1h", "30m"])
        bot = Rehearsing(server, database).at(due - timedelta(hours=1))
        await bot.start()
        await server.wait_for_call("getChatMenuButton")
        while not await desk.rows():
            continue  # until it is planned
        assert await bot.end() == 0
        code, said = await bot.command_line("backup", file)
        assert (code, said.endswith(f"tables written to {file}.\n")) == (0, True)

        await bot.at(due - timedelta(seconds=2)).start()
        for chat in (ana, ben):
            await server.wait_for_message(chat)
        code, said = await bot.command_line("restore", file, "--replace")
        assert (code, "A bot is running" in said) == (1, True)
        assert await bot.end() == 0

        code, said = await bot.command_line("restore", file)
        assert (code, "add --replace" in said) == (1, True)
        code, said = await bot.command_line("restore", file, "--replace")
        assert (code, "4 reminders that were due before now are withheld" in said) == (0, True)
        assert {(row.state, row.reason) for row in await desk.rows()} == {("withheld", "restored")}

        await bot.at(due + timedelta(minutes=10)).start()  # late, but not too late
        server.world.say(server.world.state.users[ana.id], "/why")
        why = await server.wait_for_message(ana, count=2)
        assert "came back from a backup" in why.text
        assert await bot.end() == 0
        assert len(texts_to(server, ben)) == 1
        assert server.violations == []
