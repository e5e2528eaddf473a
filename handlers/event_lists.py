"""Lists for organisers: all events, those of a name, and who changed what."""

from collections.abc import Iterable, Sequence
from typing import Any

from db.calendar import LogEntry
from handlers import drafting
from handlers import event_fields as shown
from handlers.buttons import Button, Press, button
from handlers.event_changes import Known
from handlers.planning import moment
from handlers.turn import Turn
from knowledge.entries import CANCELLED, POSTPONED, Entry
from knowledge.entry_changes import differences
from knowledge.moments import moment_said
from knowledge.text import fold

ON_A_PAGE = 6
"""Events on a page of the list; as many buttons."""

MOST_NAMED = 12
"""Events that a name may find; of more, the first."""

LOGGED_ON_A_PAGE = 8


async def named(turn: Turn, name: str) -> list[Known]:
    """The events whose title holds these words, else the one that they are understood as."""
    words, events = set(fold(name).split()), await _listed(turn)
    found = [one for one in events if words <= set(fold(one.entry.title).split())]
    meant = {one.id for one in turn.ask(name).entities if one.kind == "event"}
    return (found or [one for one in events if one.id in meant])[:MOST_NAMED]


async def some(turn: Turn, events: Sequence[Known]) -> None:
    """A few events to choose from."""
    rows = [*_open(events), button(turn.texts.label("all_events"), Press("organise", "home"))]
    lines = [_line(turn, one) for one in events]
    await turn.say_text("organise", rows, rows=lines, total=len(events), page=1, pages=1)


async def home(turn: Turn, page: int) -> None:
    """All events, those to come first, with a button for each."""
    words = turn.texts
    events = await _listed(turn)
    last = max(0, (len(events) - 1) // ON_A_PAGE)
    page = min(page, last)
    draft = drafting.current(turn)
    rows: list[Sequence[Button]] = []
    if draft is not None:
        label = words.label("go_on", title=draft.title or words.label("new_event"))
        rows.append(button(label, drafting.press(draft, "again")))
    rows.append(button(words.label("new_event"), Press("organise", "add")))
    shown_here = events[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    rows += _open(shown_here)
    if last:
        rows.append(_pager(turn, page, last))
    rows.append(button(words.label("log"), Press("organise", "log")))
    await turn.say_text(
        "organise",
        [row for row in rows if row],
        rows=[_line(turn, one) for one in shown_here],
        total=len(events),
        page=page + 1,
        pages=last + 1,
    )


def _open(events: Iterable[Known]) -> list[Sequence[Button]]:
    return [
        button(one.entry.title, Press("organise", "event", one.revision, one.id)) for one in events
    ]


async def _listed(turn: Turn) -> list[Known]:
    """Those to come in order of time, those without a date, then those that are over."""
    today = turn.now.date().isoformat()

    def is_over(one: Known) -> bool:
        end = one.entry.end or one.entry.start
        return end is not None and end < today[: len(end)]

    events = await turn.services.organising.events()
    coming = [one for one in events if not is_over(one)]
    return [*coming, *reversed([one for one in events if is_over(one)])]


def _line(turn: Turn, one: Known) -> dict[str, Any]:
    return {
        "title": one.entry.title,
        "when": shown.when_said(turn, one.entry),
        "status": one.entry.status if one.entry.status in (CANCELLED, POSTPONED) else None,
        "held": one.is_held,
    }


def _pager(
    turn: Turn, page: int, last: int, what: str = "home", to: str | None = None
) -> list[Button]:
    labels = turn.page_labels(page, last + 1)
    row: list[Button] = []
    for label, at in ((labels[0], page - 1), (labels[2], page + 1)):
        if 0 <= at <= last:
            row += button(label, Press("organise", what, at, to))
    return row


async def log(turn: Turn, page: int, subject: str | None, back: Press) -> None:
    """Who changed what, the newest first; of one event, if it is given.

    Args:
        back: where the button below it leads.
    """
    first = page * LOGGED_ON_A_PAGE
    entries = await turn.services.organising.log(subject, first + LOGGED_ON_A_PAGE + 1)
    here = entries[first : first + LOGGED_ON_A_PAGE]
    last = page + 1 if len(entries) > first + LOGGED_ON_A_PAGE else page
    rows = [
        _pager(turn, page, last, "log", subject),
        button(turn.texts.label("go_back"), back),
    ]
    await turn.say_text(
        "log", [row for row in rows if row], rows=[_logged(turn, one) for one in here]
    )


def _logged(turn: Turn, one: LogEntry) -> dict[str, Any]:
    old = Entry.from_json(one.before) if one.before is not None else None
    new = Entry.from_json(one.after) if one.after is not None else None
    changed = differences(old, new) if old is not None and new is not None else ()
    return {
        "at": moment_said(moment(one.at, turn.zone)),
        "who": one.who,
        "action": one.action,
        "title": new.title if new is not None else one.subject,
        "changes": shown.rows(turn, changed),
    }
