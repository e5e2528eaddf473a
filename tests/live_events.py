"""Events that an organiser has entered, put into a test's database before its bot starts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from db import calendar
from db.batches import Batches
from db.calendar import LiveRow
from db.engine import create_engine
from db.sqlite import Execute
from knowledge.entries import CATEGORIES, Entry
from tests.databases import Database


def committee(start: str, **values: Any) -> Entry:
    """A meeting of the Steering Committee on a day, in Brussels from half past nine."""
    return Entry(
        **{
            **CATEGORIES["committee"],
            "title": "Spring meeting of the Steering Committee",
            "start": start,
            "precision": "day",
            "start_time": "09:30",
            "end_time": "16:00",
            "zone": "Europe/Brussels",
            "place": "Brussels, Charlemagne building",
            "country": "BE",
            "link": "https://example.org/steering",
            "text": "Progress of the partnerships and the work of the year to come.",
            **values,
        }
    )


async def enter(database: Database, events: Mapping[str, Entry]) -> None:
    """Writes events as organisers would."""
    engine = create_engine(database.url)
    batches = Batches(engine)
    now = int(datetime.now(UTC).timestamp())

    def write(execute: Execute) -> None:
        for id, entry in events.items():
            known = calendar.live_event(execute, id)
            revision = known.revision + 1 if known is not None else 0
            row = LiveRow(id, entry.to_json(), revision, now)
            calendar.save(execute, row, worked_on=known.revision if known is not None else None)
        calendar.raise_knowledge(execute)

    await batches.now(write)
    await batches.close()
    await engine.dispose()
