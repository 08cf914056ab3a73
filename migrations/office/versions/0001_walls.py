"""Accounts, the chained record, the vault with its forced policies, release orders and events."""

from alembic import op

from migrations import sqlfile

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FILES = ("accounts", "audit", "vault", "functions", "policies", "ingest", "srgi2013")


def upgrade() -> None:
    """Make the walls of design.md I3 and I3a."""
    for name in FILES:
        sqlfile.execute(op, __file__, f"0001_{name}.sql")


def downgrade() -> None:
    """Take every schema away again."""
    for schema in ("contract", "ingest", "vault", "audit", "accounts"):
        op.execute(f"DROP SCHEMA {schema} CASCADE")
