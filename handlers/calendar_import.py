"""Calendar files sent by an organiser: what they would change is shown, then done, held or left."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from db.calendar import ChangedMeanwhile
from db.organisers import DraftGone, finish
from handlers import drafting, event_preview, rights
from handlers import event_fields as shown
from handlers.attachments import Attached, fetch
from handlers.buttons import Button, Press, button
from handlers.event_changes import Change
from handlers.importing import Import, plan_import
from handlers.planning import Consequences
from handlers.turn import Turn
from knowledge import places
from knowledge.drafting import ImportDraft
from knowledge.ics_lines import MOST_BYTES, BadCalendar
from knowledge.ics_plan import Step
from knowledge.ics_reader import read_calendar

MOST_SHOWN = 12
"""Events told one by one; of the others, how many they are."""

_DOES = ("add", "change", "cancel", "same", "older", "unknown")


async def received(turn: Turn, attached: Attached, caption: str) -> None:
    """A calendar file came: shows what it would change.

    Args:
        caption: names the zone of times that name none, if anything.
    """
    if await rights.refused(turn):
        return
    if (open_draft := drafting.current(turn)) is not None:
        await turn.say_text("finish_first", title=open_draft.title)
        return
    if attached.size > MOST_BYTES:
        await turn.say_text("file_too_large", most=MOST_BYTES // 1000)
        return
    content = await fetch(turn.context.bot, attached, MOST_BYTES)
    if content is None:
        await turn.say_text("file_not_fetched")
        return
    try:
        imported = read_calendar(content, zone=_zone(turn, caption))
        await _preview(turn, ImportDraft(imported=imported))
    except BadCalendar as error:
        await turn.say_text("bad_file", problem=str(error))


def _zone(turn: Turn, caption: str) -> str | None:
    """The zone that a caption names, if it names one."""
    found = places.find(caption, turn.assistant.snapshot) if caption else ()
    return found[0].zone if len(found) == 1 else None


async def _plan(turn: Turn, draft: ImportDraft) -> Import:
    return await plan_import(
        turn.services.organising, draft.imported, turn.services.assistants.snapshot
    )


def _mark(plan: Import) -> str:
    """Tells plans apart, so that only what was shown is done."""
    said = repr([(step.does, change) for step, change in plan.steps])
    return sha256(said.encode()).hexdigest()[:16]


async def _preview(turn: Turn, draft: ImportDraft, note: str = "") -> None:
    plan = await _plan(turn, draft)
    words = turn.texts
    found = await turn.services.organising.preview(*plan.changes)
    rows: list[Sequence[Button]] = []
    if plan.changes:
        draft = ImportDraft(imported=draft.imported, shown=_mark(plan))
        draft = await drafting.keep(turn, draft)
        label = "save_and_tell" if found.chats else "save"
        rows.append(button(words.label(label), drafting.press(draft, "save")))
        if plan.is_told:
            rows.append(button(words.label("save_and_hold"), drafting.press(draft, "hold")))
        rows.append(button(words.label("discard"), drafting.press(draft, "drop")))
    elif drafting.current(turn) is not None:
        await drafting.drop(turn)
    first = next((one for one in plan.changes if _notices(one, found).notices), None)
    await turn.say_text(
        "import_preview",
        rows,
        note=note,
        rows=[_row(turn, *one) for one in plan.steps[:MOST_SHOWN]],
        more=max(0, len(plan.steps) - MOST_SHOWN),
        counts={does: plan.count(does) for does in _DOES},
        changes=len(plan.changes),
        is_told=plan.is_told,
        example=event_preview.example(turn, first.occasions[1], _notices(first, found))
        if first is not None
        else "",
        **event_preview.consequences(turn, found),
    )


def _notices(change: Change, found: Consequences) -> Consequences:
    """Those of one event among the notices of all."""
    return Consequences(tuple(one for one in found.notices if one.event == change.id), ())


def _row(turn: Turn, step: Step, change: Change | None) -> dict[str, Any]:
    entry = step.new or step.old or step.imported.entry
    old = change.old if change is not None else None
    return {
        "does": step.does,
        "title": entry.title if entry is not None else step.imported.uid,
        "when": shown.when_said(turn, entry) if entry is not None else "",
        "changes": shown.rows(turn, change.differences) if change and old is not None else [],
        "left_out": list(step.imported.left_out),
    }


async def on_press(turn: Turn, draft: ImportDraft, press: Press) -> str:
    """A button below the preview of a file; returns the notice for the press."""
    if press.value == "again":
        await _preview(turn, draft)
        return ""
    if press.value not in ("save", "hold") or press.to is not None:
        return turn.texts.notice("outdated")
    return await _save(turn, draft, notify=press.value == "save")


async def _shown_plan(turn: Turn, draft: ImportDraft) -> Import:
    """The plan that was shown; raises ChangedMeanwhile when it would be another by now."""
    plan = await _plan(turn, draft)
    if _mark(plan) != draft.shown:
        raise ChangedMeanwhile
    return plan


async def _save(turn: Turn, draft: ImportDraft, *, notify: bool) -> str:
    services, chat, body = turn.services, turn.chat.chat_id, turn.draft or ""
    try:
        plan = await _shown_plan(turn, draft)
        found = await services.organising.apply(
            *plan.changes,
            by=turn.user_id,
            notify=notify,
            also=lambda execute: finish(execute, chat, body),
        )
    except DraftGone:
        services.drafts.gone(chat)
        return turn.texts.notice("no_draft")
    except (ChangedMeanwhile, BadCalendar):
        await _preview(turn, draft, turn.texts.label("changed_meanwhile"))
        return turn.texts.notice("not_saved")
    services.drafts.gone(chat)
    values = event_preview.consequences(
        turn, found if notify else Consequences((), found.reminders)
    )
    await turn.say_text(
        "import_saved",
        [button(turn.texts.label("all_events"), Press("organise", "home"))],
        counts={does: plan.count(does) for does in _DOES},
        held=not notify and plan.is_told,
        **values,
    )
    await event_preview.spread(turn)
    return turn.texts.notice("saved")
