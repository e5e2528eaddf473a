"""Lays the events of organisers over those of the packs, as if they came with a pack of their own.

The packs stay as they are: an event that an organiser changed stands in the place of the pack's,
and loading the pack again loses nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from knowledge.entries import OF_EVENTS, PACK, Entry
from knowledge.facts import Alias, Event, Link, Live, Pack
from knowledge.snapshot import Snapshot
from knowledge.wording import day_of

_HEADER = Pack(
    id=PACK,
    label="Organisers",
    title="Events entered by organisers",
    publisher="The organisers of the events",
    licence="None: dates and places are facts",
    as_of="",
    url="",
    citation="Events that organisers entered or changed in this assistant.",
    checksum="",
    position=10_000,
)
_NOUNS = {"meeting": "meeting", "conference": "conference"}
_HOURS_OPEN = "The hours are to be confirmed."


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A row of the table ``live_events``."""

    id: str
    values: Mapping[str, Any]
    revision: int
    changed: int


def overlaid(base: Snapshot, rows: Iterable[LiveRow]) -> Snapshot:
    """The snapshot of the packs with the events of organisers over it; itself without any."""
    rows = tuple(rows)
    if not rows:
        return base
    entries = {row.id: _standing(Entry.from_json(row.values), base) for row in rows}
    events = {row.id: _event(row, entries[row.id]) for row in rows}
    days = [_day(row) for row in rows]
    own_links = [link for row in rows for link in _links(row, entries[row.id])]
    first = base.founding.id if base.packs else None
    header = replace(_HEADER, as_of=max(days), checksum=_checksum(rows), extends=first)
    return replace(
        base,
        packs={**base.packs, PACK: header},
        things={**base.things, "event": {**base.things["event"], **events}},
        links=(*(link for link in base.links if not _is_replaced(link, events)), *own_links),
        aliases=(*base.aliases, *_aliases(base, events)),
        packed=base,
        live={row.id: _live(row, entries[row.id]) for row in rows},
    )


def _live(row: LiveRow, entry: Entry) -> Live:
    return Live(row.revision, row.changed, entry.uid, entry.hours_open)


def _standing(entry: Entry, base: Snapshot) -> Entry:
    """The entry without what it refers to in packs that are not there."""
    known = tuple(id for id in entry.partnerships if id in base.partnerships)
    country = entry.country if entry.country in base.countries else None
    return replace(entry, partnerships=known, country=country)


def _event(row: LiveRow, entry: Entry) -> Event:
    told = [
        entry.note,
        _HOURS_OPEN if entry.hours_open else None,
        f"Reason: {entry.reason.rstrip('.')}." if entry.reason else None,
    ]
    known = {name: getattr(entry, name) for name in OF_EVENTS}
    known["note"] = " ".join(filter(None, told)) or None
    return Event(id=row.id, pack=PACK, source=_source(row), as_of=_day(row), **known)


def _day(row: LiveRow) -> str:
    return datetime.fromtimestamp(row.changed, UTC).date().isoformat()


def _source(row: LiveRow) -> str:
    return f"entered by an organiser, {day_of(_day(row))}"


def _checksum(rows: Sequence[LiveRow]) -> str:
    return " ".join(f"{row.id}.{row.revision}.{row.changed}" for row in rows)


def _is_replaced(link: Link, events: Mapping[str, Event]) -> bool:
    of_event = link.subject_kind == "event" and link.subject in events
    return of_event and link.target_kind == "partnership"


def _links(row: LiveRow, entry: Entry) -> Iterable[Link]:
    for partnership in entry.partnerships:
        yield Link(
            pack=PACK,
            source=_source(row),
            as_of=_day(row),
            key=0,
            subject_kind="event",
            subject=row.id,
            target_kind="partnership",
            target=partnership,
        )


def _aliases(base: Snapshot, events: Mapping[str, Event]) -> list[Alias]:
    """Names people use for a new event besides its title: "the Bilbao meeting"."""
    found = []
    for event in events.values():
        noun = _NOUNS.get(event.kind)
        if event.id in base.things["event"] or noun is None or not event.place:
            continue
        text = f"{event.place.partition(',')[0]} {noun}"
        names = (PACK, event.source, event.as_of, 0, "event", event.id, text, "en", "variant", True)
        found.append(Alias(*names))
    return found
