"""Text as it is compared: folded words that remember where they stood in what was typed."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Latin, Greek and Cyrillic letters and dashes: a text of these can be folded as a whole.
_EUROPEAN = re.compile(
    "[\x00-\x7f\xc0-\xff\u0100-\u012f\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u0386\u0388-\u03ce\u0400-\u045f\u2010-\u2019]*"
)
_MARK = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


class Token(NamedTuple):
    """One folded word and its place (start, end) in the text as typed."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    """The letters or digits a typed character stands for; empty when it is neither."""
    plain = unicodedata.normalize("NFKD", letter.casefold()).casefold().translate(_LETTERS)
    return "".join(char for char in plain if char.isalnum())


def tokens(text: str) -> tuple[Token, ...]:
    """Split text into folded words: lower case, no diacritics, letters and digits only.

    A combining mark belongs to the word it stands in; an apostrophe ends a word.
    """
    if text.isascii():
        return tuple([Token(m[0], m.start(), m.end()) for m in _ASCII_WORD.finditer(text.lower())])
    found: list[Token] = []
    word, start = "", 0
    for place, letter in enumerate(text):
        folded = _fold_letter(letter)
        if folded:
            if not word:
                start = place
            word += folded
        elif word and not unicodedata.combining(letter) and letter != "\u00ad":
            found.append(Token(word, start, place))
            word = ""
    if word:
        found.append(Token(word, start, len(text)))
    return tuple(found)


def fold(text: str) -> str:
    """The folded words of a text, separated by single blanks: how names are compared."""
    if text.isascii():
        return " ".join(_ASCII_WORD.findall(text)).lower()
    if _EUROPEAN.fullmatch(text):
        plain = unicodedata.normalize("NFKD", text.casefold())
        return " ".join(_WORD.findall(_MARK.sub("", plain).translate(_LETTERS)))
    return " ".join(token.text for token in tokens(text))
