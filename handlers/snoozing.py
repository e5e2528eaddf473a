"""Reminds once more of what a reminder was about, after a while but before the event begins."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.buttons import Button, Press, button, pairs
from handlers.scheduling import Receipt
from handlers.texts import Texts
from handlers.times import told
from handlers.turn import Turn
from knowledge.moments import span_said
from knowledge.occasions import Occasion, begins
from knowledge.references import Reference
from knowledge.reminders import Lead
from knowledge.zones import instant

OFFERED = ("20m", "1h", "3h")
TOMORROW, BACK = "tomorrow", "off"
MORNING = time(8)
"""When "tomorrow" is, on the clocks of the chat."""


def later(wanted: str, zone: ZoneInfo, *, now: datetime) -> datetime:
    """The moment that a span from now, or tomorrow, leads to, in the zone.

    Raises:
        ValueError: it is neither.
    """
    today = now.astimezone(zone)
    if wanted == TOMORROW:
        return instant(today.date() + timedelta(days=1), MORNING, zone)
    span = Lead.parse(wanted)
    if span.days:
        return instant(today.date() + timedelta(days=span.days), today.time(), zone)
    return (now.astimezone(UTC) + timedelta(minutes=span.minutes)).astimezone(zone)


def buttons(
    words: Texts, key: int, event: Occasion, zone: ZoneInfo, *, now: datetime
) -> list[tuple[Button, ...]]:
    """Buttons below a reminder to come back to it, those that lead to before the beginning.

    Args:
        key: that of the reminder's row in the outbox.
    """
    start = begins(event)
    made: list[Button] = []
    for wanted in (*OFFERED, TOMORROW):
        if start is not None and later(wanted, zone, now=now) < start:
            span = span_said(wanted) if wanted != TOMORROW else ""
            label = words.label("snooze" if span else "snooze_tomorrow", span=span)
            made += button(label, Press("snooze", wanted, key))
    return pairs(made)


async def on_press(turn: Turn, press: Press) -> str | None:
    """A button below a reminder: another one comes later, or that is taken back."""
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    service, chat = turn.services.reminders, turn.chat.chat_id
    if press.value == BACK:
        done = await service.unsnooze(chat, press.number)
        return turn.texts.notice("unsnoozed" if done else "gone")
    try:
        at = later(press.value, turn.zone, now=turn.now)
    except ValueError:
        return turn.texts.notice("outdated")
    if not await _snooze(turn, press.number, at):
        return turn.texts.notice("too_late")
    return ""


async def wish(turn: Turn, said: Reference) -> None:
    """Words such as "snooze for an hour": that is the last reminder which still makes sense."""
    if not await turn.may_change():
        await turn.say_text("admins_only")
        return
    last = await _last(turn)
    if last is None or last.event is None:
        await turn.say_text("nothing_to_snooze")
        return
    wanted = said.slot("for") or said.slot("until")
    if wanted is None:
        rows = buttons(turn.texts, last.key, last.event, turn.zone, now=turn.now)
        await turn.say_text("snooze", rows, title=last.event.title)
    elif not await _snooze(turn, last.key, later(wanted, turn.zone, now=turn.now)):
        await turn.say_text("too_late", title=last.event.title)


async def _last(turn: Turn) -> Receipt | None:
    """The last reminder of an event that has not begun."""
    for one in await turn.services.reminders.receipts(turn.chat.chat_id):
        start = begins(one.event) if one.event is not None else None
        if one.state == "sent" and start is not None and start > turn.now:
            return one
    return None


async def _snooze(turn: Turn, key: int, at: datetime) -> bool:
    """Plans another reminder, and tells its exact moment; False when it would come too late."""
    planned = await turn.services.reminders.snooze(turn.chat.chat_id, key, at)
    if planned is None:
        return False
    await turn.say_text(
        "snoozed",
        [button(turn.texts.label("undo"), Press("snooze", BACK, planned.key))],
        at=told(planned.due, now=turn.now),
        title=planned.event.title,
        whom=turn.texts.label(turn.whom),
    )
    return True
