"""Turns the files of one pack into the rows of its tables, each value checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.pack_files import (
    Place,
    Problems,
    RawRow,
    checksum,
    files_of,
    is_shipped,
    read_table,
)
from knowledge.pack_schema import (
    COMMON,
    EVIDENCE,
    EXTRAS,
    HEADER,
    MENTIONS,
    TABLES,
    Column,
    Table,
)
from knowledge.pack_values import Wrong

_ENDINGS = (".yaml", ".csv")
_LENGTH_OF_PRECISION = {"day": 10, "month": 7, "year": 4, "unknown": 4}


class Row(NamedTuple):
    """A row for the database and the place it was read from."""

    place: Place
    values: dict[str, Any]


@dataclass
class PackContent:
    """A pack as read: its header and its rows by table name."""

    id: str
    header: dict[str, Any]
    checksum: str
    shipped: bool
    """Whether it was read from the folder of the packs that are shipped with the program."""
    tables: dict[str, list[Row]] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    """Kind and id of the rows that are wrong: others may refer to them without a second error."""

    def add(self, table: str, place: Place, values: dict[str, Any]) -> None:
        """Appends a row; its number in the table keeps the order of the files."""
        rows = self.tables.setdefault(table, [])
        rows.append(Row(place, {**values, "pack": self.id, "row": len(rows)}))


def read_pack(folder: Path, problems: Problems) -> PackContent | None:
    """All rows of a pack; None when not even its header can be read."""
    place = Place(f"{folder.name}/pack.yaml")
    raw = read_table(folder / "pack.yaml", place, problems)
    if not raw:
        if not problems.found:
            problems.add(place, "", "is empty", "write the header that docs/packs.md names")
        return None
    header = _checked(raw[0], HEADER, problems)
    if header is None:
        return None
    sources = _default_sources(header.pop("default_sources"), place, problems)
    pack = PackContent(header["id"], header, checksum(folder), is_shipped(folder))
    reader = _PackReader(pack, sources, problems)
    found = _files_by_table(folder, problems)
    for name, table in TABLES.items():
        for file in found.get(name, ()):
            here = Place(f"{folder.name}/{file.relative_to(folder).as_posix()}")
            for row in read_table(file, here, problems):
                reader.read(name, table, row)
    return pack


def _files_by_table(folder: Path, problems: Problems) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in files_of(folder):
        inside = file.relative_to(folder)
        name = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        if name in TABLES and file.suffix in _ENDINGS and len(inside.parts) <= 2:
            found.setdefault(name, []).append(file)
        elif inside.as_posix() != "pack.yaml":
            problems.add(
                Place(f"{folder.name}/{inside.as_posix()}"),
                "",
                "is no table of a pack",
                f"name it {', '.join(TABLES)} with .yaml or .csv, or move it away",
            )
    return found


def _default_sources(value: Any, place: Place, problems: Problems) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        problems.add(
            place, "default_sources", "must map tables to sources", "write `table: source`"
        )
        return {}
    for name in set(value) - set(TABLES):
        problems.add(place, f"default_sources.{name}", "is no table", f"use {', '.join(TABLES)}")
    return value


def _checked(
    raw: RawRow, columns: Mapping[str, Column], problems: Problems
) -> dict[str, Any] | None:
    """The values of a row as the database stores them; None when one of them is wrong."""
    before = len(problems.found)
    for name in raw.values:
        if name not in columns:
            problems.add(raw.place, name, "is not known here", f"use {', '.join(columns)}")
    values: dict[str, Any] = {}
    for name, column in columns.items():
        value = raw.values.get(name)
        if value is None:
            if column.required:
                problems.add(raw.place, name, "is missing", "give it a value")
            values[name] = column.default
            continue
        try:
            values[name] = column.check(value)
        except Wrong as wrong:
            problems.add(raw.place, name, wrong.wrong, wrong.mend)
    return values if len(problems.found) == before else None


class _PackReader:
    """Checks the rows of one pack and adds them, with what hangs on them, to its content."""

    def __init__(self, pack: PackContent, sources: dict[str, str], problems: Problems) -> None:
        self.pack = pack
        self.sources = sources
        self.problems = problems

    def read(self, name: str, table: Table, raw: RawRow) -> None:
        """Adds one row of the table, its details, links, questions and mentions."""
        columns = {
            **table.columns,
            **COMMON,
            **(EVIDENCE if table.evidence else {}),
            **(EXTRAS if table.kind else {}),
        }
        values = _checked(raw, columns, self.problems)
        if values is None:
            self.pack.refused.add((table.kind or "", str(raw.values.get("id"))))
            return
        place = raw.place
        values["as_of"] = values["as_of"] or self.pack.header["as_of"]
        values["source"] = values["source"] or self.sources.get(name)
        if values["source"] is None:
            self.pack.refused.add((table.kind or "", str(values.get("id"))))
            self.problems.add(
                place,
                "source",
                "is missing",
                f"name the page, table or URL, or give {name} one under default_sources",
            )
            return
        extras = {key: values.pop(key, ()) for key in (*EXTRAS, "mentions")}
        if name == "events":
            self._check_times(place, values)
        if name == "regions":
            self._check_nuts(place, values)
        if name == "developments":
            values["subject_kind"], values["subject"] = values["subject"]
        self.pack.add(name, place, values)
        if table.kind:
            self._add_extras(table.kind, place, values, extras)

    def _add_extras(
        self, kind: str, place: Place, row: dict[str, Any], extras: dict[str, Any]
    ) -> None:
        common = {"source": row["source"], "as_of": row["as_of"]}
        question = {"kind": kind, "target": row["id"], "language": "en"}
        for key, reply in (("ask", None), ("ask_yes", "yes"), ("ask_no", "no")):
            for text in extras[key]:
                asked = question | {"text": text, "reply": reply}
                self.pack.add("phrasings", place, common | asked)
        subject = {"subject_kind": kind, "subject": row["id"]}
        for target_kind, target in extras["about"]:
            link = {"target_kind": target_kind, "target": target}
            self.pack.add("links", place, common | subject | link)
        for position, (detail_kind, text, own_source) in enumerate(extras["details"]):
            detail = {"kind": detail_kind, "position": position, "text": text}
            if own_source:
                detail["source"] = own_source
            self.pack.add("details", place, common | subject | detail)
        for number, mention in enumerate(extras["mentions"], 1):
            # A mention is checked like a row of its own, and says which item of the list it is.
            problems = Problems()
            raw = RawRow(place, {"theme": row["id"], **mention})
            values = _checked(raw, {**MENTIONS.columns, **COMMON}, problems)
            self.problems.found += [
                text.replace(f"{place}: ", f"{place}: mentions {number}: ", 1)
                for text in problems.found
            ]
            if values:
                own = {key: values[key] or common[key] for key in common}
                self.pack.add("theme_mentions", place, values | own)

    def _check_times(self, place: Place, row: dict[str, Any]) -> None:
        start, end, precision = row["start"], row["end"], row["precision"]
        if not start:
            if precision != "unknown":
                mend = "give it a value, or write the precision unknown"
                self.problems.add(place, "start", "is missing", mend)
            if end:
                self.problems.add(place, "end", "has no start", "give both, or neither")
            return
        length = _LENGTH_OF_PRECISION.get(precision)
        for name in ("start", "end"):
            # A call may be open from an unknown day of a year until a known one.
            fits = not row[name] or len(row[name]) == length
            if length and not (fits or (name == "end" and len(row[name]) > length)):
                form = "YYYY-MM-DD"[:length]
                wrong = f"{row[name]} does not fit the precision {precision}"
                self.problems.add(place, name, wrong, f"write {form}, or correct the precision")
        if end and end < start[: len(end)]:
            self.problems.add(place, "end", f"{end} is before {start}", "correct one of them")
        self._check_hours(place, row)

    def _check_hours(self, place: Place, row: dict[str, Any]) -> None:
        """Notes hours without a day, without a zone, or the wrong way round."""
        first, last = row["start_time"], row["end_time"]
        if not (first or last or row["zone"]):
            return
        if row["precision"] != "day" or not first:
            mend = "give day, start_time and zone, or leave the hours out"
            self.problems.add(place, "start_time", "has no day or no beginning", mend)
        elif not row["zone"]:
            self.problems.add(place, "zone", "is missing", "name it: Europe/Brussels")
        elif last and last <= first and row["end"] in (None, row["start"]):
            self.problems.add(place, "end_time", f"{last} is not after {first}", "correct one")

    def _check_nuts(self, place: Place, row: dict[str, Any]) -> None:
        level, nuts = row["level"], row["nuts"]
        if nuts and level.startswith("nuts") and len(nuts) != 2 + int(level[-1]):
            wrong = f"{nuts} is not of the level {level}"
            self.problems.add(place, "nuts", wrong, "correct the code or the level")
