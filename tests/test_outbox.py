"""Claims, outcomes and leases, on both engines and with more than one process."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db import deliveries, leases, outbox
from db.batches import Batches
from db.deliveries import Entry, Planned
from db.leases import Held
from db.replicas import Replicas
from db.sqlite import Execute
from handlers.bundles import together

NOW = 1_800_000_000
HOUR = 3600


class Outbox:
    """The outbox as one process sees it."""

    def __init__(self, batches: Batches, name: str) -> None:
        self.batches = batches
        self.name = name

    async def add(self, *rows: Planned) -> None:
        await self.batches.now(lambda execute: deliveries.add(execute, rows))

    async def claim(
        self, most: int = 4, *, at: int = NOW, busy: Collection[int] = ()
    ) -> list[tuple[Entry, ...]]:
        def work(execute: Execute) -> list[tuple[Entry, ...]]:
            return outbox.claim(
                execute,
                self.name,
                lambda rows: together(rows, now=at),
                now=at,
                at=at,
                most=most,
                busy=busy,
                locking=self.batches.locking,
            )

        return await self.batches.now(work)

    async def chats(self, most: int = 4, *, at: int = NOW, busy: Collection[int] = ()) -> list[int]:
        return [rows[0].chat_id for rows in await self.claim(most, at=at, busy=busy)]

    async def settle(self, rows: tuple[Entry, ...], state: str = "sent") -> None:
        await self.batches.now(lambda execute: outbox.settle(execute, rows, state, now=NOW))

    async def of(self, chat_id: int) -> list[Entry]:
        return await self.batches.read(
            lambda execute: deliveries.entries_of(execute, chat_id=chat_id)
        )


def row(chat: int, event: str = "x", lead: str = "1h", **fields: int) -> Planned:
    plain = Planned(chat, 0, event, lead, 1, NOW - 5, NOW + HOUR)
    return replace(plain, **fields)  # type: ignore[arg-type]  # names of its fields


@pytest.fixture
async def one(engine: AsyncEngine) -> AsyncIterator[Outbox]:
    batches = Batches(engine)
    await Replicas(batches).enter("one", "here", 1, since=0, revision=0)
    yield Outbox(batches, "one")
    await batches.close()


@pytest.fixture
async def two(engine: AsyncEngine) -> AsyncIterator[Outbox]:
    batches = Batches(engine)
    await Replicas(batches).enter("two", "there", 2, since=0, revision=0)
    yield Outbox(batches, "two")
    await batches.close()


async def die(process: Outbox) -> None:
    """The process ends, or another notices that it has."""
    await process.batches.now(
        lambda execute: (
            execute("DELETE FROM replicas WHERE id = :id", {"id": process.name}) and None
        )
    )


async def test_a_row_is_claimed_once(one: Outbox, two: Outbox) -> None:
    await one.add(*(row(chat) for chat in range(1, 61)))

    async def all_of_it(process: Outbox) -> list[int]:
        mine: list[int] = []
        while found := await process.chats(7, busy=mine):
            mine += found
        return mine

    found = await asyncio.gather(all_of_it(one), all_of_it(two))
    assert sorted(chat for chats in found for chat in chats) == list(range(1, 61))


async def test_the_soonest_events_go_first_and_no_chat_gets_two(one: Outbox) -> None:
    await one.add(
        row(1, "late", until=NOW + 9 * HOUR),
        row(1, "next", until=NOW + 3 * HOUR),
        row(2, until=NOW + 2 * HOUR),
        row(3, until=NOW + 1 * HOUR, due=NOW + 1),
    )
    claimed = await one.claim()
    assert [(rows[0].chat_id, rows[0].event) for rows in claimed] == [(2, "x"), (1, "next")]
    assert await one.chats(busy=(1, 2)) == []
    assert await one.chats(busy=(2, 6, 7)) == [1]
    assert await one.chats(at=NOW + 1) != []


async def test_who_was_killed_leaves_rows_that_may_have_been_sent(one: Outbox, two: Outbox) -> None:
    await one.add(row(1))
    await one.claim()
    assert await two.chats() == [], "whatever the time is, one lives"
    assert await two.chats(at=NOW + 100_000) == []
    await die(one)
    ((found,),) = await two.claim()
    assert (found.attempt, outbox.may_repeat(found), outbox.crashes(found)) == (2, True, 1)
    await die(two)
    await Replicas(two.batches).enter("three", "there", 3, since=0, revision=0)
    ((found,),) = await Outbox(two.batches, "three").claim()
    assert (found.attempt, outbox.crashes(found)) == (3, 2)


async def test_what_a_commit_hid_from_its_own_process_is_found(one: Outbox) -> None:
    await one.add(row(1))
    await one.claim()
    assert await one.chats(busy=(1,)) == [], "it is being sent"
    assert await one.chats() == [1]


async def test_outcomes(one: Outbox) -> None:
    await one.add(*(row(chat) for chat in (1, 2, 3)))
    sent, waits, unsure = await one.claim()
    await one.settle(sent)

    def work(execute: Execute) -> None:
        outbox.put_off(execute, waits, until=NOW + 30)
        outbox.put_off_chat(execute, 2, now=NOW, until=NOW + 30)
        outbox.hide(execute, unsure, until=NOW + 2)

    await one.add(row(2, "another"))
    await one.batches.now(work)
    assert await one.chats() == []
    assert await one.chats(at=NOW + 2) == [3]
    ((first,),) = [rows for rows in await one.claim(at=NOW + 30) if rows[0].chat_id == 2]
    assert not outbox.may_repeat(first)
    assert [one.state for one in await one.of(1)] == ["sent"]


async def test_a_clock_set_back_holds_nothing_up_for_long(one: Outbox) -> None:
    await one.add(row(1))
    ((first,),) = await one.claim()
    await one.batches.now(lambda ex: outbox.put_off(ex, [first], until=NOW + 5))
    assert await one.chats(at=NOW) == []
    await one.batches.now(lambda ex: ex("UPDATE deliveries SET due = due - 9000", {}) and None)
    assert await one.chats(at=NOW - HOUR) == [1]


async def test_what_is_of_no_use_any_more_is_withheld(one: Outbox) -> None:
    await one.add(row(1), row(2, until=NOW), row(3, due=NOW + 9, until=NOW + 8))
    assert await one.batches.now(lambda ex: outbox.withhold_past(ex, now=NOW)) == 1
    (held,) = await one.of(2)
    assert (held.state, held.reason) == ("withheld", "ended")


async def test_how_much_waits(one: Outbox) -> None:
    await one.add(row(1), row(2), row(3, due=NOW + 50), row(4, due=NOW + 90))
    depth = await one.batches.read(lambda ex: outbox.depth(ex, now=NOW))
    assert (depth.planned, depth.due, depth.oldest) == (4, 2, NOW - 5)
    assert await one.batches.read(lambda ex: outbox.next_due(ex, now=NOW)) == NOW + 50
    await one.claim()
    assert await one.batches.read(lambda ex: outbox.next_due(ex, now=NOW + 90)) is None


async def test_old_receipts_become_counts(one: Outbox) -> None:
    await one.add(*(row(chat) for chat in (1, 2, 3)))
    claimed = await one.claim()
    for rows in claimed[:2]:
        await one.settle(rows)
    await one.batches.now(lambda ex: deliveries.tidy(ex, before=NOW + 1))
    assert [await one.of(chat) for chat in (1, 2)] == [[], []]
    counted = await one.batches.read(
        lambda ex: ex("SELECT lead, state, number FROM delivery_counts", {})
    )
    assert [tuple(found) for found in counted] == [("1h", "sent", 2)]
    await one.settle(claimed[2])
    await one.batches.now(lambda ex: deliveries.tidy(ex, before=NOW + 1))
    assert await _counted(one) == [("1h", "sent", 3)]


async def _counted(process: Outbox) -> list[tuple[object, ...]]:
    counted = "SELECT lead, state, number FROM delivery_counts"
    rows = await process.batches.read(lambda execute: execute(counted, {}))
    return [tuple(row) for row in rows]


async def test_a_lease_has_one_holder(one: Outbox, two: Outbox) -> None:
    async def take(process: Outbox, left: Held | None = None) -> Held:
        return await process.batches.now(
            lambda ex: leases.take(ex, "delivery", process.name, left=left)
        )

    first = await take(one)
    assert first.holder == "one"
    assert await take(two) == first
    renewed = await take(one)
    assert renewed.renewed != first.renewed
    assert (await take(two, left=first)).holder == "one", "it was renewed since"
    assert (await take(two, left=renewed)).holder == "two"
    assert (await take(one)).holder == "two"
    await two.batches.now(lambda ex: leases.release(ex, "delivery", "one"))
    assert (await take(one)).holder == "two", "only one's own is given back"
    await die(two)
    assert (await take(one)).holder == "one"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("x", "1d", 0), ("x", "1h", 60)], [("x", "1h"), ("x", "1d")]),
        ([("x", "1d", 0), ("y", "1d", 0)], [("x", "1d")]),
        ([("x", "1d", -HOUR), ("y", "1d", -HOUR)], [("x", "1d"), ("y", "1d")]),
        ([("x", "1d", 0), ("y", "change", 60)], [("y", "change")]),
        ([("x", "snooze", 0), ("x", "1h", 0)], [("x", "snooze"), ("x", "1h")]),
        ([], []),
    ],
)
def test_what_goes_out_together(
    rows: list[tuple[str, str, int]], expected: list[tuple[str, str]]
) -> None:
    due = [Entry(1, 0, event, lead, 1, NOW + at, NOW + HOUR) for event, lead, at in rows]
    assert [(one.event, one.lead) for one in together(due, now=NOW + 60)] == expected


def test_a_digest_is_one_message() -> None:
    quiet = [Entry(1, 0, event, "1d", 1, NOW, NOW + HOUR, silent=True) for event in "abc"]
    assert together(quiet, now=NOW) == quiet
