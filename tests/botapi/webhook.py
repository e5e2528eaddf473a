"""Pushes updates to the bot's webhook: in order within a chat, again until it says 2xx."""

import asyncio
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.botapi.limits import within
from tests.botapi.messages import Params
from tests.botapi.records import Broken
from tests.botapi.updates import Update, Updates

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
NO_HTTPS = "bad webhook: An HTTPS URL must be provided for webhook"


class Webhook:
    """The bot's webhook, and the delivery of updates to it."""

    def __init__(
        self, updates: Updates, note: Callable[[str], None], notify: Callable[[], None]
    ) -> None:
        self.updates = updates
        self.note = note
        self.notify = notify
        self.url = ""
        self.secret = ""
        self.max_connections = 40
        self.retry = 0.02  # seconds before an update is posted again
        self.attempts: list[tuple[int, int]] = []  # (update_id, status; 0 where nobody answered)
        self.last_error = ""
        self.last_error_at = 0.0
        self.task: asyncio.Task[None] | None = None

    def set(self, params: Params) -> bool:
        """Carries out setWebhook.

        Raises:
            Broken: the address or the secret is not acceptable.
        """
        url = params["url"]
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if url and not (parts.scheme == "https" or local):
            raise Broken(NO_HTTPS, f"the webhook {url!r} is neither HTTPS nor on this machine")
        secret = params.get("secret_token", "")
        if secret and not SECRET.fullmatch(secret):
            said = "secret token contains unallowed characters"
            raise Broken(said, "secret_token is not 1-256 of A-Z, a-z, 0-9, _ and -")
        within(params, "max_connections", 1, 100, self.note)
        self.max_connections = min(max(params.get("max_connections", 40), 1), 100)
        self.updates.allow(params.get("allowed_updates"))
        self.stop()
        self.url, self.secret = url, secret
        self.start(drop=params.get("drop_pending_updates", False))
        return True

    def delete(self, params: Params) -> bool:
        self.stop()
        self.url, self.secret = "", ""
        self.start(drop=params.get("drop_pending_updates", False))
        return True

    def start(self, *, drop: bool) -> None:
        if drop:
            self.updates.forget()
        self.updates.webhook_active = bool(self.url)
        if self.url:
            self.updates.conflict("Conflict: terminated by setWebhook request")
            self.task = asyncio.get_running_loop().create_task(self.run())

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            self.task = None

    async def close(self) -> None:
        """Stops delivering, and waits until nothing of it is left."""
        task = self.task
        self.stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def info(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
            "max_connections": self.max_connections,
        }
        if self.updates.allowed is not None:
            shown["allowed_updates"] = sorted(self.updates.allowed)
        if self.last_error:
            shown["last_error_message"] = self.last_error
            shown["last_error_date"] = int(self.last_error_at)
        return shown

    async def run(self) -> None:
        """Hands each pending update to the lane of its chat, for as long as the webhook is set."""
        lanes: dict[int, deque[Update]] = defaultdict(deque)
        slots = asyncio.Semaphore(self.max_connections)
        seen: set[int] = set()
        limits = httpx.Limits(max_connections=self.max_connections)
        async with (
            httpx.AsyncClient(limits=limits, timeout=60, verify=False, trust_env=False) as client,  # noqa: S501
            asyncio.TaskGroup() as group,
        ):
            while True:
                self.updates.arrived.clear()
                fresh = [one for one in self.updates.pending if one["update_id"] not in seen]
                fresh += self.updates.again
                self.updates.again.clear()
                for update in fresh:
                    seen.add(update["update_id"])
                    lane = lanes[_lane(update)]
                    lane.append(update)
                    if len(lane) == 1:
                        group.create_task(self.drain(lane, client, slots))
                await self.updates.arrived.wait()

    async def drain(
        self, lane: deque[Update], client: httpx.AsyncClient, slots: asyncio.Semaphore
    ) -> None:
        """Delivers the updates of one chat, one after the other."""
        while lane:
            async with slots:
                status = await self.post(lane[0], client)
            if 200 <= status < 300:
                update = lane.popleft()
                if update in self.updates.pending:
                    self.updates.pending.remove(update)
                self.updates.confirmed = max(self.updates.confirmed, update["update_id"])
            else:
                await asyncio.sleep(self.retry)
            self.notify()

    async def post(self, update: Update, client: httpx.AsyncClient) -> int:
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            response = await client.post(self.url, json=update, headers=headers)
            status = response.status_code
            error = f"Wrong response from the webhook: {status} {response.reason_phrase}"
        except httpx.TransportError as fault:
            status, error = 0, f"Connection failed: {fault!r}"
        self.attempts.append((update["update_id"], status))
        if not 200 <= status < 300:
            self.last_error = error
            self.last_error_at = time.time()
        return status


def _lane(update: Update) -> int:
    """The chat, or else the person, whose updates keep their order."""
    payload = next(value for key, value in update.items() if key != "update_id")
    message = payload.get("message", payload)
    place = message.get("chat") or payload["from"]
    return int(place["id"])
