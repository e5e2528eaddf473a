"""Rules on values: texts and captions, keyboards, links."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.botapi.markup import Marked, Unparseable, is_address, parse, utf16
from tests.botapi.records import Broken
from tests.botapi.spec import UPDATES

TEXT = 4096
CAPTION = 1024
BUTTONS = 100
ROW = 8
DATA = 64  # bytes of callback data
QUERY = 256
PLACEHOLDER = 64
OWN_LINK = re.compile(r"https?://t\.me/[^\s<>\"]+")
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
ACTIONS = [
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
]
STYLES = {"danger", "success", "primary"}
UNSEEN = re.compile(
    "[\\s\u00ad\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u205f-\u2064\u2800\u3164\ufeff\ufffc]*"
)
CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")
CLEANED = str.maketrans({**CONTROLS, 13: None, **dict.fromkeys(range(0x2028, 0x202F))})

Note = Callable[[str], None]


def is_empty(text: str) -> bool:
    """Whether nothing of a text would be seen."""
    return UNSEEN.fullmatch(text) is not None


def clean(text: str) -> str:
    """A text as Telegram stores it: without carriage returns and controls of direction."""
    return text.translate(CLEANED)


class Limits:
    """Checks values; what is accepted but wrong goes to ``note``."""

    def __init__(self, now: Callable[[], float], username: str, note: Note) -> None:
        self.now = now
        self.username = username.lower()
        self.note = note

    def text(self, params: dict[str, Any], key: str, entities: str, most: int) -> Marked:
        """A text or caption as people see it.

        Raises:
            Broken: it cannot be parsed, is empty (but for a caption) or too long.
        """
        source = params.get(key, "")
        marked = self.marked(source, params.get("parse_mode", ""), params.get(entities))
        marked.text = clean(marked.text).rstrip()
        size = utf16(marked.text)
        if key != "caption" and is_empty(marked.text):
            raise Broken("message text is empty", f"{key} is empty")
        if size > most:
            said = "message caption is too long" if key == "caption" else "message is too long"
            raise Broken(said, f"{key} has {size} characters, at most {most}")
        marked.entities = [
            {**one, "length": min(one["length"], size - one["offset"])}
            for one in marked.entities
            if one["offset"] < size
        ]
        for one in marked.entities:
            if "url" in one:
                self.deep_link(one["url"], key)
        if "t.me/" in marked.text:
            for url in OWN_LINK.findall(marked.text):
                self.deep_link(url, key)
        return marked

    def marked(self, source: str, mode: str, entities: list[dict[str, Any]] | None) -> Marked:
        if not mode:
            self.entities(source, entities or [])
            return Marked(source, list(entities or []))
        if mode.upper() != "HTML":
            raise Broken("unsupported parse_mode", f"parse_mode is {mode!r}, which is not checked")
        if entities:
            self.note("has parse_mode and entities at once")
        try:
            marked = parse(source, self.now())
        except Unparseable as error:
            raise Broken(
                f"can't parse entities: {error}", f"the HTML cannot be parsed: {error}"
            ) from None
        for doubt in marked.doubts:
            self.note(doubt)
        return marked

    def entities(self, text: str, entities: list[dict[str, Any]]) -> None:
        size = utf16(text)
        for one in entities:
            if one["offset"] < 0 or one["length"] < 1 or one["offset"] + one["length"] > size:
                self.note(f"the entity {one['type']} reaches out of the text")

    def keyboard(self, markup: dict[str, Any] | None) -> list[list[dict[str, Any]]]:
        """The rows of an inline keyboard.

        Raises:
            Broken: it has too many buttons, or one of them is wrong.
        """
        if markup is None or "inline_keyboard" not in markup:
            return []
        rows: list[list[dict[str, Any]]] = markup["inline_keyboard"]
        total = sum(map(len, rows))
        if total > BUTTONS:
            raise Broken("REPLY_MARKUP_TOO_LONG", f"has {total} buttons, at most {BUTTONS}")
        for number, row in enumerate(rows):
            if not row:
                self.note(f"row {number} of the keyboard is empty")
            if len(row) > ROW:
                self.note(f"row {number} of the keyboard has {len(row)} buttons, at most {ROW}")
            for button in row:
                self.button(button)
        return [row for row in rows if row]

    def letters(
        self, markup: dict[str, Any] | None, before: list[list[dict[str, Any]]], *, private: bool
    ) -> list[list[dict[str, Any]]]:
        """The keyboard in place of the letters after a message with this markup.

        Args:
            before: the one that the chat shows until then.

        Raises:
            Broken: it asks for a location in a group.
        """
        if markup is None or "inline_keyboard" in markup:
            return before
        if markup.get("remove_keyboard"):
            return []
        rows: list[list[dict[str, Any]]] = markup.get("keyboard", [])
        for button in (one for row in rows for one in row):
            if is_empty(button["text"]):
                raise Broken("keyboard button text must be non-empty", "a key has no text")
            if button.get("request_location") and not private:
                said = "location can be requested in private chats only"
                raise Broken(said, f"the key {button['text']!r} asks a group for a location")
        if not 1 <= utf16(markup.get("input_field_placeholder", "x")) <= PLACEHOLDER:
            self.note(f"input_field_placeholder has not 1 to {PLACEHOLDER} characters")
        return rows

    def button(self, button: dict[str, Any]) -> None:
        label = button["text"]
        where = f"the button {label!r}"
        if is_empty(label):
            raise Broken("inline keyboard button text is empty", "a button has no text")
        actions = [name for name in ACTIONS if name in button]
        if len(actions) != 1:
            raise Broken(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline "
                "keyboard",
                f"{where} has {len(actions)} actions, not one",
            )
        if button.get("style", "primary") not in STYLES:
            raise Broken("invalid button style specified", f"{where} has an unknown style")
        self.button_action(actions[0], button, where)

    def button_action(self, action: str, button: dict[str, Any], where: str) -> None:
        value = button[action]
        match action:
            case "callback_data":
                size = len(value.encode())
                if not 1 <= size <= DATA:
                    said = f"{where} has {size} bytes of callback data, 1 to {DATA}"
                    raise Broken("BUTTON_DATA_INVALID", said)
            case "url":
                if not is_address(value):
                    said = f"inline keyboard button URL '{value}' is invalid"
                    raise Broken(said, f"{where} has no usable address: {value!r}")
                self.deep_link(value, where)
            case "copy_text":
                if not 1 <= utf16(value["text"]) <= 256:
                    raise Broken("BUTTON_COPY_TEXT_INVALID", f"{where} copies 1-256 characters")
            case "switch_inline_query" | "switch_inline_query_current_chat":
                if utf16(value) > QUERY:
                    said = f"{where} has a query of more than {QUERY} characters"
                    raise Broken("BUTTON_DATA_INVALID", said)
            case _:
                pass

    def deep_link(self, url: str, where: str) -> None:
        """Notes a link to the bot itself whose payload Telegram would not carry."""
        parts = urlsplit(url)
        if (parts.hostname or "") not in ("t.me", "telegram.me"):
            return
        if parts.path.strip("/").lower() != self.username:
            return
        query = parse_qs(parts.query, keep_blank_values=True)
        for name in ("start", "startgroup"):
            for payload in query.get(name, []):
                if not PAYLOAD.fullmatch(payload):
                    self.note(
                        f"{where} links to the bot with a payload that is not 1-64 of A-Z, a-z, "
                        f"0-9, _ and -: {payload!r}"
                    )


def at_most(params: dict[str, Any], key: str, most: int, said: str) -> None:
    """Refuses a text that is too long.

    Raises:
        Broken: it is.
    """
    size = utf16(params.get(key, ""))
    if size > most:
        raise Broken(said, f"{key} has {size} characters, at most {most}")


def known_updates(params: dict[str, Any], note: Note) -> None:
    """Notes kinds of updates that there are not."""
    for kind in params.get("allowed_updates", []):
        if kind not in UPDATES:
            note(f"allowed_updates names {kind!r}, which is no kind of update")


def within(params: dict[str, Any], key: str, low: int, high: int, note: Note) -> None:
    """Notes a number out of its range; Telegram takes the nearest one."""
    if key in params and not low <= params[key] <= high:
        note(f"{key} is {params[key]}, not {low} to {high}")
