"""What utterances are compared by: their words, word pairs and character n-grams."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLOT = "<"
"""What the words begin with that stand for a name."""
_START, _END = "^", "$"

# How much one feature of each kind counts. N-grams count little each, as a word has many of
# them and they repeat what the word itself says.
_WORD_GAIN, _PAIR_GAIN, _GRAM_GAIN = 1.0, 1.0, 0.2
_GRAM_SIZES = (3, 4, 5)

# Each utterance counts as if it had one more word that no example has. It hardly matters for a
# whole sentence but keeps a lone "what is the" from looking like a perfect fit.
_DOUBT = 1.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """The features of an utterance; `unseen` is the gain of what no example has."""

    features: npt.NDArray[np.int64]
    unseen: float


class Features:
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

    def look_up(self, words: list[str]) -> Utterance:
        """Gives the features of an utterance without numbering new ones."""
        found: set[int] = set()
        unseen = _DOUBT
        others = [(pair, _PAIR_GAIN) for pair in _pairs(words)]
        for word in set(words):
            numbers = self._of_word.get(word)
            if numbers is None:
                others += _word_features(word)
            else:
                found.update(numbers)
        for name, gain in others:
            number = self._numbers.get(name)
            if number is None:
                unseen += gain
            else:
                found.add(number)
        return Utterance(np.fromiter(found, np.int64, len(found)), unseen)

    def _number(self, name: str, gain: float) -> int:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number == len(self.gains):
            self.gains.append(gain)
        return number


def _pairs(words: list[str]) -> Iterator[str]:
    """Lists neighbouring words, counting the start and the end as words."""
    for first, second in zip([_START, *words], [*words, _END], strict=True):
        yield f"{first} {second}"


def _word_features(word: str) -> list[tuple[str, float]]:
    """Lists a word and its n-grams; a slot is a symbol and has none."""
    features = [(word, _WORD_GAIN)]
    if not word.startswith(SLOT):
        marked = f"_{word}_"
        features += [
            (f"#{marked[start : start + size]}", _GRAM_GAIN)
            for size in _GRAM_SIZES
            for start in range(len(marked) - size + 1)
        ]
    return features
