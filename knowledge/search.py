"""Measures how much of a question the facts cover: their texts, names and declared questions.

The matcher tells which question was probably asked; this tells whether the fact speaks of what the
question speaks of. Words weigh by how few facts have them (inverse document frequency).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from knowledge.latent import LatentIndex
from knowledge.themes import stem

_UNKNOWN_RARITY = 1.0
# How soon further mentions of a word stop to count, and how much longer texts count less (the
# constants k1 and b of BM25; Robertson and Zaragoza 2009, The Probabilistic Relevance Framework).
_SATURATION, _LENGTH = 1.6, 0.6
# So many of its words are looked at to find what speaks of the same.
_MOST_TELLING = 30
# What a synonym counts where the word itself would count 1.
_SYNONYM = 0.6


class FactIndex:
    """The stems of every labelled text.

    Args:
        texts: Folded texts by label (an intent's sentences; a fact's name, text and questions).
        light: Words without content, which count little.
    """

    def __init__(
        self,
        texts: Mapping[str, Iterable[str]],
        light: Iterable[str],
        synonyms: Iterable[Iterable[str]] = (),
    ) -> None:
        counts = {
            label: Counter(stem(word) for text in lines for word in text.split())
            for label, lines in texts.items()
        }
        self._stems = {label: frozenset(said) for label, said in counts.items()}
        self._latent = LatentIndex(counts)
        average = sum(said.total() for said in counts.values()) / max(1, len(counts))
        self._labels: dict[str, dict[str, float]] = defaultdict(dict)
        for label, said in counts.items():
            room = _SATURATION * (1 - _LENGTH + _LENGTH * said.total() / average)
            for word, times in said.items():
                self._labels[word][label] = times * (_SATURATION + 1) / (times + room)
        mates: dict[str, set[str]] = defaultdict(set)
        for group in synonyms:
            stems = {stem(word) for word in group}
            for one in stems:
                mates[one] |= stems
        self._near = {
            label: frozenset().union(*(mates[word] for word in stems if word in mates)) - stems
            for label, stems in self._stems.items()
        }
        total = len(self._stems)
        self._rarity = {
            word: math.log(1 + total / len(labels)) / math.log(1 + total)
            for word, labels in self._labels.items()
        }
        # How much a word tells labels apart (inverse document frequency of BM25).
        self._informs = {
            word: math.log(1 + (total - len(labels) + 0.5) / (len(labels) + 0.5))
            for word, labels in self._labels.items()
        }
        self._unknown = math.log(2 * total + 2)
        self._light = frozenset(light)
        self._akin: dict[str, dict[str, float]] = {}
        facts = (stems for label, stems in self._stems.items() if "/" in label)
        self._told = frozenset().union(*facts)
        self._told |= frozenset().union(*(mates[w] for w in self._told if w in mates))

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

    def covers(self, label: str, words: Iterable[str], *, nearly: bool = False) -> bool:
        """Whether a label's texts have all of these words, or ``nearly`` so: synonyms of them."""
        stems = self._stems.get(label, frozenset())
        if nearly:
            stems |= self._near.get(label, frozenset())
        return all(stem(word) in stems for text in words for word in text.split())

    def coverage(self, labels: Iterable[str], weights: Mapping[str, float]) -> dict[str, float]:
        """The share (0-1) of a question's weight that the texts of each label hold."""
        total = sum(weights.values()) or 1.0
        nothing: frozenset[str] = frozenset()
        shares: dict[str, float] = {}
        for label in labels:
            stems, near = self._stems.get(label, nothing), self._near.get(label, nothing)
            held = [w for word, w in weights.items() if word in stems]
            akin = [w for word, w in weights.items() if word in near]
            shares[label] = (sum(held) + _SYNONYM * sum(akin)) / total
        return shares

    def likeness(
        self, words: Iterable[str], names: Iterable[str], labels: Iterable[str]
    ) -> dict[str, float]:
        """How near each label is to a question as a whole, also in other words: -1 to 1."""
        return self._latent.likeness([*map(stem, words), *names], labels)

    def relevance(self, words: Iterable[str], names: Iterable[str]) -> dict[str, float]:
        """How much each label is about a question: 0 to about 1.5, by BM25.

        Words without content count as well, as "who" and "when" tell labels apart; they are common
        and so count little.

        Args:
            words: The words of the question.
            names: What it names, as the texts have it ("<event:info-day-2016>").
        """
        sums: dict[str, float] = defaultdict(float)
        stems = {stem(word) for word in words}.union(names)
        whole = sum(self._informs.get(word, self._unknown) for word in stems) or 1.0
        for word in stems & self._informs.keys():
            share = self._informs[word] / whole
            for label, often in self._labels.get(word, {}).items():
                sums[label] += share * often
        return sums

    def akin(self, label: str) -> dict[str, float]:
        """How much each other fact speaks of the same as one does: 0 to about 1.

        By the words that tell that fact from others, in its texts and in what it is asked with.
        """
        if label not in self._akin:
            self._akin[label] = dict(self._speaking_like(label))
        return self._akin[label]

    def _speaking_like(self, label: str) -> Iterator[tuple[str, float]]:
        stems = self._stems.get(label, frozenset()) - self._light
        told = {word: self._informs[word] * self._labels[word][label] for word in stems}
        telling = sorted(told, key=lambda word: (-told[word], word))[:_MOST_TELLING]
        sums: dict[str, float] = defaultdict(float)
        for word in telling:
            for other, often in self._labels[word].items():
                sums[other] += told[word] * often
        whole = sums.pop(label, 0.0) or 1.0
        return ((other, likeness / whole) for other, likeness in sums.items() if "/" in other)
