"""What the release verb hands to the public side: frozen values, complete, with nothing of the vault in them.

`catalog.documents` makes the ready documents out of these; `catalog.store` writes them in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from portal.contract.metadata import ColumnEntry, DatasetMetadata

Kind = Literal["tabel", "layer", "berkas", "tautan"]
FileRole = Literal["asli", "unduhan", "ubin", "pratinjau"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAgency:
    """The publishing agency, public facts only."""

    id: UUID
    name: str
    title: str
    abbreviation: str = ""
    description: str = ""
    tingkat: str = "daerah"
    region_code: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None
    image_url: str = ""
    extras: tuple[dict[str, str], ...] = ()
    approval_status: str = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedGroup:
    """A subject group that the dataset stands in, public facts only."""

    id: UUID
    name: str
    title: str
    description: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTheme:
    """A subject group as the register has it, public facts only; `extras` are (key, value) objects."""

    id: UUID
    name: str
    title: str
    description: str = ""
    image_url: str = ""
    extras: tuple[dict[str, str], ...] = ()
    approval_status: str = "approved"
    state: str = "active"
    position: int = 0
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFile:
    """One stored file; its place in the public file root is its hash: `ab/cd/<sha256>`. `size` in bytes."""

    role: FileRole
    format: str
    filename: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLayer:
    """Facts of a layer. `bbox` is (west, south, east, north), EPSG:4326 degrees; `epsg` the original CRS."""

    geometry_type: str
    bbox: tuple[float, float, float, float]
    feature_count: int
    epsg: int | None = None
    style: dict[str, Any] = field(default_factory=dict)
    legend: tuple[dict[str, Any], ...] = ()
    tiles: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedResource:
    """One file, table, layer or link of a version. `table` names a table of schema `rows`, `None` for a plain file.

    `ckan` is what a CKAN client sent of it; a link (kind `tautan`) has its address there under `url`.
    """

    id: UUID
    position: int
    name: str
    kind: Kind
    format: str
    description: str = ""
    files: tuple[PublishedFile, ...] = ()
    table: str | None = None
    row_count: int | None = None
    columns: tuple[ColumnEntry, ...] = ()
    layer: PublishedLayer | None = None
    preview_svg: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    ckan: Mapping[str, Any] = field(default_factory=dict)

    def file(self, role: FileRole, format_: str | None = None) -> PublishedFile | None:
        """The file of `role` (and format), or None."""
        return next((f for f in self.files if f.role == role and format_ in {None, f.format}), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDataset:
    """One version of a dataset as released. `groups` None: those of the shipped sets that the metadata name."""

    id: UUID
    name: str
    version: int
    metadata: DatasetMetadata
    agency: PublishedAgency
    resources: tuple[PublishedResource, ...]
    created: datetime
    modified: datetime
    released: datetime
    order_id: UUID
    version_notes: str = ""
    state: Literal["terbit", "perlu_pemutakhiran"] = "terbit"
    downloads: int = 0
    groups: tuple[PublishedGroup, ...] | None = None
