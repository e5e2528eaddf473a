"""A strict Bot API server for tests: real HTTP on loopback, checks, faults and a record.

In a test::

    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        ...  # start a bot with TELEGRAM_BASE_URL=server.url and TELEGRAM_BOT_TOKEN=server.token
        server.world.say(ana, "which regions take part?")
        answer = await server.wait_for_message(ana)
        press = server.world.press(ana, answer, "▶")
        await server.wait_for_answer(press)
        server.faults.add(faults.too_many(3), "sendMessage", chat=ana)
        assert server.violations == []

``violations`` are rules broken by the form of a call, whether Telegram would refuse it or not;
``rejected()`` are all calls refused for a reason of their own, "message is not modified" too. To
show that the bot keeps silent, let something follow in the same chat that it must answer.
"""

from tests.botapi import faults
from tests.botapi.records import Call
from tests.botapi.server import BotApiServer
from tests.botapi.state import Button, Chat, Message, User
from tests.botapi.updates import Update
from tests.botapi.world import World

__all__ = [
    "BotApiServer",
    "Button",
    "Call",
    "Chat",
    "Message",
    "Update",
    "User",
    "World",
    "faults",
]
