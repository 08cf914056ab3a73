"""Ids as callers write them."""

from __future__ import annotations

from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """The text as a UUID in any of the forms that `UUID` reads, or None for what is none (a name, most often)."""
    try:
        return UUID(text)
    except ValueError:
        return None
