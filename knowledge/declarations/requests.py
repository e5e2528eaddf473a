"""Reads what is declared of requests: the phrases by which a sentence asks for something."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from knowledge.durations import Words

_PIECE = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)|<(\w+)>|(\.\.\.)|([^\[\]()<>.]+)")
_ANYTHING = r"(?:\w+ ){0,5}?"
_SHORTEST = 4
"""Letters from which on a mistyped word of a phrase is recognised."""


@dataclass(frozen=True)
class Requests:
    """The requests of one language.

    ``telling`` are the words without one of which no sentence is a request, ``unless`` what makes
    it none; ``phrases`` the templates of each intent, in the order in which intents are tried;
    ``targets`` words by what they tell; ``before`` those that mean a span by themselves ("the day
    before").
    """

    telling: frozenset[str]
    unless: tuple[str, ...]
    phrases: Mapping[str, Sequence[str]]
    shared: Mapping[str, Sequence[str]]
    targets: Mapping[str, frozenset[str]]
    before: Mapping[str, frozenset[str]]
    times: Words

    @classmethod
    def declared(cls, content: Mapping[str, Any]) -> "Requests":
        targets = {name: frozenset(map(str, said)) for name, said in content["targets"].items()}
        return cls(
            frozenset(content["telling"]),
            tuple(content["unless"]),
            content["requests"],
            content["shared"],
            targets,
            {lead: frozenset(said) for lead, said in content["before"].items()},
            Words.declared(content["times"]),
        )

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """One expression for each intent; it is looked for in folded words with single blanks."""
        return {
            intent: re.compile("|".join(self._expression(phrase) for phrase in phrases))
            for intent, phrases in self.phrases.items()
        }

    @cached_property
    def said(self) -> frozenset[str]:
        """All words of the phrases."""
        templates = (*self.phrases.values(), *self.shared.values())
        text = " ".join(phrase for phrases in templates for phrase in phrases)
        return frozenset(re.findall(r"[a-z]+", re.sub(r"<\w+>", " ", text))) | self.telling

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of phrases and times that are recognised when they are mistyped."""
        found = self.said | self.times.units.keys() | self.times.numbers.keys()
        return frozenset(word for word in found if len(word) >= _SHORTEST)

    def _expression(self, phrase: str) -> str:
        """A phrase as a regular expression between word boundaries.

        Raises:
            ValueError: a bracket is not closed, or a shared phrase is not declared.
        """
        begins, ends = phrase.startswith("^"), phrase.endswith("$")
        parts = []
        pieces = list(_PIECE.finditer(phrase.strip("^$ ")))
        if sum(len(piece[0]) for piece in pieces) != len(phrase.strip("^$ ")):
            raise ValueError(f"phrase {phrase!r}: a bracket is not closed or is nested")
        for piece in pieces:
            optional, choice, shared, anything, words = piece.groups()
            if anything:
                parts.append(_ANYTHING)
            elif optional is not None:
                parts.append(f"{self._any_of(optional)}?")
            elif choice is not None:
                parts.append(self._any_of(choice))
            elif shared is not None:
                parts.append(self._any_of(f"<{shared}>"))
            elif words.strip():
                parts.append(f"{words.strip()} ")
        # Every part ends with a blank, and the sentence is given one more at its end.
        return f"{'^' if begins else chr(92) + 'b'}{''.join(parts)}{'$' if ends else ''}"

    def _any_of(self, alternatives: str) -> str:
        said: list[str] = []
        for one in alternatives.split("|"):
            if one.startswith("<"):
                if one[1:-1] not in self.shared:
                    raise ValueError(f"{one} is not declared")
                said += self.shared[one[1:-1]]
            else:
                said.append(one.strip())
        return f"(?:{'|'.join(f'{word} ' for word in said)})"
