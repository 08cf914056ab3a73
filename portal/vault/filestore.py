"""Files of dataset versions under an opening. The row says where the sealed object lies and holds its wrapped key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, event, insert, select
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.vault import models
from portal.vault.files import Source, VaultFiles, write_private
from portal.vault.keys import DataKey
from portal.vault.opened import Opened
from portal.vault.rows import FileRow

_TABLE = models.file
_DOOMED = "portal.vault.doomed"
_MADE = "portal.vault.made"


class FileStore:
    """Sealed files of dataset versions, found by the SHA-256 of their plain bytes."""

    def __init__(self, opened: Opened, files: VaultFiles) -> None:
        self._opened = opened
        self._files = files

    def add(self, dataset_id: UUID, version: int, source: Source) -> FileRow:
        """Seal a file into a version while hashing it; the same bytes twice give the row that is there.

        An object whose transaction does not commit is removed again.
        """
        self.get_dataset(dataset_id)
        key = self._key_of_version(dataset_id, version)
        sealed = self._files.write(key, dataset_id, version, source)
        remove_on_rollback(self._opened.session, self._files, sealed.path)
        known = self.find(dataset_id, version, sealed.sha256)
        if known is not None:
            remove_on_commit(self._opened.session, self._files, sealed.path)
            return known
        statement = (
            insert(_TABLE)
            .values(
                dataset_id=dataset_id,
                version=version,
                sha256=sealed.sha256,
                size=sealed.size,
                path=sealed.path,
                wrapped_key=key.wrapped,
                key_id=key.key_id,
                created=self._opened.clock(),
            )
            .returning(*_TABLE.c)
        )
        return FileRow(**self._opened.run(statement).one()._mapping)

    def find(self, dataset_id: UUID, version: int, sha256: str) -> FileRow | None:
        """The file of these bytes in a version, or None."""
        row = self._opened.run(select(_TABLE).where(*_where(dataset_id, version, sha256))).one_or_none()
        return None if row is None else FileRow(**row._mapping)

    def get(self, dataset_id: UUID, version: int, sha256: str) -> FileRow:
        """As `find`; raises NotFound."""
        row = self.find(dataset_id, version, sha256)
        if row is None:
            raise NotFound
        return row

    def of_version(self, dataset_id: UUID, version: int) -> tuple[FileRow, ...]:
        """All files of a version, oldest first."""
        statement = select(_TABLE).where(_TABLE.c.dataset_id == dataset_id, _TABLE.c.version == version)
        rows = self._opened.run(statement.order_by(_TABLE.c.created, _TABLE.c.sha256))
        return tuple(FileRow(**row._mapping) for row in rows)

    def read(self, row: FileRow, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Plain bytes from `start` up to `end`, streamed. Raises FileDamaged, KeyFileError.

        The row is looked up again first, so a row kept from another opening reads nothing (NotFound).
        """
        found = self.get(row.dataset_id, row.version, row.sha256)
        key = self._files.key(found.dataset_id, found.version, found.wrapped_key, found.key_id)
        return self._files.read(key, found.path, start, end)

    def export_to(self, row: FileRow, path: Path) -> None:
        """Write the plain bytes to a new file of mode 0600, for the sandbox's working folder only.

        Use inside `portal.access.rows.private_folder()`, which wipes. Raises FileDamaged (and leaves no file).
        """
        write_private(path, self.read(row))

    def remove(self, row: FileRow) -> None:
        """Take a file off a version; its object is removed once that is committed. Raises NotFound."""
        where = _where(row.dataset_id, row.version, row.sha256)
        path = self._opened.run(delete(_TABLE).where(*where).returning(_TABLE.c.path)).scalar_one_or_none()
        if path is None:
            raise NotFound
        remove_on_commit(self._opened.session, self._files, path)

    def get_dataset(self, dataset_id: UUID) -> None:
        """Raise NotFound unless the opening covers the dataset: no byte is written for what could not be kept."""
        statement = select(models.dataset.c.id).where(models.dataset.c.id == dataset_id)
        if self._opened.run(statement).one_or_none() is None:
            raise NotFound

    def _key_of_version(self, dataset_id: UUID, version: int) -> DataKey:
        """One data key a dataset version: that of its first file, or a new one."""
        statement = (
            select(_TABLE.c.wrapped_key, _TABLE.c.key_id)
            .where(_TABLE.c.dataset_id == dataset_id, _TABLE.c.version == version)
            .order_by(_TABLE.c.created)
            .limit(1)
        )
        known = self._opened.run(statement).one_or_none()
        if known is None:
            return self._files.new_key(dataset_id, version)
        return self._files.key(dataset_id, version, known.wrapped_key, known.key_id)


def remove_on_commit(session: Session, files: VaultFiles, path: str) -> None:
    """Remove an object once this transaction is committed; a rollback keeps it."""
    _watch(session)
    session.info.setdefault(_DOOMED, []).append((files, path))


def remove_on_rollback(session: Session, files: VaultFiles, path: str) -> None:
    """Remove an object just made if this transaction does not commit."""
    _watch(session)
    session.info.setdefault(_MADE, []).append((files, path))


def _watch(session: Session) -> None:
    if not event.contains(session, "after_commit", _committed):
        event.listen(session, "after_commit", _committed)
        event.listen(session, "after_transaction_end", _ended)


def _committed(session: Session) -> None:
    if session.get_nested_transaction() is not None:
        # a savepoint was released; nothing is committed yet
        return
    session.info.pop(_MADE, None)
    for files, path in session.info.pop(_DOOMED, []):
        files.delete(path)


def _ended(session: Session, transaction: Any) -> None:
    """The outermost transaction ended; had it committed, nothing would be left in the lists."""
    if transaction.parent is not None:
        return
    session.info.pop(_DOOMED, None)
    for files, path in session.info.pop(_MADE, []):
        files.delete(path)


def _where(dataset_id: UUID, version: int, sha256: str) -> tuple[Any, ...]:
    return (_TABLE.c.dataset_id == dataset_id, _TABLE.c.version == version, _TABLE.c.sha256 == sha256)
