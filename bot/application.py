"""The composition root: puts settings, database, knowledge and assistant together."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import Settings
from db.engine import create_engine
from db.migrate import upgrade
from knowledge.pack_files import checksum, shipped_by_id
from knowledge.reading import loaded_checksums, packs_of_others, read_snapshot
from knowledge.snapshot import Snapshot

if TYPE_CHECKING:
    from knowledge.assistant import Assistant

_LOOKED_THROUGH = 10_000
"""New objects after which garbage is looked for. An answer makes some thousands that are gone by
themselves; to look through them time and again took a twentieth of its time."""

Progress = Callable[[str], None]
"""Told, in a few words, what takes long."""


def silent(_note: str) -> None:
    """Tells nobody."""


@contextmanager
def building() -> Iterator[None]:
    """Keeps the garbage collector from what is built in the block, during it and ever after.

    Facts live as long as the process: to look through them for garbage would only make starts and
    single answers slow.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_LOOKED_THROUGH)
        gc.enable()


async def prepare(engine: AsyncEngine, settings: Settings, progress: Progress = silent) -> None:
    """Brings the database to this version's tables and the shipped packs' facts.

    Does nothing but a few reads when both are there already. What somebody loaded from a folder in
    the place of a shipped pack stays.

    Raises:
        DatabaseError: when the database cannot be used.
        PackError: when a shipped pack is not right.
    """
    shipped = shipped_by_id()
    chosen = settings.knowledge_packs or tuple(shipped)
    upgraded = await upgrade(engine)
    loaded = await loaded_checksums(engine)
    others = await packs_of_others(engine)
    stale = [
        shipped[id]
        for id in chosen
        if id in shipped and id not in others and checksum(shipped[id]) != loaded.get(id)
    ]
    if stale:
        progress(
            "Preparing the knowledge base …" if upgraded else "Refreshing the knowledge base …"
        )
        # Imported here because it needs the SQLModel tables, which most starts can do without.
        from knowledge.loader import load

        await load(engine, stale)


async def open_snapshot(settings: Settings, progress: Progress = silent) -> Snapshot:
    """All facts of the chosen packs, from a database made ready at need.

    Raises:
        DatabaseError: when the database cannot be used.
        PackError: when a shipped pack is not right.
        MissingKnowledge: when KNOWLEDGE_PACKS names what is not there.
    """
    engine = create_engine(settings.database)
    try:
        await prepare(engine, settings, progress)
        return await read_snapshot(engine, settings.knowledge_packs)
    finally:
        await engine.dispose()


async def open_assistant(
    settings: Settings, progress: Progress = silent, *, lang: str = "en"
) -> "Assistant":
    """An assistant over all facts of the chosen packs; raises what ``open_snapshot`` does."""
    # Imported here because `load`, `export` and `doctor` answer no question.
    from bot.prepared import assistant

    with building():
        return assistant(await open_snapshot(settings, progress), lang)
