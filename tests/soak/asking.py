"""Questions at random moments, and when each was answered."""

import asyncio
import random
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress

from tests.botapi import BotApiServer, Call, User
from tests.questions import QUESTIONS

ASIDES = ("I cannot reach my memory right now",)
"""How messages begin that come beside an answer."""

_STEP = 0.02


class Asking:
    """People who ask one bot, each of whom waits for an answer before asking again.

    Args:
        seed: of what is asked by whom and when.
    """

    def __init__(self, server: BotApiServer, people: Sequence[User], seed: int = 1) -> None:
        self.server = server
        self.people = people
        self.chance = random.Random(seed)  # noqa: S311 - a load, not a secret
        self.times: list[float] = []  # seconds from each question to its answer
        self.asked = self.doubled = self.asides = 0
        self.answers: set[int] = set()  # the updates that were answered
        self._waiting: dict[int, deque[tuple[int, float]]] = defaultdict(deque)
        self._ids = {person.id for person in people}
        self._seen = len(server.calls_of("sendMessage"))

    @property
    def unanswered(self) -> int:
        self.look()
        return self.asked - len(self.times)

    def ask(self, person: User | None = None, text: str | None = None) -> None:
        """One asks now; by default anybody anything."""
        person = person or self.people[self.chance.randrange(len(self.people))]
        update = self.server.world.say(person, text or self.chance.choice(QUESTIONS))
        self._waiting[person.id].append((update["update_id"], time.monotonic()))
        self.asked += 1

    def look(self) -> None:
        """Takes note of the answers that have arrived."""
        calls = self.server.answering.by_method["sendMessage"]
        while self._seen < len(calls) and calls[self._seen].outcome != "pending":
            self._note(calls[self._seen])
            self._seen += 1

    def _note(self, call: Call) -> None:
        if not call.ok or call.chat not in self._ids:
            return
        if str(call.params["text"]).startswith(ASIDES):
            self.asides += 1
        elif waiting := self._waiting[call.chat]:
            update, began = waiting.popleft()
            self.times.append(call.at - began)
            self.answers.add(update)
        else:
            self.doubled += 1

    async def at_rate(self, rate: float, seconds: float) -> None:
        """Asks so often a second, at random moments."""
        start = due = time.monotonic()
        while (now := time.monotonic()) < start + seconds:
            while due <= now:
                self.ask()
                due += self.chance.expovariate(rate)
            self.look()
            await asyncio.sleep(min(_STEP, max(0.0, due - time.monotonic())))

    async def answered(self, seconds: float) -> int:
        """Waits until all are answered, but not longer than so; how many are not."""
        with suppress(TimeoutError):
            await self.server.wait_for(lambda: self.unanswered == 0, seconds=seconds)
        return self.unanswered
