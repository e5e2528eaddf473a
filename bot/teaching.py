"""Teaches the assistant a phrasing or a name: tried out first, then loaded like any pack."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import UsageError
from knowledge.assistant import Assistant
from knowledge.evaluation import Case
from knowledge.lessons import TAUGHT, Lesson, lessons, write_pack
from knowledge.loader import load
from knowledge.snapshot import Snapshot
from knowledge.teaching import Trial, trial
from knowledge.text import fold

CASES = Path(__file__).parent.parent / "tests" / "cases"
"""The question cases of a checkout; a distribution that was installed has none."""


def lesson_of(thing: str, text: str, snapshot: Snapshot, *, name: bool, day: str) -> Lesson:
    """The lesson that ``text`` is a question about, or a name of, a thing (``kind/id``).

    Raises:
        UsageError: there is no such thing, or the text holds no word.
    """
    kind, _, id = thing.partition("/")
    if id not in snapshot.things.get(kind, {}):
        raise UsageError(f"There is no {thing!r} - write kind/id, such as partnership/textile.")
    if not fold(text):
        raise UsageError("The text has no letter or digit - write a question or a name.")
    return Lesson("name" if name else "phrasing", kind, id, " ".join(text.split()), day)


async def teach(
    engine: AsyncEngine,
    before: Assistant,
    lesson: Lesson,
    cases: Sequence[Case],
    *,
    now: datetime,
    question: str = "",
) -> Trial:
    """Tries a lesson out, and loads it when it is sound; running bots take it over by themselves.

    Raises:
        PackError: the name belongs to something else of its kind.
        DatabaseError: when the database cannot be used.
    """
    found = trial(before, lesson, cases, now=now, question=question)
    if found.sound:
        await _keep(engine, [*await lessons(engine), lesson])
    return found


async def unteach(engine: AsyncEngine, text: str) -> list[Lesson]:
    """Takes back what was taught with this text; returns it.

    Raises:
        DatabaseError: when the database cannot be used.
    """
    known = await lessons(engine)
    gone = [lesson for lesson in known if fold(lesson.text) == fold(text)]
    if gone:
        await _keep(engine, [lesson for lesson in known if lesson not in gone])
    return gone


async def _keep(engine: AsyncEngine, taught: Sequence[Lesson]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TAUGHT
        write_pack(path, taught)
        await load(engine, [path])
