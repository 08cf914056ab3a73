"""Who follows whom and what. Everybody sees his own; an administrator sees who follows a thing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.kernel.decisions import require
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission, Subject

Kind = Literal["user", "dataset", "group"]
_F = models.follow


class Follows:
    """The register of follows. Whether the followed thing may be seen is asked before."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    def follow(self, identity: Identity, kind: Kind, object_id: UUID) -> datetime:
        """Follow; since when. Following twice changes nothing."""
        require(identity, Permission.FOLLOW, Subject(person_id=identity.person_id))
        values = {"person_id": identity.person_id, "kind": kind, "object_id": object_id}
        self.session.execute(upsert(_F).values(**values, at=self.now).on_conflict_do_nothing())
        found = self.since(identity, kind, object_id)
        return found or self.now

    def unfollow(self, identity: Identity, kind: Kind, object_id: UUID) -> None:
        """Follow no more; nothing happens when he did not."""
        require(identity, Permission.FOLLOW, Subject(person_id=identity.person_id))
        self.session.execute(
            delete(_F).where(_F.c.person_id == identity.person_id, _F.c.kind == kind, _F.c.object_id == object_id)
        )

    def since(self, identity: Identity, kind: Kind, object_id: UUID) -> datetime | None:
        """Since when the caller follows it, or None."""
        where = (_F.c.person_id == identity.person_id, _F.c.kind == kind, _F.c.object_id == object_id)
        return self.session.scalar(select(_F.c.at).where(*where))

    def count(self, kind: Kind, object_id: UUID) -> int:
        """How many follow it; names nobody."""
        where = (_F.c.kind == kind, _F.c.object_id == object_id)
        return int(self.session.scalar(select(func.count()).select_from(_F).where(*where)) or 0)

    def followers(self, kind: Kind, object_id: UUID) -> list[UUID]:
        """Who follows it, for whom the caller has asked that."""
        return list(self.session.scalars(select(_F.c.person_id).where(_F.c.kind == kind, _F.c.object_id == object_id)))

    def followed(self, person_id: UUID, kind: Kind) -> list[UUID]:
        """What a person follows, longest followed first."""
        query = select(_F.c.object_id).where(_F.c.person_id == person_id, _F.c.kind == kind)
        return list(self.session.scalars(query.order_by(_F.c.at, _F.c.object_id)))
