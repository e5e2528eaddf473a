"""Fixtures of the end-to-end tests: for each engine one running bot, for all that do not end it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.databases import Databases
from tests.telegram_process import Telegram, bot_of_its_own


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_bot(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Telegram]:
    async with bot_of_its_own(databases, tmp_path_factory.mktemp("shared")) as telegram:
        yield telegram


@pytest.fixture
def telegram(shared_bot: Telegram) -> Telegram:
    """The running bot; what a test makes Telegram refuse or the bot log as an error, fails it."""
    return shared_bot


@pytest_asyncio.fixture(loop_scope="session")
async def clean(shared_bot: Telegram) -> AsyncIterator[None]:
    """Nothing may be left that breaks a rule of the API, or that the bot calls an error."""
    server = shared_bot.server
    calls, logged = len(server.calls), len(shared_bot.bot.read_log())
    yield
    server.faults.clear()
    assert server.violations == []
    refused = [call for call in server.calls[calls:] if call.refused and not call.injected]
    # That a message was deleted, the bot only learns when it wants to edit it.
    assert [call for call in refused if "message to edit not found" not in call.outcome] == []
    log = shared_bot.bot.read_log()[logged:]
    assert " ERROR " not in log, log[-3000:]
    assert server.token not in log
