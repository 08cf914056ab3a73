"""What is known about a layer at each step: region, inspection, the officer's choice, the staged layer.

Boxes are (west, south, east, north) in degrees of EPSG:4326 unless a field says otherwise. Everything is
frozen and goes over the wire by `geo.codec`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from geo.findings import Finding, blocking

Box = tuple[float, float, float, float]


class LayerFormat(StrEnum):
    """File formats that are taken in as layers."""

    SHAPEFILE = "shapefile"
    GEOPACKAGE = "geopackage"
    GEOJSON = "geojson"
    KML = "kml"
    GML = "gml"
    GPX = "gpx"


class FieldType(StrEnum):
    """Types of attributes; `sql_type` of a field says the PostgreSQL type."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


SQL_TYPES: Mapping[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.NUMBER: "numeric",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.TIMESTAMP: "timestamp",
}


@dataclass(frozen=True, slots=True)
class Region:
    """The regency a layer should lie in (domain.md 4): `box` in EPSG:4326, `outline` its polygon if known
    (a GeoJSON geometry), `preferred_srids` the UTM and TM-3 codes to try first."""

    code: str
    name: str
    box: Box
    outline: Mapping[str, Any] | None = None
    preferred_srids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerContext:
    """What the office knows and the file doesn't: the region and the valid region codes.

    `codes` are Kemendagri codes with dots (kabupaten, kecamatan, desa), `bps_codes` BPS codes without. An
    empty set switches the check off."""

    region: Region | None = None
    codes: frozenset[str] = frozenset()
    bps_codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """What the officer chose; every field may be left out.

    `layer` names the layer in the file; `encoding` a Python codec name for shapefile attributes; `srid` an
    EPSG code that overrides the file's CRS (confirming or replacing it); `swap_axes` exchanges x and y
    before anything else; `repair` makes invalid geometry valid (counted) instead of storing it as it is;
    `code_column` names the attribute that holds region codes; `types` overrides the type of an attribute by
    its name in the file; `skip_fields` leaves attributes out (names in the file)."""

    layer: str | None = None
    encoding: str | None = None
    srid: int | None = None
    swap_axes: bool = False
    repair: bool = False
    code_column: str | None = None
    types: Mapping[str, FieldType] = field(default_factory=dict)
    skip_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LayerField:
    """One attribute: `name` is the column made from it (a plain identifier), `title` its name in the file."""

    name: str
    title: str
    type: FieldType
    samples: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The PostgreSQL type of the column."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer of the file as listed, before it is chosen. `feature_count` is -1 when not known cheaply."""

    name: str
    feature_count: int
    geometry_type: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodingCandidate:
    """An encoding tried on the file's own attribute values: `samples` are real values with letters beyond
    ASCII as they would read, `errors` counts values that don't decode; `source` is `cpg`, `ldid`, `tebakan`
    or `pilihan`."""

    encoding: str
    label: str
    samples: tuple[str, ...]
    errors: int
    source: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class CrsCandidate:
    """A CRS tried on the layer: where it would land.

    `inside` is the share (0 to 1) of sampled vertices inside the regency's box (0.1° margin); `bounds` and
    `outline` (a GeoJSON geometry, a sample of the shapes) are in EPSG:4326; `accuracy` in metres of the
    transformation named by `transformation`, None when PROJ doesn't know it."""

    srid: int
    name: str
    inside: float
    bounds: Box
    outline: Mapping[str, Any]
    swapped: bool
    transformation: str
    accuracy: float | None


class CrsStatus(StrEnum):
    """`dikenal` found in the file; `dipilih` by the officer; `ditanya` unknown, the officer must choose."""

    KNOWN = "dikenal"
    CHOSEN = "dipilih"
    ASKED = "ditanya"


@dataclass(frozen=True, slots=True)
class SpatialReference:
    """The CRS of the file and how it comes to EPSG:4326. `srid` is None where the WKT matches no EPSG code;
    `confidence` (0 to 100) is PROJ's; `wkt` is what stands in the file, `wkt2` what is used."""

    status: CrsStatus
    srid: int | None
    name: str
    confidence: int
    wkt: str
    wkt2: str
    transformation: str
    accuracy: float | None
    candidates: tuple[CrsCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerInspection:
    """What the officer sees before he confirms. `layer` is the chosen (or only) layer; it is empty when the
    file has several and none is chosen: then `layers` is the question. `outline` is a GeoJSON geometry
    sample of the layer in EPSG:4326 and `bounds` its box, both None while the CRS is unknown."""

    format: LayerFormat
    layers: tuple[LayerSummary, ...]
    layer: str
    feature_count: int
    geometry_types: Mapping[str, int]
    fields: tuple[LayerField, ...]
    reference: SpatialReference | None
    bounds: Box | None
    outline: Mapping[str, Any] | None
    encodings: tuple[EncodingCandidate, ...] = ()
    code_column: str | None = None
    invalid_count: int = 0
    preview: tuple[tuple[str | None, ...], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it may be staged as it stands: layer and CRS are known and nothing blocks."""
        known = self.reference is not None and self.reference.status is not CrsStatus.ASKED
        return bool(self.layer) and known and not blocking(self.findings)


@dataclass(frozen=True, slots=True)
class StagedLayer:
    """A layer ready for one COPY.

    `data` names the file in the work folder: text of PostgreSQL's COPY (FORMAT csv, NULL ''), UTF-8, no
    header, columns in the order of `columns`: `_id` (bigint from 1), the fields' names, `geom` (hex EWKB,
    EPSG:4326, two dimensions). `geometry_type` is PostGIS's typmod (`MULTIPOLYGON`, `GEOMETRY`, …).
    `invalid_before`/`invalid_after` count invalid geometry before and after repair, `empty_count` features
    without geometry (kept, NULL). `had_z` says the original has heights, which only the original keeps.
    `sha256` and `size` are of the data file; `seconds` says how long reading, checking and writing took."""

    data: str
    sha256: str
    size: int
    columns: tuple[str, ...]
    fields: tuple[LayerField, ...]
    geometry_type: str
    feature_count: int
    bounds: Box | None
    reference: SpatialReference
    layer: str
    format: LayerFormat
    encoding: str | None
    invalid_before: int
    invalid_after: int
    empty_count: int
    had_z: bool
    findings: tuple[Finding, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
