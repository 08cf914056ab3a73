"""Alembic environment of every tree; portal.operations.migrate hands over the connection and the settings."""

from __future__ import annotations

from alembic import context

attributes = context.config.attributes
if "connection" not in attributes:
    raise RuntimeError("run migrations with: portal db upgrade")

context.configure(
    connection=attributes["connection"],
    version_table=attributes["version_table"],
    version_table_schema=attributes["version_schema"],
    # each revision is atomic on its own, so that locks are held for one step and not for the whole way
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
