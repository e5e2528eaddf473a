"""Measures the budgets of the design: latency, the same at 100 times the names, starts, memory.

Usage: python -m tests.bench [--times N] [--starts N]

Latency is that of the engine over all turns of all question cases, each asked once after a short
warm-up, as a running process would meet them. Starts and memory are those of processes.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.application import building, open_snapshot
from bot.cli_evaluate import timed
from bot.settings import Settings
from knowledge.assistant import Assistant
from knowledge.declarations import declarations
from knowledge.evaluation import Case, evaluate, read_cases
from knowledge.snapshot import Snapshot
from tests.bench_scaling import multiplied

CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
QUESTION = "who leads 3D printing?"
ASKED_FOR_MEMORY = 1000
GENERATED = 300
"""Questions about generated names: so many as they are, and so many with a wrong letter."""
_FORMS: Mapping[str, Sequence[str]] = {
    "region": (
        "which partnerships is {} in?",
        "tell me about {}",
        "is {} in 3D printing?",
        "who does {} work with?",
        "what do {} and Lombardy share?",
    ),
    "partnership": (
        "who leads {}?",
        "how many regions are in {}?",
        "is Lombardy in {}?",
        "what is {} about?",
    ),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its budget, both in ``unit``; None where there is no budget."""

    what: str
    value: float
    budget: float | None
    unit: str

    def __str__(self) -> str:
        budget = ""
        if self.budget is not None:
            kept = "kept" if self.value <= self.budget else "MISSED"
            budget = f"budget {self.budget:>6g} {self.unit:2}  {kept}"
        return f"  {self.what:56}{self.value:>9.2f} {self.unit:3} {budget}".rstrip()


def machine() -> str:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = (line.partition(":") for line in facts.read_text("utf-8").splitlines())
        names = [value.strip() for key, _, value in lines if key.strip() == "model name"]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}"
    )


# The engine


def own_cases() -> list[Case]:
    """The project's question cases."""
    return [
        case
        for file in sorted(CASES.rglob("*.yaml"))
        for case in read_cases(file.read_text("utf-8"), str(file))
    ]


def case_times(assistant: Assistant, cases: Sequence[Case]) -> list[float]:
    """Milliseconds of each turn of the cases, in order of size."""
    return sorted(outcome.elapsed for outcome in evaluate(cases, timed(assistant), NOW))


def question_times(assistant: Assistant, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, in order of size."""
    ask = timed(assistant)
    return sorted(ask(question, NOW, None)[1] for question in questions)


def warmed(assistant: Assistant) -> Assistant:
    """The assistant after each of its templates has been used once."""
    for intent in declarations("en").intents.values():
        assistant.ask(intent.example, now=NOW)
    return assistant


def percentiles(
    what: str, times: Sequence[float], p50: float | None, p99: float | None
) -> Iterator[Figure]:
    yield Figure(f"{what}, median", times[len(times) // 2], p50, "ms")
    yield Figure(f"{what}, p99", times[len(times) * 99 // 100], p99, "ms")


def generated(big: Snapshot, known: int, draw: random.Random) -> tuple[list[str], list[str]]:
    """Questions about names that only the multiplied knowledge has, and mistyped ones.

    Args:
        big: The multiplied knowledge.
        known: How many aliases the original has; those behind are generated.
        draw: Where chance comes from.
    """
    names = [row for row in big.aliases[known:] if row.kind in _FORMS]
    chosen = draw.sample(names, min(2 * GENERATED, len(names)))
    asked = [draw.choice(_FORMS[row.kind]) for row in chosen]
    plain = [form.format(row.text) for form, row in zip(asked, chosen, strict=True)]
    mistyped = [
        form.format(_mistyped(row.text, draw)) for form, row in zip(asked, chosen, strict=True)
    ]
    return plain[:GENERATED], mistyped[GENERATED:]


def _mistyped(name: str, draw: random.Random) -> str:
    place = draw.randrange(len(name))
    return name[:place] + draw.choice("abcdefghijklmnopqrstuvwxyz") + name[place + 1 :]


def engine(snapshot: Snapshot, times: int) -> Iterator[Figure]:
    """Latency of the engine, on the knowledge as it is and multiplied."""
    cases = own_cases()
    took, assistant = _timed(lambda: Assistant(snapshot))
    yield Figure("assistant built from the snapshot", took, None, "s")
    turns = sum(len(case.turns) for case in cases)
    yield from percentiles(
        f"one answer ({turns} turns)", case_times(warmed(assistant), cases), 1, 5
    )
    if times < 2:
        return
    declared = declarations("en")
    words = {word for all in declared.operators.values() for text in all for word in text.split()}
    big = multiplied(snapshot, times, words | declared.common_words)
    took, assistant = _timed(lambda: Assistant(big))
    warmed(assistant)
    size = f"{times}x: {len(big.regions):,} regions, {len(big.aliases):,} names"
    yield Figure(f"built at {size}", took, None, "s")
    yield from percentiles(f"{times}x, the same turns", case_times(assistant, cases), None, 20)
    draw = random.Random(1)  # noqa: S311 - has to be repeatable, not secret
    plain, mistyped = generated(big, len(snapshot.aliases), draw)
    for what, asked in (("generated names", plain), ("the same, mistyped", mistyped)):
        yield from percentiles(f"{times}x, {what}", question_times(assistant, asked), None, 20)


def _timed(make: Callable[[], Assistant]) -> tuple[float, Assistant]:
    start = time.perf_counter()
    with building():
        made = make()
    return time.perf_counter() - start, made


# Processes


@contextmanager
def clean_home() -> Iterator[dict[str, str]]:
    """The environment of a machine that has never seen the program: nothing loaded or cached."""
    with tempfile.TemporaryDirectory(prefix="s3p-bench-") as folder:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        for key in ("DATABASE_URL", "KNOWLEDGE_PACKS", "PYTHONDONTWRITEBYTECODE"):
            kept.pop(key, None)
        places = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        yield {**kept, "HOME": folder, **dict.fromkeys(places, folder)}


def processes(starts: int) -> Iterator[Figure]:
    """How long a process takes to its first answer, and how much memory a thousand take."""
    command = [sys.executable, "-m", "bot", "ask"]
    with clean_home() as environment:
        first = _run_time([*command, QUESTION], environment)
        yield Figure("first start on an empty folder, to the first answer", first, None, "s")
        cold = statistics.median(
            _run_time([*command, QUESTION], environment) for _ in range(starts)
        )
        yield Figure(f"cold process to the first answer (median of {starts})", cold, 1.5, "s")
        memory = _memory([*command, "--batch"], environment)
        if memory is not None:
            what = f"memory peak of a process after {ASKED_FOR_MEMORY:,} questions"
            yield Figure(what, memory, 150, "MB")


def _run_time(command: Sequence[str], environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own program
        command, env=dict(environment), cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def _memory(command: Sequence[str], environment: Mapping[str, str]) -> float | None:
    """The peak (MB) of a process that answered many questions; None where Linux is not."""
    turns = [turn for case in own_cases() for turn in case.turns]
    asked = [turns[number % len(turns)].text for number in range(ASKED_FOR_MEMORY)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, env=dict(environment), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        for number, text in enumerate(asked):
            line = json.dumps({"id": number, "text": text, "chat": number % 50})
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            process.stdout.readline()
        status = Path(f"/proc/{process.pid}/status")
        lines = status.read_text("utf-8").splitlines() if status.exists() else []
        process.stdin.close()
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return peaks[0] if peaks else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code is 0 whatever the figures are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=100, help="multiply the knowledge (100)")
    parser.add_argument("--starts", type=int, default=5, help="cold starts to measure (5)")
    options = parser.parse_args(arguments)
    print(machine())
    for figure in processes(options.starts):
        print(figure, flush=True)
    with tempfile.TemporaryDirectory(prefix="s3p-bench-") as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'bench.db'}")
        snapshot = asyncio.run(open_snapshot(settings))
        for figure in engine(snapshot, options.times):
            print(figure, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
