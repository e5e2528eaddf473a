"""Finds the partnerships whose description covers given words: "offshore wind" → ADMA Energy."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from knowledge.snapshot import Snapshot
from knowledge.text import fold

_SHORTEST_STEM = 5
_MOST_FOUND = 4
_SHORTEST_PART = 6
_SHORTEST_END = 8
_SHORT = 3
_TELLING, _MOST_LIKELY = 2, 2
# Such a share of the words asked about a partnership has to be spoken of.
_SHARE_TOLD = 0.5
_NONE: frozenset[str] = frozenset()


class ThemeIndex:
    """The words of each founding partnership's name, purpose and details, by stem.

    Of newer ones hardly more than the name is known, and names are found as such.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        everyday: Iterable[str],
        synonyms: Iterable[Iterable[str]] = (),
    ) -> None:
        self._everyday = {stem(word) for word in everyday}
        self._stems: dict[str, frozenset[str]] = {}
        self._told: dict[tuple[str, str], frozenset[str]] = {}
        for partnership in snapshot.founding_partnerships.values():
            details = snapshot.details_of("partnership", partnership.id)
            texts = [partnership.name, partnership.text, *(detail.text for detail in details)]
            self._stems[partnership.id] = frozenset(
                stem(word) for word in fold(" ".join(texts)).split()
            )
            for kind in {detail.kind for detail in details}:
                said = [detail.text for detail in details if detail.kind == kind]
                self._told[partnership.id, kind] = frozenset(
                    stem(word) for word in fold(" ".join(said)).split()
                )
        self._mates = _mates(synonyms)
        spread = Counter(stem for stems in self._stems.values() for stem in stems)
        self._telling = {word for word, count in spread.items() if count <= _MOST_FOUND}

    def search(self, words: Sequence[str], *, about: bool) -> frozenset[str]:
        """Partnerships that cover all the words; none when the words say too little.

        Unless the question says that it is ``about`` something, everyday words do not count as a
        theme: "different regions" is not about difference.
        """
        wanted = {stem(word) for word in words if len(word) > 2}
        telling = {
            word for word in wanted if word in self._telling or _part_of(word, self._telling)
        }
        if not about:
            telling -= self._everyday
        if not telling:
            return frozenset()
        found = [
            id
            for id, stems in self._stems.items()
            if all(word in stems or _part_of(word, stems) for word in wanted)
        ]
        return frozenset(found) if len(found) <= _MOST_FOUND else frozenset()

    def likely(self, words: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        """The partnerships that most of the telling words speak for, and those words.

        Words that nobody's description has do not matter as long as they are everyday ones; two
        everyday words weigh as much as one that is not.
        """
        points: dict[str, float] = defaultdict(float)
        told: dict[str, set[str]] = defaultdict(set)
        for word in words:
            owners = self._owners(stem(word), whole=self._is_everyday(word))
            if not owners and not self._is_everyday(word):
                return frozenset(), frozenset()
            if not 0 < len(owners) <= _MOST_FOUND:
                continue
            for id in owners:
                points[id] += (1 if self._is_everyday(word) else 2) / (1 + (len(owners) > 2))
                told[id].add(word)
        best = max(points.values(), default=0)
        found = frozenset(id for id, score in points.items() if score == best)
        if best < _TELLING or len(found) > _MOST_LIKELY:
            return frozenset(), frozenset()
        return found, frozenset().union(*(told[id] for id in found))

    def told_of(self, partnership: str, words: Sequence[str]) -> str | None:
        """Which kind of detail of a partnership speaks of the words most.

        Empty when only its description does; None when most words are not spoken of at all.
        """
        wanted = {stem(word) for word in words if len(word) > 2}
        covered = self._covered(wanted, self._stems.get(partnership, _NONE))
        if not covered & self._telling or len(covered) < _SHARE_TOLD * len(wanted):
            return None
        kinds = {
            kind: len(self._covered(wanted, stems))
            for (id, kind), stems in self._told.items()
            if id == partnership
        }
        best = max(kinds, key=kinds.__getitem__, default="")
        return best if kinds.get(best) else ""

    def _covered(self, wanted: AbstractSet[str], stems: AbstractSet[str]) -> set[str]:
        """The words that a description has, itself, as part of a compound or by a synonym."""
        return {
            word
            for word in wanted
            if word in stems or _part_of(word, stems) or self._mates.get(word, _NONE) & stems
        }

    def _is_everyday(self, word: str) -> bool:
        return len(word) <= _SHORT or stem(word) in self._everyday

    def _owners(self, word: str, *, whole: bool) -> list[str]:
        """The partnerships whose description has a word, in a compound unless ``whole``."""
        return [
            id
            for id, stems in self._stems.items()
            if word in stems
            or self._mates.get(word, _NONE) & stems
            or (not whole and (_part_of(word, stems) or _ends_with(stems, word)))
        ]


def _mates(groups: Iterable[Iterable[str]]) -> dict[str, frozenset[str]]:
    """The stems that stand for each stem."""
    mates: dict[str, frozenset[str]] = {}
    for group in groups:
        stems = frozenset(map(stem, group))
        for one in stems:
            mates[one] = mates.get(one, _NONE) | stems
    return mates


def _ends_with(stems: AbstractSet[str], word: str) -> bool:
    """Whether a compound ends in the word: "exoprostheses" with "prostheses"."""
    return len(word) >= _SHORTEST_END and any(other.endswith(word) for other in stems)


def _part_of(word: str, stems: AbstractSet[str]) -> bool:
    """Whether a compound begins with one of the stems: "healthcare" with "health"."""
    return any(word[:length] in stems for length in range(_SHORTEST_PART, len(word)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its common English ending; never shorter than a stem tells something."""
    for ending in (
        "isation",
        "ization",
        "ations",
        "ation",
        "ings",
        "ing",
        "ies",
        "ers",
        "ed",
        "es",
        "al",
        "er",
        "e",
        "s",
        "y",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM - 1:
            return word[: -len(ending)]
    return word
