"""What people are told of a changed event: the notices in place of those that still wait."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from db.deliveries import CANCEL, CHANGE, NEW, Entry, Planned
from knowledge.occasions import Occasion, begins, ends
from knowledge.reminders import Listener, notice

NOTICES = (NEW, CHANGE, CANCEL)

UNDATED = timedelta(days=30)
"""For so long a notice about an event without a day is of use."""

Place = tuple[int, int]
"""A chat, and its topic or 0."""


def notice_to(
    place: Place, old: Occasion | None, new: Occasion, listener: Listener, *, now: datetime
) -> Planned:
    """The notice of a change to one chat or topic, when it is to go out, and until when."""
    known = [event for event in (old, new) if event is not None]
    near = min(filter(None, map(begins, known)), default=None)
    over = max(filter(None, map(ends, known)), default=now + UNDATED)
    due, silent = notice(near, listener, now=now)
    lead = NEW if old is None else CANCEL if new.status == "cancelled" else CHANGE
    return Planned(
        *place, new.id, lead, new.revision, int(due.timestamp()), int(over.timestamp()), silent
    )


def waiting(rows: Iterable[Entry]) -> list[Entry]:
    """The notices that were not sent yet."""
    return [row for row in rows if row.lead in NOTICES and row.state == "queued"]


def news(
    rows: Iterable[Entry],
    notices: Iterable[Planned],
    old: Occasion | None,
    new: Occasion,
    more: Mapping[str, Any],
) -> Iterator[Planned]:
    """The notices in place of those that wait, which go on from what people know."""
    waits = {(row.chat_id, row.thread_id): row.body for row in reversed(waiting(rows))}
    known, fresh = as_json(old) if old is not None else None, as_json(new)
    bodies: dict[str | None, str | None] = {}  # most are the same
    for one in notices:
        before = waits.get((one.chat_id, one.thread_id))
        told = json.loads(before)["old"] if before is not None else known
        if before not in bodies:
            bodies[before] = _body(told, fresh, more)
        if (body := bodies[before]) is not None:
            yield replace(one, lead=NEW if told is None else one.lead, body=body)


def _body(
    told: Mapping[str, Any] | None, fresh: Mapping[str, Any], more: Mapping[str, Any]
) -> str | None:
    """What a notice holds; None for those who learn nothing new."""
    if told is None and fresh["status"] == "cancelled":
        return None  # they never heard of it
    if told is not None and told["status"] == fresh["status"] == "cancelled":
        return None  # what would have been otherwise is of no use to them
    if told is not None and {**told, "revision": fresh["revision"]} == fresh:
        return None
    return json.dumps({**more, "old": told, "new": fresh}, ensure_ascii=False)


def as_json(event: Occasion) -> dict[str, Any]:
    """An event within the body of a notice."""
    return {**asdict(event), "partnerships": sorted(event.partnerships)}


def from_json(values: Mapping[str, Any]) -> Occasion:
    """The event in the body of a notice."""
    known = {name: values[name] for name in Occasion.__dataclass_fields__ if name in values}
    return Occasion(**{**known, "partnerships": frozenset(known.get("partnerships", ()))})
