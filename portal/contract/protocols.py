"""What plugins and pages may ask of the house, as protocols; `portal/app.py` wires who answers.

On the public side the answers come from the published database; on the office side, under an opening, from the
vault: the same pages serve both (design.md section 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from portal.contract.metadata import ColumnEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file that can be had: its address holds version and content hash. `size` in bytes."""

    role: str
    format: str
    filename: str
    media_type: str
    size: int
    sha256: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """A resource as pages and panels see it. `table` is the handle that `Rows` and `Layers` take."""

    id: UUID
    version: int
    dataset_id: UUID
    dataset_name: str
    dataset_title: str
    name: str
    kind: str
    format: str
    description: str = ""
    table: str | None = None
    row_count: int | None = None
    columns: tuple[ColumnEntry, ...] = ()
    layer: Mapping[str, Any] | None = None
    files: tuple[FileView, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    source: str = ""
    #: of its table: rows kept as ready JSON, whether full text was prepared, whether it changes row by row (I5a), and
    #: a number that grows with every change
    paged: int = 0
    words: bool = False
    live: bool = False
    revision: int = 0


Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "empty", "filled"]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """One condition on a column; `values` has one value save for `in` (several) and `empty`/`filled` (none)."""

    column: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowSort:
    """One key of the order of rows."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A page of rows asked for. `limit` 1 to 32,000; `q` are words looked for in all text columns."""

    filters: tuple[RowFilter, ...] = ()
    sort: tuple[RowSort, ...] = ()
    q: str = ""
    columns: tuple[str, ...] | None = None
    limit: int = 100
    offset: int = 0
    distinct: bool = False
    include_total: bool = True


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows as tuples in the order of `columns`; `total` of all that match, None when not asked for."""

    columns: tuple[ColumnEntry, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None


@runtime_checkable
class Datasets(Protocol):
    """Datasets and their resources, as this caller may see them."""

    def resource(self, resource_id: str, version: int | None = None) -> ResourceView:
        """A resource of the live version, or of `version`. Raises NotFound or Gone."""
        ...

    def resources(self, dataset: str, version: int | None = None) -> Sequence[ResourceView]:
        """Resources of a dataset by name or id, in order. Raises NotFound or Gone."""
        ...


@runtime_checkable
class Rows(Protocol):
    """Rows of tables and attributes of layers."""

    def page(self, resource: ResourceView, query: RowQuery) -> RowPage:
        """One page; raises Invalid naming the column for a filter or sort that does not fit."""
        ...

    def stream(self, resource: ResourceView, query: RowQuery) -> Iterator[tuple[Any, ...]]:
        """Every matching row, streamed; `limit` and `offset` of the query count, without a ceiling when limit is 0."""
        ...

    def totals(self, resource: ResourceView, query: RowQuery) -> Mapping[str, Any]:
        """Sum, minimum and maximum of the numeric columns over all matching rows, by column name."""
        ...

    def distinct(self, resource: ResourceView, column: str, limit: int = 200) -> Sequence[tuple[Any, int]]:
        """Values of a column with their counts, most frequent first."""
        ...


@dataclass(frozen=True, slots=True)
class Tile:
    """A vector tile: gzip-compressed bytes (or plain when `compressed` is false); empty bytes for no features."""

    data: bytes
    compressed: bool


@runtime_checkable
class Layers(Protocol):
    """Geometry of layers, EPSG:4326 in, tiles in Web Mercator out."""

    def tile(self, resource: ResourceView, z: int, x: int, y: int) -> Tile:
        """One vector tile. Raises Invalid for a tile address outside z0 to z22."""
        ...

    def feature(self, resource: ResourceView, feature_id: int) -> Mapping[str, Any]:
        """One feature as GeoJSON with all its public attributes. Raises NotFound."""
        ...

    def features(
        self, resource: ResourceView, bbox: tuple[float, float, float, float] | None, limit: int, offset: int = 0
    ) -> Sequence[Mapping[str, Any]]:
        """Features as GeoJSON in order of `_id`, those that touch the box (degrees) when one is given."""
        ...


@runtime_checkable
class Places(Protocol):
    """Outlines of regions for base maps, choropleths and locator maps (GeoJSON geometries, EPSG:4326)."""

    def outline(self, code: str) -> Mapping[str, Any] | None:
        """The outline of one region by Kemendagri code, or None."""
        ...

    def parts(self, code: str, level: str) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
        """(code, name, geometry) of a region's parts at a level."""
        ...
