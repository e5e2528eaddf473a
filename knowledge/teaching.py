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

Fate = Literal["learned", "known", "unheard"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a trial.

    ``fate`` is learned, known (it was answered so before), or unheard (the question still leads
    elsewhere). ``lost`` are the questions that would be answered otherwise, and worse.
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
    return Trial("learned", tuple(dict.fromkeys(lost)), number)


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
