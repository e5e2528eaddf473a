"""What a typed word may be: as it stands, mended, cut up, or written out in full."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from knowledge.spelling import Speller, keys_beside
from knowledge.text import Token
from knowledge.themes import stem

_GLUED_LETTERS = 9
_FEWEST_GLUED = 5
_FEWEST_OF_NAME = 4
_QUESTION_LETTERS = 3
_ASKING = frozenset({"how", "who", "why"})
_MOST_MEANT = 4
_NEAR_NAMES = 2
_GIVEN_UP = 70
_PER_EDIT = 9
# What is left of 100 for a word that was mended in one of these ways.
_EVERYDAY, _SPLIT, _GLUED, _SLIPPED = 85, 90, 95, 91

Choice = tuple[str, int]
"""A known word and what is left of 100 after mending; 0 when nothing is known."""


class Mender:
    """Finds known words for typed ones.

    Args:
        speller: All known words.
        names: The words that names consist of.
        everyday: Words nobody asks with here, which may be a name mistyped ("bask country").
        light: The words without content, and those that ask; short ones are mended as well.
        shorthand: What is typed in a hurry, and the word that is meant by it.
        whole: Names and phrases of one word, which are no shorthand.
    """

    def __init__(
        self,
        speller: Speller,
        names: Iterable[str],
        everyday: Collection[str],
        light: Collection[str],
        shorthand: Mapping[str, str],
        whole: Collection[str],
    ) -> None:
        self._speller = speller
        self._of_names = Speller(names)
        self._everyday = everyday
        self._light = frozenset(word for word in light if len(word) > 1)
        self._whole = frozenset(whole)
        self._shorthand = {short: meant for short, meant in shorthand.items() if short not in whole}
        self._slipped = self._slips()

    def unglued(self, words: Sequence[Token]) -> Sequence[Token]:
        """The words with those cut up that were written together: "whichpartnershipsis"."""
        cut: list[Token] = []
        for word in words:
            parts = self._light_parts(word.text)
            # A shorter one may be a compound that is not recorded: "turnover" does not turn over.
            if len(word.text) >= _GLUED_LETTERS and not self._speller.repair(word.text):
                parts = parts or self._speller.split(word.text)
            cut += [word._replace(text=part) for part in parts] if parts else [word]
        return cut

    def choices(self, word: str, typed: str) -> list[Choice]:
        """The known words that a folded word may be, the likeliest first.

        Args:
            word: The folded word.
            typed: The same as it was typed; capitals are no slip of "how".
        """
        if word in self._shorthand:
            return [(self._shorthand[word], 100), (word, 100)]
        if word in self._everyday:
            near = self._of_names.repair(word)
            return [
                (word, 100),
                *((r.word, _EVERYDAY) for r in near[:_NEAR_NAMES] if r.distance == 1),
            ]
        if self._speller.known(word) or word.isdigit():
            return [(word, 100)]
        if word in self._slipped and not typed.isupper():
            return [(self._slipped[word], _SLIPPED)]
        repairs = sorted(
            self._speller.repair(word), key=lambda repair: stem(repair.word) != stem(word)
        )
        if repairs:
            return [
                (repair.word, max(_GIVEN_UP, 100 - _PER_EDIT * repair.distance))
                for repair in repairs[:_MOST_MEANT]
            ]
        if parts := self._speller.split(word):
            return [(" ".join(parts), _SPLIT)]
        letters = word.rstrip("0123456789")
        if len(letters) > _QUESTION_LETTERS and letters != word and letters.isalpha():
            return [(f"{letters} {word[len(letters) :]}", _GLUED)]
        return [(word, 0)]

    def _light_parts(self, word: str) -> tuple[str, ...]:
        """A word without content and another, or a name, written together: "inthe", "innano"."""
        if len(word) < _FEWEST_GLUED or self._speller.known(word) or word in self._shorthand:
            return ()
        cuts = range(2, len(word) - 1)
        pairs = ((word[:cut], word[cut:]) for cut in cuts)
        return next((pair for pair in pairs if self._are_two_words(*pair)), ())

    def _are_two_words(self, first: str, second: str) -> bool:
        if first not in self._light:
            return False
        named = len(second) >= _FEWEST_OF_NAME and second in self._whole
        # "Toscania" is Tuscany mistyped, not "to Scania".
        return second in self._light or (named and not self._speller.repair(first + second))

    def _slips(self) -> dict[str, str]:
        """The short words that ask or join, as they come out when a finger slips: "hiw", "whp".

        They are too short for the speller, which would mend codes and names into them.
        """
        slips: dict[str, list[str]] = {}
        for word in self._light:
            if len(word) != _QUESTION_LETTERS:
                continue
            swapped = {word[0] + word[2] + word[1], word[1] + word[0] + word[2]}
            beside = {
                word[:place] + key + word[place + 1 :]
                for place in range(len(word))
                for key in keys_beside(word[place])
            }
            for typed in swapped | beside:
                slips.setdefault(typed, []).append(word)
        meant = {
            typed: words if len(words) == 1 else [word for word in words if word in _ASKING]
            for typed, words in slips.items()
        }
        return {
            typed: words[0]
            for typed, words in meant.items()
            if len(words) == 1 and not self._speller.known(typed)
        }
