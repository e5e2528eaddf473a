"""Alembic's entry: runs the migrations on the connection that ``db.migrate`` hands over."""

from alembic import context
from sqlmodel import SQLModel

import db.bot_models
import db.models  # noqa: F401 - its tables are what a new migration is compared with

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    # SQLite cannot alter most things in place; batch mode copies the table instead.
    render_as_batch=True,
    # One transaction for all, opened and committed by db.migrate together with its lock.
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
