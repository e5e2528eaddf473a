"""The page of calendars: whoever knows a secret address gets what its chat follows."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from tornado.web import HTTPError

from bot.web import Page
from db.errors import DatabaseError
from db.feeds import Feeds, Wanted, hashed
from handlers.context import Assistants
from handlers.deeplinks import address, payload_of
from handlers.metrics import Metrics
from handlers.pace import Pace
from handlers.texts import DEFAULT, texts
from knowledge.feed import Feed, write_feed

ENDING = ".ics"
MOST_A_MINUTE = 60
"""How often one address is served; calendars look every few hours, those of a whole group more."""

AT_ONCE = 4
"""Addresses that are looked up at once, so that nobody keeps the database from the bot."""

AGAIN_SECONDS = 300
"""When a calendar is asked to come back while the database is away."""

WRITTEN = 64
"""Calendars held in memory; of some ten thousand bytes each."""


class Busy(Exception):
    """The address is asked for too often."""


@dataclass(frozen=True, slots=True)
class Served:
    """A calendar as it goes out."""

    content: bytes
    changed: datetime


Serve = Callable[[str], Awaitable[Served | None]]


class CalendarPage(Page):
    """Serves calendars; what is no address, or not any more, looks the same as any other."""

    def initialize(self, serve: Serve) -> None:
        """Takes what finds the calendar for a token."""
        self.serve = serve

    async def get(self) -> None:
        token = self.request.path.rstrip("/").rpartition("/")[2].removesuffix(ENDING)
        try:
            served = await self.serve(token)
        except Busy:
            return self._later(HTTPStatus.TOO_MANY_REQUESTS, 60)
        except DatabaseError:
            return self._later(HTTPStatus.SERVICE_UNAVAILABLE, AGAIN_SECONDS)
        if served is None:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        self.set_header("Content-Type", "text/calendar; charset=utf-8")
        self.set_header("Content-Disposition", 'inline; filename="s3p-industry.ics"')
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Last-Modified", served.changed)
        # The server makes the entity tag from the content, and answers 304 by it.
        return await self.finish(served.content)

    head = get

    def _later(self, status: HTTPStatus, seconds: int) -> None:
        self.set_header("Retry-After", str(seconds))
        self.set_status(status)
        self.write_error(status)


class Publisher:
    """Finds and writes the calendar of an address.

    Args:
        clock: gives the moment, for what is over.
        username: gives the bot's name, for links to events.
        metrics: counts what was asked for.
    """

    def __init__(
        self,
        feeds: Feeds,
        assistants: Assistants,
        clock: Callable[[], datetime],
        username: Callable[[], str],
        metrics: Metrics,
    ) -> None:
        self._feeds = feeds
        self._assistants = assistants
        self._clock = clock
        self._username = username
        self._metrics = metrics
        self._pace = Pace(MOST_A_MINUTE)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._written: OrderedDict[tuple[object, ...], Feed] = OrderedDict()
        self._written_from: object = None

    async def serve(self, token: str) -> Served | None:
        """The calendar; None when there is no such address.

        Raises:
            Busy: it was asked for too often.
            DatabaseError: the address cannot be looked up.
        """
        if self._pace.counts(int(hashed(token)[:15], 16)) != "fine":
            self._metrics.calendar("too_often")
            raise Busy
        try:
            async with self._room:
                wanted = await self._feeds.asked(token)
                feed = await self._feed(wanted) if wanted is not None else None
        except DatabaseError:
            self._metrics.calendar("away")
            raise
        self._metrics.calendar("served" if feed is not None else "unknown")
        if wanted is None or feed is None:
            return None
        changed = max(feed.changed, datetime.fromtimestamp(wanted.changed, UTC))
        return Served(feed.content, min(changed, self._clock()))

    async def _feed(self, wanted: Wanted) -> Feed:
        """The calendar, from memory where others want the same."""
        snapshot = self._assistants.snapshot
        if self._written_from is not snapshot:
            self._written.clear()
            self._written_from = snapshot
        today = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        key = (wanted.follows, wanted.alarms, wanted.language, today)
        known = self._written.get(key)
        if known is not None:
            self._written.move_to_end(key)
            return known
        feed = await asyncio.to_thread(
            write_feed,
            snapshot,
            wanted.follows,
            name=texts(wanted.language or DEFAULT).label("calendar_name"),
            alarms=wanted.alarms,
            pages=self._page,
            today=today,
        )
        if self._written_from is snapshot:
            self._written[key] = feed
            if len(self._written) > WRITTEN:
                self._written.popitem(last=False)
        return feed

    def _page(self, event: str) -> str | None:
        payload = payload_of("event", event)
        return address(self._username(), payload) if payload is not None else None
