"""Finds the partnerships whose description covers given words: "offshore wind" → ADMA Energy."""

from collections.abc import Sequence

from knowledge.snapshot import Snapshot
from knowledge.text import fold

_SHORTEST_STEM = 5
_MOST_FOUND = 4


class ThemeIndex:
    """The words of each partnership's name, purpose and details, by stem."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._stems: dict[str, frozenset[str]] = {}
        for partnership in snapshot.partnerships.values():
            details = snapshot.details_of("partnership", partnership.id)
            texts = [partnership.name, partnership.text, *(detail.text for detail in details)]
            self._stems[partnership.id] = frozenset(
                stem(word) for word in fold(" ".join(texts)).split()
            )

    def search(self, words: Sequence[str]) -> frozenset[str]:
        """Partnerships that cover all the words; none when the words say too little."""
        wanted = {stem(word) for word in words if len(word) > 2}
        if not wanted:
            return frozenset()
        found = [id for id, stems in self._stems.items() if wanted <= stems]
        return frozenset(found) if len(found) <= _MOST_FOUND else frozenset()


def stem(word: str) -> str:
    """A word without its common English ending; never shorter than a stem tells something."""
    for ending in ("isation", "ization", "ations", "ation", "ings", "ing", "ies", "ers", "ed", "es",
                   "al", "er", "e", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM - 1:
            return word[: -len(ending)]
    return word
