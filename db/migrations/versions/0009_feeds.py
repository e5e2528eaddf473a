"""A chat has one calendar address at most."""

from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

_OLDER = (
    "DELETE FROM calendar_feeds WHERE EXISTS (SELECT 1 FROM calendar_feeds AS newer "
    "WHERE newer.chat_id = calendar_feeds.chat_id AND (newer.since > calendar_feeds.since OR "
    "(newer.since = calendar_feeds.since AND newer.token > calendar_feeds.token)))"
)


def upgrade() -> None:
    op.execute(_OLDER)
    op.drop_index("ix_calendar_feeds_chat_id", "calendar_feeds")
    op.create_index("ix_calendar_feeds_chat_id", "calendar_feeds", ["chat_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_calendar_feeds_chat_id", "calendar_feeds")
    op.create_index("ix_calendar_feeds_chat_id", "calendar_feeds", ["chat_id"])
