"""The record (domain.md 8.7): noting acts, and reading what was recorded. Readers are recorded before they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel import decisions
from portal.kernel.errors import NotFound, Unavailable
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject

LARGEST_PAGE = 200

NOTE = text("SELECT audit.note(:person, :agency, :act, :dataset, :purpose, :address, :result, CAST(:detail AS jsonb))")
OPEN = text("SELECT audit.open_record(:person, :agency, :dataset, :address)")
READ = text("SELECT * FROM audit.read(:entry, :before, :limit)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One line of the record as its reader sees it; `seq` is its place in the chain."""

    seq: int
    at: datetime
    person_id: UUID | None
    agency_id: UUID | None
    act: str
    dataset_id: UUID | None
    grant_id: UUID | None
    purpose: str
    address: str
    result: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Lines newest first; `before` for the next page, None at the end."""

    rows: tuple[RecordRow, ...]
    before: int | None


class AuditService:
    """Notes on the session of the scope; reads on an engine of its own, since the reading is recorded first."""

    def __init__(self, audit: Engine, session: Session) -> None:
        self._audit = audit
        self._session = session

    def note(
        self,
        identity: Identity,
        act: str,
        *,
        agency_id: UUID | None = None,
        dataset_id: UUID | None = None,
        purpose: str = "",
        result: str = "dicatat",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an act on what is no secret (sign-in, role change, release) in the caller's own transaction.

        The line is chained when that transaction commits; if it rolls back, neither act nor line has happened.
        `detail` must hold no content of a dataset and no secret.
        """
        values = {
            "person": identity.person_id,
            "agency": agency_id,
            "act": act,
            "dataset": dataset_id,
            "purpose": purpose,
            "address": identity.address,
            "result": result,
            "detail": orjson.dumps(dict(detail or {}), default=str).decode(),
        }
        self._session.execute(NOTE, values)

    def note_refusal(
        self,
        identity: Identity,
        act: str,
        *,
        agency_id: UUID | None = None,
        dataset_id: UUID | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Record a refused try at once, in a transaction of its own: the caller's is about to be rolled back.

        Raises Unavailable when it cannot be recorded.
        """
        values = {
            "person": identity.person_id,
            "agency": agency_id,
            "act": act,
            "dataset": dataset_id,
            "purpose": "",
            "address": identity.address,
            "result": "ditolak",
            "detail": orjson.dumps(dict(detail or {}), default=str).decode(),
        }
        try:
            with self._audit.begin() as connection:
                connection.execute(NOTE, values)
        except SQLAlchemyError as error:
            raise Unavailable(part="catatan") from error

    def read(
        self,
        identity: Identity,
        *,
        agency_id: UUID | None = None,
        dataset_id: UUID | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> RecordPage:
        """A page of the record: an auditor's of everything, a head's (`kepala_opd`) of his own agency's data.

        Reading is an act and is recorded first. Raises Forbidden or NotFound when the caller may not, Unavailable
        when the reading cannot be recorded.
        """
        decisions.require(identity, Permission.AUDIT_READ, Subject(agency_id=agency_id))
        size = max(1, min(limit, LARGEST_PAGE))
        who = {"person": identity.person_id, "agency": agency_id, "dataset": dataset_id, "address": identity.address}
        try:
            with self._audit.begin() as connection:
                entry = connection.execute(OPEN, who).scalar_one()
            if entry is None:
                raise NotFound
            with self._audit.begin() as connection:
                found = connection.execute(READ, {"entry": entry, "before": before, "limit": size + 1}).all()
        except SQLAlchemyError as error:
            raise Unavailable(part="catatan") from error
        rows = tuple(RecordRow(**row._mapping) for row in found[:size])
        return RecordPage(rows, rows[-1].seq if len(found) > size else None)
