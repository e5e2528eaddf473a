"""Private chats with the running bot: questions, buttons, pages, commands, links, edits."""

import json

import pytest

from handlers.commands import COMMANDS, described
from handlers.texts import texts
from tests.botapi import Message
from tests.telegram_process import Telegram

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]


async def test_a_question_gets_its_answer_with_source_and_suggestions(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    answer = await telegram.say(ana, "which partnerships is Catalonia in?")
    assert answer.text.startswith("Catalonia (Spain) is in 5 partnerships:")
    assert answer.text.splitlines()[-1].startswith("Source: Table 4")
    assert answer.options["link_preview_options"] == {"is_disabled": True}
    assert answer.reply_to is None
    assert "What is Catalonia in?" not in [button.text for button in answer.buttons]
    assert not telegram.server.calls_of("sendChatAction", ana.id), "it took no noticeable time"


async def test_a_pressed_suggestion_is_answered_and_followed_up(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    answer = await telegram.say(ana, "which partnerships is Catalonia in?")
    assert await telegram.press(ana, answer, "What is 3D Printing for?") == ""
    shown = await telegram.server.wait_for_message(ana, count=2)
    assert "3D" in shown.text
    follow_up = await telegram.say(ana, "who leads it?")
    assert "3D Printing" in follow_up.text


async def test_clarification_by_buttons(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    asked_back = await telegram.say(ana, "who leads it?")
    assert len(asked_back.buttons) == 9
    await telegram.press(ana, asked_back, "Sport")
    answer = await telegram.server.wait_for_message(ana, count=2)
    assert "Sport" in answer.text


async def test_a_long_list_is_paged_by_editing(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "which regions take part?")
    first = message.text
    assert "Andalusia" in first
    assert "Source:" in first
    await telegram.press(ana, message, "▶")
    await telegram.server.wait_for(lambda: message.text != first or None)
    assert "Source:" in message.text
    assert telegram.server.from_bot(ana) == [message]
    await telegram.press(ana, message, "◀")
    await telegram.server.wait_for(lambda: message.text == first or None)
    assert await telegram.press(ana, message, "1 of 2") == ""


async def test_lists_of_commands_are_paged_to_their_end(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    for command, last in (("/regions", "52"), ("/glossary", "68")):
        message = await telegram.say(ana, command)
        while any(button.text == "▶" for button in message.buttons):
            await telegram.press(ana, message, "▶")
        assert f"to {last}:" in message.text
        await telegram.press(ana, message, "◀")


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
async def test_every_command_answers(telegram: Telegram, command: str) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, f"/{command}")
    assert message.text


async def test_the_commands_say_what_they_should(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    expected = {
        "/start": "I am an automated assistant",
        "/partnerships": "9 partnerships:",
        "/region Catalonia": "Catalonia (Spain)",
        "/region cataluna": "Catalonia (Spain)",
        "/region Atlantis": "no region called “Atlantis”",
        "/region <3": "no region called “<3”",
        "/partnership textile": "Textile Innovation",
        "/partnership Narnia": "no partnership called",
        "/milestones": "5 milestones:",
        "/next": "No milestone after",
        "/committee": "Steering Committee",
        "/now": "Nothing is recorded for",
        "/about": "Joint Research Centre",
        "/link": "https://t.me/s3p_test_bot",
        "/link Catalonia": "https://t.me/s3p_test_bot?start=r-catalonia",
        "/link zzz": "no region, partnership or event called “zzz”",
        "/link the Steering Committee": "https://t.me/s3p_test_bot?start=committee",
        "/LANGUAGE": "I speak English only",
        "/milestones 2016": "2016",
        "/next steering committee": "No Steering Committee meeting after",
        "/committee members": "make up the Steering Committee",
        "/partnerships of Catalonia": "Catalonia (Spain) is in 5 partnerships",
        "/regions Spain": "8 regions",
        "/glossary ESM": "Efficient and Sustainable Manufacturing",
        "/timezone helsinki": "Europe/Helsinki",
        "Please set my timezone to Lisbon.": "Europe/Lisbon",
        "my time zone is helsinki": "Europe/Helsinki",
        "change the language to English": "My answers are in English",
        "/timezone Nowhere": "no time zone “Nowhere”",
        "/settings": "Time zone: Europe/Helsinki",
        "/language English": "My answers are in English",
        "/language klingon": "do not speak",
        "/stop": "no messages from me any more",
        "/frobnicate": "I do not know that command. /help",
        "/partnershps": "Did you mean /partnerships?",
    }
    for command, words in expected.items():
        assert words in (await telegram.say(ana, command)).text, command


async def test_help_names_every_command(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    shown = (await telegram.say(ana, "/help")).text
    for name, says in described(texts("en")):
        assert f"/{name} - {says}" in shown


async def test_a_command_without_a_name_or_with_a_wrong_one_leads_on(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    asked = await telegram.say(ana, "/partnership")
    assert [button.text for button in asked.buttons][:2] == ["3D Printing", "ADMA Energy"]
    await telegram.press(ana, asked, "Sport")
    assert (await telegram.server.wait_for_message(ana, count=2)).text.startswith("Sport")
    other = await telegram.say(ana, "/region textile")
    assert [button.text for button in other.buttons] == ["Textile Innovation", "All regions"]
    await telegram.press(ana, other, "All regions")
    assert other.text.startswith("52 regions")
    nothing = await telegram.say(ana, "/region Atlantis")
    assert [button.text for button in nothing.buttons] == ["All regions"]


async def test_a_link_can_be_copied(telegram: Telegram) -> None:
    shown = await telegram.say(telegram.world.user("Ana"), "/link Catalonia")
    assert shown.button("Copy the link").raw["copy_text"] == {
        "text": "https://t.me/s3p_test_bot?start=r-catalonia"
    }


async def test_a_link_is_shown_as_a_code_to_be_scanned(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    for named, payload in (
        (" Catalonia", "?start=r-catalonia"),
        (" committee", "?start=committee"),
        ("", ""),
    ):
        shown = await telegram.say(ana, f"/link{named}")
        seen = len(telegram.server.from_bot(ana))
        await telegram.press(ana, shown, "As a QR code")
        code = await telegram.server.wait_for_message(ana, count=seen + 1)
        assert code.file.startswith(b"\x89PNG")
        assert code.text.splitlines()[1] == f"https://t.me/s3p_test_bot{payload}"
        assert "photo" in code.extra
    forged = telegram.world.forge(ana, shown, "1Qr-atlantis")
    assert "not recorded" in (await telegram.server.wait_for_answer(forged))["text"]


async def test_addresses_of_sources_are_short_links(telegram: Telegram) -> None:
    shown = await telegram.say(telegram.world.user("Ana"), "which partnerships is Catalonia in?")
    assert "http" not in shown.text
    assert "necstour.eu" in shown.text
    links = [one["url"] for one in shown.entities if one["type"] == "text_link"]
    assert links[0].startswith("http://necstour.eu/news/")
    assert "\n• Catalonia" in shown.text


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("r-catalonia", "Catalonia (Spain)"),
        ("p-textile", "Textile Innovation"),
        ("e-kick-off-2016", "Kick-off"),
        ("committee", "Steering Committee"),
        ("inline", "automated assistant"),
        ("r-atlantis", "no record of"),
        ("x-1", "no record of"),
        ("p", "no record of"),
    ],
)
async def test_deep_links(telegram: Telegram, payload: str, words: str) -> None:
    ana = telegram.world.user("Ana")
    telegram.world.start(ana, payload)
    first = await telegram.server.wait_for_message(ana)
    assert words in first.text
    telegram.world.start(ana, payload)
    again = await telegram.server.wait_for_message(ana, count=2)
    assert words in again.text
    leads_somewhere = payload in ("r-catalonia", "p-textile", "e-kick-off-2016", "committee")
    assert first.text.startswith("Hello! I am an automated assistant") == (first.text != again.text)
    assert (first.text != again.text) == leads_somewhere


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("settings", "Settings of this chat"),
        ("Time zone?", "I tell times in"),
        ("my data", "All that is stored"),
        ("What do you store about me?", "What is stored about this chat"),
        ("Delete my data!", "This erases what is stored"),
        ("Help!", "Commands"),
        ("glossary", "68 abbreviations"),
    ],
)
async def test_a_command_can_be_said_in_words(telegram: Telegram, typed: str, words: str) -> None:
    assert words in (await telegram.say(telegram.world.user("Ana"), typed)).text


async def test_an_edited_question_edits_its_answer(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    question = telegram.world.say(ana, "who leads textile?")
    answer = await telegram.server.wait_for_message(ana)
    telegram.world.edit(question, "what is ESM?")
    await telegram.server.wait_for(lambda: answer.edited or None)
    assert "Efficient and Sustainable Manufacturing" in answer.text
    assert len(telegram.server.from_bot(ana)) == 1


async def test_an_edit_without_an_answer_is_answered_anew(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    question = telegram.world.say(ana, "who leads textile?")
    answer = await telegram.server.wait_for_message(ana)
    telegram.world.delete(answer)
    telegram.world.edit(question, "what is ESM?")
    again = await telegram.server.wait_for_message(ana)
    assert again is not answer
    assert "Efficient" in again.text


async def test_what_is_no_text_is_answered_politely(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    telegram.world.sticker(ana)
    assert "text only" in (await telegram.server.wait_for_message(ana)).text
    telegram.world.photo(ana, "what is ESM?")
    assert "Efficient" in (await telegram.server.wait_for_message(ana, count=2)).text


async def test_settings_by_buttons(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/settings")
    await telegram.press(ana, message, "Time zone: Europe/Brussels")
    assert await telegram.press(ana, message, _at(message, "Lisbon")) == "Saved."
    assert "Time zone: Europe/Lisbon" in message.text
    await telegram.press(ana, message, "Language: English")
    await telegram.press(ana, message, "✓ English")
    await telegram.press(ana, message, "Reminders: on (press for off)")
    assert "Reminders: off" in message.text
    assert telegram.server.from_bot(ana) == [message]


def _at(message: Message, city: str) -> str:
    """The label of the button for the time of a city."""
    return next(one.text for one in message.buttons if one.text.startswith(city))


async def test_mydata_and_forget(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana Kowalska", username="ana_kowalska")
    await telegram.say(ana, "which partnerships is Catalonia in?")
    await telegram.say(ana, "/timezone Europe/Lisbon")
    data = json.loads((await telegram.say(ana, "/mydata")).file)
    assert data["chat"]["zone"] == "Europe/Lisbon"
    assert data["chat"]["chat_id"] == ana.id
    assert "catalonia" in data["chat_focus"][0]["focus"]
    assert "Kowalska" not in json.dumps(data)
    asked = await telegram.say(ana, "/forget")
    await telegram.press(ana, asked, "Keep it")
    assert "Nothing was erased" in asked.text
    asked = await telegram.say(ana, "/forget")
    assert asked.button("Erase everything").raw["style"] == "danger"
    await telegram.press(ana, asked, "Erase everything")
    assert "Nothing is stored" in asked.text
    data = json.loads((await telegram.say(ana, "/mydata")).file)
    assert data["chat"]["zone"] is None
    assert data["chat_focus"] == []


@pytest.mark.parametrize(
    "data",
    ["", "0old", "1", "1Z", "1Lnope.1", "1Lregions.999", "1Szone.Mars/Olympus", "1Sx", "1Fmaybe",
     "1P9.find||r~list~~~", "1P0.nope|", "1find||", "1region_about|region=atlantis", "1card|a=b",
     "1compare||r~list~~~a", "1find||r~list~r1-:r=x:p=y:z=1~~", "💥" * 16, "1events_list|year=<b>",
     "1events_after|kind=committee,year=2017|c~most~r1-~~", "1find|region=x|o~rank~~r1-~"],
)  # fmt: skip
async def test_forged_and_stale_buttons_are_answered(telegram: Telegram, data: str) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/regions")
    before = message.text
    press = telegram.world.forge(ana, message, data)
    await telegram.answered(press)
    await telegram.settled(ana)
    if data not in ("1Lregions.999", "1events_list|year=<b>"):
        assert message.text == before
        assert telegram.server.answer_to(press)["text"]  # type: ignore[index]  # it is answered


async def test_a_button_on_a_deleted_message_still_answers(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/regions")
    telegram.world.delete(message)
    for data in ("1region_about|region=catalonia", "1Lregions.1"):
        press = telegram.world.forge(ana, message, data)
        await telegram.answered(press)
        shown = await telegram.server.wait_for_message(ana)
        assert shown is not message
        telegram.world.delete(shown)


async def test_a_button_under_a_shared_card_is_answered(telegram: Telegram) -> None:
    ana, ben = telegram.world.user("Ana"), telegram.world.user("Ben")
    query = telegram.world.inline(ana, "catalonia")
    answer = await telegram.server.wait_for_answer(query)
    card = telegram.world.share(
        ana, query, answer["results"][0]["id"], chat=telegram.world.private(ben)
    )
    press = telegram.world.forge(ben, card, "1region_about|region=catalonia")
    assert (await telegram.server.wait_for_answer(press))["text"]
