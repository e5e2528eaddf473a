"""What the tests of the test server share: a server whose clock they move, a bot and a person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from telegram import Bot

from tests.botapi import BotApiServer, User


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(clock=clock, now=lambda: datetime(2027, 1, 1, tzinfo=UTC)) as server:
        yield server


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=server.url) as bot:
        yield bot


@pytest.fixture
def ana(server: BotApiServer) -> User:
    return server.world.user("Ana")
