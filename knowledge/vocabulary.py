"""Finds in a question what it names and the words that ask, typing errors included."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz import fuzz, process

from knowledge.mending import Mender
from knowledge.snapshot import Snapshot
from knowledge.spelling import Speller, near_keys
from knowledge.text import Token, fold, tokens

# A word of at least this many letters that occurs in the names of a single region stands for it.
_PARTIAL_LETTERS = 5
# A part of a name that more regions than this have in common says nothing.
_PARTIAL_SHARED = 4
_PARTIAL_SCORE = 82
# A part of a name stands for it with one slip, not with two: "leitet" is no "Leinster".
_PARTIAL_REPAIRED = 90
_MOST_ALTERNATIVES = 24
_NUMBER_DIGITS = 3
_FEWEST_REPAIRED = 5
_SHORTEST_ABBREVIATION = 2
_ARTICLE = "the"
_LIGHT = ("filler", "ask.")
_NEAR_NAME = 92
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Name:
    """Something a span may stand for; ``score`` is 100 when it was written exactly."""

    kind: str
    id: str
    form: str
    score: int


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words, ``start`` to ``end`` (word numbers), read as one thing.

    ``names`` is what it may name (several when ambiguous); ``operator`` is ``group.operator`` of
    the declared vocabulary, ``filler`` for words without content, empty for any other word.
    ``text`` is as typed, ``words`` as understood.
    """

    start: int
    end: int
    text: str
    words: str
    names: tuple[Name, ...] = ()
    operator: str = ""

    def of(self, *kinds: str) -> tuple[Name, ...]:
        """The names of the given kinds, in the order of the kinds."""
        if not self.names:
            return ()
        return tuple([name for kind in kinds for name in self.names if name.kind == kind])

    @property
    def guessed(self) -> bool:
        return bool(self.names) and max(name.score for name in self.names) < 100


class Vocabulary:
    """All names of a snapshot and all declared operators, ready for look-up.

    Args:
        snapshot: Where the names come from: aliases, and the names of the things themselves.
        operators: ``group.operator`` → folded phrases; ``filler`` among them.
        known_words: Common words, which are spelt right and never repaired.
        texts: Folded questions and texts of the packs; their words count as known.
        sentences: Declared sentences, folded; their words count as known.
        shorthand: What is typed in a hurry, and the word that is meant by it.
        spelt_right: Words that are no names mistyped, though they are like none of ours.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        operators: Mapping[str, Sequence[str]],
        known_words: Iterable[str],
        texts: Iterable[str] = (),
        sentences: Mapping[str, Sequence[str]] | None = None,
        *,
        shorthand: Mapping[str, str] | None = None,
        spelt_right: Iterable[str] = (),
    ) -> None:
        self._names: dict[str, dict[tuple[str, str], Name]] = defaultdict(dict)
        self._operators = {phrase: key for key, phrases in operators.items() for phrase in phrases}
        self._collect_names(snapshot)
        counts: dict[str, int] = defaultdict(int)
        self._longest: dict[str, int] = defaultdict(int)
        self._reach: dict[str, int] = {}
        self._by_first: dict[tuple[str, int], list[str]] = {}
        for phrase in (*self._names, *self._operators):
            words = phrase.split()
            self._longest[words[0]] = max(self._longest[words[0]], len(words))
            if phrase in self._names:
                self._reach[words[0]] = max(self._reach.get(words[0], 0), len(words))
                if len(words) > 1:
                    self._by_first.setdefault((words[0], len(words)), []).append(phrase)
            for word in words:
                counts[word] += 1
        common = set(known_words)
        # Words nobody asks with here may be a name mistyped: "bask country".
        self._everyday = common - counts.keys()
        for declared in (sentences or {}).values():
            common.update(word for text in declared for word in text.split() if word[0] != "<")
        for text in texts:
            common.update(text.split())
        self._everyday -= common - set(known_words)
        for word in common:
            counts[word] += 3
        self.speller = Speller(counts, right=spelt_right)
        self._mender = Mender(
            self.speller,
            [word for phrase in self._names for word in phrase.split()],
            self._everyday,
            [phrase for phrase, key in self._operators.items() if key.startswith(_LIGHT)],
            shorthand or {},
            self._names,
        )
        self._partial = self._collect_partial(common)

    def _collect_names(self, snapshot: Snapshot) -> None:
        for kind, things in snapshot.things.items():
            if kind in _NAMED_BY_ALIASES_ONLY:
                continue
            for thing in things.values():
                for text in {thing.name, getattr(thing, "short_name", None) or thing.name}:
                    self._add(text, Name(kind, thing.id, "name", 100))
                    if "(" in text:
                        self._add(_ASIDE.sub(" ", text), Name(kind, thing.id, "name", 100))
                if abbreviation := getattr(thing, "abbreviation", None):
                    self._add(abbreviation, Name(kind, thing.id, "abbreviation", 100))
        for alias in snapshot.aliases:
            self._add(alias.text, Name(alias.kind, alias.target, alias.form, 100))
        for term in snapshot.things["term"].values():
            # "RTO" for RTOs, "JTIs" for JTI.
            other = term.abbreviation.removesuffix("s")
            other = f"{other}s" if other == term.abbreviation else other
            if len(other) > _SHORTEST_ABBREVIATION and other[:-1].isupper():
                self._names.setdefault(
                    fold(other), {("term", term.id): Name("term", term.id, "variant", 100)}
                )

    def _add(self, text: str, name: Name) -> None:
        folded = fold(text)
        if folded and (folded not in self._operators or name.kind in _READ_IN_CONTEXT):
            self._names[folded].setdefault((name.kind, name.id), name)

    def _collect_partial(self, common: set[str]) -> dict[str, tuple[tuple[str, str], ...]]:
        """Single words that only a few regions' names have, and whose they are."""
        owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for folded, names in self._names.items():
            words = folded.split()
            if len(words) < 2:
                continue
            for key, name in names.items():
                if name.kind == "region" and name.form in ("name", "native", "exonym", "variant"):
                    for word in words:
                        owners[word].add(key)
        return {
            word: tuple(sorted(keys))
            for word, keys in owners.items()
            if len(word) >= _PARTIAL_LETTERS
            and word not in common
            and word not in self._operators
            and len(keys) <= _PARTIAL_SHARED
        }

    def words_and_names(self, folded: str) -> list[str | tuple[Name, ...]]:
        """A folded text that is spelt right, its words one by one and its names as such.

        This is ``spans`` for the thousands of declared questions that are read at every start:
        nothing is repaired and no operator is looked for.
        """
        words = folded.split()
        found: list[str | tuple[Name, ...]] = []
        asks_meaning = not _ASKS_MEANING.isdisjoint(words)
        place = 0
        while place < len(words):
            word = words[place]
            length = min(self._reach.get(word, 0), len(words) - place)
            while length:
                phrase = " ".join(words[place : place + length])
                if phrase in self._names and (asks_meaning or phrase not in self._operators):
                    break
                length -= 1
            found.append(tuple(self._names[phrase].values()) if length else word)
            place += length or 1
        return found

    def spans(self, text: str) -> tuple[Span, ...]:
        """Cut a question into spans, left to right, the longest reading first."""
        words = self._mender.unglued(tokens(text))
        choices = [self._mender.choices(w.text, text[w.start : w.end]) for w in words]
        found: list[Span] = []
        place = 0
        while place < len(words):
            span = self._longest_at(text, words, choices, place)
            if span is not None and span.names and words[place].text == _ARTICLE:
                # "the kick-off" must not hide "kick-off event of the …".
                behind = self._longest_at(text, words, choices, place + 1)
                if behind is not None and behind.names and behind.end > span.end:
                    span = None
            span = span or self._single(text, words, choices, place)
            if found and _belongs_to(span, found[-1]):
                span = replace(found.pop(), end=span.end)
            found.append(span)
            place = span.end
        return tuple(found)

    def _longest_at(
        self,
        text: str,
        words: Sequence[Token],
        choices: Sequence[list[tuple[str, int]]],
        place: int,
    ) -> Span | None:
        reach = max(self._longest.get(word.partition(" ")[0], 0) for word, _ in choices[place])
        near: Span | None = None
        for length in range(min(reach, len(words) - place), 0, -1):
            window = choices[place : place + length]
            if length == 1 and words[place].text in self._everyday:
                window = [window[0][:1]]
            best = self._look_up(window, words[place].text)
            slip = best is None and near is None and length > 1
            if slip and window[-1][0][0] not in self._operators:
                best = self._near_name([options[0][0] for options in window])
            if best is None:
                continue
            start, end = words[place].start, words[place + length - 1].end
            span = Span(place, place + length, text[start:end], *best)
            if not slip:
                # "sustainable manufacturing don't": the shorter name is written exactly.
                return span if near and _same(near, span) else near or _settled(span, words)
            near = span
        return near or self._joined(text, words, place)

    def _look_up(
        self, window: Sequence[list[tuple[str, int]]], typed: str
    ) -> tuple[str, tuple[Name, ...], str] | None:
        if max(map(len, window)) == 1:
            phrase = " ".join([options[0][0] for options in window])
            if phrase not in self._names and phrase not in self._operators:
                return None
        best: tuple[int, str, tuple[Name, ...], str] | None = None
        for number, combination in enumerate(product(*window)):
            if number >= _MOST_ALTERNATIVES:
                break
            phrase = " ".join(word for word, _ in combination)
            score = min(score for _, score in combination)
            if best is not None and score <= best[0]:
                continue
            operator = self._operators.get(phrase, "")
            names = tuple(self._names[phrase].values()) if phrase in self._names else ()
            if score < 100 and names:
                meant = len(combination) > 1 or _may_be_meant(typed, phrase)
                names = tuple(replace(name, score=score) for name in names) if meant else ()
            if names or operator:
                best = (score, phrase, names, operator)
        return None if best is None else best[1:]

    def _near_name(self, words: Sequence[str]) -> tuple[str, tuple[Name, ...], str] | None:
        """The name of as many words that begins alike and differs by a slip: "south nederlands"."""
        names = self._by_first.get((words[0], len(words)))
        if not names or any(word.isdecimal() for word in words):
            return None  # another year is another event, not a slip
        near = process.extractOne(
            " ".join(words), names, scorer=fuzz.ratio, score_cutoff=_NEAR_NAME
        )
        if near is None:
            return None
        found = self._names[near[0]].values()
        return near[0], tuple(Name(n.kind, n.id, n.form, round(near[1]) - 1) for n in found), ""

    def _joined(self, text: str, words: Sequence[Token], place: int) -> Span | None:
        """Two words that are one name written with a blank too many ("lom bardy")."""
        if place + 1 >= len(words):
            return None
        first, second = words[place], words[place + 1]
        if self.speller.known(first.text) and self.speller.known(second.text):
            return None
        joined = first.text + second.text
        options = [(joined, 95)] if self.speller.known(joined) else []
        options += [(r.word, 88) for r in self.speller.repair(joined) if r.distance <= 1]
        best = self._look_up([options], joined) if options else None
        if best is None:
            return None
        return Span(place, place + 2, text[first.start : second.end], *best)

    def _single(
        self,
        text: str,
        words: Sequence[Token],
        choices: Sequence[list[tuple[str, int]]],
        place: int,
    ) -> Span:
        typed = text[words[place].start : words[place].end]
        typed_so = words[place].text in self._everyday
        for word, score in choices[place][:1] if typed_so else choices[place]:
            if word in self._partial and score >= _PARTIAL_REPAIRED:
                names = tuple(
                    Name(kind, id, "partial", min(score, _PARTIAL_SCORE))
                    for kind, id in self._partial[word]
                )
                return Span(place, place + 1, typed, word, names)
        word = choices[place][0][0]
        number = f"number.{int(word)}" if word.isdecimal() and len(word) <= _NUMBER_DIGITS else ""
        return Span(place, place + 1, typed, word, operator=number)


def _same(one: Span, other: Span) -> bool:
    """Whether two spans may name the same thing."""
    return bool({(n.kind, n.id) for n in one.names} & {(n.kind, n.id) for n in other.names})


def _may_be_meant(typed: str, name: str) -> bool:
    """Whether a single word is long enough for a typing error to leave no doubt of a name.

    Four letters are too few ("NATO" is not nano); five may only have changed places, doubled, or
    slipped to the key beside ("itsly").
    """
    if len(typed) < _FEWEST_REPAIRED:
        return False
    slipped = len(typed) == len(name) and near_keys(typed, name)
    return len(typed) > _FEWEST_REPAIRED or set(typed) == set(name) or slipped


def _belongs_to(span: Span, name: Span) -> bool:
    """Whether a noun only completes a name: "the kick-off meeting", "the Copenhagen region"."""
    if not name.names:
        return False
    if name.of("event"):
        return span.operator in _EVENT_NOUNS and span.words not in _HAPPENING
    if name.of("partnership"):
        return span.words in _PARTNERSHIP_NOUNS
    return span.words == "region" and bool(name.of("region")) and not name.of("country")


def _settled(span: Span, words: Sequence[Token]) -> Span:
    """A word that is both a name and an operator ("TO", "am"), read by how it was typed.

    An abbreviation is meant when it is typed in capitals inside other letters, or when what stands
    around it asks for a meaning.
    """
    if not span.names or not span.operator:
        return span
    behind = words[span.end].text if span.end < len(words) else ""
    before = words[span.start - 1].text if span.start else ""
    asked = behind in _ASKS_MEANING or before in _NAMES_A_MEANING
    if (span.text.isupper() and len(span.text) > 1) or asked:
        return replace(span, operator="")
    return replace(span, names=())


_ASKS_MEANING = frozenset(
    ["stand", "stands", "mean", "means", "meaning", "abbreviation", "acronym", "abbreviates"]
)
_NAMES_A_MEANING = frozenset({"abbreviation", "acronym", "meaning", "expand", "define"})
_PARTNERSHIP_NOUNS = frozenset(
    {"partnership", "group", "consortium", "alliance", "network", "pilot", "people", "folks", "lot"}
    | {"crowd", "gang", "bunch", "crew", "club", "circle", "team", "camp", "family", "community"}
    | {"guys", "list", "table", "set", "consortia", "side", "front", "corner", "round"}
)
_EVENT_NOUNS = frozenset(
    {"subject_event.event", "subject_event.meeting", "subject_event.conference"}
)
_HAPPENING = frozenset({"happened", "happens", "happen", "took place", "take place", "takes place"})
_READ_IN_CONTEXT = frozenset({"term"})

# Topics, figures and corrections are found by questions, not by their titles.
_NAMED_BY_ALIASES_ONLY = frozenset({"topic", "statistic", "correction"})
