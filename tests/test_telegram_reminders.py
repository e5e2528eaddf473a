"""Being reminded, as people ask for it: words, commands and buttons, with the running bot."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from knowledge.entries import Entry
from tests.botapi import BotApiServer, Message, User
from tests.databases import Databases, with_knowledge
from tests.live_events import committee, enter
from tests.telegram_process import ADMIN, MAINTAINERS, Telegram, running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]

MEETING = datetime.now(UTC).date() + timedelta(days=10)
WORKSHOP = MEETING + timedelta(days=10)
BRUSSELS, HELSINKI = ZoneInfo("Europe/Brussels"), ZoneInfo("Europe/Helsinki")
EVENTS = {
    "sc-spring": committee(MEETING.isoformat()),
    "textile-workshop": Entry(
        kind="meeting",
        title="Textile workshop",
        start=WORKSHOP.isoformat(),
        precision="day",
        start_time="14:00",
        zone="Europe/Helsinki",
        place="Helsinki",
        country="FI",
        text="Fibres of tomorrow.",
        partnerships=("textile",),
    ),
    "smart-regions-3": Entry(
        kind="conference",
        milestone=True,
        title="Smart Regions 3.0",
        start=f"{MEETING.year + 1}-09",
        precision="month",
        place="Vigo",
        country="ES",
        text="The third conference.",
    ),
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reminding_bot(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Telegram]:
    """A bot whose organisers have entered what is to come."""
    database = databases.make(tmp_path_factory.mktemp("reminding"), with_knowledge)
    await enter(database, EVENTS)
    async with BotApiServer() as server:
        assert server.world.supergroup("Maintainers").id == MAINTAINERS
        settings = {"ADMIN_IDS": str(ADMIN), "MAINTAINERS_CHAT": str(MAINTAINERS)}
        async with running(server, database, **settings) as bot:
            yield Telegram(server, bot)
    databases.drop(database)


@pytest.fixture
def telegram(reminding_bot: Telegram) -> Telegram:
    return reminding_bot


@pytest_asyncio.fixture(loop_scope="session")
async def clean(reminding_bot: Telegram) -> AsyncIterator[None]:
    """Nothing may be left that breaks a rule of the API, or that the bot calls an error."""
    server, bot = reminding_bot.server, reminding_bot.bot
    calls, logged = len(server.calls), len(bot.read_log())
    yield
    assert server.violations == []
    refused = [call for call in server.calls[calls:] if call.refused]
    assert [call for call in refused if "message to edit not found" not in call.outcome] == []
    assert " ERROR " not in bot.read_log()[logged:]


def said(day: date, hour: str, zone: str = "Brussels") -> str:
    """A moment as it is to be told."""
    return f"{day:%a} {day.day} {day:%B} {day.year}, {hour} {zone} time"


def seconds(day: date, hour: int, minute: int, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())


def labels(message: Message) -> list[str]:
    return [button.text for button in message.buttons]


async def subscribed(telegram: Telegram, user: User, words: str) -> Message:
    """The confirmation of a first reminder, which the question for the zone follows."""
    chat = telegram.world.private(user)
    seen = len(telegram.server.from_bot(chat))
    card = await telegram.say(user, words)
    await telegram.server.wait_for_message(chat, count=seen + 2)
    return card


async def placed(telegram: Telegram) -> User:
    """A person who has said where, and is not asked again."""
    ana = telegram.world.user("Ana")
    await telegram.say(ana, "/timezone Brussels")
    return ana


async def data_of(telegram: Telegram, user: User) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (await telegram.say(user, "/mydata")).file
    )
    return found


# Of what, and how long before


async def test_a_reminder_in_words_is_confirmed_to_the_minute(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    card = await subscribed(
        telegram,
        ana,
        "remnd me two days and also 2 hours before the next sterring commitee meeting",
    )
    assert card.text == (
        "I will remind you of Spring meeting of the Steering Committee, "
        f"{said(MEETING, '09:30')}, until 16:00 (Brussels):\n"
        f"• 2 days before: {said(MEETING - timedelta(days=2), '09:30')}\n"
        f"• 2 hours before: {said(MEETING, '07:30')}"
    )
    times = [one["unix_time"] for one in card.entities if one["type"] == "date_time"]
    begins = seconds(MEETING, 9, 30, BRUSSELS)
    two_days = seconds(MEETING - timedelta(days=2), 9, 30, BRUSSELS)
    assert times == [begins, two_days, begins - 7200], "each clock may show it as it likes"
    assert labels(card)[:5] == ["1 week", "✓ 2 days", "1 day", "✓ 2 hours", "15 minutes"]
    asked = telegram.server.from_bot(ana)[-1]
    assert "Is that where you are?" in asked.text
    again = await telegram.say(ana, "remind me of textile")
    assert "events of Textile Innovation, 1 week and 1 day before" in again.text
    assert said(WORKSHOP, "14:00", "Helsinki") in again.text
    assert said(WORKSHOP - timedelta(days=1), "13:00") in again.text
    await telegram.settled(ana)
    questions = [one for one in telegram.server.from_bot(ana) if "where you are" in one.text]
    assert questions == [asked], "where one is is asked once"


async def test_spans_are_switched_by_buttons_and_typed(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    card = await subscribed(telegram, ana, "/remind a week before the next steering committee")
    assert labels(card)[0] == "✓ 1 week"
    assert await telegram.press(ana, card, "15 minutes") == "Saved."
    assert f"• 15 minutes before: {said(MEETING, '09:15')}" in card.text
    assert await telegram.press(ana, card, "✓ 1 week") == "Saved."
    assert "1 week before" not in card.text
    await telegram.press(ana, card, "✓ 15 minutes")
    assert "I will tell you when it is moved or cancelled" in card.text
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, card, "Another time before …")
    question = await telegram.server.wait_for_message(ana, count=seen + 1)
    assert "How long before Spring meeting" in question.text
    typed = await telegram.say(ana, "an hour and a half, and 3 days")
    assert f"• 3 days before: {said(MEETING - timedelta(days=3), '09:30')}" in typed.text
    assert f"• 1 hour and 30 minutes before: {said(MEETING, '08:00')}" in typed.text
    changed = await telegram.say(ana, "make it 4 days")
    assert "• 4 days before" in changed.text
    assert "3 days before" not in changed.text, "said by itself, it takes the place of the others"
    added = await telegram.say(ana, "another one 2 hours before")
    assert "• 4 days before" in added.text
    assert "• 2 hours before" in added.text
    never = await telegram.say(ana, "remind me 1 hour after the next steering committee meeting")
    assert "cannot remind anybody after an event" in never.text
    assert "stay as they were: 4 days and 2 hours before." in never.text


async def test_a_single_span_is_taken_away_in_words(telegram: Telegram) -> None:
    ana = await placed(telegram)
    await telegram.say(ana, "remind me 3 days before and 2 hours before SC meetings")
    none = await telegram.say(ana, "don't remind me 4 days before the SC any more")
    assert "Those there are come 3 days and 2 hours before" in none.text
    left = await telegram.say(ana, "don't remind me 3 days before the SC any more")
    assert "Steering Committee meetings, 2 hours before" in left.text
    last = await telegram.say(ana, "don't remind me 2 hours before any more")
    assert "No more reminders for you of Steering Committee meetings" in last.text


async def test_the_button_below_an_answer_keeps_what_was_chosen(telegram: Telegram) -> None:
    ana = await placed(telegram)
    for question, words in {
        "what is the next milestone?": "Spring meeting of the Steering Committee, ",
        "/committee": "Spring meeting of the Steering Committee, ",
        "tell me about the Textile workshop": "Textile workshop, ",
        "what is textile for?": "events of Textile Innovation",
        "who leads sport?": "events of Sport",
    }.items():
        answer = await telegram.say(ana, question)
        label = next(one for one in labels(answer) if one.startswith("Remind me"))
        seen = len(telegram.server.from_bot(ana))
        await telegram.press(ana, answer, label)
        card = await telegram.server.wait_for_message(ana, count=seen + 1)
        assert f"I will remind you of {words}" in card.text, question
        await telegram.settled(ana)
    card = await telegram.say(ana, "remind me 3 hours before the next steering committee meeting")
    assert "• 3 hours before" in card.text
    answer = await telegram.say(ana, "what is the next milestone?")
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, answer, "Remind me")
    card = await telegram.server.wait_for_message(ana, count=seen + 1)
    assert "• 3 hours before" in card.text
    assert "1 week" not in card.text


async def test_what_is_over_or_has_no_day_is_told_truly(telegram: Telegram) -> None:
    ana = await placed(telegram)
    past = await telegram.say(ana, "remind me of the first steering committee meeting")
    assert "is over: it was on 17 March 2017" in past.text
    assert "as soon as a new Steering Committee meeting is announced" in past.text
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, past, "Remind me of Steering Committee meetings")
    series = await telegram.server.wait_for_message(ana, count=seen + 1)
    assert (
        "I will remind you of Steering Committee meetings, 1 week and 1 day before" in series.text
    )
    assert "tell you when one is announced, moved or cancelled" in series.text
    undated = await telegram.say(ana, "remind me 3 days before Smart Regions 3.0")
    assert "Its day is not fixed yet" in undated.text
    assert "remind you 3 days before" in undated.text
    nothing = await telegram.say(ana, "follow the sport partnership")
    assert "None is recorded for the time to come" in nothing.text


async def test_it_is_asked_back_of_what(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    asked = await telegram.say(ana, "/remind")
    assert labels(asked) == [
        "Steering Committee meetings",
        "Spring meeting of the Steering Committee",
        "All milestones",
        "A partnership …",
    ]
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, asked, "A partnership …")
    which = await telegram.server.wait_for_message(ana, count=seen + 1)
    assert "Medical Technologies" in labels(which)
    card = await subscribed(telegram, ana, "nano")
    assert "events of New Nano-Enabled Products" in card.text
    foreign = await telegram.say(ana, "remind me to buy milk")
    assert "I know no such event" in foreign.text
    region = await telegram.say(ana, "remind me of everything about Catalonia")
    assert "Catalonia is in these" in region.text
    assert "3D Printing" in labels(region)


# All of them


async def test_the_list_shows_everything_and_changes_it(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    assert "of nothing yet" in (await telegram.say(ana, "/reminders")).text
    await subscribed(telegram, ana, "remind me of the next steering committee meeting")
    await telegram.say(ana, "remind me an hour before textile events")
    shown = await telegram.say(ana, "what are my reminders?")
    assert shown.text == (
        "I remind you of:\n\n"
        "1. Spring meeting of the Steering Committee: 1 week and 1 day before\n"
        f"Next: {said(MEETING - timedelta(days=7), '09:30')}\n\n"
        "2. Events of Textile Innovation: 1 hour before\n"
        f"Next: {said(WORKSHOP, '12:00')} (Textile workshop)\n\n"
        "Times are Brussels time (the default).\n"
        "Quiet hours: none.\n"
        "Digest: off."
    )
    await telegram.press(ana, shown, "2. Events of Textile Innovation")
    assert "✓ 1 hour" in labels(shown)
    assert await telegram.press(ana, shown, "Do not remind of this") == "Saved."
    assert "No more reminders for you of events of Textile Innovation" in shown.text
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, shown, "Undo")
    undone = await telegram.server.wait_for_message(ana, count=seen + 1)
    assert f"• 1 hour before: {said(WORKSHOP, '12:00')}" in undone.text
    await telegram.press(ana, shown, "All reminders")
    assert "2. Events of Textile Innovation" in labels(shown)
    stopped = await telegram.say(ana, "stop reminding me of textile")
    assert "No more reminders" in stopped.text
    none = await telegram.say(ana, "stop reminding me of textile")
    assert "There is no reminder of events of Textile Innovation" in none.text


async def test_a_long_list_has_pages(telegram: Telegram) -> None:
    ana = await placed(telegram)
    for name in ("sport", "textile", "nano", "3d printing", "bio-economy", "industry 4.0"):
        await telegram.say(ana, f"remind me of {name}")
    shown = await telegram.say(ana, "/reminders")
    assert "1 of 2" in labels(shown)
    await telegram.press(ana, shown, "▶")
    assert shown.text.startswith("I remind you of:\n\n6. Events of Industry 4.0")
    await telegram.press(ana, shown, "◀")
    assert "1. Events of Sport" in labels(shown)


async def test_quiet_hours_and_digest_move_what_is_planned(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    card = await subscribed(telegram, ana, "remind me 2 hours before the next steering committee")
    assert said(MEETING, "07:30") in card.text
    quiet = await telegram.say(ana, "no reminders between 21:00 and 8:00")
    assert "No reminders from 21:00 to 08:00, Brussels time" in quiet.text
    seen = len(telegram.server.from_bot(ana))
    card = await telegram.say(ana, "remind me of the next steering committee meeting")
    assert len(telegram.server.from_bot(ana)) == seen + 1
    assert f"• 2 hours before: {said(MEETING, '08:00')} (moved by your quiet hours)" in card.text
    await telegram.press(ana, quiet, "No quiet hours")
    assert "no quiet hours" in quiet.text
    digest = await telegram.say(ana, "a daily digest at 7:15 please")
    assert "one message a day at 07:15" in digest.text
    friday = await telegram.say(ana, "a weekly digest on Friday at 7:00")
    assert "on Mondays, on no other day" in friday.text
    assert "a week, on Monday at 07:00" in friday.text
    unread = await telegram.say(ana, "no messages before 22:00")
    assert "I do not understand these hours, so nothing was changed." in unread.text
    digest = await telegram.say(ana, "a daily digest at 7:15 please")
    await telegram.press(ana, digest, "Weekly")
    await telegram.press(ana, digest, "18:00")
    assert "a week, on Monday at 18:00" in digest.text
    shown = await telegram.say(ana, "/reminders")
    assert "Digest: weekly at 18:00 on Mondays." in shown.text
    await telegram.press(ana, shown, "Digest")
    await telegram.press(ana, shown, "Off")
    assert "There is no digest" in shown.text


async def test_stop_keeps_what_one_is_reminded_of(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me of steering committee meetings")
    stopped = await telegram.say(ana, "stop all reminders")
    assert "no messages from me any more" in stopped.text
    assert "switched off" in (await telegram.say(ana, "/reminders")).text
    await telegram.press(ana, stopped, "Switch reminders on again")
    assert "Reminders: on" in stopped.text
    await telegram.say(ana, "/stop")
    card = await telegram.say(ana, "remind me of steering committee meetings")
    assert card.text.startswith("Reminders are switched on again.")
    assert "switched off" not in (await telegram.say(ana, "/reminders")).text
    await telegram.say(ana, "/stop")
    shown = await telegram.say(ana, "turn reminders on")
    assert "Steering Committee meetings: 1 week" in shown.text
    assert "switched off" not in shown.text


async def test_all_reminders_are_deleted_when_that_is_said(telegram: Telegram) -> None:
    ana = await placed(telegram)
    await telegram.say(ana, "remind me of textile")
    await telegram.say(ana, "remind me of steering committee meetings")
    deleted = await telegram.say(ana, "delete all my reminders")
    assert "Deleted." in deleted.text
    assert "• Events of Textile Innovation\n• Steering Committee meetings" in deleted.text
    shown = await telegram.say(ana, "when is my next reminder?")
    assert "of nothing yet" in shown.text
    assert "switched off" not in shown.text
    why = await telegram.say(ana, "Why did I get this?")
    assert "No reminder has been sent to you yet" in why.text


# Where one is


async def test_the_zone_by_a_button_a_city_and_a_country(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me a day before the next steering committee meeting")
    asked = telegram.server.from_bot(ana)[-1]
    lisbon = next(label for label in labels(asked) if label.startswith("Lisbon ("))
    assert await telegram.press(ana, asked, lisbon) == "Saved."
    day_before = said(MEETING - timedelta(days=1), "08:30", "Lisbon")
    assert "Times are shown for Lisbon time (Europe/Lisbon)" in asked.text
    assert f"The next reminder: {day_before}" in asked.text
    city = await telegram.say(ana, "/timezone Tamperre")
    assert "Helsinki time (Europe/Helsinki)" in city.text
    assert said(MEETING - timedelta(days=1), "10:30", "Helsinki") in city.text
    which = await telegram.say(ana, "/timezone Spain")
    assert "Which of these is it?" in which.text
    canary = next(label for label in labels(which) if label.startswith("Canary"))
    await telegram.press(ana, which, canary)
    assert "Canary time (Atlantic/Canary)" in which.text
    unknown = await telegram.say(ana, "/timezone Atlantis")
    assert "no time zone “Atlantis”" in unknown.text


async def test_a_city_is_typed_when_it_was_asked_for(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me of steering committee meetings")
    answer = await telegram.say(ana, "who leads textile?")
    assert "Valencia" in answer.text, "a question is answered, whatever was asked"
    ben = telegram.world.user("Ben")
    await subscribed(telegram, ben, "remind me of steering committee meetings")
    there = await telegram.say(ben, "I am in Helsinki")
    assert "Helsinki time (Europe/Helsinki)" in there.text
    after = await telegram.say(ben, "Helsinki")
    assert "Europe/Helsinki" not in after.text, "from then on it is a question again"


async def test_a_shared_location_leaves_nothing_but_the_zone(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me a day before the next steering committee meeting")
    asked = telegram.server.from_bot(ana)[-1]
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, asked, "Share my location")
    await telegram.server.wait_for_message(ana, count=seen + 1)
    telegram.world.press_key(ana, "Share my location", at=(60.1699, 24.9384))
    there = await telegram.server.wait_for_message(ana, count=seen + 2)
    assert "Helsinki time (Europe/Helsinki)" in there.text
    assert telegram.world.private(ana).letters == [], "the letters are back"
    stored = await data_of(telegram, ana)
    assert stored["chat"]["zone"] == "Europe/Helsinki"  # type: ignore[call-overload]
    rows = await telegram.bot.database.rows("SELECT body FROM updates WHERE body IS NOT NULL")
    assert "60.1" not in json.dumps([stored, [row[0] for row in rows]])
    ocean = telegram.world.location(ana, 0.0, -30.0)
    await telegram.server.wait_for_message(ana, count=seen + 4)
    assert "location" in ocean["message"]


async def test_nobody_has_to_share(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me of steering committee meetings")
    asked = telegram.server.from_bot(ana)[-1]
    seen = len(telegram.server.from_bot(ana))
    await telegram.press(ana, asked, "Share my location")
    await telegram.server.wait_for_message(ana, count=seen + 1)
    telegram.world.press_key(ana, "Not now")
    declined = await telegram.server.wait_for_message(ana, count=seen + 2)
    assert "Nothing was shared. Times stay Brussels time" in declined.text
    assert telegram.world.private(ana).letters == []


# Groups


async def test_only_admins_let_a_group_be_reminded(telegram: Telegram) -> None:
    ana, boss = telegram.world.user("Ana"), telegram.world.user("Boss")
    group = telegram.world.supergroup("Regions", ana, admins=[boss])
    refused = await telegram.say(ana, "@s3p_test_bot remind us of textile", chat=group)
    assert "Only the admins" in refused.text
    assert refused.buttons[0].url == "https://t.me/s3p_test_bot?start=p-textile"
    answer = await telegram.say(ana, "@s3p_test_bot what is the next milestone?", chat=group)
    assert "admins" in await telegram.press(ana, answer, "Remind me")
    for words in ("no reminders at night", "send us a weekly digest", "/stop"):
        said_no = await telegram.say(ana, f"{words} @s3p_test_bot", chat=group)
        assert "Only the admins" in said_no.text, words
    card = await telegram.say(boss, "@s3p_test_bot remind us of textile", chat=group)
    assert "I will remind this group of events of Textile Innovation" in card.text
    assert "admins" in await telegram.press(ana, card, "15 minutes")
    assert "admins" in await telegram.press(ana, card, "Do not remind of this")
    assert await telegram.press(boss, card, "15 minutes") == "Saved."
    added = await telegram.say(boss, "@s3p_test_bot also 3 days before textile events", chat=group)
    assert "1 week, 3 days, 1 day and 15 minutes before" in added.text
    shown = await telegram.say(ana, "/reminders@s3p_test_bot", chat=group)
    assert "I remind this group of:" in shown.text, "all may see it"


async def test_a_topic_is_reminded_by_itself(telegram: Telegram) -> None:
    boss = telegram.world.user("Boss")
    forum = telegram.world.supergroup("Forum", admins=[boss], topics=["Textile", "Sport"])
    textile, sport = forum.topics
    await telegram.say(boss, "/timezone@s3p_test_bot Brussels", chat=forum, thread=sport)
    card = await telegram.say(
        boss, "@s3p_test_bot remind us of textile", chat=forum, thread=textile
    )
    assert "I will remind this topic of" in card.text
    assert card.thread == textile
    other = await telegram.say(boss, "/reminders@s3p_test_bot", chat=forum, thread=sport)
    assert "this topic of nothing yet" in other.text
    assert "1 more in other topics" in other.text


# What could go wrong


@pytest.mark.parametrize(
    "data",
    ["1R", "1Rlead", "1Rlead.1d", "1Rlead.1d.e.nope", "1Rlead.9x.e.sc-spring",
     "1Rlead.99999w.m.all", "1Ropen.e.nope", "1Ropen.x.sc-spring", "1Ropen.s.other",
     "1Rown.e.nope", "1Rfrobnicate.m.all",
     "1Rquiet.25:00-07:00", "1Rquiet.22:00", "1Rdigest.hourly", "1Rhour.99:99", "1Lreminders.x",
     "1Z1h.999999999", "1Z9x.1", "1Z.1", "1Zoff.999999999", "1Y999999999", "1Y", "1Wmars",
     "1WMars/Olympus", "1W", "1remind|event=nope", "1remind|series=x", "1remind|partnership=<b>",
     "1remind|event=sc-spring,leads=9x", "1remind|region=nope", "1remind_quiet|from=99,to=1",
     "1remind_digest|every=hour", "1remind_stop|event=nope", "1remind_snooze|for=x"],
)  # fmt: skip
async def test_forged_buttons_are_answered_and_change_nothing(
    telegram: Telegram, data: str
) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/reminders")
    press = telegram.world.forge(ana, message, data)
    answer = await telegram.server.wait_for_answer(press)
    assert answer.get("text"), data
    stored = await data_of(telegram, ana)
    assert stored["subscriptions"] == []
    assert stored["reminder_settings"] == []


async def test_buttons_of_what_is_gone_are_answered(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    card = await subscribed(telegram, ana, "remind me of textile")
    await telegram.say(ana, "stop reminding me of textile")
    assert await telegram.press(ana, card, "15 minutes") == "There is no such reminder any more."
    telegram.world.delete(card)
    seen = len(telegram.server.from_bot(ana))
    press = telegram.world.forge(ana, card, "1Lreminders.0")
    await telegram.answered(press)
    shown = await telegram.server.wait_for_message(ana, count=seen)
    assert shown is not card


async def test_mydata_and_forget_cover_reminders(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await subscribed(telegram, ana, "remind me a day before the next steering committee meeting")
    await telegram.say(ana, "no reminders between 22:00 and 7:00")
    stored = await data_of(telegram, ana)
    assert [row["target"] for row in stored["subscriptions"]] == ["sc-spring"]
    assert stored["reminder_settings"][0]["quiet_from"] == "22:00"
    assert [row["lead"] for row in stored["deliveries"]] == ["1d"]
    asked = await telegram.say(ana, "/forget")
    assert "reminders" in asked.text
    await telegram.press(ana, asked, "Erase everything")
    assert "of nothing yet" in (await telegram.say(ana, "/reminders")).text
    stored = await data_of(telegram, ana)
    assert (stored["subscriptions"], stored["deliveries"]) == ([], [])
