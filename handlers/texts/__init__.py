"""The bot's own words, one YAML file a language; answers to questions have theirs elsewhere."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template

from knowledge.text import fold

HERE = Path(__file__).parent
DEFAULT = "en"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY_LINES = re.compile(r"\n{3,}")


class Texts:
    """The words of one language: Telegram HTML, whose values are escaped."""

    def __init__(self, language: str) -> None:
        self.language = language
        with (HERE / f"{language}.yaml").open(encoding="utf-8") as file:
            self._words: Mapping[str, Any] = yaml.load(file, _LOADER)  # noqa: S506  C twin of safe
        said: Mapping[str, list[str]] = self._words["said"]
        self._said = {fold(one): command for command, ways in said.items() for one in ways}
        self._said_like = [
            (command, re.compile(way, re.IGNORECASE))
            for command, ways in self._words["said_like"].items()
            for way in ways
        ]
        settings: dict[str, Any] = {
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        }
        html = Environment(autoescape=True, **settings)
        # Labels of buttons and notices are plain text: there nothing may be escaped.
        plain = Environment(autoescape=False, **settings)  # noqa: S701
        macros = vars(html.from_string(self._words["macros"]).module)
        html.globals.update({name: made for name, made in macros.items() if name[0] != "_"})
        self._texts = _Templates(html, self._words["texts"])
        sections = ("profile", "buttons", "notices", "inline")
        self._plain = {name: _Templates(plain, self._words[name]) for name in sections}

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return str(self._words["language"])

    @property
    def commands(self) -> Mapping[str, str]:
        """A line about each command."""
        found: Mapping[str, str] = self._words["commands"]
        return found

    def command_said(self, text: str) -> tuple[str, str] | None:
        """The command, and what follows it, that a message means which says no more than that.

        Such as "time zone" and "set my time zone to Lisbon".
        """
        if command := self._said.get(fold(text)):
            return command, ""
        plain = " ".join(text.split()).rstrip(".!?")
        for command, way in self._said_like:
            if found := way.fullmatch(plain):
                return command, found.groupdict().get("rest", "")
        return None

    def profile(self, key: str, **values: Any) -> str:
        """The description or short description of the bot, or who runs it."""
        return self._plain["profile"][key].render(values)

    def say(self, key: str, **values: Any) -> str:
        """A message as Telegram HTML."""
        return _EMPTY_LINES.sub("\n\n", self._texts[key].render(values)).strip()

    def label(self, key: str, **values: Any) -> str:
        """The label of a button."""
        return self._plain["buttons"][key].render(values)

    def notice(self, key: str) -> str:
        """What a pressed button shows."""
        return self._plain["notices"][key].render()

    def inline(self, key: str, **values: Any) -> str:
        """What an inline result shows, without markup."""
        return self._plain["inline"][key].render(values)


class _Templates(Mapping[str, Template]):
    """Templates, each compiled when it is first wanted: all at once would hold up an answer."""

    def __init__(self, environment: Environment, words: Mapping[str, str]) -> None:
        self._environment = environment
        self._words = words
        self._made: dict[str, Template] = {}

    def __getitem__(self, key: str) -> Template:
        if key not in self._made:
            self._made[key] = self._environment.from_string(self._words[key])
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def languages() -> tuple[str, ...]:
    """The languages that have words."""
    return tuple(sorted(file.stem for file in HERE.glob("*.yaml")))


@cache
def texts(language: str) -> Texts:
    """The words of a language; those of the default one where there are none."""
    return Texts(language if language in languages() else DEFAULT)
