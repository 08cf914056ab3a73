"""The officer's work on received files: how they are to be read, their names and order, their dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from geo import codec
from geo.tables.types import TableReport
from portal.access.rows import ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.ingest import lifecycle
from portal.ingest.desk import Desk, OpenDataset
from portal.ingest.lifecycle import State
from portal.ingest.receiving import INSPECT, STAGE, drop_rows, require_fit, stored_choice
from portal.ingest.schemas import ResourceChoice, ResourceEdit
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _
from portal.operations import progress


class Resources:
    """Acts on the resources of a working version."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def choose(self, identity: Identity, dataset_id: UUID, resource_id: UUID, choice: ResourceChoice) -> int:
        """Confirm or change how a file is read and load it; the job's number.

        Raises Conflict while another job works on it, Invalid when the choice does not fit the kind of file.
        """
        opened, row = self._open(identity, dataset_id, resource_id)
        require_fit(row, choice)
        self._require_idle(row)
        drop_rows(opened, row)
        if choice.kind == "tabel" and choice.read is None:
            choice = replace(choice, read=self._guess(row))
        opened.vault.resources.save(
            replace(
                row, state="diperiksa_berkas", choice=stored_choice(choice), table_name=None, row_count=None, layer=None
            )
        )
        self._desk.advance(opened, State.EDITED, why=row.filename)
        return self._queue(opened, STAGE, row)

    def confirm(self, identity: Identity, dataset_id: UUID, resource_id: UUID) -> int:
        """Load as guessed by the inspection; the job's number. Raises as `choose` does."""
        opened, row = self._open(identity, dataset_id, resource_id)
        return self.choose(identity, opened.id, resource_id, ResourceChoice(kind=row.kind))

    def inspect_again(
        self, identity: Identity, dataset_id: UUID, resource_id: UUID, choice: ResourceChoice | None = None
    ) -> int:
        """Inspect anew, under another `choice` where one is given (a preview of it); the job's number.

        Rows that were loaded stay until the next `choose`. Raises Conflict while a job works on the file.
        """
        opened, row = self._open(identity, dataset_id, resource_id)
        if row.kind in {"berkas", "tautan"}:
            raise Conflict(_("Berkas ini tidak menunggu pemeriksaan."), rule="berkas.keadaan")
        self._require_idle(row)
        stored = row.choice
        if choice is not None:
            require_fit(row, choice)
            stored = stored_choice(choice)
        opened.vault.resources.save(replace(row, state="diterima", choice=stored))
        return self._queue(opened, INSPECT, row)

    def another_part(self, identity: Identity, dataset_id: UUID, resource_id: UUID, name: str) -> UUID:
        """One more resource from the same file (another sheet or layer), waiting for its choice; its id."""
        opened, row = self._open(identity, dataset_id, resource_id)
        if not row.report.keys() & {"table", "layer"}:
            raise Conflict(_("Berkas ini belum selesai diperiksa."), rule="berkas.diperiksa")
        known = opened.vault.resources.of_version(opened.id, row.version)
        made = replace(
            row,
            id=uuid4(),
            name=name.strip()[:200] or row.name,
            description="",
            position=max(item.position for item in known) + 1,
            state="menunggu_pilihan",
            choice={},
            columns=(),
            layer=None,
            table_name=None,
            row_count=None,
        )
        opened.vault.resources.add(made)
        return made.id

    def edit(self, identity: Identity, dataset_id: UUID, resource_id: UUID, edit: ResourceEdit) -> None:
        """Name, description and column dictionary.

        The dictionary keeps names, order and types of the loaded columns (V11): Invalid otherwise.
        """
        opened, row = self._open(identity, dataset_id, resource_id)
        columns = row.columns if edit.columns is None else self._dictionary(row, edit.columns)
        changed = replace(
            row,
            name=row.name if edit.name is None else (edit.name.strip()[:200] or row.name),
            description=row.description if edit.description is None else edit.description.strip()[:5000],
            columns=columns,
        )
        opened.vault.resources.save(changed)
        self._desk.note_edit(opened, "sumber_daya", {"resource_id": str(row.id), "name": changed.name})

    def _dictionary(self, row: ResourceRow, columns: Sequence[ColumnEntry]) -> tuple[dict[str, Any], ...]:
        loaded = [(str(column["name"]), str(column.get("type", "text"))) for column in row.columns]
        if [(column.name, column.type) for column in columns] != loaded:
            message = _("Kamus data harus memuat kolom yang sama dengan datanya, dengan urutan dan jenis yang sama.")
            raise Invalid(message, fields={"columns": (message,)}, rule="V11.kamus")
        return tuple(column.model_dump(mode="json") for column in columns)

    def remove(self, identity: Identity, dataset_id: UUID, resource_id: UUID) -> None:
        """Take a resource off the working version, with its rows; the receipt stays (BR 16(3))."""
        opened, row = self._open(identity, dataset_id, resource_id)
        vault = opened.vault
        drop_rows(opened, row)
        vault.findings.replace(opened.id, row.version, row.id, [])
        vault.resources.remove(opened.id, row.version, row.id)
        rest = vault.resources.of_version(opened.id, row.version)
        file = vault.files.find(opened.id, row.version, row.sha256)
        if file is not None and all(item.sha256 != row.sha256 for item in rest):
            vault.files.remove(file)
        self._desk.note_edit(opened, "hapus_berkas", {"resource_id": str(row.id), "sha256": row.sha256})

    def reorder(self, identity: Identity, dataset_id: UUID, order: Sequence[UUID]) -> None:
        """Put the resources into this order; Invalid unless it names each of them once."""
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        lifecycle.require_editable(opened.state)
        rows = {row.id: row for row in opened.vault.resources.of_version(opened.id, opened.version.version)}
        if len(order) != len(rows) or set(order) != set(rows):
            raise Invalid(_("Urutan harus menyebut setiap berkas satu kali."), rule="urutan")
        for position, resource_id in enumerate(order):
            opened.vault.resources.save(replace(rows[resource_id], position=position))
        self._desk.note_edit(opened, "urutan", {"order": [str(resource_id) for resource_id in order]})

    def _open(self, identity: Identity, dataset_id: UUID, resource_id: UUID) -> tuple[OpenDataset, ResourceRow]:
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        lifecycle.require_editable(opened.state)
        return opened, opened.vault.resources.get(dataset_id, opened.version.version, resource_id)

    def _require_idle(self, row: ResourceRow) -> None:
        """Raise Conflict while a job works on the file; one that failed for good keeps nobody waiting."""
        if row.state in {"diterima", "diperiksa_berkas"} and any(
            job.open for job in progress.of_subject(self._desk.session, str(row.id))
        ):
            raise Conflict(_("Berkas ini masih diperiksa."), rule="berkas.diperiksa")

    def _guess(self, row: ResourceRow) -> Any:
        """The choice that confirms the stored report. Raises Conflict when there is none."""
        stored = row.report.get("table")
        if not stored:
            raise Conflict(_("Berkas ini belum dapat dibaca sebagai tabel."), rule="berkas.belum_terbaca")
        return codec.decode(TableReport, stored).to_choice()

    def _queue(self, opened: OpenDataset, task: str, row: ResourceRow) -> int:
        arguments = {"dataset_id": str(opened.id), "version": row.version, "resource_id": str(row.id)}
        return self._desk.queue(opened, task, row.id, arguments)
