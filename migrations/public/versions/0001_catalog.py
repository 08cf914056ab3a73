"""The published catalogue, published rows and the inbox."""

from alembic import op

from migrations import sqlfile

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the public side of design.md I1, I4 and I5, and EPSG:9470, which PostGIS 3.3 lacks."""
    sqlfile.execute(op, __file__, "0001_catalog.sql")
    sqlfile.execute(op, __file__, "0001_srgi2013.sql")


def downgrade() -> None:
    """Take every schema away again."""
    for schema in ("inbox", "rows", "catalog"):
        op.execute(f"DROP SCHEMA {schema} CASCADE")
