"""Rolls the usage tallies up and publishes yesterday's totals (design.md I1); counts under 10 are not shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.catalog import store

SHOWN_FROM = 10
KIND = "pemakaian"


class UsageRoller:
    """Works in the publisher's session: takes the rows of past days out of the inbox, adds them to the totals."""

    def __init__(self, public: Session) -> None:
        self._public = public

    def roll(self, today: date) -> int:
        """Roll every day before `today`; how many datasets changed. The caller commits, all or nothing.

        Uses of what is no longer published (withdrawn, or found exempt, within the minute before a flush) are let go.
        """
        rows = self._public.execute(
            text("DELETE FROM inbox.usage WHERE day < :today RETURNING dataset_id, kind, count"), {"today": today}
        ).all()
        used = list({row.dataset_id for row in rows})
        published = set(
            self._public.scalars(text("SELECT id FROM catalog.dataset WHERE id = ANY(:ids)"), {"ids": used})
        )
        added: dict[UUID, dict[str, int]] = {}
        for dataset_id, kind, count in rows:
            if dataset_id in published:
                kinds = added.setdefault(dataset_id, {})
                kinds[kind] = kinds.get(kind, 0) + count
        for dataset_id, kinds in added.items():
            self._add(dataset_id, kinds)
        return len(added)

    def _add(self, dataset_id: UUID, kinds: dict[str, int]) -> None:
        """Totals that grow; the search document gets the downloads once they may be shown."""
        key = str(dataset_id)
        before = self._public.scalar(
            text("SELECT value FROM catalog.notice WHERE kind = :kind AND key = :key"), {"kind": KIND, "key": key}
        )
        totals = {name: (before or {}).get(name, 0) + kinds.get(name, 0) for name in ("lihat", "unduh", "api")}
        store.write_notice(self._public, KIND, key, totals)
        if totals["unduh"] >= SHOWN_FROM:
            store.set_downloads(self._public, dataset_id, totals["unduh"])
