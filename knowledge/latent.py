"""Tells what texts are about beyond their words: which words go together is counted, not learnt.

Latent semantic analysis (Deerwester et al. 1990, Indexing by latent semantic analysis): words that
the same facts have ("chair", "head", "preside") come to lie near each other, so that a question
finds a fact that is told in other words.
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

_DIMENSIONS = 100
_LEAST_STRENGTH = 1e-6

Vectors = npt.NDArray[np.float32]


class LatentIndex:
    """The texts of labels in a space of a hundred dimensions.

    Args:
        counts: How often each label's texts have each word.
    """

    def __init__(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        self._rows = {label: row for row, label in enumerate(counts)}
        owners: dict[str, list[tuple[int, float]]] = {}
        for label, said in counts.items():
            for word, times in said.items():
                owners.setdefault(word, []).append((self._rows[label], 1 + math.log(times)))
        self._rarity = {
            word: math.log((1 + len(counts)) / (1 + len(rows))) + 1 for word, rows in owners.items()
        }
        columns = {
            word: (
                np.array([row for row, _ in rows]),
                np.array([weight for _, weight in rows]) * self._rarity[word],
            )
            for word, rows in owners.items()
        }
        lengths = np.zeros(len(counts))
        for rows, weights in columns.values():
            lengths[rows] += weights**2
        lengths = np.sqrt(np.maximum(lengths, _LEAST_STRENGTH))
        axes = _axes(columns.values(), lengths)
        self._words = {word: number for number, word in enumerate(columns)}
        self._of_word: Vectors = np.array(
            [(weights / lengths[rows]) @ axes[rows] for rows, weights in columns.values()],
            np.float32,
        )
        self._of_label: Vectors = np.zeros((len(counts), axes.shape[1]), np.float32)
        for (rows, weights), vector in zip(columns.values(), self._of_word, strict=True):
            self._of_label[rows] += np.outer(weights / lengths[rows], vector)
        self._of_label /= np.maximum(
            np.linalg.norm(self._of_label, axis=1, keepdims=True), _LEAST_STRENGTH
        )

    def likeness(self, words: Iterable[str], labels: Iterable[str]) -> dict[str, float]:
        """How near the words of a question, taken together, lie to each label: -1 to 1."""
        known = [word for word in dict.fromkeys(words) if word in self._words]
        wanted = [label for label in labels if label in self._rows]
        if not known:
            return dict.fromkeys(wanted, 0.0)
        weights = np.array([self._rarity[word] for word in known], np.float32)
        vector = weights @ self._of_word[[self._words[word] for word in known]]
        vector /= max(float(np.linalg.norm(vector)), _LEAST_STRENGTH)
        near = self._of_label[[self._rows[label] for label in wanted]] @ vector
        return dict(zip(wanted, near.tolist(), strict=True))


def _axes(
    columns: Iterable[tuple[npt.NDArray[np.integer], npt.NDArray[np.floating]]],
    lengths: npt.NDArray[np.floating],
) -> npt.NDArray[np.floating]:
    """The main directions of the labels' texts, one column each, scaled to their strength.

    They are taken from what any two labels have in common, as there are far fewer labels than
    words.
    """
    common = np.zeros((len(lengths), len(lengths)))
    for rows, weights in columns:
        shares = weights / lengths[rows]
        common[np.ix_(rows, rows)] += np.outer(shares, shares)
    strengths, directions = np.linalg.eigh(common)
    strongest = slice(-min(_DIMENSIONS, len(lengths)), None)
    strengths = np.sqrt(np.maximum(strengths[strongest], _LEAST_STRENGTH))
    scaled: npt.NDArray[np.floating] = directions[:, strongest] / strengths
    return scaled
