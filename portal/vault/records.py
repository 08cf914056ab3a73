"""Receipts, findings and transitions under an opening: written once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson
from sqlalchemy import delete, insert, select, text

from portal.vault import models
from portal.vault.clean import storable, storable_text
from portal.vault.opened import Opened
from portal.vault.rows import FindingRow, ReceiptRow, TransitionRow

BATCH = 5000

#: one statement a batch: row security is then asked once, not once a row
INSERT_FINDINGS = text("""
    INSERT INTO vault.finding (dataset_id, version, resource_id, rule, severity, message, place, created)
    SELECT :dataset, :version, :resource, x.rule, x.severity, x.message, x.place, :now
    FROM ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS (rule text, severity text, message text, place jsonb))
        WITH ORDINALITY AS x (rule, severity, message, place, number)
    ORDER BY x.number
""")


class ReceiptStore:
    """Receipts of received files (BR 16(3))."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def give(
        self, dataset_id: UUID, version: int, resource_id: UUID | None, *, filename: str, size: int, sha256: str
    ) -> ReceiptRow:
        """Number and store a receipt: `T-2026-000123`, the year being the regency's own."""
        now = self._opened.clock()
        number = int(self._opened.run(select(models.receipt_number.next_value())).scalar_one())
        statement = (
            insert(models.receipt)
            .values(
                number=f"T-{now.astimezone(self._opened.zone).year}-{number:06d}",
                dataset_id=dataset_id,
                version=version,
                resource_id=resource_id,
                at=now,
                person_id=self._opened.proof.person_id,
                filename=storable_text(filename),
                size=size,
                sha256=sha256,
            )
            .returning(*models.receipt.c)
        )
        return ReceiptRow(**self._opened.run(statement).one()._mapping)

    def of_dataset(self, dataset_id: UUID, version: int | None = None) -> tuple[ReceiptRow, ...]:
        """Receipts of a dataset (or one version), newest first."""
        table = models.receipt
        statement = select(table).where(table.c.dataset_id == dataset_id)
        if version is not None:
            statement = statement.where(table.c.version == version)
        rows = self._opened.run(statement.order_by(table.c.at.desc(), table.c.number.desc()))
        return tuple(ReceiptRow(**row._mapping) for row in rows)


class FindingStore:
    """Findings of checks; a new check of a resource replaces its findings."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def replace(self, dataset_id: UUID, version: int, resource_id: UUID | None, rows: Iterable[FindingRow]) -> int:
        """Put `rows` in the place of the findings of this resource (None: of the version itself); how many."""
        table = models.finding
        self._opened.run(
            delete(table).where(
                table.c.dataset_id == dataset_id,
                table.c.version == version,
                table.c.resource_id.is_not_distinct_from(resource_id),
            )
        )
        values = [
            {
                "rule": row.rule,
                "severity": row.severity,
                "message": storable_text(row.message),
                "place": storable(row.place),
            }
            for row in rows
        ]
        where = {"dataset": dataset_id, "version": version, "resource": resource_id, "now": self._opened.clock()}
        for start in range(0, len(values), BATCH):
            batch = orjson.dumps(values[start : start + BATCH]).decode()
            self._opened.run(INSERT_FINDINGS, {**where, "rows": batch})
        return len(values)

    def of_version(
        self, dataset_id: UUID, version: int, resource_id: UUID | None = None, *, limit: int = 1000, offset: int = 0
    ) -> Sequence[FindingRow]:
        """Findings of a version, or of one resource of it, in the order they were made."""
        table = models.finding
        statement = select(table).where(table.c.dataset_id == dataset_id, table.c.version == version)
        if resource_id is not None:
            statement = statement.where(table.c.resource_id == resource_id)
        rows = self._opened.run(statement.order_by(table.c.id).limit(limit).offset(offset))
        return tuple(FindingRow(**row._mapping) for row in rows)


class TransitionStore:
    """The way of a dataset through its states; rows are made by `DatasetStore.move`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def of_dataset(self, dataset_id: UUID, version: int | None = None) -> tuple[TransitionRow, ...]:
        """Transitions of a dataset (or one version), oldest first."""
        table = models.transition
        statement = select(table).where(table.c.dataset_id == dataset_id)
        if version is not None:
            statement = statement.where(table.c.version == version)
        return tuple(TransitionRow(**row._mapping) for row in self._opened.run(statement.order_by(table.c.id)))
