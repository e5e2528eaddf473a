"""Telegram's HTML: text and entities out of marked-up text, refusing what Telegram refuses.

The rules are those of https://core.telegram.org/bots/api#html-style; the wording of errors is
Telegram's. Offsets in errors count bytes of UTF-8, offsets in entities units of UTF-16.
"""

import re
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
SIMPLE = {"bold", "italic", "underline", "strikethrough", "spoiler"}
CODE = {"code", "pre"}
KNOWN = {  # the attributes that mean something; Telegram passes over others in silence
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+))(;?)")
SPECIAL = re.compile(r"[<&>]")
ATTRIBUTE = re.compile(
    r"""\s*([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.\-]+)(?=[\s>])))?"""
)
TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
TIME_RANGE = 1098 * 86400  # seconds from now; beyond it a date cannot be shown as an entity


class Unparseable(ValueError):
    """can't parse entities"""


@dataclass
class Marked:
    """Marked-up text as read: what is seen, its entities, and what is doubtful though accepted."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int


def utf16(text: str) -> int:
    """The length of a text in units of UTF-16, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(source: str, now: float) -> Marked:
    """Reads HTML of Telegram.

    Args:
        now: seconds since 1970, against which the range of ``tg-time`` is checked.

    Raises:
        Unparseable: Telegram would refuse it; the message is what follows "can't parse entities: ".
    """
    return _Parser(source, now).run()


class _Parser:
    def __init__(self, source: str, now: float) -> None:
        self.source = source
        self.now = now
        self.at = 0
        self.parts: list[str] = []
        self.length = 0  # of the parts, in units of UTF-16
        self.open: list[_Open] = []
        self.marked = Marked()

    def run(self) -> Marked:
        source = self.source
        while found := SPECIAL.search(source, self.at):
            self.add(source[self.at : found.start()])
            self.at = found.start()
            if found[0] == "&":
                self.add(self.reference())
            elif found[0] == ">":
                self.marked.doubts.append(f"a bare > {self.where(self.at)} should be &gt;")
                self.add(">")
                self.at += 1
            elif source.startswith("/", self.at + 1):
                self.close_tag()
            else:
                self.open_tag()
        self.add(source[self.at :])
        if self.open:
            raise Unparseable(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"'
            )
        self.marked.text = "".join(self.parts)
        self.marked.entities.sort(key=lambda one: (one["offset"], -one["length"]))
        return self.marked

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16(text)

    def where(self, position: int) -> str:
        return f"at byte offset {len(self.source[:position].encode('utf-8', 'surrogatepass'))}"

    def reference(self) -> str:
        """The character that a reference at the current place means, or the & itself."""
        text, self.at, doubt = _reference(self.source, self.at)
        if doubt:
            self.marked.doubts.append(f"{doubt} {self.where(self.at - 1)}")
        return text

    def open_tag(self) -> None:
        begin = self.at
        name = re.compile(r"<([^\s>]*)").match(self.source, begin)
        tag = name[1].lower() if name else ""
        if name is None or name.end() == len(self.source):
            raise Unparseable(f"Unclosed start tag {self.where(begin)}")
        if tag not in KINDS:
            raise Unparseable(f'Unsupported start tag "{tag}" {self.where(begin)}')
        self.at = name.end()
        attributes = self.attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise Unparseable(f'Tag "span" must have class "tg-spoiler" {self.where(begin)}')
        self.nest(tag, begin)
        self.open.append(_Open(tag, attributes, self.length))

    def nest(self, tag: str, begin: int) -> None:
        """Notes a nesting that the API forbids; Telegram itself drops such an entity in silence."""
        if tag == "code" and self.open and self.open[-1].tag == "pre":
            return
        for outer in self.open:
            if _forbidden(KINDS[tag], KINDS[outer.tag]):
                self.marked.doubts.append(
                    f"<{tag}> must not stand inside <{outer.tag}> {self.where(begin)}"
                )

    def attributes(self, tag: str, begin: int) -> dict[str, str]:
        source = self.source
        found: dict[str, str] = {}
        while True:
            while self.at < len(source) and source[self.at].isspace():
                self.at += 1
            if self.at >= len(source):
                raise Unparseable(f'Unclosed start tag "{tag}" {self.where(begin)}')
            if source[self.at] == ">":
                self.at += 1
                return found
            match = ATTRIBUTE.match(source, self.at)
            if match is None:
                raise Unparseable(f'Empty attribute name in the tag "{tag}" {self.where(begin)}')
            self.at = match.end()
            if source.startswith("=", self.at):
                self.bad_value(tag, begin)
            value = next((part for part in match.groups()[1:] if part is not None), "")
            if match[1] not in KNOWN.get(tag, ()):
                self.marked.doubts.append(f"<{tag}> has the attribute {match[1]!r}")
            found[match[1]] = _decoded(value)

    def bad_value(self, tag: str, begin: int) -> None:
        rest = self.source[self.at + 1 :].lstrip()
        if not rest or rest[0] in "\"'":
            raise Unparseable(f'Unclosed start tag "{tag}" {self.where(begin)}')
        raise Unparseable(f"Unexpected end of name token {self.where(self.at + 1)}")

    def close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise Unparseable(f"Unexpected end tag {self.where(begin)}")
        match = re.compile(r"</([^\s>]*)\s*(>?)").match(self.source, begin)
        if match is None or not match[2]:
            raise Unparseable(f"Unclosed end tag {self.where(begin)}")
        self.at = match.end()
        opened = self.open[-1]
        found = match[1].lower()
        if found and found != opened.tag:
            raise Unparseable(
                f'Unmatched end tag {self.where(begin)}, expected "</{opened.tag}>", '
                f'found "</{found}>"'
            )
        self.open.pop()
        if self.length > opened.start:
            self.finish(opened)

    def finish(self, opened: _Open) -> None:
        entity: dict[str, Any] = {
            "type": KINDS[opened.tag],
            "offset": opened.start,
            "length": self.length - opened.start,
        }
        given = opened.attributes
        match opened.tag:
            case "a":
                if not self.link(entity, given.get("href", "")):
                    return
            case "blockquote" if "expandable" in given:
                entity["type"] = "expandable_blockquote"
            case "tg-emoji":
                if not re.fullmatch(r"[1-9]\d{0,18}", given.get("emoji-id", "")):
                    raise Unparseable("Invalid custom emoji identifier specified")
                entity["custom_emoji_id"] = given["emoji-id"]
            case "tg-time":
                self.time(entity, given)
            case "code" if self.open and self.open[-1].tag == "pre":
                self.open[-1].attributes["language"] = given.get("class", "")
                return
            case "pre" if given.get("language", "").startswith("language-"):
                entity["language"] = given["language"].removeprefix("language-")
        self.marked.entities.append(entity)

    def link(self, entity: dict[str, Any], href: str) -> bool:
        """Fills in a link; Telegram drops one whose address is none, which is noted."""
        if user := re.fullmatch(r"tg://user\?id=(\d+)", href):
            entity["type"] = "text_mention"
            entity["user"] = {"id": int(user[1]), "is_bot": False, "first_name": "?"}
            return True
        if not is_address(href):
            self.marked.doubts.append(f"<a> has no usable address: {href!r}")
            return False
        entity["url"] = href
        return True

    def time(self, entity: dict[str, Any], given: dict[str, str]) -> None:
        unix, form = given.get("unix", ""), given.get("format", "")
        if not re.fullmatch(r"\d{1,12}", unix) or int(unix) > self.now + TIME_RANGE:
            raise Unparseable(f'Invalid Unix time "{unix}" in the tag "tg-time"')
        if not TIME_FORMAT.fullmatch(form):
            raise Unparseable(f'Invalid format "{form}" in the tag "tg-time"')
        entity["unix_time"] = int(unix)
        if form:
            entity["date_time_format"] = form


def _forbidden(inner: str, outer: str) -> bool:
    """Whether an entity may not be part of another one."""
    if inner == "blockquote" or outer == "blockquote":
        return inner == outer
    return bool(CODE & {inner, outer}) or not SIMPLE & {inner, outer}


def is_address(url: str) -> bool:
    """Whether Telegram takes a text for the address of a link."""
    if re.fullmatch(r"(?:tg|ton|tonsite|mailto|tel):\S+", url):
        return True
    return bool(re.fullmatch(r"(?:https?://)?[^\s/?#]+\.[^\s/?#.]{2,}(?:[/?#:]\S*)?", url))


def _reference(source: str, at: int) -> tuple[str, int, str]:
    """What a reference means, where it ends, and what is doubtful about it."""
    match = REFERENCE.match(source, at)
    if match is None:
        return "&", at + 1, "a bare & should be &amp;"
    hexadecimal, decimal, name, semicolon = match.groups()
    if name is not None:
        if name not in NAMED:
            return "&", at + 1, f"&{name}; is not an entity of Telegram, and shown as it is"
        text = NAMED[name]
    else:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if code == 0 or code >= 0x10FFFF:
            return "&", at + 1, f"{match[0]} means no character"
        if 0xD800 <= code <= 0xDFFF:
            raise Unparseable(
                "Text contains invalid Unicode characters after decoding HTML entities, check for "
                "unmatched surrogate code units"
            )
        text = chr(code)
    return text, match.end(), "" if semicolon else f"{match[0]} lacks its semicolon"


def _decoded(value: str) -> str:
    """The value of an attribute with its references resolved."""
    text, at = [], 0
    while (found := value.find("&", at)) >= 0:
        meant, end, _ = _reference(value, found)
        text += [value[at:found], meant]
        at = end
    return "".join([*text, value[at:]])
