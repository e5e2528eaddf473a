"""Knowledge that cannot be read, and a pack that is not right."""

from collections.abc import Iterable

from db import calendar
from db.batches import Batches
from db.engine import create_engine
from tests.pack_maker import make_other
from tests.questions import QUESTIONS
from tests.soak.asking import Asking
from tests.soak.figures import Figure, never
from tests.soak.stage import Site, Stage

STAYS = "The knowledge of revision"
TOLD = "one still answers from knowledge"


async def stale(stage: Stage) -> Iterable[Figure]:
    """The facts become unreadable while the bot runs, and a broken pack is loaded."""
    async with stage.site() as site:
        site.expected.append(STAYS)
        asking, bot = Asking(site.server, site.people(200)), site.bots[0]
        before = await _answers(site)
        await site.database.change("ALTER TABLE topics RENAME TO topics_away")
        await site.database.change("UPDATE packs SET checksum = checksum || '-'")
        await _raise(site)
        await asking.at_rate(20, 5)
        lost, during = await asking.answered(30), await _answers(site)
        said = STAYS in bot.read_log()
        _, shown = await bot.command_line("doctor")
        await site.database.change("ALTER TABLE topics_away RENAME TO topics")
        await site.database.change("UPDATE packs SET checksum = RTRIM(checksum, '-')")
        await _raise(site)
        wrong = make_other(site.database.folder, topics_yaml="- {id: x, name: X, text: [}\n")
        code, _ = await bot.command_line("load", str(wrong))
        await asking.at_rate(20, 3)
        lost, after = await asking.answered(30), await _answers(site)
        return [
            Figure("questions asked", asking.asked),
            never("questions unanswered", lost),
            never("answers that are not those from before", (during != before) + (after != before)),
            never("silence about it in the log", not said),
            never("silence about it in doctor", TOLD not in shown),
            never("broken packs loaded", code == 0),
            *site.manners(),
        ]


async def _answers(site: Site) -> list[str]:
    """What the bot says to each question."""
    found = []
    for question in QUESTIONS:
        person = site.server.world.user("Ana")
        site.server.world.say(person, question)
        found.append((await site.server.wait_for_message(person)).text)
    return found


async def _raise(site: Site) -> None:
    """Tells the running bot that the knowledge is another."""
    engine = create_engine(site.database.url)
    batches = Batches(engine)
    try:
        await batches.now(calendar.raise_knowledge)
    finally:
        await batches.close()
        await engine.dispose()
