"""Who may organise events: shown, given and taken back by owners, by a person's number alone."""

import re
from collections.abc import Sequence

from db.organisers import ADMIN
from db.organisers import ORGANISER as APPOINTED
from handlers import rights
from handlers.buttons import Button, Press, button
from handlers.planning import moment, seconds
from handlers.replies import Place
from handlers.texts import DEFAULT, texts
from handlers.turn import Turn
from knowledge.wording import day_of

_PERSON = re.compile(r"\d{1,16}")
MOST_SHOWN = 30
"""Persons with a button each."""


async def organisers(turn: Turn, argument: str) -> None:
    """``/organisers`` shows who organises; ``/organisers 4711`` lets that person do so."""
    turn.need_memory()
    if await rights.role_of(turn) != rights.OWNER:
        await turn.say_text("owners_only")
        return
    if not argument:
        await _show(turn)
    elif not _PERSON.fullmatch(argument) or int(argument) == 0:
        await turn.say_text("organisers_usage")
    elif int(argument) in turn.services.admins:
        await turn.say_text("is_owner", id=argument)
    else:
        await _appoint(turn, int(argument))


async def on_press(turn: Turn, user_id: int) -> str:
    """Takes a role back; returns the notice for the press."""
    if await rights.role_of(turn) != rights.OWNER:
        return turn.texts.notice("owners_only")
    services = turn.services
    taken = await services.organisers.dismiss(user_id, by=turn.user_id or 0, at=seconds(turn.now))
    services.drafts.gone(user_id)
    await _show(turn)
    if taken:
        await _new_menu(turn, user_id, organises=False)
    return turn.texts.notice("saved" if taken else "gone")


async def _show(turn: Turn) -> None:
    appointed = await turn.services.organisers.appointed()
    rows: list[Sequence[Button]] = [
        button(
            turn.texts.label("take_back", id=one.user_id), Press("organise", "unrole", one.user_id)
        )
        for one in appointed[:MOST_SHOWN]
    ]
    await turn.say_text(
        "organisers",
        rows,
        rows=[
            {
                "id": one.user_id,
                "since": day_of(moment(one.since, turn.zone).date().isoformat()),
                "owner": one.role == ADMIN,
            }
            for one in appointed
        ],
        owners=len(turn.services.admins),
    )


async def _appoint(turn: Turn, user_id: int) -> None:
    services = turn.services
    known = await services.organisers.role(user_id)
    if known is None:
        await services.organisers.appoint(
            user_id, APPOINTED, by=turn.user_id or 0, at=seconds(turn.now)
        )
    back = Press("organise", "unrole", user_id)
    reachable = await services.chats.known(user_id)
    await turn.say_text(
        "appointed",
        [button(turn.texts.label("take_back", id=user_id), back)],
        id=user_id,
        already=known is not None,
        reachable=reachable,
    )
    if known is None and reachable:
        await _new_menu(turn, user_id, organises=True)
        chat = (await services.chats.conversation(user_id)).chat
        words = texts(chat.language or DEFAULT)
        html = words.say("you_organise")
        await services.replies.show(turn.context.bot, Place(user_id), html)


async def resign(turn: Turn) -> None:
    """Gives the person who is about to be forgotten the menu of everybody."""
    user_id = turn.user_id
    if turn.private and user_id and await turn.services.organisers.role(user_id) is not None:
        await _new_menu(turn, user_id, organises=False)


async def _new_menu(turn: Turn, user_id: int, *, organises: bool) -> None:
    # Imported here because of a cycle: menus are made of the table of commands, which holds ours.
    from handlers.commands import FOR_ALL, FOR_ORGANISERS
    from handlers.menu import set_for

    if await turn.services.chats.known(user_id):
        await set_for(turn.context.bot, user_id, FOR_ORGANISERS if organises else FOR_ALL)
