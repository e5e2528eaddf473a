"""Telegram HTML as text for a terminal: wrapped, in bold and italic and with links if it can."""

import os
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import groupby
from typing import NamedTuple

_STYLES = {
    "b": "1",
    "strong": "1",
    "i": "3",
    "em": "3",
    "u": "4",
    "ins": "4",
    "s": "9",
    "del": "9",
    "code": "36",
    "pre": "36",
}
"""The number of the terminal's style for each tag."""


class _Run(NamedTuple):
    """Some characters in one style."""

    text: str
    styles: tuple[str, ...]
    link: str


class _Reader(HTMLParser):
    """Collects the runs of a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[_Run] = []
        self._styles: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _STYLES:
            self._styles.append(_STYLES[tag])
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _STYLES and _STYLES[tag] in self._styles:
            self._styles.remove(_STYLES[tag])
        elif tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.runs.append(_Run(data, tuple(self._styles), self._link))


def styled_terminal() -> bool:
    """Whether styles are wanted (https://no-color.org) and understood."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def render(html: str, width: int, *, styled: bool | None = None) -> str:
    """The text for a terminal of ``width`` columns.

    Without styles a link's address follows its text, unless the text is the address.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    styles = styled_terminal() if styled is None else styled
    runs = reader.runs if styles else list(_spelt_out(reader.runs))
    letters = [_Run(letter, run.styles, run.link) for run in runs for letter in run.text]
    lines: list[list[_Run]] = [[]]
    for letter in letters:
        if letter.text == "\n":
            lines.append([])
        else:
            lines[-1].append(letter)
    wrapped = (part for line in lines for part in _wrap(line, max(width, 20)))
    return "\n".join(_ansi(line) if styles else _plain(line) for line in wrapped)


def _spelt_out(runs: list[_Run]) -> Iterator[_Run]:
    for run in runs:
        yield run
        if run.link and run.link != run.text:
            yield _Run(f" ({run.link})", (), "")


def _wrap(line: list[_Run], width: int) -> Iterator[list[_Run]]:
    """Breaks a line at blanks; the parts after the first keep its indent."""
    # Imported here because a pipe wraps nothing.
    from prompt_toolkit.utils import get_cwidth

    indent = len(line) - len(_plain(line).lstrip(" •-"))
    if indent >= width // 2:
        indent = 0
    start, room = 0, width
    while True:
        used, end, blank = 0, start, -1
        while end < len(line):
            used += get_cwidth(line[end].text)
            if used > room:
                break
            if line[end].text == " ":
                blank = end
            end += 1
        pad = [_Run(" ", (), "")] * indent if start else []
        if end == len(line):
            yield pad + line[start:]
            return
        if line[end].text == " ":
            blank = end
        # A word longer than the line is broken where the line ends.
        cut = blank if blank > start + (0 if start else indent - 1) else max(end, start + 1)
        yield pad + line[start:cut]
        start = cut + 1 if cut == blank else cut
        room = width - indent


def _plain(line: list[_Run]) -> str:
    return "".join(letter.text for letter in line)


def _ansi(line: list[_Run]) -> str:
    parts = []
    for (styles, link), letters in groupby(line, key=lambda letter: (letter.styles, letter.link)):
        text = "".join(letter.text for letter in letters)
        if styles:
            text = f"\x1b[{';'.join(styles)}m{text}\x1b[0m"
        if link:
            text = f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\"
        parts.append(text)
    return "".join(parts)
