"""Measures the intent matcher on the public data sets CLINC150 and Banking77.

Usage: python -m tests.bench_public --clinc FILE --banking FILE [--shots N]

The matcher is taught the training utterances and asked the test part; where a file has none,
the validation part of CLINC150 or every fifth utterance of a Banking77 category is asked
instead. The floor below which an utterance counts as out of scope is set on in-scope validation
utterances alone. Where they are what is asked, every tenth training utterance stands in for
them, asked of a second matcher that was not taught it.
"""

# ruff: noqa: S311 - the draws only have to be repeatable, and printing is the purpose.

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import re
import resource
import statistics
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.matcher import Matcher

_SEED = 1
_MISTYPED_SHARE = 0.1
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BANKING_HELD_OUT = 5
_CALIBRATION_HELD_OUT = 10

Utterance = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Utterances with their intents; `out_of_scope` are texts that express none of them.

    `validation` is empty where a part of `taught` has to stand in for it.
    """

    name: str
    taught: list[Utterance]
    asked: list[Utterance]
    validation: list[Utterance] = field(default_factory=list)
    out_of_scope: list[str] = field(default_factory=list)


def normalise(text: str) -> str:
    """Folds case and accents and keeps nothing but words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9'<>:_-]+", plain))


def _read(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")


def load_clinc(path: Path) -> Dataset:
    """Reads a file of CLINC150's `data_full.json` layout."""
    parts = {
        name: [(normalise(text), intent) for text, intent in pairs]
        for name, pairs in json.loads(_read(path)).items()
    }
    asked, validation = ("test", parts["val"]) if "test" in parts else ("val", [])
    out_of_scope = [text for text, _ in parts.get(f"oos_{asked}", [])]
    return Dataset(f"CLINC150 ({asked})", parts["train"], parts[asked], validation, out_of_scope)


def load_banking(path: Path) -> Dataset:
    """Reads a Banking77 table and holds a part of each category out."""
    rows = csv.DictReader(io.StringIO(_read(path)))
    utterances = [(normalise(row["text"]), row["category"]) for row in rows]
    return Dataset("Banking77 (held out)", *hold_out(utterances, _BANKING_HELD_OUT))


def by_intent(utterances: Iterable[Utterance]) -> dict[str, list[str]]:
    """Groups utterances into the form the matcher is taught in."""
    examples: dict[str, list[str]] = defaultdict(list)
    for text, intent in utterances:
        examples[intent].append(text)
    return examples


def hold_out(
    utterances: Iterable[Utterance], every: int
) -> tuple[list[Utterance], list[Utterance]]:
    """Splits utterances in two, the second part being every n-th one of each intent."""
    kept: list[Utterance] = []
    held: list[Utterance] = []
    for intent, texts in by_intent(utterances).items():
        for number, text in enumerate(texts, start=1):
            (kept if number % every else held).append((text, intent))
    return kept, held


def few_shots(utterances: list[Utterance], shots: int | None) -> list[Utterance]:
    """Draws a number of utterances of each intent at random, or takes all of them."""
    if shots is None:
        return utterances
    draw = random.Random(_SEED)
    return [
        (text, intent)
        for intent, texts in by_intent(utterances).items()
        for text in draw.sample(texts, min(shots, len(texts)))
    ]


def mistyped(text: str, draw: random.Random) -> str:
    """Gives each word one random edit with a fixed probability."""
    words = text.split()
    return " ".join(_edited(w, draw) if draw.random() < _MISTYPED_SHARE else w for w in words)


def _edited(word: str, draw: random.Random) -> str:
    spot, letter = draw.randrange(len(word)), draw.choice(_LETTERS)
    before, here, after = word[:spot], word[spot], word[spot + 1 :]
    edits = [before + letter + here + after, before + letter + after]
    if len(word) > 1:
        edits.append(before + after)
    if after:
        edits.append(before + after[0] + here + after[1:])
    return draw.choice(edits)


def accuracy(matcher: Matcher, utterances: Sequence[Utterance]) -> float:
    """Gives the share of utterances whose intent is ranked first."""
    tops = ((matcher.rank(text, 1), intent) for text, intent in utterances)
    return statistics.fmean(bool(top) and top[0].label == intent for top, intent in tops)


def top_scores(matcher: Matcher, texts: Iterable[str]) -> list[float]:
    """Gives the score of each text's first intent, 0 where there is none."""
    return [top[0].score if top else 0.0 for top in (matcher.rank(text, 1) for text in texts)]


def below(scores: Sequence[float], floor: float) -> float:
    """Gives the share of scores under a floor."""
    return statistics.fmean(score < floor for score in scores)


def calibrated_floor(data: Dataset, shots: int | None, false_alarms: float) -> float:
    """Finds the score that the wanted share of in-scope validation utterances stays under."""
    kept, held = data.taught, data.validation
    if not held:
        kept, held = hold_out(kept, _CALIBRATION_HELD_OUT)
    matcher = Matcher(by_intent(few_shots(kept, shots)))
    scores = sorted(top_scores(matcher, [text for text, _ in held]))
    return scores[int(false_alarms * len(scores))]


def latencies(matcher: Matcher, texts: Iterable[str]) -> list[float]:
    """Gives the sorted milliseconds that each question takes."""
    times = []
    for text in texts:
        started = time.perf_counter()
        matcher.rank(text)
        times.append(1000 * (time.perf_counter() - started))
    return sorted(times)


def report(data: Dataset, shots: int | None, false_alarms: float) -> None:
    """Measures the matcher on one data set and prints the figures."""
    taught = few_shots(data.taught, shots)
    started = time.perf_counter()
    matcher = Matcher(by_intent(taught))
    build = time.perf_counter() - started
    texts = [text for text, _ in data.asked]
    times = latencies(matcher, texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    draw = random.Random(_SEED)
    typos = [(mistyped(text, draw), intent) for text, intent in data.asked]
    floor = calibrated_floor(data, shots, false_alarms)
    figures = [
        ("in scope", f"{accuracy(matcher, data.asked):.2%}"),
        ("10 % mistyped", f"{accuracy(matcher, typos):.2%}"),
        ("floor", f"{floor:.1f}"),
        ("false alarms", f"{below(top_scores(matcher, texts), floor):.2%}"),
        ("latency p50", f"{times[len(times) // 2]:.2f} ms"),
        ("latency p99", f"{times[len(times) * 99 // 100]:.2f} ms"),
        ("build time", f"{build:.2f} s"),
        ("peak memory so far", f"{memory:.0f} MB"),
    ]
    if data.out_of_scope:
        recall = below(top_scores(matcher, data.out_of_scope), floor)
        figures.insert(4, ("out-of-scope recall", f"{recall:.2%}"))
    print(f"{data.name}: {len(taught)} utterances taught, {len(texts)} asked")
    for name, figure in figures:
        print(f"  {name:20}{figure:>10}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark on the files named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clinc", type=Path, help="CLINC150, plain or gzipped JSON")
    parser.add_argument("--banking", type=Path, help="Banking77, plain or gzipped CSV")
    parser.add_argument("--shots", type=int, help="teach only this many utterances per intent")
    parser.add_argument(
        "--false-alarms",
        type=float,
        default=0.05,
        help="share of in-scope utterances that the floor may refuse (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    for path, load in ((options.clinc, load_clinc), (options.banking, load_banking)):
        if path is not None:
            report(load(path), options.shots, options.false_alarms)
    return 0


if __name__ == "__main__":
    sys.exit(main())
