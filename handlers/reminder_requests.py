"""Does what people ask for about reminders, in words, by commands or buttons, and says so."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from db.deliveries import SNOOZE
from handlers import reminder_cards as cards
from handlers import reminder_pages as pages
from handlers import settings, snoozing, where
from handlers.buttons import Button, Press, button
from handlers.deeplinks import COMMITTEE, payload_of
from handlers.turn import Turn
from knowledge.answer import Answer, Focus
from knowledge.lead_times import NOT_POSSIBLE
from knowledge.memory import FOCUS_LASTS
from knowledge.moments import lead_said, leads_said
from knowledge.references import Reference
from knowledge.reminders import DEFAULT_LEADS, canonical
from knowledge.reminding import Target, exists, leads_of, reference, target_of

AWAITED = "leads"
"""The ``results_kind`` of the focus while a span of time is awaited for a reminder."""

WHICH = "remind|ask=which"


async def respond(turn: Turn, answer: Answer) -> None:
    """Does what was asked for; any other answer is shown."""
    if not answer.request:
        await turn.answer(answer)
        return
    wish = Reference.decode(answer.request)
    if turn.focus is not None and turn.focus.results_kind == AWAITED and leads_of(wish):
        wish = wish.with_slot("add", "yes")
    turn.keep_focus(answer.focus)
    await _WISHES[wish.intent](turn, wish)


async def remind(turn: Turn, argument: str) -> None:
    """The command: what follows it are words, or it is asked what to remind of."""
    answer = turn.ask(f"remind me {argument}") if argument else turn.choose(WHICH)
    await respond(turn, answer)


async def reminders(turn: Turn, _argument: str = "") -> None:
    await pages.overview(turn)


# What can be wished for


async def _subscribe(turn: Turn, wish: Reference) -> None:
    target = target_of(wish)
    if target is None:
        return
    if not await turn.may_change():
        # Whoever is no admin can have the same for oneself.
        url = turn.link(payload_of(*target) or COMMITTEE)
        await turn.say_text("admins_only", [(Button(turn.texts.label("in_private"), url=url),)])
        return
    service = turn.services.reminders
    known = await service.subscribed(turn.chat.chat_id)
    before = await cards.find(turn, target)
    said = leads_of(wish)
    former = before.leads if before is not None and (wish.slot("add") or not said) else ()
    switched_on = await _switched_on(turn)
    await service.subscribe(
        turn.chat.chat_id,
        turn.topic,
        *cards.stored(target),
        canonical((*said, *former)) or DEFAULT_LEADS,
    )
    notes: dict[str, bool | str] = {name: wish.slot(name) is not None for name in NOT_POSSIBLE}
    notes["instead"] = "rest" if said else "kept" if former else "usual"
    await cards.show(turn, target, switched_on=switched_on, **notes)
    if not known and turn.chat.zone is None:
        await where.ask(turn)


async def _switched_on(turn: Turn) -> bool:
    """Whether reminders were off, which whoever asks for one does not want any more."""
    if turn.chat.reminders:
        return False
    await turn.change(reminders=True)
    return True


async def _stop(turn: Turn, wish: Reference) -> None:
    if wish.slot("everything"):
        await (_delete_all(turn) if wish.slot("delete") else settings.stop(turn, ""))
        return
    leads = leads_of(wish)
    target = target_of(wish)
    if target is None:
        here = [
            one
            for one in await cards.subscribed_here(turn)
            if not leads or not set(leads).isdisjoint(one.leads)
        ]
        target = cards.target_of(here[0]) if len(here) == 1 else None
    if target is None:
        await pages.overview(turn)
    elif not await turn.may_change():
        await turn.say_text("admins_only")
    elif leads or wish.slot("far") or wish.slot("after"):
        await _take_away(turn, target, leads)
    else:
        await _drop(turn, target)


async def _delete_all(turn: Turn) -> None:
    """Ends all subscriptions of the chat or topic, and what was snoozed in it."""
    service, chat = turn.services.reminders, turn.chat.chat_id
    here = await cards.subscribed_here(turn)
    if not here:
        await pages.overview(turn)
        return
    if not await turn.may_change():
        await turn.say_text("admins_only")
        return
    names = [cards.named(turn, cards.target_of(one), alone=True) for one in here]
    for one in here:
        await service.unsubscribe(chat, turn.topic, one.kind, one.target)
    for planned in await service.upcoming(chat):
        if planned.lead == SNOOZE and planned.thread_id == turn.topic:
            await service.unsnooze(chat, planned.key)
    rows = [button(turn.texts.label("all_reminders"), Press("list", settings.LIST))]
    elsewhere = bool(await service.subscribed(chat))
    whom = turn.texts.label(turn.whom)
    await turn.say_text("all_dropped", rows, names=names, whom=whom, elsewhere=elsewhere)


async def _take_away(turn: Turn, target: Target, leads: Sequence[str]) -> None:
    """Ends single reminders of a subscription, and it as a whole with the last of them."""
    before = await cards.find(turn, target)
    left = [one for one in before.leads if one not in leads] if before is not None else []
    if before is None or not left:
        await _drop(turn, target)
    elif len(left) == len(before.leads):
        name, words = cards.named(turn, target), turn.texts
        rows = [button(words.label("all_reminders"), Press("list", settings.LIST))]
        await turn.say_text("no_such_lead", rows, name=name, leads=leads_said(left))
    else:
        await turn.services.reminders.subscribe(
            turn.chat.chat_id, turn.topic, *cards.stored(target), left
        )
        await cards.show(turn, target)


async def _drop(turn: Turn, target: Target) -> None:
    """Ends a subscription, which can be taken back by a button."""
    words = turn.texts
    before = await cards.find(turn, target)
    again: list[tuple[Button, ...]] = []
    if before is not None:
        await turn.services.reminders.unsubscribe(
            turn.chat.chat_id, turn.topic, *cards.stored(target)
        )
        whole = reference("remind", target, before.leads).encode()
        press = Press("choice", whole if len(whole) < 64 else reference("remind", target).encode())
        again = [button(words.label("undo"), press)]
    await turn.say_text(
        "dropped" if before is not None else "not_subscribed",
        [*again, button(words.label("all_reminders"), Press("list", settings.LIST))],
        name=cards.named(turn, target),
        whom=words.label(turn.whom),
    )


async def _list(turn: Turn, wish: Reference) -> None:
    if wish.slot("on"):
        if not await turn.may_change():
            await turn.say_text("admins_only")
            return
        await _switched_on(turn)
    await pages.overview(turn)


_WISHES: Mapping[str, Callable[[Turn, Reference], Awaitable[None]]] = {
    "remind": _subscribe,
    "remind_stop": _stop,
    "remind_list": _list,
    "remind_quiet": pages.quiet_wish,
    "remind_digest": pages.digest_wish,
    "remind_snooze": snoozing.wish,
}


# Buttons


async def on_press(turn: Turn, press: Press) -> str:
    """A button about reminders, in the message to be edited; returns the notice for the press."""
    to = press.to or ""
    match press.value:
        case "quiet" | "digest" | "hour":
            return await pages.on_press(turn, press)
        case "zone":
            await where.ask(turn)
            return ""
    lead, _, rest = to.partition(".") if press.value == "lead" else ("", "", to)
    target = cards.target_in(rest)
    if target is None or press.value not in ("open", "lead", "own", "drop"):
        return turn.texts.notice("outdated")
    if press.value == "open" and exists(turn.assistant.snapshot, target):
        return "" if await cards.show(turn, target) else turn.texts.notice("not_subscribed")
    if not await turn.may_change():
        return turn.texts.notice("admins_only")
    if press.value == "lead" and exists(turn.assistant.snapshot, target):
        return await _toggle(turn, target, lead)
    if press.value == "own" and exists(turn.assistant.snapshot, target):
        await _ask_span(turn, target)
        return ""
    await _drop(turn, target)
    return turn.texts.notice("saved")


async def _toggle(turn: Turn, target: Target, written: str) -> str:
    before = await cards.find(turn, target)
    try:
        lead = canonical([written])[0]
    except ValueError:
        return turn.texts.notice("outdated")
    if before is None:
        return turn.texts.notice("not_subscribed")
    leads = [one for one in before.leads if one != lead]
    if len(leads) == len(before.leads):
        leads.append(lead)
    await turn.services.reminders.subscribe(
        turn.chat.chat_id, turn.topic, *cards.stored(target), leads
    )
    await cards.show(turn, target)
    return turn.texts.notice("saved")


async def _ask_span(turn: Turn, target: Target) -> None:
    """Asks how long before; the next message, if it says so, is the reply."""
    before = await cards.find(turn, target)
    if before is None:
        return
    written = reference("remind", target).encode()
    entities = (target,) if target[0] in ("event", "partnership") else ()
    expires = turn.now + FOCUS_LASTS
    turn.keep_focus(Focus(written, entities, AWAITED, (), expires))
    turn.place = replace(turn.place, edit=None)
    spans = [lead_said(lead) for lead in cards.OFFERED[:2]]
    await turn.say_text("own_lead", name=cards.named(turn, target), examples=spans)
