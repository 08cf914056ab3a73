"""Organisations and groups as CKAN shows them, and vocabularies of tags."""

from alembic import op

from migrations import sqlfile

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    sqlfile.execute(op, __file__, "0007_api_people.sql")


def downgrade() -> None:
    """Take it away again."""
    sqlfile.execute(op, __file__, "0007_api_people.down.sql")
