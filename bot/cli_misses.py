"""The command ``misses``: questions that got no answer, and what to make of them."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.application import building, prepare
from bot.cli import DONE, FAILED, CommandError, UsageError, progress_note
from bot.cli_evaluate import read_files
from bot.prepared import assistant
from bot.settings import read_settings
from bot.teaching import CASES, lesson_of, teach, unteach
from db.batches import Batches
from db.engine import create_engine
from db.misses import Miss, Misses
from knowledge.lessons import Lesson, lessons, write_pack
from knowledge.reading import read_snapshot
from knowledge.teaching import Trial, grouped

T = TypeVar("T")
SHOWN_LOST = 10


def misses(given: argparse.Namespace) -> int:
    """Does what the sub-command says; without one, lists the questions in groups."""
    commands: dict[str, Callable[[argparse.Namespace, AsyncEngine], Awaitable[int]]] = {
        "list": _list,
        "teach": _teach,
        "dismiss": _dismiss,
        "taught": _taught,
        "unteach": _unteach,
        "export": _export,
    }
    return _with_database(lambda engine: commands[given.what](given, engine))


def _with_database(work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    settings = read_settings()

    async def task() -> T:
        engine = create_engine(settings.database)
        try:
            await prepare(engine, settings, progress_note)
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(task())


async def _list(given: argparse.Namespace, engine: AsyncEngine) -> int:
    known = await _all(engine)
    groups = [[known[at] for at in group] for group in grouped([miss.text for miss in known])]
    if given.json:
        print(json.dumps([[asdict(miss) for miss in group] for group in groups]))
        return DONE
    if not groups:
        print("No question is waiting; chats have to agree to their being noted (/settings).")
    for group in groups:
        print(f"{group[0].key:5}  {len(group)} time{'s' * (len(group) > 1)}  {group[0].text}")
        for miss in group[1:]:
            print(f"{miss.key:5}  {'':7}  {miss.text}")
    return DONE


async def _teach(given: argparse.Namespace, engine: AsyncEngine) -> int:
    now = datetime.now(UTC)
    question = await _question(given.question, engine)
    snapshot = await read_snapshot(engine)
    lesson = lesson_of(
        given.thing,
        given.name or question,
        snapshot,
        name=given.name is not None,
        day=now.date().isoformat(),
    )
    paths = given.cases or ([str(CASES / "en")] if CASES.exists() else [])
    cases = read_files(paths) if paths else []
    progress_note(f"Asking {len(cases)} cases and the declared questions again …")
    with building():
        before = assistant(snapshot, lesson.language)
    found = await teach(engine, before, lesson, cases, now=now, question=question)
    if found.sound and given.question.isdecimal():
        await _on_misses(engine, lambda table: table.remove(int(given.question)))
    says = _outcome(found, lesson)
    if given.json:
        print(json.dumps({"taught": found.sound, "says": says, "lost": found.lost}))
    else:
        print(says)
        for text in found.lost[:SHOWN_LOST]:
            print(f"  would be answered otherwise: {text}")
    return DONE if found.sound else FAILED


def _outcome(found: Trial, lesson: Lesson) -> str:
    what = f"“{lesson.text}” as a {lesson.how} of {lesson.thing}"
    if found.fate == "known":
        return "Nothing was taught: the question leads there already."
    if found.fate == "unheard":
        return f"{what} was not taught: the question would still lead elsewhere."
    if found.fate == "general":
        return f"{what} was not taught: its words belong to many questions - write more of it."
    if found.lost:
        number = len(found.lost)
        return f"{what} was not taught: it would take {number} other question{'s' * (number > 1)}."
    return f"{what} is taught; {found.asked} other questions are answered as before."


async def _dismiss(given: argparse.Namespace, engine: AsyncEngine) -> int:
    number = await _on_misses(engine, lambda table: table.remove(*given.keys))
    print(f"{number} question{'s' * (number != 1)} forgotten.")
    return DONE if number else FAILED


async def _taught(given: argparse.Namespace, engine: AsyncEngine) -> int:
    known = await lessons(engine)
    if given.json:
        print(json.dumps([asdict(lesson) for lesson in known], ensure_ascii=False))
        return DONE
    for lesson in known:
        print(f"{lesson.day}  {lesson.how:8}  {lesson.thing}  {lesson.text}")
    if not known:
        print("Nothing was taught.")
    return DONE


async def _unteach(given: argparse.Namespace, engine: AsyncEngine) -> int:
    gone = await unteach(engine, given.text)
    if not gone:
        raise CommandError(f"“{given.text}” was not taught - `misses taught` lists what was.")
    print(f"“{gone[0].text}” is taken back.")
    return DONE


async def _export(given: argparse.Namespace, engine: AsyncEngine) -> int:
    known, folder = await lessons(engine), Path(given.out)
    try:
        write_pack(folder, known)
    except OSError as error:
        raise CommandError(
            f"{error.filename or folder} cannot be written ({error.strerror}) - name a folder "
            "you may write to."
        ) from error
    print(f"{len(known)} lesson{'s' * (len(known) != 1)} written to {folder} as pack files.")
    return DONE


async def _question(given: str, engine: AsyncEngine) -> str:
    """The question itself, or the one whose number was given."""
    if not given.isdecimal():
        return given
    found = next((miss for miss in await _all(engine) if miss.key == int(given)), None)
    if found is None:
        raise UsageError(f"There is no question {given} - `misses` lists them with their numbers.")
    return found.text


async def _all(engine: AsyncEngine) -> list[Miss]:
    return await _on_misses(engine, lambda table: table.all())


async def _on_misses(engine: AsyncEngine, work: Callable[[Misses], Awaitable[T]]) -> T:
    batches = Batches(engine)
    try:
        return await work(Misses(batches))
    finally:
        await batches.close()
