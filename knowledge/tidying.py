"""Takes off a message what is no part of what it asks: markup, asides, prefaces."""

import re
from collections.abc import Iterable

_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|</?[a-z][^<>]{0,80}>", re.IGNORECASE | re.DOTALL)
_ASIDE = re.compile(r"\([^()]*\)")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_FEWEST_LETTERS = 8


def undotted(text: str) -> str:
    """A message with abbreviations as one word: "R.I.S." is RIS."""
    return _DOTTED.sub(lambda found: found[0].replace(".", ""), text)


def tidied(text: str, prefaces: Iterable[re.Pattern[str]]) -> str:
    """A message without markup, asides in brackets, and what comes before the question.

    What would leave next to nothing is left as it is.

    Args:
        text: What was typed.
        prefaces: The declared patterns of a language, in their order.
    """
    for pattern in (_MARKUP, _ASIDE, *prefaces):
        rest = pattern.sub(" ", text)
        if rest != text and sum(map(str.isalnum, rest)) >= _FEWEST_LETTERS:
            text = rest
    return text
