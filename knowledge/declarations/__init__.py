"""Reads what is declared of a language: intents, sentences, vocabulary, common words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.declarations.requests import Requests
from knowledge.text import fold

HERE = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PIECE = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)|<(\w+)>|\{(\w+)\}|([^\[\]()<>{}]+)")


class DeclarationError(ValueError):
    """A declaration file is wrong; the message names file, place and mend."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One declared intent: what it answers, and the slots (name → kind of entity) it needs."""

    name: str
    description: str
    slots: Mapping[str, str]
    example: str


@dataclass(frozen=True)
class Declarations:
    """All that is declared of one language.

    ``sentences`` maps an intent to example questions, folded, slots as ``<kind>``; ``operators``
    maps ``group.operator`` to folded phrases, ``filler`` among them; ``shorthand`` maps what
    people type in a hurry to the word they mean; ``requests`` are the phrases that ask for
    something to be done. Words of one group of ``synonyms`` stand for one another; those of
    ``common_words`` may be repaired into, those of ``spelt_right`` may not.
    """

    language: str
    intents: Mapping[str, Intent]
    sentences: Mapping[str, tuple[str, ...]]
    operators: Mapping[str, tuple[str, ...]]
    shorthand: Mapping[str, str]
    common_words: frozenset[str]
    requests: Requests
    spelt_right: frozenset[str]
    synonyms: tuple[tuple[str, ...], ...]
    prefaces: tuple[re.Pattern[str], ...]
    """What people put before what they ask, in the order in which it is taken off."""
    areas: Mapping[str, tuple[str, ...]]
    """Groups of countries that people speak of as one; the words for them are operators."""

    @property
    def answers(self) -> Path:
        """The folder of the answer templates."""
        return HERE / self.language / "answers"


def languages() -> tuple[str, ...]:
    """The languages that are declared."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/vocabulary.yaml")))


@cache
def declarations(language: str) -> Declarations:
    """Read and check the declarations of a language.

    Raises:
        DeclarationError: A file is missing or contradicts another.
    """
    folder = HERE / language
    intents = {
        name: Intent(name, entry["description"], entry.get("slots", {}), entry["example"])
        for name, entry in _read(HERE / "intents.yaml").items()
    }
    phrases = _read(folder / "phrases.yaml")
    sentences: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "sentences").glob("*.yaml")):
        for intent, templates in _read(path).items():
            if intent not in intents:
                raise DeclarationError(f"{path.name}: {intent} is not declared in intents.yaml")
            expanded = [text for line in templates for text in expand(str(line), phrases)]
            sentences[intent] = tuple(dict.fromkeys(expanded))
    requests = Requests.declared(_read(folder / "requests.yaml"))
    if missing := intents.keys() - sentences.keys() - requests.phrases.keys():
        raise DeclarationError(
            f"{language}/sentences: no sentence for {', '.join(sorted(missing))}"
        )
    vocabulary = _read(folder / "vocabulary.yaml")
    shorthand = {
        str(typed): word for word, forms in vocabulary.pop("shorthand").items() for typed in forms
    }
    areas = {name: tuple(area["countries"]) for name, area in vocabulary["areas"].items()}
    vocabulary["area"] = {name: area["said"] for name, area in vocabulary.pop("areas").items()}
    operators = _operators(vocabulary)
    if unknown := requests.phrases.keys() - intents.keys():
        raise DeclarationError(f"requests.yaml: {min(unknown)} is not declared in intents.yaml")
    synonyms = tuple(tuple(str(group).split()) for group in _read(folder / "synonyms.yaml"))
    return Declarations(
        language,
        intents,
        sentences,
        operators,
        shorthand,
        _words(folder / "common_words.txt"),
        requests,
        _words(folder / "spelt_right.txt"),
        synonyms,
        _prefaces(folder / "prefaces.yaml"),
        areas,
    )


def _words(path: Path) -> frozenset[str]:
    lines = path.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if line[:1] != "#" for word in line.split())


def _prefaces(path: Path) -> tuple[re.Pattern[str], ...]:
    flags = re.IGNORECASE | re.DOTALL | re.VERBOSE
    try:
        return tuple(re.compile(pattern, flags) for pattern in _read(path).values())
    except re.error as error:
        raise DeclarationError(f"{path.name}: {error} - mend the expression") from error


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as file:
        content: dict[str, Any] = yaml.load(file, _LOADER)  # noqa: S506  the C twin of SafeLoader
    return content


def _operators(groups: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Folded phrases by operator; a phrase belongs to the operator that claims it first."""
    operators: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for group, members in groups.items():
        entries = {"filler": members.split()} if isinstance(members, str) else members
        for operator, phrases in entries.items():
            folded = dict.fromkeys(fold(str(phrase)) for phrase in phrases)
            key = group if isinstance(members, str) else f"{group}.{operator}"
            operators[key] = tuple(phrase for phrase in folded if phrase not in taken)
            taken.update(folded)
    return operators


def expand(template: str, phrases: Mapping[str, list[str]]) -> list[str]:
    """Example questions of a sentence template, each alternative used at least once.

    ``[x]`` may be left out, ``(a|b)`` is a choice, ``<name>`` a shared phrase, ``{slot}`` a slot.
    Choices are turned like wheels side by side instead of being multiplied, which keeps a
    sentence with many choices to as many examples as its longest list.

    Raises:
        DeclarationError: A bracket is not closed, or a phrase is not declared.
    """
    wheels: list[list[str]] = []
    pieces = list(_PIECE.finditer(template))
    if sum(piece.end() - piece.start() for piece in pieces) != len(template):
        raise DeclarationError(f"sentence {template!r}: a bracket is not closed or is nested")
    for piece in pieces:
        optional, choice, phrase, slot, words = piece.groups()
        if optional is not None:
            wheels.append(["", *optional.split("|")])
        elif choice is not None:
            wheels.append(choice.split("|"))
        elif phrase is not None:
            if phrase not in phrases:
                raise DeclarationError(f"sentence {template!r}: <{phrase}> is not declared")
            wheels.append(list(phrases[phrase]))
        else:
            wheels.append([f"<{slot}>" if slot else words])
    turns = max(len(wheel) for wheel in wheels)
    texts = (
        " ".join(
            wheel[(turn + place * (turn // len(wheel))) % len(wheel)]
            for place, wheel in enumerate(wheels)
        )
        for turn in range(turns)
    )
    return list(dict.fromkeys(_fold_keeping_slots(text) for text in texts))


def _fold_keeping_slots(text: str) -> str:
    pieces = re.split(r"(<\w+>|\{\w+\})", text)
    folded = (
        f"<{piece[1:-1]}>" if piece[:1] in "<{" and piece else fold(piece) for piece in pieces
    )
    return " ".join(piece for piece in folded if piece)
