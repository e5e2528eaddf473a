"""The commands ``load`` and ``export``."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.application import open_snapshot
from bot.cli import DONE, CommandError, progress_note
from bot.settings import read_settings
from db.engine import create_engine
from db.migrate import upgrade
from knowledge.export import as_csv, as_json, export_tables
from knowledge.loader import LoadReport, load
from knowledge.pack_files import shipped_by_id


def load_packs(paths: Sequence[str], *, force: bool) -> int:
    """Loads the given pack folders, or those shipped that KNOWLEDGE_PACKS chooses."""
    settings = read_settings()
    folders = [folder for path in paths for folder in _folders(Path(path))]
    if not folders:
        shipped = shipped_by_id()
        folders = [shipped[id] for id in settings.knowledge_packs or shipped if id in shipped]
    if not folders:
        raise CommandError(
            "None of KNOWLEDGE_PACKS is shipped with the program - name the folders to load."
        )

    async def task() -> LoadReport:
        engine = create_engine(settings.database)
        try:
            await upgrade(engine)
            return await load(engine, folders, force=force)
        finally:
            await engine.dispose()

    progress_note("Reading the packs …")
    report = asyncio.run(task())
    for pack in report.packs:
        rows = sum(pack.rows.values())
        if pack.changed:
            tables = ", ".join(f"{number} {name}" for name, number in pack.rows.items())
            print(f"{pack.id}: loaded {rows} rows ({tables})")
        else:
            print(f"{pack.id}: {rows} rows, unchanged")
    print(f"Knowledge revision {report.revision}.")
    return DONE


def _folders(path: Path) -> list[Path]:
    """The pack at ``path``, or the packs in it when it is a folder of packs."""
    if not (path / "pack.yaml").exists():
        within = sorted(header.parent for header in path.glob("*/pack.yaml"))
        if within:
            return within
    return [path]


def export(form: str, out: str | None) -> int:
    """Writes every table as JSON or CSV to standard output, or to files in the folder ``out``."""
    tables = export_tables(asyncio.run(open_snapshot(read_settings(), progress_note)))
    if form == "json":
        files = {"knowledge.json": as_json(tables)}
    else:
        files = {f"{name}.csv": as_csv(name, rows) for name, rows in tables.items()}
    if out is None:
        for name, text in files.items():
            title = f"# {name.removesuffix('.csv')}\n" if form == "csv" else ""
            sys.stdout.write(title + text + ("\n" if title else ""))
        return DONE
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(
            f"{error.filename or folder} cannot be written ({error.strerror}) - name a folder "
            "you may write to."
        ) from error
    print(f"{len(files)} file{'s' * (len(files) > 1)} written to {folder}.")
    return DONE
