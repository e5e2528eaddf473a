"""What facts are about in a word or two, so that a talk can go on about it without saying so.

"Who wrote the report?" - "When was it published?": the words that most questions about the authors
have, and that questions about other facts have as well, are what those facts have in common.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

_CENTRAL = 0.2
"""In such a share of a fact's questions a word has to be."""
_SHARED = 3
"""Of so many facts it has to be central to, or it is what is told of the matter, not the matter."""
_MOST_WORDS = 3


def central(
    examples: Mapping[str, Sequence[str]], light: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The words that are in many questions of each fact, the most common first.

    Args:
        examples: Masked questions by label; labels of facts have a slash.
        light: Words without content.
    """
    found: dict[str, tuple[str, ...]] = {}
    for label, asked in examples.items():
        if "/" in label:
            often = Counter(word for text in asked for word in set(text.split()) - set(light))
            enough = [(-n, word) for word, n in often.items() if n >= _CENTRAL * len(asked)]
            found[label] = tuple(word for _, word in sorted(enough))
    return found


def subjects(words: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The words for the matter of each fact, the most common first; none where there are none.

    Args:
        words: What ``central`` found.
    """
    spread = Counter(word for said in words.values() for word in said)
    return {
        label: tuple(
            sorted((w for w in said if spread[w] >= _SHARED), key=lambda w: (-spread[w], w))
        )[:_MOST_WORDS]
        for label, said in words.items()
    }
