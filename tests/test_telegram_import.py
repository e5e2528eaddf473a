"""Calendar files sent to the bot: what they would change is shown, then done, held or left."""

import re

import pytest
from telegram import Update

from handlers.attachments import Attached, calendar_in
from handlers.essence import essence
from tests.botapi import Message
from tests.calendar_files import AUTUMN, SPRING, calendar, event
from tests.organising import Desk, boss, organiser, shared_bot
from tests.telegram_process import Telegram

__all__ = ["boss", "shared_bot"]
pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]


async def send(desk: Desk, content: str | bytes, **file: object) -> Message:
    """Sends a file, and waits for what the bot says to it."""
    seen = len(desk.telegram.server.from_bot(desk.chat))
    sent = content.encode() if isinstance(content, str) else content
    desk.telegram.world.document(desk.user, sent, **file)  # type: ignore[arg-type]  # as given
    return await desk.telegram.server.wait_for_message(desk.chat, count=seen + 1)


def named(name: str, text: str) -> str:
    """A file of events that no other test knows."""
    return text.replace("@example.org", f"@{name}.example.org").replace(
        "Steering Committee", f"Steering Committee {name}"
    )


async def test_a_file_is_shown_taken_over_told_and_known_again(
    telegram: Telegram, boss: Desk
) -> None:
    ana = Desk(telegram, telegram.world.user("Ana"))
    await ana.say("remind me of the steering committee 1 day before")
    file = named("one", calendar(SPRING, AUTUMN))
    shown = await send(boss, file)
    assert shown.text.startswith("Calendar file: 2 new.")
    assert "Nothing is saved yet" in shown.text
    assert "09:30 Madrid time" in shown.text
    assert "So it reads there" in shown.text
    assert all(len((one.data or "").encode()) <= 64 for one in shown.buttons)
    told = len(telegram.server.from_bot(ana.chat))
    assert await boss.press("Save and tell") == "Saved."
    assert "taken over: 2 new" in boss.seen.text
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert notice.text.startswith("New: Steering Committee one, spring")
    assert "Bilbao" in await ana.say("where is the steering committee one, spring?")

    again = await send(boss, file)
    assert "2 as known already" in again.text
    assert "nothing to be changed" in again.text
    assert again.buttons == []
    later = file.replace("T093000", "T100000").replace("SUMMARY", "SEQUENCE:3\r\nSUMMARY")
    shown = await send(boss, later)
    assert "1 changed, 1 as known already" in shown.text
    assert "10:00 Madrid time" in shown.text
    await boss.press("Save and hold")
    assert "held back" in boss.seen.text
    assert "1 older than what is known" in (await send(boss, named("one", calendar(SPRING)))).text
    off = event("spring@one.example.org", "SEQUENCE:4")
    shown = await send(boss, calendar(off, method="CANCEL"))
    assert "Cancelled: Steering Committee one, spring" in shown.text
    told = len(telegram.server.from_bot(ana.chat))
    await boss.press("Save and tell")
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert notice.text.startswith("Cancelled: Steering Committee one, spring")
    await boss.say("/organise")
    await boss.press("Who changed what")
    actions = re.findall(r"organiser [0-9a-f]{8} (\w+) ", boss.seen.text)
    assert actions[:4] == ["cancelled", "changed", "added", "added"]


async def test_a_file_with_a_fault_changes_nothing_and_names_line_and_mend(boss: Desk) -> None:
    weekly = event("weekly@two.example.org", "DTSTART:20900101T090000Z", "RRULE:FREQ=WEEKLY")
    said = await send(boss, named("two", calendar(SPRING, weekly)))
    assert "have changed nothing" in said.text
    assert "line 18, RRULE" in said.text
    assert "enter each meeting as an event of its own" in said.text
    for content in (b"", b"no calendar", b"\xff\xfe", b"BEGIN:VCALENDAR\r\n<b>&{{ 7 * 7 }}"):
        assert "have changed nothing" in (await send(boss, content)).text
    assert "Committee two" not in await boss.say("/organise committee two")


async def test_too_large_a_file_is_not_even_fetched(telegram: Telegram, boss: Desk) -> None:
    fetched = len(telegram.server.calls_of("getFile"))
    assert "too large" in (await send(boss, b"", size=2_000_000)).text
    assert len(telegram.server.calls_of("getFile")) == fetched
    told_wrong = await send(boss, b" " * 1_200_000, size=10)
    assert "could not get" in told_wrong.text


async def test_the_zone_of_times_without_one_stands_in_the_caption(boss: Desk) -> None:
    file = named("three", calendar(event("x@example.org", "DTSTART:20900101T090000")))
    assert "names no time zone" in (await send(boss, file)).text
    assert "09:00 Lisbon time" in (await send(boss, file, caption="Lisbon")).text
    await boss.press("Discard")
    assert "Nothing was changed" in boss.seen.text


async def test_only_what_was_shown_is_done_and_only_once(telegram: Telegram, boss: Desk) -> None:
    other = await organiser(telegram, "Other")
    file = named("four", calendar(SPRING))
    for desk in (boss, other):
        await send(desk, file, name="any.bin")
    preview, save = boss.seen, next(one.data or "" for one in boss.seen.buttons)
    await boss.press("Save")
    assert await other.press("Save") == "Not saved yet. Look at the difference."
    assert "1 as known already" in other.seen.text
    for _ in range(2):  # a second tap, and a forged one
        press = telegram.world.forge(boss.user, preview, save)
        answer = await telegram.server.wait_for_answer(press)
        assert "not writing" in answer["text"]
    await boss.say("/organise committee four")
    await boss.press("Who changed what")
    assert boss.seen.text.count("added") == 1


async def test_a_file_waits_until_what_is_written_is_done(boss: Desk) -> None:
    await boss.home()
    await boss.press("New event")
    await boss.say("Half a meeting")
    assert "You are writing about Half a meeting" in (await send(boss, calendar(SPRING))).text
    await boss.say("/cancel")
    assert "1 new" in (await send(boss, named("five", calendar(SPRING)))).text
    await boss.say("/organise")
    await boss.press("Go on with: Steering Committee five")
    assert "Nothing is saved yet" in boss.seen.text
    await boss.press("Discard")


async def test_others_cannot_import_and_other_files_are_none(
    telegram: Telegram, boss: Desk
) -> None:
    eve = Desk(telegram, telegram.world.user("Eve"))
    fetched = len(telegram.server.calls_of("getFile"))
    assert "read text only" in (await send(eve, calendar(SPRING))).text
    picture = await send(boss, b"\x89PNG", name="a.png", mime="image/png")
    assert "read text only" in picture.text
    assert len(telegram.server.calls_of("getFile")) == fetched


async def test_what_is_stored_of_a_file_tells_where_it_is_and_not_its_name() -> None:
    chat = {"id": 7, "type": "private"}
    document = {
        "file_id": "f",
        "file_unique_id": "u",
        "file_name": "Zoe's wedding.ics",
        "file_size": 9,
    }
    message = {"message_id": 1, "date": 0, "chat": chat, "document": document, "caption": "Lisbon"}
    update = Update.de_json({"update_id": 1, "message": message}, None)
    kept = essence(update)
    assert kept is not None
    assert "wedding" not in str(kept)
    again = Update.de_json({"update_id": 1, **kept}, None)
    assert again.message is not None
    assert calendar_in(again.message) == Attached("f", 9)
    other = {**document, "file_name": "a.pdf"}
    update = Update.de_json({"update_id": 2, "message": {**message, "document": other}}, None)
    assert "document" not in (essence(update) or {})["message"]
