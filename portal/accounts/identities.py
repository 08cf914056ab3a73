"""From a session or token to an identity; every request asks anew, so a change of role is felt at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.kernel.identity import Identity, Role, RoleAt


@dataclass(frozen=True, slots=True)
class Held:
    """A role of a person at an agency, with the agency's title for people to read."""

    role: Role
    agency_id: UUID
    agency_title: str
    tingkat: str


def held_roles(session: Session, person_id: UUID) -> tuple[Held, ...]:
    """Roles that a person holds at active agencies."""
    query = (
        select(models.role_at.c.role, models.agency.c.id, models.agency.c.title, models.agency.c.tingkat)
        .join(models.agency, models.agency.c.id == models.role_at.c.agency_id)
        .where(models.role_at.c.person_id == person_id, models.agency.c.active)
        .order_by(models.agency.c.title, models.role_at.c.role)
    )
    return tuple(Held(Role(row[0]), row[1], row[2], row[3]) for row in session.execute(query))


#: Who made many agencies has as many roles: they come as one text, and the same text is read once.
_ROLES = text(
    "SELECT string_agg(concat(r.role, '@', a.id, '@', a.tingkat), ',' ORDER BY a.id, r.role)"
    " FROM accounts.role_at r JOIN accounts.agency a ON a.id = r.agency_id WHERE r.person_id = :person AND a.active"
)


@lru_cache(maxsize=1_000)
def _read(roles: str) -> tuple[frozenset[RoleAt], frozenset[str]]:
    """Roles at agencies, and the levels of these agencies."""
    parts = [part.split("@") for part in roles.split(",") if part]
    return (
        frozenset(RoleAt(Role(role), UUID(agency)) for role, agency, _tingkat in parts),
        frozenset(tingkat for _role, _agency, tingkat in parts),
    )


def identity_of(
    session: Session,
    person: Any,
    *,
    second_factor: bool = False,
    scopes: frozenset[str] | None = None,
    address: str = "",
) -> Identity:
    """The identity of an active person (a row of accounts.person)."""
    roles, tingkat = _read(session.scalar(_ROLES, {"person": person.id}) or "")
    return Identity(
        person_id=person.id,
        name=person.name,
        email=person.email,
        roles=roles,
        second_factor=second_factor,
        service=person.service,
        scopes=scopes,
        address=address,
        locale=person.locale,
        tingkat=tingkat,
    )


def service_identity(session: Session, name: str) -> Identity | None:
    """The identity of a service account by its e-mail-like name, or None (the worker's own account)."""
    row = session.execute(
        select(models.person).where(models.person.c.email == name, models.person.c.service, models.person.c.active)
    ).one_or_none()
    return identity_of(session, row, second_factor=True) if row else None
