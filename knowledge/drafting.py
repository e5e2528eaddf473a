"""What an organiser is writing: an event, question by question, or a file to be imported.

Pure values that the database keeps between two messages.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from knowledge import places
from knowledge.entries import CATEGORIES, COMMITTEE, Entry, WrongEntry, check, clean, with_place
from knowledge.entry_changes import at_another_time, carried_over
from knowledge.ics_reader import Imported
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.typed_dates import read_days, read_hours
from knowledge.zones import zone_of

QUESTIONS = (
    *("title", "kind", "partnerships", "place", "days", "hours", "zone", "link", "host", "text"),
)
"""In the order in which they are asked of a new event."""

REASON, MENU, PREVIEW = "reason", "menu", "preview"
"""The other steps: why it is called off, which field to change, and what would follow."""

REQUIRED = frozenset({"title"})
CLEARED = frozenset({"partnerships", "place", "link", "host", "text", "reason"})
"""Fields that can be emptied again."""

MOST_PARTNERSHIPS = 9
ONLINE = "Online"
_BLANK = Entry()
_ONLINE = frozenset({"online", "virtual", "on line", "web", "webex", "teams", "zoom"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is being written.

    ``base`` and ``revision`` are the event as it was when that was begun, with its ``id``; none for
    a new one. ``walk``: each question in turn. ``begun`` is the number of the message at which it
    was begun, ``answered`` that of the last one taken for an answer, ``stamp`` that of the buttons
    below the last one, ``at`` when that was.
    """

    action: str
    entry: Entry
    step: str
    id: str | None = None
    base: Entry | None = None
    revision: int = 0
    walk: bool = False
    begun: int = 0
    answered: int = 0
    stamp: int = 0
    at: int = 0

    @property
    def awaits_text(self) -> bool:
        """Whether the next message is the answer to a question."""
        return self.step not in (MENU, PREVIEW)

    @property
    def title(self) -> str:
        return self.base.title if self.base is not None else self.entry.title


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDraft:
    """The events of a file; ``shown`` tells which plan was shown, ``title`` is its first event."""

    imported: tuple[Imported, ...]
    shown: str = ""
    stamp: int = 0
    at: int = 0

    @property
    def awaits_text(self) -> bool:
        return False

    @property
    def title(self) -> str:
        return next((one.entry.title for one in self.imported if one.entry is not None), "")


def to_json(draft: Draft | ImportDraft) -> str:
    """The draft as the database keeps it."""
    if isinstance(draft, Draft):
        values = asdict(draft)
        values["entry"] = draft.entry.to_json()
        values["base"] = draft.base.to_json() if draft.base is not None else None
    else:
        values = asdict(draft)
        values["imported"] = [
            {**asdict(one), "entry": one.entry.to_json() if one.entry is not None else None}
            for one in draft.imported
        ]
    return json.dumps(values, ensure_ascii=False)


def from_json(body: str) -> Draft | ImportDraft | None:
    """The draft that was kept; None when another version wrote it in a way that is not known."""
    try:
        values: dict[str, Any] = json.loads(body)
        if "imported" in values:
            values["imported"] = tuple(_imported(one) for one in values["imported"])
            return ImportDraft(**values)
        base = values["base"]
        values["entry"] = Entry.from_json(values["entry"])
        values["base"] = Entry.from_json(base) if base is not None else None
        return Draft(**values)
    except (ValueError, TypeError, KeyError):
        return None


def _imported(values: dict[str, Any]) -> Imported:
    entry = values["entry"]
    known = Entry.from_json(entry) if entry is not None else None
    return Imported(**{**values, "entry": known, "left_out": tuple(values["left_out"])})


def questions(entry: Entry) -> tuple[str, ...]:
    """The questions that make sense for an event: no hours without a day, no zone without hours.

    The Steering Committee is that of all partnerships.
    """
    return tuple(
        one
        for one in QUESTIONS
        if not (one == "hours" and entry.precision != "day")
        and not (one == "zone" and entry.start_time is None)
        and not (one == "partnerships" and entry.series == COMMITTEE and not entry.partnerships)
    )


def following(draft: Draft) -> Draft:
    """The draft at its next step."""
    asked = questions(draft.entry)
    if not draft.walk or draft.step not in asked:
        return replace(draft, step=PREVIEW)
    rest = asked[asked.index(draft.step) + 1 :]
    return replace(draft, step=rest[0] if rest else PREVIEW)


def before(draft: Draft) -> Draft:
    """The draft one step back."""
    asked = questions(draft.entry)
    if draft.step == PREVIEW and draft.action in ("defer", "off"):
        return replace(draft, step=REASON)
    if draft.step == PREVIEW and draft.walk:
        return replace(draft, step=asked[-1])
    if draft.step in asked and draft.walk:
        return replace(draft, step=asked[max(0, asked.index(draft.step) - 1)])
    return replace(draft, step=MENU) if draft.step in asked else draft


def answered(draft: Draft, typed: str, snapshot: Snapshot, default_zone: str) -> Draft:
    """The draft with an answer to the question it is at, at its next step.

    Raises:
        WrongEntry: the answer cannot be taken; the message tells the mend.
        NotRead: it is no date or time.
    """
    entry = _taken(draft, typed, snapshot)
    if entry.start_time and entry.zone is None:
        zone = zone_of(None, entry.country).key if entry.country else default_zone
        entry = replace(entry, zone=zone)
    check(entry, snapshot)
    return following(replace(draft, entry=entry))


def cleared(draft: Draft) -> Draft:
    """The draft with nothing in the field it is at."""
    entry, field = draft.entry, draft.step
    if field == "place":
        entry = replace(entry, place=None, country=None, mode=None)
    elif field in CLEARED:
        empty: dict[str, Any] = {field: getattr(_BLANK, field)}
        entry = replace(entry, **empty)
    return following(replace(draft, entry=entry))


def rebased(draft: Draft, now: Entry, revision: int) -> Draft:
    """The draft upon the event as somebody else has changed it meanwhile."""
    entry = carried_over(draft.base, draft.entry, now) if draft.base is not None else draft.entry
    return replace(draft, entry=entry, base=now, revision=revision, step=PREVIEW)


def _taken(draft: Draft, typed: str, snapshot: Snapshot) -> Entry:
    entry = draft.entry
    match draft.step:
        case "kind":
            return replace(entry, **_kind(typed))
        case "partnerships":
            return replace(entry, partnerships=tuple(typed.split()[:MOST_PARTNERSHIPS]))
        case "place":
            return _place(entry, clean(typed, "place"), snapshot)
        case "days":
            days = read_days(typed)
            return at_another_time(entry, start=days.start, end=days.end, precision=days.precision)
        case "hours":
            hours = read_hours(typed)
            return at_another_time(
                entry, start_time=hours.start, end_time=hours.end, hours_open=hours.open
            )
        case "zone":
            return replace(entry, zone=_zone(typed, snapshot))
        case "link":
            return replace(entry, link=_link(clean(typed, "link")))
        case field:
            line: dict[str, Any] = {field: clean(typed, field)}
            return replace(entry, **line)


def _kind(typed: str) -> dict[str, Any]:
    wanted = fold(typed)
    for name, sets in CATEGORIES.items():
        if name in wanted.split():
            return dict(sets)
    raise WrongEntry("kind", f"{typed[:40]!r} is not known", f"choose {', '.join(CATEGORIES)}")


def kind_of(entry: Entry) -> str | None:
    """What organisers call an event of that sort; None for one that only packs have."""
    for name, sets in CATEGORIES.items():
        if all(getattr(entry, field) == value for field, value in sets.items()):
            return name
    return None


def _place(entry: Entry, place: str, snapshot: Snapshot) -> Entry:
    if fold(place) in _ONLINE:
        return replace(entry, place=ONLINE, country=None, mode="online")
    mode = None if entry.mode == "online" else entry.mode
    return with_place(replace(entry, mode=mode), place, snapshot)


def _link(typed: str) -> str:
    return typed if "://" in typed or "." not in typed else f"https://{typed}"


def _zone(typed: str, snapshot: Snapshot) -> str:
    found = places.find(clean(typed, "zone"), snapshot)
    if not found:
        wrong = f"{typed[:40]!r} is not known"
        raise WrongEntry("zone", wrong, "write a city or a zone, such as Europe/Lisbon")
    if len(found) > 1:
        zones = ", ".join(one.zone for one in found)
        raise WrongEntry("zone", f"{typed[:40]!r} has several: {zones}", "write one of them")
    return found[0].zone
