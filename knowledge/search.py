"""Measures how much of a question the facts cover: their texts, names and declared questions.

The matcher tells which question was probably asked; this tells whether the fact speaks of what the
question speaks of. Words weigh by how few facts have them (inverse document frequency).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.latent import LatentIndex
from knowledge.themes import stem

_UNKNOWN_RARITY = 1.0
# How soon further mentions of a word stop to count, and how much longer texts count less (the
# constants k1 and b of BM25; Robertson and Zaragoza 2009, The Probabilistic Relevance Framework).
_SATURATION, _LENGTH = 1.6, 0.6
# So many of its words are looked at to find what speaks of the same.
_MOST_TELLING = 30
_MOST_REMEMBERED = 16
_SHORT_ADVERB = 5
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
        self._labels = list(counts)
        owners: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, said in enumerate(counts.values()):
            room = _SATURATION * (1 - _LENGTH + _LENGTH * said.total() / average)
            for word, times in said.items():
                owners[word].append((row, times * (_SATURATION + 1) / (times + room)))
        # By word the rows of the labels that have it, and how much they do.
        self._often = {
            word: (
                np.array([row for row, _ in rows], np.int32),
                np.array([often for _, often in rows], np.float32),
            )
            for word, rows in owners.items()
        }
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
            word: math.log(1 + total / len(rows)) / math.log(1 + total)
            for word, rows in owners.items()
        }
        # How much a word tells labels apart (inverse document frequency of BM25).
        self._informs = {
            word: math.log(1 + (total - len(rows) + 0.5) / (len(rows) + 0.5))
            for word, rows in owners.items()
        }
        self._unknown = math.log(2 * total + 2)
        self._light = frozenset(light)
        self._rows = {label: row for row, label in enumerate(self._labels)}
        self._akin: dict[str, dict[str, float]] = {}
        facts = (stems for label, stems in self._stems.items() if "/" in label)
        self._told = frozenset().union(*facts)
        self._told |= frozenset().union(*(mates[w] for w in self._told if w in mates))

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """The stems of a question with what each counts; words without content count nothing."""
        return {
            stem(word): self._rarity.get(stem(word), _UNKNOWN_RARITY)
            for word in words
            if word not in self._light and not self._is_adverb(word)
        }

    def _is_adverb(self, word: str) -> bool:
        """Whether a word only says how ("particularly"), and no fact has it."""
        return word.endswith("ly") and len(word) > _SHORT_ADVERB and stem(word) not in self._often

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

    def relevance(
        self, words: Iterable[str], names: Iterable[str], most: int
    ) -> tuple[list[str], Callable[[str], float]]:
        """How much labels are about a question, by BM25.

        Words without content count as well, as "who" and "when" tell labels apart; they are common
        and so count little.

        Args:
            words: The words of the question.
            names: What it names, as the texts have it ("<event:info-day-2016>").
            most: How many labels are wanted.

        Returns:
            The labels that are most about it, best first, and a function that gives for any label
            how much it is: 0 to about 1.5.
        """
        stems = {stem(word) for word in words}.union(names)
        whole = sum(self._informs.get(word, self._unknown) for word in stems) or 1.0
        sums = self._sums(
            (word, self._informs[word] / whole) for word in stems & self._often.keys()
        )
        best = sums.argsort(kind="stable")[::-1][:most].tolist()

        def of(label: str) -> float:
            row = self._rows.get(label)
            return 0.0 if row is None else float(sums[row])

        return [self._labels[row] for row in best if sums[row] > 0], of

    def akin(self, label: str) -> dict[str, float]:
        """How much each other fact speaks of the same as one does: 0 to about 1.

        By the words that tell that fact from others, in its texts and in what it is asked with.
        """
        found = self._akin.get(label)
        if found is None:
            if len(self._akin) >= _MOST_REMEMBERED:
                self._akin.clear()
            found = self._akin[label] = dict(self._speaking_like(label))
        return found

    def _speaking_like(self, label: str) -> Iterator[tuple[str, float]]:
        row = self._rows.get(label)
        if row is None:
            return
        told: dict[str, float] = {}
        for word in self._stems[label] - self._light:
            rows, often = self._often[word]
            told[word] = self._informs[word] * float(often[np.searchsorted(rows, row)])
        telling = sorted(told, key=lambda word: (-told[word], word))[:_MOST_TELLING]
        sums = self._sums((word, told[word]) for word in telling)
        whole = float(sums[row]) or 1.0
        for other in sums.nonzero()[0].tolist():
            if other != row and "/" in self._labels[other]:
                yield self._labels[other], float(sums[other]) / whole

    def _sums(self, weights: Iterable[tuple[str, float]]) -> npt.NDArray[np.float32]:
        """What words add up to for each label."""
        sums = np.zeros(len(self._labels), np.float32)
        for word, weight in weights:
            rows, often = self._often[word]
            sums[rows] += weight * often
        return sums
