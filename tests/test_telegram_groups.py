"""Groups, topics, inline mode and life cycle, with the running bot."""

import json

import pytest

from tests.telegram_process import ADMIN, Telegram

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]


async def test_a_group_hears_nothing_unasked(telegram: Telegram) -> None:
    ana, ben = telegram.world.user("Ana"), telegram.world.user("Ben")
    group = telegram.world.supergroup("Regions", ana, ben)
    for noise in ("good morning", "/help@other_bot", "/frobnicate", "mail a@b.org", "@someone hi"):
        telegram.world.say(ana, noise, chat=group)
    telegram.world.sticker(ana, chat=group)
    theirs = telegram.world.say(ben, "which partnerships is Catalonia in?", chat=group)
    telegram.world.say(ana, "no idea", chat=group, reply_to=theirs)
    answer = await telegram.say(ana, "@s3p_test_bot who leads textile?", chat=group)
    assert telegram.server.from_bot(group) == [answer]
    assert answer.reply_to is not None
    assert answer.reply_to.text == "@s3p_test_bot who leads textile?"
    assert len(answer.buttons) <= 2


async def test_a_reply_to_the_bot_goes_on(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    group = telegram.world.group("Regions", ana)
    first = await telegram.say(ana, "who leads 3D printing? @S3P_Test_Bot", chat=group)
    second = await telegram.say(ana, "and textile?", chat=group, reply_to=first)
    assert "Textile" in second.text
    third = await telegram.say(ana, "/next@s3p_test_bot", chat=group)
    assert "milestone" in third.text
    empty = await telegram.say(ana, "@s3p_test_bot", chat=group)
    assert "did not see a question" in empty.text
    unknown = await telegram.say(ana, "/frobnicate@s3p_test_bot", chat=group)
    assert "do not know that command" in unknown.text
    greeting = await telegram.say(ana, "/start@s3p_test_bot", chat=group)
    assert "Nothing else is read" in greeting.text


async def test_help_in_a_group_is_about_the_group(telegram: Telegram) -> None:
    boss = telegram.world.user("Boss")
    group = telegram.world.supergroup("Regions", admins=[boss])
    shown = await telegram.say(boss, "/help", chat=group)
    assert "/regions - " in shown.text
    assert "/mydata - " not in shown.text
    assert "For admins of the group also: /remind, /settings" in shown.text
    assert "expandable_blockquote" in [one["type"] for one in shown.entities]


async def test_topics_are_answered_where_they_are(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    forum = telegram.world.supergroup("Forum", ana, topics=["Textile", "Sport"])
    textile, sport = forum.topics
    one = await telegram.say(ana, "@s3p_test_bot who leads textile?", chat=forum, thread=textile)
    two = await telegram.say(ana, "@s3p_test_bot who leads sport?", chat=forum, thread=sport)
    assert (one.thread, two.thread) == (textile, sport)
    back = await telegram.say(ana, "what is it for?", chat=forum, reply_to=one)
    assert back.thread == textile
    assert "extile" in back.text, "each topic has a focus of its own"
    await telegram.press(ana, two, two.buttons[0].text)
    shown = await telegram.server.wait_for_message(forum, count=4)
    assert shown.thread == sport


async def test_group_settings_are_for_admins(telegram: Telegram) -> None:
    ana, boss = telegram.world.user("Ana"), telegram.world.user("Boss")
    group = telegram.world.supergroup("Regions", ana, admins=[boss])
    refused = await telegram.say(ana, "/timezone@s3p_test_bot Lisbon", chat=group)
    assert "Only the admins" in refused.text
    assert "Europe/Lisbon" in (await telegram.say(boss, "/timezone Lisbon", chat=group)).text
    settings = await telegram.say(boss, "/settings", chat=group)
    assert "Only the admins" in await telegram.press(ana, settings, settings.buttons[2].text)
    assert "Reminders: on" in settings.text
    assert await telegram.press(boss, settings, settings.buttons[2].text) == "Saved."
    for command in ("/forget", "/mydata", "/stop"):
        assert "Only the admins" in (await telegram.say(ana, command, chat=group)).text
    operator = telegram.world.user("Operator", id=ADMIN)
    group.members[ADMIN] = "member"
    assert (await telegram.say(operator, "/mydata", chat=group)).file


async def test_a_migrated_group_keeps_its_settings(telegram: Telegram) -> None:
    boss = telegram.world.user("Boss")
    group = telegram.world.group("Regions", admins=[boss])
    await telegram.say(boss, "/timezone Lisbon", chat=group)
    new, _ = telegram.world.migrate(group, boss)
    shown = await telegram.say(boss, "/settings", chat=new)
    assert "Europe/Lisbon" in shown.text


async def test_blocked_and_back_again(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    await telegram.say(ana, "/timezone Lisbon")
    telegram.world.block(ana)
    telegram.world.unblock(ana)
    data = json.loads((await telegram.say(ana, "/mydata")).file)
    assert data["chat"]["zone"] == "Europe/Lisbon"
    assert data["chat"]["unreachable"] is None
    stranger = telegram.world.user("Ben")
    update = telegram.world.block(stranger)
    await telegram.server.wait_for_confirmed(update)


@pytest.mark.parametrize(
    ("typed", "title", "words"),
    [
        ("catalonia", "Catalonia", "is in 5 partnerships"),
        ("cata", "Catalonia", "is in 5 partnerships"),
        ("flan", "Flanders", "Flanders"),
        ("lombardy catalonia", "4 partnerships", "Textile Innovation"),
        ("next milestone", "No milestone", "No milestone after"),
        ("who leads it", "lead", "lead"),
        ("", "9 partnerships", "Textile Innovation"),
        ("c", "9 partnerships", "Textile Innovation"),
        ("spai", "Spain", "8 regions"),
    ],
)
async def test_inline_cards(telegram: Telegram, typed: str, title: str, words: str) -> None:
    ana, ben = telegram.world.user("Ana"), telegram.world.user("Ben")
    query = telegram.world.inline(ana, typed)
    answer = await telegram.server.wait_for_answer(query)
    results = answer["results"]
    assert title in results[0]["title"]
    assert answer["cache_time"] <= 300
    shared = telegram.world.share(ana, query, results[0]["id"], chat=telegram.world.private(ben))
    assert words in shared.text
    assert "Source:" in shared.text
    assert shared.buttons[0].url is not None
    again = await telegram.server.wait_for_answer(telegram.world.inline(ben, typed))
    assert [one["id"] for one in again["results"]] == [one["id"] for one in results]


async def test_inline_cards_are_distinct_and_more_come_when_one_scrolls(telegram: Telegram) -> None:
    ana, world = telegram.world.user("Ana"), telegram.world

    async def cards(typed: str, offset: str = "") -> tuple[list[str], str]:
        query = world.inline(ana, typed, offset=offset)
        answer = await telegram.server.wait_for_answer(query)
        return [one["title"] for one in answer["results"]], answer["next_offset"]

    assert await cards("catlonia") == (["Catalonia"], "")
    assert await cards("cat") == (["Catalonia"], "")
    first, following = await cards("steering committee")
    assert "June 2025" in first[0], "the latest meeting comes first"
    assert following == "12"
    more, end = await cards("steering committee", following)
    assert more
    assert not set(more) & set(first)
    assert end == ""
    assert await cards("steering committee", "999") == ([], "")


@pytest.mark.parametrize("typed", ["zzzzz", "<3", "hello", "{{ 7*7 }}", "x" * 256])
async def test_inline_finds_nothing_politely(telegram: Telegram, typed: str) -> None:
    query = telegram.world.inline(telegram.world.user("Ana"), typed)
    answer = await telegram.server.wait_for_answer(query)
    assert answer["results"][0]["id"] == "nothing"
    assert answer["button"]["start_parameter"]


async def test_a_late_inline_query_and_press_are_let_go(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    message = await telegram.say(ana, "/regions")
    calls = len(telegram.server.calls)
    late = telegram.world.forge(ana, message, "1N")
    telegram.world.expire(late)
    query = telegram.world.inline(ana, "catalonia")
    telegram.world.expire(query)
    await telegram.server.wait_for_call("answerInlineQuery")
    await telegram.settled(ana)
    for call in telegram.server.calls[calls:]:
        if call.refused and "too old" in call.outcome:
            call.injected = True  # as it must be: nobody can answer these


async def test_menus_are_set_once_for_their_scopes(telegram: Telegram) -> None:
    server = telegram.server
    await server.wait_for(lambda: server.calls_of("setMyShortDescription") or None)
    scopes = {json.loads(scope)["type"] for scope, _ in server.state.commands}
    assert scopes >= {
        "default", "all_private_chats", "all_group_chats", "all_chat_administrators",
    }  # fmt: skip
    await telegram.say(telegram.world.user("Operator", id=ADMIN), "/start")

    def of_operator() -> list[dict[str, str]] | None:
        found = [
            commands
            for (scope, _), commands in server.state.commands.items()
            if json.loads(scope).get("chat_id") == ADMIN
        ]
        return found[0] if found else None

    own = await server.wait_for(of_operator)
    assert "misses" in [one["command"] for one in own], "from the first message on"
