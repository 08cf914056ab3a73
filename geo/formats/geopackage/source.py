"""GeoPackage: features read from SQLite itself, read-only and with an untrusted schema in mind.

Exact values and flat memory; the layout is OGC 12-128r19 (header of the geometry blob: clause 2.1.3).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.errors import BadInputError, bad
from geo.findings import Finding, note
from geo.formats import gdal
from geo.formats.base import BATCH, Batch, Column, RawField, RawReference, as_geometries
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

_ENVELOPE = (0, 32, 48, 48, 64)
_CURVES = frozenset(range(8, 13)) | {13, 14}
_TYPES = {
    "BOOLEAN": FieldType.BOOLEAN,
    "TINYINT": FieldType.INTEGER,
    "SMALLINT": FieldType.INTEGER,
    "MEDIUMINT": FieldType.INTEGER,
    "INT": FieldType.INTEGER,
    "INTEGER": FieldType.INTEGER,
    "FLOAT": FieldType.NUMBER,
    "DOUBLE": FieldType.NUMBER,
    "REAL": FieldType.NUMBER,
    "DATE": FieldType.DATE,
    "DATETIME": FieldType.TIMESTAMP,
}
_NOTHING = type(None)
_FITTING: dict[FieldType, frozenset[type]] = {
    FieldType.BOOLEAN: frozenset({int, _NOTHING}),
    FieldType.INTEGER: frozenset({int, _NOTHING}),
    FieldType.NUMBER: frozenset({int, float, _NOTHING}),
    FieldType.DATE: frozenset({_NOTHING}),
    FieldType.TIMESTAMP: frozenset({_NOTHING}),
}
_LIST = """
SELECT c.table_name, g.column_name, g.geometry_type_name, g.srs_id
FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
WHERE c.data_type = 'features' ORDER BY c.rowid
"""
_SRS = "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"


def _connect(path: Path, *, strict: bool = False) -> sqlite3.Connection:
    """Read-only. `strict` decodes text in C, which is quicker, and fails where it isn't UTF-8."""
    connection = sqlite3.connect(f"file:{_escape(path)}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    if not strict:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _escape(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _quoted(name: str) -> str:
    """An SQL identifier (SQLite: double quotes, doubled inside); table names come from the file itself."""
    return '"' + name.replace('"', '""') + '"'


class GeoPackageSource:
    """A GeoPackage's feature layers. Raises `BadInputError` when it isn't one or holds no such layer."""

    format = LayerFormat.GEOPACKAGE

    def __init__(self, path: Path, work_dir: Path) -> None:
        self.findings: list[Finding] = []
        self._path, self._work_dir = path, work_dir
        try:
            with closing(_connect(path)) as connection:
                self._tables = {row[0]: row[1:] for row in connection.execute(_LIST)}
                self._counts = {name: _count(connection, name) for name in self._tables}
                self._titles = {name: _titles(connection, name) for name in self._tables}
        except sqlite3.Error as failure:
            raise _broken(failure) from None
        if not self._tables:
            raise bad("geopackage.tanpa_lapisan", "GeoPackage ini tidak berisi lapisan fitur.")

    def layers(self) -> tuple[LayerSummary, ...]:
        """The feature layers with their counts."""
        return tuple(
            LayerSummary(
                name,
                self._counts[name],
                str(kind).upper(),
                tuple(title for title, _, key in self._titles[name] if title != geometry and not key),
            )
            for name, (geometry, kind, _) in self._tables.items()
        )

    def open(self, layer: str, encoding: str | None) -> GeoPackageReader:
        """Opens one layer; text of a GeoPackage is UTF-8."""
        if layer not in self._tables:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        geometry, _, srs_id = self._tables[layer]
        return GeoPackageReader(self._path, layer, str(geometry), srs_id, self._work_dir)


class GeoPackageReader:
    """One feature layer."""

    encodings: tuple[EncodingCandidate, ...] = ()

    def __init__(self, path: Path, table: str, geometry: str, srs_id: Any, work_dir: Path) -> None:
        self._path, self._table, self._geometry, self._work_dir = path, table, geometry, work_dir
        self.findings: list[Finding] = []
        try:
            with closing(_connect(path)) as connection:
                self.feature_count = _count(connection, table)
                columns = [
                    (title, kind) for title, kind, key in _titles(connection, table) if title != geometry and not key
                ]
                self.reference = _reference(connection, srs_id)
        except sqlite3.Error as failure:
            raise _broken(failure) from None
        self.fields: tuple[RawField, ...] = tuple(RawField(title, _type(kind)) for title, kind in columns)
        self._curved = False

    def batches(self) -> Iterator[Batch]:
        """All features in the order of the table."""
        names = ", ".join(_quoted(name) for name in (self._geometry, *(field.title for field in self.fields)))
        statement = f"SELECT {names} FROM {_quoted(self._table)}"  # noqa: S608 (identifiers quoted above)
        start = 1
        for strict in (True, False):
            try:
                with closing(_connect(self._path, strict=strict)) as connection:
                    cursor = connection.execute(statement + " LIMIT -1 OFFSET ?", (start - 1,))
                    while rows := cursor.fetchmany(BATCH):
                        yield self._batch(start, rows)
                        start += len(rows)
                return
            except (sqlite3.Error, OverflowError) as failure:
                if not strict:
                    raise _broken(failure) from None

    def _batch(self, start: int, rows: list[tuple[Any, ...]]) -> Batch:
        geometries, *values = zip(*rows, strict=True)
        batch = Batch(start, as_geometries([]), [])
        shapes = _alike(geometries) or [_wkb(blob, number, batch) for number, blob in enumerate(geometries, start)]
        if any(map(_is_curve, {wkb[:5] for wkb in shapes if wkb is not None})):
            shapes = self._straight(start, shapes, batch)
        batch.geometry = as_geometries(shapely.from_wkb(as_geometries(shapes), on_invalid="ignore"))
        lost = np.flatnonzero(shapely.is_missing(batch.geometry))
        for index in lost:
            if shapes[index] is not None:
                batch.unreadable[start + int(index)] = "bentuknya tidak lengkap"
        batch.columns = [_column(column, field.type) for column, field in zip(values, self.fields, strict=True)]
        batch.loose = frozenset(
            index
            for index, (column, field) in enumerate(zip(values, self.fields, strict=True))
            if field.type is not FieldType.TEXT and not set(map(type, column)) <= _FITTING[field.type]
        )
        return batch

    def _straight(self, start: int, shapes: list[bytes | None], batch: Batch) -> list[bytes | None]:
        """The batch with its curves as lines, which is GDAL's work."""
        if not self._curved:
            self._curved = True
            text = "Lapisan berisi garis lengkung; disimpan sebagai garis patah yang sangat rapat."
            batch.findings.append(note("geometri.lengkung", text))
        link = self._work_dir / "lengkung.gpkg"  # GDAL wants the suffix
        if not link.exists():
            link.symlink_to(self._path.resolve())
        module = gdal.restricted()
        _, _, straight, _ = module.raw.read(
            link, layer=self._table, columns=[], skip_features=start - 1, max_features=len(shapes)
        )
        pairs = zip(shapes, straight, strict=True)
        return [new if wkb is not None and _is_curve(wkb) else wkb for wkb, new in pairs]


def _alike(blobs: Sequence[Any]) -> list[bytes | None]:
    """The WKB of blobs whose headers are all of one form, as in most layers; nothing where each must be looked at."""
    if set(map(type, blobs)) != {bytes} or min(map(len, blobs)) < 8:
        return []
    heads = {blob[:4] for blob in blobs}
    whole = strip_header(blobs[0])
    if len(heads) != 1 or whole is None:
        return []
    start = len(blobs[0]) - len(whole)
    return [blob[start:] for blob in blobs]


def _wkb(blob: Any, number: int, batch: Batch) -> bytes | None:
    if blob is None:
        return None
    wkb = strip_header(blob)
    if wkb is None:
        batch.unreadable[number] = "bukan geometri GeoPackage"
    return wkb


def strip_header(blob: Any) -> bytes | None:
    """The WKB within a geometry blob, or None when the blob isn't one (or is an extended one)."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP" or blob[3] & 0x20:
        return None
    envelope = (blob[3] >> 1) & 7
    if envelope >= len(_ENVELOPE):
        return None
    return blob[8 + _ENVELOPE[envelope] :]


def _is_curve(wkb: bytes) -> bool:
    if len(wkb) < 5:
        return False
    return int.from_bytes(wkb[1:5], "little" if wkb[0] == 1 else "big") % 1000 in _CURVES


def _count(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0]  # noqa: S608
    return count


def _titles(connection: sqlite3.Connection, table: str) -> list[tuple[str, str, bool]]:
    rows = connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,))
    return [(str(name), str(kind), bool(key)) for name, kind, key in rows]


def _type(declared: str) -> FieldType:
    return _TYPES.get(declared.upper().split("(")[0].strip(), FieldType.TEXT)


def _reference(connection: sqlite3.Connection, srs_id: Any) -> RawReference:
    where = "gpkg_spatial_ref_sys"
    row = connection.execute(_SRS, (srs_id,)).fetchone()
    if row is None or srs_id in {0, -1}:
        return RawReference(where=where)
    organization, code, definition = row
    if str(organization).upper() == "EPSG" and isinstance(code, int):
        return RawReference(srid=code, wkt=str(definition or ""), where=where)
    return RawReference(wkt=str(definition or ""), where=where)


def _column(values: tuple[Any, ...], kind: FieldType) -> Column:
    if kind is FieldType.BOOLEAN:
        return [None if value is None else "true" if value else "false" for value in values]
    if kind is FieldType.TIMESTAMP:
        return [None if value is None else str(value).rstrip("Z").replace("T", " ") for value in values]
    types = set(map(type, values))
    if types <= {str, int}:  # the common cases, without a call a value
        return [str(value) or None for value in values]
    if types == {float} and all(map(math.isfinite, values)):
        return list(map(repr, values))
    return [_text(value) for value in values]


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _broken(failure: Exception) -> BadInputError:
    return bad("geopackage.rusak", "GeoPackage rusak atau tidak dapat dibaca: {reason}", reason=str(failure)[:200])
