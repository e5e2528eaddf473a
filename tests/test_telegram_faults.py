"""What Telegram, the network and hostile people do to the running bot."""

import pytest

from handlers.lanes import SLOTS
from handlers.pace import MOST
from tests.botapi import faults
from tests.hostile import hostile_texts
from tests.telegram_process import MAINTAINERS, Telegram

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "which partnerships is Catalonia in?"


@pytest.mark.usefixtures("clean")
async def test_a_429_is_waited_out_and_holds_nobody_else_up(telegram: Telegram) -> None:
    server, world = telegram.server, telegram.world
    ana, others = world.user("Ana"), [world.user(f"User {n}") for n in range(20)]
    server.faults.add(faults.too_many(1), "sendMessage", chat=ana)
    world.say(ana, QUESTION)
    refused = await server.wait_for_call("sendMessage", ana)
    for other in others:
        assert (await telegram.say(other, QUESTION)).text.startswith("Catalonia")
    assert server.from_bot(ana) == []
    await server.wait_for_message(ana)
    assert server.calls_of("sendMessage", ana)[-1].at - refused.at >= 1
    assert server.calls_of("sendChatAction", ana) == []


@pytest.mark.usefixtures("clean")
async def test_more_waiting_chats_than_slots_hold_nobody_up(telegram: Telegram) -> None:
    server, world = telegram.server, telegram.world
    waiting = [world.user(f"User {n}") for n in range(SLOTS + 8)]
    for person in waiting:
        server.faults.add(faults.too_many(2), "sendMessage", chat=person)
        world.say(person, QUESTION)
    for person in waiting:
        await server.wait_for_call("sendMessage", person)
    ana = world.user("Ana")
    await telegram.say(ana, QUESTION)
    assert all(server.from_bot(person) == [] for person in waiting)
    for person in waiting:
        await server.wait_for_message(person)


@pytest.mark.usefixtures("clean")
async def test_a_slow_answer_shows_typing(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.server.faults.add(faults.server_error(), "sendMessage", chat=ana, times=2)
    telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_call("sendChatAction", ana)
    await telegram.server.wait_for_message(ana)


@pytest.mark.usefixtures("clean")
async def test_an_answer_on_its_way_shows_no_typing(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.server.faults.add(faults.slow(1.2), "sendMessage", chat=ana)
    telegram.world.say(ana, QUESTION)
    await telegram.settled(ana)
    assert telegram.server.calls_of("sendChatAction", ana) == []


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    "fault", [faults.server_error(500), faults.server_error(502), faults.dropped()]
)
async def test_a_failed_send_is_made_again(telegram: Telegram, fault: faults.Fault) -> None:
    ana = telegram.world.user("Ana")
    telegram.server.faults.add(fault, "sendMessage", chat=ana)
    await telegram.say(ana, QUESTION)
    await telegram.settled(ana)
    assert len(telegram.server.from_bot(ana)) == 2


@pytest.mark.usefixtures("clean")
async def test_a_hidden_outcome_is_repeated_once(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.server.faults.add(faults.severed(), "sendMessage", chat=ana)
    telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_message(ana, count=2)
    await telegram.settled(ana)
    assert len(telegram.server.from_bot(ana)) == 3


@pytest.mark.usefixtures("shared_bot")
async def test_what_cannot_be_parsed_is_sent_as_plain_text(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.server.faults.add(faults.unparseable(), "sendMessage", chat=ana)
    answer = await telegram.say(ana, QUESTION)
    assert answer.entities == []
    assert answer.text.startswith("Catalonia (Spain) is in 5 partnerships:")
    assert "Sent as plain text" in telegram.bot.read_log()


@pytest.mark.usefixtures("shared_bot")
async def test_a_refused_message_is_logged_and_told_to_the_maintainers(
    telegram: Telegram,
) -> None:
    ana = telegram.world.user("Ana Kowalska")
    telegram.server.faults.add(faults.refusal(400, "Bad Request: something new"), "sendMessage")
    telegram.world.say(ana, "which partnerships is Catalonia in, says Kowalska?")
    report = await telegram.server.wait_for_message(MAINTAINERS)
    id = report.text.splitlines()[0].removeprefix("Error ")
    assert "BadRequest" in report.text
    assert "Kowalska" not in report.text
    log = telegram.bot.read_log()
    assert f"Error {id}: BadRequest" in log
    assert "Kowalska" not in log
    await telegram.settled(ana)


@pytest.mark.usefixtures("clean")
async def test_a_blocking_user_is_marked_and_not_written_to(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await telegram.say(ana, QUESTION)
    telegram.server.faults.add(faults.blocked(), "sendMessage", chat=ana)
    telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_call("sendMessage", ana, count=2)
    await telegram.settled(ana)
    assert len(telegram.server.calls_of("sendMessage", ana)) == 3


@pytest.mark.usefixtures("clean")
async def test_a_migration_met_while_answering(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    group, new = telegram.world.group("Old", ana), telegram.world.supergroup("New", ana)
    telegram.server.faults.add(faults.migrated(new), "sendMessage", chat=group)
    telegram.world.say(ana, f"@s3p_test_bot {QUESTION}", chat=group)
    assert (await telegram.server.wait_for_message(new)).text.startswith("Catalonia")


@pytest.mark.usefixtures("clean")
async def test_nothing_modified_is_no_error(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/regions")
    unmodified = faults.refusal(400, "Bad Request: message is not modified: it is the same")
    telegram.server.faults.add(unmodified, "editMessageText", chat=ana)
    assert await telegram.press(ana, message, "▶") == ""


@pytest.mark.usefixtures("clean")
async def test_an_update_that_comes_ten_times_acts_once(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    update = telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_message(ana)
    for _ in range(10):
        telegram.world.redeliver(update)
    await telegram.settled(ana)
    assert len(telegram.server.from_bot(ana)) == 2


async def test_an_update_that_cannot_be_read_holds_up_no_other(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.world.say(ana, QUESTION)
    telegram.world.updates.add("message", {"message_id": 1, "date": "soon", "chat": {"id": ana.id}})
    telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_message(ana, count=2)
    await telegram.settled(ana)


@pytest.mark.usefixtures("clean")
async def test_the_order_within_each_chat_is_kept(telegram: Telegram) -> None:
    server, world = telegram.server, telegram.world
    people = [world.user(f"User {n}") for n in range(12)]
    zones = ["Europe/Lisbon", "Europe/Helsinki", "Europe/Brussels", "Europe/Paris", "Europe/Rome"]
    for round_, zone in enumerate(zones):
        for person in people:
            if round_ == 2 and person.id % 3 == 0:
                server.faults.add(faults.slow(0.3), "sendMessage", chat=person)
            world.say(person, f"/timezone {zone}")
    for person in people:
        await server.wait_for_message(person, count=len(zones))
        said = [message.text for message in server.from_bot(person)]
        assert all(zone in text for zone, text in zip(zones, said, strict=True))


@pytest.mark.usefixtures("clean")
async def test_who_floods_is_told_once_and_holds_nobody_up(telegram: Telegram) -> None:
    server, world = telegram.server, telegram.world
    eve, ana = world.user("Eve"), world.user("Ana")
    question = await telegram.say(eve, "/privacy")
    for _ in range(MOST + 40):
        world.say(eve, "/privacy")
    await telegram.say(ana, QUESTION)
    await server.wait_for_message(eve, count=MOST + 1, seconds=60)
    wait = [one for one in server.from_bot(eve) if one.text.startswith("You are asking faster")]
    assert len(wait) == 1
    for _ in range(3):
        forged = world.forge(eve, question, "1Szone.Europe/Lisbon")
        assert "too fast" in (await server.wait_for_answer(forged))["text"]
    await telegram.settled(ana)
    assert len(server.from_bot(eve)) == MOST + 1


@pytest.mark.usefixtures("clean")
async def test_hostile_texts_are_answered_and_break_nothing(telegram: Telegram) -> None:
    server, world = telegram.server, telegram.world
    texts = hostile_texts(240, seed=4)
    people = [world.user("<b>Eve</b> & {{ 7*7 }}", username=None) for _ in texts]
    for person, text in zip(people, texts, strict=True):
        world.say(person, text)
        world.inline(person, text[:256])
    for person, text in zip(people, texts, strict=True):
        answer = await server.wait_for_message(person, seconds=30)
        assert answer.text, text
    await server.wait_for_call("answerInlineQuery", count=len(texts))


@pytest.mark.usefixtures("clean")
async def test_an_outage_is_lived_through(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await telegram.say(ana, QUESTION)
    async with telegram.server.down():
        telegram.world.say(ana, QUESTION)
    await telegram.server.wait_for_message(ana, count=2, seconds=30)
