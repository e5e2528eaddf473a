"""Processes that share a database: who lives, who takes over, who polls."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.presence import BEAT_SECONDS, DEAD_SECONDS, SURE_SECONDS, Presence, here
from db.batches import Batches
from db.engine import create_engine
from db.errors import DatabaseAway
from db.inbox import Inbox
from db.replicas import Replicas, peers

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())


class Member:
    """One process, whose clocks the test moves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.batches = Batches(engine)
        self.replicas = Replicas(self.batches)
        self.clock = NOON
        self.seconds = 1000.0
        self.presence = Presence(
            self.replicas, lambda: (1, None), lambda: self.clock, lambda: self.seconds
        )
        # Elsewhere: those of one machine see at once when one of them has ended.
        self.presence._place = f"machine of {self.presence.id}"
        self.inbox = Inbox(self.batches, self.presence.id)
        self.taken: list[tuple[int, str]] = []
        self.presence.alive.append(self.take_over)
        self.presence.renamed.append(self.renamed)

    async def take_over(self) -> None:
        self.taken += await self.inbox.take_over(at=NOW)

    def renamed(self, id: str) -> None:
        self.inbox.holder = id

    async def pass_time(self, seconds: float) -> None:
        """Lives on for a while."""
        for _ in range(round(seconds / BEAT_SECONDS)):
            self.seconds += BEAT_SECONDS
            await self.presence.turn()

    async def known(self) -> set[str]:
        return {peer.id for peer in await self.batches.read(peers)}


@pytest.fixture
async def two(engine: AsyncEngine) -> AsyncIterator[tuple[Member, Member]]:
    async with AsyncExitStack() as stack:
        both = Member(engine), Member(engine)
        for one in both:
            stack.push_async_callback(one.batches.close)
            await one.presence.enter()
            await one.presence.turn()
        yield both


async def together(one: Member, other: Member, seconds: float) -> None:
    for _ in range(round(seconds / BEAT_SECONDS)):
        await one.pass_time(BEAT_SECONDS)
        await other.pass_time(BEAT_SECONDS)


async def test_what_a_dead_process_had_in_hand_is_taken_over_once(
    two: tuple[Member, Member], engine: AsyncEngine
) -> None:
    dead, alive = two
    third = Member(engine)
    await third.presence.enter()
    await dead.inbox.keep([(1, "a"), (2, "b"), (3, "c")], at=NOW)
    await dead.inbox.handled(2, "done", at=NOW)
    await together(alive, third, DEAD_SECONDS - BEAT_SECONDS)
    assert (alive.taken, third.taken) == ([], [])
    await asyncio.gather(alive.pass_time(2 * BEAT_SECONDS), third.pass_time(2 * BEAT_SECONDS))
    assert sorted(alive.taken + third.taken) == [(1, "a"), (3, "c")]
    assert dead.presence.id not in await alive.known()
    await third.batches.close()


async def test_who_lives_is_left_alone_whatever_the_clock_says(two: tuple[Member, Member]) -> None:
    one, other = two
    await one.inbox.keep([(1, "a")], at=NOW)
    for hours in (1, -2, 25):
        other.clock += timedelta(hours=hours)
        await together(one, other, 2 * DEAD_SECONDS)
    assert other.taken == []
    assert await other.known() == {one.presence.id, other.presence.id}


async def test_who_was_taken_for_dead_goes_on_under_another_name(
    two: tuple[Member, Member],
) -> None:
    slow, other = two
    former = slow.presence.id
    await slow.inbox.keep([(1, "a")], at=NOW)
    slow.seconds += SURE_SECONDS
    doubts = not slow.presence.sure
    assert doubts, "so it begins nothing of what it stored"
    await other.pass_time(DEAD_SECONDS + BEAT_SECONDS)
    assert other.taken == [(1, "a")]
    await slow.pass_time(BEAT_SECONDS)
    assert slow.presence.id != former
    assert slow.presence.sure
    assert await other.known() == {slow.presence.id, other.presence.id}
    await slow.inbox.keep([(2, "b")], at=NOW)
    await together(slow, other, DEAD_SECONDS)
    assert other.taken == [(1, "a")], "what it has in hand under its new name is its own"


async def test_who_slept_takes_nobody_for_dead(two: tuple[Member, Member]) -> None:
    one, other = two
    await one.inbox.keep([(1, "a")], at=NOW)
    other.seconds += 7200  # the whole machine slept, and both of them with it
    await other.presence.turn()
    assert other.taken == []


async def test_a_clean_end_leaves_everything_at_once(two: tuple[Member, Member]) -> None:
    going, other = two
    await going.inbox.keep([(1, "a")], at=NOW)
    assert await going.presence.take_part("polling")
    assert not await other.presence.take_part("polling")
    await going.presence.leave()
    assert await other.presence.take_part("polling")
    await other.presence.turn()
    assert other.taken == [(1, "a")]


async def test_one_polls_and_another_takes_over_from_a_dead_one(
    two: tuple[Member, Member],
) -> None:
    dead, other = two
    won = await asyncio.gather(*(one.presence.take_part("polling") for one in (dead, other, dead)))
    assert won in ([True, False, True], [False, True, False])
    if not won[0]:
        dead, other = other, dead
    await other.pass_time(DEAD_SECONDS - BEAT_SECONDS)
    assert not await other.presence.take_part("polling")
    await other.pass_time(2 * BEAT_SECONDS)
    assert await other.presence.take_part("polling")
    assert not await dead.presence.take_part("polling")


async def test_an_ended_process_of_this_machine_is_known_at_once(
    two: tuple[Member, Member],
) -> None:
    alive, _ = two
    alive.presence._place = here()
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await ended.wait()
    for id, process in (("ended", ended.pid), ("reused", os.getpid()), ("runs", os.getppid())):
        await alive.replicas.enter(id, here(), process, since=NOW, revision=1)
        await Inbox(alive.batches, id).keep([(len(id), id)], at=NOW)
    await alive.presence.turn()
    assert alive.taken == [(5, "ended"), (6, "reused")]
    assert "runs" in await alive.known()


async def test_while_the_database_is_away_nobody_dies(tmp_path: Path, engine: AsyncEngine) -> None:
    one, other = Member(engine), Member(engine)
    for member in (one, other):
        await member.presence.enter()
        await member.presence.turn()
    away = Replicas(Batches(create_engine(f"sqlite:///{tmp_path}/none/x.db")))
    one.presence._replicas, kept = away, one.presence._replicas
    for _ in range(round(DEAD_SECONDS / BEAT_SECONDS)):
        one.seconds += BEAT_SECONDS
        with pytest.raises(DatabaseAway):
            await one.presence.turn()
    one.presence._replicas = kept
    one.seconds += BEAT_SECONDS
    await one.presence.turn()
    assert await one.known() == {one.presence.id, other.presence.id}
    for member in (one, other):
        await member.batches.close()
