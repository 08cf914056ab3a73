"""Files come in: in chunks, refused without the five fields, hashed, receipted, told apart, queued for inspection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from geo import codec
from portal.access.rows import FileRow, ResourceRow, UploadRow
from portal.contract.metadata import DatasetMetadata, missing_stars
from portal.ingest import formats, lifecycle
from portal.ingest.checks import source_rule
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.drafts import grouped
from portal.ingest.formats import FileType
from portal.ingest.lifecycle import State
from portal.ingest.schemas import Received, ResourceChoice, UploadStart
from portal.kernel.errors import Invalid, NotFound, TooLarge
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.operations.jobs import JobOrder, defer

#: An upload that nobody went on with for this long is given up.
UPLOAD_LIFE = timedelta(days=7)

INSPECT = "ingest.inspect"
STAGE = "ingest.stage"
EXPIRE = "ingest.expire_upload"

Source = BinaryIO | Path | Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the sender wants of a file: a name, a resource to replace, a way of reading."""

    name: str
    replaces: UUID | None
    choice: ResourceChoice | None


class Receiving:
    """Uploads and what becomes of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start(self, identity: Identity, dataset_id: UUID, upload: UploadStart) -> UploadRow:
        """Begin an upload in chunks.

        Raises Invalid: rule `T26` with the ★ fields that are missing, `SR-1`, `berkas.format`, `berkas.kosong`;
        TooLarge above the limit; Conflict when the version is past editing.
        """
        opened = self._open(identity, dataset_id)
        filename = formats.clean_filename(upload.filename)
        formats.file_type(filename)
        self._require_size(upload.length)
        row = opened.vault.uploads.start(dataset_id, filename, upload.length, upload.upload_id)
        self._desk.name_worker(opened)
        defer(
            self._desk.session,
            JobOrder(
                task=EXPIRE,
                subject=str(row.id),
                arguments={"dataset_id": str(dataset_id), "upload_id": str(row.id)},
                not_before=self._desk.clock() + UPLOAD_LIFE,
            ),
        )
        return row

    def status(self, identity: Identity, dataset_id: UUID, upload_id: UUID) -> UploadRow:
        """Where an upload stands: `received` is the offset to go on from. Raises NotFound."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_UPLOAD)
        return self._upload(opened, upload_id)

    def unfinished(self, identity: Identity, dataset_id: UUID) -> tuple[UploadRow, ...]:
        """Uploads of this dataset that can be resumed, newest first."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_UPLOAD)
        return opened.vault.uploads.unfinished(dataset_id)

    def append(self, identity: Identity, dataset_id: UUID, upload_id: UUID, offset: int, source: Source) -> UploadRow:
        """One chunk. Raises WrongOffset (with the right one), TooLarge, Conflict, NotFound."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_UPLOAD)
        self._upload(opened, upload_id)
        return opened.vault.uploads.append(upload_id, offset, source)

    def cancel(self, identity: Identity, dataset_id: UUID, upload_id: UUID) -> None:
        """Give an upload up. Raises NotFound, Conflict when it was finished."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_UPLOAD)
        self._upload(opened, upload_id)
        opened.vault.uploads.cancel(upload_id)

    def finish(
        self,
        identity: Identity,
        dataset_id: UUID,
        upload_id: UUID,
        *,
        name: str = "",
        replaces: UUID | None = None,
        choice: ResourceChoice | None = None,
    ) -> Received:
        """Close a complete upload: receipt, resource, inspection job.

        With `replaces` the file takes the place of that resource's. With `choice` it is loaded at once without the
        inspection that an officer would look at (programs that know their file). Raises WrongOffset while bytes are
        missing, Invalid when the choice does not fit the file, and what `start` raises.
        """
        opened = self._open(identity, dataset_id)
        filename = self._upload(opened, upload_id).filename
        file = opened.vault.uploads.finish(upload_id, opened.version.version)
        return self._take(opened, file, filename, _Wish(name, replaces, choice))

    def receive(
        self,
        identity: Identity,
        dataset_id: UUID,
        filename: str,
        source: Source,
        *,
        name: str = "",
        replaces: UUID | None = None,
        choice: ResourceChoice | None = None,
    ) -> Received:
        """A whole file at once (forms without scripts, loader, commands). Arguments and refusals as of `finish`."""
        opened = self._open(identity, dataset_id)
        filename = formats.clean_filename(filename)
        formats.file_type(filename)
        file = opened.vault.files.add(dataset_id, opened.version.version, source)
        self._require_size(file.size)
        return self._take(opened, file, filename, _Wish(name, replaces, choice))

    def _open(self, identity: Identity, dataset_id: UUID) -> OpenDataset:
        """Open for uploading, and refuse without the five fields (BR 16(3), T26) or against the source rule."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_UPLOAD)
        lifecycle.require_editable(opened.state)
        require_stars(opened.metadata)
        source_rule(opened.metadata, self._desk.profile)
        return opened

    def _upload(self, opened: OpenDataset, upload_id: UUID) -> UploadRow:
        row = opened.vault.uploads.get(upload_id)
        if row.dataset_id != opened.id:
            raise NotFound
        return row

    def _require_size(self, length: int) -> None:
        if length <= 0:
            message = _("Berkas kosong.")
            raise Invalid(message, fields={"berkas": (message,)}, rule="berkas.kosong")
        if length > self._desk.upload_limit:
            limit = self._desk.upload_limit // (1024 * 1024)
            raise TooLarge(_("Berkas lebih besar dari batas %(limit)s MiB.", limit=limit), rule="berkas.batas")

    def _take(self, opened: OpenDataset, file: FileRow, filename: str, wish: _Wish) -> Received:
        """What both ways share: recognise, receipt, resource, states, job."""
        vault, version = opened.vault, opened.version.version
        known = vault.resources.of_version(opened.id, version)
        same = next((row for row in known if row.sha256 == file.sha256), None)
        if same is not None:
            return Received(
                receipt=self._receipt_of(opened, same),
                filename=filename,
                size=file.size,
                sha256=file.sha256,
                resource_id=same.id,
                same_as=same.id,
            )
        kind = formats.file_type(filename)
        self._require_magic(opened, file, kind)
        row = self._resource(opened, file, filename, kind, wish, known)
        receipt = vault.receipts.give(
            opened.id, version, row.id, filename=filename, size=file.size, sha256=file.sha256
        ).number
        self._desk.advance(opened, State.RECEIVED, why=filename)
        if grouped(opened.metadata):
            self._desk.advance(opened, State.GROUPED)
        return Received(
            receipt=receipt,
            filename=filename,
            size=file.size,
            sha256=file.sha256,
            resource_id=row.id,
            job_id=self._queue(opened, row, wish.choice),
            seen_in_version=self._seen(opened, file.sha256),
        )

    def _queue(self, opened: OpenDataset, row: ResourceRow, choice: ResourceChoice | None) -> int | None:
        """Inspection, or the load at once; None for a plain file."""
        arguments = {"dataset_id": str(opened.id), "version": row.version, "resource_id": str(row.id)}
        if row.kind == "berkas":
            return None
        if choice is None:
            return self._desk.queue(opened, INSPECT, row.id, arguments)
        require_fit(row, choice)
        opened.vault.resources.save(replace(row, state="diperiksa_berkas", choice=stored_choice(choice)))
        self._desk.advance(opened, State.EDITED, why=row.filename)
        return self._desk.queue(opened, STAGE, row.id, arguments)

    def _receipt_of(self, opened: OpenDataset, row: ResourceRow) -> str:
        receipts = opened.vault.receipts.of_dataset(opened.id)
        return next((one.number for one in receipts if one.sha256 == row.sha256), "")

    def _seen(self, opened: OpenDataset, sha256: str) -> int | None:
        receipts = opened.vault.receipts.of_dataset(opened.id)
        earlier = [one.version for one in receipts if one.sha256 == sha256 and one.version < opened.version.version]
        return max(earlier, default=None)

    def _require_magic(self, opened: OpenDataset, file: FileRow, kind: FileType) -> None:
        """A plain file must begin as its name says; tables and layers are judged by their readers."""
        if not kind.magic:
            return
        head = b"".join(opened.vault.files.read(file, 0, len(kind.magic)))
        if head != kind.magic:
            message = _("Isi berkas bukan %(format)s seperti namanya.", format=kind.format.upper())
            raise Invalid(message, fields={"berkas": (message,)}, rule="berkas.isi")

    def _resource(
        self,
        opened: OpenDataset,
        file: FileRow,
        filename: str,
        kind: FileType,
        wish: _Wish,
        known: tuple[ResourceRow, ...],
    ) -> ResourceRow:
        """A new resource at the end, or the replaced one with its id, name and dictionary kept."""
        vault, name = opened.vault, wish.name
        title = name.strip() or filename.rsplit(".", 1)[0].replace("_", " ").strip()
        fresh = ResourceRow(
            id=uuid4(),
            dataset_id=opened.id,
            version=opened.version.version,
            name=title[:200],
            kind=kind.kind,
            format=kind.format,
            filename=filename,
            size=file.size,
            sha256=file.sha256,
            position=max((row.position for row in known), default=-1) + 1,
            state="dimuat" if kind.kind == "berkas" else "diterima",
        )
        if wish.replaces is None:
            return vault.resources.add(fresh)
        old = vault.resources.get(opened.id, opened.version.version, wish.replaces)
        drop_rows(opened, old)
        vault.findings.replace(opened.id, opened.version.version, old.id, [])
        columns = old.columns if old.kind == kind.kind else ()
        row = replace(
            fresh, id=old.id, name=name.strip() or old.name, description=old.description, position=old.position,
            columns=columns,
        )  # fmt: skip
        self._desk.note_edit(
            opened, "ganti_berkas", {"resource_id": str(old.id), "from": old.sha256, "to": file.sha256}
        )
        return vault.resources.save(row)


def require_fit(row: ResourceRow, choice: ResourceChoice) -> None:
    """Raise Invalid when a choice of reading does not fit the kind of file."""
    if choice.kind != row.kind or row.kind in {"berkas", "tautan"}:
        message = _("Pilihan ini tidak cocok dengan jenis berkas.")
        raise Invalid(message, fields={"kind": (message,)}, rule="pilihan.jenis")


def stored_choice(choice: ResourceChoice) -> dict[str, Any]:
    """The choice as the resource keeps it; an absent part is guessed."""
    if choice.kind == "layer":
        return {"layer": codec.encode(choice.layer) if choice.layer else {}}
    return {"read": codec.encode(choice.read) if choice.read else {}}


def require_stars(metadata: DatasetMetadata) -> None:
    """Raise Invalid (`T26`) naming the ★ fields that are missing (BR L.II.5, 16(3))."""
    missing = missing_stars(metadata)
    if missing:
        raise Invalid(
            _("Berkas belum dapat diterima: isi dahulu %(fields)s.", fields=", ".join(missing)),
            fields={name: (_("Wajib diisi sebelum berkas diterima."),) for name in missing},
            rule="T26",
        )


def drop_rows(opened: OpenDataset, row: ResourceRow) -> None:
    """Drop the bulk table of a resource if this version made it; an earlier version's rows stay."""
    if row.table_name and row.table_name.endswith(f"_{row.version}"):
        opened.vault.tables.drop(row.table_name)


def find_file(opened: OpenDataset, row: ResourceRow) -> FileRow:
    """The sealed file of a resource: of its own version, or of the earlier one it was copied from. Raises NotFound."""
    for version in range(row.version, 0, -1):
        found = opened.vault.files.find(opened.id, version, row.sha256)
        if found is not None:
            return found
    raise NotFound
