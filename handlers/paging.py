"""Cuts Telegram HTML into pages: at blocks if it can, never inside a tag or a character."""

import re
from dataclasses import dataclass
from html import unescape

MOST = 4096
"""UTF-16 units of text that a message can hold."""

PAGE = 1200
"""UTF-16 units of an answer's page: what a telephone shows on about two screens."""

_TOKENS = re.compile(r"<[^>]*>|&[#\w]+;|[^<&]+|[<&]", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z-]+)")
_ITEM = re.compile(r"^- ", re.MULTILINE)
_SOURCES = re.compile(r"<i>[^<]*</i>")
_ADDRESS = re.compile(r"https?://(?:www\.)?([^\s/;<]+)(?:&#?\w+;|[^\s;<])*")


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def visible(html: str) -> int:
    """The length of what a reader sees of an HTML text."""
    return units(unescape(re.sub(r"<[^>]*>", "", html)))


def pages(html: str, *, most: int = PAGE) -> list[str]:
    """The pages of an answer, each with its source line, which is the last block in italics.

    A text that fits is one page.
    """
    html = dressed(html)
    if visible(html) <= most:
        return [html]
    body, _, last = html.rpartition("\n\n")
    footer = f"\n\n{last}" if body and last.startswith("<i>") and visible(last) < most // 2 else ""
    rest = body if footer else html
    room = most - visible(footer)
    found = []
    while visible(rest) > room:
        page, rest = _cut(rest, room)
        found.append(page + footer)
    if rest.strip():
        found.append(rest + footer)
    return found


def dressed(html: str) -> str:
    """A text as it reads best here: items with a bullet, web addresses of sources as links.

    A link shows the site only: on a telephone, two addresses written out take more room than most
    answers.
    """

    def link(found: re.Match[str]) -> str:
        return f'<a href="{found[0]}">{found[1]}</a>'

    html = _SOURCES.sub(lambda line: _ADDRESS.sub(link, line[0]), html)
    return _ITEM.sub("• ", html)


@dataclass
class _Place:
    """Where a text can be cut: the index, the length before it, and the open tags."""

    index: int = 0
    used: int = 0
    tags: tuple[str, ...] = ()


def _cut(html: str, room: int) -> tuple[str, str]:
    """As much of a text as there is room for, and the rest; tags are closed and opened again."""
    place = _best_place(html, room)
    head, rest = html[: place.index].rstrip(), html[place.index :].lstrip("\n ")
    closing = "".join(f"</{_name(tag)}>" for tag in reversed(place.tags))
    return head + closing, "".join(place.tags) + rest


def _best_place(html: str, room: int) -> _Place:
    """The last end of a block, else of a line, a list's item, a word or a character.

    A better kind of end is taken if it leaves a page at least a third full.
    """
    places = {end: _Place() for end in ("\n\n", "\n", ", ", " ", "")}
    used, before = 0, ""
    tags: tuple[str, ...] = ()
    for token in _TOKENS.finditer(html):
        piece = token[0]
        if tag := _TAG.match(piece):
            tags = tags[:-1] if tag[1] else (*tags, piece)
            continue
        whole = piece[0] in "&<" and len(piece) > 1  # an entity: no place to cut inside
        shown = unescape(piece) if piece[0] == "&" else piece
        full = used + units(shown) > room
        if full:
            piece = shown = "" if whole else _beginning(piece, room - used)
        text = before + piece
        for end, place in places.items():
            # An end that lies in the text before was found there.
            at = len(text) if whole else text.rfind(end) + len(end)
            if text.endswith(end, 0, at) and at > len(before):
                rest = text[at:]
                place.index = token.start() + len(piece) - len(rest)
                place.used = used + (
                    units(piece[: len(piece) - len(rest)]) if rest else units(shown)
                )
                place.tags = tags
        if full:
            break
        used += units(shown)
        before = text[-1:]
    return next((p for p in places.values() if p.used * 3 >= room), places[""])


def _beginning(text: str, room: int) -> str:
    """As many whole characters of a text as there is room for."""
    begins = text.encode("utf-16-le", "surrogatepass")[: 2 * room]
    kept = begins.decode("utf-16-le", "surrogatepass")
    return kept if text.startswith(kept) else kept[:-1]  # no half of a pair


def _name(tag: str) -> str:
    found = _TAG.match(tag)
    return found[2] if found else ""
