"""What a change of an event would do, shown before it is done: old and new, who is told, and when.

Then one tap saves and tells, saves and holds the notices back, or discards.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from markupsafe import Markup

from db.calendar import ChangedMeanwhile
from db.deliveries import Entry as Row
from db.deliveries import Planned
from db.organisers import DraftGone, finish
from handlers import drafting
from handlers import event_fields as shown
from handlers.bundles import Bundle, Item
from handlers.buttons import Button, Press, button
from handlers.event_changes import Change, Known, NothingChanged
from handlers.notices import written
from handlers.planning import Consequences, moment, seconds
from handlers.times import told
from handlers.turn import Turn
from knowledge.drafting import MENU, Draft, before, rebased
from knowledge.entries import WrongEntry
from knowledge.occasions import Occasion


class _Stale(Exception):
    """Somebody else has changed the event since the draft was begun; ``known`` is how it is now."""

    def __init__(self, known: Known) -> None:
        super().__init__(known.id)
        self.known = known


async def preview(turn: Turn, draft: Draft, note: str = "") -> None:
    """Shows what saving a draft would do."""
    try:
        change = await _change(turn, draft)
    except _Stale as stale:
        draft = rebased(draft, stale.known.entry, stale.known.revision)
        draft = await drafting.keep(turn, draft)
        await preview(turn, draft, turn.texts.label("changed_meanwhile"))
        return
    except NothingChanged:
        await _ask_again(turn, draft, note or turn.texts.label("nothing_changed"))
        return
    except WrongEntry as wrong:
        await _ask_again(turn, draft, str(wrong))
        return
    found = await turn.services.organising.preview(change)
    await turn.say_text(
        "draft_preview",
        _keyboard(turn, draft, change, found),
        note=note,
        head=turn.texts.label(f"head_{change.action}"),
        title=change.entry.title,
        rows=shown.rows(turn, change.differences),
        is_told=change.is_told,
        **consequences(turn, found),
        example=example(turn, change.occasions[1], found),
    )


async def _ask_again(turn: Turn, draft: Draft, problem: str) -> None:
    draft = await drafting.keep(turn, replace(draft, step=MENU, walk=False))
    await drafting.ask(turn, draft, problem)


async def _change(turn: Turn, draft: Draft) -> Change:
    organising = turn.services.organising
    if draft.id is None:
        return await organising.add(draft.entry)
    known = await organising.known(draft.id)
    if (known.entry, known.revision) != (draft.base, draft.revision):
        raise _Stale(known)
    return organising.change(known, draft.entry)


def _keyboard(
    turn: Turn, draft: Draft, change: Change, found: Consequences
) -> list[Sequence[Button]]:
    words, press = turn.texts, drafting.press
    rows: list[Sequence[Button]] = [
        button(words.label("save_and_tell" if found.chats else "save"), press(draft, "save"))
    ]
    if change.is_told:
        rows.append(button(words.label("save_and_hold"), press(draft, "hold")))
    if draft.action in ("add", "edit"):
        rows.append(button(words.label("change_something"), press(draft, "menu")))
    if before(draft) != draft:
        rows.append(button(words.label("go_back"), press(draft, "back")))
    rows.append(button(words.label("discard"), press(draft, "drop")))
    return rows


def consequences(turn: Turn, found: Consequences) -> dict[str, Any]:
    """How many chats are told, how many of them at once, when the last, and how many reminders."""
    now = seconds(turn.now)
    later = [one.due for one in found.notices if one.due > now]
    return {
        "chats": len(found.chats),
        "later": len(later),
        "last": told(moment(max(later), turn.zone), now=turn.now) if later else None,
        "reminders": len(found.reminders),
    }


def example(turn: Turn, new: Occasion, found: Consequences) -> Markup:
    """The first notice as it will be read; empty when there is none."""
    if not found.notices:
        return Markup()
    row = Row(*(getattr(found.notices[0], field.name) for field in fields(Planned)))
    snapshot = turn.services.assistants.snapshot
    html, _ = written(Bundle((Item(row, new),)), turn.texts, turn.zone, snapshot, now=turn.now)
    return Markup(html)  # noqa: S704 - it has been escaped as it was made


async def save(turn: Turn, draft: Draft, *, notify: bool) -> str:
    """Does what the preview showed, once; returns the notice for the press."""
    services, chat, body = turn.services, turn.chat.chat_id, turn.draft or ""
    try:
        change = await _change(turn, draft)
        found = await services.organising.apply(
            change,
            by=turn.user_id,
            notify=notify,
            also=lambda execute: finish(execute, chat, body),
        )
    except DraftGone:
        services.drafts.gone(chat)
        return turn.texts.notice("no_draft")
    except (_Stale, ChangedMeanwhile, NothingChanged, WrongEntry):
        await preview(turn, draft)  # which tells what is in the way
        return turn.texts.notice("not_saved")
    services.drafts.gone(chat)
    keyboard = [
        button(
            turn.texts.label("open_event"), Press("organise", "event", change.revision, change.id)
        ),
        button(turn.texts.label("all_events"), Press("organise", "home")),
    ]
    await turn.say_text(
        "event_saved",
        keyboard,
        head=turn.texts.label(f"head_{change.action}"),
        title=change.entry.title,
        held=not notify and change.is_told,
        **consequences(turn, found if notify else Consequences((), found.reminders)),
    )
    await spread(turn)
    return turn.texts.notice("saved")


async def spread(turn: Turn) -> None:
    """What was changed is answered with, and told, at once."""
    turn.services.reminders.wake.set()
    await turn.services.reload()
