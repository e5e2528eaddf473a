"""A pack knows whether it was shipped with the program; those of before count as shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shipped: sa.Column[bool] = sa.Column(
        "shipped", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    op.add_column("packs", shipped)


def downgrade() -> None:
    op.drop_column("packs", "shipped")
