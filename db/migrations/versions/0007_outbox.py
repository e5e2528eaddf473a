"""What is due is found without a look at all that was ever sent."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_deliveries_state", "deliveries")
    op.create_index("ix_deliveries_state_due", "deliveries", ["state", "due"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_state_due", "deliveries")
    op.create_index("ix_deliveries_state", "deliveries", ["state"])
