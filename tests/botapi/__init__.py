"""A strict Bot API server for tests: real HTTP on loopback, checks, faults and a record.

In a test::

    async with BotApiServer() as server:
        ana = server.world.user("Ana")
        ...  # start a bot with TELEGRAM_BASE_URL=server.url and server.token
        server.world.say(ana, "which regions take part?")
        answer = await server.wait_for_message(ana)
        assert server.violations == []
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
