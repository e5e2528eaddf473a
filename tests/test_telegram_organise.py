"""Organisers write, change and cancel events in Telegram, and see before who would be told."""

import json
import re

import pytest

from tests.organising import Desk, boss, organiser, owner, shared_bot
from tests.telegram_process import ADMIN, Telegram

__all__ = ["boss", "owner", "shared_bot"]

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]


async def _write(desk: Desk, title: str, day: str = "17 March 2090") -> None:
    """Writes a new meeting of the committee up to its preview."""
    await desk.home()
    await desk.press("New event")
    assert "What is it called" in desk.seen.text
    await desk.say(title)
    await desk.press("Steering Committee meeting")
    await desk.say("Bilbao, Spain")
    await desk.say(day)
    await desk.say("9:30-12:30")
    await desk.press("Skip")  # the zone: that of the place
    await desk.say("example.org/meeting")
    await desk.press("To the preview")


async def test_a_meeting_is_written_told_answered_with_changed_and_cancelled(
    telegram: Telegram, boss: Desk
) -> None:
    ana = Desk(telegram, telegram.world.user("Ana"))
    await ana.say("remind me of the steering committee 1 day before")
    await _write(boss, "Quorum & Quills <3")
    preview = boss.seen.text
    assert "New: Quorum & Quills <3" in preview
    assert "09:30" in preview
    assert "Madrid" in preview
    assert "https://example.org/meeting" in preview
    assert "Nothing is saved yet" in preview
    assert re.search(r"\d+ chats? (is|are) told", preview)
    assert "So it reads there" in preview
    assert preview.count("Quorum & Quills <3") >= 3, "also in the example"
    told = len(telegram.server.from_bot(ana.chat))
    assert await boss.press("Save and tell") == "Saved."
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert notice.text.startswith("New: Quorum & Quills <3")
    assert "17 March 2090" in await ana.say("when is the next steering committee meeting?")

    await boss.press("Open the event")
    await boss.press("Change")
    await boss.press("Day")
    assert "is no date" in await boss.say("soon")
    await boss.say("Mon 20 March 2090")
    assert "→" in boss.seen.text
    assert "20 March 2090" in boss.seen.text
    told = len(telegram.server.from_bot(ana.chat))
    await boss.press("Save and tell")
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert "Changed: Quorum" in notice.text

    await boss.press("Open the event")
    await boss.press("Cancel the event")
    await boss.say("no quills")
    assert "Cancelled: Quorum" in boss.seen.text
    assert "Reason: no quills" in boss.seen.text
    told = len(telegram.server.from_bot(ana.chat))
    await boss.press("Save and tell")
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert "Cancelled: Quorum" in notice.text

    await boss.press("Open the event")
    await boss.press("Who changed what")
    actions = re.findall(r"organiser [0-9a-f]{8} (\w+) Quorum", boss.seen.text)
    assert actions == ["cancelled", "changed", "added"]
    assert str(boss.user.id) not in boss.seen.text
    for message in telegram.server.from_bot(boss.chat):
        assert all(len((one.data or "").encode()) <= 64 for one in message.buttons)


async def test_notices_are_held_and_sent_later(telegram: Telegram, boss: Desk) -> None:
    ana = Desk(telegram, telegram.world.user("Ana"))
    await ana.say("remind me of the steering committee 1 day before")
    await _write(boss, "Held meeting", "18 March 2090")
    await boss.press("Save and hold")
    assert "held back" in boss.seen.text
    await telegram.settled(ana.user)
    assert not any("Held meeting" in one.text for one in telegram.server.from_bot(ana.chat))
    await boss.press("Open the event")
    assert "Notices about it are held back" in boss.seen.text
    await boss.press("Send the notices held back")
    assert "So it reads there" in boss.seen.text
    told = len(telegram.server.from_bot(ana.chat))
    assert await boss.press("Send them now") == "They are being sent."
    notice = await telegram.server.wait_for_message(ana.chat, count=told + 1)
    assert notice.text.startswith("New: Held meeting")
    assert "held back" not in boss.seen.text


async def test_who_gets_nothing_unasked_is_not_counted(telegram: Telegram, boss: Desk) -> None:
    async def counted() -> int:
        await boss.home()
        await boss.press("New event")
        await boss.say("Counted meeting")
        await boss.press("To the preview")
        found = re.search(r"(\d+) chats? (?:is|are) told", boss.seen.text)
        return int(found[1]) if found else 0

    before = await counted()
    ben = Desk(telegram, telegram.world.user("Ben"))
    await ben.say("remind me of the steering committee 1 day before")
    assert await counted() == before + 1
    await ben.say("/stop")
    assert await counted() == before
    await boss.say("/cancel")


async def test_an_older_question_that_is_changed_is_no_answer(
    telegram: Telegram, boss: Desk
) -> None:
    asked = telegram.world.say(boss.user, "which partnerships is catalonia in?")
    answer = await telegram.server.wait_for_message(boss.chat)
    await boss.home()
    await boss.press("New event")
    telegram.world.edit(asked, "which partnerships is flanders in?")
    await telegram.server.wait_for(lambda: "Flanders" in answer.text or None)
    assert "What is it? Who" in await boss.say("A title")
    await boss.say("/cancel")


async def test_postponed_without_a_date_and_set_anew(boss: Desk) -> None:
    await _write(boss, "Movable feast", "19 March 2090")
    await boss.press("Save")
    await boss.press("Open the event")
    await boss.press("Postpone")
    await boss.press("Without a reason")
    assert "Postponed: Movable feast" in boss.seen.text
    assert "date to be confirmed" in boss.seen.text
    await boss.press("Back")
    assert "Why?" in boss.seen.text
    await boss.say("strike")
    await boss.press("Save")
    await boss.press("Open the event")
    await boss.press("Change")
    await boss.press("Day")
    await boss.say("2090-05-02")
    await boss.press("Save")
    await boss.press("Open the event")
    await boss.press("Confirm")
    await boss.press("Save")
    await boss.press("Open the event")
    assert "2 May 2090" in boss.seen.text
    assert "announced" in boss.seen.text
    assert "strike" not in boss.seen.text


async def test_each_question_can_be_gone_back_from_skipped_and_left(boss: Desk) -> None:
    await boss.home()
    await boss.press("New event")
    await boss.say("First title")
    await boss.press("Back")
    assert "Now: First title" in boss.seen.text
    await boss.say("Second title")
    assert "2 of" in boss.seen.text
    await boss.press("Skip")
    assert "Where is it" in boss.seen.text
    await boss.press("Online")
    await boss.press("To be confirmed")
    assert "page about it" in boss.seen.text, "without a day, hours and zone are not asked"
    assert "link" in await boss.say("javascript:alert(1)")
    assert "write at most 300" in await boss.say("https://example.org/" + "x" * 400)
    await boss.press("Skip")
    await boss.press("Skip")
    await boss.press("Skip")
    assert "New: Second title" in boss.seen.text
    assert "Online" in boss.seen.text
    await boss.press("Back")
    assert "What is it about" in boss.seen.text
    await boss.press("Stop writing")
    assert "Nothing was changed" in boss.seen.text
    assert "nothing to leave" in await boss.say("/cancel")
    assert "Second title" not in await boss.say("/organise")


async def test_commands_work_in_the_middle_and_questions_after_it(boss: Desk) -> None:
    await boss.home()
    await boss.press("New event")
    assert "committee" in (await boss.say("/committee")).lower()
    assert "What is it? Who" in await boss.say("which partnerships is catalonia in?")
    await boss.say("/organise")
    await boss.press("Go on with: which partnerships")
    await boss.press("To the preview")
    assert "5 partnerships" in await boss.say("what is catalonia in?"), "nothing is awaited"
    await boss.say("/cancel")
    assert "Catalonia" in await boss.say("which partnerships is catalonia in?")


async def test_two_organisers_see_the_difference_anew(telegram: Telegram, boss: Desk) -> None:
    other = await organiser(telegram, "Other")
    await _write(boss, "Common meeting", "21 March 2090")
    await boss.press("Save")
    for desk in (boss, other):
        await desk.say("/organise common meeting")
        await desk.press("Change")
    await boss.press("Title")
    await boss.say("Uncommon meeting")
    await boss.press("Save")
    await other.press("Host")
    await other.say("City of Bilbao")
    assert "Somebody else has changed this meanwhile" in other.seen.text
    assert "Changed: Uncommon meeting" in other.seen.text
    await boss.press("Open the event")
    await boss.press("Cancel the event")
    await boss.press("Without a reason")
    await boss.press("Save")
    assert await other.press("Save") == "Not saved yet. Look at the difference."
    assert "Somebody else" in other.seen.text
    await other.press("Save")
    await other.press("Open the event")
    assert "City of Bilbao" in other.seen.text
    assert "cancelled" in other.seen.text
    assert "Uncommon meeting" in other.seen.text


async def test_forged_and_stale_buttons_never_act(telegram: Telegram, boss: Desk) -> None:
    eve = Desk(telegram, telegram.world.user("Eve"))
    await eve.say("/start")
    assert str(eve.user.id) in await eve.say("/organise"), "they learn their number, nothing else"
    assert "owners" in await eve.say(f"/organisers {eve.user.id}")
    await _write(boss, "Target meeting", "22 March 2090")
    stale = [(boss.seen, one.data or "") for one in boss.seen.buttons]
    forged = [data for _, data in stale] + [
        "1Ohome.0",
        "1Oadd.0",
        "1Oevent.0.kick-off-2016",
        "1Ooff.0.kick-off-2016",
        "1Osend.0.kick-off-2016",
        "1Olog.0",
        f"1Ounrole.{ADMIN}",
        f"1Osave.{10**15}",
    ]
    for data in forged:
        answer = await telegram.server.wait_for_answer(
            telegram.world.forge(eve.user, eve.seen, data)
        )
        assert answer["text"] == "Only organisers can do that."
    await boss.press("Back")
    for message, data in stale:
        answer = await telegram.server.wait_for_answer(
            telegram.world.forge(boss.user, message, data)
        )
        assert "earlier step" in answer["text"]
    for data in ("1Onothing.0", "1Osave.0.x", "1Oevent.0.no-such-event", "1Ooff.7.kick-off-2016"):
        await telegram.server.wait_for_answer(telegram.world.forge(boss.user, boss.seen, data))
    await boss.say("/cancel")
    for message, data in stale:
        answer = await telegram.server.wait_for_answer(
            telegram.world.forge(boss.user, message, data)
        )
        assert answer["text"], "nothing is being written any more"
    assert "Target meeting" not in await boss.say("/organise")


async def test_owners_name_organisers_and_take_it_back(telegram: Telegram, owner: Desk) -> None:
    uma = Desk(telegram, telegram.world.user("Uma"))
    number = re.search(r"\d+", await uma.say("/organise"))
    assert number is not None
    assert "example /organisers 4711" in await owner.say("/organisers Uma")
    heard = len(telegram.server.from_bot(uma.chat))
    assert "may organise events from now on" in await owner.say(f"/organisers {number[0]}")
    await telegram.server.wait_for_message(uma.chat, count=heard + 1)
    assert "was an organiser already" in await owner.say(f"/organisers {number[0]}")
    menus = telegram.server.state.commands
    own = next(menu for key, menu in menus.items() if str(uma.user.id) in key[0])
    names = {one["command"] for one in own}
    assert {"organise", "cancel"} <= names
    assert not {"organisers", "misses"} & names
    for key, menu in menus.items():
        if '"chat"' not in key[0]:
            assert not {"organise", "organisers"} & {one["command"] for one in menu}, key
    assert "/organise -" in await uma.say("/help")
    assert "owners" in await uma.say("/organisers")
    assert "Events" in await uma.say("/organise")
    await uma.press("New event")
    assert str(uma.user.id) in await owner.say("/organisers")
    await owner.press(str(uma.user.id))
    assert str(uma.user.id) not in owner.seen.text
    assert not any(str(uma.user.id) in key[0] for key in menus)
    assert "Catalonia" in await uma.say("which partnerships is catalonia in?"), "no draft is left"
    assert "tell an owner" in await uma.say("/organise")


async def test_a_draft_and_the_role_are_shown_and_forgotten(
    telegram: Telegram, owner: Desk
) -> None:
    ida = Desk(telegram, telegram.world.user("Ida"))
    await telegram.settled(ida.user)
    heard = len(telegram.server.from_bot(ida.chat))
    await owner.say(f"/organisers {ida.user.id}")
    await telegram.server.wait_for_message(ida.chat, count=heard + 1)
    await ida.home()
    await ida.press("New event")
    await ida.say("Ida's meeting")
    seen = len(telegram.server.from_bot(ida.chat))
    telegram.world.say(ida.user, "/mydata")
    sent = await telegram.server.wait_for_message(ida.chat, count=seen + 1)
    document = json.loads(sent.file)
    assert "Ida's meeting" in document["drafts"][0]["body"]
    assert document["admin_roles"][0]["role"] == "organiser"
    assert document["organiser_names"][0]["name"].startswith("organiser ")
    await ida.say("/forget")
    await ida.press("Erase everything")
    assert "Only organisers" in await ida.say("/organise")
    assert str(ida.user.id) not in await owner.say("/organisers")


async def test_in_a_group_nothing_is_organised(telegram: Telegram, boss: Desk) -> None:
    group = telegram.world.group("Friends", boss.user)
    telegram.world.say(boss.user, "/cancel", chat=group)  # that may be another bot's
    at = telegram.server.state.bot.username
    said = await telegram.say(boss.user, f"/organise@{at}", chat=group)
    assert len(telegram.server.from_bot(group)) == 1
    assert "in a private chat" in said.text
    assert str(boss.user.id) not in said.text
