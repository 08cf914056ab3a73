"""Members of agencies in CKAN's capacities: roles given and taken by the one table of `capacities`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.accounts import capacities, models
from portal.accounts.capacities import Capacity
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import require
from portal.kernel.errors import Forbidden
from portal.kernel.identity import Identity, Role
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a capacity."""

    person_id: UUID
    capacity: Capacity


class Membership:
    """Who belongs to which agency as what. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit, now: datetime) -> None:
        self.session = session
        self.audit = audit
        self.now = now

    def members(self, agency_id: UUID) -> list[Member]:
        """Everybody with a capacity at the agency, active people only; the caller asks who may see them."""
        return self.members_of([agency_id]).get(agency_id, [])

    def members_of(self, agencies: Iterable[UUID]) -> dict[UUID, list[Member]]:
        """Members of several agencies, in one statement."""
        table = models.role_at
        query = (
            select(table.c.agency_id, table.c.person_id, table.c.role)
            .join(models.person, models.person.c.id == table.c.person_id)
            .where(table.c.agency_id.in_(list(agencies)), models.person.c.active)
            .order_by(models.person.c.username)
        )
        held: dict[UUID, dict[UUID, set[Role]]] = {}
        for agency_id, person_id, role in self.session.execute(query):
            held.setdefault(agency_id, {}).setdefault(person_id, set()).add(Role(role))
        return {
            agency_id: [
                Member(person_id, capacity)
                for person_id, roles in people.items()
                if (capacity := capacities.capacity_of(roles)) is not None
            ]
            for agency_id, people in held.items()
        }

    def capacities(self, person_id: UUID) -> dict[UUID, Capacity]:
        """A person's capacity at each active agency."""
        table = models.role_at
        query = (
            select(table.c.agency_id, table.c.role)
            .join(models.agency, models.agency.c.id == table.c.agency_id)
            .where(table.c.person_id == person_id, models.agency.c.active)
        )
        held: dict[UUID, set[Role]] = {}
        for agency_id, role in self.session.execute(query):
            held.setdefault(agency_id, set()).add(Role(role))
        found = {agency_id: capacities.capacity_of(roles) for agency_id, roles in held.items()}
        return {agency_id: capacity for agency_id, capacity in found.items() if capacity is not None}

    def roles(self, agency_id: UUID, person_id: UUID) -> frozenset[Role]:
        """What a person holds at an agency."""
        table = models.role_at
        query = select(table.c.role).where(table.c.agency_id == agency_id, table.c.person_id == person_id)
        return frozenset(Role(role) for role in self.session.scalars(query))

    def put(self, identity: Identity, agency_id: UUID, person_id: UUID, capacity: Capacity) -> None:
        """Make the person a member in this capacity, and in no other.

        Raises Forbidden without the right to, and for oneself (domain.md 8.4): nobody gives roles to himself, and an
        administrator of an agency does not take his own away, as in CKAN.
        """
        held = self.roles(agency_id, person_id)
        if held & capacities.GIVEN == capacities.ROLES[capacity]:
            require(identity, Permission.MEMBER_EDIT, Subject(agency_id=agency_id))
            return
        if person_id == identity.person_id and Role.PENGELOLA in held:
            raise Forbidden(_("pengelola tidak dapat mencabut perannya sendiri"), rule="anggota.sendiri")
        require(identity, Permission.MEMBER_EDIT, Subject(agency_id=agency_id, person_id=person_id))
        self._set(identity, agency_id, person_id, held, capacity)

    def found(self, identity: Identity, agency_id: UUID) -> None:
        """Make who has just made an agency its administrator, as CKAN does; the agency has no data yet.

        The caller has asked for the right to make it and whether the profile wants this (decision 0017).
        """
        if identity.person_id is not None:
            self._set(identity, agency_id, identity.person_id, frozenset(), "admin")

    def _set(
        self, identity: Identity, agency_id: UUID, person_id: UUID, held: frozenset[Role], capacity: Capacity
    ) -> None:
        wanted = capacities.ROLES[capacity]
        self._take(agency_id, person_id, (held & capacities.GIVEN) - wanted)
        for role in sorted(wanted - held):
            values = {"agency_id": agency_id, "person_id": person_id, "role": role.value}
            self.session.execute(insert(models.role_at).values(**values, given_by=identity.person_id, since=self.now))
        detail = {"person": str(person_id), "capacity": capacity, "roles": sorted(wanted)}
        self.audit.note(identity, "anggota_diberi", agency_id=agency_id, detail=detail)

    def remove(self, identity: Identity, agency_id: UUID, person_id: UUID) -> None:
        """Take away what the table of capacities gives; other roles (head, PPID) stay the office's business.

        Leaving by oneself is no gift, so it is allowed to whoever may edit members.
        """
        require(identity, Permission.MEMBER_EDIT, Subject(agency_id=agency_id))
        held = self.roles(agency_id, person_id)
        self._take(agency_id, person_id, held & capacities.GIVEN)
        detail = {"person": str(person_id), "roles": sorted(held & capacities.GIVEN)}
        self.audit.note(identity, "anggota_dicabut", agency_id=agency_id, detail=detail)

    def _take(self, agency_id: UUID, person_id: UUID, roles: frozenset[Role]) -> None:
        table = models.role_at
        if roles:
            self.session.execute(
                delete(table).where(
                    table.c.agency_id == agency_id,
                    table.c.person_id == person_id,
                    table.c.role.in_([role.value for role in roles]),
                )
            )
