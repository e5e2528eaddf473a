"""The answer contract: everything a channel needs, and nothing about any channel."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

Status = Literal["answer", "clarify", "decline"]

MOST_LISTED = 200
"""So many things an answer names; of more, it says how many more there are.

Nobody reads longer lists, and every channel would have to cut them into pages.
"""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something the question named; ``text`` is as typed, ``score`` 0-100 (100: exactly)."""

    kind: str
    id: str
    name: str
    text: str
    score: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from: a page or table, the publication's address, the date.

    ``as_of_note`` says the date in words where it is less sure than it looks; ``page_date`` is
    printed on the page, ``confidence`` high, medium or low, None for the publication itself.
    """

    label: str
    url: str | None
    as_of: str
    as_of_note: str | None = None
    page_date: str | None = None
    confidence: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A further question on offer; ``reference`` (at most 64 bytes) answers it directly."""

    label: str
    reference: str


@dataclass(frozen=True, slots=True)
class Focus:
    """What a chat was last about, for follow-ups; worthless after ``expires``.

    ``reference`` is the last answer's (see ``knowledge.references``), ``entities`` the ids last
    named by kind, ``results`` the ids the answer listed, all of ``results_kind``. ``mentioned`` is
    what was named earlier as well, the latest first; ``listed`` the last list of several (all of
    ``listed_kind``), which a question about one of them leaves as it is.
    """

    reference: str
    entities: tuple[tuple[str, str], ...]
    results_kind: str
    results: tuple[str, ...]
    expires: datetime
    mentioned: tuple[tuple[str, str], ...] = ()
    listed_kind: str = ""
    listed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "expires": self.expires.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Focus":
        return cls(
            reference=data["reference"],
            entities=tuple((kind, id) for kind, id in data["entities"]),
            results_kind=data["results_kind"],
            results=tuple(data["results"]),
            expires=datetime.fromisoformat(data["expires"]),
            mentioned=tuple((kind, id) for kind, id in data.get("mentioned", ())),
            listed_kind=data.get("listed_kind", ""),
            listed=tuple(data.get("listed", ())),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply. ``confidence`` is 0-100; ``html`` is Telegram HTML, ``text`` the same, plain.

    ``request`` is the reference of what the assistant was asked to do, such as to remind of an
    event; to do it and to say so is up to the channel. Empty for all other answers.
    """

    status: Status
    intent: str
    confidence: int
    entities: tuple[Entity, ...]
    text: str
    html: str
    sources: tuple[Source, ...]
    choices: tuple[Choice, ...]
    focus: Focus | None
    request: str = ""
