"""Who may organise events, looked up at every call: the settings and the roles in the database."""

from typing import Literal

from db.errors import DatabaseAway
from db.organisers import ADMIN
from handlers.turn import Turn

OWNER, ORGANISER = "owner", "organiser"
Role = Literal["owner", "organiser"]
"""An owner may also say who organises."""


async def role_of(turn: Turn) -> Role | None:
    """The role of a person in a private chat; None for others, and where others read along.

    Raises:
        DatabaseAway: it cannot be known now, unless the settings name the person.
    """
    if not turn.private or turn.user_id is None:
        return None
    if turn.user_id in turn.services.admins:
        return "owner"
    role = await turn.services.organisers.role(turn.user_id)
    if role is None:
        return None
    return "owner" if role == ADMIN else "organiser"


async def shown_role(turn: Turn) -> Role | None:
    """The role by which commands are shown; none while that cannot be known."""
    try:
        return await role_of(turn)
    except DatabaseAway:
        return None


async def refused(turn: Turn) -> bool:
    """Whether a person may not organise events, which is then said with how to become one."""
    turn.need_memory()
    if await role_of(turn) is not None:
        return False
    await turn.say_text("organisers_only", id=turn.user_id if turn.private else None)
    return True
