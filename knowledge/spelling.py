"""Repairs mistyped words by looking for the nearest words of a known vocabulary."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.themes import stem

_CACHE_SIZE = 8192
_MIN_PART = 3
_MIN_RIGHT = 4
_MAX_PART = 20
_MIN_GLUED, _MAX_GLUED = 9, 80
_MIN_SHORTHAND = 4
_VOWELS = "aeiou"
_DOUBLED = re.compile(r"(.)\1+")
_DROP_VOWELS = str.maketrans("", "", _VOWELS)
_KEY_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")

# What tells candidates at the same distance apart, in parts of one edit.
_NEAR_KEY_BONUS = 0.3
_SAME_LETTERS_BONUS = 0.25
_SAME_SKELETON_BONUS = 0.2
_FIRST_LETTER_COST = 0.5
_COUNT_BONUS = 0.08


@dataclass(frozen=True, slots=True)
class Repair:
    """A known word that an unknown one may have been meant to be.

    Attributes:
        word: The known word.
        distance: Edits between the two (insert, delete, replace, swap of neighbours).
        score: Closeness from 0 to 100; compares the candidates of one unknown word.
    """

    word: str
    distance: int
    score: float


class Speller:
    """Looks up the known words nearest to an unknown one.

    Known words lie in buckets by first letter and length, so that a look-up compares the
    unknown word with a few thousand of 100,000 words. Errors in the first letter are rare and
    are covered by trying each possible first letter on the otherwise unchanged word.
    """

    def __init__(
        self,
        words: Mapping[str, int] | Iterable[str],
        *,
        shortest: int = 4,
        right: Iterable[str] = (),
    ) -> None:
        """Indexes the vocabulary.

        Args:
            words: Known words with how often each occurs, or the words alone (each occurrence
                counts once).
            shortest: Letters from which on an unknown word is repaired. Three letters are safe
                only where a wrong repair does little harm, as many are codes or names.
            right: Further words that are spelt right, in any form ("boil", for "boiled"): they are
                known, but nothing is repaired into them.
        """
        self._right = frozenset(map(stem, right))
        self._counts: dict[str, int] = dict(words if isinstance(words, Mapping) else Counter(words))
        self._shortest = shortest
        self._buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._counts:
            if not word:
                continue
            self._buckets[word[0], len(word)].append(word)
        self._first_letters = sorted({first for first, _ in self._buckets})
        self._of_first: dict[str, str] = {}
        self._repair = lru_cache(maxsize=_CACHE_SIZE)(self._search)

    def __getstate__(self) -> dict[str, Any]:
        """What is worth keeping between starts: all but the memory of repairs."""
        return {name: value for name, value in vars(self).items() if name != "_repair"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._repair = lru_cache(maxsize=_CACHE_SIZE)(self._search)

    def known(self, word: str) -> bool:
        """Tells whether the word is part of the vocabulary."""
        return word in self._counts or (len(word) >= _MIN_RIGHT and stem(word) in self._right)

    def repair(self, word: str) -> tuple[Repair, ...]:
        """Finds what an unknown word was probably meant to be.

        Args:
            word: A single lower-case word.

        Returns:
            All known words at the smallest distance found, best first. Empty for a known word,
            for a word that is not purely alphabetic (numbers and slots are never repaired) and
            when nothing is near enough.
        """
        return self._repair(word)

    def split(self, word: str) -> tuple[str, ...]:
        """Finds the missing spaces in an unknown word.

        Args:
            word: A single lower-case word, such as "southnetherlands".

        Returns:
            The two known words it consists of, preferring frequent ones; of a long word that no
            two make up, the fewest. Empty when there is a piece that is no known word.
        """
        if self.known(word):
            return ()
        cuts = range(_MIN_PART, len(word) - _MIN_PART + 1)
        pairs = [(word[:cut], word[cut:]) for cut in cuts]
        pairs = [pair for pair in pairs if pair[0] in self._counts and pair[1] in self._counts]
        return max(pairs, key=self._frequency, default=()) or self._parts(word)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The fewest known words that a long one consists of: "whichpartnershipsis"."""
        if not _MIN_GLUED <= len(word) <= _MAX_GLUED:
            return ()
        best: list[tuple[str, ...] | None] = [(), *([None] * len(word))]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _MAX_PART), end - 1):
                before, part, now = best[start], word[start:end], best[end]
                if before is None or part not in self._counts:
                    continue
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, part)
        return best[-1] or ()

    def _frequency(self, pair: tuple[str, str]) -> int:
        return self._counts[pair[0]] * self._counts[pair[1]]

    def _search(self, word: str) -> tuple[Repair, ...]:
        if self.known(word) or not word.replace("'", "").isalpha():
            return ()
        found = self._shorthand(word) or self._nearest(word)
        repairs = [Repair(known, edits, self._score(word, known, edits)) for known, edits in found]
        return tuple(sorted(repairs, key=lambda repair: (-repair.score, repair.word)))

    def _shorthand(self, word: str) -> list[tuple[str, int]]:
        """Reads a word typed without its vowels, such as "prtnrshps"."""
        if len(word) < _MIN_SHORTHAND or any(vowel in word for vowel in _VOWELS):
            return []
        letters = (f"{letter}[{letter}{_VOWELS}]*" for letter in map(re.escape, _squeezed(word)))
        known = re.findall(f"\n({''.join(letters)})(?=\n)", self._lines(word[0]))
        # Shorthand that several words share is one that nobody can resolve.
        return [(known[0], OSA.distance(word, known[0]))] if len(known) == 1 else []

    def _lines(self, first: str) -> str:
        """The known words with a first letter that may be meant by shorthand, each in a line."""
        if first not in self._of_first:
            words = (
                word
                for letter, length in self._buckets
                if letter == first and length >= _MIN_SHORTHAND
                for word in self._buckets[letter, length]
            )
            self._of_first[first] = "\n".join(["", *words, ""])
        return self._of_first[first]

    def _nearest(self, word: str) -> list[tuple[str, int]]:
        """Collects the known words at the smallest distance that the length allows."""
        if len(word) < self._shortest:
            return []
        for allowed in range(1, _allowed_edits(len(word)) + 1):
            found = self._same_first_letter(word, allowed)
            if allowed == 1:
                found += self._other_first_letter(word)
            if found:
                return found
        return []

    def _same_first_letter(self, word: str, allowed: int) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            bucket = self._buckets.get((word[0], length))
            if bucket:
                hits = process.extract(
                    word, bucket, scorer=OSA.distance, score_cutoff=allowed, limit=None
                )
                found += [(known, int(edits)) for known, edits, _ in hits]
        return found

    def _other_first_letter(self, word: str) -> list[tuple[str, int]]:
        """Undoes one edit that hit the first letter: replaced, left out, doubled or swapped."""
        variants = {word[1:], word[1] + word[0] + word[2:]}
        for letter in self._first_letters:
            variants.update((letter + word, letter + word[1:]))
        return [
            (variant, 1)
            for variant in variants
            if variant in self._counts and variant[0] != word[0]
        ]

    def _score(self, word: str, known: str, distance: int) -> float:
        cost = distance - _COUNT_BONUS * math.log1p(self._counts[known])
        if len(word) == len(known):
            if sorted(word) == sorted(known):
                cost -= _SAME_LETTERS_BONUS
            elif near_keys(word, known):
                cost -= _NEAR_KEY_BONUS
        if _skeleton(word) == _skeleton(known):
            cost -= _SAME_SKELETON_BONUS
        if word[0] != known[0] and word[:2] != known[1::-1]:
            cost += _FIRST_LETTER_COST
        return 100.0 * max(0.0, 1.0 - max(cost, 0.0) / max(len(word), len(known)))


def _allowed_edits(length: int) -> int:
    """Gives the edits that leave a word of this length recognisable."""
    if length <= 2:
        return 0
    if length <= 5:
        return 1
    return 2 if length <= 10 else 3


def _squeezed(word: str) -> str:
    """Writes doubled letters once."""
    return _DOUBLED.sub(r"\1", word)


def _skeleton(word: str) -> str:
    """Reduces a word to what is left of it in vowel-dropping shorthand."""
    return _squeezed(word[0] + word[1:].translate(_DROP_VOWELS))


def _key_neighbours() -> frozenset[tuple[str, str]]:
    """Lists the pairs of keys that touch on a QWERTY keyboard."""
    spots = {
        key: (row + 0.0, column + row * 0.4)
        for row, keys in enumerate(_KEY_ROWS)
        for column, key in enumerate(keys)
    }
    return frozenset(
        (a, b) for a in spots for b in spots if a != b and math.dist(spots[a], spots[b]) < 1.3
    )


_KEY_NEIGHBOURS = _key_neighbours()


def keys_beside(letter: str) -> list[str]:
    """Lists the letters whose keys touch that of a letter."""
    return sorted(b for a, b in _KEY_NEIGHBOURS if a == letter and b.isalpha())


def near_keys(word: str, known: str) -> bool:
    """Tells whether two words of one length differ by slips to neighbouring keys only."""
    return all(a == b or (a, b) in _KEY_NEIGHBOURS for a, b in zip(word, known, strict=True))
