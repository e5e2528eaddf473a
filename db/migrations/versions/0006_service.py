"""Several processes on one database, retention, and questions to learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


# Whoever changes the knowledge, all processes hear of it when that is committed.
_TELL = """
CREATE FUNCTION s3p_knowledge_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('s3p_knowledge', NEW.number::text);
    RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER s3p_knowledge_tell AFTER INSERT OR UPDATE ON knowledge_revision
FOR EACH ROW EXECUTE FUNCTION s3p_knowledge_tell()
"""


def upgrade() -> None:
    op.add_column("updates", sa.Column("holder", sa.String()))
    op.add_column("chats", sa.Column("warned", sa.String()))
    op.create_table(
        "replicas",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String()),
    )
    op.create_table(
        "delivery_counts",
        sa.Column("month", sa.String(), primary_key=True),
        sa.Column("lead", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_table(
        "unanswered",
        sa.Column("key", sa.Integer(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False, index=True),
    )

    if op.get_bind().dialect.name == "postgresql":
        op.execute(_TELL)
        op.execute(_TRIGGER)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER s3p_knowledge_tell ON knowledge_revision")
        op.execute("DROP FUNCTION s3p_knowledge_tell")
    for table in ("unanswered", "delivery_counts", "replicas"):
        op.drop_table(table)
    op.drop_column("chats", "warned")
    op.drop_column("updates", "holder")
