"""Organising events in Telegram: the list, an event's page, the log, and every button below them.

Who may do so is looked up at every message and every press.
"""

from collections.abc import Sequence

from db.calendar import ChangedMeanwhile
from handlers import calendar_import, drafting, event_lists, event_preview, rights, roles
from handlers import event_fields as shown
from handlers.buttons import Button, Press, button
from handlers.event_changes import Known, NoSuchEvent, NothingChanged
from handlers.turn import Turn
from knowledge.drafting import PREVIEW, Draft, ImportDraft, before
from knowledge.entries import CANCELLED, CONFIRMED, POSTPONED
from knowledge.entry_changes import differences

_ACTIONS = ("edit", "sure", "defer", "off")


async def organise(turn: Turn, argument: str) -> None:
    """``/organise``: all events, and what can be done; with words, the events that they name."""
    if await rights.refused(turn):
        return
    found = await event_lists.named(turn, argument) if argument else []
    if len(found) == 1:
        await card(turn, found[0])
    elif found:
        await event_lists.some(turn, found)
    else:
        await event_lists.home(turn, 0)


async def on_press(turn: Turn, press: Press) -> str:
    """A button of these pages; returns the notice for the press."""
    turn.need_memory()
    if await rights.role_of(turn) is None:
        return turn.texts.notice("organisers_only")
    match press.value, press.to:
        case "home", None:
            await event_lists.home(turn, press.number)
        case "add", None:
            return await _begin(turn, "add", None)
        case "event", str(id):
            return await _event(turn, id, press.number)
        case str(action), str(id) if action in _ACTIONS:
            return await _change(turn, action, id, press.number)
        case ("tell" | "send") as what, str(id):
            return await _release(turn, what, id, press.number)
        case "log", subject:
            await _log(turn, press.number, subject)
        case "unrole", None:
            return await roles.on_press(turn, press.number)
        case _:
            return await _draft_pressed(turn, press)
    return ""


async def _known(turn: Turn, id: str) -> Known | None:
    try:
        return await turn.services.organising.known(id)
    except NoSuchEvent:
        return None


# An event


async def _event(turn: Turn, id: str, revision: int) -> str:
    known = await _known(turn, id)
    if known is None:
        return turn.texts.notice("gone")
    await card(turn, known)
    return turn.texts.notice("changed_since") if known.revision != revision else ""


async def card(turn: Turn, known: Known) -> None:
    """An event with all its fields, and what can be done with it."""
    words, entry = turn.texts, known.entry

    def act(label: str, what: str) -> tuple[Button, ...]:
        return button(words.label(label), Press("organise", what, known.revision, known.id))

    rows: list[Sequence[Button]] = [act("edit_event", "edit")]
    rows.append(act("confirm_event", "sure") if entry.status != CONFIRMED else ())
    rows.append(act("postpone_event", "defer") if entry.status != POSTPONED else ())
    rows.append(act("cancel_event", "off") if entry.status != CANCELLED else ())
    rows.append(act("send_held", "tell") if known.is_held else ())
    rows.append(button(words.label("log"), Press("organise", "log", 0, known.id)))
    rows.append(button(words.label("all_events"), Press("organise", "home")))
    await turn.say_text(
        "organised_event",
        [row for row in rows if row],
        title=entry.title,
        rows=[one for one in shown.rows(turn, differences(None, entry)) if one["new"]],
        revision=known.revision,
        held=known.is_held,
        own=known.live is not None,
    )


async def _change(turn: Turn, action: str, id: str, revision: int) -> str:
    known = await _known(turn, id)
    if known is None:
        return turn.texts.notice("gone")
    if known.revision != revision:
        await card(turn, known)
        return turn.texts.notice("changed_since")
    return await _begin(turn, action, known)


async def _begin(turn: Turn, action: str, known: Known | None) -> str:
    """Begins to write, unless something else is being written."""
    draft = drafting.current(turn)
    if draft is not None:
        words = turn.texts
        rows = [
            button(words.label("go_on", title=draft.title), drafting.press(draft, "again")),
            button(words.label("leave"), drafting.press(draft, "drop")),
        ]
        await turn.say_text("draft_open", rows, title=draft.title)
        return ""
    await _shown(turn, await drafting.begin(turn, action, known))
    return ""


async def _release(turn: Turn, what: str, id: str, revision: int) -> str:
    """Shows who would be told what was held back, then tells them."""
    organising, known = turn.services.organising, await _known(turn, id)
    if known is None:
        return turn.texts.notice("gone")
    if known.revision != revision or not known.is_held:
        await card(turn, known)
        return turn.texts.notice("changed_since")
    if what == "tell":
        found = await organising.foresee_release(known)
        rows = [
            button(turn.texts.label("send_now"), Press("organise", "send", revision, id)),
            button(turn.texts.label("open_event"), Press("organise", "event", revision, id)),
        ]
        text = event_preview.example(turn, known.released[1], found)
        values = event_preview.consequences(turn, found)
        await turn.say_text("held", rows, title=known.entry.title, example=text, **values)
        return ""
    try:
        await organising.release(known, by=turn.user_id)
    except (ChangedMeanwhile, NothingChanged):
        return turn.texts.notice("changed_since")
    await _event(turn, id, revision + 1)
    await event_preview.spread(turn)
    return turn.texts.notice("sent")


async def _log(turn: Turn, page: int, subject: str | None) -> None:
    back = Press("organise", "home")
    if subject is not None and (known := await _known(turn, subject)) is not None:
        back = Press("organise", "event", known.revision, subject)
    await event_lists.log(turn, page, subject, back)


# Drafts


async def replied(turn: Turn, text: str) -> bool:
    """Takes a message for the answer that a draft awaits; False when it is none."""
    draft = await drafting.replied(turn, text)
    if draft is not None and draft.step == PREVIEW:
        await event_preview.preview(turn, draft)
    return draft is not None


async def _draft_pressed(turn: Turn, press: Press) -> str:
    draft = drafting.current(turn)
    if draft is None:
        return turn.texts.notice("no_draft")
    if draft.stamp != press.number:
        return turn.texts.notice("draft_moved")
    if press.value == "drop":
        await drafting.leave(turn)
        return ""
    if isinstance(draft, ImportDraft):
        return await calendar_import.on_press(turn, draft, press)
    return await _event_draft_pressed(turn, draft, press)


async def _event_draft_pressed(turn: Turn, draft: Draft, press: Press) -> str:
    if press.value in ("save", "hold") and draft.step == PREVIEW:
        try:
            return await event_preview.save(turn, draft, notify=press.value == "save")
        except NoSuchEvent:
            return turn.texts.notice("gone")
    if press.value in ("again", "back"):
        wanted = draft if press.value == "again" else before(draft)
        await _shown(turn, await drafting.keep(turn, wanted))
        return ""
    found = await drafting.on_press(turn, draft, press)
    if found is None:
        return turn.texts.notice("outdated")
    if found.step == PREVIEW:
        await event_preview.preview(turn, found)
    return ""


async def _shown(turn: Turn, draft: Draft) -> None:
    if draft.step == PREVIEW:
        await event_preview.preview(turn, draft)
    else:
        await drafting.ask(turn, draft)
