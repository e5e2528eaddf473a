"""One subscription as a message: what it is to, when its reminders come, buttons to change it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from db.subscriptions import Subscribed
from handlers.buttons import Button, Keyboard, Press, button, pairs
from handlers.scheduling import Upcoming
from handlers.settings import LIST
from handlers.times import told, when
from handlers.turn import Turn
from knowledge.facts import Event
from knowledge.lead_times import NOT_POSSIBLE
from knowledge.moments import lead_said, leads_said, span_said
from knowledge.occasions import begins_at
from knowledge.reminders import Lead, canonical
from knowledge.reminding import (
    ALL,
    MILESTONES,
    Target,
    coming,
    exists,
    name_of,
    occasion_of,
    reference,
    wider,
)

OFFERED = ("1w", "1d", "2h", "15m")
"""Spans before an event that stand on buttons; others are typed."""

MOVED = timedelta(minutes=1)
_LETTERS = {"event": "e", "series": "s", "partnership": "p", "milestones": "m"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


def code(target: Target) -> str:
    """A target in the line of a button."""
    return f"{_LETTERS[target[0]]}.{target[1]}"


def target_in(line: str) -> Target | None:
    """The target in the line of a button; None when it names none."""
    letter, _, id = line.partition(".")
    return (_KINDS[letter], id) if letter in _KINDS and id else None


def stored(target: Target) -> Target:
    """The kind and target as subscriptions keep them: all milestones have no id."""
    return ("milestones", "") if target == MILESTONES else target


def target_of(subscribed: Subscribed) -> Target:
    return subscribed.kind, subscribed.target or ALL


async def subscribed_here(turn: Turn) -> list[Subscribed]:
    """The subscriptions of the chat, or of the topic that one speaks in."""
    found = await turn.services.reminders.subscribed(turn.chat.chat_id)
    return [one for one in found if one.thread_id == turn.topic]


async def find(turn: Turn, target: Target) -> Subscribed | None:
    """The subscription to a target; None when there is none."""
    here = await subscribed_here(turn)
    return next((one for one in here if target_of(one) == target), None)


async def show(turn: Turn, target: Target, **notes: bool | str) -> bool:
    """Shows a subscription; False when there is none.

    Args:
        notes: what else is to be said: ``switched_on``, what of ``NOT_POSSIBLE`` was asked for, and
            what was taken ``instead``: the ``rest`` of it, what was ``kept`` or is ``usual``.
    """
    subscribed = await find(turn, target)
    if subscribed is None or not exists(turn.assistant.snapshot, target):
        return False
    upcoming = await turn.services.reminders.upcoming(turn.chat.chat_id)
    values = shown(turn, subscribed, upcoming)
    said = {"switched_on": False, **dict.fromkeys(NOT_POSSIBLE, False), **notes}
    await turn.say_text("subscription", keyboard(turn, subscribed), **values, **said)
    return True


def shown(turn: Turn, subscribed: Subscribed, upcoming: Sequence[Upcoming]) -> dict[str, Any]:
    """What is told of a subscription: its name, spans, next event and exact moments."""
    target = target_of(subscribed)
    snapshot = turn.assistant.snapshot
    due = [one for one in upcoming if one.is_for(subscribed)]
    ahead = coming(snapshot, target, turn.now)
    following = next((one for one in ahead if due and one.id == due[0].event.id), None)
    event = following or next(iter(ahead), None)
    return {
        "kind": target[0],
        "name": named(turn, target),
        "whom": turn.texts.label(turn.whom),
        "leads": leads_said(subscribed.leads),
        "event": _event(turn, event) if event is not None else None,
        "rows": _rows(turn, subscribed, due, event) if event is not None else [],
        "others": max(0, len(ahead) - 1),
    }


def _event(turn: Turn, event: Event) -> dict[str, Any]:
    about = occasion_of(turn.assistant.snapshot, event)
    zone = turn.zone
    return {
        "title": event.title,
        "when": when(about, zone, now=turn.now),
        "dated": begins_at(about) is not None,
    }


def _rows(
    turn: Turn, subscribed: Subscribed, due: Sequence[Upcoming], event: Event
) -> list[dict[str, Any]]:
    """The moments of the reminders of one event; those that have passed have none."""
    wall = begins_at(occasion_of(turn.assistant.snapshot, event))
    if wall is None:
        return []
    planned = {one.lead: one for one in due if one.event.id == event.id}
    rows = []
    for lead in subscribed.leads:
        one = planned.get(lead)
        at = told(one.due, now=turn.now) if one is not None else None
        moved = _moved(one, Lead.parse(lead).before(wall)) if one is not None else ""
        rows.append({"span": lead_said(lead), "at": at, "moved": moved})
    return rows


def _moved(one: Upcoming, nominal: datetime) -> str:
    """Why a reminder comes at another moment than its span says: a digest is silent."""
    if abs(one.due - nominal) < MOVED:
        return ""
    return "digest" if one.silent else "quiet"


def named(turn: Turn, target: Target, *, alone: bool = False) -> str:
    """What one is reminded of, within a sentence or standing alone."""
    if not exists(turn.assistant.snapshot, target):
        said = turn.texts.label("target_gone")
    else:
        name = name_of(turn.assistant.snapshot, target)
        said = turn.texts.label(f"target_{target[0]}", name=name)
    return said[:1].upper() + said[1:] if alone else said


def keyboard(turn: Turn, subscribed: Subscribed) -> Keyboard:
    """A button for each span, on or off, and what else can be done with a subscription."""
    words, target = turn.texts, target_of(subscribed)
    spans: list[Button] = []
    for lead in canonical((*OFFERED, *subscribed.leads)):
        label = words.label(
            "lead_on" if lead in subscribed.leads else "lead_off",
            span=span_said(lead) or lead_said(lead),
        )
        spans += button(label, Press("remind", "lead", to=f"{lead}.{code(target)}"))
    rows = pairs(spans)
    rows.append(button(words.label("own_lead"), Press("remind", "own", to=code(target))))
    if target[0] == "event":
        rows += _wider(turn, target)
    rows.append(button(words.label("drop"), Press("remind", "drop", to=code(target))))
    rows.append(button(words.label("all_reminders"), Press("list", LIST)))
    return rows


def _wider(turn: Turn, target: Target) -> list[tuple[Button, ...]]:
    """The series or partnership of an event, which one may want as well."""
    snapshot = turn.assistant.snapshot
    other = wider(snapshot, snapshot.things["event"][target[1]])
    label = turn.texts.label("also", name=named(turn, other))
    return [button(label, Press("choice", reference("remind", other).encode()))]
