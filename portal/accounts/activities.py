"""Acts on people, agencies and groups in CKAN's words, written beside the chained record; never anything secret.

Acts on datasets are not kept here: the public side's versions and tombstones tell them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from portal.accounts import models
from portal.kernel.identity import Identity

Kind = Literal["user", "group", "organization", "package"]
_T = models.activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: `activity_type` as CKAN writes it (`changed organization`), `data` as it showed then."""

    id: UUID
    at: datetime
    person_id: UUID | None
    kind: str
    object_id: UUID
    activity_type: str
    data: Mapping[str, Any]


class Activities:
    """The list of acts."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now

    def note(
        self,
        identity: Identity,
        kind: Kind,
        object_id: UUID,
        activity_type: str,
        data: Mapping[str, Any],
        *,
        by: UUID | None = None,
    ) -> UUID:
        """Write an act of the caller's, or of who `by` says; its id. `data` must hold only what the object's viewers
        may see."""
        key = uuid4()
        self.session.execute(
            insert(_T).values(
                id=key, at=self.now, person_id=by or identity.person_id, kind=kind, object_id=object_id,
                activity_type=activity_type, data=dict(data),
            )
        )  # fmt: skip
        return key

    def get(self, key: UUID) -> Act | None:
        """One act, or None."""
        row = self.session.execute(select(*_T.c).where(_T.c.id == key)).one_or_none()
        return None if row is None else Act(**row._mapping)

    def before(self, act: Act) -> Act | None:
        """The act on the same object just before, or None."""
        query = select(*_T.c).where(_T.c.object_id == act.object_id, _T.c.at < act.at)
        row = self.session.execute(query.order_by(_T.c.at.desc()).limit(1)).one_or_none()
        return None if row is None else Act(**row._mapping)

    def of(
        self,
        *,
        objects: Iterable[UUID] = (),
        persons: Iterable[UUID] = (),
        kinds: Sequence[Kind] = (),
        limit: int,
    ) -> list[Act]:
        """Acts on any of the objects or by any of the persons, newest first."""
        query = select(*_T.c).where(or_(_T.c.object_id.in_(list(objects)), _T.c.person_id.in_(list(persons))))
        if kinds:
            query = query.where(_T.c.kind.in_(kinds))
        rows = self.session.execute(query.order_by(_T.c.at.desc(), _T.c.id).limit(limit))
        return [Act(**row._mapping) for row in rows]

    def seen(self, person_id: UUID) -> datetime | None:
        """When the person last said that he has seen his dashboard."""
        table = models.dashboard
        return self.session.scalar(select(table.c.viewed).where(table.c.person_id == person_id))

    def mark_seen(self, person_id: UUID) -> None:
        """The person has seen his dashboard now."""
        statement = upsert(models.dashboard).values(person_id=person_id, viewed=self.now)
        self.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_={"viewed": self.now}))

    def ages(self) -> dict[str, int]:
        """Number of acts on the list, by age in days."""
        columns = [func.count().filter(_T.c.at < self.now - timedelta(days=days)) for days in (1, 30, 365)]
        row = self.session.execute(select(*columns, func.count())).one()
        names = ("older_than_1_day", "older_than_30_days", "older_than_365_days", "total")
        return dict(zip(names, map(int, row), strict=True))
