"""Sources, jobs, objects and what went wrong with them."""

from alembic import op

from migrations import sqlfile

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    sqlfile.execute(op, __file__, "0001_harvest.sql")


def downgrade() -> None:
    """Take them away again; the datasets stay."""
    sqlfile.execute(op, __file__, "0001_harvest.down.sql")
