"""Questions without an answer: noted where a chat agreed, and taught in Telegram."""

import pytest

from tests.botapi import Message, User
from tests.telegram_process import ADMIN, Telegram

pytest_plugins = ("tests.telegram_fixtures",)
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clean")]

ODD = "where do the nokialanders play?"
TEACHING = 120.0
"""Seconds that trying a lesson out may take on a busy machine."""


async def _agree(telegram: Telegram, user: User) -> None:
    settings = await telegram.say(user, "/settings")
    await telegram.press(user, settings, _label(settings, "Improving answers"))


def _label(message: Message, words: str) -> str:
    return next(one.text for one in message.buttons if words in one.text)


async def test_only_what_a_chat_agreed_to_is_noted_without_what_tells_whose(
    telegram: Telegram,
) -> None:
    ana, ben = telegram.world.user("Ana"), telegram.world.user("Ben")
    boss = telegram.world.user("Boss", id=ADMIN)
    await telegram.say(ana, "where is the zyxwomat of Ana?")
    await _agree(telegram, ben)
    await telegram.say(ben, "is ben@example.org or +32 475 12 34 56 a frobnicator like @ben?")
    await telegram.settled(ben)
    listed = await telegram.say(boss, "/misses")
    assert "zyxwomat" not in listed.text
    assert "frobnicator" in listed.text
    for private in ("example.org", "475", "@ben"):
        assert private not in listed.text
    opened = await telegram.press(boss, listed, _label(listed, "frobnicator"))
    assert opened == ""
    shown = telegram.server.from_bot(telegram.world.private(boss))[-1]
    await telegram.press(boss, shown, "Forget this question")
    assert "frobnicator" not in (await telegram.say(boss, "/misses")).text


async def test_others_see_and_teach_nothing(telegram: Telegram) -> None:
    ana = telegram.world.user("Ana")
    for command in ("/misses", "/teach 1 partnership/textile"):
        assert "those who maintain" in (await telegram.say(ana, command)).text


async def test_a_name_is_taught_and_understood_from_then_on(telegram: Telegram) -> None:
    ana, boss = telegram.world.user("Ana"), telegram.world.user("Boss", id=ADMIN)
    await _agree(telegram, ana)
    await telegram.say(ana, ODD)
    listed = await telegram.say(boss, "/misses")
    await telegram.press(boss, listed, _label(listed, "nokialanders"))
    chat = telegram.world.private(boss)
    opened = telegram.server.from_bot(chat)[-1]
    command = next(line for line in opened.text.splitlines() if "/teach" in line)
    number = command.split("/teach ")[1].split()[0]
    wrong = await telegram.say(boss, f"/teach {number}")
    assert "for example /teach" in wrong.text

    seen = len(telegram.server.from_bot(chat))
    telegram.world.say(boss, f"/teach {number} region/tampere nokialanders")
    said = await telegram.server.wait_for_message(chat, count=seen + 2, seconds=TEACHING)
    assert "is taught" in said.text
    assert "nokialanders" not in (await telegram.say(boss, "/misses")).text

    async def understood() -> bool:
        # Somebody else each time: one person may not ask so often.
        asking = telegram.world.user("Eve")
        return "Tampere" in (await telegram.say(asking, "what are nokialanders in?")).text

    # The process takes newer knowledge over within seconds.
    tries = 0
    while not await understood():
        tries += 1
        assert tries < 2000
