"""The links that open the bot at a fact: ``https://t.me/bot?start=r-catalonia``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.changes import about
from knowledge.references import Reference
from knowledge.snapshot import Snapshot

if TYPE_CHECKING:
    from segno import QRCode

COMMITTEE, CALENDAR = "committee", "calendar"
"""Payloads that lead to a command."""

CALENDARS = "/calendar"
"""Where the web server has calendars; the token follows."""

KINDS = {"r": "region", "p": "partnership", "e": "event"}
_LETTERS = {kind: letter for letter, kind in KINDS.items()}
_PAYLOAD = re.compile(r"([a-z])-([A-Za-z0-9_-]{1,62})")
_FITS = re.compile(r"[A-Za-z0-9_-]{1,64}")


def qr_code(url: str) -> "QRCode":
    """The QR code of an address."""
    # Imported here because few processes ever draw one.
    import segno

    # Error correction M: a badge gets scratched, and the logo beside it needs no room in it.
    return segno.make_qr(url, error="m")


@dataclass(frozen=True, slots=True)
class Link:
    """One link, for a badge or a slide."""

    kind: str
    id: str
    name: str
    url: str


def address(username: str, payload: str = "") -> str:
    """The address that starts the bot, with or without a payload."""
    return f"https://t.me/{username}" + (f"?start={payload}" if payload else "")


def payload_of(kind: str, id: str) -> str | None:
    """The payload for a thing; None where Telegram would not carry it."""
    if kind not in _LETTERS:
        return None
    payload = f"{_LETTERS[kind]}-{id}"
    return payload if _FITS.fullmatch(payload) else None


def target(payload: str, snapshot: Snapshot) -> tuple[str, str] | None:
    """The thing (kind and id) that a payload leads to; None when there is none."""
    found = _PAYLOAD.fullmatch(payload)
    if found is None or found[1] not in KINDS:
        return None
    kind = KINDS[found[1]]
    return (kind, found[2]) if found[2] in snapshot.things[kind] else None


def reference_of(kind: str, id: str) -> Reference:
    """What the link to a thing shows."""
    return about(kind, id)


def all_links(snapshot: Snapshot, username: str) -> Iterator[Link]:
    """A link to each partnership, each region that is in one, each event, and the committee."""
    things = [
        *(("partnership", id, one.name) for id, one in snapshot.partnerships.items()),
        *(("region", id, snapshot.regions[id].name) for id in sorted(snapshot.by_region)),
        *(("event", one.id, one.title) for one in snapshot.events),
    ]
    for kind, id, name in things:
        payload = payload_of(kind, id)
        if payload is not None:
            yield Link(kind, id, name, address(username, payload))
    yield Link(COMMITTEE, COMMITTEE, "Steering Committee", address(username, COMMITTEE))
