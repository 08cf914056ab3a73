"""Indexes and counts that make frequent reads of the API cheap."""

from alembic import op

from migrations import sqlfile

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0003_reading.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0003_reading.down.sql")
