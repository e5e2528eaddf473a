"""Ranks the intents an utterance may express by counting the features of declared examples."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.spelling import Speller

_Ints = npt.NDArray[np.integer]
_Floats = npt.NDArray[np.floating]

_SLOT = "<"
_START, _END = "^", "$"

# How much one feature of each kind counts. N-grams count little each, as a word has many of
# them and they repeat what the word itself says.
_WORD_GAIN, _PAIR_GAIN, _GRAM_GAIN = 1.0, 1.0, 0.2
_GRAM_SIZES = (3, 4, 5)

# Rare features tell more than the counts of few examples can show.
_ODDS_RARITY_POWER, _LIKENESS_RARITY_POWER = 0.3, 1.5

# What a label is credited with for a feature none of its examples has. A constant would favour
# small labels and a fixed part of the label's size would favour big ones.
_SMOOTHING = 0.035
_SMOOTHING_SIZE_POWER = 0.25
_SMOOTHING_OTHERS = 0.05

_SHORTEST_REPAIRED = 3

# Only the best labels are worth comparing with single examples.
_FINALISTS = 5
_EXAMPLE_GAIN, _EXAMPLE_SHARPNESS = 40.0, 10.0

_SHARE_TEMPERATURE, _SHARE_POWER = 0.35, 1 / 3

# Each utterance counts as if it had one more word that no example has. It hardly matters for a
# whole sentence but keeps a lone "what is the" from looking like a perfect fit.
_DOUBT = 1.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """An intent with how well an utterance fits it.

    Attributes:
        label: The intent.
        score: Fit from 0 to 100, see `Matcher`.
        example: The declared example nearest to the utterance, None if none has a common feature.
    """

    label: str
    score: float
    example: str | None = None


@dataclass(frozen=True, slots=True)
class _Query:
    """The features of an utterance; `unseen` is the gain of what no example has."""

    features: _Ints
    unseen: float


class _Features:
    """Numbers the words, word pairs and n-grams of the examples."""

    def __init__(self) -> None:
        self.gains = array("d")
        self._numbers: dict[str, int] = {}
        self._of_word: dict[str, tuple[int, ...]] = {}

    def knows_word(self, word: str) -> bool:
        """Tells whether an example has the word."""
        return word in self._of_word

    def declare(self, words: list[str]) -> set[int]:
        """Gives the features of an example, numbering those not met before."""
        found: set[int] = set()
        known, of_word = self._numbers, self._of_word
        for word in words:
            numbers = of_word.get(word)
            if numbers is None:
                numbers = tuple(self._number(*feature) for feature in _word_features(word))
                of_word[word] = numbers
            found.update(numbers)
        for pair in _pairs(words):
            # Most pairs are met again: the look-up is spelt out for a quick start.
            number = known.get(pair)
            found.add(self._number(pair, _PAIR_GAIN) if number is None else number)
        return found

    def look_up(self, words: list[str]) -> _Query:
        """Gives the features of an utterance without numbering new ones."""
        found: set[int] = set()
        others = [(pair, _PAIR_GAIN) for pair in _pairs(words)]
        for word in set(words):
            numbers = self._of_word.get(word)
            if numbers is None:
                others += _word_features(word)
            else:
                found.update(numbers)
        found.update(self._numbers[name] for name, _ in others if name in self._numbers)
        unseen = _DOUBT + sum(gain for name, gain in others if name not in self._numbers)
        return _Query(np.fromiter(found, np.int64, len(found)), unseen)

    def _number(self, name: str, gain: float) -> int:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number == len(self.gains):
            self.gains.append(gain)
        return number


class _Weights:
    """Weighs each feature by its gain and its rarity among the examples."""

    def __init__(self, gains: _Floats, counts: _Ints, total: int, power: float) -> None:
        self.of_feature: _Floats = gains * np.log((total + 1) / counts) ** power
        self._of_unseen: float = math.log(2 * (total + 1)) ** power

    def total(self, query: _Query) -> float:
        """Sums up the weight of all features of an utterance."""
        return float(self.of_feature[query.features].sum()) + query.unseen * self._of_unseen


class _LabelOdds:
    """Sums up for each label how much more often its examples have the utterance's features.

    The weight of a feature for a label is the smoothed logarithm of its share among the label's
    examples over its share among all others. It is kept only where the label has the feature:
    what all other labels get in its place is the same for every feature.
    """

    def __init__(self, weights: _Weights, features: _Ints, labels: _Ints, sizes: _Ints) -> None:
        self._weights = weights
        total = int(sizes.sum())
        cells = features.astype(np.int64) * len(sizes) + labels
        cells, counts = np.unique(cells, return_counts=True)
        rows, columns = np.divmod(cells, len(sizes))
        smoothing = _SMOOTHING * sizes**_SMOOTHING_SIZE_POWER
        everywhere = np.bincount(features)[rows] + _SMOOTHING_OTHERS
        odds = np.log1p(counts / smoothing[columns]) + np.log(everywhere / (everywhere - counts))
        self._odds = (odds * weights.of_feature[rows]).astype(np.float32)
        self._labels = columns.astype(np.int32)
        self._bounds = np.searchsorted(rows, np.arange(len(weights.of_feature) + 1))
        self._absent: _Floats = np.log(smoothing / (sizes + 2 * smoothing))
        self._absent += np.log(total - sizes + 2 * _SMOOTHING_OTHERS)

    def of(self, query: _Query) -> _Floats:
        """Gives the log-odds of every label."""
        starts = self._bounds[query.features]
        sizes = self._bounds[query.features + 1] - starts
        ends = np.cumsum(sizes)
        cells = np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)
        absent = self._absent * float(self._weights.of_feature[query.features].sum())
        return absent + np.bincount(self._labels[cells], self._odds[cells], len(absent))


class _Examples:
    """Compares an utterance with the single examples of a label by weighted cosine."""

    def __init__(self, weights: _Weights, features: _Ints, bounds: _Ints) -> None:
        self._weights = weights
        self._features = features
        self._bounds = bounds
        self._norms = np.sqrt(np.add.reduceat(weights.of_feature[features], bounds[:-1]))

    def likeness(self, query: _Query, spans: Iterable[tuple[int, int]]) -> Iterator[_Floats]:
        """Gives for each span of examples how like the utterance each one is, 0 to 1."""
        scale = 1.0 / math.sqrt(self._weights.total(query))
        shared = np.zeros(len(self._weights.of_feature))
        shared[query.features] = self._weights.of_feature[query.features]
        for first, last in spans:
            bounds = self._bounds[first:last]
            common = shared[self._features[bounds[0] : self._bounds[last]]]
            yield np.add.reduceat(common, bounds - bounds[0]) * scale / self._norms[first:last]

    def coverage(self, query: _Query, first: int, last: int) -> float:
        """Gives the part of the utterance's weight that these examples have, 0 to 1."""
        theirs = np.zeros(len(self._weights.of_feature), np.bool_)
        theirs[self._features[self._bounds[first] : self._bounds[last]]] = True
        common = query.features[theirs[query.features]]
        return float(self._weights.of_feature[common].sum()) / self._weights.total(query)


class Matcher:
    """Few-shot intent matching without training: all weights are counts of the examples.

    A label is ranked by the smoothed log-odds of the utterance's words, word pairs and n-grams
    among the label's examples against all others. The best few labels get a bonus for single
    examples that resemble the utterance, which matters while a label has few of them.

    The score is 100 times a geometric mean of two parts between 0 and 1:
        coverage (counts twice): how much of the utterance's weight the examples of the best
            label have. Rare and unknown words weigh most, so that nonsense and text about
            something else get little.
        share (counts once): how clearly the label wins against all other labels, per unit of
            evidence. Two labels that fit equally well get half of it each.
    In-scope scores rise with the number of examples: a floor has to be set on utterances like
    those expected, with examples like those declared.
    """

    def __init__(
        self, examples: Mapping[str, Sequence[str]], *, speller: Speller | None = None
    ) -> None:
        """Counts the features of the examples.

        Args:
            examples: Normalised example utterances of each label.
            speller: Repairs unknown words; built from the words of the examples when None.
        """
        distinct = {label: list(dict.fromkeys(texts)) for label, texts in examples.items() if texts}
        self._labels = list(distinct)
        self._texts = [text for texts in distinct.values() for text in texts]
        self._features = _Features()
        words = [w for text in self._texts for w in text.split() if not w.startswith(_SLOT)]
        self._speller = speller or Speller(words, shortest=_SHORTEST_REPAIRED)
        if self._texts:
            self._count(np.array([len(texts) for texts in distinct.values()]))

    def rank(self, text: str, limit: int = 5) -> list[Ranked]:
        """Ranks the labels for an utterance.

        Args:
            text: Normalised utterance; words that begin with "<" are slots.
            limit: Greatest number of labels to return.

        Returns:
            Labels with falling score; empty when nothing in the text occurs in any example.
        """
        query = self._features.look_up([w for word in text.split() for w in self._meant(word)])
        if not len(query.features):
            return []
        odds = self._odds.of(query)
        nearest: dict[int, str | None] = {}
        finalists = np.argsort(-odds)[: max(limit, _FINALISTS)].tolist()
        alike = self._examples.likeness(query, map(self._span, finalists))
        for label, likeness in zip(finalists, alike, strict=True):
            odds[label] += _EXAMPLE_GAIN * _pooled(likeness)
            best = int(likeness.argmax())
            nearest[label] = self._texts[self._starts[label] + best] if likeness[best] else None
        order = sorted(nearest, key=odds.__getitem__, reverse=True)
        share = np.exp((odds - odds.max()) / (_SHARE_TEMPERATURE * self._evidence.total(query)))
        coverage = self._examples.coverage(query, *self._span(order[0]))
        scores = 100.0 * (share / share.sum()) ** _SHARE_POWER * coverage ** (1 - _SHARE_POWER)
        return [Ranked(self._labels[at], float(scores[at]), nearest[at]) for at in order[:limit]]

    def _count(self, sizes: _Ints) -> None:
        """Turns the examples into weights."""
        contents = array("i")
        bounds = array("q", [0])
        for text in self._texts:
            contents.extend(self._features.declare(text.split()))
            bounds.append(len(contents))
        features, ends = np.frombuffer(contents, np.intc), np.array(bounds)
        self._starts = np.concatenate(([0], np.cumsum(sizes)))
        labels = np.repeat(np.arange(len(sizes), dtype=np.int32), np.diff(ends[self._starts]))
        facts = np.array(self._features.gains), np.bincount(features), len(self._texts)
        self._evidence = _Weights(*facts, _ODDS_RARITY_POWER)
        self._odds = _LabelOdds(self._evidence, features, labels, sizes)
        self._examples = _Examples(_Weights(*facts, _LIKENESS_RARITY_POWER), features, ends)

    def _span(self, label: int) -> tuple[int, int]:
        return int(self._starts[label]), int(self._starts[label + 1])

    def _meant(self, word: str) -> Sequence[str]:
        """Replaces a word no example has by what was probably meant, if possible a word of one."""
        if word.startswith(_SLOT) or self._features.knows_word(word):
            return (word,)
        repairs = [repair.word for repair in self._speller.repair(word)]
        known = [repair for repair in repairs if self._features.knows_word(repair)]
        return (known or repairs)[:1] or self._speller.split(word) or (word,)


def _pairs(words: list[str]) -> Iterator[str]:
    """Lists neighbouring words, counting the start and the end as words."""
    for first, second in zip([_START, *words], [*words, _END], strict=True):
        yield f"{first} {second}"


def _word_features(word: str) -> list[tuple[str, float]]:
    """Lists a word and its n-grams; a slot is a symbol and has none."""
    features = [(word, _WORD_GAIN)]
    if not word.startswith(_SLOT):
        marked = f"_{word}_"
        features += [
            (f"#{marked[start : start + size]}", _GRAM_GAIN)
            for size in _GRAM_SIZES
            for start in range(len(marked) - size + 1)
        ]
    return features


def _pooled(likeness: _Floats) -> float:
    """Pools the likeness of a label's examples softly: mostly the nearest, a bit of the rest."""
    return float(np.log1p(np.expm1(_EXAMPLE_SHARPNESS * likeness).sum())) / _EXAMPLE_SHARPNESS
