"""What the office index follows: drafts and their revisions (I9)."""

from alembic import op

from migrations import sqlfile

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0004_office_index.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0004_office_index.down.sql")
