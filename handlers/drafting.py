"""Writing an event in Telegram: one question at a time, each to be skipped or gone back from.

The draft lives in the database, so that any process goes on with it, also after a restart.
"""

from collections.abc import Sequence
from dataclasses import replace
from secrets import randbelow
from typing import TypeVar

from markupsafe import Markup

from db.organisers import DRAFTS_KEPT
from handlers import event_fields as shown
from handlers import rights
from handlers.buttons import Button, Press, button, pairs
from handlers.event_changes import Known
from handlers.planning import seconds
from handlers.turn import Turn
from handlers.where import OFFERED
from knowledge.drafting import (
    CLEARED,
    MENU,
    PREVIEW,
    QUESTIONS,
    REASON,
    REQUIRED,
    Draft,
    ImportDraft,
    answered,
    cleared,
    following,
    from_json,
    questions,
    to_json,
)
from knowledge.entries import CATEGORIES, Entry, WrongEntry
from knowledge.entry_changes import cancelled, confirmed, differences, postponed
from knowledge.moments import zone_said
from knowledge.typed_dates import NotRead

AWAITED = 2 * 3600
"""Seconds for which the next message is taken for the answer; later it is a question again."""

_STAMPS = 10**9
_OPTIONS = {
    "kind": tuple(CATEGORIES),
    "place": ("online",),
    "days": ("tbc",),
    "hours": ("day", "tbc"),
    "zone": OFFERED,
}
"""Answers that stand on buttons; others are typed."""

Kept = TypeVar("Kept", Draft, ImportDraft)


def current(turn: Turn) -> Draft | ImportDraft | None:
    """What is being written in a chat; None when there is nothing, or it is too old."""
    draft = from_json(turn.draft) if turn.draft is not None else None
    if draft is None or seconds(turn.now) - draft.at > DRAFTS_KEPT:
        return None
    return draft


async def keep(turn: Turn, draft: Kept) -> Kept:
    """Keeps a draft; the buttons of its earlier steps do nothing from then on."""
    kept = replace(draft, stamp=randbelow(_STAMPS), at=seconds(turn.now))
    turn.draft = to_json(kept)
    await turn.services.drafts.keep(turn.chat.chat_id, turn.draft, at=kept.at)
    return kept


async def drop(turn: Turn) -> None:
    """Forgets what is being written."""
    await turn.services.drafts.drop(turn.chat.chat_id)
    turn.draft = None


async def cancel(turn: Turn, _argument: str) -> None:
    """``/cancel`` leaves what is being written."""
    turn.need_memory()
    if current(turn) is None or await rights.role_of(turn) is None:
        await turn.say_text("nothing_to_cancel")
        return
    await leave(turn)


async def leave(turn: Turn) -> None:
    await drop(turn)
    back = button(turn.texts.label("all_events"), Press("organise", "home"))
    await turn.say_text("draft_left", [back])


async def begin(turn: Turn, action: str, known: Known | None = None) -> Draft:
    """A new draft at its first step: of a new event, or of a change of one."""
    begun = turn.place.edit or 0  # the message of the button
    if known is None:
        entry = Entry(**CATEGORIES["committee"])
        draft = Draft(action=action, entry=entry, step=QUESTIONS[0], walk=True, begun=begun)
    else:
        changed = {"sure": confirmed(known.entry)}
        changed |= {"defer": postponed(known.entry, None), "off": cancelled(known.entry, None)}
        step = {"sure": PREVIEW, "defer": REASON, "off": REASON}.get(action, MENU)
        draft = Draft(
            action=action,
            entry=changed.get(action, known.entry),
            step=step,
            id=known.id,
            base=known.entry,
            revision=known.revision,
            begun=begun,
        )
    return await keep(turn, draft)


def press(draft: Draft | ImportDraft, what: str, to: str | None = None) -> Press:
    """A button of a draft, which belongs to its present step."""
    return Press("organise", what, draft.stamp, to)


# Questions


async def ask(turn: Turn, draft: Draft, problem: str = "") -> None:
    """Asks what the draft is at, or which field is to be changed."""
    if draft.step == MENU:
        await _menu(turn, draft, problem)
        return
    asked, words = questions(draft.entry), turn.texts
    walking = draft.walk and draft.step in asked
    await turn.say_text(
        "draft_question",
        _keyboard(turn, draft),
        title=draft.title,
        question=Markup(words.say(f"ask_{draft.step}")),  # noqa: S704 - it holds no values
        now=shown.said(turn, draft.entry, draft.step),
        at=asked.index(draft.step) + 1 if walking else 0,
        of=len(asked),
        problem=problem,
    )


def _keyboard(turn: Turn, draft: Draft) -> list[Sequence[Button]]:
    words, step, entry = turn.texts, draft.step, draft.entry
    offered = [
        one
        for option in _OPTIONS.get(step, ())
        for one in button(_option(turn, step, option), press(draft, "set", option))
    ]
    rows: list[Sequence[Button]] = [*pairs(offered)]
    if step in CLEARED and getattr(entry, step):
        rows.append(button(words.label("clear"), press(draft, "clear")))
    moves: list[Button] = []
    if step != QUESTIONS[0] or not draft.walk:
        moves += button(words.label("go_back"), press(draft, "back"))
    if step not in REQUIRED or entry.title:
        pass_over = "no_reason" if step == REASON else "skip" if draft.walk else "leave_as_is"
        moves += button(words.label(pass_over), press(draft, "skip"))
    if draft.walk and entry.title:
        moves += button(words.label("to_preview"), press(draft, "show"))
    rows.append(moves)
    rows.append(button(words.label("leave"), press(draft, "drop")))
    return [row for row in rows if row]


def _option(turn: Turn, step: str, option: str) -> str:
    if step == "zone":
        return zone_said(option)
    return turn.texts.label(f"kind_{option}" if step == "kind" else f"option_{option}")


async def _menu(turn: Turn, draft: Draft, problem: str) -> None:
    words = turn.texts
    fields = [
        one
        for field in questions(draft.entry)
        for one in button(shown.name_of(turn, field), press(draft, "pick", field))
    ]
    rows: list[Sequence[Button]] = [
        *pairs(fields),
        button(words.label("to_preview"), press(draft, "show")),
        button(words.label("leave"), press(draft, "drop")),
    ]
    held = shown.rows(turn, differences(None, draft.entry))
    await turn.say_text("draft_menu", rows, title=draft.title, rows=held, problem=problem)


# Answers


async def replied(turn: Turn, text: str) -> Draft | None:
    """Takes a message for the answer that a draft awaits.

    Returns:
        The draft after it; None when the message is none, and still to be answered.
    """
    draft = current(turn) if turn.draft is not None and turn.away is None else None
    if not isinstance(draft, Draft) or not draft.awaits_text:
        return None
    if seconds(turn.now) - draft.at > AWAITED or await rights.role_of(turn) is None:
        return None
    number = turn.question or 0
    if number <= draft.begun:  # a question from before, which was changed
        return None
    turn.place = replace(turn.place, edit=None)
    if number <= draft.answered:  # it was changed afterwards, or came twice
        await ask(turn, draft, turn.texts.label("seen_already"))
        return draft
    if not text:
        await ask(turn, draft, turn.texts.label("write_it"))
        return draft
    return await answer(turn, replace(draft, answered=number), text)


async def answer(turn: Turn, draft: Draft, text: str) -> Draft:
    """Takes an answer, and asks on; one that is not understood is asked for again."""
    typed = _partnerships(turn, text) if draft.step == "partnerships" else text
    try:
        found = answered(draft, typed, turn.assistant.snapshot, turn.services.default_zone)
    except WrongEntry as wrong:
        problem = str(wrong)
        if draft.step == "partnerships":
            problem = turn.texts.label("wrong_partnership", typed=shown.shortened(text))
    except NotRead as wrong:
        problem = turn.texts.label(f"wrong_{wrong.reason}", typed=shown.shortened(text))
    else:
        return await _go(turn, found)
    draft = await keep(turn, draft)
    await ask(turn, draft, problem)
    return draft


def _partnerships(turn: Turn, text: str) -> str:
    """The ids of the partnerships that a text names, as the question for them takes them."""
    named = [one.id for one in turn.ask(text).entities if one.kind == "partnership"]
    return " ".join(dict.fromkeys(named)) or text


async def on_press(turn: Turn, draft: Draft, pressed: Press) -> Draft | None:
    """A button below a question; None when this step has no such button."""
    step = draft.step
    match pressed.value, pressed.to:
        case "set", str(option) if option in _OPTIONS.get(step, ()):
            return await answer(turn, draft, option)
        case "pick", str(field) if step == MENU and field in questions(draft.entry):
            return await _go(turn, replace(draft, step=field, walk=False))
        case "clear", None if step in CLEARED:
            return await _go(turn, cleared(draft))
        case "skip", None if draft.awaits_text and (step not in REQUIRED or draft.entry.title):
            return await _go(turn, following(draft))
        case "menu", None if step == PREVIEW:
            return await _go(turn, replace(draft, step=MENU, walk=False))
        case "show", None if draft.entry.title:
            return await _go(turn, replace(draft, step=PREVIEW))
        case _:
            return None


async def _go(turn: Turn, draft: Draft) -> Draft:
    """Keeps the draft at its step, and asks; a preview is shown by the caller."""
    draft = await keep(turn, draft)
    if draft.step != PREVIEW:
        await ask(turn, draft)
    return draft
