"""Agencies, people, roles and invitation links. Identity first; no commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts import models, secrets
from portal.accounts.identities import Held, held_roles
from portal.accounts.schemas import AgencyInput, PersonInput, RoleInput
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import decide, require
from portal.kernel.errors import Forbidden, Invalid, NotFound
from portal.kernel.identity import Identity, Role
from portal.kernel.permissions import Permission, Subject
from portal.kernel.texts import gettext as _

LINK_LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency as the office lists it."""

    id: UUID
    name: str
    title: str
    abbreviation: str
    description: str
    tingkat: str
    region_code: str
    contact: dict[str, str]
    mandiri_tik: bool
    is_walidata: bool
    active: bool
    created: datetime
    image_url: str = ""
    extras: tuple[dict[str, str], ...] = ()
    approval_status: str = "approved"
    state: str = "active"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the roles he holds."""

    id: UUID
    email: str
    name: str
    active: bool
    service: bool
    second_factor: bool
    has_password: bool
    roles: tuple[Held, ...] = ()


class Accounts:
    """The registers of agencies and people."""

    def __init__(self, session: Session, audit: Audit, now: datetime) -> None:
        self.session = session
        self.audit = audit
        self.now = now

    # agencies

    def agencies(self, identity: Identity) -> list[AgencyRow]:
        """Every agency by title."""
        require(identity, Permission.AGENCY_LIST)
        return self.all_agencies()

    def all_agencies(self) -> list[AgencyRow]:
        """Every agency by title, for the house's own use (release notices, naming of checkers)."""
        query = select(*models.agency.c).order_by(models.agency.c.title)
        return [AgencyRow(*row) for row in self.session.execute(query)]

    def agency(self, agency_id: UUID) -> AgencyRow:
        """One agency. Raises NotFound."""
        row = self.session.execute(select(*models.agency.c).where(models.agency.c.id == agency_id)).one_or_none()
        if row is None:
            raise NotFound
        return AgencyRow(*row)

    def save_agency(self, identity: Identity, wanted: AgencyInput, agency_id: UUID | None = None) -> UUID:
        """Make an agency, or change one. Raises Invalid when its name is taken by another."""
        require(identity, Permission.AGENCY_EDIT)
        key = agency_id or uuid4()
        taken = self.session.scalar(
            select(models.agency.c.id).where(models.agency.c.name == wanted.name, models.agency.c.id != key)
        )
        if taken:
            message = _("Nama alamat “%(name)s” sudah dipakai instansi lain.", name=wanted.name)
            raise Invalid(message, fields={"name": [message]}, rule="instansi.nama")
        values = wanted.model_dump()
        statement = upsert(models.agency).values(id=key, created=self.now, **values)
        self.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
        self.audit.note(identity, "instansi", agency_id=key, detail={"name": wanted.name})
        return key

    # people

    def people(self, identity: Identity, agency_id: UUID | None = None, q: str = "") -> list[PersonRow]:
        """People of one agency, or of all for an administrator, by name."""
        require(identity, Permission.PERSON_LIST, Subject(agency_id=agency_id))
        query = select(models.person).order_by(models.person.c.name).limit(500)
        if agency_id is not None:
            members = select(models.role_at.c.person_id).where(models.role_at.c.agency_id == agency_id)
            query = query.where(models.person.c.id.in_(members))
        if q:
            wanted = models.person.c.name.icontains(q, autoescape=True)
            query = query.where(wanted | models.person.c.email.icontains(q, autoescape=True))
        return [self._person_row(row) for row in self.session.execute(query)]

    def person(self, identity: Identity, person_id: UUID) -> PersonRow:
        """One person. Raises NotFound; Forbidden for who may not list him."""
        row = self._row(person_id)
        self._require_over(identity, Permission.PERSON_LIST, person_id)
        return self._person_row(row)

    def _row(self, person_id: UUID) -> Any:
        row = self.session.execute(select(models.person).where(models.person.c.id == person_id)).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _person_row(self, row: Any) -> PersonRow:
        return PersonRow(
            id=row.id,
            email=row.email,
            name=row.name,
            active=row.active,
            service=row.service,
            second_factor=bool(row.totp_secret),
            has_password=bool(row.password_hash),
            roles=held_roles(self.session, row.id),
        )

    def _require_over(self, identity: Identity, permission: Permission, person_id: UUID) -> None:
        """Allowed at any one of the agencies at which the person holds a role."""
        held: list[UUID | None] = [item.agency_id for item in held_roles(self.session, person_id)]
        held = held or [None]
        subjects = [Subject(agency_id=agency_id, person_id=person_id) for agency_id in held]
        if not any(decide(identity, permission, subject) for subject in subjects):
            raise Forbidden(rule=permission.value)

    def invite(self, identity: Identity, wanted: PersonInput) -> tuple[UUID, str]:
        """Make a person with his first roles and the key of his invitation link (shown once, good for three days)."""
        require(identity, Permission.PERSON_INVITE)
        person_id = self.add_person(identity, wanted)
        return person_id, self._link(identity, person_id, "undangan")

    def add_person(self, identity: Identity, wanted: PersonInput) -> UUID:
        """A person without a link or password. Raises Invalid when the e-mail is taken."""
        require(identity, Permission.PERSON_INVITE)
        if self.session.scalar(select(models.person.c.id).where(models.person.c.email == wanted.email)):
            message = _("Surel ini sudah terdaftar.")
            raise Invalid(message, fields={"email": [message]}, rule="orang.surel")
        person_id = uuid4()
        self.session.execute(
            insert(models.person).values(
                id=person_id,
                email=wanted.email,
                name=wanted.name,
                service=wanted.service,
                active=True,
                created=self.now,
            )
        )
        for role in wanted.roles:
            self._give(identity, person_id, role)
        return person_id

    def _link(self, identity: Identity, person_id: UUID, kind: str) -> str:
        key = secrets.new_key()
        self.session.execute(
            insert(models.link).values(
                token_hash=secrets.key_hash(key),
                person_id=person_id,
                kind=kind,
                made_by=identity.person_id,
                created=self.now,
                expires=self.now + LINK_LIFE,
            )
        )
        self.audit.note(identity, kind, detail={"person": str(person_id)})
        return key

    def reset_link(self, identity: Identity, person_id: UUID) -> str:
        """The key of a reset link for a person of an agency that the caller answers for; never for himself."""
        self._row(person_id)
        self._require_over(identity, Permission.PERSON_RESET, person_id)
        return self._link(identity, person_id, "atur_ulang")

    def set_active(self, identity: Identity, person_id: UUID, *, active: bool) -> None:
        """Let a person in, or keep him out at once: his sessions end and his tokens are revoked."""
        require(identity, Permission.PERSON_ROLE, Subject(person_id=person_id))
        self.session.execute(update(models.person).where(models.person.c.id == person_id).values(active=active))
        if not active:
            self.session.execute(delete(models.session).where(models.session.c.person_id == person_id))
            self.session.execute(
                update(models.token)
                .where(models.token.c.person_id == person_id, models.token.c.revoked.is_(None))
                .values(revoked=self.now)
            )
        self.audit.note(identity, "orang_aktif", detail={"person": str(person_id), "active": active})

    def give_role(self, identity: Identity, person_id: UUID, wanted: RoleInput) -> None:
        """Give a role at an agency; nobody gives one to himself (domain.md 8.4)."""
        require(identity, Permission.PERSON_ROLE, Subject(person_id=person_id))
        self._row(person_id)
        self.agency(wanted.agency_id)
        self._give(identity, person_id, wanted)

    def _give(self, identity: Identity, person_id: UUID, wanted: RoleInput) -> None:
        statement = upsert(models.role_at).values(
            person_id=person_id,
            agency_id=wanted.agency_id,
            role=wanted.role.value,
            given_by=identity.person_id,
            since=self.now,
        )
        self.session.execute(statement.on_conflict_do_nothing())
        detail = {"person": str(person_id), "role": wanted.role.value}
        self.audit.note(identity, "peran_diberi", agency_id=wanted.agency_id, detail=detail)

    def take_role(self, identity: Identity, person_id: UUID, wanted: RoleInput) -> None:
        """Take a role away; felt by the next request of that person."""
        require(identity, Permission.PERSON_ROLE, Subject(person_id=person_id))
        table = models.role_at
        self.session.execute(
            delete(table).where(
                table.c.person_id == person_id, table.c.agency_id == wanted.agency_id, table.c.role == wanted.role.value
            )
        )
        detail = {"person": str(person_id), "role": wanted.role.value}
        self.audit.note(identity, "peran_diambil", agency_id=wanted.agency_id, detail=detail)

    def holders(self, role: Role, agency_id: UUID | None = None) -> list[PersonRow]:
        """Active people who hold a role (at an agency), by name; for naming checkers, not for pages."""
        query = (
            select(models.person)
            .join(models.role_at, models.role_at.c.person_id == models.person.c.id)
            .where(models.role_at.c.role == role.value, models.person.c.active, ~models.person.c.service)
            .order_by(models.person.c.name)
            .distinct()
        )
        if agency_id is not None:
            query = query.where(models.role_at.c.agency_id == agency_id)
        return [self._person_row(row) for row in self.session.execute(query)]

    def names(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        """Names of people by id, in one statement."""
        wanted = list(set(ids))
        if not wanted:
            return {}
        query = select(models.person.c.id, models.person.c.name).where(models.person.c.id.in_(wanted))
        return {row[0]: row[1] for row in self.session.execute(query)}
