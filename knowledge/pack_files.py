"""Finds pack folders and reads their files into rows that remember where they stand."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PACKS = Path(__file__).parent / "packs"
"""The folder of the packs that are shipped with the program."""

READER_VERSION = "2"
"""Part of every checksum: raised when the same files give other rows, so that they load again."""

SHOWN_PROBLEMS = 20

DEEPEST = 20
"""Levels of lists and mappings within each other; our own packs have five."""

_IGNORED = {".md", ".txt"}
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(Exception):
    """One or more things are wrong with the packs; nothing was changed.

    ``problems`` are sentences like ``pack/regions.csv:row 4: country: ... - mend``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = list(self.problems[:SHOWN_PROBLEMS])
        if len(self.problems) > len(shown):
            shown.append(f"… and {len(self.problems) - len(shown)} more.")
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a pack."""

    file: str
    """``pack-folder/file``"""
    row: int | None = None
    """The line of a CSV file (its header is 1), or the number of the item in a YAML list."""
    line: int | None = None
    """The line of a YAML item."""

    def __str__(self) -> str:
        if self.row is None:
            return self.file
        return f"{self.file}:row {self.row}" + (f" (line {self.line})" if self.line else "")


@dataclass
class Problems:
    """What is wrong, gathered so that an author sees all of it at once."""

    found: list[str] = field(default_factory=list)

    def add(self, place: Place, name: str, wrong: str, mend: str) -> None:
        """Notes ``wrong`` with the field ``name`` (may be empty) and how to mend it."""
        self.found.append(f"{place}: {name + ': ' if name else ''}{wrong} - {mend}")

    def raise_any(self) -> None:
        """Raises a PackError when anything was noted."""
        if self.found:
            raise PackError(self.found)


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as written: text, None (empty), lists and mappings; nothing is checked yet."""

    place: Place
    values: dict[str, Any]


def shipped_by_id(folder: Path = PACKS) -> dict[str, Path]:
    """The folders of the shipped packs by id, the pack with the oldest facts first.

    Raises:
        PackError: when a pack.yaml cannot be read.
    """
    found = []
    for file in folder.glob("*/pack.yaml"):
        header = read_header(file.parent)
        found.append((str(header.get("as_of")), str(header.get("id")), file.parent))
    return {id: path for _, id, path in sorted(found)}


def is_shipped(pack: Path) -> bool:
    """Whether a pack's folder is one of those that are shipped with the program."""
    return pack.resolve().parent == PACKS.resolve()


def shipped_packs(ids: Sequence[str] = (), folder: Path = PACKS) -> list[Path]:
    """The folders of the shipped packs: those of ``ids`` in that order, or all, oldest facts first.

    Raises:
        PackError: when an id is not shipped, or a pack.yaml cannot be read.
    """
    known = shipped_by_id(folder)
    if missing := [id for id in ids if id not in known]:
        choice = ", ".join(known)
        raise PackError(
            [
                f"KNOWLEDGE_PACKS: {id!r} is not a shipped pack - choose from {choice}."
                for id in missing
            ]
        )
    return [known[id] for id in ids] or list(known.values())


def read_header(pack: Path) -> dict[str, Any]:
    """The values of ``pack.yaml``, unchecked.

    Raises:
        PackError: when the folder has no such file, or it cannot be read.
    """
    problems = Problems()
    rows = read_table(pack / "pack.yaml", Place(f"{pack.name}/pack.yaml"), problems)
    problems.raise_any()
    return rows[0].values if rows else {}


def checksum(pack: Path) -> str:
    """A checksum over the names and contents of all files of a pack."""
    digest = hashlib.sha256(READER_VERSION.encode())
    for file in files_of(pack):
        digest.update(b"\0%s\0" % file.relative_to(pack).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def files_of(pack: Path) -> list[Path]:
    """The files of a pack in a stable order, without notes and hidden files."""
    return sorted(
        file
        for file in pack.rglob("*")
        if file.is_file()
        and file.suffix not in _IGNORED
        and not any(part.startswith(".") for part in file.relative_to(pack).parts)
    )


def read_table(file: Path, place: Place, problems: Problems) -> list[RawRow]:
    """The rows of one YAML or CSV file; whatever is wrong with its form goes to ``problems``."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.add(place, "", "there is no such file", "name the folder of a pack")
        return []
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.add(place, f"line {line}", "is not UTF-8", "save the file as UTF-8")
        return []
    except OSError as error:
        problems.add(place, "", f"cannot be read ({error.strerror})", "check its rights")
        return []
    read = _read_csv if file.suffix == ".csv" else _read_yaml
    return list(read(text, place, problems))


def _read_csv(text: str, place: Place, problems: Problems) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            problems.add(place, "", "is empty", "write a row with the names of its columns first")
            return
        for name in {name for name in header if header.count(name) > 1}:
            problems.add(place, name, "two columns have this name", "keep one")
        end = reader.line_num
        for cells in reader:
            here = Place(place.file, end + 1)
            end = reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                problems.add(
                    here,
                    "",
                    f"{len(cells)} cells where the header has {len(header)}",
                    "put texts that hold a comma between double quotes",
                )
                continue
            yield RawRow(
                here, {name: cell.strip() or None for name, cell in zip(header, cells, strict=True)}
            )
    except csv.Error as error:
        here = Place(place.file, reader.line_num)
        problems.add(here, "", f"is not CSV ({error})", "close the quotes and double inner ones")


def _read_yaml(text: str, place: Place, problems: Problems) -> Iterator[RawRow]:
    try:
        if refused := _refused_yaml(text):
            problems.add(place, *refused)
            return
        node = yaml.compose(text, Loader=_YAML)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "bad character"
        problems.add(place, where, f"is not YAML ({what})", "correct the indent or quote the text")
        return
    if node is None:
        return
    single = isinstance(node, yaml.MappingNode)
    if not single and not isinstance(node, yaml.SequenceNode):
        problems.add(place, "", "holds one text", "write a list of mappings")
        return
    items = [node] if single else node.value
    for number, item in enumerate(items, 1):
        here = Place(place.file) if single else Place(place.file, number, item.start_mark.line + 1)
        if isinstance(item, yaml.MappingNode):
            yield RawRow(here, _value(item, here, problems))
        else:
            problems.add(here, "", "is not a mapping", "write its keys and values: `- id: …`")


def _refused_yaml(text: str) -> tuple[str, str, str] | None:
    """Where a text would grow without bounds when it is read, what is wrong there, and the mend.

    Only its tokens are looked at: what nests too deep ends the process as soon as it is composed.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_YAML):
        where = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        if getattr(event, "anchor", None) is not None:
            mend = "write the text out, or between quotes"
            return where, "has an anchor or alias (& or *)", mend
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            return where, f"nests deeper than {DEEPEST} levels", "write lists in fewer brackets"
    return None


def _value(node: Any, place: Place, problems: Problems) -> Any:
    """A node as texts, lists and mappings.

    Scalars stay as written, because YAML would read 5.0, 2016-11-03 and `no` as other things than
    the author typed; what must be a number or a yes/no is read where the table is known.
    """
    if isinstance(node, yaml.ScalarNode):
        if not node.style and node.value in ("", "~", "null"):
            return None
        return node.value.strip() or None
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, place, problems) for item in node.value]
    mapping: dict[str, Any] = {}
    for key, item in node.value:
        name = str(key.value)
        if name in mapping:
            problems.add(
                place, name, f"is twice there (line {key.start_mark.line + 1})", "keep one"
            )
        mapping[name] = _value(item, place, problems)
    return mapping
