"""The command ``evaluate``: runs question cases and says how well they were answered."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.application import open_assistant
from bot.cli import DONE, FAILED, CommandError, UsageError, progress_note
from bot.cli_ask import moment
from bot.explain import explained
from bot.settings import read_settings
from knowledge.answer import Answer, Focus
from knowledge.assistant import Assistant
from knowledge.evaluation import (
    Case,
    CaseError,
    Outcome,
    Report,
    evaluate,
    read_cases,
    summarise,
)

SHOWN_MISSES = 10
"""So many misses are shown with their scores unless more are asked for."""
_SHOWN_CONFUSIONS = 15
_SHOWN_LINES = 3
_PROGRESS_EVERY = 200


def evaluate_files(
    paths: Sequence[str], *, now: str | None, as_json: bool, misses: int = SHOWN_MISSES
) -> int:
    """Runs the cases of files or folders and prints the report.

    Returns:
        1 when a case failed, else 0.

    Raises:
        UsageError: when a file cannot be read or holds no cases.
        CommandError: when a case is malformed.
    """
    settings = read_settings()
    at = moment(now, settings.zone) if now is not None else datetime.now(UTC)
    cases = read_files(paths)
    assistant = asyncio.run(open_assistant(settings, progress_note))
    outcomes = list(_with_progress(evaluate(cases, timed(assistant), at), cases))
    report = summarise(outcomes)
    if as_json:
        print(json.dumps(_as_json(report, outcomes), ensure_ascii=False))
    else:
        print("\n".join(_as_text(report, assistant, misses)))
    return FAILED if report.misses else DONE


def read_files(paths: Sequence[str]) -> list[Case]:
    """The cases of the files and of all case files in the folders named."""
    cases: list[Case] = []
    for path in map(Path, paths):
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".jsonl"))
        for file in files:
            try:
                cases += read_cases(file.read_text("utf-8"), str(file))
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"{file} cannot be read ({error}) - name a case file.") from error
            except CaseError as error:
                raise CommandError(str(error)) from error
    if not cases:
        raise UsageError("There is no case in these files - name YAML or JSON Lines files.")
    return cases


class timed:  # noqa: N801 - used like a function
    """Asks an assistant and measures the milliseconds."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def __call__(self, text: str, now: datetime, focus: Focus | None) -> tuple[Answer, float]:
        start = perf_counter()
        answer = self._assistant.ask(text, now=now, focus=focus)
        return answer, (perf_counter() - start) * 1000


def _with_progress(outcomes: Iterator[Outcome], cases: Sequence[Case]) -> Iterator[Outcome]:
    total = sum(len(case.turns) for case in cases)
    for number, outcome in enumerate(outcomes, 1):
        yield outcome
        if number % _PROGRESS_EVERY == 0:
            progress_note(f"{number} of {total} questions …")


def _as_text(report: Report, assistant: Assistant, shown: int) -> Iterator[str]:
    passed = sum(right for right, _ in report.accuracy.values())
    total = sum(asked for _, asked in report.accuracy.values())
    width = max(map(len, report.accuracy))
    for tag, (right, asked) in report.accuracy.items():
        yield f"{tag:{width}}  {right:5} of {asked:5}  {right / asked:6.1%}"
    yield f"{'all':{width}}  {passed:5} of {total:5}  {passed / total:6.1%}"
    yield f"latency   p50 {report.p50:.2f} ms, p99 {report.p99:.2f} ms"
    yield f"unanswered {len(report.unanswered)}, misses {len(report.misses)}"
    if report.confusions:
        yield "\nConfusions (expected, understood, times)"
        for (wanted, got), times in list(report.confusions.items())[:_SHOWN_CONFUSIONS]:
            yield f"  {wanted}  {got}  {times}"
    for outcome in report.misses[:shown]:
        yield ""
        yield from _miss(outcome, assistant)
    if len(report.misses) > shown:
        yield f"\n… and {len(report.misses) - shown} more (--misses shows more)"


def _miss(outcome: Outcome, assistant: Assistant) -> Iterator[str]:
    answer = outcome.answer
    yield f"{outcome.case.id} [{outcome.case.tag}] {outcome.turn.text!r}"
    yield f"  {answer.status} {answer.intent} {answer.confidence}"
    yield from (f"  - {reason}" for reason in outcome.amiss)
    yield from (f"  | {line}" for line in answer.text.splitlines()[:_SHOWN_LINES])
    for line in explained(assistant.understand(outcome.turn.text, outcome.focus)).splitlines():
        if line.startswith(("reading", "decision")):
            yield f"  {line}"


def _as_json(report: Report, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "passed": sum(outcome.passed for outcome in outcomes),
        "total": len(outcomes),
        "tags": {tag: {"passed": a, "total": b} for tag, (a, b) in report.accuracy.items()},
        "confusions": [
            {"expected": wanted, "understood": got, "times": times}
            for (wanted, got), times in report.confusions.items()
        ],
        "p50_ms": round(report.p50, 3),
        "p99_ms": round(report.p99, 3),
        "unanswered": len(report.unanswered),
        "misses": [
            {
                "id": outcome.case.id,
                "tag": outcome.case.tag,
                "text": outcome.turn.text,
                "amiss": list(outcome.amiss),
                "status": outcome.answer.status,
                "intent": outcome.answer.intent,
                "confidence": outcome.answer.confidence,
                "entities": [asdict(entity) for entity in outcome.answer.entities],
                "answer": outcome.answer.text,
            }
            for outcome in report.misses
        ],
    }
