"""Who is named on a dataset, how it is classified, and what its owner consents to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, text, update

from portal.kernel.errors import Forbidden, NotFound
from portal.vault import models
from portal.vault.opened import Opened
from portal.vault.rows import ClassificationRow, ConsentAct, ConsentRow, Duty, DutyRow, Sifat


class DutyStore:
    """Persons named on a dataset (I3). The auditor's functions hold the rows; every naming is recorded."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def name(self, dataset_id: UUID, person_id: UUID, duty: Duty, until: datetime | None = None) -> None:
        """Name a person; needs an opening for writing.

        `pemeriksa` must be walidata or tim_verval, `ppid` a ppid, `bps` a pembina, `pekerjaan` a service account.
        Nobody names himself, save a service account for the next job. Raises Forbidden.
        """
        statement = text("SELECT audit.name_duty(:dataset, :person, :duty, :until)")
        values = {"dataset": dataset_id, "person": person_id, "duty": duty, "until": until}
        if not self._opened.run(statement, values).scalar_one():
            raise Forbidden(rule="penunjukan_ditolak")

    def end(self, dataset_id: UUID, duty: Duty) -> None:
        """End this duty on the dataset for everyone who holds it; what is open now stays open for its minutes."""
        self._opened.run(text("SELECT audit.end_duty(:dataset, :duty)"), {"dataset": dataset_id, "duty": duty})

    def of_dataset(self, dataset_id: UUID) -> tuple[DutyRow, ...]:
        """Who is named on an open dataset now."""
        statement = text(
            "SELECT dataset_id, person_id, duty FROM audit.duties() WHERE dataset_id = :dataset"
            " ORDER BY duty, person_id"
        )
        return tuple(
            DutyRow(row.dataset_id, row.person_id, row.duty)
            for row in self._opened.run(statement, {"dataset": dataset_id})
        )

    def named(self) -> tuple[UUID, ...]:
        """Open datasets on which the holder of this proof is named."""
        statement = text("SELECT DISTINCT dataset_id FROM audit.duties() WHERE person_id = :person ORDER BY dataset_id")
        return tuple(self._opened.run(statement, {"person": self._opened.proof.person_id}).scalars())


class ClassificationStore:
    """Decisions of the PPID; `set` needs an opening for the act `tetapkan`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def set(
        self,
        dataset_id: UUID,
        version: int,
        sifat: Sifat,
        *,
        number: str = "",
        grounds: Sequence[str] = (),
        reason: str = "",
        ends: datetime | None = None,
    ) -> ClassificationRow:
        """Store the decision and put it into the register, where every policy feels it at once.

        After `dikecualikan` this WorkPass and all others cover the dataset no more, in this transaction too: write
        what else belongs to the act (the transition) before. Raises Forbidden without such an opening.
        """
        table = models.classification
        statement = (
            insert(table)
            .values(
                id=uuid4(),
                dataset_id=dataset_id,
                version=version,
                sifat=sifat,
                decided_by=self._opened.proof.person_id,
                at=self._opened.clock(),
                number=number,
                grounds=list(grounds),
                reason=reason,
                ends=ends,
            )
            .returning(*table.c)
        )
        if self._opened.proof.act != "tetapkan":
            raise Forbidden(rule="penetapan_ditolak")
        made = _classification(self._opened.run(statement).one())
        done = self._opened.run(
            text("SELECT audit.classify(:dataset, :sifat)"), {"dataset": dataset_id, "sifat": sifat}
        ).scalar_one()
        if not done:
            raise Forbidden(rule="penetapan_ditolak")
        return made

    def stand_in(self, dataset_id: UUID, version: int, reason: str) -> None:
        """The decision `publik` by the right of a caller who may publish; needs an opening for the act `terbit`.

        Raises Forbidden without such an opening.
        """
        statement = insert(models.classification).values(
            id=uuid4(),
            dataset_id=dataset_id,
            version=version,
            sifat="publik",
            decided_by=self._opened.proof.person_id,
            at=self._opened.clock(),
            number="",
            grounds=[],
            reason=reason,
        )
        self._opened.run(statement)
        done = self._opened.run(text("SELECT audit.classify(:dataset, 'publik')"), {"dataset": dataset_id})
        if not done.scalar_one():
            raise Forbidden(rule="penetapan_ditolak")

    def of_dataset(self, dataset_id: UUID) -> tuple[ClassificationRow, ...]:
        """Decisions on a dataset, newest first."""
        table = models.classification
        statement = select(table).where(table.c.dataset_id == dataset_id).order_by(table.c.at.desc(), table.c.id)
        return tuple(_classification(row) for row in self._opened.run(statement))


class ConsentStore:
    """Consents of the owner's head (domain.md 12)."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def give(self, dataset_id: UUID, acts: Sequence[ConsentAct], ends: datetime | None = None) -> ConsentRow:
        """Store a consent given by the person of this opening."""
        table = models.consent
        statement = (
            insert(table)
            .values(
                id=uuid4(),
                dataset_id=dataset_id,
                acts=list(acts),
                given_by=self._opened.proof.person_id,
                at=self._opened.clock(),
                ends=ends,
            )
            .returning(*table.c)
        )
        return _consent(self._opened.run(statement).one())

    def withdraw(self, dataset_id: UUID, consent_id: UUID) -> ConsentRow:
        """Withdraw a consent; new acts fail from now on (T06). Raises NotFound."""
        table = models.consent
        where = (table.c.dataset_id == dataset_id, table.c.id == consent_id, table.c.withdrawn.is_(None))
        statement = update(table).where(*where).values(withdrawn=self._opened.clock())
        row = self._opened.run(statement.returning(*table.c)).one_or_none()
        if row is None:
            raise NotFound
        return _consent(row)

    def of_dataset(self, dataset_id: UUID) -> tuple[ConsentRow, ...]:
        """Consents on a dataset, newest first, withdrawn ones too."""
        table = models.consent
        statement = select(table).where(table.c.dataset_id == dataset_id).order_by(table.c.at.desc(), table.c.id)
        return tuple(_consent(row) for row in self._opened.run(statement))


def _classification(row: Row[Any]) -> ClassificationRow:
    values = dict(row._mapping)
    return ClassificationRow(**{**values, "grounds": tuple(values["grounds"])})


def _consent(row: Row[Any]) -> ConsentRow:
    values = dict(row._mapping)
    return ConsentRow(**{**values, "acts": tuple(values["acts"])})
