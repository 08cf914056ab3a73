"""A write of metadata leaves what a load has found of a file."""

from alembic import op

from migrations import sqlfile

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0015_loads_stay.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0015_loads_stay.down.sql")
