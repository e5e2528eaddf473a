"""Organisers in end-to-end tests, and a bot whose events they may change."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.botapi import Message, User
from tests.databases import Databases
from tests.telegram_process import ADMIN, Telegram, bot_of_its_own


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_bot(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Telegram]:
    """In place of the bot that other tests share, who expect the events of the packs."""
    async with bot_of_its_own(databases, tmp_path_factory.mktemp("organising")) as telegram:
        yield telegram


class Desk:
    """An organiser who talks to the bot: the last message with buttons is what they look at."""

    def __init__(self, telegram: Telegram, user: User) -> None:
        self.telegram = telegram
        self.user = user
        self.chat = telegram.world.private(user)

    @property
    def seen(self) -> Message:
        return self.telegram.server.from_bot(self.chat)[-1]

    async def say(self, text: str) -> str:
        return (await self.telegram.say(self.user, text)).text

    async def press(self, words: str) -> str:
        """Presses the button with these words in its label, and returns the notice."""
        label = next((one.text for one in self.seen.buttons if words in one.text), None)
        assert label is not None, (words, self.seen, [one.text for one in self.seen.buttons])
        return await self.telegram.press(self.user, self.seen, label)

    async def home(self) -> None:
        await self.say("/cancel")
        assert "Events" in await self.say("/organise")

    def data(self, words: str) -> str:
        return next(one.data or "" for one in self.seen.buttons if words in one.text)


@pytest.fixture
def owner(telegram: Telegram) -> Desk:
    return Desk(telegram, telegram.world.user("Owner", id=ADMIN))


async def organiser(telegram: Telegram, name: str) -> Desk:
    """Somebody new with the role: one person may not send so many messages a minute."""
    desk = Desk(telegram, telegram.world.user(name))
    await telegram.bot.database.change(
        "INSERT INTO admin_roles (user_id, role, since) VALUES (:id, 'organiser', 0)",
        id=desk.user.id,
    )
    return desk


@pytest_asyncio.fixture(loop_scope="session")
async def boss(telegram: Telegram) -> Desk:
    return await organiser(telegram, "Boss")
