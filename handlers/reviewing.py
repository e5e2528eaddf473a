"""Notes questions that got no answer, where a chat agreed to it, without anything that tells whose.

Also what maintainers do with them in Telegram: look at them in groups, and teach what was meant.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence

from db.misses import Miss
from handlers.buttons import Button, Press, button
from handlers.turn import Turn
from knowledge.answer import Answer
from knowledge.teaching import grouped

ON_A_PAGE = 5
MOST_OFFERED = 4
"""Things offered as what a question may have been about."""

_LONGEST = 300
_SMALL_TALK = frozenset({"blank", "too_long", "off_topic", "help", "greeting"})
_PERSONAL = re.compile(
    r"\S+@\S+|@\w+|\b(?:https?://|www\.)\S+|\+?\d[\d\s()/-]{6,}\d"
    r"|\b(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|señora?)\b\.?(?:\s+[^\W\d_][\w'-]*){1,2}",
    re.IGNORECASE,
)
"""Addresses, names of users, links, numbers of telephones, and people by title and name."""


def note(turn: Turn, question: str, answer: Answer) -> None:
    """Notes a question that was declined or asked back, if its chat agreed."""
    if not turn.chat.review or answer.status == "answer" or answer.intent in _SMALL_TALK:
        return
    text = _without(turn.names, _PERSONAL.sub("…", question)).strip()[:_LONGEST]
    if any(char.isalpha() for char in text):
        turn.services.misses.note(text, answer.status, turn.texts.language, turn.now.date())


def _without(names: Iterable[str], text: str) -> str:
    """A text without the names of who wrote it."""
    words = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(rf"\b(?:{words})\b", "…", text, flags=re.IGNORECASE) if words else text


async def misses(turn: Turn, argument: str) -> None:
    """The questions that got no answer, those alike together."""
    if not _may_review(turn):
        await turn.say_text("maintainers_only")
        return
    await _show(turn, int(argument) - 1 if argument.isdecimal() else 0)


async def teach(turn: Turn, argument: str) -> None:
    """``/teach 12 partnership/textile`` or ``/teach 12 region/tampere Nokialand``."""
    if not _may_review(turn):
        await turn.say_text("maintainers_only")
        return
    number, _, rest = argument.partition(" ")
    thing, _, name = rest.strip().partition(" ")
    if not number.isdecimal() or "/" not in thing:
        await turn.say_text("teach_usage")
        return
    await _teach(turn, int(number), thing, name.strip() or None)


async def on_press(turn: Turn, press: Press) -> str:
    """A button of the list of misses; returns the notice for the press."""
    if not _may_review(turn):
        return turn.texts.notice("maintainers_only")
    match press.value, press.to:
        case "page", None:
            await _show(turn, press.number)
        case "open", None:
            await _open(turn, press.number)
        case "dismiss", None:
            await _dismiss(turn, press.number)
        case "teach", str(thing):
            await _teach(turn, press.number, thing, None)
        case _:
            return turn.texts.notice("outdated")
    return ""


def _may_review(turn: Turn) -> bool:
    """Only those named in ADMIN_IDS, and not where others read along."""
    return turn.private and turn.user_id in turn.services.admins


async def _groups(turn: Turn) -> list[list[Miss]]:
    known = await turn.services.misses.all()
    # Of thousands it takes a while, in which others are answered.
    groups = await asyncio.to_thread(grouped, [miss.text for miss in known])
    return [[known[at] for at in group] for group in groups]


async def _show(turn: Turn, page: int) -> None:
    groups = await _groups(turn)
    last = max(0, (len(groups) - 1) // ON_A_PAGE)
    page = min(max(page, 0), last)
    shown = groups[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    rows: list[Sequence[Button]] = [
        button(turn.texts.label("miss", text=group[0].text), _press("open", group[0].key))
        for group in shown
    ]
    if page:
        rows.append(button(turn.texts.label("previous"), _press("page", page - 1)))
    if page < last:
        rows.append(button(turn.texts.label("following"), _press("page", page + 1)))
    groups_shown = [{"text": group[0].text, "times": len(group)} for group in shown]
    await turn.say_text(
        "misses", rows, groups=groups_shown, total=sum(map(len, groups)), of=len(groups)
    )


async def _open(turn: Turn, key: int) -> None:
    group = await _group_of(turn, key)
    if not group:
        await turn.say_text("miss_gone")
        return
    offered = _about(turn, group[0].text)
    rows: list[Sequence[Button]] = [
        button(turn.texts.label("teach", name=name), _press("teach", key, f"{kind}/{id}"))
        for kind, id, name in offered
    ]
    rows.append(button(turn.texts.label("dismiss"), _press("dismiss", key)))
    await turn.say_text("miss", rows, texts=[miss.text for miss in group[:10]], number=key)


def _about(turn: Turn, text: str) -> list[tuple[str, str, str]]:
    """What a question may have been about: kind, id and name, the likeliest first."""
    things = turn.assistant.snapshot.things
    found: dict[tuple[str, str], str] = {}
    for candidate in turn.assistant.understand(text).candidates:
        for kind, id in candidate.reference.slots:
            if thing := things.get(kind, {}).get(id):
                found.setdefault((kind, id), getattr(thing, "short_name", thing.name))
    return [(kind, id, name) for (kind, id), name in found.items()][:MOST_OFFERED]


async def _group_of(turn: Turn, key: int) -> list[Miss]:
    groups = await _groups(turn)
    found = next((group for group in groups if any(one.key == key for one in group)), [])
    return sorted(found, key=lambda miss: miss.key != key)


async def _dismiss(turn: Turn, key: int) -> None:
    await turn.services.misses.remove(*(miss.key for miss in await _group_of(turn, key)))
    await _show(turn, 0)


async def _teach(turn: Turn, key: int, thing: str, name: str | None) -> None:
    group = await _group_of(turn, key)
    if not group:
        await turn.say_text("miss_gone")
        return
    await turn.say_text("trying", text=group[0].text)
    outcome = await turn.services.teach(group[0].text, thing, name)
    if outcome.done:
        await turn.services.misses.remove(*(miss.key for miss in group))
    await turn.say_text("taught", says=outcome.says)


def _press(what: str, number: int, to: str | None = None) -> Press:
    return Press("miss", what, number, to)
