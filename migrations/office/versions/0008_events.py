"""Lets the worker tidy event rows that were told long ago."""

from alembic import op

from migrations import sqlfile

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0008_events.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0008_events.down.sql")
