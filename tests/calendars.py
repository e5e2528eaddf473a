"""A bot that serves calendars, and what a calendar program sees of it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx

from knowledge.entries import CATEGORIES, Entry
from knowledge.ics_writer import Written
from tests.botapi import BotApiServer, Message
from tests.databases import Database
from tests.ics_histories import Read, read
from tests.live_events import committee
from tests.telegram_process import Telegram, running

SECRET = "a-secret-of-the-tests"  # noqa: S105 - opens nothing
MEETING = datetime.now(UTC).date() + timedelta(days=40)
EVENTS = {
    "sc-spring": committee(MEETING.isoformat()),
    "workshop": Entry(
        **CATEGORIES["meeting"],
        title="Zebra workshop",
        start=MEETING.isoformat(),
        precision="day",
        partnerships=("textile",),
    ),
}
NOTHING = "/calendar/" + "x" * 43 + ".ics"
ADDRESS = re.compile(r"https?://\S+?/calendar/([A-Za-z0-9_-]{43})\.ics")


@asynccontextmanager
async def webhook_bot(
    server: BotApiServer, database: Database, port: int, **settings: str
) -> AsyncIterator[tuple[Telegram, httpx.AsyncClient]]:
    """A bot behind a webhook, and a calendar program that knows where it is."""
    url = f"http://127.0.0.1:{port}"
    known = {"WEBHOOK_URL": f"{url}/hook", "WEBHOOK_SECRET": SECRET, "PORT": str(port), **settings}
    async with (
        running(server, database, ready="setWebhook", LOG_LEVEL="DEBUG", **known) as bot,
        httpx.AsyncClient(base_url=url) as program,
    ):
        yield Telegram(server, bot), program
        assert " ERROR " not in bot.read_log()
    assert server.violations == []
    assert [call for call in server.calls if call.refused] == []


def token_in(message: Message) -> str:
    found = ADDRESS.search(message.text)
    assert found is not None, message.text
    return found[1]


def events_in(response: httpx.Response) -> dict[str, Read]:
    """The events of a calendar by their names (UID), without the part that is ours."""
    assert response.status_code == 200
    return {one.uid.partition("@")[0]: one for one in read(Written(response.content, 0, ()))}
