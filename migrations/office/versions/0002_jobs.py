"""The job queue in schema jobs and what people see of it in operations.progress."""

from alembic import op

from migrations import sqlfile

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the queue and the progress table."""
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs, pg_catalog")
    sqlfile.execute(op, __file__, "0002_procrastinate.sql")
    op.execute("SET LOCAL search_path = DEFAULT")
    sqlfile.execute(op, __file__, "0002_jobs.sql")


def downgrade() -> None:
    """Take both schemas away again."""
    op.execute("DROP SCHEMA operations CASCADE")
    op.execute("DROP SCHEMA jobs CASCADE")
