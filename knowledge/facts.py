"""The facts as questions see them: frozen values, one class a kind, read once from the database.

Field names are those of the tables in ``db.models``, where their meaning is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    label: str
    title: str
    publisher: str
    licence: str
    as_of: str
    url: str
    citation: str
    checksum: str
    position: int
    extends: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every fact carries: the pack it came with, its page or URL, and its date."""

    pack: str
    source: str
    as_of: str

    @property
    def confirmed(self) -> bool:
        """Whether it may be told without saying that it is not confirmed."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Fact):
    """A fact that may rest on pages of its own."""

    confidence: str | None = None
    page_date: str | None = None
    as_of_note: str | None = None
    more_sources: list[dict[str, str | None]] = field(default_factory=list, compare=False)

    @property
    def confirmed(self) -> bool:
        return self.confidence != "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Country(Evidence):
    id: str
    name: str
    eu_member_2017: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(Evidence):
    id: str
    name: str
    country: str
    nuts: str | None
    level: str
    lat: float | None
    lon: float | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership(Evidence):
    id: str
    name: str
    short_name: str
    vanguard_pilot: bool
    text: str
    note: str | None
    platform: str | None = None
    platform_confidence: str | None = None
    established: int | None = None
    established_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Evidence):
    key: int
    partnership: str
    region: str
    role: str
    as_printed: str | None
    note: str | None
    joined: int | None = None
    change: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Evidence):
    id: str
    kind: str
    milestone: bool
    title: str
    start: str | None
    end: str | None
    precision: str
    start_time: str | None = None
    end_time: str | None = None
    zone: str | None = None
    status: str | None = None
    place: str | None
    country: str | None
    mode: str | None = None
    link: str | None = None
    host: str | None = None
    organiser: str | None
    attendance: str | None
    series: str | None = None
    number: int | None = None
    scope: str | None = None
    text: str
    note: str | None

    @property
    def name(self) -> str:
        return self.title

    @property
    def begins(self) -> str:
        """By what events are put in order: the start, or the end of time while there is none."""
        return self.start or "9999"


@dataclass(frozen=True, slots=True)
class Live:
    """What is known of an event that organisers entered or changed, besides the event itself.

    ``changed`` is in seconds since 1970, ``uid`` its name in calendars where it came from one.
    ``hours_open``: its day is known, its hours are to be confirmed.
    """

    revision: int
    changed: int
    uid: str | None = None
    hours_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme(Evidence):
    id: str
    name: str
    vanguard: bool
    status: str | None
    text: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeMention(Fact):
    key: int
    theme: str
    event: str | None
    as_printed: str | None
    regions: str | None
    text: str | None
    issues: list[str]
    actions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Evidence):
    id: str
    abbreviation: str
    name: str
    text: str | None
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Evidence):
    id: str
    name: str
    abbreviation: str | None
    kind: str
    text: str
    url: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Evidence):
    id: str
    name: str
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument(Evidence):
    id: str
    name: str
    abbreviation: str | None
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Evidence):
    id: str
    name: str
    year: int | None
    reference: str | None
    url: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic(Evidence):
    id: str
    name: str
    value: str
    unit: str | None
    scope: str | None
    measure: str | None = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Evidence):
    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Evidence):
    id: str
    name: str
    places: list[dict[str, str]]
    reading: str
    reason: str

    @property
    def text(self) -> str:
        return f"{self.reading} {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Development(Evidence):
    key: int
    subject_kind: str
    subject: str
    text: str
    name: str | None
    size: str | None
    leads_basis: str | None
    url: str | None
    page: str | None
    contact: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail(Fact):
    key: int
    subject_kind: str
    subject: str
    kind: str
    position: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Fact):
    key: int
    subject_kind: str
    subject: str
    target_kind: str
    target: str


class Alias(NamedTuple):
    """A tuple, not a dataclass, as is Phrasing: there are thousands, read at every start."""

    pack: str
    source: str
    as_of: str
    key: int
    kind: str
    target: str
    text: str
    language: str
    form: str
    shared: bool


class Phrasing(NamedTuple):
    pack: str
    source: str
    as_of: str
    key: int
    kind: str
    target: str
    text: str
    language: str
    reply: str | None


Thing = (
    Country
    | Region
    | Partnership
    | Event
    | Theme
    | Term
    | Organisation
    | Person
    | Instrument
    | Document
    | Statistic
    | Topic
    | Correction
)
"""Anything with an id that a question can be about."""

CLASS_OF_KIND: Mapping[str, type[Any]] = {
    "region": Region,
    "country": Country,
    "partnership": Partnership,
    "event": Event,
    "theme": Theme,
    "term": Term,
    "organisation": Organisation,
    "person": Person,
    "instrument": Instrument,
    "document": Document,
    "statistic": Statistic,
    "topic": Topic,
    "correction": Correction,
}
