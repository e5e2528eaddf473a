"""Draws the curves that the constants of ``knowledge.decision`` are read from.

Usage: python -m tests.calibrate [--out-of-scope FILE] [--constants FLOOR,EXACT,COVERAGE]

Three sets of questions are asked, with one constant changed at a time:

- unseen: every fifth declared question of the packs, asked of an assistant that was not taught it.
  Right is the fact it is declared for, or one linked to it.
- foreign: the boundary cases to be declined, and the out-of-scope part of a file of CLINC150's
  layout when one is named. Any answer but small talk is false.
- cases: the project's own question cases, judged as the tests do.

Precision is the share of right ones among all answers to unseen and foreign questions, recall the
share of unseen questions answered right. The value with the best F0.5, which counts precision
twice as much as recall, is marked.
"""

import argparse
import asyncio
import gzip
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.application import building, open_snapshot
from bot.cli_evaluate import timed
from bot.settings import Settings
from knowledge import decision, fallbacks, ranking, understanding
from knowledge.assistant import Assistant
from knowledge.decision import DECLINES, Candidate, Certain, decide
from knowledge.evaluation import evaluate
from knowledge.facts import Phrasing
from knowledge.snapshot import Snapshot
from tests.bench import own_cases

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
HELD_OUT = 5
"""Every so many-th declared question is not taught."""
SPREAD: dict[str, Sequence[int]] = {
    "FLOOR": range(20, 61, 4),
    "EXACT": range(74, 99, 4),
    "COVERAGE": range(60, 97, 6),
}
_SMALL_TALK = {"greeting", "thanks", "farewell", "help", "identity", "wellbeing", "sources"}


@dataclass(frozen=True, slots=True)
class Point:
    """What one value of a constant leads to."""

    value: int
    right: int
    """Unseen questions answered right."""
    wrong: int
    """Unseen questions answered with something else."""
    unseen: int
    false: int
    """Foreign questions answered."""
    foreign: int
    cases: int
    """Own cases that pass."""
    misled: int
    """Own cases with a wrong answer (not asked back, not declined)."""

    @property
    def precision(self) -> float:
        answered = self.right + self.wrong + self.false
        return self.right / answered if answered else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.unseen

    @property
    def worth(self) -> float:
        """F0.5: precision counts twice as much as recall."""
        both = 0.25 * self.precision + self.recall
        return 1.25 * self.precision * self.recall / both if both else 0.0


@contextmanager
def constant(name: str, value: int) -> Iterator[None]:
    """Another value for a constant of the decision, wherever it is read, while in the block."""
    places = [
        module for module in (decision, fallbacks, ranking, understanding) if hasattr(module, name)
    ]
    before = getattr(decision, name)
    for module in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module in places:
            setattr(module, name, before)


class Questions:
    """The three sets, read once as far as the constants have no say."""

    def __init__(self, snapshot: Snapshot, foreign: Sequence[str]) -> None:
        kept = [row for n, row in enumerate(snapshot.phrasings) if n % HELD_OUT]
        unseen = [row for n, row in enumerate(snapshot.phrasings) if not n % HELD_OUT]
        with building():
            self._assistant = Assistant(snapshot)
            taught = Assistant(replace(snapshot, phrasings=tuple(kept)))
        self._unseen = [(row, taught.understand(row.text).candidates) for row in unseen]
        self._foreign = [taught.understand(text).candidates for text in foreign]
        self._cases = own_cases()
        self._linked = {
            frozenset({(link.subject_kind, link.subject), (link.target_kind, link.target)})
            for link in snapshot.links
        }

    def point(self, value: int) -> Point:
        """The counts with the constants as they are now."""
        chosen = [(row, _chosen(candidates)) for row, candidates in self._unseen]
        answered = [(row, one) for row, one in chosen if one is not None]
        right = sum(self._is_own(row, one) for row, one in answered)
        false = sum(_claims(_chosen(candidates)) for candidates in self._foreign)
        outcomes = list(evaluate(self._cases, timed(self._assistant), NOW))
        misled = sum(not one.passed and one.answer.status == "answer" for one in outcomes)
        passed = sum(one.passed for one in outcomes)
        wrong = len(answered) - right
        return Point(value, right, wrong, len(chosen), false, len(self._foreign), passed, misled)

    def _is_own(self, row: Phrasing, candidate: Candidate) -> bool:
        reference = candidate.reference
        if reference.intent != "card" or not reference.slots:
            return False
        own = (row.kind, row.target)
        return reference.slots[0] == own or frozenset({own, reference.slots[0]}) in self._linked


def _chosen(candidates: Sequence[Candidate]) -> Candidate | None:
    decided = decide(candidates)
    return decided.candidate if isinstance(decided, Certain) else None


def _claims(candidate: Candidate | None) -> bool:
    """Whether an answer states something, rather than declines or is polite."""
    return candidate is not None and candidate.reference.intent not in DECLINES | _SMALL_TALK


def foreign_questions(file: Path | None) -> list[str]:
    """What is to be declined: the boundary cases, and a public set's out-of-scope questions."""
    own = [
        turn.text
        for case in own_cases()
        for turn in case.turns
        if turn.expected.status == ("decline",) and len(case.turns) == 1 and turn.text.strip()
    ]
    if file is None:
        return own
    content = file.read_bytes()
    parts = json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    return own + [text for name, rows in parts.items() if "oos" in name for text, _ in rows]


def curve(questions: Questions, name: str) -> list[Point]:
    """A point for each value of a constant, the present one among them."""
    points = []
    for value in sorted({*SPREAD[name], getattr(decision, name)}):
        print(f"{name} = {value} …", file=sys.stderr)
        with constant(name, value):
            points.append(questions.point(value))
    return points


def table(name: str, points: Sequence[Point]) -> Iterator[str]:
    """The curve as lines of a Markdown table."""
    best = max(points, key=lambda point: point.worth).value
    yield f"| {name} | precision | recall | F0.5 | foreign answered | cases passed | misled | |"
    yield "| --: | --: | --: | --: | --: | --: | --: | --- |"
    for point in points:
        marks = ["present"] * (point.value == getattr(decision, name))
        marks += ["best F0.5"] * (point.value == best)
        yield (
            f"| {point.value} | {point.precision:.1%} | {point.recall:.1%} | {point.worth:.3f} "
            f"| {point.false} of {point.foreign} | {point.cases} | {point.misled} "
            f"| {', '.join(marks)} |"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out-of-scope", type=Path, help="CLINC150, plain or gzipped JSON")
    parser.add_argument("--constants", default=",".join(SPREAD), help="default: %(default)s")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="s3p-calibrate-") as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'calibrate.db'}")
        snapshot = asyncio.run(open_snapshot(settings))
    questions = Questions(snapshot, foreign_questions(options.out_of_scope))
    for name in options.constants.split(","):
        print("\n".join(table(name, curve(questions, name))), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
