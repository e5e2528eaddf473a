"""Calendar addresses in the database, and what a calendar holds for whom."""

from datetime import UTC, datetime
from functools import partial

import icalendar
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import subscriptions
from db.batches import Batches
from db.chats import Chats
from db.engine import create_engine, reading, writing
from db.errors import DatabaseAway
from db.feeds import Feed, Feeds, Wanted, hashed
from db.migrate import downgrade, upgrade
from db.subscriptions import Subscribed
from knowledge.entries import Entry
from knowledge.feed import followed, write_feed
from knowledge.snapshot import Snapshot
from tests.ics_histories import snapshot_of

CHAT, OTHER = 4711, 4712
TODAY = datetime(2027, 3, 17, tzinfo=UTC)


async def rows(engine: AsyncEngine) -> list[tuple[object, ...]]:
    async with reading(engine) as connection:
        statement = text("SELECT token, chat_id FROM calendar_feeds ORDER BY chat_id")
        return [tuple(row) for row in await connection.execute(statement)]


async def test_a_chat_has_one_address_of_which_a_hash_is_kept(engine: AsyncEngine) -> None:
    batches = Batches(engine)
    feeds = Feeds(batches)
    assert await feeds.of_chat(CHAT) is None
    assert not await feeds.set_alarms(CHAT, on=True)
    first = await feeds.make(CHAT, at=5)
    assert await feeds.set_alarms(CHAT, on=True)
    other = await feeds.make(OTHER, at=6)
    second = await feeds.make(CHAT, at=7)
    assert len({first, second, other}) == 3
    assert min(map(len, (first, second, other))) == 43
    assert await rows(engine) == [(hashed(second), CHAT), (hashed(other), OTHER)]
    assert await feeds.of_chat(CHAT) == Feed(7, alarms=True), "what was chosen stays"
    assert await feeds.asked(first) is None
    assert await feeds.asked(hashed(second)) is None, "who reads the database has no address"
    assert await feeds.asked(second) == Wanted((), alarms=True, language=None, changed=7)
    assert await feeds.end(CHAT)
    assert not await feeds.end(CHAT)
    assert await feeds.asked(second) is None
    assert await feeds.asked(other) is not None
    await batches.close()


async def test_what_is_wanted_says_not_whose_it_is(engine: AsyncEngine) -> None:
    batches = Batches(engine)
    feeds = Feeds(batches)
    token = await feeds.make(CHAT, at=5)
    await Chats(batches, alone=lambda: False).change(CHAT, language="en", last_seen="2027-01-01")
    for thread, target, leads, since in (
        (1, "textile", ("1d", "2h"), 9),
        (2, "textile", ("1w",), 8),
        (2, "esm", (), 8),
    ):
        wanted = Subscribed(CHAT, thread, "partnership", target, leads, since)
        await batches.now(partial(subscriptions.save, wanted=wanted))
    found = await feeds.asked(token)
    follows = (("partnership", "esm", ()), ("partnership", "textile", ("1d", "2h", "1w")))
    assert found == Wanted(follows, alarms=False, language="en", changed=9)
    assert str(CHAT) not in repr(found)
    await batches.close()


async def test_what_was_asked_for_is_known_while_the_database_is_away(engine: AsyncEngine) -> None:
    batches, away = Batches(engine), Batches(create_engine("sqlite:////none/none.db"))
    feeds = Feeds(batches)
    known, unknown = await feeds.make(CHAT, at=5), await feeds.make(OTHER, at=5)
    wanted = await feeds.asked(known)
    feeds._batches = away
    assert await feeds.asked(known) == wanted
    with pytest.raises(DatabaseAway):
        await feeds.asked(unknown)
    feeds._batches = batches
    await feeds.end(CHAT)
    feeds._batches = away
    with pytest.raises(DatabaseAway):
        await feeds.asked(known)
    await batches.close()


async def test_of_several_addresses_of_an_older_version_the_newest_stays(
    empty_engine: AsyncEngine,
) -> None:
    await upgrade(empty_engine)
    await downgrade(empty_engine, "0007")
    async with writing(empty_engine) as connection:
        for token, chat, since in (("a", 1, 5), ("b", 1, 7), ("c", 1, 7), ("d", 2, 1)):
            given = {"token": token, "chat": chat, "since": since}
            statement = "INSERT INTO calendar_feeds VALUES (:token, :chat, FALSE, :since)"
            await connection.execute(text(statement), given)
    assert await upgrade(empty_engine)
    assert await rows(empty_engine) == [("c", 1), ("d", 2)]


def test_followed_are_all_events_or_those_of_the_subscriptions(snapshot: Snapshot) -> None:
    assert len(followed(snapshot, ())) == len(snapshot.events)
    committee = followed(snapshot, [("series", "steering-committee", ("1d",))])
    assert len(committee) > 5
    assert {leads for _, leads in committee} == {("1d",)}
    both = followed(
        snapshot,
        [("series", "steering-committee", ("2h",)), ("milestones", "", ("1w", "1d"))],
    )
    assert {leads for _, leads in both} == {("2h",), ("1w", "1d"), ("1w", "1d", "2h")}
    assert followed(snapshot, [("event", "gone", ("1d",))]) == []


@pytest.mark.parametrize(
    ("day", "status", "sounds"),
    [
        ("2027-03-16", "confirmed", False),
        ("2027-03-17", "confirmed", True),
        ("2027-05-01", "confirmed", True),
        ("2027-05-01", "cancelled", False),
    ],
)
def test_only_what_is_ahead_sounds(
    snapshot: Snapshot,
    day: str,
    status: str,
    sounds: bool,  # noqa: FBT001
) -> None:
    entry = Entry(title="A day", start=day, precision="day", start_time="09:00", status=status)
    known = snapshot_of(snapshot, entry, 2)
    for alarms in (True, False):
        feed = write_feed(
            known,
            [("event", "e", ("1d", "2h"))],
            name="Mine",
            alarms=alarms,
            pages=lambda _: None,
            today=TODAY,
        )
        (event,) = icalendar.Calendar.from_ical(feed.content).events
        assert len(event.walk("VALARM")) == (2 if sounds and alarms else 0)
        assert feed.changed == event.decoded("LAST-MODIFIED")
