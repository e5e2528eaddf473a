"""Checks the form of calls: known methods and parameters, required ones, types all the way down."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT: dict[str, Any] = json.loads(
    Path(__file__).with_name("spec.json").read_text(encoding="utf-8")
)
REACTIONS = frozenset(DOCUMENT["reactions"])
UPDATES = frozenset(DOCUMENT["updates"])
METHODS = {name.lower(): name for name in DOCUMENT["methods"]}

ARRAY = "Array of "
WHOLE = re.compile(r"-?\d{1,19}")
PLAIN = {"String", "Integer", "Boolean", "Float", "InputFile"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Field:
    """What the API says of one parameter or field."""

    kinds: tuple[str, ...]
    required: bool
    fixed: str | None  # the only value it can have, such as the `type` of an inline result


def _field(word: str) -> Field:
    required = word.endswith("!")
    word = word.removesuffix("!")
    if word.startswith("="):
        return Field(("String",), required, word[1:])
    return Field(tuple(word.split("|")), required, None)


def _fields(words: dict[str, str]) -> dict[str, Field]:
    return {name: _field(word) for name, word in words.items()}


PARAMETERS = {name: _fields(words) for name, words in DOCUMENT["methods"].items()}
TYPES = {
    name: _fields(found["fields"]) for name, found in DOCUMENT["types"].items() if "fields" in found
}


@cache
def _members(kind: str) -> tuple[str, ...]:
    """The types with fields that a type stands for: itself, or those it can be."""
    choices = DOCUMENT["types"][kind].get("any")
    if choices is None:
        return (kind,)
    return tuple(member for choice in choices for member in _members(choice))


def decode(raw: Any, field: Field, files: dict[str, Upload]) -> Any:
    """The value of one parameter as the API reads it from a form, or from a JSON body.

    Raises:
        ValueError: it cannot be read as any of the field's kinds; the message says why.
    """
    if isinstance(raw, Upload) or not isinstance(raw, str):
        return raw
    if "InputFile" in field.kinds and raw.startswith("attach://"):
        if (name := raw.removeprefix("attach://")) not in files:
            raise ValueError(f"refers to {raw}, which is not in the request")
        return files[name]
    if "Integer" in field.kinds and WHOLE.fullmatch(raw):
        return int(raw)
    if "Boolean" in field.kinds and raw in ("true", "false"):
        return raw == "true"
    if "String" in field.kinds:
        return raw
    if field.kinds == ("InputFile",):
        raise ValueError("is not a file")
    try:
        return json.loads(raw)
    except ValueError:
        raise ValueError(f"is not a {'|'.join(field.kinds)}: {raw[:60]!r}") from None


def problems(value: Any, field: Field, place: str) -> list[str]:
    """What is wrong with a decoded value; each begins with its place in the call."""
    if field.fixed is not None and value != field.fixed:
        return [f"{place} is {value!r}, not {field.fixed!r}"]
    found: list[list[str]] = []
    for kind in field.kinds:
        wrong = list(_wrong(value, kind, place))
        if not wrong:
            return []
        found.append(wrong)
    return min(found, key=len)


def _wrong(value: Any, kind: str, place: str) -> Iterator[str]:
    if kind.startswith(ARRAY):
        if not isinstance(value, list):
            yield f"{place} is not an array"
            return
        inner = Field((kind.removeprefix(ARRAY),), required=True, fixed=None)
        for number, item in enumerate(value):
            yield from problems(item, inner, f"{place}[{number}]")
    elif kind in PLAIN:
        if not _is(value, kind):
            yield f"{place} is not of type {kind}: {str(value)[:60]!r}"
    elif not isinstance(value, dict):
        yield f"{place} is not an object of type {kind}"
    else:
        yield from _best(value, _members(kind), place)


def _is(value: Any, kind: str) -> bool:
    if kind == "String":
        return isinstance(value, str) and _encodable(value)
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "InputFile":
        return isinstance(value, Upload)
    if isinstance(value, bool):
        return False
    if kind == "Integer":
        return isinstance(value, int) and -(2**63) <= value < 2**63
    return isinstance(value, int | float)


def _encodable(text: str) -> bool:
    """Whether a text is sound Unicode: JSON can smuggle in half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _best(value: dict[str, Any], names: tuple[str, ...], place: str) -> list[str]:
    """The problems of an object as that type, of those it may have, which it fits best."""
    reports = [list(_object(value, TYPES[name], place, name)) for name in names]
    return min(reports, key=len)


def _object(
    value: dict[str, Any], fields: dict[str, Field], place: str, name: str
) -> Iterator[str]:
    for key, item in value.items():
        if (field := fields.get(key)) is None:
            yield f"{place} has the field {key!r}, which {name} does not"
        else:
            yield from problems(item, field, f"{place}.{key}")
    for key, field in fields.items():
        if field.required and key not in value:
            yield f"{place} lacks {key!r} of {name}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A call's parameters as the API reads them, and what is wrong with their form."""

    values: dict[str, Any]
    unknown: list[str]  # parameters the method does not have; Telegram ignores them
    missing: list[str]  # required ones that are not there
    wrong: list[str]  # sentences on values of a wrong type


def read(method: str, raw: dict[str, Any], files: dict[str, Upload]) -> Reading:
    """Reads the parameters of a known method."""
    fields = PARAMETERS[method]
    reading = Reading({}, [], [], [])
    attached = {str(value)[9:] for value in raw.values() if str(value).startswith("attach://")}
    for name, given in (raw | {n: f for n, f in files.items() if n not in attached}).items():
        if (field := fields.get(name)) is None:
            reading.unknown.append(name)
            continue
        try:
            value = decode(given, field, files)
        except ValueError as error:
            reading.wrong.append(f"{name} {error}")
            continue
        reading.values[name] = value
        reading.wrong.extend(problems(value, field, name))
    for name, field in fields.items():
        if field.required and raw.get(name, files.get(name, "")) == "":
            reading.missing.append(name)
    return reading
