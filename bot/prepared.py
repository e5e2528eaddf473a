"""Keeps what an assistant makes of the knowledge between starts, so that a start is quick.

Weighing thousands of declared questions takes most of a cold start and comes out the same each
time. The result lies in the user's cache folder under a name that tells all it was made from:
knowledge, declarations and code. Whatever is missing, stale, foreign or broken is made anew.
"""

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from platformdirs import user_cache_path

import knowledge
from bot.settings import APP
from knowledge.assistant import Assistant
from knowledge.declarations import declarations
from knowledge.snapshot import Snapshot
from knowledge.understanding import Reader

_CODE = Path(knowledge.__file__).parent
_SUFFIXES = (".py", ".yaml", ".txt", ".j2")


def assistant(snapshot: Snapshot, lang: str, folder: Path | None = None) -> Assistant:
    """An assistant over the snapshot, from what was prepared when there is something that fits.

    What is prepared is for the packs alone, so that a changed event does not make it stale.

    Args:
        snapshot: The knowledge.
        lang: A declared language.
        folder: Where prepared readers are kept; the user's cache folder when None.
    """
    reader = reader_of(snapshot.packed or snapshot, lang, folder)
    return assistant_over(snapshot, reader, lang)


def reader_of(packed: Snapshot, lang: str, folder: Path | None = None) -> Reader:
    """A reader for the packs alone; ``folder`` as for ``assistant``."""
    folder = folder or user_cache_path(APP)
    file = folder / f"reader-{lang}-{_fingerprint(packed)}.pickle"
    reader = _load(file, packed)
    if reader is None:
        reader = Reader(packed, declarations(lang))
        _save(file, reader)
    return reader


def assistant_over(snapshot: Snapshot, reader: Reader, lang: str) -> Assistant:
    """An assistant over the snapshot, given a reader for its packs."""
    if reader.snapshot is not snapshot:
        reader = reader.over(snapshot, declarations(lang))
    return Assistant(snapshot, lang=lang, reader=reader)


def _fingerprint(snapshot: Snapshot) -> str:
    """Short, and another one whenever anything changes that a reader is made from."""
    made_from = hashlib.sha256(sys.version.encode())
    for pack in snapshot.packs.values():
        made_from.update(f"{pack.id} {pack.checksum} ".encode())
    for path in _sources():
        made_from.update(path.name.encode())
        made_from.update(path.read_bytes())
    return made_from.hexdigest()[:20]


def _sources() -> Iterator[Path]:
    folders = (_CODE, *(path for path in (_CODE / "declarations").rglob("*") if path.is_dir()))
    for folder in folders:
        yield from sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)


def _load(file: Path, snapshot: Snapshot) -> Reader | None:
    """The reader in a file, if the file is ours alone to write."""
    try:
        with file.open("rb") as opened:
            if not _is_ours(opened):
                return None
            reader = _Unpickler(opened, snapshot).load()
    except Exception:  # noqa: BLE001  a cache that cannot be read is no cache, whatever the reason
        return None
    return reader if isinstance(reader, Reader) else None


def _is_ours(opened: IO[bytes]) -> bool:
    """Whether nobody else can have written the file: unpickling trusts what it reads."""
    status = os.fstat(opened.fileno())
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return not shared and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def _save(file: Path, reader: Reader) -> None:
    """Keep a reader and drop older ones of the language; nothing happens where it cannot."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            _Pickler(opened, reader.snapshot).dump(reader)
        part.replace(file)
        for other in file.parent.glob(f"{file.name.rsplit('-', 1)[0]}-*.pickle"):
            if other != file:
                other.unlink(missing_ok=True)


class _Pickler(pickle.Pickler):
    """Leaves the snapshot out: it is read from the database at each start."""

    def __init__(self, opened: IO[bytes], snapshot: Snapshot) -> None:
        super().__init__(opened, protocol=5)
        self._snapshot = snapshot

    def persistent_id(self, obj: Any) -> str | None:
        return "snapshot" if obj is self._snapshot else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, opened: IO[bytes], snapshot: Snapshot) -> None:
        super().__init__(opened)
        self._snapshot = snapshot

    def persistent_load(self, pid: Any) -> Snapshot:
        if pid != "snapshot":
            raise pickle.UnpicklingError(str(pid))
        return self._snapshot
