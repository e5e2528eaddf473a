"""Processes that are killed or stopped while people ask."""

import asyncio
from collections.abc import Iterable

from handlers.lanes import SLOTS
from tests.botapi import BotApiServer
from tests.soak.asking import Asking
from tests.soak.figures import Figure, never, timed
from tests.soak.stage import Site, Stage
from tests.telegram_process import BotProcess

CROWD = 500
STOPS = 5


async def killed(stage: Stage) -> Iterable[Figure]:
    """One of two replicas is killed under load, and comes back later."""
    async with stage.site(2, delay=0.02) as site:
        asking, seconds = Asking(site.server, site.people(1000)), stage.pick(15, 60)
        load = asyncio.create_task(asking.at_rate(50, seconds))
        await asyncio.sleep(seconds / 3)
        hidden = await _kill(site, asking, site.bots[0])
        await asyncio.sleep(seconds / 3)
        await site.bots[0].start(ready="setWebhook")
        await load
        lost = await asking.answered(60)
        return [
            Figure("questions asked", asking.asked),
            never("acknowledged and not answered", lost),
            never("sends whose outcome the kill hid", hidden, SLOTS),
            never("answered twice", asking.doubled, hidden),
            never("updates left in hand", await site.settled()),
            *timed("answer", asking.times),
            *site.manners(),
        ]


async def crowd(stage: Stage) -> Iterable[Figure]:
    """Five hundred updates are in flight at a kill."""
    async with stage.database() as database, BotApiServer(delay=0.05) as server:
        bot = BotProcess(server, database)
        site = Site(server, database, [bot])
        await bot.start()
        asking = Asking(server, site.people(CROWD))
        for person in asking.people:
            asking.ask(person)
        await server.wait_for(lambda: not server.updates.pending, seconds=30)
        flying = asking.unanswered
        hidden = await _kill(site, asking, bot)
        await bot.start()
        lost = await asking.answered(120)
        left = await site.settled()
        await bot.end()
        return [
            Figure("updates stored and not answered at the kill", flying),
            never("lost", lost),
            never("sends whose outcome the kill hid", hidden, SLOTS),
            never("answered twice", asking.doubled, hidden),
            never("updates left in hand", left),
            *site.manners(),
        ]


async def _kill(site: Site, asking: Asking, bot: BotProcess) -> int:
    """Kills a process; how many of its answers have arrived without its having noted it."""
    assert bot.process is not None
    process = bot.process.pid
    await bot.kill()
    asking.look()
    rows = await site.database.rows(
        "SELECT update_id FROM updates JOIN replicas ON replicas.id = updates.holder "
        "WHERE outcome IS NULL AND process = :process",
        process=process,
    )
    return len(asking.answers & {id for (id,) in rows})


async def stopped(stage: Stage) -> Iterable[Figure]:
    """The bot is stopped again and again in good order, in the midst of questions."""
    async with stage.database() as database, BotApiServer(delay=0.1) as server:
        bot = BotProcess(server, database)
        site = Site(server, database, [bot])
        asking, codes = Asking(server, site.people(1000)), []
        for _ in range(stage.pick(STOPS, 10 * STOPS)):
            await bot.start()
            await asking.at_rate(60, asking.chance.uniform(0.2, 1.5))
            codes.append(await bot.end())
        await bot.start()
        lost = await asking.answered(60)
        await bot.end()
        return [
            Figure("stops", len(codes)),
            never("that ended with an error", sum(map(bool, codes))),
            never("lost", lost),
            never("answered twice", asking.doubled),
            *site.manners(),
        ]


async def rolled(stage: Stage) -> Iterable[Figure]:
    """Two replicas are stopped and started in turn under load, as when a new version goes out."""
    async with stage.site(2, delay=0.02) as site:
        asking, codes = Asking(site.server, site.people(1000)), []
        load = asyncio.create_task(asking.at_rate(40, stage.pick(20, 200)))
        while not load.done():
            for bot in site.bots:
                await asyncio.sleep(1)
                codes.append(await bot.end())
                await bot.start(ready="setWebhook")
        lost = await asking.answered(60)
        return [
            Figure("questions asked", asking.asked),
            Figure("stops", len(codes)),
            never("that ended with an error", sum(map(bool, codes))),
            never("lost", lost),
            never("answered twice", asking.doubled),
            never("updates left in hand", await site.settled()),
            *timed("answer", asking.times),
            *site.manners(),
        ]


async def repeated(stage: Stage) -> Iterable[Figure]:
    """The same hundred updates come ten times, while others change things as well."""
    async with stage.site(2 if stage.databases.engine == "postgresql" else 0) as site:
        server, people = site.server, site.people(100)
        zones = ("Lisbon", "Helsinki")
        updates = [
            server.world.say(person, f"/timezone {zones[number % 2]}")
            for number, person in enumerate(people)
        ]
        for _ in range(9):
            for update in updates:
                server.world.redeliver(update)
        for person in people:
            await server.wait_for_message(person, seconds=60)
            server.world.say(person, "/timezone Rome")
        for update in updates:
            server.world.redeliver(update)
        for person in people:
            await server.wait_for_message(person, count=2, seconds=60)
        left = await site.settled()
        messages = sum(len(server.from_bot(person)) for person in people)
        rows = await site.database.rows("SELECT COUNT(*) FROM chats WHERE zone = 'Europe/Rome'")
        return [
            Figure("deliveries of the same 100 updates", 10 * len(updates)),
            never("effects too many", messages - 2 * len(people)),
            never("effects that are missing or undone", len(people) - rows[0][0]),
            never("updates left in hand", left),
            *site.manners(),
        ]
