"""Subject groups in CKAN's words: those of the profile and those made through the API, with members of their own.

A group holds published datasets only and opens nothing: its members may put datasets into it that they may edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.accounts.capacities import Capacity
from portal.accounts.membership import Member
from portal.accounts.organizations import Organization, organization_of
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden, NotFound
from portal.kernel.identity import Identity
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

_G = models.subject_group
_M = models.group_member
_COLUMNS = (
    _G.c.id, _G.c.name, _G.c.title, _G.c.description, _G.c.image_url, _G.c.extras, _G.c.approval_status, _G.c.state,
    _G.c.created,
)  # fmt: skip
_ADMIN, _MEMBER = "pengelola_kelompok", "anggota_kelompok"


class Groups:
    """The register of subject groups. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit, now: datetime, *, like_ckan: bool) -> None:
        self.session = session
        self.audit = audit
        self.now = now
        self.like_ckan = like_ckan

    def find(self, name_or_id: str) -> Organization | None:
        """The group of that name or id, whatever its state."""
        key = as_uuid(name_or_id)
        row = self.session.execute(
            select(*_COLUMNS).where(_G.c.id == key if key else _G.c.name == name_or_id)
        ).one_or_none()
        return None if row is None else organization_of(row)

    def all(self) -> list[Organization]:
        """Every active group, by title."""
        rows = self.session.execute(select(*_COLUMNS).where(_G.c.state == "active").order_by(_G.c.title, _G.c.name))
        return [organization_of(row) for row in rows]

    def subject(self, identity: Identity, group_id: UUID) -> Subject:
        """What the permission table asks about: what the caller is in this group."""
        capacity = next(
            (item.capacity for item in self.members(group_id) if item.person_id == identity.person_id), None
        )
        named = {"admin": {_ADMIN}, None: set()}.get(capacity, {_MEMBER})
        return Subject(named=frozenset(named))

    def require_create(self, identity: Identity) -> None:
        """Raises Forbidden unless the caller may make one here."""
        require(identity, Permission.GROUP_CREATE, Subject(consented=self.like_ckan))

    def require_edit(self, identity: Identity, group_id: UUID) -> None:
        """Raises Forbidden unless the caller administers this group."""
        require(identity, Permission.GROUP_EDIT, self.subject(identity, group_id))

    def create(self, identity: Identity, values: Mapping[str, Any]) -> Organization:
        """Make one, with its maker as its administrator; `values` are columns, checked by the caller."""
        self.require_create(identity)
        key = values.get("id") or uuid4()
        self.session.execute(insert(_G).values(**{"created": self.now, **values, "id": key, "origin": "api"}))
        if identity.person_id is not None:
            self._put(identity, key, identity.person_id, "admin")
        self.audit.note(identity, "kelompok", detail={"group": str(key), "name": values["name"]})
        return self._got(key)

    def change(self, identity: Identity, group: Organization, values: Mapping[str, Any]) -> Organization:
        """Change columns, checked by the caller. Raises Forbidden for who does not administer it."""
        self.require_edit(identity, group.id)
        if values:
            changed = dict(values)
            if values.get("name", group.name) != group.name:
                changed["former_names"] = func.array_append(_G.c.former_names, group.name)
            self.session.execute(update(_G).where(_G.c.id == group.id).values(**changed, origin="api"))
        self.audit.note(identity, "kelompok", detail={"group": str(group.id), "fields": sorted(values)})
        return self._got(group.id)

    def _got(self, key: UUID) -> Organization:
        found = self.find(str(key))
        if found is None:
            raise NotFound
        return found

    def delete(self, identity: Identity, group: Organization) -> None:
        """Close a group: readers do not see it any more; its members stay, for an administrator may bring it back."""
        self.change(identity, group, {"state": "deleted"})

    def purge(self, identity: Identity, group: Organization) -> None:
        """Take a group out of the register for good; the record keeps that it was there."""
        require(identity, Permission.GROUP_PURGE)
        self.audit.note(identity, "kelompok_dihapus", detail={"group": str(group.id), "name": group.name})
        self.session.execute(delete(_G).where(_G.c.id == group.id))

    # members

    def members(self, group_id: UUID) -> list[Member]:
        """Everybody in the group, active people only."""
        query = (
            select(_M.c.person_id, _M.c.capacity)
            .join(models.person, models.person.c.id == _M.c.person_id)
            .where(_M.c.group_id == group_id, models.person.c.active)
            .order_by(models.person.c.username)
        )
        return [Member(row.person_id, row.capacity) for row in self.session.execute(query)]

    def of(self, person_id: UUID) -> dict[UUID, Capacity]:
        """A person's capacity in each group."""
        query = select(_M.c.group_id, _M.c.capacity).where(_M.c.person_id == person_id)
        return {row.group_id: row.capacity for row in self.session.execute(query)}

    def put(self, identity: Identity, group_id: UUID, person_id: UUID, capacity: Capacity) -> None:
        """Make the person a member. Raises Forbidden for who does not administer the group, or degrades himself."""
        self.require_edit(identity, group_id)
        if person_id == identity.person_id and capacity != "admin" and self.of(person_id).get(group_id) == "admin":
            raise Forbidden(_("pengelola tidak dapat mencabut perannya sendiri"), rule="anggota.sendiri")
        self._put(identity, group_id, person_id, capacity)

    def _put(self, identity: Identity, group_id: UUID, person_id: UUID, capacity: Capacity) -> None:
        values = {"capacity": capacity, "given_by": identity.person_id, "since": self.now}
        statement = upsert(_M).values(group_id=group_id, person_id=person_id, **values)
        self.session.execute(statement.on_conflict_do_update(index_elements=["group_id", "person_id"], set_=values))
        detail = {"group": str(group_id), "person": str(person_id), "capacity": capacity}
        self.audit.note(identity, "anggota_kelompok", detail=detail)

    def remove(self, identity: Identity, group_id: UUID, person_id: UUID) -> None:
        """Take the person out of the group. Raises Forbidden for who does not administer it."""
        self.require_edit(identity, group_id)
        self.session.execute(delete(_M).where(_M.c.group_id == group_id, _M.c.person_id == person_id))
        detail = {"group": str(group_id), "person": str(person_id), "capacity": None}
        self.audit.note(identity, "anggota_kelompok", detail=detail)
