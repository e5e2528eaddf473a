"""What the bot keeps of chats and updates, on both engines."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.batches import Batches
from db.chats import ANSWERS_KEPT, Chat, Chats
from db.engine import create_engine
from db.errors import DatabaseError, DatabaseLocked
from db.inbox import MOST_STARTS, REMEMBERED, Inbox
from db.sqlite import CHECKPOINT, Execute
from tests.databases import SqliteDatabases

NOW = 1_800_000_000
GROUP, SUPERGROUP = -5001, -1_000_000_005_001


@pytest.fixture
async def batches(engine: AsyncEngine) -> AsyncIterator[Batches]:
    batches = Batches(engine)
    yield batches
    await batches.close()


@pytest.fixture(params=["cached", "shared"])
def chats(batches: Batches, request: pytest.FixtureRequest) -> Chats:
    return Chats(batches, alone=lambda: request.param == "cached")


async def test_updates_are_fresh_once(batches: Batches) -> None:
    inbox = Inbox(batches, "me")
    assert await inbox.keep([(1, "a"), (2, "b")], at=NOW) == {1, 2}
    assert await inbox.keep([(2, "b"), (3, "c")], at=NOW) == {3}
    assert await inbox.keep([], at=NOW) == set()
    await inbox.handled(2, "done", at=NOW)
    assert await inbox.keep([(2, "b")], at=NOW) == set(), "also when it is handled"
    assert await Inbox(batches, "other").take_over(at=NOW) == [(1, "a"), (3, "c")]
    assert await inbox.keep([(1, "a")], at=NOW) == set(), "also when another has it in hand"


async def test_handled_updates_are_forgotten_after_a_day(batches: Batches) -> None:
    inbox = Inbox(batches, "me")
    await inbox.keep([(1, "a"), (2, "b")], at=NOW)
    await inbox.handled(1, "done", at=NOW)
    await inbox.tidy(at=NOW + REMEMBERED)
    assert await inbox.keep([(1, "a")], at=NOW) == set()
    await inbox.tidy(at=NOW + REMEMBERED + 1)
    assert await inbox.keep([(1, "a"), (2, "b")], at=NOW) == {1}


async def test_an_update_that_ends_the_process_is_given_up(batches: Batches) -> None:
    await Inbox(batches, "first").keep([(1, "a")], at=NOW)
    for number in range(MOST_STARTS):
        assert await Inbox(batches, f"later {number}").take_over(at=NOW) == [(1, "a")]
    assert await Inbox(batches, "last").take_over(at=NOW) == []


async def test_many_at_once_are_written_together(batches: Batches) -> None:
    inbox = Inbox(batches, "me")
    found = await asyncio.gather(*(inbox.keep([(n % 50, "x")], at=NOW) for n in range(200)))
    assert sorted(id for ids in found for id in ids) == list(range(50))


async def test_the_failure_of_one_write_is_its_own(batches: Batches) -> None:
    def wrong(execute: Execute) -> None:
        execute("INSERT INTO nowhere VALUES (1)", {})

    inbox = Inbox(batches, "me")
    good, bad = await asyncio.gather(
        inbox.keep([(1, "a")], at=NOW), batches.now(wrong), return_exceptions=True
    )
    assert good == {1}
    assert isinstance(bad, DatabaseError)
    assert await Inbox(batches, "other").take_over(at=NOW) == [(1, "a")]


async def test_choices_and_focus_are_kept(chats: Chats, batches: Batches) -> None:
    assert not await chats.known(7)
    chats.note(7, language="en", zone="Europe/Lisbon", reminders=False, last_seen="2026-11-22")
    chats.save_focus(7, 0, '{"a": 1}', NOW)
    await batches.flush()
    found = await Chats(batches, alone=lambda: False).conversation(7)
    assert found.focus == '{"a": 1}'
    assert (found.chat.zone, found.chat.reminders) == ("Europe/Lisbon", False)
    assert await chats.known(7)
    await chats.tidy(now=NOW + 1)
    assert (await Chats(batches, alone=lambda: False).conversation(7)).focus is None


async def test_answers_are_found_for_a_day(chats: Chats) -> None:
    chats.save_answer(7, 1, 2, at=NOW)
    chats.save_answer(7, 1, 3, at=NOW)
    assert await chats.answer_to(7, 1) == 3
    assert await chats.answer_to(8, 1) is None
    await chats.tidy(now=NOW + ANSWERS_KEPT + 1)
    assert await chats.answer_to(7, 1) is None


async def test_forgetting_leaves_nothing(chats: Chats) -> None:
    chats.note(7, zone="Europe/Lisbon", last_seen="2026-11-22")
    chats.save_focus(7, 0, "{}", NOW)
    chats.save_answer(7, 1, 2, at=NOW)
    await chats.forget(7, at=NOW)
    assert not any((await chats.export(7)).values())


async def test_a_migrated_group_goes_on(chats: Chats, batches: Batches) -> None:
    chats.note(GROUP, zone="Europe/Lisbon", last_seen="2026-11-22")
    chats.save_focus(GROUP, 3, "{}", NOW)
    chats.save_answer(GROUP, 1, 2, at=NOW)
    for _ in range(2):
        await chats.migrate(GROUP, SUPERGROUP)
        found = await chats.conversation(SUPERGROUP, 3)
        assert found.chat == replace(found.chat, chat_id=SUPERGROUP, zone="Europe/Lisbon")
        assert found.focus == "{}"
        assert (await chats.export(GROUP))["chat"] is None
    await batches.flush()


async def test_a_locked_file_is_waited_for(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    engine = create_engine(f"{sqlite.make(tmp_path).url}?timeout=0.05")
    file = Path(engine.url.database or "")
    batches = Batches(engine)
    inbox = Inbox(batches, "me")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLocked):
        await inbox.keep([(1, "a")], at=NOW)
    other.execute("ROLLBACK")
    other.close()
    for number in range(CHECKPOINT + 1):
        await inbox.keep([(number, "a")], at=NOW)
    await batches.close()
    await engine.dispose()
    assert _size(file) > 100_000, "the log went back into the file"


def _size(file: Path) -> int:
    return file.stat().st_size


async def test_a_message_under_way_does_not_undo_a_migration(chats: Chats) -> None:
    """The supergroup tells of it first; a question makes the group known again; then it tells."""
    await chats.change(GROUP, zone="Europe/Lisbon", reminders=False, last_seen="2026-11-21")
    chats.save_focus(GROUP, 3, "{}", NOW)
    await chats.migrate(GROUP, SUPERGROUP)
    chats.note(GROUP, last_seen="2026-11-22")
    await chats.migrate(GROUP, SUPERGROUP)
    found = await chats.conversation(SUPERGROUP, 3)
    assert (found.chat.zone, found.chat.reminders, found.focus) == ("Europe/Lisbon", False, "{}")
    assert found.chat.last_seen == "2026-11-22"
    assert not any((await chats.export(GROUP)).values())


async def test_what_another_process_chose_stays(chats: Chats, batches: Batches) -> None:
    await chats.change(7, zone="Europe/Lisbon", last_seen="2026-11-21")
    await chats.conversation(7)
    other = Chats(batches, alone=lambda: False)
    await other.change(7, reminders=False, zone="Europe/Athens")
    chats.note(7, last_seen="2026-11-22")
    chats.note(7, unreachable="2026-11-22")
    await batches.flush()
    found = (await other.conversation(7)).chat
    chosen = {"zone": "Europe/Athens", "reminders": False}
    assert found == Chat(7, **chosen, unreachable="2026-11-22", last_seen="2026-11-22")  # type: ignore[arg-type]
