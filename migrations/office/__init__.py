"""Alembic tree of the office database."""
