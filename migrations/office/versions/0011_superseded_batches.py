"""Superseded rows of live tables kept by batches."""

from alembic import op

from migrations import sqlfile

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    sqlfile.execute(op, __file__, "0011_superseded_batches.sql")


def downgrade() -> None:
    """Take them away again."""
    sqlfile.execute(op, __file__, "0011_superseded_batches.down.sql")
