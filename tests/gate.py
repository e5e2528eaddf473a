"""A gate before servers: it spreads connections over them, and can be shut for a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Self

from sqlalchemy.engine import make_url

from tests.databases import Database

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Way = Callable[[], Awaitable[Streams]]
"""Opens a connection to a server."""


class Gate:
    """Passes each connection on to the next server that takes it.

    While it is shut, nobody gets through, and who was inside is cut off.
    """

    def __init__(self, ways: Sequence[Way], port: int = 0) -> None:
        self.port = port
        self._ways = ways
        self._turn = count()
        self._listening: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._enter, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
        for task in self._inside:
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Shut during the block."""
        await self.shut()
        try:
            yield
        finally:
            await self.open()

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._pass_on(reader, writer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            answers, there = await self._connect()
            ends.append(there)
            both = [
                asyncio.ensure_future(one) for one in (_copy(reader, there), _copy(answers, writer))
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            pass  # nobody takes it: it is closed
        finally:
            for end in ends:
                end.transport.abort()

    async def _connect(self) -> Streams:
        first = next(self._turn)
        for number in range(len(self._ways)):
            try:
                return await self._ways[(first + number) % len(self._ways)]()
            except OSError:
                continue
        raise ConnectionRefusedError


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


def to_port(port: int) -> Way:
    """The way to a server on this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def before_postgres(database: Database, port: int = 0) -> tuple[Gate, Callable[[], Database]]:
    """A gate before a PostgreSQL server, and the database as it is reached through it."""
    url = make_url(database.url)
    folder = url.query.get("host")
    number = url.port or 5432

    def way() -> Awaitable[Streams]:
        if isinstance(folder, str):
            return asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{number}")
        return asyncio.open_connection(url.host or "127.0.0.1", number)

    gate = Gate([way], port)

    def reached() -> Database:
        through = url.difference_update_query(["host"]).set(host="127.0.0.1", port=gate.port)
        return Database(through.render_as_string(hide_password=False), database.folder)

    return gate, reached
