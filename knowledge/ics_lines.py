"""Takes a calendar file apart: lines unfolded and numbered, components nested as they must be.

Whatever is broken is refused with its line; nothing is repaired and nothing skipped unseen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from icalendar.parser import Contentline

MOST_BYTES = 1_000_000
MOST_LINES = 50_000
DEEPEST = 4

_NAME = re.compile(r"([A-Za-z0-9-]{1,60})[;:]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadCalendar(Exception):
    """The file cannot be taken; the message names the line and property, and the mend."""

    def __init__(self, line: int | None, name: str, wrong: str, mend: str) -> None:
        where = ", ".join(filter(None, (f"line {line}" if line else "", name)))
        super().__init__(f"{where}: {wrong} - {mend}." if where else f"{wrong} - {mend}.")


@dataclass(frozen=True, slots=True)
class Property:
    """One property: ``line`` is where it begins, ``value`` is without escapes."""

    line: int
    name: str
    params: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END."""

    line: int
    name: str
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]

    def one(self, name: str) -> Property | None:
        """The property of that name, which may stand there once only.

        Raises:
            BadCalendar: it stands there twice.
        """
        found = self.all(name)
        if len(found) > 1:
            wrong = f"is the second one (the first is in line {found[0].line})"
            raise BadCalendar(found[1].line, name, wrong, "keep one of them")
        return found[0] if found else None


def take_apart(content: bytes) -> Component:
    """The calendar in a file.

    Raises:
        BadCalendar: the file is too large, is no calendar, or holds anything broken.
    """
    if len(content) > MOST_BYTES:
        wrong = f"The file has more than {MOST_BYTES} bytes"
        raise BadCalendar(None, "", wrong, "export fewer events at once")
    lines = _unfolded(_decoded(content))
    calendar = _component(lines)
    for line, text in lines:
        raise BadCalendar(line, _shown(text), "stands behind the calendar's end", "delete it")
    return calendar


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadCalendar(line, "", "is not UTF-8", "save the file as UTF-8") from error
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        wrong = f"holds the control character {control[0]!r}"
        raise BadCalendar(line, "", wrong, "delete it")
    return text


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first; a line that begins with a blank goes on."""
    begun, said = 0, ""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        wrong = f"The file has more than {MOST_LINES} lines"
        raise BadCalendar(None, "", wrong, "export fewer events at once")
    for number, line in enumerate(lines, 1):
        if line[:1] in (" ", "\t") and begun:
            said += line[1:]
        elif line.strip():
            if begun:
                yield begun, said
            begun, said = number, line
    if begun:
        yield begun, said


def _component(lines: Iterator[tuple[int, str]]) -> Component:
    first = next(lines, None)
    if first is None or first[1].strip().upper() != "BEGIN:VCALENDAR":
        raise BadCalendar(
            first[0] if first else None,
            "",
            "The file does not begin with BEGIN:VCALENDAR",
            "choose an .ics file",
        )
    open_ones = [Component(first[0], "VCALENDAR")]
    for line, text in lines:
        found = _property(line, text)
        inner = open_ones[-1]
        if found.name == "BEGIN":
            if len(open_ones) >= DEEPEST:
                raise BadCalendar(line, found.value, "lies too deep", "delete it")
            begun = Component(line, found.value.upper())
            inner.components.append(begun)
            open_ones.append(begun)
        elif found.name == "END":
            if found.value.upper() != inner.name:
                wrong = f"ends {found.value}, but {inner.name} of line {inner.line} is open"
                raise BadCalendar(line, "END", wrong, "export the file again")
            open_ones.pop()
            if not open_ones:
                return inner
        else:
            inner.properties.append(found)
    inner = open_ones[-1]
    raise BadCalendar(inner.line, inner.name, "has no end", "the file is cut off: get it again")


def _property(line: int, text: str) -> Property:
    named = _NAME.match(text)
    if named is None:
        raise BadCalendar(line, _shown(text), "is no property", "write NAME:value")
    name = named[1].upper()
    try:
        _, params, value = Contentline(text).parts()  # type: ignore[no-untyped-call]  # theirs
    except ValueError as error:
        raise BadCalendar(line, name, "cannot be read", "write NAME;PARAMETER=x:value") from error
    known = {
        key.upper(): one if isinstance(one, str) else ",".join(one) for key, one in params.items()
    }
    return Property(line, name, known, str(value))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
