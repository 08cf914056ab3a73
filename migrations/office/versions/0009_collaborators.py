"""Collaborators of one dataset."""

from alembic import op

from migrations import sqlfile

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0009_collaborators.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0009_collaborators.down.sql")
