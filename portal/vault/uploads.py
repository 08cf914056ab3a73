"""Resumable uploads: chunks sealed one by one under a key of the upload, joined into a vault file at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update

from portal.kernel.errors import Conflict, NotFound, TooLarge
from portal.kernel.texts import gettext as _
from portal.vault import models
from portal.vault.clean import storable_text
from portal.vault.errors import WrongOffset
from portal.vault.files import Source, VaultFiles, chunk_path, plain_chunks
from portal.vault.filestore import FileStore, remove_on_commit
from portal.vault.keys import DataKey
from portal.vault.opened import Opened
from portal.vault.rows import FileRow, UploadRow

_TABLE = models.upload


class UploadStore:
    """Uploads into one dataset; each chunk is its own short request and transaction."""

    def __init__(self, opened: Opened, files: VaultFiles, store: FileStore) -> None:
        self._opened = opened
        self._files = files
        self._store = store

    def start(self, dataset_id: UUID, filename: str, length: int, upload_id: UUID | None = None) -> UploadRow:
        """Begin an upload of `length` bytes; the limit on `length` is the caller's. Raises NotFound.

        `upload_id` is given where the sender has named the upload himself, so that he finds it again.
        """
        self._store.get_dataset(dataset_id)
        upload_id, now = upload_id or uuid4(), self._opened.clock()
        key = self._files.new_upload_key(upload_id)
        statement = (
            insert(_TABLE)
            .values(
                id=upload_id,
                dataset_id=dataset_id,
                person_id=self._opened.proof.person_id,
                filename=storable_text(filename),
                length=length,
                received=0,
                wrapped_key=key.wrapped,
                key_id=key.key_id,
                started=now,
                touched=now,
            )
            .returning(*_TABLE.c)
        )
        return _upload(self._opened.run(statement).one())

    def get(self, upload_id: UUID) -> UploadRow:
        """An upload; `received` is where to go on. Raises NotFound."""
        row = self._opened.run(select(_TABLE).where(_TABLE.c.id == upload_id)).one_or_none()
        if row is None:
            raise NotFound
        return _upload(row)

    def unfinished(self, dataset_id: UUID) -> tuple[UploadRow, ...]:
        """Uploads of a dataset that were not finished, newest first."""
        statement = (
            select(_TABLE)
            .where(_TABLE.c.dataset_id == dataset_id, _TABLE.c.finished.is_(None))
            .order_by(_TABLE.c.touched.desc(), _TABLE.c.id)
        )
        return tuple(_upload(row) for row in self._opened.run(statement))

    def append(self, upload_id: UUID, offset: int, source: Source) -> UploadRow:
        """Seal one chunk that starts at `offset`; an empty chunk changes nothing.

        Raises WrongOffset (with the right one) when it does not go on where the upload stands, TooLarge when it
        goes beyond the announced length, Conflict on a finished upload, NotFound.
        """
        row = self._locked(upload_id)
        if offset != row.received:
            raise WrongOffset(row.received)
        room = row.length - row.received
        sealed = self._files.write_chunk(self._key(row), upload_id, offset, _at_most(source, room))
        if not sealed.size:
            self._files.delete(sealed.path)
            return row
        return self._change(upload_id, received=row.received + sealed.size)

    def finish(self, upload_id: UUID, version: int) -> FileRow:
        """Join the chunks into a file of the version. The chunks are removed once that is committed.

        Raises WrongOffset (with what is there) when bytes are missing, Conflict when it was finished before,
        FileDamaged, NotFound.
        """
        row = self._locked(upload_id)
        if row.received != row.length:
            raise WrongOffset(row.received)
        file = self._store.add(row.dataset_id, version, self._joined(row))
        self._change(upload_id, finished=self._opened.clock())
        self._drop_chunks(row)
        return file

    def cancel(self, upload_id: UUID) -> None:
        """Give an upload up; what was received is removed. Raises NotFound, Conflict when finished."""
        row = self._locked(upload_id)
        self._change(upload_id, finished=self._opened.clock())
        self._drop_chunks(row)

    def _locked(self, upload_id: UUID) -> UploadRow:
        """The upload, locked so that two senders of one upload take turns."""
        row = self._opened.run(select(_TABLE).where(_TABLE.c.id == upload_id).with_for_update()).one_or_none()
        if row is None:
            raise NotFound
        if row.finished is not None:
            raise Conflict(_("Unggahan ini sudah selesai."), rule="unggahan_selesai")
        return _upload(row)

    def _key(self, row: UploadRow) -> DataKey:
        return self._files.upload_key(row.id, row.wrapped_key, row.key_id)

    def _change(self, upload_id: UUID, **values: Any) -> UploadRow:
        statement = update(_TABLE).where(_TABLE.c.id == upload_id).values(touched=self._opened.clock(), **values)
        return _upload(self._opened.run(statement.returning(*_TABLE.c)).one())

    def _paths(self, row: UploadRow) -> Iterator[str]:
        """Places of the chunks in order; each begins where the one before ends."""
        offset = 0
        while offset < row.received:
            path = chunk_path(row.id, offset)
            yield path
            offset += self._files.size(path)

    def _joined(self, row: UploadRow) -> Iterator[bytes]:
        key = self._key(row)
        for path in self._paths(row):
            yield from self._files.read(key, path)

    def _drop_chunks(self, row: UploadRow) -> None:
        for path in self._paths(row):
            remove_on_commit(self._opened.session, self._files, path)


def _at_most(source: Source, room: int) -> Iterator[bytes]:
    """The chunks of `source`, as long as they fit into `room` bytes. Raises TooLarge."""
    for chunk in plain_chunks(source):
        room -= len(chunk)
        if room < 0:
            raise TooLarge(_("Potongan berkas melebihi ukuran yang diumumkan."))
        yield chunk


def _upload(row: Row[Any]) -> UploadRow:
    return UploadRow(**row._mapping)
