"""What differs between two states of an event, and which differences people are told of."""

from dataclasses import dataclass, replace
from typing import Literal

from knowledge.entries import CANCELLED, CONFIRMED, POSTPONED, TENTATIVE, Entry

Field = Literal["title", "when", "status", "place", "link", "host", "series", "text"]
_PARTS: dict[Field, tuple[str, ...]] = {
    "title": ("title",),
    "when": ("start", "end", "precision", "start_time", "end_time", "hours_open", "zone"),
    "status": ("status", "confidence", "reason"),
    "place": ("place", "country", "mode"),
    "link": ("link",),
    "host": ("host", "organiser"),
    "series": ("kind", "milestone", "series", "number", "partnerships"),
    "text": ("text", "note", "scope", "attendance"),
}
TOLD: frozenset[Field] = frozenset({"title", "when", "status", "place", "link"})
"""Differences that those who follow an event are told of; others are only shown when asked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is another; ``old`` is None for a new event."""

    field: Field
    old: Entry | None
    new: Entry


def differences(old: Entry | None, new: Entry) -> tuple[Difference, ...]:
    """What is another, in the order in which it is told."""
    return tuple(
        Difference(field, old, new)
        for field, parts in _PARTS.items()
        if any(getattr(old, part, None) != getattr(new, part) for part in parts)
        and (old is not None or any(getattr(new, part) for part in parts))
    )


def carried_over(old: Entry, mine: Entry, now: Entry) -> Entry:
    """The event as it is now, with what ``mine`` says otherwise than ``old``, on which it rests."""
    own = {
        part: getattr(mine, part) for one in differences(old, mine) for part in _PARTS[one.field]
    }
    return replace(now, **own)


def is_told(old: Entry | None, new: Entry) -> bool:
    """Whether a change is one that people are told of; what is cancelled is told once."""
    if old is not None and old.status == new.status == CANCELLED:
        return False
    return any(one.field in TOLD for one in differences(old, new))


def action_of(old: Entry | None, new: Entry) -> str:
    """What the log calls a change."""
    if old is None:
        return "added"
    if new.status != old.status:
        named = {CANCELLED: "cancelled", POSTPONED: "postponed", CONFIRMED: "confirmed"}
        if new.status in named:
            return named[new.status]
    return "changed"


def cancelled(entry: Entry, reason: str | None) -> Entry:
    """The event, which does not take place."""
    return replace(entry, status=CANCELLED, reason=reason)


def postponed(entry: Entry, reason: str | None) -> Entry:
    """The event without a date, until another is set."""
    return replace(
        entry,
        status=POSTPONED,
        reason=reason,
        start=None,
        end=None,
        precision="unknown",
        start_time=None,
        end_time=None,
        hours_open=False,
    )


def confirmed(entry: Entry) -> Entry:
    """The event as it stands, now certain."""
    return replace(entry, status=CONFIRMED, confidence=None, reason=None)


def at_another_time(entry: Entry, **when: str | bool | None) -> Entry:
    """The event at another time; one that was postponed is on again.

    Args:
        when: fields of the entry.
    """
    moved = replace(entry, **when)  # type: ignore[arg-type]  # the names of its fields
    if moved.precision != "day":
        moved = replace(moved, start_time=None, end_time=None, hours_open=False)
    if entry.status == POSTPONED and moved.start is not None:
        return replace(moved, status=TENTATIVE, reason=None)
    return moved


def is_open(entry: Entry) -> bool:
    """Whether something of it is yet to be confirmed."""
    return (
        entry.precision != "day"
        or entry.hours_open
        or entry.confidence == "low"
        or entry.status in (TENTATIVE, POSTPONED, "expected", "proposed")
    )
