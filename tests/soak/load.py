"""A thousand people ask a hundred questions a second."""

from collections.abc import Iterable

from tests.soak.asking import Asking
from tests.soak.figures import Figure, never, timed
from tests.soak.stage import Stage

PEOPLE = 1000
RATE = 100.0
"""Questions a second."""

WARM_UP = 5.0
GROWTH = 20.0
"""Megabytes that a process may grow by."""


async def load(stage: Stage) -> Iterable[Figure]:
    """By webhook on two replicas with PostgreSQL, by polling on one process with SQLite."""
    number = 2 if stage.databases.engine == "postgresql" else 0
    async with stage.site(number, LOG_LEVEL="WARNING") as site:
        people = site.people(PEOPLE)
        warming = Asking(site.server, people, seed=2)
        await warming.at_rate(RATE / 2, WARM_UP)
        late = await warming.answered(60)
        before, worked = site.memory(), site.processor()
        asking = Asking(site.server, people)
        await asking.at_rate(RATE, stage.pick(60, 600))
        lost = late + await asking.answered(60)
        worked = site.processor() - worked
        growth = (site.memory() - before) / len(site.bots)
        return [
            Figure("questions asked", asking.asked),
            never("unanswered", lost),
            never("answered twice", warming.doubled + asking.doubled),
            *timed("answer", asking.times, p95=150, p99=500),
            Figure("processor time of a question", worked / asking.asked * 1000, unit="ms"),
            Figure("memory of a process before", before / len(site.bots), unit="MB"),
            Figure("memory that a process grew by", growth, GROWTH, "MB"),
            *site.manners(),
        ]
