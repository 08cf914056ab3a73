"""People as CKAN's users: found by id or username, seen by their own agencies and the administrator only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts import models, secrets
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import decide, require
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity, Role
from portal.kernel.ids import as_uuid
from portal.kernel.permissions import Permission, Subject

MOST_PEOPLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person without anything secret. `last_active` is the last use of a session or token."""

    id: UUID
    username: str
    name: str
    email: str
    about: str | None
    image_url: str | None
    created: datetime
    last_active: datetime | None
    active: bool
    pending: bool
    service: bool
    notify: bool
    plugin_extras: Any
    sysadmin: bool

    @property
    def fullname(self) -> str | None:
        """The name that was given; None where only the username stands for it."""
        return None if self.name == self.username else self.name

    @property
    def state(self) -> str:
        """CKAN's word: active, pending (invited, has not been here) or deleted (kept out)."""
        if not self.active:
            return "deleted"
        return "pending" if self.pending else "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilter:
    """Which people, in which order. `order` is a column's name or `display_name`."""

    words: str = ""
    email: str = ""
    order: str = "display_name"
    services: bool = False
    limit: int | None = None


_P = models.person
_IS_ADMIN = exists().where(models.role_at.c.person_id == _P.c.id, models.role_at.c.role == Role.ADMIN.value)
_LAST = func.greatest(
    select(func.max(models.session.c.last_seen)).where(models.session.c.person_id == _P.c.id).scalar_subquery(),
    select(func.max(models.token.c.last_used)).where(models.token.c.person_id == _P.c.id).scalar_subquery(),
)
_GIVEN = case((_P.c.name == _P.c.username, None), else_=_P.c.name)
_ORDERS: Mapping[str, ColumnElement[Any]] = {
    "name": _P.c.username, "fullname": _GIVEN, "about": _P.c.about, "created": _P.c.created, "id": _P.c.id,
    "email": _P.c.email, "sysadmin": _IS_ADMIN, "last_active": _LAST, "image_url": _P.c.image_url,
    "none": _P.c.created,
}  # fmt: skip


def query_people() -> Select[Any]:
    """The columns of Person; add conditions."""
    return select(
        _P.c.id, _P.c.username, _P.c.name, _P.c.email, _P.c.about, _P.c.image_url, _P.c.created, _P.c.active,
        and_(_P.c.pending, _P.c.password_hash.is_(None)).label("pending"), _P.c.service, _P.c.notify,
        _P.c.plugin_extras, _IS_ADMIN.label("sysadmin"), _LAST.label("last_active"),
    )  # fmt: skip


class People:
    """The register of people under CKAN's verbs. Identity first; no commit."""

    def __init__(self, session: Session, audit: Audit, now: datetime) -> None:
        self.session = session
        self.audit = audit
        self.now = now

    def find(self, name_or_id: str) -> Person | None:
        """The person of that username or id, whoever asks: for the house's own use."""
        key = as_uuid(name_or_id)
        where = _P.c.id == key if key else _P.c.username == name_or_id
        row = self.session.execute(query_people().where(where)).one_or_none()
        return None if row is None else Person(**row._mapping)

    def by_email(self, email: str) -> Person | None:
        """The person of that e-mail address, for the house's own use."""
        row = self.session.execute(query_people().where(_P.c.email == email.lower())).one_or_none()
        return None if row is None else Person(**row._mapping)

    def by_ids(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        """People by id, in one statement."""
        rows = self.session.execute(query_people().where(_P.c.id.in_(list(set(ids)))))
        return {row.id: Person(**row._mapping) for row in rows}

    def see(self, identity: Identity, name_or_id: str) -> Person:
        """A person whom the caller may see. Raises NotFound for unknown and unseen alike (I7)."""
        found = self.find(name_or_id)
        if found is None or not self.seen(identity, found):
            raise NotFound
        return found

    def seen(self, identity: Identity, person: Person) -> bool:
        """Whether the caller may see this person: himself, a colleague, or anybody for an administrator."""
        if decide(identity, Permission.PERSON_SEE, Subject(person_id=person.id)):
            return True
        agencies = self.session.scalars(
            select(models.role_at.c.agency_id).where(models.role_at.c.person_id == person.id).distinct()
        )
        return any(decide(identity, Permission.PERSON_SEE, Subject(agency_id=agency)) for agency in agencies)

    def pictured(self, identity: Identity, ending: str) -> bool:
        """Whether the caller may see somebody whose picture has an address with this ending."""
        if not identity.signed_in:
            return False
        rows = self.session.execute(query_people().where(_P.c.image_url.endswith(ending, autoescape=True)).limit(20))
        return any(self.seen(identity, Person(**row._mapping)) for row in rows)

    def list(self, identity: Identity, wanted: PersonFilter) -> list[Person]:
        """People whom the caller may see and who are not kept out; nobody for nobody."""
        visible = self._visible(identity)
        if visible is None:
            return []
        query = query_people().where(_P.c.active, visible)
        if not wanted.services:
            query = query.where(~_P.c.service)
        everybody = bool(decide(identity, Permission.PERSON_SEE))
        if wanted.words:
            parts = [_P.c.username, _P.c.name, *([_P.c.email] if everybody else [])]
            query = query.where(or_(*(part.icontains(wanted.words, autoescape=True) for part in parts)))
        if wanted.email:
            query = query.where(_P.c.email == wanted.email.lower())
        shown: ColumnElement[Any] = case((_P.c.name == "", _P.c.username), else_=_P.c.name)
        order = _ORDERS.get(wanted.order, shown)
        limit = min(wanted.limit or MOST_PEOPLE, MOST_PEOPLE)
        rows = self.session.execute(query.order_by(order, _P.c.username).limit(limit))
        return [Person(**row._mapping) for row in rows]

    def _visible(self, identity: Identity) -> ColumnElement[bool] | None:
        """The condition on accounts.person, or None for nobody at all."""
        if decide(identity, Permission.PERSON_SEE):
            return _P.c.id.is_not(None)
        if not decide(identity, Permission.PERSON_SEE, Subject(person_id=identity.person_id)):
            return None
        own = [key for key in identity.agencies() if decide(identity, Permission.PERSON_SEE, Subject(agency_id=key))]
        colleagues = select(models.role_at.c.person_id).where(models.role_at.c.agency_id.in_(own))
        return or_(_P.c.id == identity.person_id, _P.c.id.in_(colleagues))

    def taken(self, username: str, but: UUID | None = None) -> bool:
        """Whether another person bears the username, or has it as his id."""
        key = as_uuid(username)
        query = select(_P.c.id).where(_P.c.id == key if key else _P.c.username == username)
        if but is not None:
            query = query.where(_P.c.id != but)
        return self.session.scalar(query.limit(1)) is not None

    def create(self, identity: Identity, values: Mapping[str, Any], password: str | None, why: str) -> UUID:
        """Make a person; `values` are columns, checked by the caller. `why` is the act that the record names."""
        require(identity, Permission.PERSON_INVITE)
        key = values.get("id") or uuid4()
        hashed = secrets.hash_password(password) if password else None
        row = {"created": self.now, "active": True, **values, "id": key, "password_hash": hashed}
        self.session.execute(insert(_P).values(**row))
        self.audit.note(identity, why, detail={"person": str(key)})
        return UUID(str(key))

    def change(self, identity: Identity, person: Person, values: Mapping[str, Any], password: str | None) -> None:
        """Change a person's columns, checked by the caller.

        Raises Forbidden for anybody else's account, and for another's password unless the profile allows it.
        """
        require(identity, Permission.PERSON_EDIT, Subject(person_id=person.id))
        changed = dict(values)
        if password:
            changed |= {"password_hash": secrets.hash_password(password), "password_changed": self.now}
        if changed:
            self.session.execute(update(_P).where(_P.c.id == person.id).values(**changed))
        if password:
            self._sign_out(person.id)
        detail = {"person": str(person.id), "fields": sorted(set(changed) - {"password_hash", "password_changed"})}
        self.audit.note(identity, "orang_diubah", detail={**detail, "password": bool(password)})

    def _sign_out(self, person_id: UUID) -> None:
        self.session.execute(delete(models.session).where(models.session.c.person_id == person_id))
