"""Finds out what a file is by its bytes, never by its name, and opens it as a source of layers."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from geo import archive
from geo.archive import Member
from geo.errors import BadInputError, bad
from geo.findings import Finding, note
from geo.formats.base import Source
from geo.formats.geojson.source import GeoJsonSource
from geo.formats.geopackage.source import GeoPackageSource
from geo.formats.gml.source import GmlSource
from geo.formats.gpx.source import GpxSource
from geo.formats.kml.source import KmlSource
from geo.formats.markup import looks_like_xml, root_of
from geo.formats.shapefile.source import ShapefileSource

KNOWN = "shapefile (zip), GeoPackage, GeoJSON, KML/KMZ, GML, GPX"
_SHP = b"\x00\x00\x27\x0a"
_GML = re.compile(r"https?://www\.opengis\.net/(?:gml|wfs)(?:/|\Z)")
_SQLITE = b"SQLite format 3\x00"


def open_source(path: Path, filename: str, work_dir: Path) -> Source:
    """The layers of an uploaded file; `work_dir` takes what an archive holds.

    Raises `BadInputError` for an empty file, an unsafe archive, and everything that isn't a zipped
    shapefile, a GeoPackage, GeoJSON, KML, KMZ, GML or GPX (by itself or as the only such file in a zip archive)."""
    if path.stat().st_size == 0:
        raise bad("berkas.kosong", "Berkas kosong.")
    work_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="buka-", dir=work_dir))  # several calls may share a work folder
    if archive.is_archive(path):
        members, findings = archive.extract(path, folder / "isi")
        return _from_members(members, findings, folder)
    return _plain(path, filename, folder)


def _plain(path: Path, filename: str, work_dir: Path) -> Source:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_SQLITE):
        return GeoPackageSource(path, work_dir)
    if head.startswith(_SHP):
        raise bad(
            "shapefile.satu_berkas",
            "Shapefile terdiri dari beberapa berkas (.shp, .shx, .dbf, .prj). Unggah semuanya dalam satu zip.",
        )
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n").startswith(b"{"):
        return GeoJsonSource(path, filename)
    if looks_like_xml(head):
        return _markup(path, filename)
    raise _unknown()


def _markup(path: Path, filename: str) -> Source:
    """XML is told apart by its root element."""
    root = root_of(path)
    if root.name == "kml":
        return KmlSource(path, filename)
    if root.name == "gpx":
        return GpxSource(path)
    if any(_GML.match(value) for key, value in root.attributes.items() if key.startswith("xmlns")):
        return GmlSource(path)
    raise _unknown()


def _unknown() -> BadInputError:
    text = "Berkas ini bukan lapisan yang dikenal. Yang dibaca: {formats}."
    return bad("lapisan.bukan_format", text, formats=KNOWN)


def _from_members(members: tuple[Member, ...], findings: tuple[Finding, ...], work_dir: Path) -> Source:
    source: Source
    others, aside = _main(tuple(member for member in members if _is_other(member)))
    if any(member.suffix == ".shp" for member in members) or not others:
        if not members and findings:
            raise bad("arsip.hanya_arsip", "Arsip hanya berisi arsip lain. Buka dahulu, lalu unggah isinya.")
        source = ShapefileSource(members, work_dir)
    elif len(others) > 1:
        names = ", ".join(member.name for member in others[:5])
        raise bad(
            "arsip.beberapa_berkas",
            "Arsip berisi beberapa berkas lapisan ({names}). Unggah satu per satu.",
            names=names,
        )
    else:
        source = _plain(others[0].path, others[0].name, work_dir)
    source.findings.extend(findings)
    if aside:
        text = "{count} KML lain di dalam KMZ diabaikan; hanya {name} yang dibaca."
        source.findings.append(note("kmz.lainnya", text, count=aside, name=others[0].name))
    return source


def _main(others: tuple[Member, ...]) -> tuple[tuple[Member, ...], int]:
    """The layer files of an archive and how many were put aside: in a KMZ, `doc.kml` is the one that counts (OGC
    12-007r2 annex C), the others are what its network links name."""
    if len(others) > 1 and all(member.suffix == ".kml" for member in others):
        for member in others:
            if member.name.casefold() == "doc.kml":
                return (member,), len(others) - 1
    return others, 0


def _is_other(member: Member) -> bool:
    return member.suffix in {".gpkg", ".geojson", ".json", ".geojsonl", ".ndjson", ".kml", ".gml", ".gpx"}
