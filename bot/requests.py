"""The HTTP side of the bot: a client for each connection, and terse answers."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
from telegram.request import BaseRequest, HTTPXRequest, RequestData

_ECHOED = ("text", "entities", "caption", "caption_entities", "reply_markup", "reply_to_message")
"""What Telegram repeats of a message just sent; nobody needs it, and to read it takes time."""

TIMEOUT = 5.0
"""Seconds to wait for an answer, unless a call says otherwise."""


class SwiftRequest(BaseRequest):
    """Makes calls over so many connections, each with a client of its own.

    The pool of one client looks at all its connections, several times, at every request: with
    sixteen answers under way that took a fifth of the bot's time.
    """

    def __init__(self, connections: int, refused: Callable[[int], None]) -> None:
        context = httpx.create_ssl_context()  # slow to make, and the same for all
        self._clients = [
            HTTPXRequest(
                connection_pool_size=1, read_timeout=TIMEOUT, httpx_kwargs={"verify": context}
            )
            for _ in range(connections)
        ]
        self._refused = refused  # told the code of each call that Telegram refuses
        # The last one used is the first taken again: its connection is still open.
        self._free: asyncio.LifoQueue[HTTPXRequest] = asyncio.LifoQueue()

    @property
    def read_timeout(self) -> float:
        return TIMEOUT

    async def initialize(self) -> None:
        for client in self._clients:
            await client.initialize()
            self._free.put_nowait(client)

    async def shutdown(self) -> None:
        for client in self._clients:
            await client.shutdown()

    async def do_request(  # noqa: PLR0917 - the base class says which
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Makes one call as soon as a connection is free."""
        client = await self._free.get()
        try:
            code, payload = await client.do_request(
                url,
                method,
                request_data,
                read_timeout,
                write_timeout,
                connect_timeout,
                pool_timeout,
            )
            if code >= HTTPStatus.BAD_REQUEST:
                self._refused(code)
            return code, payload
        finally:
            self._free.put_nowait(client)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer, without what only repeats the question."""
        answer = HTTPXRequest.parse_json_payload(payload)
        result = answer.get("result")
        if isinstance(result, dict) and "message_id" in result:
            for name in _ECHOED:
                result.pop(name, None)
        return answer
