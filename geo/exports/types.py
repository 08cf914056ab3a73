"""What a layer export is asked for and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.findings import Finding
from geo.layers.types import FieldType


class ExportFormat(StrEnum):
    """Formats in which a layer is given out."""

    GEOJSON = "geojson"
    GEOPACKAGE = "gpkg"
    SHAPEFILE = "shp"
    KML = "kml"
    CSV = "csv"


SUFFIXES = {
    ExportFormat.GEOJSON: ".geojson",
    ExportFormat.GEOPACKAGE: ".gpkg",
    ExportFormat.SHAPEFILE: ".shp.zip",
    ExportFormat.KML: ".kml",
    ExportFormat.CSV: ".csv",
}
MEDIA_TYPES = {
    ExportFormat.GEOJSON: "application/geo+json",
    ExportFormat.GEOPACKAGE: "application/geopackage+sqlite3",
    ExportFormat.SHAPEFILE: "application/zip",
    ExportFormat.KML: "application/vnd.google-earth.kml+xml",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class ExportField:
    """An attribute: `name` is the key in the stream and the column in the file, `title` what a person reads."""

    name: str
    type: FieldType
    title: str = ""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """`formats` to make; `layer` is the layer's (and file's) name, a plain identifier; `title` for a person;
    `srid` None keeps EPSG:4326 (GeoJSON and KML always do, RFC 7946 section 4 and KML 2.3); `modified` is
    the date of the version (YYYY-MM-DD), the only time that goes into a file."""

    layer: str
    title: str
    fields: tuple[ExportField, ...]
    formats: tuple[ExportFormat, ...]
    srid: int | None = None
    modified: str = "1980-01-01"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file made: `path` is a plain name in the out folder. `renamed` maps names that the format could not
    hold to those it got (shapefile: ten bytes)."""

    format: ExportFormat
    path: str
    size: int
    sha256: str
    srid: int
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExportResult:
    """All files and what could not be carried."""

    files: tuple[ExportFile, ...]
    feature_count: int
    findings: tuple[Finding, ...] = ()
