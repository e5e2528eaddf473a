"""An event as organisers write it: its fields, what they may hold, and how it becomes a fact."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from knowledge.facts import Event
from knowledge.pack_schema import TABLES
from knowledge.pack_values import MAX_ID, Wrong, plain
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.zones import FIRST_YEAR, LAST_YEAR

PACK = "live"
"""The pack that events of organisers are said to come with."""

COMMITTEE = "steering-committee"
"""The series of the Steering Committee's meetings."""

CANCELLED, POSTPONED, TENTATIVE, CONFIRMED = "cancelled", "postponed", "tentative", "announced"

CATEGORIES: Mapping[str, Mapping[str, Any]] = {
    "committee": {"kind": "meeting", "milestone": True, "series": COMMITTEE},
    "conference": {"kind": "conference", "milestone": True, "series": None},
    "milestone": {"kind": "milestone", "milestone": True, "series": None},
    "meeting": {"kind": "meeting", "milestone": False, "series": None},
    "call": {"kind": "call", "milestone": False, "series": None},
}
"""What organisers call an event, and what that sets."""

MOST = {"title": 120, "place": 120, "host": 120, "link": 300, "text": 1000, "reason": 300}
"""Characters of a field; others have a form that keeps them short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The fields of ``knowledge.facts.Event`` that organisers set, and a few of their own.

    ``hours_open``: the day is known, the hours are to be confirmed. ``reason`` tells why it was
    cancelled or postponed. ``uid`` and ``sequence`` are those of the calendar file it came with.
    """

    kind: str = "meeting"
    milestone: bool = False
    title: str = ""
    start: str | None = None
    end: str | None = None
    precision: str = "unknown"
    start_time: str | None = None
    end_time: str | None = None
    hours_open: bool = False
    zone: str | None = None
    status: str | None = None
    confidence: str | None = None
    reason: str | None = None
    place: str | None = None
    country: str | None = None
    mode: str | None = None
    link: str | None = None
    host: str | None = None
    organiser: str | None = None
    attendance: str | None = None
    series: str | None = None
    number: int | None = None
    scope: str | None = None
    text: str = ""
    note: str | None = None
    partnerships: tuple[str, ...] = ()
    uid: str | None = None
    sequence: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields that are set, as the database keeps them."""
        blank = _BLANK
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != getattr(blank, name)
        }

    @property
    def more(self) -> dict[str, str]:
        """What a notice says besides the fields that reminders need."""
        return {"reason": self.reason} if self.reason else {}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Entry":
        """The entry that was kept; fields of a newer version are left out."""
        known = {name: value for name, value in values.items() if name in _NAMES}
        return cls(**{**known, "partnerships": tuple(known.get("partnerships", ()))})


_NAMES = frozenset(field.name for field in fields(Entry))
_BLANK = Entry()
OF_EVENTS = tuple(field.name for field in fields(Event) if field.name in _NAMES)
"""The fields that an event has, too."""


def entry_of(event: Event, snapshot: Snapshot) -> Entry:
    """An event of a pack, to be changed by an organiser."""
    known = {name: getattr(event, name) for name in OF_EVENTS}
    links = snapshot.links_of.get(("event", event.id), ())
    partnerships = tuple(link.target for link in links if link.target_kind == "partnership")
    return Entry(**known, partnerships=partnerships)


def check(entry: Entry, snapshot: Snapshot) -> None:
    """Refuses what is not sound.

    Raises:
        WrongEntry: naming the field, what is wrong and the mend.
    """
    for name, column in TABLES["events"].columns.items():
        value = getattr(entry, name, None)
        if value is None or name == "id":
            continue
        try:
            column.check(_as_typed(value))
        except Wrong as wrong:
            raise WrongEntry(name, wrong.wrong, wrong.mend) from wrong
    if not entry.title.strip():
        raise WrongEntry("title", "is missing", "give the event a title")
    for name, most in MOST.items():
        if len(getattr(entry, name) or "") > most:
            raise WrongEntry(name, f"is longer than {most} characters", "shorten it")
    _check_times(entry)
    if entry.country is not None and entry.country not in snapshot.countries:
        raise WrongEntry("country", f"{entry.country} is not known", "leave it out")
    for id in entry.partnerships:
        if id not in snapshot.partnerships:
            known = ", ".join(sorted(snapshot.partnerships))
            raise WrongEntry("partnerships", f"{id!r} is not known", f"choose from {known}")


def _as_typed(value: Any) -> Any:
    """A value as the checks of a pack take it, which read what people write."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)


def _check_times(entry: Entry) -> None:
    start, end = entry.start, entry.end
    length = {"day": 10, "month": 7, "year": 4}.get(entry.precision)
    if (start is None) != (entry.precision == "unknown") or (end and not start):
        raise WrongEntry("start", "does not fit the precision", "give a date, or none")
    if start is not None and length is not None and len(start) != length:
        raise WrongEntry("start", f"does not fit the precision {entry.precision}", "correct one")
    if start and end and end < start[: len(end)]:
        raise WrongEntry("end", f"{end} is before {start}", "correct one of them")
    for name, date in (("start", start), ("end", end)):
        if date is not None and not str(FIRST_YEAR) <= date[:4] <= str(LAST_YEAR):
            raise WrongEntry(name, f"lies in {date[:4]}", "correct the year")
    first, last = entry.start_time, entry.end_time
    if (first or last) and (entry.precision != "day" or not first):
        raise WrongEntry("start_time", "has no day or no beginning", "give both, or leave it out")
    if first and entry.zone is None:
        raise WrongEntry("zone", "is missing", "name it, such as Europe/Brussels")
    if first and last and end in (None, start) and last <= first:
        raise WrongEntry("end_time", f"{last} is not after {first}", "correct one of them")


class WrongEntry(Exception):
    """A field of an event cannot be as it is; ``field`` names it."""

    def __init__(self, field: str, wrong: str, mend: str) -> None:
        super().__init__(f"{field} {wrong} - {mend}.")
        self.field = field
        self.wrong = wrong
        self.mend = mend


def clean(typed: str, field: str) -> str:
    """A line as it was typed, without what nobody sees, blanks made single.

    Raises:
        WrongEntry: it is empty, too long, or holds markup.
    """
    kept = "".join(char if _is_shown(char) else " " for char in unicodedata.normalize("NFC", typed))
    text = " ".join(kept.split())
    if not text:
        raise WrongEntry(field, "is empty", "write something")
    most = MOST.get(field, 200)
    if len(text) > most:
        raise WrongEntry(field, f"has {len(text)} characters", f"write at most {most}")
    try:
        return plain(text)
    except Wrong as wrong:
        raise WrongEntry(field, wrong.wrong, wrong.mend) from wrong


def _is_shown(char: str) -> bool:
    # Directions and joiners belong to some scripts and can forge a line: names do without them.
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def with_place(entry: Entry, place: str | None, snapshot: Snapshot) -> Entry:
    """The entry at another place; its country is the one named at the end, if any is."""
    last = fold((place or "").rpartition(",")[2])
    country = next((id for id, one in snapshot.countries.items() if fold(one.name) == last), None)
    return replace(entry, place=place, country=country)


def categorised(entry: Entry) -> Entry:
    """A new event that says in its title what it is, as one of that sort."""
    title = fold(entry.title)
    for words, category in (("steering committee", "committee"), ("conference", "conference")):
        if words in title:
            return replace(entry, **CATEGORIES[category])
    return entry


def new_id(entry: Entry, taken: Mapping[str, Any]) -> str:
    """An id of its own for a new event: its title and date, short enough for links."""
    date = entry.start or ""
    words = re.sub(r"[^a-z0-9]+", "-", fold(entry.title)).strip("-") or "event"
    room = MAX_ID - len(date) - 4
    if len(words) > room:
        words = words[:room].rpartition("-")[0] or words[:room]
    stem = f"{words}-{date}" if date else words
    for number in range(1, 1000):
        id = stem if number == 1 else f"{stem}-{number}"
        if id not in taken:
            return id
    raise WrongEntry("title", "is that of very many events", "choose another")
