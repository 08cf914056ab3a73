"""Proofs that something of the vault may be read. Constructed in `portal/access/service.py` and nowhere else.

A proof carries the id of the opening that `audit.open` has committed; the row policies of the vault ask for that
id, so a proof made up in memory opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

#: Set in `Session.info` once a statement of this transaction changed a dataset of the vault: the office index follows
#: after the commit (`portal.ingest.office_feed`).
VAULT_WRITTEN = "portal.vault.written"


@dataclass(frozen=True, slots=True)
class WorkPass:
    """Unclassified material, opened by duty (I3). `dataset_id` is None for a list (act `daftar`)."""

    opening_id: UUID
    person_id: UUID
    act: str
    dataset_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Exempt material, opened under a grant (domain.md 8.4)."""

    opening_id: UUID
    person_id: UUID
    act: str
    dataset_id: UUID
    columns: tuple[str, ...] | None = None


Proof = WorkPass | Grant
