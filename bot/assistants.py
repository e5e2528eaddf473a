"""The assistants of a process, one a language; they take newer facts while it runs."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.application import building, open_snapshot
from bot.cli import progress_note
from bot.prepared import assistant_over, reader_of
from bot.settings import Settings
from db.errors import DatabaseAway, DatabaseError
from knowledge.assistant import Assistant
from knowledge.declarations import languages
from knowledge.reading import MissingKnowledge, newer_snapshot
from knowledge.snapshot import Snapshot
from knowledge.understanding import Reader

_log = logging.getLogger(__name__)


class Assistants:
    """One assistant for each language over the same facts, made when first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.languages = languages()
        self._made: dict[str, Assistant] = {}
        self._readers: dict[str, Reader] = {}

    def speaking(self, lang: str) -> Assistant:
        """The assistant for a language; the English one where there are no words for it yet."""
        spoken = lang if lang in self.languages else "en"
        if spoken not in self._made:
            self._made[spoken] = self._over(self.snapshot, spoken)
        return self._made[spoken]

    async def take(self, snapshot: Snapshot) -> None:
        """Answers from another snapshot, from the moment at which all is ready for it."""
        made = {lang: await asyncio.to_thread(self._over, snapshot, lang) for lang in self._made}
        self._made, self.snapshot = made, snapshot

    def _over(self, snapshot: Snapshot, lang: str) -> Assistant:
        packed = snapshot.packed or snapshot
        reader = self._readers.get(lang)
        if reader is None or reader.snapshot.packs != packed.packs:
            reader = self._readers[lang] = reader_of(packed, lang)
        return assistant_over(snapshot, reader, lang)


class Reloading:
    """Brings the assistants of a running process up to what the database holds.

    ``problem`` says why that is not possible; None when it was.
    """

    def __init__(self, engine: AsyncEngine, assistants: Assistants, packs: tuple[str, ...]) -> None:
        self._engine = engine
        self._assistants = assistants
        self._packs = packs
        self._turn = asyncio.Lock()
        self.problem: str | None = None

    async def __call__(self) -> bool:
        """Takes over newer knowledge, if there is any; whether there was.

        What cannot be read leaves the assistants with the last facts that could.
        """
        async with self._turn:
            known = self._assistants.snapshot
            try:
                newer = await newer_snapshot(self._engine, known, self._packs)
                if newer is not None:
                    await self._assistants.take(newer)
            except DatabaseAway as error:
                _log.info("Newer knowledge was not looked for: %s", error)
                return False
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the last good stays
                self._stay(known.revision, error)
                return False
            self.problem = None
            if newer is None:
                return False
            _log.info("Knowledge of revision %d", newer.revision)
            return True

    def _stay(self, revision: int, error: Exception) -> None:
        """Says once why the knowledge stays as it is."""
        told = isinstance(error, DatabaseError | MissingKnowledge)
        why = str(error) if told else f"it cannot be read ({type(error).__name__})"
        if why != self.problem:
            _log.error("The knowledge of revision %d stays: %s", revision, why)
        self.problem = why


def open_assistants(settings: Settings) -> Assistants:
    """The assistants over the chosen packs; shows people what takes long."""
    with building():
        assistants = Assistants(asyncio.run(open_snapshot(settings, progress_note)))
        assistants.speaking("en")
    return assistants
