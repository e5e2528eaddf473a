"""Question cases as values, and their judging: pure, the same for tests and the command line.

A case file is YAML, a list of cases that a domain expert can read and write::

    - ask: ["who leads 3D printing?", "3dp leads"]   # one phrasing or several
      tag: plain            # what is counted together; the file's name when left out
      now: 2017-06-01T09:00+02:00                    # only where the answer depends on it
      status: answer        # answer, clarify or decline, or a list of those that are right
      intent: find
      entities: [partnership/3d-printing]            # understood, among others
      must: [Flanders, /3 lead/, [Norte, "Norte (Portugal)"]]   # each; one of a list
      must_not: [Lombardy]
      reply: |              # the whole message
        ...
    - dialogue:             # turns of one chat, each with the keys above
        - {ask: who leads nano?, must: [Skåne]}
        - {ask: and textile?, must: [Valencia]}

Facts are looked for without regard to case; ``/…/`` is a regular expression. JSON Lines files hold
one turn a line: ``id``, ``chat`` (turns of one chat are a dialogue), ``tag``, ``text``, ``now`` and
the expectations, ``must`` as a list of lists of alternatives.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from knowledge.answer import Answer, Focus

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STATUSES = frozenset({"answer", "clarify", "decline"})
_EXPECTED = frozenset({"status", "intent", "entities", "must", "must_not", "reply"})
_TURN = _EXPECTED | {"ask", "now"}
_LINE = _EXPECTED | {"id", "chat", "tag", "text", "now", "note"}

Ask = Callable[[str, datetime, Focus | None], tuple[Answer, float]]
"""Answers a question and says how many milliseconds that took."""


class CaseError(ValueError):
    """A case file is wrong; the message names file, case and mend."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a right answer is like; what is empty or None is not looked at."""

    status: tuple[str, ...] = ()
    intent: str | None = None
    entities: tuple[str, ...] = ()
    """``kind/id`` of what has to be understood."""
    must: tuple[tuple[str, ...], ...] = ()
    """Facts the answer has to tell, each in one of its wordings."""
    must_not: tuple[str, ...] = ()
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and what is expected of the answer; ``now`` is None where it does not matter."""

    text: str
    now: datetime | None
    expected: Expected


@dataclass(frozen=True, slots=True)
class Case:
    """A question, or the turns of a dialogue, under an id that tells where it stands."""

    id: str
    tag: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one turn went; it passed when nothing is amiss."""

    case: Case
    turn: Turn
    focus: Focus | None
    """What the chat was about before the turn."""
    answer: Answer
    amiss: tuple[str, ...]
    elapsed: float

    @property
    def passed(self) -> bool:
        return not self.amiss

    @property
    def harm(self) -> tuple[int, int]:
        """How bad a miss is: a wrong answer is worse than asking back, declining is least bad."""
        invented = "decline" in self.turn.expected.status and self.answer.status == "answer"
        rank = {"answer": 2, "clarify": 1, "decline": 0}[self.answer.status]
        return rank + invented, self.answer.confidence


def judge(answer: Answer, expected: Expected) -> tuple[str, ...]:
    """What is amiss with an answer, each in a few words; empty when it is right."""
    amiss = []
    if expected.status and answer.status not in expected.status:
        amiss.append(f"status is {answer.status}, not {' or '.join(expected.status)}")
    if expected.intent is not None and answer.intent != expected.intent:
        amiss.append(f"intent is {answer.intent}, not {expected.intent}")
    named = {f"{entity.kind}/{entity.id}" for entity in answer.entities}
    amiss += [f"did not understand {name}" for name in expected.entities if name not in named]
    for wordings in expected.must:
        if not any(_says(answer.text, wording) for wording in wordings):
            amiss.append(f"does not say {' or '.join(wordings)}")
    amiss += [f"says {words}" for words in expected.must_not if _says(answer.text, words)]
    if expected.reply is not None and answer.text.strip() != expected.reply.strip():
        amiss.append("reads otherwise than written out")
    return tuple(amiss)


def _says(text: str, words: str) -> bool:
    if len(words) > 2 and words[0] == words[-1] == "/":
        return re.search(words[1:-1], text, re.IGNORECASE | re.MULTILINE) is not None
    return words.casefold() in text.casefold()


def evaluate(cases: Iterable[Case], ask: Ask, now: datetime) -> Iterator[Outcome]:
    """Ask each turn of each case; ``now`` serves where a case does not say when it is asked."""
    for case in cases:
        focus: Focus | None = None
        for turn in case.turns:
            before = focus
            answer, elapsed = ask(turn.text, turn.now or now, before)
            focus = answer.focus
            yield Outcome(case, turn, before, answer, judge(answer, turn.expected), elapsed)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures over many outcomes."""

    accuracy: Mapping[str, tuple[int, int]]
    """By tag, how many passed of how many."""
    confusions: Mapping[tuple[str, str], int]
    """How often an intent (first) was expected and another (second) understood."""
    unanswered: tuple[Outcome, ...]
    """Declined where an answer was expected."""
    misses: tuple[Outcome, ...]
    """The most harmful first."""
    p50: float
    """Milliseconds; so is ``p99``."""
    p99: float


def summarise(outcomes: Iterable[Outcome]) -> Report:
    """Count what went right and wrong."""
    done = list(outcomes)
    passed = Counter(outcome.case.tag for outcome in done if outcome.passed)
    asked = Counter(outcome.case.tag for outcome in done)
    confused = Counter(
        (outcome.turn.expected.intent, outcome.answer.intent)
        for outcome in done
        if outcome.turn.expected.intent not in (None, outcome.answer.intent)
    )
    misses = sorted((one for one in done if not one.passed), key=lambda one: one.harm, reverse=True)
    unanswered = tuple(
        one
        for one in misses
        if one.answer.status == "decline" and "decline" not in one.turn.expected.status
    )
    times = sorted(outcome.elapsed for outcome in done) or [0.0]
    return Report(
        {tag: (passed[tag], asked[tag]) for tag in sorted(asked)},
        {(str(a), b): number for (a, b), number in confused.most_common()},
        unanswered,
        tuple(misses),
        times[len(times) // 2],
        times[len(times) * 99 // 100],
    )


# Reading case files


def read_cases(text: str, name: str) -> list[Case]:
    """The cases of a file's text: YAML, or JSON Lines when ``name`` ends in ``.jsonl``.

    Raises:
        CaseError: The text is not what a case file holds.
    """
    if name.endswith(".jsonl"):
        return _read_lines(text, name)
    try:
        rows = yaml.load(text, _LOADER)  # noqa: S506  C twin of safe
    except yaml.YAMLError as error:
        raise CaseError(f"{name}: not YAML - {' '.join(str(error).split())}") from error
    if not isinstance(rows, list) or not rows:
        raise CaseError(f"{name}: has to be a list of cases, each beginning with '- ask:'.")
    stem = name.rpartition("/")[2].partition(".")[0]
    return [case for number, row in enumerate(rows, 1) for case in _cases(row, stem, number)]


def _cases(row: Any, stem: str, number: int) -> Iterator[Case]:
    place = f"{stem}:{number}"
    if not isinstance(row, dict):
        raise CaseError(f"{place}: is not a case - begin it with 'ask:' or 'dialogue:'.")
    tag = str(row.get("tag", stem))
    if "dialogue" in row:
        if not isinstance(row["dialogue"], list):
            raise CaseError(f"{place}: 'dialogue' is no list of turns, each with 'ask'.")
        turns = [_turn(turn, f"{place}.{n}") for n, turn in enumerate(row["dialogue"], 1)]
        yield Case(place, tag, tuple(turns))
        return
    asked = row.get("ask")
    row = {key: value for key, value in row.items() if key != "tag"}
    for phrasing in asked if isinstance(asked, list) else [asked]:
        yield Case(place, tag, (_turn({**row, "ask": phrasing}, place),))


def _turn(row: Any, place: str) -> Turn:
    if not isinstance(row, dict):
        raise CaseError(f"{place}: is no turn - write 'ask:' and what is expected.")
    if unknown := row.keys() - _TURN:
        raise CaseError(f"{place}: {', '.join(sorted(unknown))} is no key of a case.")
    if not isinstance(row.get("ask"), str):
        raise CaseError(f"{place}: 'ask' is not a text - put it between quotes.")
    return Turn(row["ask"], _moment(row.get("now"), place), _expected(row, place))


def _read_lines(text: str, name: str) -> list[Case]:
    chats: dict[str, list[tuple[str, str, Turn]]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CaseError(f"{place}: the line is not JSON.") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise CaseError(f'{place}: the line is no object with a "text".')
        if unknown := row.keys() - _LINE:
            raise CaseError(f"{place}: {', '.join(sorted(unknown))} is no key of a case.")
        turn = Turn(row["text"], _moment(row.get("now"), place), _expected(row, place))
        id, chat = str(row.get("id", number)), row.get("chat")
        key = f"line {number}" if chat is None else f"chat {chat}"
        chats.setdefault(key, []).append((id, str(row.get("tag", "untagged")), turn))
    return [
        Case(turns[0][0], turns[0][1], tuple(turn for _, _, turn in turns))
        for turns in chats.values()
    ]


def _expected(row: Mapping[str, Any], place: str) -> Expected:
    status = _texts(row.get("status"))
    if not set(status) <= _STATUSES:
        raise CaseError(f"{place}: status {', '.join(status)} - answer, clarify or decline.")
    must = row.get("must") or []
    return Expected(
        status,
        row.get("intent"),
        _texts(row.get("entities")),
        tuple(_texts(wordings) for wordings in (must if isinstance(must, list) else [must])),
        _texts(row.get("must_not")),
        row.get("reply"),
    )


def _texts(value: Any) -> tuple[str, ...]:
    """One text or a list of them; numbers and yes/no are what YAML makes of bare words."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _moment(value: Any, place: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CaseError(f"{place}: now {value} is no ISO date and time.") from error
    if moment.tzinfo is None:
        raise CaseError(f"{place}: now {value} has no time zone - add Z or an offset.")
    return moment
