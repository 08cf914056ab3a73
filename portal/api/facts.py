"""Facts that CKAN keeps with published datasets and that the public side holds as notices: views, relationships.

They say how a published thing is shown and to which others it belongs; nothing of the vault is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

VIEW, RELATIONSHIP, FOLLOWERS, ACT = "tampilan", "hubungan", "pengikut", "kegiatan"


class Facts:
    """Notices of one session: read on both sides, written by the office's publisher."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """One fact, or None."""
        found: dict[str, Any] | None = self._session.execute(
            text("SELECT value FROM catalog.notice WHERE kind = :kind AND key = :key"), {"kind": kind, "key": key}
        ).scalar()
        return found

    def followers(self, key: UUID) -> int:
        """How many people follow a published thing."""
        found = self._session.execute(
            text("SELECT value FROM catalog.notice WHERE kind = :kind AND key = :key"),
            {"kind": FOLLOWERS, "key": str(key)},
        ).scalar()
        return int(found or 0)

    def matching(self, kind: str, members: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Facts that have these members, oldest first."""
        rows = self._session.execute(
            text(
                "SELECT value FROM catalog.notice WHERE kind = :kind AND value @> CAST(:members AS jsonb)"
                " ORDER BY published, key"
            ),
            {"kind": kind, "members": orjson.dumps(dict(members)).decode()},
        )
        return [row.value for row in rows]

    def remove(self, kind: str, key: str) -> bool:
        """Take a fact away; whether it was there."""
        gone = self._session.execute(
            text("DELETE FROM catalog.notice WHERE kind = :kind AND key = :key RETURNING key"),
            {"kind": kind, "key": key},
        ).one_or_none()
        return gone is not None

    def put(self, kind: str, key: str, value: Mapping[str, Any]) -> None:
        """Write a fact, new or changed; its place among the others stays."""
        self._session.execute(
            text(
                "INSERT INTO catalog.notice (kind, key, value) VALUES (:kind, :key, CAST(:value AS jsonb))"
                " ON CONFLICT (kind, key) DO UPDATE SET value = EXCLUDED.value"
            ),
            {"kind": kind, "key": key, "value": orjson.dumps(dict(value)).decode()},
        )
