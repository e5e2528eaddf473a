"""Measures the bot beside an empty echo bot of the same framework.

``python -m tests.bench_telegram``, the second half of ``make bench``.

Both run as processes of their own against the test server, one after the other, with the same
questions at the same moments. An answer's time runs from the question's arrival at the server to
the arrival of the answer there. The echo bot gets the same bound on concurrency (16).

The budget is for calls that take 50 ms. Without that delay, which no network grants, one sees what
an answer costs by itself.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.botapi import BotApiServer, User
from tests.databases import SqliteDatabases, with_knowledge
from tests.questions import QUESTIONS
from tests.telegram_process import BotProcess

USERS = 1000
RATE = 25.0
"""Questions a second, at random moments."""

MOST_RATIO = 1.25
LEAST_CEILING = 150.0


@dataclass(frozen=True)
class Figures:
    """What one bot achieved; times in milliseconds, the ceiling in answers a second."""

    p50: float
    p95: float
    ceiling: float
    cpu: float


class Echo(BotProcess):
    """The empty bot, started from this file."""

    command = ("tests.bench_telegram", "--echo")


def echo() -> None:
    """An empty bot: it answers each text with itself."""
    from telegram import Update
    from telegram.ext import Application, ContextTypes, MessageHandler, filters

    async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await context.bot.send_message(update.message.chat.id, update.message.text or "")

    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_BOT_TOKEN"])
        .base_url(os.environ["TELEGRAM_BASE_URL"])
        .concurrent_updates(16)
        .build()
    )
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


async def measure(
    kind: type[BotProcess], databases: SqliteDatabases, folder: Path, delay: float, seconds: float
) -> Figures:
    """Runs one bot through the even load, then through a flood."""
    async with BotApiServer() as server:
        people = [server.world.user(f"User {number}") for number in range(USERS)]
        bot = kind(server, databases.make(folder, with_knowledge), LOG_LEVEL="WARNING")
        await bot.start()
        server.delay = delay
        assert bot.process is not None
        await _load(server, people, seconds=2.0, seed=1)  # warms up
        before = processor_time(bot.process.pid)
        times = await _load(server, people, seconds=seconds, seed=2)
        cpu = (processor_time(bot.process.pid) - before) / len(times)
        ceiling = await _flood(server, people)
        await bot.end(signal.SIGTERM)
        assert server.violations == [], server.violations[:3]
    cuts = quantiles(times, n=20)
    return Figures(median(times) * 1000, cuts[18] * 1000, ceiling, cpu * 1000)


async def _load(
    server: BotApiServer, people: list[User], *, seconds: float, seed: int
) -> list[float]:
    """Questions at random moments; the times until their answers arrive."""
    chance = random.Random(seed)  # noqa: S311 - a load, not a secret
    first = len(server.calls)
    asked: dict[int, list[float]] = {}
    start = time.monotonic()
    due = start
    number = 0
    while due < start + seconds:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        person = people[chance.randrange(len(people))]
        if person.id not in asked:
            asked[person.id] = [time.monotonic()]
            server.world.say(person, chance.choice(QUESTIONS))
            number += 1
        due += chance.expovariate(RATE)
    answered = await _answers(server, first, number)
    return [answered[id] - moments[0] for id, moments in asked.items()]


async def _answers(server: BotApiServer, first: int, number: int) -> dict[int, float]:
    """The moments at which so many answers arrived, by chat."""

    def found() -> dict[int, float] | None:
        arrived = {
            call.chat: call.at
            for call in server.calls[first:]
            if call.method == "sendMessage" and call.chat is not None
        }
        return arrived if len(arrived) >= number else None

    return await server.wait_for(found, f"{number} answers", seconds=120.0)


async def _flood(server: BotApiServer, people: list[User]) -> float:
    """All ask at once; answers a second until the last."""
    first = len(server.calls)
    start = time.monotonic()
    for number, person in enumerate(people):
        server.world.say(person, QUESTIONS[number % len(QUESTIONS)])
    answered = await _answers(server, first, len(people))
    return len(people) / (max(answered.values()) - start)


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(seconds: float) -> bool:
    kept = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        databases = SqliteDatabases(folder)
        for delay in (0.0, 0.05):
            figures = {}
            for label, kind in (("echo", Echo), ("bot", BotProcess)):
                place = Path(tempfile.mkdtemp(dir=folder))
                found = figures[label] = await measure(kind, databases, place, delay, seconds)
                print(
                    f"{delay * 1000:3.0f} ms a call  {label:4}  p50 {found.p50:6.1f} ms  "
                    f"p95 {found.p95:6.1f} ms  ceiling {found.ceiling:5.0f}/s  "
                    f"processor {found.cpu:4.1f} ms a question"
                )
            ratio = figures["bot"].p95 / figures["echo"].p95
            if not delay:
                print(f"{delay * 1000:3.0f} ms a call  p95 {ratio:.2f} times the echo's")
                continue
            good = ratio <= MOST_RATIO and figures["bot"].ceiling >= LEAST_CEILING
            print(
                f"{delay * 1000:3.0f} ms a call  p95 {ratio:.2f} times the echo's "
                f"(at most {MOST_RATIO}), ceiling at least {LEAST_CEILING:.0f}/s: "
                f"{'kept' if good else 'NOT KEPT'}"
            )
            kept = kept and good
    return kept


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--echo", action="store_true", help="be the empty bot")
    parser.add_argument("--seconds", type=float, default=12.0)
    given = parser.parse_args()
    if given.echo:
        echo()
    else:
        sys.exit(0 if asyncio.run(main(given.seconds)) else 1)
