"""The announced day of the next release, for the front page."""

from alembic import op

from migrations import sqlfile

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0006_next_release.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0006_next_release.down.sql")
