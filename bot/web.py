"""The bot's own small web server: what Telegram calls, and what those who run the bot look at.

Another route is one more ``Route`` in the list that the server is made with.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from http import HTTPStatus
from secrets import compare_digest
from typing import Any, NamedTuple, cast

from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler

from bot.cli import CommandError

MOST_BYTES = 1_000_000
"""Bytes of a body; Telegram's updates have a few thousand."""

HEADER_SECONDS = 60.0
"""For so long a connection may be idle, or take to say what it wants."""

BODY_SECONDS = 10.0
"""For so long a body may take."""

MOST_CONNECTIONS = 400
"""Open at once; Telegram opens up to 40."""

_FORWARDED = (
    *("x-forwarded", "forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip"),
    "true-client-ip",
)
"""How the names of headers begin that proxies add."""

_log = logging.getLogger(__name__)


class Route(NamedTuple):
    """A pattern for the path, and who answers there, with what it is made with."""

    pattern: str
    page: "type[Page]"
    values: dict[str, Any]


class Page(RequestHandler):
    """What all pages share: short errors, and logs that say nothing about who asked what."""

    def prepare(self) -> None:
        """Notes that the connection has said what it wants, and is not idle."""
        self.stream = cast("HTTP1Connection", self.request.connection).stream
        self.settings["server"].busy(self.stream)

    def on_finish(self) -> None:
        if hasattr(self, "stream"):
            self.settings["server"].idle(self.stream)

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def write_error(self, status_code: int, **_: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if getattr(value, "status_code", 500) >= 500:
            _log.error("A page failed: %s", typ.__name__, exc_info=(typ, value, tb))


class Health(Page):
    """Whether the process is alive: it is, if it answers."""

    def get(self) -> None:
        self.finish("ok\n")

    head = get


class Ready(Page):
    """Whether the process wants to be called now."""

    def initialize(self, missing: Callable[[], list[str]]) -> None:
        """Takes what tells the reasons why not."""
        self.missing = missing

    def get(self) -> None:
        missing = self.missing()
        if missing:
            self.set_status(503)
        self.finish({"ready": not missing, "missing": missing})

    head = get


class Figures(Page):
    """The metrics, for those who know the token; without one, for this machine only."""

    def initialize(self, token: str | None, page: Callable[[], bytes]) -> None:
        """Takes the token, and what makes the page."""
        self.token = token
        self.page = page

    def get(self) -> None:
        if not self._welcome():
            raise HTTPError(HTTPStatus.FORBIDDEN)
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(self.page())

    def _welcome(self) -> bool:
        if self.token is not None:
            given = self.request.headers.get("Authorization", "")
            return compare_digest(given.encode(), f"Bearer {self.token}".encode())
        # A proxy on this machine speaks for others.
        forwarded = any(name.lower().startswith(_FORWARDED) for name in self.request.headers)
        return not forwarded and self.request.remote_ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class WebServer:
    """Serves pages on a port of all interfaces.

    Args:
        port: 0 takes a free one.
        header_seconds: how long a connection may be idle.
        body_seconds: how long a body may take.
    """

    def __init__(
        self,
        port: int,
        routes: Sequence[Route],
        *,
        header_seconds: float = HEADER_SECONDS,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self.port = port
        self._server = _Server(
            _Pages([(f"{one.pattern}/?", one.page, one.values) for one in routes]),
            max_body_size=MOST_BYTES,
            max_header_size=16_384,
            idle_connection_timeout=header_seconds,
            body_timeout=body_seconds,
        )

    def start(self) -> None:
        """Begins to listen.

        Raises:
            CommandError: the port is taken.
        """
        try:
            listening = _listening(self.port)
        except OSError as error:
            raise CommandError(f"Port {self.port} is taken - set PORT to another.") from error
        self.port = listening.getsockname()[1]
        self._server.add_socket(listening)

    def stop(self) -> None:
        """Takes no further connections; those that are open may end."""
        self._server.stop()

    async def close(self) -> None:
        """Closes every connection."""
        await self._server.close_all_connections()


def _listening(port: int) -> socket.socket:
    """A socket on all interfaces; a container's port is reached from outside."""
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    found = socket.create_server(("", port), family=family, dualstack_ipv6=both)
    found.setblocking(False)  # noqa: FBT003 - the library's own way
    return found


class _Server(HTTPServer):
    """Keeps connections to so many that files and calls remain for the bot.

    Of too many, the one that has been idle longest makes room: who only holds connections open
    shuts nobody out.
    """

    def initialize(self, pages: Application, **options: Any) -> None:  # type: ignore[override]
        """Takes the pages, which tell what is not idle, and the library's own options."""
        super().initialize(pages, **options)
        pages.settings["server"] = self
        self._idle: dict[IOStream, None] = {}  # in the order in which they became so

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        if len(self._connections) >= MOST_CONNECTIONS and not self._make_room():
            stream.close()
            return
        self._idle[stream] = None
        super().handle_stream(stream, address)

    def busy(self, stream: IOStream) -> None:
        """A connection has said what it wants."""
        self._idle.pop(stream, None)

    def idle(self, stream: IOStream) -> None:
        """A connection has its answer."""
        if not stream.closed():
            self._idle[stream] = None

    def _make_room(self) -> bool:
        while self._idle:
            stream = next(iter(self._idle))
            del self._idle[stream]
            if not stream.closed():
                stream.close()
                return True
        return False


class _Pages(Application):
    def log_request(self, handler: RequestHandler) -> None:
        """Nothing: addresses of people are not kept, and the secret of a feed is in its path."""
