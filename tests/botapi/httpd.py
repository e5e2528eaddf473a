"""A small HTTP/1.1 server on loopback: keep-alive, forms, JSON and multipart bodies.

It is written for one kind of client, a bot, so that hundreds of calls a second cost little.
Chunked bodies it refuses.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.botapi.spec import Upload


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; ``drop`` closes the connection without a word instead."""

    status: int = 200
    body: bytes = b""
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The parameters of a request, still as text where they came as text."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


Handler = Callable[[Request], Awaitable[Response]]


class Connection(asyncio.Protocol):
    """One client; its requests are answered one after the other."""

    def __init__(self, handler: Handler, connections: set["Connection"]) -> None:
        self.handler = handler
        self.connections = connections
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base's name
        self.connections.discard(self)
        self.transport = None
        if self.task is not None:
            self.task.cancel()  # nobody waits for the answer any more

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.next()

    def next(self) -> None:
        """Begins to answer the next request, if a whole one is there and none is in hand."""
        if self.task is None and (request := self.take()) is not None:
            self.task = asyncio.get_running_loop().create_task(self.answer(request))
            self.task.add_done_callback(self.answered)

    def answered(self, task: asyncio.Task[None]) -> None:
        self.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
        if self.transport is not None:
            self.next()

    def take(self) -> Request | None:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        begin = end + 4
        stop = begin + int(headers.get("content-length", "0"))
        if "transfer-encoding" in headers and self.transport is not None:
            self.transport.write(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()
            return None
        if len(self.buffer) < stop:
            return None
        body = bytes(self.buffer[begin:stop])
        del self.buffer[:stop]
        target = urlsplit(lines[0].split(" ")[1])
        return Request(unquote(target.path), target.query, headers, body)

    async def answer(self, request: Request) -> None:
        response = await self.handler(request)
        if self.transport is None:
            return
        if response.drop:
            self.close()
            return
        phrase = HTTPStatus(response.status).phrase
        head = (
            f"HTTP/1.1 {response.status} {phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(response.body)}\r\nConnection: keep-alive\r\n\r\n"
        )
        self.transport.write(head.encode() + response.body)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class HttpServer:
    """Listens on loopback; stopped and started again, it keeps its port."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self.handler = handler
        self.port = port
        self.connections: set[Connection] = set()
        self.listening: asyncio.Server | None = None

    async def start(self) -> None:
        self.listening = await asyncio.get_running_loop().create_server(
            lambda: Connection(self.handler, self.connections), "127.0.0.1", self.port
        )
        self.port = self.listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes the port and every connection, and ends what was being answered."""
        if self.listening is None:
            return
        self.listening.close()
        tasks = [one.task for one in self.connections if one.task is not None]
        for connection in list(self.connections):
            connection.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.listening.wait_closed()
        self.listening = None


def read_form(request: Request) -> Form:
    """The parameters in the address and in the body."""
    form = Form()
    form.values.update(parse_qsl(request.query, keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("multipart/form-data"):
            _multipart(kind, request.body, form)
        elif kind.startswith("application/json"):
            form.values.update(json.loads(request.body or b"{}"))
        elif request.body:
            text = request.body.decode()
            form.values.update(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except ValueError as error:
        form.problems.append(f"the body cannot be read: {error}")
    return form


def _multipart(kind: str, body: bytes, form: Form) -> None:
    """Splits a multipart body; the standard library's reader of mails is far slower."""
    boundary = kind.partition("boundary=")[2].strip('"')
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        names = _disposition(head.decode())
        if "filename" in names:
            form.files[names["name"]] = Upload(names["filename"], content)
        else:
            form.values[names["name"]] = content.decode()


def _disposition(head: str) -> dict[str, str]:
    line = next(
        line for line in head.split("\r\n") if line.lower().startswith("content-disposition")
    )
    pairs = (piece.strip().partition("=") for piece in line.split(";")[1:])
    return {name: value.strip('"') for name, _, value in pairs}
