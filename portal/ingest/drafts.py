"""Drafts: a new dataset of one's own agency, its metadata, a new working version of what is released."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any
from uuid import UUID

from config import regions
from portal.access.rows import ResourceRow, Stale
from portal.contract.metadata import DatasetMetadata, owed
from portal.ingest import lifecycle
from portal.ingest.checks import source_rule
from portal.ingest.desk import Desk, OpenDataset, parse, plain, token
from portal.ingest.lifecycle import State
from portal.ingest.schemas import MetadataEdit, NewDraft
from portal.kernel.errors import Conflict, Forbidden, Invalid
from portal.kernel.identity import Identity
from portal.kernel.permissions import Permission
from portal.kernel.texts import gettext as _

NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{1,99}$")
MOST_TRIES = 50


class TwoEditors(Conflict):
    """Somebody saved first: who, when, which fields differ; both texts are here, so nothing is lost."""

    rule = "revisi_usang"

    def __init__(self, message: str, theirs: DatasetMetadata, mine: DatasetMetadata, token: str) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.mine = mine
        self.token = token
        self.fields = tuple(
            name for name in DatasetMetadata.model_fields if getattr(theirs, name) != getattr(mine, name)
        )


class Drafts:
    """Making and editing of working versions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def template(self, identity: Identity, agency_id: UUID) -> DatasetMetadata:
        """Metadata to start a form with: publisher, producer, contact, coverage and licence of the agency.

        Raises Forbidden for an agency at which the person may not create.
        """
        agency = self._desk.people.agency(agency_id)
        if agency is None or agency_id not in identity.agencies():
            raise Forbidden(rule=Permission.DATASET_CREATE.value)
        code = agency.region_code if regions.region(agency.region_code) else ""
        return DatasetMetadata(
            instansi_penerbit=agency.title,
            produsen_data=agency.title,
            kontak=agency.contact.get("email", "") or self._desk.profile.email,
            cakupan_wilayah=(code,) if code else (),
            lisensi=self._desk.profile.policy.lisensi_bawaan,
        )

    def create(self, identity: Identity, draft: NewDraft) -> UUID:
        """A new dataset in state `direncanakan`, closed by default (T02); its id.

        Raises Forbidden for another agency than one's own (T40), Invalid by SR-1 (T01) or for a name of wrong form,
        Conflict (`nama_dipakai`) for a name that the agency has already.
        """
        source_rule(draft.metadata, self._desk.profile)
        agency = self._desk.people.agency(draft.agency_id)
        if agency is None or not agency.active:
            raise Forbidden(rule=Permission.DATASET_CREATE.value)
        _require_name(draft.name)
        dataset_id, proof = self._desk.access.new_dataset(identity, draft.agency_id)
        vault = self._desk.access.enter(proof)
        for number, name in enumerate(_numbered(draft.name or slug(draft.metadata.judul)), 1):
            try:
                vault.datasets.create(
                    dataset_id, draft.agency_id, name, plain(draft.metadata), state=str(State.PLANNED)
                )
            except Conflict:
                if draft.name or number == MOST_TRIES:
                    raise
            else:
                break
        return dataset_id

    def edit(self, identity: Identity, dataset_id: UUID, edit: MetadataEdit) -> str:
        """Save metadata (and name, and version notes) of the working version; the new token.

        Until somebody names a draft by hand its name follows the title. Raises TwoEditors when somebody saved since
        (told who and when), Invalid by SR-1, Conflict when the version is past editing or the name is taken.
        """
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        lifecycle.require_editable(opened.state)
        source_rule(edit.metadata, self._desk.profile)
        before = opened.metadata
        if edit.token != token(opened.dataset.name, opened.version.notes, before):
            raise self._two_editors(opened, edit)
        notes = opened.version.notes if edit.notes is None else edit.notes
        try:
            name = self._save(opened, edit, notes)
        except Stale:
            raise self._two_editors(self._desk.reopen(opened), edit) from None
        changed = _changes(before, edit.metadata)
        if changed or name != opened.dataset.name or notes != opened.version.notes:
            self._desk.note_edit(opened, "metadata", {"fields": changed}, edit.why)
        self._regroup(opened, edit.metadata)
        return token(name, notes, edit.metadata)

    def _save(self, opened: OpenDataset, edit: MetadataEdit, notes: str) -> str:
        """Write metadata and name; the name that it has now."""
        name, revision = self._renamed(opened, edit)
        opened.vault.datasets.update_version(
            opened.id, opened.version.version, revision, metadata=plain(edit.metadata), notes=notes
        )
        return name

    def _renamed(self, opened: OpenDataset, edit: MetadataEdit) -> tuple[str, int]:
        """(name, revision) after the name given by hand, or the one that follows the title; most stay as they are."""
        current, revision = opened.dataset.name, opened.dataset.revision
        by_hand = edit.name is not None and edit.name != current
        if by_hand and opened.dataset.live_version is not None:
            raise Conflict(_("Nama dataset yang sudah terbit tidak dapat diganti."), rule="nama_tetap")
        names = [edit.name or current] if by_hand else _following(opened, edit.metadata.judul)
        for number, name in enumerate(names, 1):
            if name == current:
                break
            _require_name(name)
            try:
                return name, opened.vault.datasets.rename(opened.id, name, revision).revision
            except Stale:
                raise
            except Conflict:
                if number == len(names):
                    raise
        return current, revision

    def _two_editors(self, opened: OpenDataset, edit: MetadataEdit) -> TwoEditors:
        """Who saved last and when, from the history (a job's step is no edit)."""
        history = opened.vault.transitions.of_dataset(opened.id, opened.version.version)
        edits = [row for row in history if row.detail.get("edit") == "metadata"] or list(history)
        who = edits[-1].person_id if edits else opened.dataset.modified_by
        when = edits[-1].at if edits else opened.dataset.modified
        name = self._desk.people.names([who]).get(who, _("orang lain"))
        local = when.astimezone(self._desk.profile.time_zone)
        message = _(
            "%(name)s telah menyimpan perubahan pada %(when)s. Isian Anda belum disimpan; bandingkan lalu simpan lagi.",
            name=name,
            when=f"{local:%d-%m-%Y %H.%M} {self._desk.profile.zone}",
        )
        theirs = opened.metadata
        return TwoEditors(message, theirs, edit.metadata, token(opened.dataset.name, opened.version.notes, theirs))

    def _regroup(self, opened: OpenDataset, metadata: DatasetMetadata) -> None:
        """`diterima` → `dikelompokkan` once type, subject group and level are known (BR 16(4))."""
        here = State(opened.vault.datasets.version(opened.id, opened.version.version).state)
        if here is State.RECEIVED and grouped(metadata):
            self._desk.walk(opened, State.GROUPED)
        if here is State.RETURNED:
            self._desk.walk(opened, State.EDITED)

    def new_version(self, identity: Identity, dataset_id: UUID, notes: str = "") -> int:
        """A working version of a released dataset with copies of metadata and resources; its number.

        Unchanged files and rows are not stored again: the copies point at the same bytes. Raises Conflict when a
        working version is under way or nothing is released.
        """
        opened = self._desk.open(identity, dataset_id, "ubah", Permission.DATASET_EDIT)
        live = opened.dataset.live_version
        if live is None or opened.state not in lifecycle.PUBLISHED | {State.WITHDRAWN}:
            raise Conflict(
                _("Versi baru dapat dibuat setelah versi yang sedang dikerjakan terbit."),
                allowed=tuple(str(state) for state in lifecycle.allowed(opened.state)),
                rule="T25.versi_baru",
            )
        vault = opened.vault
        source = vault.datasets.version(dataset_id, live)
        made = vault.datasets.add_version(
            dataset_id, opened.dataset.revision, source.metadata, state=str(State.DUE), notes=notes
        )
        copies = [replace(row, version=made.version) for row in vault.resources.of_version(dataset_id, live)]
        for copy in copies:
            _carry(opened, copy, live)
        fresh = self._desk.reopen(opened)
        self._desk.walk(fresh, State.EDITED, why=notes)
        return made.version

    def owed(self, metadata: DatasetMetadata) -> tuple[str, ...]:
        """Fields that submission will ask for."""
        return owed(metadata)


def _carry(opened: OpenDataset, copy: ResourceRow, from_version: int) -> None:
    """Put a copy of a resource into the new version with its findings; file and rows stay where they are."""
    vault = opened.vault
    vault.resources.add(copy)
    found = vault.findings.of_version(opened.id, from_version, copy.id)
    vault.findings.replace(opened.id, copy.version, copy.id, [replace(row, version=copy.version) for row in found])


def grouped(metadata: DatasetMetadata) -> bool:
    """Whether type, subject group and level are stated."""
    return bool(metadata.jenis_data and metadata.kelompok and metadata.tingkat_penyajian)


def slug(title: str) -> str:
    """A dataset name from a title: lower-case ASCII words joined by hyphens, at most 90 characters."""
    ascii_text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:90].strip("-")
    return made if len(made) >= 2 else "dataset-baru"


def _following(opened: OpenDataset, title: str) -> list[str]:
    """Names for a new title, the first that is free is taken; none where it was named by hand or has ever been out."""
    old, new = slug(opened.metadata.judul), slug(title)
    first = opened.version.version == 1 and opened.dataset.live_version is None
    made = re.fullmatch(rf"{re.escape(old[:95])}(-\d{{1,2}})?", opened.dataset.name)
    return _numbered(new) if first and made and title and new != old else []


def _numbered(base: str) -> list[str]:
    """The name, then the name with 2, 3 … behind it."""
    return [base, *(f"{base[:95]}-{number}" for number in range(2, MOST_TRIES + 1))]


def _require_name(name: str) -> None:
    if name and not NAME.fullmatch(name):
        message = _("Nama hanya huruf kecil, angka, tanda hubung dan garis bawah, 2 sampai 100 huruf.")
        raise Invalid(message, fields={"name": (message,)}, rule="nama")


def _changes(before: DatasetMetadata, after: DatasetMetadata) -> dict[str, list[Any]]:
    """Field → [old, new], for the record of the edit."""
    old, new = plain(before), plain(after)
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


__all__ = ["Drafts", "TwoEditors", "grouped", "parse", "slug"]
