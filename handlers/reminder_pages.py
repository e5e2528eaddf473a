"""All reminders of a chat, its quiet hours and digest: shown, changed by buttons or words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from db.deliveries import SNOOZE
from db.subscriptions import Choices
from handlers import reminder_cards as cards
from handlers import settings
from handlers.buttons import Button, Keyboard, Press, button, pager, pairs
from handlers.scheduling import Upcoming
from handlers.times import told
from handlers.turn import Turn
from knowledge.moments import leads_said, zone_said
from knowledge.references import Reference
from knowledge.settings_said import NIGHT

ON_A_PAGE = 5
"""Subscriptions on one page."""

QUIET = (NIGHT, ("21:00", "08:00"), ("18:00", "09:00"))
"""Quiet hours that stand on buttons; others are typed."""

DIGESTS = ("off", "daily", "weekly")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
HOURS = ("07:00", "08:00", "09:00", "18:00")
"""Hours for a digest that stand on buttons."""


async def overview(turn: Turn, page: int = 0) -> None:
    """What the chat (or topic) is reminded of, with the next exact moment of each."""
    service = turn.services.reminders
    here = await cards.subscribed_here(turn)
    elsewhere = len(await service.subscribed(turn.chat.chat_id)) - len(here)
    upcoming = await service.upcoming(turn.chat.chat_id)
    last = max(0, (len(here) - 1) // ON_A_PAGE)
    page = min(page, last)
    first = page * ON_A_PAGE
    rows: list[dict[str, Any]] = []
    keyboard: list[tuple[Button, ...]] = []
    for number, one in enumerate(here[first : first + ON_A_PAGE], first + 1):
        target = cards.target_of(one)
        name = cards.named(turn, target, alone=True)
        due = next((entry for entry in upcoming if entry.is_for(one)), None)
        said = {"at": told(due.due, now=turn.now), "title": due.event.title} if due else None
        rows.append({"number": number, "name": name, "leads": leads_said(one.leads), "next": said})
        label = turn.texts.label("change", number=number, name=name)
        keyboard.append(button(label, Press("remind", "open", to=cards.code(target))))
    if last:
        labels = turn.page_labels(page, last + 1)
        keyboard.append(pager(labels, page, last + 1, Press("list", settings.LIST)))
    await turn.say_text(
        "reminders",
        [*keyboard, *_others(turn)],
        rows=rows,
        whom=turn.texts.label(turn.whom),
        elsewhere=elsewhere,
        snoozed=_snoozed(turn, upcoming),
        on=turn.chat.reminders,
        zone=zone_said(turn.zone),
        default_zone=turn.chat.zone is None,
        **_choices(await service.choices(turn.chat.chat_id)),
    )


def _snoozed(turn: Turn, upcoming: Sequence[Upcoming]) -> list[dict[str, Any]]:
    return [
        {"at": told(one.due, now=turn.now), "title": one.event.title}
        for one in upcoming
        if one.lead == SNOOZE and one.thread_id == turn.topic
    ]


def _others(turn: Turn) -> Keyboard:
    words = turn.texts
    zone = words.label("timezone", zone=str(turn.zone))
    return [
        (
            *button(words.label("quiet_hours"), Press("remind", "quiet")),
            *button(words.label("digest"), Press("remind", "digest")),
        ),
        button(zone, Press("remind", "zone")),
        button(words.label("calendar"), Press("calendar", "open")),
        button(words.label("one_more"), Press("choice", "remind|ask=which")),
    ]


def _choices(chosen: Choices) -> dict[str, str | None]:
    return {
        "quiet_from": chosen.quiet_from,
        "quiet_to": chosen.quiet_to,
        "digest": chosen.digest,
        "digest_at": chosen.digest_at,
    }


# Quiet hours and digest


async def quiet_wish(turn: Turn, wish: Reference) -> None:
    """Quiet hours in words; without hours, they are shown and offered."""
    first, last = wish.slot("from"), wish.slot("to")
    given = {"quiet_from": first, "quiet_to": last} if first or wish.slot("off") else {}
    if await _kept(turn, given):
        await _quiet(turn, unread=wish.slot("unread") is not None)


async def digest_wish(turn: Turn, wish: Reference) -> None:
    """A digest in words; without saying how often, it is shown and offered."""
    wanted = {"digest": wish.slot("every"), "digest_at": wish.slot("at")}
    given = {name: value for name, value in wanted.items() if value is not None}
    if await _kept(turn, given):
        notes = {name: wish.slot(name) is not None for name in ("unread", "day")}
        await _digest(turn, **notes)


async def on_press(turn: Turn, press: Press) -> str:
    """A button of one of the two pages: opens it, or changes something; returns the notice."""
    page = _quiet if press.value == "quiet" else _digest
    if press.to is None:
        await page(turn)
        return ""
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    first, _, last = press.to.partition("-")
    if press.value == "quiet" and (press.to == "off" or (_is_hour(first) and _is_hour(last))):
        hours = (None, None) if press.to == "off" else (first, last)
        await _keep(turn, quiet_from=hours[0], quiet_to=hours[1])
    elif press.value == "digest" and press.to in DIGESTS:
        await _keep(turn, digest=press.to)
    elif press.value == "hour" and _is_hour(press.to):
        await _keep(turn, digest_at=press.to)
    else:
        return turn.texts.notice("outdated")
    await page(turn)
    return turn.texts.notice("saved")


async def _kept(turn: Turn, given: Mapping[str, str | None]) -> bool:
    """Keeps what was said in words, unless this person may not say so, which is told."""
    if given and not await turn.may_change():
        await turn.say_text("admins_only")
        return False
    if given:
        await _keep(turn, **given)
    return True


async def _keep(turn: Turn, **chosen: str | None) -> None:
    service = turn.services.reminders
    before = await service.choices(turn.chat.chat_id)
    await service.choose(turn.chat.chat_id, replace(before, **chosen))  # type: ignore[arg-type]


async def _quiet(turn: Turn, *, unread: bool = False) -> None:
    words = turn.texts
    chosen = await turn.services.reminders.choices(turn.chat.chat_id)
    current = (chosen.quiet_from, chosen.quiet_to)
    offered = [
        one
        for first, last in QUIET
        for one in button(
            _ticked(turn, words.label("hours", first=first, last=last), current == (first, last)),
            Press("remind", "quiet", to=f"{first}-{last}"),
        )
    ]
    none = _ticked(turn, words.label("no_quiet"), current == (None, None))
    keyboard = [
        *pairs([*offered, *button(none, Press("remind", "quiet", to="off"))]),
        button(words.label("all_reminders"), Press("list", settings.LIST)),
    ]
    zone = zone_said(turn.zone)
    await turn.say_text("quiet", keyboard, zone=zone, unread=unread, **_choices(chosen))


async def _digest(turn: Turn, *, unread: bool = False, day: bool = False) -> None:
    words = turn.texts
    chosen = await turn.services.reminders.choices(turn.chat.chat_id)
    kinds = [
        one
        for kind in DIGESTS
        for one in button(
            _ticked(turn, words.label(f"digest_{kind}"), chosen.digest == kind),
            Press("remind", "digest", to=kind),
        )
    ]
    hours = [
        one
        for hour in HOURS
        for one in button(
            _ticked(turn, hour, chosen.digest_at == hour), Press("remind", "hour", to=hour)
        )
    ]
    keyboard = [
        tuple(kinds),
        *([tuple(hours)] if chosen.digest != "off" else []),
        button(words.label("all_reminders"), Press("list", settings.LIST)),
    ]
    zone = zone_said(turn.zone)
    said = {"unread": unread, "other_day": day and chosen.digest == "weekly"}
    await turn.say_text("digest", keyboard, zone=zone, **said, **_choices(chosen))


def _ticked(turn: Turn, name: str, is_so: bool) -> str:  # noqa: FBT001 - whether it is chosen
    return turn.texts.label("chosen" if is_so else "other", name=name)


def _is_hour(written: str) -> bool:
    return _HOUR.fullmatch(written) is not None
