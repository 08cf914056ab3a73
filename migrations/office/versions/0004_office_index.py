"""What the office index follows: drafts and their revisions (I9); and what the engine counts on demand."""

from alembic import op

from migrations import sqlfile
from search import postgres_schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    for statement in postgres_schema.add_others():
        op.get_bind().connection.driver_connection.execute(statement)
    sqlfile.execute(op, __file__, "0004_office_index.sql")


def downgrade() -> None:
    """Take it away again; the engine's column stays, since it hinders nothing."""
    sqlfile.execute(op, __file__, "0004_office_index.down.sql")
