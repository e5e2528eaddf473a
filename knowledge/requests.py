"""Hears in a message what the assistant is asked to do: to remind, to stop, to be quiet, to wait.

Such a message is none of the questions that ``knowledge.understanding`` reads: it is looked at
first, and passed on when it asks for something to be told ("remind me who leads textile").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.declarations.requests import Requests
from knowledge.durations import Amount, amounts
from knowledge.spelling import Speller
from knowledge.text import Token, tokens
from knowledge.vocabulary import Span, Vocabulary

_SENTENCES = re.compile(r"[.!?;\n]+(?:\s|$)")
_MOST_SENTENCES = 8
_LONG = 8
"""Letters from which on a word with two slips is still recognised."""
_SHORT = 12
"""Words of a message that may go on with the last request."""
_MOST_WORDS = 60
"""A longer sentence is a text that somebody pasted, not a wish."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a message: as typed, its words (mended), and the same as one text."""

    typed: str
    words: tuple[Token, ...]

    @property
    def text(self) -> str:
        return "".join(f"{word.text} " for word in self.words)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request: its intent, its sentence, and the words (from, to) of the phrase that tells it.

    ``before`` are the spans of time it speaks of, ``others`` the other sentences of the message,
    as typed.
    """

    intent: str
    sentence: Sentence
    cue: tuple[int, int]
    spans_of_time: tuple[Amount, ...]
    others: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return [word.text for word in self.sentence.words]


class Hearing:
    """Finds requests in messages, by the phrases of one language."""

    def __init__(self, declared: Requests, vocabulary: Vocabulary) -> None:
        self.declared = declared
        self._vocabulary = vocabulary
        self._speller = Speller(self.declared.words)

    def hear(self, text: str) -> Heard | None:
        """The request in a message; None when there is none."""
        if not self._may_ask(text):
            return None
        sentences = [
            Sentence(part, words)
            for part in _SENTENCES.split(text)[:_MOST_SENTENCES]
            if (words := tuple(map(self._mended, tokens(part))))
        ]
        for place, sentence in enumerate(sentences):
            heard = self._in(sentence) or self._adding(sentence)
            if heard is not None:
                others = sentences[:place] + sentences[place + 1 :]
                return replace(heard, others=tuple(one.typed for one in others))
        return None

    def _may_ask(self, text: str) -> bool:
        """Whether there is a word that tells a request, or one that may be a slip of one."""
        known, own = self._vocabulary.speller.known, self.declared.words
        telling = self.declared.telling | self.declared.targets["adding"]
        return any(
            word.text in telling or not (word.text in own or known(word.text))
            for word in tokens(text)
        )

    def going_on(self, intent: str, text: str) -> Heard | None:
        """A short message that goes on with a request, as if it said so; None for a question."""
        words = tuple(map(self._mended, tokens(text)))
        said = {word.text for word in words}
        targets = self.declared.targets
        if not 0 < len(words) <= _SHORT or said & (targets["questions"] | targets["when"]):
            return None
        sentence = Sentence(text, words)
        return Heard(intent, sentence, (0, 0), self._amounts(sentence), ())

    def _mended(self, word: Token) -> Token:
        """The word, or the one of the declared phrases that it is a slip of."""
        typed = word.text
        if typed in self.declared.words or self._vocabulary.speller.known(typed):
            return word
        near = self._speller.repair(typed)
        if not near or near[0].distance > (1 if len(typed) < _LONG else 2):
            return word
        others = self._vocabulary.speller.repair(typed)
        if others and others[0].distance < near[0].distance:
            return word
        return word._replace(text=near[0].word)

    def _in(self, sentence: Sentence) -> Heard | None:
        if len(sentence.words) > _MOST_WORDS:
            return None
        if self.declared.telling.isdisjoint(word.text for word in sentence.words):
            return None
        text = sentence.text
        if any(f" {words} " in f" {text}" for words in self.declared.unless):
            return None
        for intent, pattern in self.declared.patterns.items():
            found = pattern.search(text)
            if found is None or not found[0].strip():
                continue
            cue = (text.count(" ", 0, found.start()), text.count(" ", 0, found.end()))
            if self._asks_to_be_told(intent, sentence, cue):
                return None
            return Heard(intent, sentence, cue, self._amounts(sentence), ())
        return None

    def _adding(self, sentence: Sentence) -> Heard | None:
        """One more reminder, without the word: "another one 2 hours before"."""
        targets = self.declared.targets
        words = [word.text for word in sentence.words]
        if not 0 < len(words) <= _SHORT or targets["adding"].isdisjoint(words[:2]):
            return None
        found = self._amounts(sentence)
        if not found or targets["beforehand"].isdisjoint(words[found[0].end : found[0].end + 1]):
            return None
        lead_in = words[: found[0].start]
        known = targets["adding"] | targets["polite"] | {"one"}
        return Heard("remind", sentence, (0, 0), found, ()) if known.issuperset(lead_in) else None

    def _amounts(self, sentence: Sentence) -> tuple[Amount, ...]:
        """The spans of time of a sentence; "3D" in "3D printing" is none, in "3d before" it is."""
        read = amounts(sentence.typed, sentence.words, self.declared.times)
        if not read:
            return ()
        named = [span for span in self._vocabulary.spans(sentence.typed) if span.names]
        return tuple(
            one
            for one in read
            if self._is_lead(one, read, sentence)
            or not any(span.start < one.end and one.start < span.end for span in named)
        )

    def _is_lead(self, one: Amount, read: Sequence[Amount], sentence: Sentence) -> bool:
        """Whether what may be a name stands where a span does: "3d 2h before", "3d before"."""
        words = [word.text for word in sentence.words]
        targets = self.declared.targets
        if one.end - one.start > 1 or not targets["prepositions"].isdisjoint(
            words[max(0, one.start - 1) : one.start]
        ):
            return False
        others = [other for other in read if other is not one and other.end - other.start == 1]
        listed = any(0 <= max(one.start - o.end, o.start - one.end) <= 1 for o in others)
        return listed or not targets["beforehand"].isdisjoint(words[one.end : one.end + 1])

    def _asks_to_be_told(self, intent: str, sentence: Sentence, cue: tuple[int, int]) -> bool:
        """Whether a question follows ("remind me who …", "remind me when … was") or goes before."""
        words = [word.text for word in sentence.words]
        targets = self.declared.targets
        rest = [word for word in words[cue[1] :] if word not in targets["polite"]]
        while rest and rest[0] in targets["prepositions"] | targets["articles"]:
            rest = rest[1:]
        asked = rest[:1] and (rest[0] in targets["questions"] or self._is_fact(rest))
        if asked and not self._begins_with_time(sentence, cue[1]):
            return intent in ("remind", "remind_snooze")
        if rest and rest[0] in targets["when"] and intent == "remind":
            return targets["starts"].isdisjoint(rest)
        before = [word for word in words[: cue[0]] if word not in targets["polite"]]
        asked = not targets["questions"].isdisjoint(before) or bool(targets["when"] & {*before[:1]})
        return asked and intent == "remind" and not self._asks_how(before)

    def _is_fact(self, rest: Sequence[str]) -> bool:
        """Whether words ask for a fact: "the date of …" does, "the day before …" does not."""
        targets = self.declared.targets
        counted = targets["beforehand"] | targets["afterwards"]
        return rest[0] in targets["facts"] and counted.isdisjoint(rest[1:2])

    def _begins_with_time(self, sentence: Sentence, place: int) -> bool:
        """Whether a span of time stands first: "a day and an hour before …"."""
        return any(one.start <= place < one.end for one in self._amounts(sentence))

    def _asks_how(self, before: Sequence[str]) -> bool:
        """Whether nothing but "how do" stands before: that asks for the reminder itself."""
        return before[:1] in (["how"], ["where"]) and set(before) <= {"how", "where", "do", "does"}


def said_besides(heard: Heard, declared: Requests, vocabulary: Vocabulary) -> tuple[Span, ...]:
    """The spans of a request that say what it is about: without its phrase and spans of time."""
    taken = {n for n in range(*heard.cue) if heard.words[n] in declared.said}
    for amount in heard.spans_of_time:
        taken |= {*range(amount.start, amount.end)}
    typed = heard.sentence.typed
    kept = "".join(
        "|" if place in taken else f"{typed[word.start : word.end]} "
        for place, word in enumerate(heard.sentence.words)
    )
    return tuple(span for part in kept.split("|") for span in vocabulary.spans(part))
