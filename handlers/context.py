"""What the handlers work with, put together once by ``bot.application`` and typed throughout."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from db.chats import Chats
from db.feeds import Feeds
from db.misses import Misses
from db.organisers import Drafts, Organisers
from handlers.intake import Intake
from handlers.lanes import Slots
from handlers.metrics import Metrics
from handlers.organising import Organising
from handlers.outage import Outage
from handlers.replies import Replies
from handlers.scheduling import Reminders
from knowledge.assistant import Assistant
from knowledge.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Taught:
    """What came of teaching: a sentence for the maintainer, and whether it holds from now on."""

    says: str
    done: bool


Teach = Callable[[str, str, str | None], Awaitable[Taught]]
"""Teaches that a question is about a thing (``kind/id``), or a name in it that stands for it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What Telegram shows of the bot besides its words: its name, and who runs it."""

    name: str | None = None
    operator: str | None = None


class Assistants(Protocol):
    """An assistant for each language over the same facts."""

    languages: tuple[str, ...]

    @property
    def snapshot(self) -> Snapshot: ...

    def speaking(self, lang: str) -> Assistant: ...


@dataclass(frozen=True)
class Services:
    """The parts that handlers share.

    ``reload`` takes over newer knowledge, and tells whether there was any; ``teach`` teaches what a
    question is about. ``profile`` names the bot and who runs it. ``maintainers`` are the chats told
    of errors, ``admins`` the people with rights of their own. ``public_address`` is where the bot's
    web pages are reached from outside.
    """

    assistants: Assistants
    chats: Chats
    intake: Intake
    slots: Slots
    replies: Replies
    reminders: Reminders
    clock: Callable[[], datetime]
    reload: Callable[[], Awaitable[bool]]
    default_zone: str
    misses: Misses
    feeds: Feeds
    teach: Teach
    organising: Organising
    organisers: Organisers
    drafts: Drafts
    profile: Profile = Profile()
    admins: frozenset[int] = frozenset()
    maintainers: tuple[int, ...] = ()
    public_address: str | None = None
    metrics: Metrics = field(default_factory=Metrics)
    outage: Outage = field(default_factory=Outage)
    reported: dict[str, datetime] = field(default_factory=dict)  # place of an error -> last told


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], Services]):
    """PTB's context, whose ``bot_data`` are the services."""

    @property
    def services(self) -> Services:
        return self.bot_data


App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], Services, JobQueue[Any]]
