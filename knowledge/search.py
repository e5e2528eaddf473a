"""Measures how much of a question the facts cover: their texts, names and declared questions.

The matcher tells which question was probably asked; this tells whether the fact speaks of what the
question speaks of. Words weigh by how few facts have them (inverse document frequency).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from knowledge.themes import stem

_UNKNOWN_RARITY = 1.0
# A word that this share of all labels has leads to none of them.
_TOO_COMMON = 0.2


class FactIndex:
    """The stems of every labelled text.

    Args:
        texts: Folded texts by label (an intent's sentences; a fact's name, text and questions).
        light: Words without content, which count little.
    """

    def __init__(self, texts: Mapping[str, Iterable[str]], light: Iterable[str]) -> None:
        self._stems = {
            label: frozenset(stem(word) for text in lines for word in text.split())
            for label, lines in texts.items()
        }
        self._labels: dict[str, list[str]] = defaultdict(list)
        for label, stems in self._stems.items():
            for word in stems:
                self._labels[word].append(label)
        total = len(self._stems)
        self._rarity = {
            word: math.log(1 + total / len(labels)) / math.log(1 + total)
            for word, labels in self._labels.items()
        }
        self._light = frozenset(light)
        facts = (stems for label, stems in self._stems.items() if "/" in label)
        self._told = frozenset().union(*facts)

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """The stems of a question with what each counts; words without content count nothing."""
        return {
            stem(word): self._rarity.get(stem(word), _UNKNOWN_RARITY)
            for word in words
            if word not in self._light
        }

    def foreign(self, weights: Mapping[str, float]) -> float:
        """The share (0-1) of a question's weight in words that no fact has: about other things."""
        total = sum(weights.values())
        return (
            sum(w for word, w in weights.items() if word not in self._told) / total
            if total
            else 0.0
        )

    def covers(self, label: str, words: Iterable[str]) -> bool:
        """Whether a label's texts have all of these words, whatever else they say."""
        stems = self._stems.get(label, frozenset())
        return all(stem(word) in stems for text in words for word in text.split())

    def coverage(self, labels: Iterable[str], weights: Mapping[str, float]) -> dict[str, float]:
        """The share (0-1) of a question's weight that the texts of each label hold."""
        total = sum(weights.values()) or 1.0
        nothing: frozenset[str] = frozenset()
        shares: dict[str, float] = {}
        for label in labels:
            stems = self._stems.get(label, nothing)
            shares[label] = sum([w for word, w in weights.items() if word in stems]) / total
        return shares

    def best(self, weights: Mapping[str, float], limit: int = 8) -> list[str]:
        """The labels that cover most of a question."""
        sums: dict[str, float] = defaultdict(float)
        for word, weight in weights.items():
            labels = self._labels.get(word, ())
            if len(labels) < _TOO_COMMON * len(self._stems):
                for label in labels:
                    sums[label] += weight
        return [label for label, _ in sorted(sums.items(), key=itemgetter(1), reverse=True)[:limit]]
