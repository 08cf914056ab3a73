"""Accounts from the command line: whoever holds the office host's shell administers people, as `admin` does.

There is no verb here that opens the vault (domain.md 8.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts import models, secrets
from portal.accounts.identities import identity_of
from portal.accounts.schemas import AgencyInput, PersonInput, RoleInput
from portal.accounts.service import Accounts
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity, Role, RoleAt

NOBODY = UUID(int=0)
#: The shell's identity: rights of an administrator, no person behind it, so it opens nothing of the vault.
SHELL = Identity(name="perintah", roles=frozenset({RoleAt(Role.ADMIN, NOBODY)}))


@dataclass
class ShellAccounts:
    """Makes agencies and people, repeatably; the caller commits."""

    accounts: Accounts
    session: Session

    def agency(self, wanted: AgencyInput) -> UUID:
        """The agency of this name, made or changed."""
        found = self.session.scalar(select(models.agency.c.id).where(models.agency.c.name == wanted.name))
        return self.accounts.save_agency(SHELL, wanted, UUID(str(found)) if found else None)

    def person(self, wanted: PersonInput, password: str | None = None) -> UUID:
        """The person of this e-mail with at least these roles; with `password` he can sign in at once."""
        found = self.session.scalar(select(models.person.c.id).where(models.person.c.email == wanted.email))
        if found:
            person_id = UUID(str(found))
            for role in wanted.roles:
                self.accounts.give_role(SHELL, person_id, RoleInput(agency_id=role.agency_id, role=role.role))
        else:
            person_id = self.accounts.add_person(SHELL, wanted)
        if password is not None:
            values = {"password_hash": secrets.hash_password(password)}
            self.session.execute(update(models.person).where(models.person.c.id == person_id).values(**values))
        return person_id

    def identity(self, email: str) -> Identity:
        """The identity of a person by e-mail. Raises NotFound."""
        row = self.session.execute(select(models.person).where(models.person.c.email == email)).one_or_none()
        if row is None:
            raise NotFound
        return identity_of(self.session, row, second_factor=row.service)
