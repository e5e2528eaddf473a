"""Multiplies a knowledge base for the benchmark: as many more regions, partnerships and names.

A copy has the shape of the original, in words of its own: the letters of every name change places
with others of their kind, so that lengths, shared words and abbreviations stay as they are in the
real data. What is common English ("region", "north") stays, as it would among real names.
"""

import random
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from knowledge.facts import Alias, Detail, Membership
from knowledge.snapshot import Snapshot
from knowledge.text import fold

_VOWELS = "aeiou"
_CONSONANTS = "".join(letter for letter in string.ascii_lowercase if letter not in _VOWELS)
_SHORT = 4
"""Letters below which a word also gets the number of its copy: short codes would all collide."""
_COPIED = frozenset({"region", "partnership"})


def multiplied(snapshot: Snapshot, times: int, kept_words: Iterable[str]) -> Snapshot:
    """A snapshot with ``times`` as many regions, partnerships, their memberships and names.

    Args:
        snapshot: The original; all of it stays.
        times: How often everything shall be there.
        kept_words: Words that names of all copies share.
    """
    kept = frozenset(kept_words)
    things: dict[str, dict[str, Any]] = {kind: dict(all) for kind, all in snapshot.things.items()}
    memberships: list[Membership] = list(snapshot.memberships)
    details: list[Detail] = list(snapshot.details)
    aliases: list[Alias] = list(snapshot.aliases)
    for number in range(1, times):
        other = _disguise(number, kept)
        for region in snapshot.regions.values():
            copy = region.id + f"-{number}"
            things["region"][copy] = _with(region, id=copy, name=other(region.name), nuts=None)
        for one in snapshot.partnerships.values():
            copy = one.id + f"-{number}"
            things["partnership"][copy] = _with(
                one,
                id=copy,
                name=other(one.name),
                short_name=other(one.short_name),
                text=other(one.text),
            )
        memberships += [
            _with(row, partnership=f"{row.partnership}-{number}", region=f"{row.region}-{number}")
            for row in snapshot.memberships
        ]
        details += [
            _with(row, subject=f"{row.subject}-{number}", text=other(row.text))
            for row in snapshot.details
            if row.subject_kind == "partnership"
        ]
        aliases += [
            _with(row, target=f"{row.target}-{number}", text=other(row.text))
            for row in snapshot.aliases
            if row.kind in _COPIED
        ]
    return replace(
        snapshot,
        things=things,
        memberships=tuple(memberships),
        details=tuple(details),
        aliases=tuple(aliases),
    )


def _with(row: Any, **changes: Any) -> Any:
    """The row with some fields changed, be it a dataclass or a named tuple."""
    make: Callable[..., Any] | None = getattr(row, "_replace", None)
    return make(**changes) if make is not None else replace(row, **changes)


def _disguise(number: int, kept: frozenset[str]) -> Callable[[str], str]:
    """Gives names of copy ``number`` the words of their own."""
    draw = random.Random(number)  # noqa: S311 - has to be repeatable, not secret
    letters: Mapping[int, str] = {
        **_shuffled(_VOWELS, draw),
        **_shuffled(_CONSONANTS, draw),
        **_shuffled("".join(map(chr, range(ord("α"), ord("ω") + 1))), draw),
        **_shuffled("".join(map(chr, range(ord("а"), ord("я") + 1))), draw),
    }
    tag = f"{string.ascii_lowercase[number % 26]}{string.ascii_lowercase[number // 26]}"

    @cache
    def word(plain: str) -> str:
        if plain in kept or plain.isdigit():
            return plain
        return plain.translate(letters) + (tag if len(plain) < _SHORT else "")

    return lambda text: " ".join(map(word, fold(text).split())).title()


def _shuffled(letters: str, draw: random.Random) -> dict[int, str]:
    others = draw.sample(letters, len(letters))
    return {ord(one): other for one, other in zip(letters, others, strict=True)}
