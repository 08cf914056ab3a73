"""Alembic tree of the public database."""
