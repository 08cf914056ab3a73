"""Agencies as CKAN's organisations: what their own administrators may write, and what goes out as it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import require
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.identity import Identity
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An agency or a subject group in CKAN's words. `extras` are (key, value) objects in their order."""

    id: UUID
    name: str
    title: str
    description: str
    image_url: str
    extras: tuple[dict[str, str], ...]
    approval_status: str
    state: str
    created: datetime

    @property
    def active(self) -> bool:
        """Whether everybody may see it."""
        return self.state == "active"


_A = models.agency
#: `active` decides; which of CKAN's other states it is in counts only without it.
_STATE = case((_A.c.active, "active"), (_A.c.state == "active", "deleted"), else_=_A.c.state)
_COLUMNS = (
    _A.c.id, _A.c.name, _A.c.title, _A.c.description, _A.c.image_url, _A.c.extras, _A.c.approval_status,
    _STATE.label("state"), _A.c.created,
)  # fmt: skip


def organization_of(row: Any) -> Organization:
    """The value of a row with these columns."""
    values = dict(row._mapping)
    return Organization(**{**values, "extras": tuple(values["extras"])})


class Organizations:
    """The register of agencies under CKAN's verbs. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit, now: datetime, *, like_ckan: bool, region: str) -> None:
        """`like_ckan`: the profile lets anybody with an account found one; `region` is the code new ones get."""
        self.session = session
        self.audit = audit
        self.now = now
        self.like_ckan = like_ckan
        self.region = region

    def find(self, name_or_id: str) -> Organization | None:
        """The agency of that name or id, whatever its state."""
        key = as_uuid(name_or_id)
        where = _A.c.id == key if key else _A.c.name == name_or_id
        row = self.session.execute(select(*_COLUMNS).where(where)).one_or_none()
        return None if row is None else organization_of(row)

    def all(self) -> list[Organization]:
        """Every active one, by title."""
        rows = self.session.execute(select(*_COLUMNS).where(_A.c.active).order_by(_A.c.title, _A.c.name))
        return [organization_of(row) for row in rows]

    def require_create(self, identity: Identity) -> None:
        """Raises Forbidden unless the caller may make one here."""
        require(identity, Permission.AGENCY_CREATE, Subject(consented=self.like_ckan))

    def require_edit(self, identity: Identity, agency_id: UUID) -> None:
        """Raises Forbidden unless the caller may describe this one."""
        require(identity, Permission.AGENCY_DESCRIBE, Subject(agency_id=agency_id))

    def taken(self, name: str, but: UUID | None = None) -> bool:
        """Whether an agency or a subject group other than `but` bears the name (CKAN has one space of names)."""
        for table in (models.agency, models.subject_group):
            found = self.session.scalar(select(table.c.id).where(table.c.name == name))
            if found is not None and found != but:
                return True
        return False

    def create(self, identity: Identity, values: Mapping[str, Any]) -> Organization:
        """Make one; `values` are columns, checked by the caller (`id` only from an administrator)."""
        self.require_create(identity)
        key = values.get("id") or uuid4()
        row = {
            "title": "",
            "tingkat": "daerah",
            "region_code": self.region,
            "created": self.now,
            **self._columns(values),
            "id": key,
        }
        self.session.execute(insert(_A).values(**row))
        self.audit.note(identity, "instansi", agency_id=key, detail={"name": values["name"]})
        return self._got(key)

    def change(self, identity: Identity, organization: Organization, values: Mapping[str, Any]) -> Organization:
        """Change columns, checked by the caller. Raises Forbidden without the right to describe it."""
        self.require_edit(identity, organization.id)
        if values:
            self.session.execute(update(_A).where(_A.c.id == organization.id).values(**self._columns(values)))
        detail = {"name": organization.name, "fields": sorted(values)}
        self.audit.note(identity, "instansi", agency_id=organization.id, detail=detail)
        return self._got(organization.id)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(values)
        if "state" in found:
            found["active"] = found["state"] == "active"
        return found

    def _got(self, key: UUID) -> Organization:
        found = self.find(str(key))
        if found is None:
            raise NotFound
        return found

    def has_datasets(self, agency_id: UUID) -> bool:
        """Whether any dataset, released or not, belongs to the agency; deleted ones do not count. Says no more."""
        return bool(self.session.scalar(text("SELECT audit.agency_has_datasets(:id)"), {"id": agency_id}))

    def delete(self, identity: Identity, organization: Organization) -> None:
        """Close an agency without datasets: nobody acts for it any more, readers do not see it.

        Raises Conflict while it has datasets, Forbidden without the right.
        """
        self.require_edit(identity, organization.id)
        self._require_empty(organization)
        self.session.execute(update(_A).where(_A.c.id == organization.id).values(active=False, state="deleted"))
        self.session.execute(delete(models.role_at).where(models.role_at.c.agency_id == organization.id))
        self.audit.note(identity, "instansi_ditutup", agency_id=organization.id, detail={"name": organization.name})

    def purge(self, identity: Identity, organization: Organization) -> None:
        """Take the agency out of the register for good; the record keeps that it was there.

        Raises Conflict while it has datasets or other parts of the house point at it.
        """
        require(identity, Permission.AGENCY_PURGE)
        self._require_empty(organization)
        self.audit.note(identity, "instansi_dihapus", agency_id=organization.id, detail={"name": organization.name})
        try:
            with self.session.begin_nested():
                self.session.execute(delete(models.role_at).where(models.role_at.c.agency_id == organization.id))
                self.session.execute(delete(_A).where(_A.c.id == organization.id))
        except IntegrityError as error:
            raise Conflict(_("Instansi ini masih dipakai oleh catatan lain")) from error

    def _require_empty(self, organization: Organization) -> None:
        if self.has_datasets(organization.id):
            raise Conflict(_("Instansi tidak dapat dihapus selama masih memiliki dataset"), rule="instansi.dataset")
