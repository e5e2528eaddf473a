"""What maintainers teach the assistant: phrasings and names, as a pack of their own.

Lessons are the rows of the pack ``taught``. They pass through the loader like those of any pack, so
that a name that collides is refused, and are written out as pack files, to be moved into a pack.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy import ColumnClause, column, select, table
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import reading

TAUGHT = "taught"
"""The id of the pack; it goes with whichever packs are chosen."""

How = Literal["phrasing", "name"]

_HEADER = {
    "id": TAUGHT,
    "label": "Taught",
    "title": "Names and phrasings taught by maintainers",
    "publisher": "The maintainers of this assistant",
    "licence": "None: single words and questions",
    "url": "https://s3platform.jrc.ec.europa.eu/industrial-modernisation",
    "citation": "Names and phrasings that maintainers added to this assistant.",
}
_SOURCE = "taught by a maintainer"
_FILES = {
    "phrasings.csv": ("kind", "target", "text", "language", "source", "as_of"),
    "aliases.csv": ("kind", "target", "text", "language", "form", "source", "as_of"),
}
_ROWS = ("kind", "target", "text", "language", "as_of")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A phrasing (a question that a thing answers) or a name of a thing; ``day`` is an ISO date."""

    how: How
    kind: str
    target: str
    text: str
    day: str
    language: str = "en"

    @property
    def thing(self) -> str:
        return f"{self.kind}/{self.target}"


async def lessons(engine: AsyncEngine) -> list[Lesson]:
    """All that was taught, phrasings first, in the order of teaching.

    Raises:
        DatabaseError: when the database cannot be read.
    """
    found: list[Lesson] = []
    tables: tuple[tuple[How, str], ...] = (("phrasing", "phrasings"), ("name", "aliases"))
    async with reading(engine) as connection:
        for how, name in tables:
            columns: list[ColumnClause[Any]] = [column(each) for each in _ROWS]
            rows = table(name, *columns, column("pack"), column("row"))
            wanted = select(*columns).select_from(rows).where(rows.c.pack == TAUGHT)
            found += [
                Lesson(how, row.kind, row.target, row.text, row.as_of, row.language)
                for row in await connection.execute(wanted.order_by(rows.c.row))
            ]
    return found


def write_pack(folder: Path, taught: Iterable[Lesson]) -> None:
    """Writes lessons as the files of a pack (docs/packs.md).

    Raises:
        OSError: the folder cannot be written.
    """
    taught = list(taught)
    folder.mkdir(parents=True, exist_ok=True)
    as_of = max((lesson.day for lesson in taught), default="2017-07")
    header = yaml.safe_dump({**_HEADER, "as_of": as_of}, sort_keys=False, allow_unicode=True)
    (folder / "pack.yaml").write_text(header, encoding="utf-8")
    for name, columns in _FILES.items():
        how: How = "phrasing" if name == "phrasings.csv" else "name"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            for lesson in taught:
                if lesson.how == how:
                    writer.writerow(_row(lesson))


def _row(lesson: Lesson) -> dict[str, str]:
    return {
        "kind": lesson.kind,
        "target": lesson.target,
        "text": lesson.text,
        "language": lesson.language,
        "form": "variant",
        "source": _SOURCE,
        "as_of": lesson.day,
    }
