"""What the release verb hands to the public side: frozen values, complete, with nothing of the vault in them.

`catalog.documents` makes the ready documents out of these; `catalog.store` writes them in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from portal.contract.metadata import ColumnEntry, DatasetMetadata

Kind = Literal["tabel", "layer", "berkas"]
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
    """One file or table or layer of a version. `table` names a table of schema `rows`, `None` for a plain file."""

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

    def file(self, role: FileRole, format_: str | None = None) -> PublishedFile | None:
        """The file of `role` (and format), or None."""
        return next((f for f in self.files if f.role == role and format_ in {None, f.format}), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDataset:
    """One version of a dataset as released."""

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
