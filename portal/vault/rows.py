"""What the stores of the vault take and give: frozen, typed rows. Ids are UUIDs, sizes bytes, times aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Sifat = Literal["belum_ditetapkan", "publik", "dikecualikan"]
CollaboratorDuty = Literal["kolaborator_baca", "kolaborator_ubah", "kolaborator_kelola"]
Duty = Literal["pemeriksa", "ppid", "bps", "pekerjaan", CollaboratorDuty]
ResourceKind = Literal["tabel", "layer", "berkas", "tautan"]
ResourceState = Literal["diterima", "diperiksa_berkas", "menunggu_pilihan", "dimuat", "gagal"]
Severity = Literal["galat", "peringatan", "catatan"]
ConsentAct = Literal["simpan", "olah", "integrasi", "verifikasi", "publikasi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """A dataset of the vault. `revision` is the optimistic lock of the dataset and all its versions' metadata.

    `retired`: deleted through the API; its name is free again in its agency.
    """

    id: UUID
    agency_id: UUID
    name: str
    working_version: int
    live_version: int | None
    revision: int
    created: datetime
    created_by: UUID
    modified: datetime
    modified_by: UUID
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version: its state (domain.md 5) and metadata as JSON; the ingest room parses it into its model."""

    dataset_id: UUID
    version: int
    state: str
    metadata: Mapping[str, Any]
    notes: str
    due: datetime | None
    created: datetime
    created_by: UUID
    released: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow:
    """A file of a version and what the worker found in it. `table_name` names a bulk table of the vault.

    Kind `tautan` is a link: no bytes (`filename` and `sha256` empty, `size` 0), its address in `ckan["url"]`. `ckan`
    holds what a CKAN client sent of the resource, so that it gets the same back.
    """

    id: UUID
    dataset_id: UUID
    version: int
    name: str
    kind: ResourceKind
    format: str
    filename: str
    size: int
    sha256: str
    position: int = 0
    description: str = ""
    state: ResourceState = "diterima"
    choice: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[Mapping[str, Any], ...] = ()
    layer: Mapping[str, Any] | None = None
    table_name: str | None = None
    row_count: int | None = None
    ckan: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A sealed file: `sha256` and `size` are of the plain bytes, `path` is its key in the vault's file root."""

    dataset_id: UUID
    version: int
    sha256: str
    size: int
    path: str
    wrapped_key: bytes
    key_id: str
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    """A resumable upload: `received` of `length` bytes are in; the next chunk must start at `received`."""

    id: UUID
    dataset_id: UUID
    person_id: UUID
    filename: str
    length: int
    received: int
    wrapped_key: bytes
    key_id: str
    started: datetime
    touched: datetime
    finished: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """Receipt of one file (BR 16(3)): number such as `T-2026-000123`, time, sender, file name, size, SHA-256."""

    number: str
    dataset_id: UUID
    version: int
    resource_id: UUID | None
    at: datetime
    person_id: UUID
    filename: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding of a check; `place` holds row, column, feature and the like. `id` is None before it is stored."""

    dataset_id: UUID
    version: int
    rule: str
    severity: Severity
    message: str
    resource_id: UUID | None = None
    place: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionRow:
    """One step of the lifecycle: who, when, what, why (T25)."""

    id: int
    dataset_id: UUID
    version: int
    from_state: str | None
    to_state: str
    at: datetime
    person_id: UUID
    why: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationRow:
    """A decision of the PPID; `grounds` are letters of KIP Ps.17 (`17h`)."""

    id: UUID
    dataset_id: UUID
    version: int
    sifat: Sifat
    decided_by: UUID
    at: datetime
    number: str
    grounds: tuple[str, ...]
    reason: str
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """Consent of the owner (domain.md 12)."""

    id: UUID
    dataset_id: UUID
    acts: tuple[ConsentAct, ...]
    given_by: UUID
    at: datetime
    ends: datetime | None
    withdrawn: datetime | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A person named on a dataset, in force now."""

    dataset_id: UUID
    person_id: UUID
    duty: Duty


@dataclass(frozen=True, slots=True)
class CollaboratorRow:
    """A collaborator of a dataset, in force now."""

    dataset_id: UUID
    person_id: UUID
    duty: CollaboratorDuty
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDataset:
    """One line of a list: the dataset, its working version and what the register says of it."""

    dataset: DatasetRow
    version: VersionRow
    sifat: Sifat
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFilter:
    """Narrows a list; empty fields narrow nothing. `words` are looked for in name and title, any case.

    `ids`, when it is no None, names the only datasets that are listed.
    """

    agency_ids: frozenset[UUID] = frozenset()
    states: frozenset[str] = frozenset()
    sifat: frozenset[str] = frozenset()
    duty: Duty | None = None
    words: str = ""
    ids: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`number` from 1; `size` rows, at most 200."""

    number: int = 1
    size: int = 25


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """A page of a list and how many there are in all."""

    items: tuple[ListedDataset, ...]
    total: int


ColumnType = Literal[
    "text",
    "bigint",
    "integer",
    "numeric",
    "double precision",
    "boolean",
    "date",
    "timestamp",
    "timestamptz",
    "time",
    "jsonb",
    "geometry(Geometry,4326)",
]


@dataclass(frozen=True, slots=True)
class BulkColumn:
    """A column of a bulk table; the closed list of types is the one of vault.create_table()."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """`column` `op` `value` on bulk rows; `mengandung` is a case-blind part of the column's text form."""

    column: str
    op: Literal["=", "<>", "<", "<=", ">", ">=", "mengandung", "kosong"]
    value: Any = None
