"""What CKAN's account, group, follow and vocabulary actions keep."""

from alembic import op

from migrations import sqlfile

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0006_api_people.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0006_api_people.down.sql")
