"""Reminders and their receipts, leases, and what organisers changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _reminders()
    _organisers()
    op.create_table("leases", _text("name", key=True), _text("holder"), _moment("until"))


def _reminders() -> None:
    op.create_table(
        "reminder_settings",
        _id("chat_id", key=True),
        _text("quiet_from", optional=True),
        _text("quiet_to", optional=True),
        _text("digest"),
        _text("digest_at"),
    )
    op.create_table(
        "subscriptions",
        _counter(),
        _id("chat_id", index=True),
        _id("thread_id"),
        _text("kind"),
        _text("target"),
        sa.Column("leads", sa.JSON(), nullable=False),
        _moment("since"),
        sa.UniqueConstraint("chat_id", "thread_id", "kind", "target"),
    )
    op.create_table(
        "deliveries",
        _counter(),
        _id("chat_id", index=True),
        _id("thread_id"),
        _text("event", index=True),
        _text("lead"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("due"),
        _moment("until"),
        _flag("silent"),
        _text("state", index=True),
        _text("reason", optional=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _text("holder", optional=True),
        _moment("lease", optional=True),
        _moment("message_id", optional=True),
        _moment("settled", optional=True, index=True),
        sa.Column("body", sa.Text()),
        sa.UniqueConstraint("chat_id", "thread_id", "event", "lead", "revision"),
    )


def _organisers() -> None:
    op.create_table(
        "live_events",
        _text("id", key=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("changed"),
    )
    op.create_table(
        "audit_log",
        _counter(),
        _moment("at", index=True),
        _text("who"),
        _text("action"),
        _text("subject", index=True),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
    )
    op.create_table("admin_roles", _id("user_id", key=True), _text("role"), _moment("since"))
    op.create_table(
        "calendar_feeds",
        _text("token", key=True),
        _id("chat_id", index=True),
        _flag("alarms"),
        _moment("since"),
    )


def downgrade() -> None:
    for table in (
        "leases",
        "calendar_feeds",
        "admin_roles",
        "audit_log",
        "live_events",
        "deliveries",
        "subscriptions",
        "reminder_settings",
    ):
        op.drop_table(table)


def _counter() -> sa.Column[int]:
    return sa.Column("key", sa.Integer(), primary_key=True)


def _id(name: str, *, key: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(
        name, sa.BigInteger(), primary_key=key, autoincrement=False, nullable=False, index=index
    )


def _text(
    name: str, *, key: bool = False, optional: bool = False, index: bool = False
) -> sa.Column[str]:
    return sa.Column(name, sa.String(), primary_key=key, nullable=optional, index=index)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str, *, optional: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional, index=index)
