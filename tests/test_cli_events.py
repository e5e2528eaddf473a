"""The command ``events``: what organisers do at the command line, and who is told of it."""

import asyncio
import json

import pytest

from bot.events_grammar import CATEGORIES
from db import subscriptions
from db.batches import Batches
from db.deliveries import Entry as Row
from db.deliveries import entries_of
from db.engine import create_engine
from db.sqlite import Execute
from db.subscriptions import Subscribed
from knowledge import entries
from tests.command_line import Cli, assert_one_sentence
from tests.databases import Database

pytest_plugins = ("tests.cli_fixtures",)

CHAT = 4711
ADD = ("events", "add", "--title", "9th meeting", "--when", "17 March 2090", "--at", "9:30-12:30")
ID = "9th-meeting-2090-03-17"
PLACE = ("--place", "Small Town", "--zone", "Europe/Madrid")


async def _in_database(url: str, work: object, *, writes: bool = False) -> object:
    engine = create_engine(url)
    batches = Batches(engine)
    try:
        return await (batches.now if writes else batches.read)(work)  # type: ignore[arg-type]
    finally:
        await batches.close()
        await engine.dispose()


async def _follow_the_committee(url: str) -> None:
    def write(execute: Execute) -> None:
        wanted = Subscribed(CHAT, 0, "series", "steering-committee", ("1w", "1d"), 0)
        subscriptions.save(execute, wanted)

    await _in_database(url, write, writes=True)


async def _rows(url: str) -> list[tuple[str, str, int]]:
    def read(execute: Execute) -> list[Row]:
        return entries_of(execute, chat_id=CHAT)

    found = await _in_database(url, read)
    assert isinstance(found, list)
    return [(row.lead, row.state, row.revision) for row in found]


@pytest.fixture
async def follower(small: Database) -> str:
    await _follow_the_committee(small.url)
    return small.url


async def test_a_new_event_is_answered_with_and_told(cli: Cli, follower: str) -> None:
    code, out, err = await _in_thread(cli, *ADD, *PLACE)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{ID} is added: 9th meeting, 2090-03-17 09:30-12:30 Europe/Madrid, Small Town",
        "  1 chat told, 2 reminders planned.",
    ]
    assert sorted(await _rows(follower)) == [
        ("1d", "queued", 0),
        ("1w", "queued", 0),
        ("new", "queued", 0),
    ]
    answer = (await _in_thread(cli, "ask", "when is the next steering committee meeting?"))[1]
    assert "17 March 2090, 09:30 Madrid time, until 12:30" in answer
    assert "entered by an organiser" in answer


async def test_a_dry_run_writes_nothing(cli: Cli, follower: str) -> None:
    code, out, _ = await _in_thread(cli, *ADD, "--dry-run", "--json")
    assert code == 0
    said = json.loads(out)
    assert (said["told"], said["reminders"], said["written"]) == ([CHAT], 2, False)
    assert await _rows(follower) == []
    assert "9th meeting" not in (await _in_thread(cli, "events", "list"))[1]


async def test_held_notices_are_sent_later(cli: Cli, follower: str) -> None:
    await _in_thread(cli, *ADD, "--hold")
    assert [row for row in await _rows(follower) if row[0] == "new"] == []
    assert "notices held" in (await _in_thread(cli, "events", "list", "--own"))[1]
    code, out, _ = await _in_thread(cli, "events", "notify", ID)
    assert (code, out) == (0, f"{ID}: 1 chat told, 2 reminders planned.\n")
    assert [row[0] for row in await _rows(follower) if row[0] == "new"] == ["new"]
    code, _, err = await _in_thread(cli, "events", "notify", ID)
    assert code == 1
    assert_one_sentence(err, "nothing to send")


async def test_postponed_set_anew_confirmed_and_cancelled(cli: Cli, follower: str) -> None:
    await _in_thread(cli, *ADD)
    code, out, _ = await _in_thread(cli, "events", "postpone", ID, "--reason", "strike")
    assert (code, out.splitlines()[0]) == (
        0,
        f"{ID} is postponed: 9th meeting, date to be confirmed",
    )
    assert not [row for row in await _rows(follower) if row[:2] == ("1d", "queued")]
    moved = ("events", "change", ID, "--when", "2090-04-20", "--at", "14h")
    assert "date to be confirmed -> 2090-04-20 14:00" in (await _in_thread(cli, *moved))[1]
    assert (await _in_thread(cli, "events", "confirm", ID))[0] == 0
    code, _, err = await _in_thread(cli, "events", "confirm", ID)
    assert code == 1
    assert_one_sentence(err, "nothing was changed")
    await _in_thread(cli, "events", "cancel", ID, "--reason", "no quorum")
    queued = [row[0] for row in await _rows(follower) if row[1] == "queued"]
    # The chat was not told of the meeting yet: it need not hear that it is off.
    assert queued == []
    listed = json.loads((await _in_thread(cli, "events", "list", "--own", "--json"))[1])
    assert [(one["id"], one["status"], one["reason"]) for one in listed] == [
        (ID, "cancelled", "no quorum")
    ]
    log = (await _in_thread(cli, "events", "log", ID))[1].splitlines()
    assert [line.split("  ")[2] for line in log] == [
        "cancelled",
        "confirmed",
        "changed",
        "postponed",
        "added",
    ]


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("cancel", "nothing"), "`events list` shows their ids"),
        (("add", "--when", "2090-03-17"), "give the event a title"),
        (("add", "--title", "x", "--when", "31 February 2090"), "correct it"),
        (("add", "--title", "x", "--when", "17 March"), "write 17 March 2027"),
        (("add", "--title", "x", "--when", "soon"), "write 17 March 2027"),
        (("add", "--title", "x", "--when", "2090-03-17", "--at", "25:00"), "correct it"),
        (("add", "--title", "x", "--when", "2090-03-17", "--at", "9h", "--zone", "Mars/X"), " - "),
        (("add", "--title", "<b>x</b>", "--when", "tbc"), " - "),
        (("add", "--title", "x", "--partnership", "nothing"), "choose from"),
        (("add", "--title", "x", "--link", "javascript:alert(1)"), " - "),
    ],
)
@pytest.mark.usefixtures("small")
def test_what_is_not_sound_is_refused(cli: Cli, arguments: tuple[str, ...], mend: str) -> None:
    code, out, err = cli("events", *arguments)
    assert (code, out) == (2, "")
    assert_one_sentence(err, mend)


def test_the_categories_are_those_of_events() -> None:
    assert tuple(entries.CATEGORIES) == CATEGORIES


async def _in_thread(cli: Cli, *arguments: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(cli, *arguments)
