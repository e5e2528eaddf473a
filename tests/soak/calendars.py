"""Random lives of events, written as calendar files and read by a second library.

``python -m tests.soak.calendars [NUMBER]``; 1,000 without a number. Ends with 1 at a difference.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from bot.application import open_snapshot
from bot.settings import Settings
from knowledge.entries import Entry
from tests.ics_histories import check_history, histories


def main(number: int) -> None:
    """Prints how many lives and states were compared."""
    lives = states = 0
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'soak.db'}"
        base = asyncio.run(open_snapshot(Settings(database_url=database)))
    begun = time.perf_counter()

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(history=histories())
    def compare(history: list[Entry]) -> None:
        nonlocal lives, states
        states += check_history(base, history)
        lives += 1

    compare()
    seconds = time.perf_counter() - begun
    print(f"{lives} lives of events, {states} states with a day: no difference ({seconds:.0f} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
