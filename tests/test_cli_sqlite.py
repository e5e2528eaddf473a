"""The command line and the files of SQLite: made at need, read-only, locked, or something else."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.command_line import Cli, assert_one_sentence
from tests.databases import Database, SqliteDatabases

pytest_plugins = ("tests.cli_fixtures",)
QUESTION = "which partnerships is Catalonia in?"


@pytest.fixture(scope="session")
def databases(sqlite: SqliteDatabases) -> SqliteDatabases:
    """In place of both engines."""
    return sqlite


def file_of(database: Database) -> Path:
    return Path(make_url(database.url).database or "")


def test_an_empty_database_is_made_ready_at_the_first_question(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("KNOWLEDGE_PACKS")
    assert "Catalonia" in cli("ask", QUESTION)[1]
    assert (tmp_path / "data" / "s3p-assistant" / "s3p.db").exists()


def test_questions_are_answered_while_another_process_writes(cli: Cli, shipped: Database) -> None:
    writer = sqlite3.connect(file_of(shipped))
    writer.execute("BEGIN IMMEDIATE")
    assert cli("ask", QUESTION)[0] == 0
    code, _, err = cli("load", "--force")
    assert code == 1
    assert_one_sentence(err, "wait until that has finished")
    writer.close()


def test_a_read_only_database_answers_and_is_not_changed(
    cli: Cli, shipped: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///file:{file_of(shipped)}?mode=ro&uri=true")
    assert cli("ask", QUESTION)[0] == 0
    code, _, err = cli("load", "--force")
    assert code == 1
    assert_one_sentence(err, "the right to write")


@pytest.mark.parametrize("command", [["ask", QUESTION], ["load"], ["export"], ["chat"]], ids=str)
def test_a_database_that_cannot_be_used_is_one_sentence(
    cli: Cli, command: list[str], small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KNOWLEDGE_PACKS")
    connection = sqlite3.connect(file_of(small))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    text = small.folder / "text.db"
    text.write_text("words " * 1000)
    for url, mend in (
        (small.url, "install the newer program"),
        (f"sqlite:///{text}", "move that file away"),
        (f"sqlite:///{text.parent}/none/s3p.db", "make its folder"),
        ("mysql://host/name", "write sqlite:///"),
        ("postgresql://127.0.0.1:1/none", "start the server"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        code, out, err = cli(*command)
        assert (code, out) == (1, "")
        assert_one_sentence(err, mend)


def test_the_doctor_makes_no_database(cli: Cli, small: Database) -> None:
    file = file_of(small)
    file.unlink()
    code, out, _ = cli("doctor")
    assert code == 0
    assert "warn  database" in out
    assert not file.exists()
