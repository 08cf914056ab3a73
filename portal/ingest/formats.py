"""Which files are taken in, and as what: by the name's ending, since what is inside is read in the sandbox only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.ingest.schemas import Kind
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: format code of the code list, and whether it holds a table, a layer or neither.

    `magic` are the bytes with which a plain file must start (it is not opened further).
    """

    format: str
    kind: Kind
    media_type: str
    magic: bytes = b""


_TYPES: dict[str, FileType] = {
    "csv": FileType("csv", "tabel", "text/csv"),
    "txt": FileType("csv", "tabel", "text/csv"),
    "tsv": FileType("tsv", "tabel", "text/tab-separated-values"),
    "tab": FileType("tsv", "tabel", "text/tab-separated-values"),
    "xlsx": FileType("xlsx", "tabel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xls": FileType("xls", "tabel", "application/vnd.ms-excel"),
    "ods": FileType("ods", "tabel", "application/vnd.oasis.opendocument.spreadsheet"),
    "zip": FileType("shp", "layer", "application/zip"),
    "geojson": FileType("geojson", "layer", "application/geo+json"),
    "json": FileType("geojson", "layer", "application/geo+json"),
    "gpkg": FileType("gpkg", "layer", "application/geopackage+sqlite3"),
    "kml": FileType("kml", "layer", "application/vnd.google-earth.kml+xml"),
    "kmz": FileType("kmz", "layer", "application/vnd.google-earth.kmz"),
    "gml": FileType("gml", "layer", "application/gml+xml"),
    "gpx": FileType("gpx", "layer", "application/gpx+xml"),
    "pdf": FileType("pdf", "berkas", "application/pdf", b"%PDF-"),
    "png": FileType("png", "berkas", "image/png", b"\x89PNG\r\n\x1a\n"),
    "docx": FileType(
        "docx",
        "berkas",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
    ),
}


def accepted() -> tuple[str, ...]:
    """Endings that are taken, for the file field and for messages."""
    return tuple(f".{ending}" for ending in _TYPES)


def ending(filename: str) -> str:
    """What follows the last point, in lower case; empty when there is none."""
    return filename.rsplit(".", 1)[-1].lower() if "." in filename else ""


def file_type(filename: str) -> FileType:
    """The type by name. Raises Invalid (`berkas.format`) naming what is taken."""
    found = _TYPES.get(ending(filename))
    if found is None:
        message = _(
            "Berkas %(name)s tidak dapat diterima. Yang diterima: %(types)s.",
            name=filename[:120],
            types=", ".join(accepted()),
        )
        raise Invalid(message, fields={"berkas": (message,)}, rule="berkas.format")
    return found


def any_type(filename: str, head: bytes) -> FileType:
    """The type of a file that a CKAN client sends: what we read as a table or a layer, and any other as a plain file.

    JSON is a layer only where it begins as GeoJSON does. A plain file is never opened; readers get it as a download.
    """
    known = _TYPES.get(ending(filename))
    if known is not None and known.format == "geojson" and not _GEOJSON.search(head):
        return FileType("json", "berkas", "application/json")
    if known is not None and known.format == "shp" and ending(filename) == "zip" and b".shp" not in head:
        return FileType("zip", "berkas", "application/zip")
    return known or FileType((ending(filename) or "bin")[:40], "berkas", "application/octet-stream")


def clean_filename(filename: str) -> str:
    """The last part of a sender's file name without control characters, at most 200 characters.

    Raises Invalid (`berkas.nama`) when nothing is left: `nama_file` is one of the five fields (T26).
    """
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in last if char.isprintable()).strip()
    stem, point, tail = name.rpartition(".")
    if not (stem.strip(" .") if point else tail):
        message = _("Nama berkas wajib ada.")
        raise Invalid(message, fields={"nama_file": (message,)}, rule="berkas.nama")
    return name if len(name) <= 200 else f"{stem[: 199 - len(tail)]}.{tail[:20]}"
