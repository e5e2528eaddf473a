"""What an understood question comes down to: an intent with its slots, or a query.

A reference is written as a short line of ASCII, so that a button or the memory of a chat can hold
it and a press goes straight to the answer.
"""

from dataclasses import dataclass, replace
from typing import get_args

from knowledge.query import Axis, Condition, Operation, Pattern, Query

MOST_BYTES = 64
"""What a Telegram button can carry."""
MOST_PLACES = 9
"""How far down "the second most" can go."""
ALSO = "also"
"""The slot of a fact, as ``kind/id``, that is told besides the one that was probably meant."""


class BadReference(ValueError):
    """The reference is malformed or from another version."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An intent with its slots (name → id), or with a query over memberships."""

    intent: str
    slots: tuple[tuple[str, str], ...] = ()
    query: Query | None = None

    def slot(self, name: str) -> str | None:
        return dict(self.slots).get(name)

    def with_slot(self, name: str, value: str) -> "Reference":
        return replace(self, slots=tuple({**dict(self.slots), name: value}.items()))

    def with_also(self, kind: str, id: str) -> "Reference":
        """The same with a further fact that is told besides."""
        return replace(self, slots=(*self.slots, (ALSO, f"{kind}/{id}")))

    def without_also(self) -> "Reference":
        """The same without what is told besides."""
        return replace(self, slots=tuple(slot for slot in self.slots if slot[0] != ALSO))

    def without_theme(self) -> "Reference":
        """The same without the words a theme was found by, which only the answer shows."""
        if self.query is None or self.query.theme is None:
            return self
        return replace(self, query=replace(self.query, theme=None))

    def encode(self) -> str:
        """One line of ASCII without blanks; ``decode`` reads it back."""
        parts = [self.intent, ",".join(f"{name}={value}" for name, value in self.slots)]
        if self.query is not None:
            parts.append(_encode_query(self.query))
        return "|".join(parts)

    @classmethod
    def decode(cls, line: str) -> "Reference":
        """Read a reference back.

        Raises:
            BadReference: The line is not one that ``encode`` writes.
        """
        try:
            intent, slots, *query = line.split("|")
            pairs = tuple(_pair(item) for item in slots.split(",") if item)
            return cls(intent, pairs, _decode_query(query[0]) if query else None)
        except (ValueError, KeyError, IndexError) as error:
            raise BadReference(f"not a reference: {line[:80]!r}") from error


def _pair(item: str) -> tuple[str, str]:
    name, value = item.split("=", 1)
    return name, value


_SUBJECTS = {"r": "region", "c": "country", "p": "partnership", "o": "role"}
_LETTERS = {name: letter for letter, name in _SUBJECTS.items()}
_AXES: dict[str, Axis] = {"r": "region", "c": "country", "p": "partnership"}


def _encode_query(query: Query) -> str:
    measure = _encode_condition(query.measure) if query.measure else ""
    conditions = ";".join(_encode_condition(condition) for condition in query.conditions)
    candidates = "+".join(query.candidates)
    operation = query.operation + (str(query.place) if query.place > 1 else "")
    return "~".join((_LETTERS[query.subject], operation, conditions, measure, candidates)) + (
        f"~{query.theme.encode().hex()}" if query.theme else ""
    )


def _decode_query(line: str) -> Query:
    subject, said, conditions, measure, candidates, *theme = line.split("~")
    operation = said.rstrip("0123456789")
    place = int(said[len(operation) :] or 1)
    if operation not in get_args(Operation) or not 1 <= place <= MOST_PLACES:
        raise ValueError(said)
    return Query(
        _SUBJECTS[subject],  # type: ignore[arg-type]  # the letters of axes only
        operation,  # type: ignore[arg-type]  # checked above
        tuple(_decode_condition(item) for item in conditions.split(";") if item),
        _decode_condition(measure) if measure else None,
        tuple(id for id in candidates.split("+") if id),
        bytes.fromhex(theme[0]).decode() if theme else None,
        place,
    )


def _encode_condition(condition: Condition) -> str:
    pattern = condition.pattern
    most = "" if condition.at_most is None else str(condition.at_most)
    named = {**{letter: pattern.ids(axis) for letter, axis in _AXES.items()}, "o": pattern.roles}
    sets = [f"{letter}={'+'.join(sorted(ids))}" for letter, ids in named.items() if ids]
    if pattern.vanguard is not None:
        sets.append(f"v={int(pattern.vanguard)}")
    if pattern.other_than is not None:
        sets.append(f"x={pattern.other_than}")
    return ":".join((f"{_LETTERS[condition.counted]}{condition.at_least}-{most}", *sets))


def _decode_condition(line: str) -> Condition:
    limits, *sets = line.split(":")
    least, most = limits[1:].split("-")
    pattern = Pattern()
    for item in sets:
        letter, value = _pair(item)
        if letter == "v":
            pattern = replace(pattern, vanguard=value == "1")
        elif letter == "x":
            pattern = replace(pattern, other_than=value)
        elif letter == "o":
            pattern = replace(pattern, roles=frozenset(value.split("+")))
        else:
            pattern = pattern.on(_AXES[letter], value.split("+"))
    counted = _SUBJECTS[limits[0]]
    return Condition(pattern, counted, int(least), int(most) if most else None)  # type: ignore[arg-type]
