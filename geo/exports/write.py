"""Makes all asked formats in one pass over the stream of features."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Protocol

import numpy as np
import shapely

from geo.errors import bad
from geo.exports.binary import GeoPackageWriter, ShapefileWriter
from geo.exports.stream import FeatureBatch, read_batches
from geo.exports.text import CsvWriter, GeoJsonWriter, KmlWriter
from geo.exports.types import SUFFIXES, ExportFile, ExportFormat, ExportRequest, ExportResult
from geo.findings import Finding
from geo.formats.base import as_geometries
from geo.layers.columns import identifier
from geo.layers.inspection import Progress, quiet
from geo.layers.staging import promoted


class Writer(Protocol):
    """One export file being made."""

    format: ExportFormat
    srid: int

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch."""

    def close(self) -> None:
        """Ends the file."""

    def abandon(self) -> None:
        """Lets go of the file after a failure."""


def export(path: Path, request: ExportRequest, *, out_dir: Path, progress: Progress = quiet) -> ExportResult:
    """Writes `<layer><suffix>` for each asked format into `out_dir` from the stream at `path`.

    Same stream and request, same bytes, in every format. Raises `BadInputError` for a broken stream, a layer
    name that isn't a plain identifier, or an unknown EPSG code."""
    if identifier(request.layer) != request.layer:
        raise bad("ekspor.nama", "Nama lapisan ekspor tidak sah: {name}", name=request.layer[:80])
    kind = geometry_kind(path, request)
    writers = [_writer(one, request, kind, out_dir) for one in dict.fromkeys(request.formats)]
    try:
        count = _write(path, request, writers, progress)
    except BaseException:
        for writer in writers:
            writer.abandon()
        raise
    if count == 0:
        _write_empty(writers, request)
    findings: list[Finding] = []
    files = []
    for writer in writers:
        writer.close()
        renamed: tuple[tuple[str, str], ...] = ()
        if isinstance(writer, ShapefileWriter):
            findings += writer.findings
            renamed = tuple((old, new) for old, new in writer.renamed.items() if old != new)
        files.append(_described(writer, out_dir / _name(request, writer.format), renamed))
    shutil.rmtree(out_dir / "kerja-shp", ignore_errors=True)
    return ExportResult(tuple(files), count, tuple(findings))


def _write(path: Path, request: ExportRequest, writers: list[Writer], progress: Progress) -> int:
    count = 0
    for batch in read_batches(path, request.fields):
        for writer in writers:
            writer.add(batch)
        count += len(batch)
        progress(0.9, f"Menulis {count} fitur")
    return count


def _name(request: ExportRequest, form: ExportFormat) -> str:
    return f"{request.layer}{SUFFIXES[form]}"


def _writer(form: ExportFormat, request: ExportRequest, kind: str, out_dir: Path) -> Writer:
    path = out_dir / _name(request, form)
    path.unlink(missing_ok=True)
    if form is ExportFormat.GEOJSON:
        return GeoJsonWriter(path, request)
    if form is ExportFormat.CSV:
        return CsvWriter(path, request)
    if form is ExportFormat.KML:
        return KmlWriter(path, request)
    if form is ExportFormat.GEOPACKAGE:
        return GeoPackageWriter(path, request, kind)
    return ShapefileWriter(path, request, out_dir / "kerja-shp")


def geometry_kind(path: Path, request: ExportRequest) -> str:
    """The one geometry type of the stream as GDAL names it (`MultiPolygon`), or `Unknown` when mixed."""
    kinds: set[int] = set()
    if ExportFormat.GEOPACKAGE in request.formats:
        for batch in read_batches(path, ()):
            codes = np.unique(shapely.get_type_id(promoted(batch.shapes.copy())))
            kinds.update(int(code) for code in codes if code >= 0)
    if len(kinds) != 1:
        return "Unknown"
    names = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
    return names.get(kinds.pop(), "Unknown")


def _write_empty(writers: list[Writer], request: ExportRequest) -> None:
    """An empty layer is a layer: its files exist and hold the columns."""
    empty = FeatureBatch([], [], [[] for _ in request.fields], [], as_geometries([]))
    for writer in writers:
        if isinstance(writer, GeoPackageWriter):
            writer.add(empty)


def _described(writer: Writer, path: Path, renamed: tuple[tuple[str, str], ...]) -> ExportFile:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return ExportFile(writer.format, path.name, path.stat().st_size, digest, writer.srid, renamed)
