"""Indexes and counts that make frequent reads of the API cheap; and what the engine counts on demand."""

from alembic import op

from migrations import sqlfile
from search import postgres_schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    for statement in postgres_schema.add_others():
        op.get_bind().connection.driver_connection.execute(statement)
    sqlfile.execute(op, __file__, "0003_reading.sql")


def downgrade() -> None:
    """Take it away again; the engine's column stays, since it hinders nothing."""
    sqlfile.execute(op, __file__, "0003_reading.down.sql")
