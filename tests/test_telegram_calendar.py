"""Calendar files and feeds with the running bot, read by a second library."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from knowledge.entries import CATEGORIES, Entry
from knowledge.entry_changes import cancelled
from knowledge.ics_writer import Written
from tests.botapi import BotApiServer, Chat, Message, User, faults
from tests.databases import Database, Databases, with_knowledge
from tests.ics_histories import Read, read
from tests.live_events import committee, enter
from tests.telegram_process import Telegram, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEETING = datetime.now(UTC).date() + timedelta(days=40)
OFF = cancelled(committee((MEETING + timedelta(days=50)).isoformat()), "no quorum")
EVENTS = {
    "sc-spring": committee(MEETING.isoformat()),
    "sc-off": replace(OFF, title="Quokka committee"),
    "workshop": Entry(
        **CATEGORIES["meeting"],
        title="Zebra <3 & workshop",
        start=MEETING.isoformat(),
        precision="day",
        partnerships=("textile",),
    ),
    "open-day": Entry(**CATEGORIES["meeting"], title="Okapi open day", precision="unknown"),
}
SPRING, FILE = "Spring meeting of the Steering Committee", "Calendar file (.ics)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bot(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Telegram]:
    """A polling bot, whose organisers have entered what is to come; it has no public address."""
    database = databases.make(tmp_path_factory.mktemp("calendar"), with_knowledge)
    await enter(database, EVENTS)
    async with BotApiServer() as server, running(server, database) as process:
        yield Telegram(server, process)
        assert server.violations == []
        assert [call for call in server.calls if call.refused and not call.injected] == []
        assert " ERROR " not in process.read_log()
    databases.drop(database)


def events_in(message: Message) -> list[Read]:
    """The events of the file that a message has, which is a calendar in every respect."""
    assert message.file, message.text
    return read(Written(message.file, 0, ()))


def name_of(message: Message) -> str:
    return str(message.extra["document"]["file_name"])


async def sent_file(telegram: Telegram, user: User | Chat, count: int) -> Message:
    message = await telegram.server.wait_for_message(user, count=count)
    assert "document" in message.extra
    return message


async def test_a_file_by_the_button_under_an_answer(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    answer = await bot.say(ana, "when is the next steering committee meeting?")
    assert await bot.press(ana, answer, FILE) == ""
    file = await sent_file(bot, ana, 2)
    (event,) = events_in(file)
    assert (event.title, event.sequence, event.status) == (SPRING, 0, "CONFIRMED")
    assert event.uid == "sc-spring@events.s3p-industry.invalid"
    assert isinstance(event.start, datetime)
    assert event.start.date() == MEETING
    assert name_of(file) == "sc-spring.ics"
    assert file.text.startswith(f"{SPRING}, ")
    assert "A file does not update" in file.text
    unfolded = file.file.replace(b"\r\n ", b"")
    for line in (
        b"METHOD:PUBLISH\r\n",
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/Brussels\r\n",
        b"URL:https://example.org/steering\r\n",
    ):
        assert line in unfolded


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("the next steering committee meeting", SPRING),
        ("Zebra <3 & workshop", "Zebra <3 & workshop"),
        ("the Bilbao meeting", "Steering Committee"),
    ],
)
async def test_a_file_by_command(bot: Telegram, named: str, title: str) -> None:
    ana = bot.world.user("Ana")
    file = await bot.say(ana, f"/calendar {named}")
    (event,) = events_in(file)
    assert title in event.title
    assert file.text.startswith(event.title)
    assert "?start=e-" in file.file.replace(b"\r\n ", b"").decode() or title == SPRING


async def test_several_events_are_one_file(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    file = await bot.say(ana, "/calendar steering committee")
    found = {event.title: event.status for event in events_in(file)}
    assert found[SPRING] == "CONFIRMED"
    assert found["Quokka committee"] == "CANCELLED", "among others it stays listed as such"
    assert (name_of(file), b"METHOD:PUBLISH" in file.file) == ("s3p-events.ics", True)
    assert file.text.startswith(f"{len(found)} events")
    textile = await bot.say(ana, "/calendar textile")
    assert "Zebra <3 & workshop" in {event.title for event in events_in(textile)}
    past = await bot.say(ana, "/calendar meetings in 2019")
    assert {event.start.year for event in events_in(past)} == {2019}


async def test_a_cancelled_event_takes_itself_out(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    answer = await bot.say(ana, "what about the quokka committee?")
    await bot.press(ana, answer, FILE)
    file = await sent_file(bot, ana, 2)
    (event,) = events_in(file)
    assert event.status == "CANCELLED"
    assert b"METHOD:CANCEL\r\n" in file.file
    assert file.text.startswith("Cancelled: Quokka committee")


async def test_what_has_no_file_says_why(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    answer = await bot.say(ana, "when is the okapi open day?")
    assert FILE not in [button.text for button in answer.buttons]
    assert "not known yet" in (await bot.say(ana, "/calendar okapi open day")).text
    assert "no event called “frobnicate”" in (await bot.say(ana, "/calendar frobnicate")).text
    for forged, says in (
        ("1Cfile.gone", "not recorded any more"),
        ("1Cfile", "not recorded any more"),
        ("1Cfrobnicate.sc-spring", "earlier version"),
        ("1Calarms.maybe", "earlier version"),
    ):
        update = bot.world.forge(ana, answer, forged)
        said = await bot.server.wait_for_answer(update)
        assert says in str(said["text"])
    undated = bot.world.forge(ana, answer, "1Cfile.open-day")
    await bot.answered(undated)
    assert "not known yet" in (await bot.server.wait_for_message(ana, count=4)).text


async def test_a_calendar_is_asked_for_in_words(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    for said in ("Calendar feed?", "subscribe to the calendar"):
        assert "no address on the web" in (await bot.say(ana, said)).text


async def test_files_go_where_they_were_asked_for(bot: Telegram) -> None:
    ana = bot.world.user("Ana")
    forum = bot.world.supergroup("Forum", ana, topics=["Textile", "Sport"])
    textile, _ = forum.topics
    file = await bot.say(ana, "/calendar zebra <3 & workshop", chat=forum, thread=textile)
    assert (file.thread, name_of(file)) == (textile, "workshop.ics")
    assert file.reply_to is not None


async def test_a_changed_event_comes_with_a_higher_sequence(database: Database) -> None:
    moved = replace(EVENTS["sc-spring"], start=(MEETING + timedelta(days=1)).isoformat())
    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        await enter(database, EVENTS)
        await enter(database, {"sc-spring": moved})
        server.faults.add(faults.too_many(1), "sendDocument")
        async with running(server, database) as process:
            file = await Telegram(server, process).say(ana, "/calendar next committee meeting")
        (event,) = events_in(file)
        assert (event.sequence, _day(event)) == (1, MEETING + timedelta(days=1))
        assert len(server.from_bot(ana)) == 1
        assert server.violations == []


def _day(event: Read) -> date:
    return event.start.date() if isinstance(event.start, datetime) else event.start
