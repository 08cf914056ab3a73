"""Tables of the PostgreSQL search engine for the office: published datasets and unclassified drafts (I9)."""

from __future__ import annotations

from alembic import op

from search import postgres_schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make schema `search`."""
    roles = op.get_context().config.attributes["roles"]
    connection = op.get_bind().connection.driver_connection
    for statement in postgres_schema.ddl():
        connection.execute(statement)
    for statement in postgres_schema.grants(writers=[roles.office]):
        connection.execute(statement)


def downgrade() -> None:
    """Take schema `search` away."""
    for statement in postgres_schema.drop():
        op.get_bind().connection.driver_connection.execute(statement)
