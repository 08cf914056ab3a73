"""Findings of the engines and of this room as rows of the vault, and which of them stop a version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geo.findings import Finding, Severity
from portal.access.rows import FindingRow, ResourceRow

#: Findings kept for one resource; `count` of the last one says how many there were in all.
MOST_FINDINGS = 500

#: What people said about a version stands among its findings, so that one page shows both.
BPS_RULE = "BPS.pendapat"
BPS_SILENT_RULE = "BPS.tanpa_jawaban"
CHECK_RULE = "periksa.catatan"
SPOKEN_RULES = frozenset({BPS_RULE, BPS_SILENT_RULE, CHECK_RULE})


def place(finding: Finding) -> dict[str, Any]:
    """Where it is, as JSON: only what is known; the template and its parameters for translation."""
    found: dict[str, Any] = {
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "feature": finding.feature,
        "lonlat": list(finding.lonlat) if finding.lonlat else None,
        "count": finding.count if finding.count != 1 else None,
        "template": finding.message if finding.params else None,
        "params": dict(finding.params) or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def to_row(finding: Finding, dataset_id: UUID, version: int, resource_id: UUID | None = None) -> FindingRow:
    """One finding as a row of the vault."""
    return FindingRow(
        dataset_id=dataset_id,
        version=version,
        resource_id=resource_id,
        rule=finding.rule,
        severity=finding.severity.value,
        message=finding.text[:4000],
        place=place(finding),
    )


def to_rows(
    findings: Iterable[Finding], dataset_id: UUID, version: int, resource_id: UUID | None = None
) -> list[FindingRow]:
    """At most MOST_FINDINGS rows, the blocking ones first; each finding once."""
    order = {Severity.GALAT: 0, Severity.PERINGATAN: 1, Severity.CATATAN: 2}
    rows: list[FindingRow] = []
    seen: set[str] = set()
    for finding in sorted(findings, key=lambda item: order[item.severity]):
        key = repr((finding.rule, finding.text, place(finding)))
        if key not in seen and len(rows) < MOST_FINDINGS:
            seen.add(key)
            rows.append(to_row(finding, dataset_id, version, resource_id))
    return rows


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding for a job's progress row: rule, severity, sentence and place."""
    return {"rule": finding.rule, "severity": finding.severity.value, "message": finding.text, **place(finding)}


@dataclass(frozen=True, slots=True)
class Hidden:
    """Columns that are not public, by resource: a personal number in one of them blocks nothing."""

    names: frozenset[tuple[UUID, str]]

    @classmethod
    def of(cls, resources: Sequence[ResourceRow]) -> Hidden:
        """The columns whose dictionary row says `public: false`."""
        return cls(
            frozenset(
                (resource.id, str(column["name"]))
                for resource in resources
                for column in resource.columns
                if column.get("public") is False
            )
        )


def blocking(rows: Iterable[FindingRow], resources: Sequence[ResourceRow]) -> list[FindingRow]:
    """The findings of severity `galat` that still hold for these resources (V9 goes when its column is hidden)."""
    hidden, present = Hidden.of(resources), {resource.id for resource in resources}

    def holds(row: FindingRow) -> bool:
        if row.severity != "galat" or (row.resource_id is not None and row.resource_id not in present):
            return False
        if row.rule.startswith("V9.") and row.resource_id is not None:
            return (row.resource_id, str(row.place.get("column", ""))) not in hidden.names
        return True

    return [row for row in rows if holds(row)]
