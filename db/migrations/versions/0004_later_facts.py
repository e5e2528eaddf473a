"""What later facts need: confidence, pages, dates to be confirmed, series, developments."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_EVIDENCED = (
    *("countries", "regions", "partnerships", "memberships", "events", "themes", "terms"),
    *("organisations", "people", "instruments", "documents", "statistics", "topics"),
    "corrections",
)
_ADDED = {
    "packs": ("extends",),
    "partnerships": ("platform", "platform_confidence", "established_note"),
    "memberships": ("change",),
    "events": (
        *("start_time", "end_time", "zone", "status", "mode", "link", "host", "series", "scope"),
    ),
    "organisations": ("url", "contact"),
    "statistics": ("measure",),
}
_NUMBERS = {"partnerships": "established", "memberships": "joined", "events": "number"}


def upgrade() -> None:
    for table in _EVIDENCED:
        _add(table, *_evidence())
    for table, names in _ADDED.items():
        _add(table, *_texts(*names))
    for table, name in _NUMBERS.items():
        _add(table, sa.Column(name, sa.Integer()))
    op.create_index("ix_events_series", "events", ["series"])
    _start_is_optional(yes=True)
    op.create_table(
        "developments",
        sa.Column("key", sa.Integer(), primary_key=True),
        sa.Column("pack", sa.String(), sa.ForeignKey("packs.id"), nullable=False, index=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        *_evidence(),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, index=True),
        sa.Column("text", sa.String(), nullable=False),
        *_texts("name", "size", "leads_basis", "url", "page", "contact", "note"),
    )


def downgrade() -> None:
    op.drop_table("developments")
    _start_is_optional(yes=False)
    op.drop_index("ix_events_series", "events")
    for table, name in _NUMBERS.items():
        op.drop_column(table, name)
    for table, names in _ADDED.items():
        for name in names:
            op.drop_column(table, name)
    for table in _EVIDENCED:
        for column in _evidence():
            op.drop_column(table, column.name)


def _evidence() -> list[sa.Column[Any]]:
    pages: sa.Column[Any] = sa.Column(
        "more_sources", sa.JSON(), nullable=False, server_default="[]"
    )
    return [*_texts("confidence", "page_date", "as_of_note"), pages]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=True) for name in names]


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _start_is_optional(*, yes: bool) -> None:
    """Lets an event be without a date, or no more; an empty text stands for none then."""
    if not yes:
        op.execute("UPDATE events SET start = '' WHERE start IS NULL")
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("events", "start", nullable=yes)
        return
    # SQLite cannot alter a column, and to make the table anew would break the references to it.
    column = sa.Column("date", sa.String(), nullable=yes, server_default=None if yes else "")
    op.add_column("events", column)
    op.execute("UPDATE events SET date = start")
    op.drop_column("events", "start")
    op.execute("ALTER TABLE events RENAME COLUMN date TO start")
