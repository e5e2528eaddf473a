"""What ``doctor`` finds about a running service: its processes, and what Telegram says."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.presence import BEAT_SECONDS
from bot.settings import Settings
from db.batches import Batches
from db.replicas import Peer, peers
from handlers.deeplinks import CALENDARS

TELEGRAM_SECONDS = 5.0
"""How long Telegram may take to answer."""

BEHIND = 100
"""Updates that wait at Telegram from which on something is wrong."""

_NO_CALENDAR = "404 Not Found\n"
"""What our page says where there is no calendar."""

State = Literal["ok", "warn", "fail"]


class Finding(NamedTuple):
    """The outcome of one check; ``says`` has the mend where there is something to mend."""

    state: State
    about: str
    says: str


async def living(batches: Batches) -> tuple[list[Peer], int]:
    """The processes that give signs of life, and how many are known.

    Takes a few seconds when some are known.
    """
    before = {peer.id: peer for peer in await batches.read(peers)}
    if not before:
        return [], 0
    await asyncio.sleep(1.5 * BEAT_SECONDS)
    now = await batches.read(peers)
    alive = [one for one in now if one.id not in before or one.beat > before[one.id].beat]
    return alive, len(now)


async def processes(engine: AsyncEngine) -> AsyncIterator[Finding]:
    """Whether the processes that are known live, and answer from the newest knowledge."""
    batches = Batches(engine)
    try:
        alive, known = await living(batches)
    finally:
        await batches.close()
    if len(alive) < known:
        says = f"{known - len(alive)} of {known} give no sign of life - see their logs."
        yield Finding("warn", "processes", says)
    elif alive:
        since = datetime.fromtimestamp(min(peer.since for peer in alive), UTC)
        says = f"{len(alive)} running, the oldest since {since:%Y-%m-%d %H:%M} UTC"
        yield Finding("ok", "processes", says)
    else:
        yield Finding("ok", "processes", "none is running")
    for peer in alive:
        if problem := _problem(peer):
            yield Finding("fail", "processes", problem)


def _problem(peer: Peer) -> str | None:
    if peer.problem is None:
        return None
    return f"one still answers from knowledge {peer.revision}, as the newer fails: {peer.problem}"


async def calendar_says(settings: Settings) -> AsyncIterator[Finding]:
    """Whether calendars can be subscribed to, and their page is reached under its address."""
    address = settings.public_address
    if address is None:
        says = "files only - set PUBLIC_URL or WEBHOOK_URL for those that one subscribes to."
        yield Finding("ok", "calendars", says)
        return
    if not address.startswith("https://"):
        says = "the address is not https, so that others on the way can read it - use https."
        yield Finding("warn", "calendars", says)
    try:
        async with httpx.AsyncClient(timeout=TELEGRAM_SECONDS) as client:
            answer = await client.get(f"{address}{CALENDARS}/doctor.ics")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = f"{address} does not answer here ({type(error).__name__}) - see whether `run` runs."
        yield Finding("warn", "calendars", says)
        return
    # What is no address gets a page of ours; a proxy's would be another.
    if answer.status_code == HTTPStatus.NOT_FOUND and answer.text == _NO_CALENDAR:
        yield Finding("ok", "calendars", f"served under {address}{CALENDARS}/")
    else:
        says = f"something else answers under {address}{CALENDARS}/ - pass that path on to PORT."
        yield Finding("warn", "calendars", says)


async def telegram_says(settings: Settings) -> AsyncIterator[Finding]:
    """Whether Telegram knows the token, and calls where it should."""
    token = settings.telegram_bot_token
    address = f"{settings.telegram_base_url}{token.get_secret_value() if token else ''}"
    try:
        async with httpx.AsyncClient(timeout=TELEGRAM_SECONDS) as client:
            me = (await client.get(f"{address}/getMe")).json()
            hook = (await client.get(f"{address}/getWebhookInfo")).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield Finding("warn", "Telegram", f"could not be asked ({type(error).__name__})")
        return
    if not me.get("ok"):
        mend = "copy TELEGRAM_BOT_TOKEN whole from @BotFather."
        yield Finding("fail", "Telegram", f"does not know this token - {mend}")
        return
    yield Finding("ok", "Telegram", f"knows the token: @{me['result'].get('username')}")
    if settings.webhook_url is not None:
        for finding in _hook(hook.get("result", {}), settings.webhook_url):
            yield finding


def _hook(info: dict[str, Any], wanted: str) -> list[Finding]:
    """What Telegram says of the webhook."""
    if info.get("url") != wanted:
        says = "calls another address, or none - `run` tells it WEBHOOK_URL."
        return [Finding("warn", "Telegram", says)]
    found = [Finding("ok", "Telegram", "calls WEBHOOK_URL")]
    waiting = int(info.get("pending_update_count", 0))
    if waiting > BEHIND:
        says = f"{waiting} updates wait - see whether the processes run and can be reached."
        found.append(Finding("warn", "Telegram", says))
    if "last_error_date" in info:
        at = datetime.fromtimestamp(int(info["last_error_date"]), UTC)
        says = f"its last call failed at {at:%Y-%m-%d %H:%M} UTC: {info.get('last_error_message')}"
        found.append(Finding("warn", "Telegram", says))
    return found
