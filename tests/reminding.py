"""Subscribers and events written straight into a database, for a running bot to deal with."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from db import calendar, deliveries, subscriptions
from db.batches import Batches
from db.chats import Chats
from db.deliveries import Entry
from db.engine import create_engine
from db.sqlite import Execute
from db.subscriptions import Subscribed
from handlers.news import as_json
from handlers.planning import Planner
from knowledge.occasions import Occasion
from knowledge.reading import read_snapshot
from tests.botapi import BotApiServer
from tests.botapi import Chat as Place
from tests.databases import Database

BEGINS = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)


def meeting(id: str = "meeting", begins: datetime = BEGINS, **fields: str | int) -> Occasion:
    """An event of three hours, in UTC."""
    plain = Occasion(
        id=id,
        title=f"The {id}",
        start=f"{begins:%Y-%m-%d}",
        start_time=f"{begins:%H:%M}",
        end_time=f"{begins + timedelta(hours=3):%H:%M}",
        precision="day",
        zone="UTC",
        revision=1,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # names of its fields


class Office:
    """Does in the database what organisers and chats do by other ways."""

    def __init__(self, batches: Batches, planner: Planner) -> None:
        self.batches = batches
        self.planner = planner

    async def enter(self, *events: Occasion) -> None:
        def work(execute: Execute) -> None:
            for event in events:
                _save(execute, event)
            calendar.raise_knowledge(execute)

        await self.batches.now(work)

    async def change(self, old: Occasion, new: Occasion, *, now: datetime) -> None:
        """Changes an event as organisers do, in one transaction with its notices."""

        def work(execute: Execute) -> None:
            _save(execute, new)
            self.planner.event_changed(execute, old, new, now=now)
            calendar.raise_knowledge(execute)

        await self.batches.now(work)

    async def subscribe(
        self, chats: Iterable[Place | int], *events: Occasion, leads: Sequence[str] = ("1h",)
    ) -> None:
        """Subscribes chats to each of the events; the running bot plans it when it looks anew."""
        ids = [chat if isinstance(chat, int) else chat.id for chat in chats]

        def work(execute: Execute) -> None:
            for id in ids:
                for event in events:
                    wanted = Subscribed(id, 0, "event", event.id, tuple(leads), 0)
                    subscriptions.save(execute, wanted)
            self.planner.replan_all(execute, now=datetime(2027, 1, 1, tzinfo=UTC))

        known = Chats(self.batches, alone=lambda: False)
        for id in ids:
            known.note(id, last_seen="2027-01-01")
        await self.batches.now(work)

    async def rows(self) -> list[Entry]:
        """The whole outbox."""

        def work(execute: Execute) -> list[Entry]:
            chats = execute("SELECT DISTINCT chat_id FROM deliveries ORDER BY chat_id", {})
            return [
                row for (id,) in chats for row in deliveries.entries_of(execute, chat_id=int(id))
            ]

        return await self.batches.read(work)


def _save(execute: Execute, event: Occasion) -> None:
    known = calendar.live_event(execute, event.id)
    row = calendar.LiveRow(event.id, as_json(event), event.revision, 0)
    calendar.save(execute, row, worked_on=known.revision if known is not None else None)


@asynccontextmanager
async def office(database: Database) -> AsyncIterator[Office]:
    engine = create_engine(database.url)
    batches = Batches(engine)
    snapshot = await read_snapshot(engine)
    try:
        yield Office(batches, Planner(lambda: snapshot, "Europe/Brussels"))
    finally:
        await batches.close()
        await engine.dispose()


def people(server: BotApiServer, number: int) -> list[Place]:
    """Private chats of people who have written to the bot before."""
    found = [server.world.private(server.world.user(f"User {n}")) for n in range(number)]
    for chat in found:
        chat.started = True
    return found


def texts_to(server: BotApiServer, chat: Place) -> list[str]:
    return [message.text for message in server.from_bot(chat)]
