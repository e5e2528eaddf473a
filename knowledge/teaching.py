"""Tries a lesson out before it is taught: what it answers, and what it takes from others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from rapidfuzz import fuzz, process

from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.evaluation import Ask, Case, Expected, Turn, evaluate
from knowledge.facts import Alias, Phrasing
from knowledge.lessons import TAUGHT, Lesson
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold

ALIKE = 55
"""How alike (rapidfuzz, 0-100) a declared question is to a lesson that may take it away."""

MOST_ALIKE = 400
SAME_MISS = 78
"""How alike two unanswered questions are to stand in one group."""

MOST_NEIGHBOURS = 120
"""Names that are put in the place of each word of a phrasing, to see what it would take."""

_SURE = 75
_SHORTEST_NAME = 3

Fate = Literal["learned", "known", "unheard", "general"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial.

    ``fate`` is learned, known (it was answered so before), unheard (the question still leads
    elsewhere), or general (it consists of words that belong to many questions). ``lost`` are the
    questions that would be answered otherwise, and worse.
    """

    fate: Fate
    lost: tuple[str, ...]
    asked: int
    """How many questions were asked again."""

    @property
    def sound(self) -> bool:
        return self.fate == "learned" and not self.lost


def trial(
    before: Assistant, lesson: Lesson, cases: Iterable[Case], *, now: datetime, question: str = ""
) -> Trial:
    """Teaches a copy of the assistant, and asks it all cases and every question like the lesson.

    Args:
        question: what was not answered, where the lesson is a name in it.
    """
    asked = question or lesson.text
    if _leads_to(before.ask(asked, now=now), lesson):
        return Trial("known", (), 0)
    if _is_general(before, lesson):
        return Trial("general", (), 0)
    taught = Assistant(with_lesson(before.snapshot, lesson), lang=lesson.language)
    if not _leads_to(taught.ask(asked, now=now), lesson):
        return Trial("unheard", (), 0)
    tried = [*cases, *_declared_like(before.snapshot, lesson)]
    lost: list[str] = []
    number = 0
    for case in tried:
        number += len(case.turns)
        if _fails(taught, case, now) and not _fails(before, case, now):
            lost.append(case.turns[-1].text)
    neighbours = _neighbours(before, lesson)
    lost += [text for text in neighbours if _is_taken(text, before, taught, lesson, now)]
    return Trial("learned", tuple(dict.fromkeys(lost)), number + len(neighbours))


def _is_general(assistant: Assistant, lesson: Lesson) -> bool:
    """Whether a lesson has nothing of its own: words that ask or join, or one word of many."""
    spans = assistant.reader.vocabulary.spans(lesson.text)
    own = [span for span in spans if not span.operator and not span.names]
    known = assistant.reader.vocabulary.speller.known
    alone = len(spans) == 1 and len(own) == 1 and known(own[0].words)
    if lesson.how == "phrasing":
        return not own or alone
    return len(fold(lesson.text)) < _SHORTEST_NAME or alone or all(s.operator for s in spans)


def _neighbours(assistant: Assistant, lesson: Lesson) -> list[str]:
    """The questions that a phrasing becomes when one of its own words is a field of work."""
    if lesson.how != "phrasing":
        return []
    spans = assistant.reader.vocabulary.spans(lesson.text)
    named = [a for a in assistant.snapshot.aliases if a.kind in ("partnership", "theme")]
    words = {fold(alias.text) for alias in named if alias.language == lesson.language}
    others = sorted(word for word in words if word.isalpha())[:MOST_NEIGHBOURS]
    return [
        " ".join(word if place == at else span.text for place, span in enumerate(spans))
        for at, own in enumerate(spans)
        if not own.operator and not own.names
        for word in others
        if word != own.words
    ]


def _is_taken(
    text: str, before: Assistant, taught: Assistant, lesson: Lesson, now: datetime
) -> bool:
    """Whether a question that was answered is led to the thing of the lesson instead."""
    was = before.ask(text, now=now)
    if was.status != "answer" or was.confidence < _SURE or _leads_to(was, lesson):
        return False
    return _leads_to(taught.ask(text, now=now), lesson)


def with_lesson(snapshot: Snapshot, lesson: Lesson) -> Snapshot:
    """The facts as they would be with a lesson more."""
    values: dict[str, Any] = {
        "pack": TAUGHT,
        "source": "",
        "as_of": lesson.day,
        "key": 0,
        "kind": lesson.kind,
        "target": lesson.target,
        "text": lesson.text,
        "language": lesson.language,
    }
    if lesson.how == "phrasing":
        phrasing = Phrasing(**values, reply=None)
        return replace(snapshot, phrasings=(*snapshot.phrasings, phrasing))
    alias = Alias(**values, form="variant", shared=False)
    return replace(snapshot, aliases=(*snapshot.aliases, alias))


def _leads_to(answer: Answer, lesson: Lesson) -> bool:
    """Whether an answer is about the thing of a lesson."""
    if answer.status != "answer":
        return False
    about = {(entity.kind, entity.id) for entity in answer.entities}
    if answer.focus is not None:
        about |= set(Reference.decode(answer.focus.reference).slots)
    return (lesson.kind, lesson.target) in about


def _declared_like(snapshot: Snapshot, lesson: Lesson) -> list[Case]:
    """The declared questions that a lesson could take away: those that share words with it."""
    rows = [row for row in snapshot.phrasings if row.language == lesson.language]
    texts = [fold(row.text) for row in rows]
    scorer = fuzz.token_set_ratio if lesson.how == "phrasing" else fuzz.partial_ratio
    found = process.extract(
        fold(lesson.text), texts, scorer=scorer, score_cutoff=ALIKE, limit=MOST_ALIKE
    )
    return [
        Case(f"{rows[at].kind}/{rows[at].target}", "declared", (_turn(rows[at]),))
        for _, _, at in found
    ]


def _turn(row: Phrasing) -> Turn:
    return Turn(row.text, None, Expected(status=("answer",)))


def _fails(assistant: Assistant, case: Case, now: datetime) -> bool:
    """Whether a case goes wrong; a declared question has to lead to its own fact."""
    outcomes = list(evaluate([case], _untimed(assistant), now))
    if any(not outcome.passed for outcome in outcomes):
        return True
    if case.tag != "declared":
        return False
    kind, _, id = case.id.partition("/")
    own = Lesson("phrasing", kind, id, "", "")
    return not _leads_to(outcomes[-1].answer, own)


def _untimed(assistant: Assistant) -> Ask:
    return lambda text, at, focus: (assistant.ask(text, now=at, focus=focus), 0.0)


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """Groups of texts that ask much the same, as places in ``texts``; the largest group first."""
    groups: list[list[int]] = []
    firsts: list[str] = []
    for at, text in enumerate(texts):
        words = " ".join(sorted(fold(text).split()))
        best = process.extractOne(words, firsts, scorer=fuzz.ratio, score_cutoff=SAME_MISS)
        if best is None:
            groups.append([at])
            firsts.append(words)
        else:
            groups[best[2]].append(at)
    return sorted(groups, key=lambda group: -len(group))
