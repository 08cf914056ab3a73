"""Ids of purged datasets may be given again."""

from alembic import op

from migrations import sqlfile

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0014_purged_ids.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0014_purged_ids.down.sql")
