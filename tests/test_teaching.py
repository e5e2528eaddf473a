"""What was not answered is seen in groups, and taught: tried out first, undone at will."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest

from db.batches import Batches
from db.engine import create_engine
from db.misses import DAYS_KEPT, MOST_KEPT, Misses
from tests.command_line import Cli, assert_one_sentence
from tests.databases import Database

pytest_plugins = ("tests.cli_fixtures",)

MISSED = "who is active in nokialand?"
CASES = """\
- ask: who leads nano?
  must: [Tampere]
"""


@pytest.fixture
def cases(tmp_path: Path) -> str:
    file = tmp_path / "cases.yaml"
    file.write_text(CASES, "utf-8")
    return str(file)


async def _noted(url: str, *texts: str) -> None:
    engine = create_engine(url)
    batches = Batches(engine)
    for text in texts:
        Misses(batches).note(text, "decline", "en", date(2026, 11, 1))
    await batches.close()
    await engine.dispose()


async def test_questions_that_ask_the_same_stand_together(cli: Cli, small: Database) -> None:
    await _noted(small.url, "what is a flux?", MISSED, "what is the flux?", "What is a flux")
    code, out, _ = await _in_thread(cli, "misses")
    assert code == 0
    assert out.splitlines()[0].split() == ["1", "3", "times", "what", "is", "a", "flux?"]
    code, out, _ = await _in_thread(cli, "misses", "dismiss", "1", "3")
    assert (code, out) == (0, "2 questions forgotten.\n")
    groups = json.loads((await _in_thread(cli, "misses", "list", "--json"))[1])
    assert [[one["text"] for one in group] for group in groups] == [
        [MISSED],
        ["What is a flux"],
    ]


async def test_a_name_is_taught_written_out_and_taken_back(
    cli: Cli, shipped: Database, cases: str, tmp_path: Path
) -> None:
    await _noted(shipped.url, MISSED)
    teach = ("misses", "teach", "1", "--as", "region/tampere", "--cases", cases)
    code, out, err = await _in_thread(cli, *teach, "--name", "Nokialand")
    assert (code, err) == (0, ""), out
    assert "is taught" in out
    assert "Tampere" in (await _in_thread(cli, "ask", "what is nokialand in?"))[1]

    assert (await _in_thread(cli, "misses"))[1].startswith("No question is waiting")
    again = ("misses", "teach", MISSED, *teach[3:], "--name", "Nokialand")
    assert (await _in_thread(cli, *again))[1].startswith("Nothing was")
    folder = tmp_path / "written"
    code, _, _ = await _in_thread(cli, "misses", "export", "--out", str(folder))
    assert code == 0
    assert "region,tampere,Nokialand,en,variant" in (folder / "aliases.csv").read_text("utf-8")

    # Loading the shipped packs again loses nothing of it; nor does choosing packs.
    assert (await _in_thread(cli, "load", "--force"))[0] == 0
    assert "Nokialand" in (await _in_thread(cli, "misses", "taught"))[1]
    assert (await _in_thread(cli, "misses", "unteach", "nokialand"))[0] == 0
    assert "Tampere" not in (await _in_thread(cli, "ask", "what is nokialand in?"))[1]
    code, _, err = await _in_thread(cli, "misses", "unteach", "nokialand")
    assert code == 1
    assert_one_sentence(err, "`misses taught` lists what was")


@pytest.mark.usefixtures("shipped")
def test_what_would_take_another_question_is_not_taught(cli: Cli, cases: str) -> None:
    teach = ("misses", "teach", "--json", "--cases", cases)
    asked = "which one makes fabric for trousers?"
    code, out, _ = cli(*teach, asked, "--as", "partnership/textile")
    assert (code, json.loads(out)["taught"]) == (0, True)

    code, out, _ = cli(*teach, "who leads nano?", "--as", "region/bavaria", "--name", "nano")
    assert (code, json.loads(out)["taught"]) == (1, False)
    code, out, _ = cli("misses", "taught", "--json")
    assert [lesson["text"] for lesson in json.loads(out)] == [asked]


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("teach", "hello", "--as", "region/atlantis"), "write kind/id"),
        (("teach", "77", "--as", "region/small-one"), "`misses` lists them"),
        (("teach", "hello"), "see `s3p misses teach --help`"),
    ],
)
@pytest.mark.usefixtures("small")
def test_a_wrong_call_says_how_to_mend_it(cli: Cli, arguments: tuple[str, ...], mend: str) -> None:
    code, _, err = cli("misses", *arguments)
    assert code == 2
    assert_one_sentence(err, mend)


async def test_questions_are_kept_for_a_while_and_not_without_bound(small: Database) -> None:
    engine = create_engine(small.url)
    batches = Batches(engine)
    misses = Misses(batches)
    for _ in range(MOST_KEPT + 1):
        misses.note("what?", "decline", "en", date(2026, 8, 1))
    assert len(await misses.all()) == MOST_KEPT
    await misses.tidy(date.fromordinal(date(2026, 8, 1).toordinal() + DAYS_KEPT))
    assert len(await misses.all()) == MOST_KEPT
    await misses.tidy(date.fromordinal(date(2026, 8, 2).toordinal() + DAYS_KEPT))
    assert await misses.all() == []
    await batches.close()
    await engine.dispose()


async def _in_thread(cli: Cli, *arguments: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(cli, *arguments)
