"""The commands ``events import`` and ``events export``: calendar files in and out, all or none."""

import asyncio
import json
from pathlib import Path

import pytest

from knowledge.ics_reader import read_calendar
from tests.calendar_files import AUTUMN, SPRING, calendar, event
from tests.command_line import Cli, assert_one_sentence
from tests.databases import Database
from tests.test_cli_events import ADD, ID, PLACE, _follow_the_committee, _rows

SPRING_ID = "steering-committee-spring-2090-03-17"
HOURS = "09:30-12:30 Europe/Madrid"
pytest_plugins = ("tests.cli_fixtures",)


@pytest.fixture
async def follower(small: Database) -> str:
    await _follow_the_committee(small.url)
    return small.url


def _file(folder: Path, text: str) -> str:
    path = folder / "meetings.ics"
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


async def _run(cli: Cli, *arguments: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(cli, *arguments)


async def test_a_file_is_tried_then_taken_then_known(
    cli: Cli, follower: str, tmp_path: Path
) -> None:
    file = _file(tmp_path, calendar(SPRING, AUTUMN))
    code, out, err = await _run(cli, "events", "import", file, "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"add     {SPRING_ID}: Steering Committee, spring, 2090-03-17 09:30-12:30 Europe/Madrid",
        "add     an-open-day-2090-10-05: An open day, 2090-10-05",
        "To be written: 2 added; 1 chat told, 2 reminders planned.",
    ]
    assert await _rows(follower) == [], "a trial writes nothing"
    code, out, _ = await _run(cli, "events", "import", file)
    assert (code, out.splitlines()[-1]) == (
        0,
        "Written: 2 added; 1 chat told, 2 reminders planned.",
    )
    assert {row[0] for row in await _rows(follower)} == {"new", "1d", "1w"}
    code, out, _ = await _run(cli, "events", "import", file, "--json")
    said = json.loads(out)
    assert [step["does"] for step in said["steps"]] == ["same", "same"]
    assert (code, said["written"], said["told"]) == (0, False, [])
    moved = SPRING.replace("20900317", "20900318").replace("SUMMARY", "SEQUENCE:1\r\nSUMMARY")
    code, out, _ = await _run(cli, "events", "import", _file(tmp_path, calendar(moved)), "--hold")
    assert out.splitlines()[1:] == [
        f"        when: 2090-03-17 {HOURS} -> 2090-03-18 {HOURS}",
        "Written: 1 changed; notices are held back.",
    ]
    code, out, _ = await _run(cli, "events", "import", _file(tmp_path, calendar(SPRING)))
    assert "older than what is known" in out
    off = calendar(event("spring@example.org", "SEQUENCE:2"), method="CANCEL")
    code, out, _ = await _run(cli, "events", "import", _file(tmp_path, off), "--json")
    assert (code, json.loads(out)["steps"][0]["does"]) == (0, "cancel")
    log = (await _run(cli, "events", "log"))[1].splitlines()
    assert [line.split("  ")[2] for line in log] == ["cancelled", "changed", "added", "added"]


async def test_a_file_with_one_fault_changes_nothing(
    cli: Cli, follower: str, tmp_path: Path
) -> None:
    weekly = event("weekly@example.org", "DTSTART:20900101T090000Z", "RRULE:FREQ=WEEKLY")
    file = _file(tmp_path, calendar(SPRING, weekly))
    code, out, err = await _run(cli, "events", "import", file)
    assert (code, out) == (1, "")
    assert_one_sentence(err, "enter each meeting as an event of its own")
    assert "line 18, RRULE" in err
    assert await _rows(follower) == []
    assert "Steering Committee, spring" not in (await _run(cli, "events", "list"))[1]


@pytest.mark.parametrize(
    ("content", "code", "mend"),
    [
        (None, 2, "name a calendar file"),
        ("", 1, "choose an .ics file"),
        ("hello", 1, "choose an .ics file"),
        (calendar(), 1, "choose another file"),
        (calendar(event("x", "DTSTART:20900101T090000")), 1, "name the zone of the file"),
        (calendar(SPRING, SPRING), 1, "give each event its own"),
    ],
)
@pytest.mark.usefixtures("small")
def test_what_is_no_calendar_is_refused(
    cli: Cli, tmp_path: Path, content: str | None, code: int, mend: str
) -> None:
    file = str(tmp_path / "none.ics") if content is None else _file(tmp_path, content)
    found, out, err = cli("events", "import", file)
    assert (found, out) == (code, "")
    assert_one_sentence(err, mend)


@pytest.mark.usefixtures("small")
def test_a_zone_can_be_given_for_times_without_one(cli: Cli, tmp_path: Path) -> None:
    file = _file(tmp_path, calendar(event("x", "DTSTART:20900101T090000")))
    assert "09:00 Europe/Lisbon" in cli("events", "import", file, "--zone", "Europe/Lisbon")[1]


@pytest.mark.usefixtures("small")
async def test_what_is_exported_can_be_imported_and_changes_nothing(
    cli: Cli, tmp_path: Path
) -> None:
    await _run(cli, *ADD, *PLACE)
    await _run(cli, "events", "add", "--title", "An undated one", "--when", "tbc")
    file = tmp_path / "all.ics"
    code, out, err = await _run(cli, "events", "export", "--out", str(file))
    assert (code, out) == (0, f"2 events written to {file}.\n")
    assert err == "1 event left out, for no day is known: An undated one.\n"
    code, out, _ = await _run(cli, "events", "import", str(file), "--json")
    assert {step["does"] for step in json.loads(out)["steps"]} == {"same"}
    await _run(cli, "events", "cancel", ID)
    code, out, err = await _run(cli, "events", "export", ID)
    assert (code, err) == (0, "")
    assert "METHOD:CANCEL" in out
    (one,) = read_calendar(out.encode())
    assert (one.cancelled, one.sequence) == (True, 1)


@pytest.mark.usefixtures("small")
def test_what_cannot_be_exported_is_said(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("events", "export", "nothing")
    assert code == 2
    assert_one_sentence(err, "`events list` shows their ids")
    cli("events", "add", "--title", "Undated", "--when", "tbc")
    code, _, err = cli("events", "export", "undated")
    assert code == 1
    assert_one_sentence(err, "set one first")
    code, _, err = cli("events", "export", "--out", str(tmp_path / "no" / "file.ics"))
    assert code == 1
    assert_one_sentence(err, "name a file you may write to")
