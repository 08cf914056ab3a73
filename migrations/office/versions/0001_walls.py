"""Accounts, the chained record, the vault with its forced policies, release orders and events."""

from alembic import op

from migrations import roles, run, sqlfile

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
    """Take every schema away again, each as its owner: the migrator has no rights of the two others by itself."""
    names = roles()
    owners = {"vault": names.vault_owner, "audit": names.auditor}
    for schema in ("contract", "ingest", "vault", "audit", "accounts"):
        owner = owners.get(schema, names.migrator)
        run("SET LOCAL ROLE {owner}; DROP SCHEMA {schema} CASCADE; RESET ROLE", owner=owner, schema=schema)
