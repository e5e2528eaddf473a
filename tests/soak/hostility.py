"""Forged presses and posts, slow clients, hostile texts and names."""

import asyncio
import random
from collections.abc import Iterable
from http import HTTPStatus

import httpx
from sqlalchemy import inspect

from db.engine import create_engine, reading
from tests.botapi import Message, Update, User
from tests.databases import Database
from tests.hostile import PIECES, hostile_texts
from tests.soak.figures import Figure, never
from tests.soak.stage import Site, Stage
from tests.telegram_process import ADMIN, SECRET

HEADER = "X-Telegram-Bot-Api-Secret-Token"
EACH = 80
"""Presses and messages of one person, less than what is too fast."""

AT_ONCE = 200
IDLERS = 60
"""Clients that send a byte now and then."""

_LETTERS = "PLSFRZYWMNX"
_WORDS = (
    *("zone.Europe/Lisbon", "yes", "lead.1d.event=kick-off-2016", "60m.1", "1", "0", "-1"),
    *("teach.1.partnership/textile", "dismiss.1", "open.1", "regions.99999", "1.find||r~list~~~"),
    *("find||p~list~r1-:r=catalonia~~", "find||x~x~x~~", "none", "event.hold.1", "cancel.1"),
)


async def forged(stage: Stage) -> Iterable[Figure]:
    """Presses with data that the bot never made, and of what only admins may do."""
    number = stage.pick(1000, 10_000)
    chance = random.Random(5)  # noqa: S311 - has to be repeatable, not secret
    async with stage.site(ADMIN_IDS=str(ADMIN)) as site:
        server, world = site.server, site.server.world
        eves = site.people(number // EACH + 1, "Eve")
        messages = [await _first(site, eve) for eve in eves]
        before = await _acts(site.database)
        unanswered = 0
        for begin in range(0, number, AT_ONCE):
            presses = [
                world.forge(eves[n // EACH], messages[n // EACH], _data(chance))
                for n in range(begin, min(begin + AT_ONCE, number))
            ]
            unanswered += await _acknowledged(site, presses)
        after = await _acts(site.database)
        changed = [table for table in before if before[table] != after[table]]
        for table in changed:
            print(f"    {table}: {before[table][:200]} -> {after[table][:200]}")
        return [
            Figure("forged presses", number),
            never("that acted", len(changed)),
            never("that got no answer", unanswered),
            never("people not answered afterwards", not await _still_answers(site)),
            never("updates left in hand", await site.settled()),
            *site.manners(),
            Figure("messages about them", len(server.calls_of("sendMessage")) - len(eves)),
        ]


async def posted(stage: Stage) -> Iterable[Figure]:
    """Posts without the secret or with a wrong one, too large, too slow."""
    number = stage.pick(1000, 10_000)
    async with stage.site(1, ADMIN_IDS=str(ADMIN)) as site:
        eve = site.server.world.user("Eve")
        await _first(site, eve)
        before = await _acts(site.database)
        updates = await site.database.rows("SELECT COUNT(*) FROM updates")
        address = site.server.webhook.url
        port = int(site.bots[0].environment["PORT"])
        idlers = [asyncio.create_task(_idle(port, n)) for n in range(IDLERS)]
        statuses: list[int] = []
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as client:
            for begin in range(0, number, AT_ONCE):
                posts = [
                    _post(client, address, eve, n)
                    for n in range(begin, min(begin + AT_ONCE, number))
                ]
                statuses += await asyncio.gather(*posts)
            health = await client.get(f"http://127.0.0.1:{port}/health")
        for one in idlers:
            one.cancel()
        await asyncio.gather(*idlers, return_exceptions=True)
        accepted = sum(200 <= status < 300 for status in statuses)
        stored = await site.database.rows("SELECT COUNT(*) FROM updates")
        return [
            Figure("posts", number),
            Figure("slow clients beside them", IDLERS),
            never("that were taken", accepted + stored[0][0] - updates[0][0]),
            never("that acted", before != await _acts(site.database)),
            never("process not well", health.status_code != HTTPStatus.OK),
            never("people not answered afterwards", not await _still_answers(site)),
            *site.manners(),
        ]


async def texts(stage: Stage) -> Iterable[Figure]:
    """Hostile texts and queries from people with hostile names."""
    number = stage.pick(2000, 100_000)
    async with stage.site(LOG_LEVEL="WARNING") as site:
        server, world = site.server, site.server.world
        said = hostile_texts(number, seed=7)
        chance = random.Random(8)  # noqa: S311 - has to be repeatable, not secret
        people: list[User] = []
        silent = 0
        for begin in range(0, number, AT_ONCE):
            if begin % (AT_ONCE * EACH) == 0:
                people = [world.user(_name(chance)) for _ in range(AT_ONCE)]
                had = dict.fromkeys((one.id for one in people), 0)
            queries = []
            for person, text in zip(people, said[begin : begin + AT_ONCE], strict=False):
                had[person.id] = len(server.from_bot(person))
                world.say(person, text)
                queries.append(world.inline(person, text[:256]))
            silent += await _acknowledged(site, queries)
            for person, _ in zip(people, queries, strict=False):
                try:
                    await server.wait_for_message(person, count=had[person.id] + 1, seconds=30)
                except TimeoutError:
                    silent += 1
        return [
            Figure("texts, each asked in a chat and inline", number),
            never("without an answer", silent),
            never("people not answered afterwards", not await _still_answers(site)),
            never("updates left in hand", await site.settled()),
            *site.manners(),
        ]


async def _first(site: Site, person: User) -> Message:
    site.server.world.say(person, "/regions")
    return await site.server.wait_for_message(person, seconds=30)


async def _still_answers(site: Site) -> bool:
    person = site.server.world.user("Ana")
    site.server.world.say(person, "which partnerships is Catalonia in?")
    return (await site.server.wait_for_message(person, seconds=30)).text.startswith("Catalonia")


async def _acknowledged(site: Site, queries: list[Update]) -> int:
    """Waits until all are answered; how many are not."""
    left = 0
    for query in queries:
        try:
            await site.server.wait_for_answer(query, seconds=30)
        except TimeoutError:
            left += 1
    return left


async def _acts(database: Database) -> dict[str, str]:
    """All tables in which something shows that was done, apart from what a chat is about."""
    engine = create_engine(database.url)
    try:
        async with reading(engine) as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await engine.dispose()
    passing = {"updates", "replicas", "leases", "chat_focus", "answered_questions"}
    statements = {name: f'SELECT * FROM "{name}"' for name in names if name not in passing}  # noqa: S608
    return {name: repr(await database.rows(what)) for name, what in statements.items()}


def _data(chance: random.Random) -> str:
    """Data of a press, most of it close to what the bot would make."""
    kind = chance.random()
    if kind < 0.4:
        line = f"1{chance.choice(_LETTERS)}{_broken(chance, chance.choice(_WORDS))}"
    elif kind < 0.6:
        line = f"{chance.choice('023x ')}{chance.choice(_LETTERS)}{chance.choice(_WORDS)}"
    elif kind < 0.8:
        line = "1" + _broken(chance, "find||p~list~r1-:r=catalonia~~")
    else:
        line = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 6)))
    return line.encode()[:64].decode(errors="ignore") or "?"


def _broken(chance: random.Random, word: str) -> str:
    """A word with a sign too many or another one."""
    place = chance.randrange(len(word))
    return word[:place] + chance.choice("~|.:=-/x9\u202e💥") + word[place + chance.randrange(2) :]


def _name(chance: random.Random) -> str:
    name = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 6)))
    return name.strip()[:64] or "<b>"


async def _post(client: httpx.AsyncClient, address: str, eve: User, number: int) -> int:
    """One post that must not be taken; its status, 0 where the connection was closed."""
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": eve.id, "type": "private"},
        "from": {"id": ADMIN, "is_bot": False, "first_name": "Eve"},
        "text": "/timezone Lisbon",
    }
    update = {"update_id": 900_000_000 + number, "message": message}
    secrets = (None, "", SECRET[:-1], SECRET.upper(), f"{SECRET} ", "x" * 4000)
    secret = secrets[number % len(secrets)]
    headers = {} if secret is None else {HEADER: secret}
    if number % 50 == 0:
        update["padding"] = "x" * 2_000_000  # a body that is too large
        headers = {HEADER: SECRET}
    try:
        return (await client.post(address, json=update, headers=headers)).status_code
    except httpx.TransportError:
        return 0


async def _idle(port: int, number: int) -> None:
    """Keeps a connection, and sends next to nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if number % 2:
            writer.write(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"X")
            await asyncio.sleep(0.5)
    except ConnectionError:
        return
    finally:
        writer.transport.abort()
