"""Random lives of events, written as calendar files and read by a second library."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from bot.application import open_snapshot
from bot.settings import Settings
from knowledge.entries import Entry
from tests.ics_histories import check_history, histories
from tests.soak.figures import Figure, never
from tests.soak.stage import Stage


async def calendars(stage: Stage) -> Iterable[Figure]:
    """Random lives of events, written as calendar files and read by a second library."""
    lives = states = differences = 0
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'soak.db'}"
        base = await open_snapshot(Settings(database_url=database))

    @settings(
        max_examples=stage.pick(60, 10_000),
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

    try:
        compare()
    except AssertionError as error:
        print(f"    {error}")
        differences = 1
    return [
        Figure("lives of events", lives),
        Figure("states of them with a day", states),
        never("differences", differences),
    ]
