"""What the bot remembers of its chats, and the updates it has yet to handle."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chats",
        _key("chat_id"),
        sa.Column("language", sa.String()),
        sa.Column("zone", sa.String()),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("unreachable", sa.String()),
        sa.Column("last_seen", sa.String(), nullable=False),
    )
    op.create_table(
        "chat_focus",
        _key("chat_id"),
        _key("thread_id"),
        sa.Column("focus", sa.Text(), nullable=False),
        _moment("expires"),
    )
    op.create_table(
        "answered_questions",
        _key("chat_id"),
        _key("question_id"),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        _moment("at"),
    )
    op.create_table(
        "updates",
        _key("update_id"),
        sa.Column("body", sa.Text()),
        sa.Column("outcome", sa.String(), index=True),
        sa.Column("starts", sa.Integer(), nullable=False),
        _moment("at"),
    )


def downgrade() -> None:
    for table in ("updates", "answered_questions", "chat_focus", "chats"):
        op.drop_table(table)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, index=True)
