"""What the services of this room take: frozen inputs, parsed at the edge (page, API, loader, command)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from geo.layers.types import LayerChoice
from geo.tables.types import ReadChoice
from portal.contract.metadata import ColumnEntry, DatasetMetadata

Kind = Literal["tabel", "layer", "berkas", "tautan"]
ConsentAct = Literal["simpan", "olah", "integrasi", "verifikasi", "publikasi"]
Opinion = Literal["pendapat", "tanpa_jawaban"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """A dataset to be made. `name` is the slug, unique within the agency; empty: made from the title."""

    agency_id: UUID
    metadata: DatasetMetadata
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataEdit:
    """New metadata of the working version. `token` is that of the view that was edited; `why` is recorded."""

    token: str
    metadata: DatasetMetadata
    name: str | None = None
    notes: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStart:
    """A file to come in chunks: its name and length in bytes; `upload_id` where the sender has named it himself."""

    filename: str
    length: int
    upload_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEdit:
    """Name and description of a resource, and its column dictionary when given (same columns, same order)."""

    name: str | None = None
    description: str | None = None
    columns: tuple[ColumnEntry, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChoice:
    """How a file is to be loaded: `read` for a table, `layer` for a layer, neither for a plain file."""

    kind: Kind
    read: ReadChoice | None = None
    layer: LayerChoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnNote:
    """Why a submission goes back, with places (each a reason of its own), and until when it is awaited."""

    reasons: tuple[str, ...]
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The minutes (berita acara): number or place, method of checking, who took part."""

    minutes: str
    method: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BpsOpinion:
    """What BPS said, or that it was invited and did not answer by `deadline` (BR 17(2))."""

    outcome: Opinion
    text: str
    invited: date | None = None
    deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The owner's consent: acts of domain.md 12 and until when (None: open)."""

    acts: tuple[ConsentAct, ...] = ("publikasi",)
    ends: datetime | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The PPID's decision. `dikecualikan` needs grounds (`17a`…`17j`), a reason and the head's approval (8.2)."""

    sifat: Literal["publik", "dikecualikan"]
    number: str = ""
    grounds: tuple[str, ...] = ()
    reason: str = ""
    approval: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Answer to a finished upload. `same_as` names the resource that already holds these bytes: nothing was added.

    `seen_in_version` says that an earlier version of the dataset held the same bytes. `job_id` is the inspection.
    """

    receipt: str
    filename: str
    size: int
    sha256: str
    resource_id: UUID
    job_id: int | None = None
    same_as: UUID | None = None
    seen_in_version: int | None = None
    warnings: Mapping[str, str] = field(default_factory=dict)
