"""The webhook: what Telegram posts is confirmed when it is safe, and not before."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from secrets import compare_digest
from typing import Any

from telegram import Bot, Update
from tornado.web import HTTPError, stream_request_body

from bot.web import Page
from db.errors import DatabaseError
from handlers.intake import Intake

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MOST_ID = 2**62
LONG_BODY = 65_536
"""Bytes that are not read of those who do not know the secret."""

_log = logging.getLogger(__name__)
Take = Callable[[bytes], Awaitable[HTTPStatus]]


@stream_request_body
class Updates(Page):
    """Where Telegram posts. Without the secret nothing of a body is kept."""

    def initialize(self, secret: str, take: Take) -> None:
        """Takes the secret, and what becomes of a body."""
        self.secret = secret.encode()
        self.take = take
        self.body = bytearray()

    def prepare(self) -> None:
        """Looks at the secret; who does not know it may be hung up on while others wait."""
        given = self.request.headers.get(SECRET_HEADER, "")
        self.welcome = compare_digest(given.encode(), self.secret)
        # To hang up on somebody who still writes hides the answer from them; a long body is not
        # waited for all the same.
        length = self.request.headers.get("Content-Length", "0")
        if self.welcome:
            super().prepare()
        elif not (length.isdecimal() and int(length) <= LONG_BODY):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    def data_received(self, chunk: bytes) -> None:
        if self.welcome:
            self.body += chunk

    async def post(self) -> None:
        if not self.welcome:
            raise HTTPError(HTTPStatus.FORBIDDEN)
        self.set_status(await self.take(bytes(self.body)))


class Webhook:
    """Reads what was posted, and hands it on."""

    def __init__(self, bot: Bot, intake: Intake) -> None:
        self._bot = bot
        self._intake = intake

    async def take(self, body: bytes) -> HTTPStatus:
        """Takes one update; Telegram repeats it unless the status is one of success."""
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        if not _is_update(found):
            return HTTPStatus.BAD_REQUEST
        try:
            update = Update.de_json(found, self._bot)
        except Exception as error:  # noqa: BLE001 - whatever it is, it would be the same again
            _log.error("An update of an unknown form is left out: %s", type(error).__name__)
            return HTTPStatus.OK
        await self._intake.calm()
        if not self._intake.open:
            return HTTPStatus.SERVICE_UNAVAILABLE  # connections outlive the stop: others take it
        try:
            again = await self._intake.receive([update])
        except DatabaseError as error:
            _log.error("An update is not stored: %s", error)
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.SERVICE_UNAVAILABLE if again else HTTPStatus.OK


def _is_update(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    id = found.get("update_id")
    return isinstance(id, int) and not isinstance(id, bool) and 0 < id < MOST_ID
