"""Compares the events of a calendar file with those that are known: what to add, change, cancel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from knowledge.entries import (
    CANCELLED,
    CONFIRMED,
    TENTATIVE,
    Entry,
    WrongEntry,
    clean,
    with_place,
)
from knowledge.entry_changes import cancelled, is_open
from knowledge.ics_reader import Imported
from knowledge.ics_writer import DOMAIN, place_of, times_of
from knowledge.snapshot import Snapshot

Does = Literal["add", "change", "cancel", "same", "older", "unknown"]


@dataclass(frozen=True, slots=True)
class Known:
    """An event as it is; the revision of one that organisers never touched is 0."""

    entry: Entry
    revision: int


@dataclass(frozen=True, slots=True)
class Step:
    """What is to become of one event of the file.

    ``does``: add, change or cancel it; nothing because it is the same, because the file is older
    than what is known, or because an event that is not known cannot be cancelled. ``id`` is None
    for a new event.
    """

    does: Does
    imported: Imported
    id: str | None
    old: Entry | None
    new: Entry | None


def plan(
    imported: Iterable[Imported], known: Mapping[str, Known], snapshot: Snapshot
) -> tuple[Step, ...]:
    """A step for each event of the file, in its order.

    An event is found again by its UID: to import a file twice changes nothing. One whose SEQUENCE
    is lower than the known one is older, and left alone.

    Args:
        imported: the events of the file.
        known: all events by id.
        snapshot: for places and countries.
    """
    by_uid = {one.entry.uid or f"{id}@{DOMAIN}": id for id, one in known.items()}
    return tuple(_step(one, by_uid.get(one.uid), known, snapshot) for one in imported)


def _step(
    imported: Imported, id: str | None, known: Mapping[str, Known], snapshot: Snapshot
) -> Step:
    if id is None:
        if imported.entry is None or imported.cancelled:
            return Step("unknown", imported, None, None, None)
        entry = with_place(imported.entry, imported.entry.place, snapshot)
        return Step("add", imported, None, None, entry)
    old = known[id]
    if imported.sequence < _sequence_of(old):
        return Step("older", imported, id, old.entry, None)
    if imported.cancelled:
        if old.entry.status == CANCELLED:
            return Step("same", imported, id, old.entry, None)
        off = replace(cancelled(old.entry, None), sequence=_kept_sequence(imported, old))
        return Step("cancel", imported, id, old.entry, off)
    if imported.entry is None:
        return Step("unknown", imported, id, old.entry, None)
    new = _merged(old.entry, imported.entry, snapshot, ours=old.entry.uid is None)
    if new == old.entry:
        return Step("same", imported, id, old.entry, None)
    new = replace(new, sequence=_kept_sequence(imported, old))
    return Step("change", imported, id, old.entry, new)


def _sequence_of(known: Known) -> int:
    """The SEQUENCE of an event as its file had it; of our own files it is the revision."""
    return known.entry.sequence or 0 if known.entry.uid is not None else known.revision


def _kept_sequence(imported: Imported, known: Known) -> int | None:
    return imported.sequence if known.entry.uid is not None else None


def _merged(old: Entry, new: Entry, snapshot: Snapshot, *, ours: bool) -> Entry:
    """The known event with what the file says otherwise.

    What a calendar file cannot tell (that hours are to be confirmed, a country, a series) stays as
    long as what it tells of it is the same.
    """
    merged = old if new.title == _line(old.title) else replace(old, title=new.title)
    if _when(new) != _when(old):
        merged = replace(
            merged,
            start=new.start,
            end=new.end,
            precision=new.precision,
            start_time=new.start_time,
            end_time=new.end_time,
            hours_open=False,
            zone=new.zone if new.start_time else old.zone,
        )
    if (new.place or "") != _line(place_of(old, snapshot) or ""):
        merged = with_place(merged, new.place, snapshot)
    if (said := _status(new, old)) != old.status:
        merged = replace(merged, status=said, reason=None)
    if ours:  # our own files have a page of ours as URL, and our source in the description
        own_page = new.link is None or "?start=e-" in new.link
        return merged if own_page else replace(merged, link=new.link)
    return replace(merged, link=new.link, text=new.text or old.text)


def _line(text: str) -> str:
    """A line as it comes back from a file."""
    try:
        return clean(text, "title")
    except WrongEntry:
        return text


def _when(entry: Entry) -> tuple[date | datetime, date | datetime | None] | None:
    """The times as a file tells them, whichever zone it writes them in."""
    return times_of(entry) if entry.precision == "day" else None


def _status(new: Entry, old: Entry) -> str | None:
    """The status after the import: a file knows only three."""
    if old.status == CANCELLED:
        return new.status or CONFIRMED  # it is on again
    if new.status == TENTATIVE:
        return old.status if is_open(old) else TENTATIVE
    if new.status == CONFIRMED:
        return CONFIRMED if is_open(replace(old, hours_open=False)) else old.status
    return old.status
