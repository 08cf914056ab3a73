"""Finds out what a file is by its bytes, never by its name, and opens it as a source of layers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from geo import archive
from geo.archive import Member
from geo.errors import bad
from geo.findings import Finding
from geo.formats.base import Source
from geo.formats.geojson.source import GeoJsonSource
from geo.formats.geopackage.source import GeoPackageSource
from geo.formats.shapefile.source import ShapefileSource

_SHP = b"\x00\x00\x27\x0a"
_SQLITE = b"SQLite format 3\x00"


def open_source(path: Path, filename: str, work_dir: Path) -> Source:
    """The layers of an uploaded file; `work_dir` takes what an archive holds.

    Raises `BadInputError` for an empty file, an unsafe archive, and everything that isn't a zipped
    shapefile, a GeoPackage or GeoJSON (by itself or as the only such file in a zip archive)."""
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
    raise bad(
        "lapisan.bukan_format",
        "Berkas ini bukan shapefile (zip), GeoPackage, atau GeoJSON.",
    )


def _from_members(members: tuple[Member, ...], findings: tuple[Finding, ...], work_dir: Path) -> Source:
    source: Source
    others = [member for member in members if _is_other(member)]
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
    return source


def _is_other(member: Member) -> bool:
    return member.suffix in {".gpkg", ".geojson", ".json", ".geojsonl", ".ndjson"}
