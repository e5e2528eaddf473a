"""Draws the README's picture: what the running bot says in conversations with it.

``python -m tests.transcript`` (``make transcript``) runs the bot against the test server, writes
down what the chats then show, puts it into a page and has Chromium make a picture of that.
"""

import argparse
import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from tests.botapi import BotApiServer, Chat, Message
from tests.databases import Database, SqliteDatabases, with_knowledge
from tests.telegram_process import ROOT, BotProcess, Telegram, running

PICTURE = ROOT / "docs" / "telegram.png"
USERNAME = "your_bot"
ZONE = ZoneInfo("Europe/Brussels")
ASKED = datetime(2017, 3, 10, 9, 0, tzinfo=ZONE)
"""When the reminder is asked for, and below when it comes: a day before a meeting of 2017."""
DUE = datetime(2017, 3, 16, 9, 0, tzinfo=ZONE)
SIZE = (1240, 954)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Bubble:
    """One message as the picture shows it; ``who`` is empty for one's own."""

    html: Markup
    time: str
    who: str
    mine: bool
    rows: list[list[dict[str, Any]]] = field(default_factory=list)
    quoted: str = ""
    day: str = ""


@dataclass(frozen=True)
class Phone:
    """One chat: its title, what stands below it, its messages, and cards while one types."""

    title: str
    below: str
    bubbles: list[Bubble]
    typed: str = ""
    cards: list[dict[str, Any]] = field(default_factory=list)


class Scene:
    """A server whose messages are dated by a clock that the script sets, and its databases."""

    def __init__(self, server: BotApiServer, databases: SqliteDatabases, folder: Path) -> None:
        self.server = server
        self.databases = databases
        self.folder = folder

    def database(self, name: str) -> Database:
        place = self.folder / name
        place.mkdir()
        return self.databases.make(place, with_knowledge)

    async def questions(self) -> Phone:
        """Questions in a private chat, today."""
        person = self.server.world.user("You")
        async with running(self.server, self.database("questions")) as bot:
            telegram = Telegram(self.server, bot)
            await telegram.say(person, "wich partnerships is Catalunya in?")
            await telegram.say(person, "and which of these does it lead?")
        chat = self.server.world.private(person)
        return Phone("S3P-Industry assistant", "bot", list(bubbles(self.server, chat)))

    async def reminder(self, moment: "Moment") -> Phone:
        """A reminder, asked for and received in a rehearsal of 2017."""
        person = self.server.world.user("You")
        database = self.database("reminder")
        chat = self.server.world.private(person)
        moment.at = ASKED
        bot = BotProcess(self.server, database)
        async with rehearsal(bot, ASKED):
            telegram = Telegram(self.server, bot)
            await telegram.say(person, "/timezone Brussels")
            hidden = len(self.server.messages(chat))
            await telegram.say(person, "remind me a day before the next steering committee")
            came = len(self.server.from_bot(chat))
        moment.at = DUE
        async with rehearsal(bot, DUE - timedelta(seconds=1)):
            await self.server.wait_for_message(person, count=came + 1, seconds=30)
        shown = list(bubbles(self.server, chat, hidden=hidden))
        return Phone("S3P-Industry assistant", "bot, in a rehearsal of 2017", shown)

    async def group(self) -> Phone:
        """A question in a group, and a card that is being chosen for another chat."""
        one, other = self.server.world.user("You"), self.server.world.user("A colleague")
        group = self.server.world.supergroup("Textile regions", one, other)
        async with running(self.server, self.database("group")) as bot:
            telegram = Telegram(self.server, bot)
            self.server.world.say(other, "Who else from here works with Flanders?", chat=group)
            question = f"@{USERNAME} what do Lombardy and Flanders share?"
            answer = await telegram.say(one, question, chat=group)
            await telegram.say(other, "is Valencia in textile?", chat=group, reply_to=answer)
            typed = "lombardy catalonia"
            query = self.server.world.inline(one, typed)
            cards = (await self.server.wait_for_answer(query))["results"]
        shown = list(bubbles(self.server, group, me=one.id))
        return Phone(group.title, "group", shown, f"@{USERNAME} {typed}", cards)


class rehearsal:  # noqa: N801 - a context manager, read like a function
    """A run of the bot whose clock begins at a moment."""

    def __init__(self, bot: BotProcess, start: datetime) -> None:
        self._bot = bot
        bot.command = ("bot", "run", "--clock", start.isoformat())

    async def __aenter__(self) -> None:
        await self._bot.start()

    async def __aexit__(self, *_: object) -> None:
        await self._bot.end()


class Moment:
    """The clock of the server, which dates the messages: it stands where it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def bubbles(
    server: BotApiServer, chat: Chat, *, me: int | None = None, hidden: int = 0
) -> Iterator[Bubble]:
    """What a chat shows; days are told where they change.

    Args:
        me: whose telephone it is; the person of a private chat if not given.
        hidden: so many messages at the beginning are left out.
    """
    bot, day = server.state.bot, ""
    for message in server.messages(chat)[hidden:]:
        at = datetime.fromtimestamp(message.date, ZONE)
        today = f"{at:%A} {at.day} {at:%B %Y}"
        mine = message.sender.id == (me or chat.id)
        by_bot = message.sender is bot
        yield Bubble(
            Markup(message.source) if by_bot else _typed(message),  # noqa: S704 - the bot's HTML
            f"{at:%H:%M}",
            "" if mine or chat.is_private else "S3P-Industry" if by_bot else "A colleague",
            mine,
            message.keyboard,
            _quoted(message),
            today if today != day else "",
        )
        day = today


def _typed(message: Message) -> Markup:
    return escape(message.text)


def _quoted(message: Message) -> str:
    return message.reply_to.text if message.reply_to is not None else ""


def page(phones: list[Phone]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("transcript.html.j2").render(phones=phones, size=SIZE)


def photograph(html: Path, picture: Path) -> bool:
    """Makes a picture of a page; False where there is no browser for that."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return False
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603 - a browser of this machine, on a page of our own
            [
                browser,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-sync", "--hide-scrollbars", f"--user-data-dir={profile}"),
                f"--window-size={SIZE[0]},{SIZE[1]}",
                f"--screenshot={picture}",
                html.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
    return True


async def conversations(folder: Path) -> list[Phone]:
    moment = Moment(datetime.now(ZONE).replace(hour=10, minute=12))
    async with BotApiServer(username=USERNAME, now=moment) as server:
        scene = Scene(server, SqliteDatabases(folder), folder)
        found = [await scene.questions(), await scene.group(), await scene.reminder(moment)]
        assert server.violations == [], server.violations
    return [found[0], found[2], found[1]]


def main(picture: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        html = folder / "transcript.html"
        html.write_text(page(asyncio.run(conversations(folder))), encoding="utf-8")
        if not photograph(html, picture):
            kept = shutil.copy(html, picture.with_suffix(".html"))
            print(f"There is no Chromium to make a picture with; the page is {kept}")
            return
    print(f"{picture}, {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    main(parser.parse_args().picture)
