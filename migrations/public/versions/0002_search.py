"""Tables of the PostgreSQL search engine for published datasets: readers read, the publisher writes (I9)."""

from __future__ import annotations

from alembic import op

from search import postgres_schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make schema `search`."""
    roles = op.get_context().config.attributes["roles"]
    connection = op.get_bind().connection.driver_connection
    for statement in postgres_schema.ddl():
        connection.execute(statement)
    for statement in postgres_schema.grants(readers=[roles.public], writers=[roles.publisher]):
        connection.execute(statement)


def downgrade() -> None:
    """Take schema `search` away."""
    for statement in postgres_schema.drop():
        op.get_bind().connection.driver_connection.execute(statement)
