"""The check of one value of a pack: what it may look like, and what the database stores for it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.facts import CLASS_OF_KIND

KINDS = tuple(CLASS_OF_KIND)
MAX_ID = 40
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Wrong(Exception):
    """A value that does not fit: what is wrong and how to mend it."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.mend = mend


Check = Callable[[Any], Any]


def plain(value: Any) -> str:
    """Text without markup or control characters."""
    if not isinstance(value, str):
        raise Wrong(f"must be a text, not {_named(value)}", "write one text")
    if control := _CONTROL.search(value):
        raise Wrong(f"holds the control character {control[0]!r}", "delete it")
    if tag := _TAG.search(value):
        raise Wrong(f"holds the markup {tag[0]}", "write plain text")
    return value


def texts(value: Any) -> list[str]:
    """A list of plain texts."""
    if not isinstance(value, list):
        raise Wrong(f"must be a list, not {_named(value)}", "begin each text with `- `")
    if not all(value):
        raise Wrong("holds an empty item", "delete it")
    return [plain(item) for item in value]


def identifier(value: Any) -> str:
    """Lower-case words joined by hyphens."""
    text = plain(value)
    if not _ID.fullmatch(text):
        raise Wrong(f"{text!r} is not an id", "use lower-case words joined by hyphens")
    if len(text) > MAX_ID:
        raise Wrong(f"{text!r} has {len(text)} characters", f"use at most {MAX_ID}")
    return text


def country_code(value: Any) -> str:
    """ISO 3166-1 alpha-2."""
    text = plain(value)
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise Wrong(f"{text!r} is not a country code", "use ISO 3166-1 alpha-2, such as AT")
    if text in ("UK", "EL"):
        raise Wrong(f"{text} is not ISO 3166-1", f"write {'GB' if text == 'UK' else 'GR'}")
    return text


def yes_no(value: Any) -> bool:
    """A truth value, in the words people use."""
    word = plain(value).lower()
    if word in ("yes", "true"):
        return True
    if word in ("no", "false"):
        return False
    raise Wrong(f"{value!r} is neither yes nor no", "write yes or no")


def moment(value: Any) -> str:
    """An ISO date, a month or a year."""
    text = plain(value)
    if _DATE.fullmatch(text):
        try:
            date.fromisoformat((text + "-01-01")[:10])
        except ValueError:
            raise Wrong(f"{text} is not in the calendar", "correct the date") from None
        return text
    raise Wrong(f"{text!r} is not a date", "write YYYY-MM-DD, YYYY-MM or YYYY")


def wall_time(value: Any) -> str:
    """A time of day, HH:MM."""
    text = plain(value)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise Wrong(f"{text!r} is not a time of day", "write HH:MM between quotes, such as '09:30'")
    return text


def zone(value: Any) -> str:
    """The IANA name of a time zone."""
    text = plain(value)
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise Wrong(f"{text!r} is not a time zone", "write it like Europe/Brussels") from None
    return text


def one_of(*allowed: str) -> Check:
    """One of the given words."""

    def check(value: Any) -> str:
        text = plain(value)
        if text not in allowed:
            raise Wrong(f"{text!r} is not known", f"choose from {', '.join(allowed)}")
        return text

    return check


def number(low: float, high: float, *, whole: bool = False) -> Check:
    """A number between two others."""

    def check(value: Any) -> float:
        text = plain(value)
        try:
            found = int(text) if whole else float(text)
        except ValueError:
            raise Wrong(f"{text!r} is not a number", "write digits only") from None
        if not low <= found <= high:
            raise Wrong(f"{text} is out of range", f"give a number from {low:g} to {high:g}")
        return found

    return check


def web_address(value: Any) -> str:
    """A public URL."""
    text = plain(value)
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", text):
        raise Wrong(f"{text!r} is not a web address", "write it whole, with https://")
    return text


def source(value: Any) -> str:
    """A page, a table or a public URL."""
    text = plain(value)
    return web_address(text) if re.match(r"https?:", text) else text


def language(value: Any) -> str:
    """ISO 639-1, or ``mul``."""
    text = plain(value)
    if text != "mul" and not re.fullmatch(r"[a-z]{2}", text):
        raise Wrong(f"{text!r} is not a language code", "use ISO 639-1, such as es, or mul")
    return text


def nuts(value: Any) -> str:
    """A NUTS code: the country's two letters and up to three more letters or digits."""
    text = plain(value)
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,3}", text):
        raise Wrong(f"{text!r} is not a NUTS code", "write it like ES51, or leave it empty")
    return text


def kind_and_id(value: Any) -> list[tuple[str, str]]:
    """A list of ``kind/id``."""
    pairs = [text.partition("/") for text in texts(value)]
    for kind, slash, id in pairs:
        if kind not in KINDS or not slash or not id:
            raise Wrong(
                f"{kind + slash + id!r} is not kind/id", f"the kinds are {', '.join(KINDS)}"
            )
    return [(kind, id) for kind, _, id in pairs]


def one_thing(value: Any) -> tuple[str, str]:
    """One ``kind/id``."""
    (pair,) = kind_and_id([plain(value)])
    return pair


def pages(value: Any) -> list[dict[str, str | None]]:
    """A list of further pages: an address each, or ``{source, page_date}``.

    In CSV the addresses stand in one cell, with blanks between them.
    """
    if isinstance(value, str):
        value = plain(value).split()
    if not isinstance(value, list) or not all(value):
        raise Wrong("must be a list of sources", "begin each with `- `")
    found: list[dict[str, str | None]] = []
    for item in value:
        keys = item if isinstance(item, dict) else {"source": item}
        if not keys.get("source") or set(keys) - {"source", "page_date"}:
            raise Wrong("holds keys other than source and page_date", "keep those two")
        dated = keys.get("page_date")
        dated = None if dated is None else moment(dated)
        found.append({"source": source(keys["source"]), "page_date": dated})
    return found


def details(value: Any) -> list[tuple[str, str, str | None]]:
    """Mapping of a kind to texts or ``{text, source}``, as a list of (kind, text, source)."""
    if not isinstance(value, dict):
        raise Wrong(f"must be a mapping, not {_named(value)}", "write `kind:` and a list below it")
    found: list[tuple[str, str, str | None]] = []
    for kind, items in value.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", kind):
            raise Wrong(f"the kind {kind!r} is not a plain name", "use lower case and underscores")
        if not isinstance(items, list) or not all(items):
            raise Wrong(f"{kind} must be a list of texts", "begin each text with `- `")
        for item in items:
            keys = item if isinstance(item, dict) else {"text": item}
            if not keys.get("text") or set(keys) - {"text", "source"}:
                raise Wrong(f"{kind} holds keys other than text and source", "keep those two")
            own = keys.get("source")
            found.append((kind, plain(keys["text"]), None if own is None else source(own)))
    return found


def places(value: Any) -> list[dict[str, str]]:
    """A list of ``{where, says}``."""
    if not isinstance(value, list) or not all(
        isinstance(item, dict) and set(item) == {"where", "says"} and all(item.values())
        for item in value
    ):
        raise Wrong("must be a list of where and says", "write `- where: …` and `says: …`")
    return [{"where": plain(item["where"]), "says": plain(item["says"])} for item in value]


def rows(value: Any) -> list[dict[str, Any]]:
    """A list of mappings, checked later by a table of their own."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Wrong("must be a list of mappings", "begin each with `- ` and its first key")
    return value


def _named(value: Any) -> str:
    return {list: "a list", dict: "a mapping", type(None): "empty"}.get(type(value), "that")
