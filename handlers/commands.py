"""All commands in one table, which feeds the handlers, the menus, /help and the README."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from handlers import (
    calendars,
    drafting,
    listings,
    organise,
    privacy,
    receipts,
    reminder_requests,
    reviewing,
    roles,
    settings,
    sharing,
)
from handlers.addressing import Asked
from handlers.buttons import Button, Press, button
from handlers.deeplinks import CALENDAR, COMMITTEE, payload_of, reference_of, target
from handlers.rights import ORGANISER, OWNER, shown_role
from handlers.texts import Texts
from handlers.turn import Turn
from knowledge.answer import Answer

Run = Callable[[Turn, str], Awaitable[None]]
"""Answers a command, given what follows it."""

FOLLOWING = (
    ("committee", "card|topic=committee-what"),
    ("committee_members", "card|topic=committee-members"),
    ("committee_tasks", "card|topic=committee-tasks"),
)
"""What /committee offers besides the next meeting: a label and its reference."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command; ``group`` when it stands in the menu of groups, ``admin`` in that of admins.

    One of ``staff`` is shown only to those who maintain the bot, one for an ``organiser`` also to
    those who organise events.
    """

    name: str
    run: Run
    group: bool = True
    admin: bool = False
    staff: bool = False
    organiser: bool = False


def _reference(reference: str) -> Run:
    async def run(turn: Turn, _argument: str) -> None:
        await turn.answer(turn.choose(reference))

    return run


def _or_asked(run: Run, before: str = "") -> Run:
    """Words after a command that needs none make it a question, such as /regions Spain.

    Args:
        before: the beginning of that question.
    """

    async def either(turn: Turn, argument: str) -> None:
        if argument:
            await reminder_requests.respond(turn, turn.ask_anew(f"{before} {argument}".strip()))
        else:
            await run(turn, "")

    return either


async def start(turn: Turn, argument: str) -> None:
    """A greeting, or what the followed link leads to; who is here first is told what this is."""
    greeting = turn.texts.say("welcome") if turn.first and turn.private else ""
    if argument == COMMITTEE:
        await _committee(turn, greeting)
    elif argument == CALENDAR:
        await calendars.calendar(turn, "")
    elif found := target(argument, turn.assistant.snapshot):
        await turn.answer(turn.choose(reference_of(*found).encode()), greeting=greeting)
    elif argument and argument != INLINE:
        await turn.say_text("dead_link", turn.choices(turn.choose("help|")))
    elif turn.private:
        await turn.say_text("start", turn.choices(turn.choose("help|")))
    else:
        await turn.say_text("start_group", username=turn.username)


_SURE = 95
"""The score of a name from which on it is not taken for another."""

INLINE = "inline"
"""The payload of the button under inline results, which only opens the chat."""


async def help_(turn: Turn, _argument: str) -> None:
    """What can be asked, and the commands; in a group those of its menu."""
    shown = {None: FOR_ALL, ORGANISER: FOR_ORGANISERS, OWNER: COMMANDS}[await shown_role(turn)]
    await turn.say_text(
        "help",
        turn.choices(turn.choose("help|")),
        commands=described(turn.texts, [one for one in shown if turn.private or one.group]),
        admins=[one.name for one in FOR_ALL if one.admin],
        username=turn.username,
        private=turn.private,
    )


async def committee(turn: Turn, _argument: str) -> None:
    await _committee(turn)


async def _committee(turn: Turn, greeting: str = "") -> None:
    answer = turn.choose("events_next|kind=committee")
    rows = [
        button(turn.texts.label(key), Press("choice", reference)) for key, reference in FOLLOWING
    ]
    await turn.answer(answer, [*rows, *turn.choices(answer)], greeting)


def _named(kind: str) -> Run:
    """What is recorded about the region or partnership whose name follows the command."""

    async def run(turn: Turn, argument: str) -> None:
        if not argument:
            await turn.say_text(f"{kind}_usage", listings.choice_of(turn, kind))
            return
        answer = turn.ask_anew(argument)
        found = {entity.id for entity in answer.entities if entity.kind == kind}
        if not found:
            rows = [*_others(answer), *listings.choice_of(turn, kind)]
            await turn.say_text(f"not_a_{kind}", rows, name=argument[:60])
            return
        if len(found) == 1 and answer.status != "clarify" and answer.intent != f"{kind}_about":
            answer = turn.choose(reference_of(kind, found.pop()).encode())
        await turn.answer(answer)

    return run


def _others(answer: Answer) -> list[tuple[Button, ...]]:
    """Buttons for what was surely named, and is of another kind than it was taken for."""
    return [
        button(one.name, Press("choice", reference_of(one.kind, one.id).encode()))
        for one in answer.entities
        if payload_of(one.kind, one.id) is not None and one.score >= _SURE
    ]


COMMANDS: tuple[Command, ...] = (
    Command("start", start, group=False),
    Command("help", help_),
    Command("partnerships", _or_asked(listings.partnerships, "partnerships")),
    Command("regions", _or_asked(listings.regions, "regions")),
    Command("region", _named("region")),
    Command("partnership", _named("partnership")),
    Command("milestones", _or_asked(_reference("events_list|kind=milestone"), "milestones")),
    Command("next", _or_asked(_reference("events_next|kind=milestone"), "next")),
    Command("committee", _or_asked(committee, COMMITTEE)),
    Command("now", listings.now),
    Command("remind", reminder_requests.remind, group=False, admin=True),
    Command("reminders", reminder_requests.reminders),
    Command("why", receipts.why),
    Command("calendar", calendars.calendar),
    Command("glossary", _or_asked(listings.glossary)),
    Command("about", listings.about),
    Command("link", sharing.link),
    Command("settings", settings.overview, group=False, admin=True),
    Command("language", settings.language, group=False, admin=True),
    Command("timezone", settings.timezone, group=False, admin=True),
    Command("privacy", privacy.privacy),
    Command("mydata", privacy.mydata, group=False, admin=True),
    Command("forget", privacy.forget, group=False, admin=True),
    Command("stop", settings.stop, group=False, admin=True),
    Command("misses", reviewing.misses, group=False, staff=True),
    Command("teach", reviewing.teach, group=False, staff=True),
    Command("organise", organise.organise, group=False, organiser=True),
    Command("cancel", drafting.cancel, group=False, organiser=True),
    Command("organisers", roles.organisers, group=False, staff=True),
)
FOR_ORGANISERS = tuple(command for command in COMMANDS if not command.staff)
FOR_ALL = tuple(command for command in FOR_ORGANISERS if not command.organiser)
BESIDES = tuple(command for command in COMMANDS if command.staff or command.organiser)
_BY_NAME = {command.name: command for command in COMMANDS}


async def run_command(turn: Turn, wanted: Asked) -> None:
    """Answers a command; in a group an unknown one may be another bot's, so nothing is said."""
    command = _BY_NAME.get(wanted.command or "")
    if command in BESIDES and not wanted.named:
        return
    if command is not None:
        await command.run(turn, wanted.text)
    elif wanted.named:
        near = get_close_matches(wanted.command or "", [one.name for one in FOR_ALL], 1, 0.7)
        await turn.say_text("unknown_command", near=near)


def described(words: Texts, commands: Iterable[Command] = FOR_ALL) -> list[tuple[str, str]]:
    """Commands with their descriptions: for menus, /help and the README."""
    return [(command.name, words.commands[command.name]) for command in commands]
