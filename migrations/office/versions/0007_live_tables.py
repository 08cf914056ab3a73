"""Superseded rows of live tables (I5a) and rows of tables that are still drafts."""

from alembic import op

from migrations import sqlfile

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0007_live_tables.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0007_live_tables.down.sql")
