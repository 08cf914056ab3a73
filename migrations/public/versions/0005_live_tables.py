"""Live tables: published tables that change row by row (I5a)."""

from alembic import op

from migrations import sqlfile

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0005_live_tables.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0005_live_tables.down.sql")
