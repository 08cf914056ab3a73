"""Alembic trees of the plugins: <name>/public/ and <name>/office/."""
