"""The tables of what the bot remembers: chats, updates, reminders, and what organisers changed.

Nothing here comes from a pack, and nothing personal is kept beyond a chat's id and what its people
chose. Moments are seconds since 1970 (UTC).
"""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


def _id_of_telegram(*, key: bool = False) -> Any:
    return Field(sa_column=Column(BigInteger, primary_key=key, autoincrement=False, nullable=False))


def _moment(*, optional: bool = False, index: bool = False) -> Any:
    column = Column(BigInteger, nullable=optional, index=index)
    return Field(default=None if optional else ..., sa_column=column)


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class ChatSettings(SQLModel, table=True):
    """What a chat chose; ``unreachable`` since when the bot was blocked or removed.

    ``warned`` is the day on which it was told that all about it would be deleted for want of use.
    """

    __tablename__ = "chats"
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    language: str | None = None
    zone: str | None = None
    reminders: bool = True
    review: bool = False
    unreachable: str | None = None
    last_seen: str
    warned: str | None = None


class ChatFocus(SQLModel, table=True):
    """What a chat (or one of its topics; 0 without) was last about, as JSON, until ``expires``."""

    __tablename__ = "chat_focus"
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    thread_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    focus: str = Field(sa_column=Column(Text, nullable=False))
    expires: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class AnsweredQuestion(SQLModel, table=True):
    """Which message answers which, for a day, so that an edited question edits its answer."""

    __tablename__ = "answered_questions"
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    question_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    answer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class StoredUpdate(SQLModel, table=True):
    """An update of Telegram: its ``body`` until it is handled, then its id and outcome for a day.

    ``holder`` is the replica that has it in hand; ``starts`` counts those that took it over.
    """

    __tablename__ = "updates"
    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    outcome: str | None = Field(default=None, index=True)
    holder: str | None = None
    starts: int = 0
    at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class ReminderSettings(SQLModel, table=True):
    """How a chat wants to be reminded; a chat without a row has the defaults.

    ``quiet_from`` and ``quiet_to`` are wall times (``HH:MM``) of the chat's zone, ``digest`` is
    off, daily or weekly, and comes at ``digest_at`` (``HH:MM``).
    """

    __tablename__ = "reminder_settings"
    chat_id: int = _id_of_telegram(key=True)
    quiet_from: str | None = None
    quiet_to: str | None = None
    digest: str = "off"
    digest_at: str = "08:00"


class Subscription(SQLModel, table=True):
    """What a chat (or one of its topics; 0 without) wants to be reminded of, and when.

    ``kind`` is event, series, partnership or milestones; ``target`` the id of what is meant (empty
    for all milestones). ``leads`` are spans before the event, such as ``2w``, ``1d``, ``3h``,
    ``15m``.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("chat_id", "thread_id", "kind", "target"),)
    key: int | None = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    thread_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str
    target: str
    leads: list[str] = _json()
    since: int = _moment()


class Delivery(SQLModel, table=True):
    """One message that is due to one chat: the outbox, and the receipt of what became of it.

    ``lead`` is the span of a subscription, or what else is told: ``new``, ``change``, ``cancel``
    or ``snooze`` (whose ``revision`` only counts them). ``due`` is when it is to go out, ``until``
    when it is of no use any more. ``state`` is queued, sending, sent, withheld or superseded,
    ``reason`` why it was withheld, or why it may have been sent already (``hidden``,
    ``crashed 1``).
    ``attempt`` counts the sends begun, ``holder`` is the replica that is sending it. ``lease`` is
    when it may be tried again, where Telegram asked to wait or could not be reached.
    ``body`` is what cannot be looked up when it is sent, such as the old and new of a change.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("chat_id", "thread_id", "event", "lead", "revision"),
        Index("ix_deliveries_state_due", "state", "due"),
    )
    key: int | None = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    thread_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    event: str = Field(index=True)
    lead: str
    revision: int
    due: int = _moment()
    until: int = _moment()
    silent: bool = False
    state: str
    reason: str | None = None
    attempt: int = 0
    holder: str | None = None
    lease: int | None = _moment(optional=True)
    message_id: int | None = _moment(optional=True)
    settled: int | None = _moment(optional=True, index=True)
    body: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Lease(SQLModel, table=True):
    """Which process does what only one may do at a time.

    ``until`` is another number after each renewal, where the lease has to be renewed.
    """

    __tablename__ = "leases"
    name: str = Field(primary_key=True)
    holder: str
    until: int = _moment()


class LiveEvent(SQLModel, table=True):
    """An event as organisers entered or changed it; it stands over the one of a pack.

    ``values`` are the fields of ``knowledge.entries.Entry``. ``revision`` rises with every change,
    and is the SEQUENCE of its calendar entry. ``told`` is what people were last told of it, where
    notices are still held back; empty when they were told nothing.
    """

    __tablename__ = "live_events"
    id: str = Field(primary_key=True)
    values: dict[str, Any] = _json()
    revision: int
    changed: int = _moment()
    told: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class AuditEntry(SQLModel, table=True):
    """Who changed which event, when and how; never changed, never deleted with the event.

    ``who`` is a name of ``organiser_names``, which says nothing of the person by itself.
    """

    __tablename__ = "audit_log"
    key: int | None = Field(default=None, primary_key=True)
    at: int = _moment(index=True)
    who: str
    action: str
    subject: str = Field(index=True)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class AdminRole(SQLModel, table=True):
    """A person with rights of their own, beside those named in ADMIN_IDS."""

    __tablename__ = "admin_roles"
    user_id: int = _id_of_telegram(key=True)
    role: str
    since: int = _moment()


class OrganiserName(SQLModel, table=True):
    """The name under which an organiser's changes are logged; made up, and gone with the row."""

    __tablename__ = "organiser_names"
    user_id: int = _id_of_telegram(key=True)
    name: str = Field(unique=True)


class Draft(SQLModel, table=True):
    """What an organiser is writing in a private chat, as JSON; ``at`` is the last touch."""

    __tablename__ = "drafts"
    chat_id: int = _id_of_telegram(key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    at: int = _moment(index=True)


class CalendarFeed(SQLModel, table=True):
    """The secret address of a chat's calendar; of its ``token`` only a hash is kept."""

    __tablename__ = "calendar_feeds"
    token: str = Field(primary_key=True)
    chat_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True, unique=True))
    alarms: bool = False
    since: int = _moment()


class Replica(SQLModel, table=True):
    """A running process of the bot. ``beat`` rises while it lives.

    ``place`` is where its number ``process`` means something (a machine, a container). ``revision``
    is that of the knowledge it answers from, ``problem`` why that is not the newest.
    """

    __tablename__ = "replicas"
    id: str = Field(primary_key=True)
    place: str
    process: int
    beat: int = _moment()
    since: int = _moment()
    revision: int
    problem: str | None = None


class DeliveryCount(SQLModel, table=True):
    """How many deliveries of a month (``YYYY-MM``) ended how, when their receipts are deleted."""

    __tablename__ = "delivery_counts"
    month: str = Field(primary_key=True)
    lead: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    number: int


class Unanswered(SQLModel, table=True):
    """A question that got no answer, of a chat that agreed to its being read; not whose it was.

    ``outcome`` is what the assistant did (clarify or decline), ``day`` an ISO date.
    """

    __tablename__ = "unanswered"
    key: int | None = Field(default=None, primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    outcome: str
    language: str
    day: str = Field(index=True)
