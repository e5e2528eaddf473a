"""Why a reminder came, and what became of the last ones: queued, sent, retried, withheld."""

from typing import Any

from handlers import reminder_cards as cards
from handlers.buttons import Press, button
from handlers.scheduling import Receipt, Upcoming
from handlers.settings import LIST
from handlers.times import told
from handlers.turn import Turn
from knowledge.moments import lead_said, span_said
from knowledge.reminders import Lead, matches

SHOWN, AHEAD = 8, 5
"""Receipts in one message, and of what is to come."""

MANY_DAYS = 366
PUNCTUAL = 5
"""Seconds by which a message may be late without that being told."""


async def why(turn: Turn, _argument: str) -> None:
    """What became of the last reminders of the chat, and what comes next."""
    service, chat = turn.services.reminders, turn.chat.chat_id
    found = await service.receipts(chat, SHOWN)
    ahead = await service.upcoming(chat)
    await turn.say_text(
        "why",
        [button(turn.texts.label("all_reminders"), Press("list", LIST))],
        rows=[_shown(turn, one) for one in found],
        ahead=[_planned(turn, one) for one in ahead[:AHEAD]],
        more=max(0, len(ahead) - AHEAD),
        whom=turn.texts.label(turn.whom),
        on=turn.chat.reminders,
    )


async def on_press(turn: Turn, press: Press) -> str:
    """Why one reminder came: what was subscribed to, and its receipt."""
    one = await turn.services.reminders.receipt(turn.chat.chat_id, press.number)
    if one is None:
        return turn.texts.notice("gone")
    subscribed = await turn.services.reminders.subscribed(turn.chat.chat_id)
    event = one.event
    reasons = [
        cards.named(turn, cards.target_of(entry))
        for entry in subscribed
        if event is not None and matches(entry.kind, entry.target, event)
    ]
    rows = [button(turn.texts.label("all_reminders"), Press("list", LIST))]
    await turn.say_text(
        "why_this",
        rows,
        row=_shown(turn, one),
        reasons=list(dict.fromkeys(reasons)),
        whom=turn.texts.label(turn.whom),
    )
    return ""


def _planned(turn: Turn, one: Upcoming) -> dict[str, Any]:
    return {
        "title": one.event.title,
        "lead": lead_said(one.lead) if one.lead[:1].isdigit() else one.lead,
        "due": told(one.due, now=turn.now),
        "state": "queued",
        "reason": None,
        "attempts": 0,
        "at": None,
        "late": "",
    }


def _shown(turn: Turn, one: Receipt) -> dict[str, Any]:
    is_span = one.lead[:1].isdigit()
    return {
        "title": one.event.title if one.event is not None else None,
        "lead": lead_said(one.lead) if is_span else one.lead,
        "due": told(one.due, now=turn.now),
        "state": one.state,
        "reason": one.reason,
        "attempts": one.attempts,
        "at": told(one.settled, now=turn.now) if one.settled is not None else None,
        "late": _late(one.late),
    }


def _late(seconds: int) -> str:
    """A lateness worth telling, in words; empty for one that is not."""
    if seconds <= PUNCTUAL:
        return ""
    if seconds < 60:
        return f"{seconds} s"
    days = seconds // (24 * 3600)
    if days < MANY_DAYS:
        return span_said(str(Lead(minutes=seconds // 60)))
    return f"{days} d"  # which no span says
