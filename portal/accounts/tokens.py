"""API tokens: scopes, expiry, revocation. A token is shown once and kept hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from portal.accounts import models, secrets
from portal.accounts.identities import identity_of
from portal.accounts.schemas import TokenInput
from portal.audit.service import AuditService as Audit
from portal.kernel.decisions import decide, require
from portal.kernel.errors import NotFound
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject

#: What the API's acts ask: everything but entering the office, reading the record, and what is dikecualikan.
API_SCOPES: frozenset[str] = frozenset(
    permission.value
    for permission in Permission
    if permission
    not in {
        Permission.OFFICE_ENTER,
        Permission.TASK_READ,
        Permission.AUDIT_READ,
        Permission.EXEMPT_READ,
        Permission.DATASET_CLASSIFY_EXEMPT,
    }
)


# made once, since every call of a program asks it
_BY_KEY = (
    select(
        models.token.c.id.label("token_id"),
        models.token.c.scopes,
        models.token.c.last_used,
        *models.person.c,
    )
    .join(models.person, models.person.c.id == models.token.c.person_id)
    .where(
        models.token.c.token_hash == bindparam("hash"),
        models.token.c.revoked.is_(None),
        models.token.c.expires > bindparam("now"),
        models.person.c.active,
    )
)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An API token without its key, which was shown once."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: datetime | None
    last_used: datetime | None
    #: the name of who made it for its owner; empty where he did himself
    made_by: str = ""


class Tokens:
    """The register of API tokens."""

    def __init__(self, session: Session, audit: Audit, now: datetime) -> None:
        self.session = session
        self.audit = audit
        self.now = now

    def tokens(self, identity: Identity) -> list[TokenRow]:
        """The person's own tokens, newest first."""
        require(identity, Permission.TOKEN_OWN, Subject(person_id=identity.person_id))
        table, maker = models.token, models.person.alias()
        query = (
            select(
                table.c.id,
                table.c.name,
                table.c.scopes,
                table.c.created,
                table.c.expires,
                table.c.revoked,
                table.c.last_used,
                func.coalesce(func.nullif(maker.c.name, ""), maker.c.username, ""),
            )
            .outerjoin(maker, maker.c.id == table.c.made_by)
            .where(table.c.person_id == identity.person_id)
        )
        rows = self.session.execute(query.order_by(table.c.created.desc()))
        return [TokenRow(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]

    def make_token(self, identity: Identity, wanted: TokenInput) -> tuple[UUID, str]:
        """A token and its key, shown once. It never does more than its scopes, nor more than its person."""
        require(identity, Permission.TOKEN_OWN, Subject(person_id=identity.person_id))
        key, token_id = secrets.new_key(), uuid4()
        self.session.execute(
            insert(models.token).values(
                id=token_id,
                person_id=identity.person_id,
                name=wanted.name,
                token_hash=secrets.key_hash(key),
                scopes=sorted(wanted.scopes),
                created=self.now,
                expires=self.now + timedelta(days=wanted.days),
            )
        )
        self.audit.note(identity, "token_dibuat", detail={"token": str(token_id)})
        return token_id, key

    def tokens_of(self, identity: Identity, person_id: UUID) -> list[TokenRow]:
        """A person's tokens that still open something, oldest first, for himself or an administrator."""
        self._require_over(identity, person_id, Permission.PERSON_EDIT)
        table = models.token
        query = select(
            table.c.id, table.c.name, table.c.scopes, table.c.created, table.c.expires, table.c.revoked,
            table.c.last_used,
        ).where(table.c.person_id == person_id, table.c.revoked.is_(None), table.c.expires > self.now)  # fmt: skip
        rows = self.session.execute(query.order_by(table.c.created, table.c.id))
        return [TokenRow(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]

    def make_api_token(
        self, identity: Identity, person_id: UUID, name: str, life: timedelta, *, allowed: bool
    ) -> tuple[UUID, str]:
        """A token with all rights that the API's acts need, as CKAN's have; its key is shown once.

        For somebody else only where `allowed` (the profile, or an account without a role; decision 0017). It never
        has a scope that the token which asks for it lacks. Raises Forbidden.
        """
        self._require_over(identity, person_id, Permission.TOKEN_OTHER, consented=allowed)
        key, token_id = secrets.new_key(), uuid4()
        scopes = API_SCOPES if identity.scopes is None else API_SCOPES & identity.scopes
        self.session.execute(
            insert(models.token).values(
                id=token_id,
                person_id=person_id,
                name=name,
                token_hash=secrets.key_hash(key),
                scopes=sorted(scopes),
                created=self.now,
                expires=self.now + life,
                made_by=None if person_id == identity.person_id else identity.person_id,
            )
        )
        self.audit.note(identity, "token_dibuat", detail={"token": str(token_id), "person": str(person_id)})
        return token_id, key

    def may_be_given(self, person_id: UUID) -> bool:
        """Whether the account holds no role yet, so that a token for it opens nothing that is not public."""
        query = select(models.role_at.c.role).where(models.role_at.c.person_id == person_id).limit(1)
        return self.session.scalar(query) is None

    def revoke_api_token(self, identity: Identity, *, token_id: UUID | None = None, key: str = "") -> bool:
        """Revoke a token by its id, or by the key itself; whether there was one. Raises Forbidden for one that is not
        the caller's to revoke."""
        table = models.token
        where = table.c.id == token_id if token_id else table.c.token_hash == secrets.key_hash(key)
        query = select(table.c.id, table.c.person_id).where(where, table.c.revoked.is_(None))
        row = self.session.execute(query).one_or_none()
        if row is None:
            return False
        self._require_over(identity, row.person_id, Permission.PERSON_EDIT)
        self.session.execute(update(table).where(table.c.id == row.id).values(revoked=self.now))
        self.audit.note(identity, "token_dicabut", detail={"token": str(row.id)})
        return True

    def _require_over(self, identity: Identity, person_id: UUID, other: Permission, *, consented: bool = False) -> None:
        subject = Subject(person_id=person_id, consented=consented)
        if not decide(identity, Permission.TOKEN_OWN, subject):
            require(identity, other, subject)

    def revoke_token(self, identity: Identity, token_id: UUID) -> None:
        """Revoke an own token. Raises NotFound for anybody else's."""
        changed = self.session.execute(
            update(models.token)
            .where(models.token.c.id == token_id, models.token.c.person_id == identity.person_id)
            .values(revoked=func.coalesce(models.token.c.revoked, self.now))
            .returning(models.token.c.id)
        ).one_or_none()
        if changed is None:
            raise NotFound

    def resolve_token(self, key: str, *, address: str = "") -> Identity | None:
        """The identity behind a token's key, limited to its scopes; None when unknown, expired, revoked or inactive."""
        values = {"hash": secrets.key_hash(key), "now": self.now}
        row = self.session.execute(_BY_KEY, values).one_or_none()
        if row is None:
            return None
        if row.last_used is None or row.last_used < self.now - timedelta(minutes=5):
            used = update(models.token).where(models.token.c.id == row.token_id)
            self.session.execute(used.values(last_used=self.now))
        return identity_of(self.session, row, second_factor=False, scopes=frozenset(row.scopes), address=address)
