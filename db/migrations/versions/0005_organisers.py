"""What organisers are writing, under which names they are logged, and what people were told."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("live_events", sa.Column("told", sa.JSON()))
    op.create_table(
        "drafts",
        sa.Column("chat_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, index=True),
    )
    op.create_table(
        "organiser_names",
        sa.Column("user_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(), nullable=False, unique=True),
    )


def downgrade() -> None:
    op.drop_table("organiser_names")
    op.drop_table("drafts")
    op.drop_column("live_events", "told")
