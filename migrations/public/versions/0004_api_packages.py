"""Published datasets and resources as CKAN's writes make them."""

from alembic import op

from migrations import sqlfile

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0004_api_packages.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0004_api_packages.down.sql")
