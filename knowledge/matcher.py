"""Ranks the intents an utterance may express by counting the features of declared examples."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.features import SLOT, Features, Utterance
from knowledge.spelling import Speller

_Ints = npt.NDArray[np.integer]
_Floats = npt.NDArray[np.floating]
_add = np.add.reduce  # what sum() comes down to, without its detour through Python

# Rare features tell more than the counts of few examples can show.
_ODDS_RARITY_POWER, _LIKENESS_RARITY_POWER = 0.3, 1.5

# What a label is credited with for a feature none of its examples has. A constant would favour
# small labels and a fixed part of the label's size would favour big ones.
_SMOOTHING = 0.035
_SMOOTHING_SIZE_POWER = 0.25
_SMOOTHING_OTHERS = 0.05

_SHORTEST_REPAIRED = 3

# A feature that more than this part of all labels have is kept as a full row.
_COMMON = 0.1

# Only the best labels are worth comparing with single examples.
_FINALISTS = 5
_EXAMPLE_GAIN, _EXAMPLE_SHARPNESS = 40.0, 10.0

_SHARE_TEMPERATURE, _SHARE_POWER = 0.35, 1 / 3


class Ranked(NamedTuple):
    """An intent with how well an utterance fits it.

    Attributes:
        label: The intent.
        score: Fit from 0 to 100, see `Matcher`.
        example: The declared example nearest to the utterance, None if none has a common feature.
    """

    label: str
    score: float
    example: str | None = None


class _Weighed(NamedTuple):
    """The weight of each feature of an utterance that an example has, of these, and of all."""

    features: _Floats
    known: float
    total: float


class _Weights:
    """Weighs each feature by its gain and its rarity among the examples."""

    def __init__(self, gains: _Floats, counts: _Ints, total: int, power: float) -> None:
        self.of_feature: _Floats = gains * np.log((total + 1) / counts) ** power
        self._of_unseen: float = math.log(2 * (total + 1)) ** power

    def of(self, utterance: Utterance) -> _Weighed:
        """Weighs an utterance."""
        features = self.of_feature[utterance.features]
        known = float(_add(features))
        return _Weighed(features, known, known + utterance.unseen * self._of_unseen)


class _LabelOdds:
    """Sums up for each label how much more often its examples have the utterance's features.

    The weight of a feature for a label is the smoothed logarithm of its share among the label's
    examples over its share among all others. It is kept only where the label has the feature:
    what all other labels get in its place is the same for every feature. Features that many labels
    have are kept as full rows, which are added up several times faster than single cells.
    """

    def __init__(self, weights: _Weights, features: _Ints, labels: _Ints, sizes: _Ints) -> None:
        total = int(sizes.sum())
        cells = features.astype(np.int64) * len(sizes) + labels
        cells, counts = np.unique(cells, return_counts=True)
        rows, columns = np.divmod(cells, len(sizes))
        smoothing = _SMOOTHING * sizes**_SMOOTHING_SIZE_POWER
        everywhere = np.bincount(features)[rows] + _SMOOTHING_OTHERS
        odds = np.log1p(counts / smoothing[columns]) + np.log(everywhere / (everywhere - counts))
        odds = (odds * weights.of_feature[rows]).astype(np.float32)
        common = np.bincount(rows, minlength=len(weights.of_feature)) > _COMMON * len(sizes)
        full = common[rows]
        self._row = np.where(common, np.cumsum(common) - 1, -1).astype(np.int32)
        self._rows = np.zeros((int(common.sum()), len(sizes)), np.float32)
        self._rows[self._row[rows[full]], columns[full]] = odds[full]
        self._odds = odds[~full]
        self._labels = columns[~full].astype(np.int32)
        bounds = np.searchsorted(rows[~full], np.arange(len(weights.of_feature) + 1))
        self._starts, self._sizes = bounds[:-1], np.diff(bounds)
        self._absent: _Floats = np.log(smoothing / (sizes + 2 * smoothing))
        self._absent += np.log(total - sizes + 2 * _SMOOTHING_OTHERS)

    def of(self, utterance: Utterance, weight: float) -> _Floats:
        """Gives the log-odds of every label; ``weight`` is that of the utterance's features."""
        sizes = self._sizes[utterance.features]
        ends = sizes.cumsum()
        before = self._starts[utterance.features] - ends + sizes
        cells = np.arange(ends[-1]) + before.repeat(sizes)
        rows = self._row[utterance.features]
        odds = self._absent * weight
        odds += np.bincount(self._labels[cells], self._odds[cells], len(odds))
        odds += _add(self._rows[rows[rows >= 0]])
        return odds


class _Examples:
    """Compares an utterance with the single examples of labels by weighted cosine."""

    def __init__(self, weights: _Weights, features: _Ints, bounds: _Ints, labels: _Ints) -> None:
        """Keeps the features of all examples.

        Args:
            weights: What features weigh.
            features: The features of each example, one example after another.
            bounds: Where the features of each example begin, and where the last ones end.
            labels: The example that each label begins with, and how many examples there are.
        """
        self.weights = weights
        self._features = features.astype(np.intp)
        self._sizes = np.diff(bounds)
        self._norms = np.sqrt(np.add.reduceat(weights.of_feature[features], bounds[:-1]))
        starts, places = labels.tolist(), bounds[labels].tolist()
        self._examples_of = [slice(*both) for both in pairwise(starts)]
        self._features_of = [slice(*both) for both in pairwise(places)]

    def likeness(self, utterance: Utterance, weighed: _Weighed, labels: Sequence[int]) -> _Floats:
        """Gives how like the utterance each example of the labels is, 0 to 1, in their order."""
        shared = np.zeros(len(self.weights.of_feature), np.float32)
        shared[utterance.features] = weighed.features
        theirs = np.concatenate([self._features[self._features_of[label]] for label in labels])
        sizes = np.concatenate([self._sizes[self._examples_of[label]] for label in labels])
        norms = np.concatenate([self._norms[self._examples_of[label]] for label in labels])
        common = np.add.reduceat(shared[theirs], sizes.cumsum() - sizes)
        return common / (norms * math.sqrt(weighed.total))

    def coverage(self, utterance: Utterance, weighed: _Weighed, label: int) -> float:
        """Gives the part of the utterance's weight that a label's examples have, 0 to 1."""
        theirs = np.zeros(len(self.weights.of_feature), np.bool_)
        theirs[self._features[self._features_of[label]]] = True
        return float(_add(weighed.features[theirs[utterance.features]])) / weighed.total


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
        self._texts = list(distinct.values())
        self._features = Features()
        texts = [text for texts in self._texts for text in texts]
        words = [w for text in texts for w in text.split() if not w.startswith(SLOT)]
        self._speller = speller or Speller(words, shortest=_SHORTEST_REPAIRED)
        if texts:
            self._count(texts)

    def rank(self, text: str, limit: int = 5) -> list[Ranked]:
        """Ranks the labels for an utterance.

        Args:
            text: Normalised utterance; words that begin with "<" are slots.
            limit: Greatest number of labels to return.

        Returns:
            Labels with falling score; empty when nothing in the text occurs in any example.
        """
        utterance = self._features.look_up([w for word in text.split() for w in self._meant(word)])
        if not len(utterance.features):
            return []
        evidence, weighed = self._evidence.of(utterance), self._examples.weights.of(utterance)
        odds = self._odds.of(utterance, evidence.known)
        most = min(len(odds), max(limit, _FINALISTS))
        finalists = odds.argpartition(-most)[-most:].tolist()
        likeness = self._examples.likeness(utterance, weighed, finalists)
        starts = [0, *accumulate(len(self._texts[label]) for label in finalists)]
        odds[finalists] += _EXAMPLE_GAIN * _pooled(likeness, starts[:-1])
        nearest = self._nearest(finalists, starts, likeness.tolist())
        order = sorted(finalists, key=odds.__getitem__, reverse=True)
        share = np.exp((odds - odds[order[0]]) / (_SHARE_TEMPERATURE * evidence.total))
        coverage = self._examples.coverage(utterance, weighed, order[0])
        best = 100.0 * coverage ** (1 - _SHARE_POWER) / float(_add(share)) ** _SHARE_POWER
        shares = share[order[:limit]].tolist()
        return [
            Ranked(self._labels[at], best * share_of**_SHARE_POWER, nearest[at])
            for at, share_of in zip(order, shares, strict=False)
        ]

    def _nearest(
        self, finalists: Sequence[int], starts: Sequence[int], each: list[float]
    ) -> dict[int, str | None]:
        """Finds each finalist's example that is most like the utterance."""
        nearest: dict[int, str | None] = {}
        for label, (start, end) in zip(finalists, pairwise(starts), strict=True):
            best = max(each[start:end])
            nearest[label] = self._texts[label][each.index(best, start) - start] if best else None
        return nearest

    def _count(self, texts: Sequence[str]) -> None:
        """Turns the examples into weights."""
        contents = array("i")
        bounds = array("q", [0])
        for text in texts:
            contents.extend(self._features.declare(text.split()))
            bounds.append(len(contents))
        features, ends = np.frombuffer(contents, np.intc), np.array(bounds)
        sizes = np.array([len(texts) for texts in self._texts])
        starts = np.concatenate(([0], np.cumsum(sizes)))
        labels = np.repeat(np.arange(len(sizes), dtype=np.int32), np.diff(ends[starts]))
        facts = np.array(self._features.gains), np.bincount(features), len(texts)
        self._evidence = _Weights(*facts, _ODDS_RARITY_POWER)
        self._odds = _LabelOdds(self._evidence, features, labels, sizes)
        likeness = _Weights(*facts, _LIKENESS_RARITY_POWER)
        self._examples = _Examples(likeness, features, ends, starts)

    def _meant(self, word: str) -> Sequence[str]:
        """Replaces a word no example has by what was probably meant, if possible a word of one."""
        if word.startswith(SLOT) or self._features.knows_word(word):
            return (word,)
        repairs = [repair.word for repair in self._speller.repair(word)]
        known = [repair for repair in repairs if self._features.knows_word(repair)]
        return (known or repairs)[:1] or self._speller.split(word) or (word,)


def _pooled(likeness: _Floats, starts: Sequence[int]) -> _Floats:
    """Pools the likeness of each label's examples softly: mostly the nearest, a bit of the rest."""
    sharpened = np.expm1(_EXAMPLE_SHARPNESS * likeness)
    pooled: _Floats = np.log1p(np.add.reduceat(sharpened, starts)) / _EXAMPLE_SHARPNESS
    return pooled
