"""Datasets and their versions under an opening, with one optimistic lock a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import ARRAY, Row, Select, Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from portal.kernel.errors import Conflict, Forbidden, NotFound
from portal.kernel.texts import gettext as _
from portal.vault import models
from portal.vault.clean import storable, storable_text
from portal.vault.errors import Stale
from portal.vault.listing import list_datasets
from portal.vault.opened import Opened
from portal.vault.rows import DatasetFilter, DatasetPage, DatasetRow, Page, VersionRow

_UNCHANGED: Any = object()


def _whole() -> Select[Any]:
    """Dataset, working version, number of the last version; made once, since it names some forty columns."""
    d, v, more = models.dataset, models.version, models.version.alias("more")
    last = select(func.max(more.c.version)).where(more.c.dataset_id == d.c.id).scalar_subquery()
    return (
        select(
            *(column.label(f"d_{column.name}") for column in d.c),
            *(column.label(f"v_{column.name}") for column in v.c),
            last.label("last"),
        )
        .join(v, (v.c.dataset_id == d.c.id) & (v.c.version == d.c.working_version))
        .where(d.c.id == func.any(bindparam("datasets", type_=ARRAY(Uuid))))
    )


_WHOLE = _whole()


class DatasetStore:
    """Datasets, versions, lists."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def create(
        self,
        dataset_id: UUID,
        agency_id: UUID,
        name: str,
        metadata: Mapping[str, Any],
        *,
        state: str = "diterima",
        notes: str = "",
    ) -> DatasetRow:
        """Make the dataset that `AccessService.new_dataset` registered, with version 1, and its first transition.

        Raises Conflict (`nama_dipakai`) when the agency has one of that name.
        """
        person, now = self._opened.proof.person_id, self._opened.clock()
        row = self._guard_name(
            insert(models.dataset)
            .values(
                id=dataset_id,
                agency_id=agency_id,
                name=name,
                working_version=1,
                live_version=None,
                revision=1,
                created=now,
                created_by=person,
                modified=now,
                modified_by=person,
            )
            .returning(*models.dataset.c)
        )
        self._insert_version(dataset_id, 1, state, metadata, notes)
        self._note_transition(dataset_id, 1, None, state, "", {})
        return row

    def get(self, dataset_id: UUID) -> DatasetRow:
        """The dataset. Raises NotFound when the opening does not cover it."""
        row = self._opened.run(select(models.dataset).where(models.dataset.c.id == dataset_id)).one_or_none()
        if row is None:
            raise NotFound
        return _dataset(row)

    def hold(self, dataset_id: UUID) -> None:
        """Let other writers of the dataset wait until this transaction ends; nothing of it changes. Whoever writes rows
        below the dataset's takes it first, as every write of metadata does. Raises NotFound."""
        table = models.dataset
        statement = select(table.c.id).where(table.c.id == dataset_id).with_for_update(key_share=True)
        if self._opened.run(statement).one_or_none() is None:
            raise NotFound

    def version(self, dataset_id: UUID, version: int | None = None) -> VersionRow:
        """A version, the working one by default. Raises NotFound."""
        table = models.version
        statement = select(table).where(table.c.dataset_id == dataset_id)
        if version is None:
            working = select(models.dataset.c.working_version).where(models.dataset.c.id == dataset_id)
            statement = statement.where(table.c.version == working.scalar_subquery())
        else:
            statement = statement.where(table.c.version == version)
        row = self._opened.run(statement).one_or_none()
        if row is None:
            raise NotFound
        return _version(row)

    def whole(self, dataset_id: UUID) -> tuple[DatasetRow, VersionRow, int]:
        """The dataset, its working version and the number of its last version, in one statement. Raises NotFound."""
        found = self.wholes((dataset_id,))
        if not found:
            raise NotFound
        return found[0]

    def wholes(self, dataset_ids: Sequence[UUID]) -> list[tuple[DatasetRow, VersionRow, int]]:
        """The same of several datasets; what the opening does not cover is left out."""
        return [_whole_row(row) for row in self._opened.run(_WHOLE, {"datasets": list(dataset_ids)})]

    def find(self, name: str) -> UUID | None:
        """The dataset of that name among those that the opening covers, or None; one that was let go comes last."""
        table = models.dataset
        statement = select(table.c.id).where(table.c.name == name)
        return self._opened.run(statement.order_by(table.c.retired, table.c.modified.desc()).limit(1)).scalar()

    def let_go(self, dataset_id: UUID) -> None:
        """Give the dataset's name back to its agency (deleted through the API)."""
        self._change_dataset(dataset_id, {"retired": True}, None)

    def hand_over(self, dataset_id: UUID, agency_id: UUID) -> None:
        """Pass the dataset to another agency at which the person may work too; recorded.

        Raises Forbidden otherwise, Conflict (`nama_dipakai`) when that agency has a dataset of the name.
        """
        self._opened.check()
        try:
            with self._opened.session.begin_nested():
                done = self._opened.session.execute(
                    text("SELECT audit.hand_over(:id, :agency)"), {"id": dataset_id, "agency": agency_id}
                ).scalar_one()
        except IntegrityError as error:
            raise Conflict(_("Instansi itu sudah memiliki dataset dengan nama ini."), rule="nama_dipakai") from error
        if not done:
            raise Forbidden(rule="serahkan_ditolak")

    def purge(self, dataset_id: UUID, reason: str) -> None:
        """Remove the dataset with all its rows, duties, grants and openings; the act is recorded, the id is free again.

        Needs an opening by duty or by the right to publish, which ends with it. Raises NotFound.
        """
        noted = self._opened.run(text("SELECT audit.purge(:id, :reason)"), {"id": dataset_id, "reason": reason})
        if not noted.scalar_one():
            raise NotFound
        self._opened.wrote()

    def versions(self, dataset_id: UUID) -> tuple[VersionRow, ...]:
        """All versions, newest first."""
        table = models.version
        statement = select(table).where(table.c.dataset_id == dataset_id).order_by(table.c.version.desc())
        return tuple(_version(row) for row in self._opened.run(statement))

    def update_version(
        self,
        dataset_id: UUID,
        version: int,
        revision: int,
        *,
        metadata: Mapping[str, Any] = _UNCHANGED,
        notes: str = _UNCHANGED,
        due: datetime | None = _UNCHANGED,
        released: datetime | None = _UNCHANGED,
    ) -> DatasetRow:
        """Change what is named of a version; `revision` is the dataset's that the caller read.

        Returns the dataset with its new revision. Raises Stale when somebody changed it since, NotFound. The state
        changes by `move` only.
        """
        given = {"metadata": metadata, "notes": notes, "due": due, "released": released}
        values = {name: value for name, value in given.items() if value is not _UNCHANGED}
        row = self.touch(dataset_id, revision)
        if values:
            self._change_version(dataset_id, version, values)
        return row

    def move(
        self,
        dataset_id: UUID,
        version: int,
        from_state: str,
        to_state: str,
        *,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> DatasetRow:
        """One step of the lifecycle with its transition row (T25); the caller knows which steps are allowed.

        Raises Conflict (`keadaan_berubah`) when the version is not in `from_state` any more, NotFound.
        """
        table = models.version
        moved = self._opened.run(
            update(table)
            .where(table.c.dataset_id == dataset_id, table.c.version == version, table.c.state == from_state)
            .values(state=to_state)
            .returning(table.c.version)
        ).one_or_none()
        if moved is None:
            found = self.version(dataset_id, version)
            message = _("Keadaan dataset sudah %(now)s, bukan %(then)s.", now=found.state, then=from_state)
            raise Conflict(message, rule="keadaan_berubah")
        self._note_transition(dataset_id, version, from_state, to_state, why, detail or {})
        return self.touch(dataset_id)

    def add_version(
        self, dataset_id: UUID, revision: int, metadata: Mapping[str, Any], *, state: str, notes: str = ""
    ) -> VersionRow:
        """A new working version, numbered after the last, with its first transition. Raises Stale, NotFound."""
        self.touch(dataset_id, revision)
        table = models.version
        last = self._opened.run(select(func.max(table.c.version)).where(table.c.dataset_id == dataset_id)).scalar_one()
        number = int(last or 0) + 1
        made = self._insert_version(dataset_id, number, state, metadata, notes)
        self._note_transition(dataset_id, number, None, state, notes, {})
        self._opened.run(update(models.dataset).where(models.dataset.c.id == dataset_id).values(working_version=number))
        return made

    def set_live(self, dataset_id: UUID, version: int | None) -> DatasetRow:
        """Note which version the public side shows (None: none)."""
        return self._change_dataset(dataset_id, {"live_version": version}, None)

    def set_working(self, dataset_id: UUID, version: int) -> DatasetRow:
        """Note which version is being worked on."""
        return self._change_dataset(dataset_id, {"working_version": version}, None)

    def rename(self, dataset_id: UUID, name: str, revision: int) -> DatasetRow:
        """Give another name. Raises Conflict (`nama_dipakai`), Stale, NotFound."""
        return self._change_dataset(dataset_id, {"name": name}, revision)

    def touch(self, dataset_id: UUID, revision: int | None = None) -> DatasetRow:
        """Raise the revision and note who changed; with `revision` only if it still stands. Raises Stale, NotFound."""
        return self._change_dataset(dataset_id, {}, revision)

    def list_datasets(self, filter_: DatasetFilter | None = None, page: Page | None = None) -> DatasetPage:
        """Datasets that the opening covers (a list pass covers all by duty), last changed first."""
        return list_datasets(self._opened, filter_ or DatasetFilter(), page or Page())

    def _change_dataset(self, dataset_id: UUID, values: Mapping[str, Any], revision: int | None) -> DatasetRow:
        table = models.dataset
        statement = update(table).where(table.c.id == dataset_id)
        if revision is not None:
            statement = statement.where(table.c.revision == revision)
        changed = statement.values(
            **values,
            revision=table.c.revision + 1,
            modified=self._opened.clock(),
            modified_by=self._opened.proof.person_id,
        ).returning(*table.c)
        try:
            return self._guard_name(changed)
        except NotFound:
            # raises NotFound itself when there is no such dataset, or the opening may only read it
            found = self.get(dataset_id)
            if revision is None or found.revision == revision:
                raise
            raise Stale(found.modified_by, found.modified, found.revision) from None

    def _guard_name(self, statement: Any) -> DatasetRow:
        """Run a write of the dataset row; a name that is taken is a Conflict and leaves the transaction usable."""
        self._opened.check()
        self._opened.wrote()
        try:
            with self._opened.session.begin_nested():
                row = self._opened.session.execute(statement).one_or_none()
        except IntegrityError as error:
            if (
                isinstance(error.orig, UniqueViolation)
                and error.orig.diag.constraint_name == "dataset_agency_id_name_key"
            ):
                raise Conflict(
                    _("Instansi Anda sudah memiliki dataset dengan nama ini."), rule="nama_dipakai"
                ) from error
            raise
        if row is None:
            raise NotFound
        return _dataset(row)

    def _insert_version(
        self, dataset_id: UUID, number: int, state: str, metadata: Mapping[str, Any], notes: str
    ) -> VersionRow:
        statement = (
            insert(models.version)
            .values(
                dataset_id=dataset_id,
                version=number,
                state=state,
                metadata=storable(metadata),
                notes=storable_text(notes),
                created=self._opened.clock(),
                created_by=self._opened.proof.person_id,
            )
            .returning(*models.version.c)
        )
        return _version(self._opened.run(statement).one())

    def _change_version(self, dataset_id: UUID, version: int, values: dict[str, Any]) -> None:
        table = models.version
        for name, clean in (("metadata", storable), ("notes", storable_text)):
            if name in values:
                values[name] = clean(values[name])
        where = (table.c.dataset_id == dataset_id, table.c.version == version)
        changed = self._opened.run(update(table).where(*where).values(**values).returning(table.c.version))
        if changed.one_or_none() is None:
            raise NotFound

    def _note_transition(
        self, dataset_id: UUID, version: int, from_state: str | None, to_state: str, why: str, detail: Mapping[str, Any]
    ) -> None:
        statement = insert(models.transition).values(
            dataset_id=dataset_id,
            version=version,
            from_state=from_state,
            to_state=to_state,
            at=self._opened.clock(),
            person_id=self._opened.proof.person_id,
            why=storable_text(why),
            detail=storable(detail),
        )
        self._opened.run(statement)


def _whole_row(row: Row[Any]) -> tuple[DatasetRow, VersionRow, int]:
    found = row._mapping
    return (
        DatasetRow(**{name: found[f"d_{name}"] for name in models.dataset.c.keys()}),  # noqa: SIM118 - columns
        VersionRow(**{name: found[f"v_{name}"] for name in models.version.c.keys()}),  # noqa: SIM118 - columns
        int(found["last"]),
    )


def _dataset(row: Row[Any]) -> DatasetRow:
    return DatasetRow(**row._mapping)


def _version(row: Row[Any]) -> VersionRow:
    return VersionRow(**row._mapping)
