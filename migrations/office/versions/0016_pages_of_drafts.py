"""A page of drafts is opened at once."""

from alembic import op

from migrations import sqlfile

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0016_pages_of_drafts.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0016_pages_of_drafts.down.sql")
