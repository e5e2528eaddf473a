"""The web server: what is answered, and who is turned away."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import pytest

from bot.cli import CommandError
from bot.web import MOST_BYTES, MOST_CONNECTIONS, Health, Page, Ready, Route, WebServer
from bot.webhook import LONG_BODY, SECRET_HEADER, Updates

SECRET = "a-secret-of-the-tests"  # noqa: S105 - opens nothing
WELCOME = {SECRET_HEADER: SECRET}


class Failing(Page):
    def get(self) -> None:
        raise ZeroDivisionError("what somebody wrote")


class Site:
    """The server, and what got through."""

    def __init__(self, **limits: float) -> None:
        self.taken: list[bytes] = []
        self.missing: list[str] = []
        self.server = WebServer(
            0,
            [
                Route("/health", Health, {}),
                Route("/ready", Ready, {"missing": lambda: self.missing}),
                Route("/hook", Updates, {"secret": SECRET, "take": self.take}),
                Route("/failing", Failing, {}),
            ],
            **limits,
        )
        self.server.start()
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.server.port}")

    async def take(self, body: bytes) -> HTTPStatus:
        self.taken.append(body)
        return HTTPStatus.OK

    async def raw(self, sent: bytes) -> bytes:
        """All that comes back until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(sent)
        answer = await reader.read()
        writer.close()
        return answer


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site(header_seconds=0.2, body_seconds=0.2)
    yield site
    await site.client.aclose()
    site.server.stop()
    await site.server.close()


async def test_health_and_readiness(site: Site) -> None:
    for method in ("GET", "HEAD"):
        assert (await site.client.request(method, "/health")).status_code == 200
    assert (await site.client.get("/ready")).json() == {"ready": True, "missing": []}
    site.missing.append("stopping")
    answer = await site.client.get("/ready/")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["stopping"])
    assert "server" not in answer.headers
    assert (await site.client.get("/")).status_code == 404
    assert (await site.client.get("/hook")).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: SECRET[:-1]}, {SECRET_HEADER: SECRET.upper()}],
)
async def test_without_the_secret_nothing_gets_through(site: Site, headers: dict[str, str]) -> None:
    for body in (b"{}", b"x" * LONG_BODY, json.dumps({"update_id": 1}).encode()):
        answer = await site.client.post("/hook", content=body, headers=headers)
        assert answer.status_code == 403
    assert site.taken == []


async def test_a_secret_in_other_letters_is_refused(site: Site) -> None:
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{SECRET_HEADER}: ".encode()
    answer = await site.raw(head + b"\xff\xfe\r\nContent-Length: 2\r\n\r\n{}")
    assert b" 403 " in answer.splitlines()[0]


async def test_what_telegram_posts_gets_through(site: Site) -> None:
    answer = await site.client.post("/hook", content=b'{"update_id": 1}', headers=WELCOME)
    assert (answer.status_code, site.taken) == (200, [b'{"update_id": 1}'])


async def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    head = f"POST /hook HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\n".encode()
    for size in (f"Content-Length: {MOST_BYTES + 1}", "Transfer-Encoding: chunked"):
        chunk = f"{MOST_BYTES + 1:x}\r\n".encode()
        answer = await site.raw(head + size.encode() + b"\r\n\r\n" + chunk)
        assert b" 400 " in answer.splitlines()[0]
    answer = await site.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
    assert b" 200 " not in answer
    assert site.taken == []


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /hook HT",
        f"POST /hook HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {SECRET}\r\n"
        "Content-Length: 20\r\n\r\nhalf".encode(),
    ],
)
async def test_who_is_too_slow_is_cut_off(site: Site, sent: bytes) -> None:
    await site.raw(sent)
    assert site.taken == []
    assert (await site.client.get("/health")).status_code == 200


async def test_who_only_holds_connections_open_shuts_nobody_out() -> None:
    site = Site()
    first = await asyncio.open_connection("127.0.0.1", site.server.port)
    more = [
        await asyncio.open_connection("127.0.0.1", site.server.port)
        for _ in range(MOST_CONNECTIONS + 20)
    ]
    assert (await site.client.get("/health")).status_code == 200
    posted = await site.client.post("/hook", headers={SECRET_HEADER: SECRET}, content=b"{}")
    assert (posted.status_code, site.taken) == (200, [b"{}"])
    assert await first[0].read() == b"", "the one that was idle longest made room"
    for _, writer in (first, *more):
        writer.close()
    await site.client.aclose()
    site.server.stop()
    await site.server.close()


async def test_a_page_that_fails_tells_nothing(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await site.client.get("/failing")
    assert (answer.status_code, answer.text) == (500, "500 Internal Server Error\n")
    assert "ZeroDivisionError" in caplog.text


async def test_a_taken_port_is_one_clear_sentence(site: Site) -> None:
    with pytest.raises(CommandError, match=r"is taken - set PORT to another\."):
        WebServer(site.server.port, []).start()
