"""The tables of knowledge, replaced pack by pack.

Every knowledge row names its ``pack`` and its ``source`` (page, table or URL). Foreign keys are
deferred to the end of the transaction, so that a pack can be replaced while others refer to it.
"""

from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, UniqueConstraint, true
from sqlmodel import Field, SQLModel

KINDS = (
    "region",
    "country",
    "partnership",
    "event",
    "theme",
    "term",
    "organisation",
    "person",
    "instrument",
    "document",
    "statistic",
    "topic",
    "correction",
)
"""The kinds of thing an alias, a question or a detail can belong to."""

ROLES = ("lead", "participant", "associate", "observer", "interested")


def refers_to(target: str, *, optional: bool = False) -> Any:
    """A text column that refers to ``target`` (``table.column``), checked at the commit."""
    key = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Field(
        default=None if optional else ..., sa_column=Column(key, nullable=optional, index=True)
    )


class Pack(SQLModel, table=True):
    """A loaded knowledge pack; ``checksum`` is over its files, ``position`` its place in order."""

    __tablename__ = "packs"
    id: str = Field(primary_key=True)
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
    """The pack that this one goes on from: its memberships are told apart as "since then"."""
    shipped: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether it came with the program, so that a newer program may put its own in its place."""


class Revision(SQLModel, table=True):
    """A single row that rises with every change of knowledge, so that readers notice."""

    __tablename__ = "knowledge_revision"
    id: int = Field(default=1, primary_key=True)
    number: int


class Fact(SQLModel):
    """What every row of knowledge carries; ``row`` keeps the order of the pack's files."""

    pack: str = Field(foreign_key="packs.id", index=True)
    row: int = 0
    source: str
    as_of: str


class Evidence(SQLModel):
    """What a fact that rests on a page of its own may carry besides.

    ``confidence`` is high, medium or low (None: the publication itself); ``page_date`` the date
    printed on the page of ``source``; ``as_of_note`` says the date in words where ``as_of`` is
    less sure than it looks; ``more_sources`` are further pages (``source``, ``page_date``).
    """

    confidence: str | None = None
    page_date: str | None = None
    as_of_note: str | None = None
    more_sources: list[dict[str, str | None]] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )


class Country(Evidence, Fact, table=True):
    """``id`` is ISO 3166-1 alpha-2."""

    __tablename__ = "countries"
    id: str = Field(primary_key=True)
    name: str
    eu_member_2017: bool


class Region(Evidence, Fact, table=True):
    """A region by name; ``nuts`` is its NUTS 2021 code, ``lat``/``lon`` its centre in degrees."""

    __tablename__ = "regions"
    id: str = Field(primary_key=True)
    name: str
    country: str = refers_to("countries.id")
    nuts: str | None = None
    level: str
    lat: float | None = None
    lon: float | None = None
    note: str | None = None


class Partnership(Evidence, Fact, table=True):
    """An interregional partnership; ``text`` says what it is for.

    ``established`` is the year, ``platform`` the thematic platform it belongs to.
    """

    __tablename__ = "partnerships"
    id: str = Field(primary_key=True)
    name: str
    short_name: str
    vanguard_pilot: bool
    text: str
    note: str | None = None
    platform: str | None = None
    platform_confidence: str | None = None
    established: int | None = None
    established_note: str | None = None


class Membership(Evidence, Fact, table=True):
    """One region in one partnership in one role, as of a date.

    ``joined`` is a year; ``change`` says how a later row relates to the pack it extends.
    """

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("pack", "partnership", "region", "role"),)
    key: int | None = Field(default=None, primary_key=True)
    partnership: str = refers_to("partnerships.id")
    region: str = refers_to("regions.id")
    role: str
    as_printed: str | None = None
    note: str | None = None
    joined: int | None = None
    change: str | None = None


class Event(Evidence, Fact, table=True):
    """A dated event. ``start`` and ``end`` are ISO dates as precise as ``precision`` says.

    ``start`` is None while the date is to be confirmed. ``start_time`` and ``end_time`` are wall
    times (HH:MM) in ``zone`` (IANA); without them the event takes the whole day, or its hours are
    not known. ``series`` is one key for all meetings of a kind, ``number`` the place in it.
    """

    __tablename__ = "events"
    id: str = Field(primary_key=True)
    kind: str
    milestone: bool
    title: str
    start: str | None = None
    end: str | None = None
    precision: str
    start_time: str | None = None
    end_time: str | None = None
    zone: str | None = None
    status: str | None = None
    place: str | None = None
    country: str | None = refers_to("countries.id", optional=True)
    mode: str | None = None
    link: str | None = None
    host: str | None = None
    organiser: str | None = None
    attendance: str | None = None
    series: str | None = Field(default=None, index=True)
    number: int | None = None
    scope: str | None = None
    text: str
    note: str | None = None


class Theme(Evidence, Fact, table=True):
    """A thematic area discussed on the way to the partnerships."""

    __tablename__ = "themes"
    id: str = Field(primary_key=True)
    name: str
    vanguard: bool
    status: str | None = None
    text: str
    note: str | None = None


class ThemeMention(Fact, table=True):
    """What one event said of one theme; ``regions`` is the number of regions as printed."""

    __tablename__ = "theme_mentions"
    key: int | None = Field(default=None, primary_key=True)
    theme: str = refers_to("themes.id")
    event: str | None = refers_to("events.id", optional=True)
    as_printed: str | None = None
    regions: str | None = None
    text: str | None = None
    issues: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    actions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Term(Evidence, Fact, table=True):
    """An abbreviation; ``name`` is its expansion, ``listed`` tells the list of abbreviations."""

    __tablename__ = "terms"
    id: str = Field(primary_key=True)
    abbreviation: str
    name: str
    text: str | None = None
    listed: bool


class Organisation(Evidence, Fact, table=True):
    """A body with a role in the story; ``contact`` is a functional address, never a person's."""

    __tablename__ = "organisations"
    id: str = Field(primary_key=True)
    name: str
    abbreviation: str | None = None
    kind: str
    text: str
    url: str | None = None
    contact: str | None = None


class Person(Evidence, Fact, table=True):
    """A person the publication names in a public role."""

    __tablename__ = "people"
    id: str = Field(primary_key=True)
    name: str
    role: str
    text: str


class Instrument(Evidence, Fact, table=True):
    """A fund, programme, loan, initiative or rule."""

    __tablename__ = "instruments"
    id: str = Field(primary_key=True)
    name: str
    abbreviation: str | None = None
    kind: str
    text: str


class Document(Evidence, Fact, table=True):
    """A publication or legal act."""

    __tablename__ = "documents"
    id: str = Field(primary_key=True)
    name: str
    year: int | None = None
    reference: str | None = None
    url: str | None = None
    text: str


class Statistic(Evidence, Fact, table=True):
    """A figure with its scope; ``value`` is written as people read it.

    ``measure`` is one key for the same figure at several dates.
    """

    __tablename__ = "statistics"
    id: str = Field(primary_key=True)
    name: str
    value: str
    unit: str | None = None
    scope: str | None = None
    measure: str | None = None
    text: str


class Topic(Evidence, Fact, table=True):
    """A question-sized fact in our own words."""

    __tablename__ = "topics"
    id: str = Field(primary_key=True)
    name: str
    text: str


class Correction(Evidence, Fact, table=True):
    """A misprint or contradiction: what each place says, which reading is taken, and why."""

    __tablename__ = "corrections"
    id: str = Field(primary_key=True)
    name: str
    places: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    reading: str
    reason: str


class Development(Evidence, Fact, table=True):
    """What became of a thing after the pack that describes it was published.

    ``name`` is what it is called now, ``size`` how big it is told to be, ``leads_basis`` what the
    leads rest on, ``url`` its own page and ``page`` the one at the Commission.
    """

    __tablename__ = "developments"
    key: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject: str = Field(index=True)
    text: str
    name: str | None = None
    size: str | None = None
    leads_basis: str | None = None
    url: str | None = None
    page: str | None = None
    contact: str | None = None
    note: str | None = None


class Detail(Fact, table=True):
    """One item of a list that belongs to a partnership, an event or another thing."""

    __tablename__ = "details"
    key: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject: str = Field(index=True)
    kind: str
    position: int
    text: str


class Link(Fact, table=True):
    """One thing is about another (``about`` in a pack file)."""

    __tablename__ = "links"
    key: int | None = Field(default=None, primary_key=True)
    subject_kind: str
    subject: str = Field(index=True)
    target_kind: str
    target: str


class Alias(Fact, table=True):
    """A name people use; ``shared`` when several things of one kind rightly claim it."""

    __tablename__ = "aliases"
    key: int | None = Field(default=None, primary_key=True)
    kind: str
    target: str = Field(index=True)
    text: str
    language: str
    form: str
    shared: bool = False


class Phrasing(Fact, table=True):
    """A question as people type it that the row answers; ``reply`` is yes or no for such ones."""

    __tablename__ = "phrasings"
    key: int | None = Field(default=None, primary_key=True)
    kind: str
    target: str = Field(index=True)
    text: str
    language: str
    reply: str | None = None


TABLE_OF_KIND: dict[str, type[Fact]] = {
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
"""Where the things of each kind live."""
