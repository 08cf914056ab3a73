"""Files made from published rows: exports of tables and layers, vector tiles, previews. Equal rows, equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from psycopg import sql

from config import regions
from config.profile import Profile
from geo.exports.stream import select_features
from geo.exports.types import MEDIA_TYPES, SUFFIXES, ExportField, ExportFormat, ExportRequest
from geo.layers.columns import identifier
from geo.layers.types import FieldType
from geo.tables import export
from geo.tables.types import ColumnType, ExportColumn, ExportInfo
from geo.tiles import archive, query
from geo.tiles.published import LAYER, PREPARED_SUFFIX, SCHEMA
from portal.catalog.published import FileRole
from portal.contract.metadata import ColumnEntry
from portal.ingest.publicrows import PublicRows, tile_layer
from portal.ingest.reading import OnProgress, Reader
from portal.web.charts import preview_bars
from portal.web.geometry import Outline, outlines
from portal.web.maps import preview

#: Zooms baked into PMTiles; above them tiles are made live (design.md section 6).
ZOOMS = range(13)
#: Features drawn into a thumbnail.
PREVIEW_FEATURES = 400
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on disk, ready to be stored under its hash."""

    path: Path
    role: FileRole
    format: str
    filename: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is exported: the public table, its dictionary, names for people and for files, date of the version."""

    table: str
    entries: tuple[ColumnEntry, ...]
    title: str
    stem: str
    modified: str
    info: tuple[tuple[str, str], ...] = ()


class Derived:
    """Makes the files of one resource in a work folder."""

    def __init__(self, rows: PublicRows, reader: Reader, profile: Profile) -> None:
        self._rows = rows
        self._reader = reader
        self._profile = profile

    def table(self, subject: Subject, folder: Path) -> list[LocalFile]:
        """CSV, JSON, XLSX and Parquet of a table; CSV and JSON say the same (T30)."""
        from geo.tables.export_parquet import write_parquet
        from geo.tables.export_xlsx import write_xlsx

        columns = [_column(entry) for entry in subject.entries]
        info = ExportInfo(subject.title, subject.info)
        writers: dict[str, Callable[[Path], int]] = {
            "csv": lambda path: export.write_csv(path, columns, self._values(subject)),
            "json": lambda path: export.write_json(path, columns, self._values(subject)),
            "xlsx": lambda path: write_xlsx(path, columns, self._values(subject), info),
            "parquet": lambda path: write_parquet(path, columns, self._values(subject)),
        }
        made = []
        for format_, write in writers.items():
            path = folder / f"ekspor.{format_}"
            write(path)
            made.append(LocalFile(path, "unduhan", format_, f"{subject.stem}.{format_}", _MEDIA[format_]))
        return made

    def _values(self, subject: Subject) -> Iterator[tuple[Any, ...]]:
        return self._rows.rows(subject.table, [entry.name for entry in subject.entries])

    def layer(self, subject: Subject, folder: Path, progress: OnProgress) -> list[LocalFile]:
        """GeoJSON, GeoPackage, zipped Shapefile, KML and CSV, made in the sandbox from a stream of features."""
        fields = tuple(ExportField(entry.name, FieldType(entry.type), entry.label) for entry in subject.entries)
        stream, work = folder / "fitur.jsonl", folder / "ekspor"
        work.mkdir(mode=0o700)
        with stream.open("wb") as sink:
            for (line,) in self._rows.stream(select_features(SCHEMA, subject.table, fields)):
                sink.write(line.encode() + b"\n")
        asked = ExportRequest(
            layer=identifier(subject.stem),
            title=subject.title,
            fields=fields,
            formats=tuple(ExportFormat),
            modified=subject.modified,
        )
        made = self._reader.export_layer(stream, asked, work, progress)
        stream.unlink()
        return [
            LocalFile(
                work / Path(file.path).name,
                "unduhan",
                file.format.value,
                subject.stem + SUFFIXES[file.format],
                MEDIA_TYPES[file.format],
            )
            for file in made.files
        ]

    def tiles(self, subject: Subject, box: tuple[float, float, float, float], folder: Path) -> LocalFile:
        """The layer's vector tiles, z0 to z12, as one PMTiles file."""
        layer, driver = tile_layer(subject.table, subject.entries), self._rows.driver()
        path = folder / "ubin.pmtiles"
        metadata = {
            "name": subject.title,
            "vector_layers": [{"id": LAYER, "fields": {entry.name: entry.type for entry in subject.entries}}],
        }
        archive.bake_pmtiles(lambda tile: query.fetch_tile(driver, layer, tile), box, ZOOMS, path, metadata)
        return LocalFile(path, "ubin", "pmtiles", f"{subject.stem}.pmtiles", "application/vnd.pmtiles")

    def layer_preview(self, subject: Subject) -> str:
        """A thumbnail of the layer over the outline of the regency, as SVG text."""
        territory = self._profile.territory
        base: tuple[Outline, ...] = ()
        if territory is not None and regions.has_boundaries(territory.code):
            base = outlines(regions.boundaries(territory.code, "kabupaten"))
        asked = sql.SQL(
            "SELECT ST_AsGeoJSON(ST_Simplify(l.geom, 0.001, true), 4) FROM {} p JOIN {} l USING (_id)"
            " ORDER BY p.weight DESC, p._id LIMIT {}"
        ).format(
            sql.Identifier(SCHEMA, subject.table + PREPARED_SUFFIX),
            sql.Identifier(SCHEMA, subject.table),
            sql.Literal(PREVIEW_FEATURES),
        )
        shapes = [orjson.loads(text) for (text,) in self._rows.stream(asked) if text]
        return str(preview(shapes, title=subject.title, base=base))

    def table_preview(self, subject: Subject) -> str:
        """A thumbnail of the first figures of the table, or nothing where it has no numbers."""
        numeric = [e.name for e in subject.entries if e.type in {"integer", "numeric"} and e.name != "tahun"]
        if not numeric:
            return ""
        asked = sql.SQL("SELECT {} FROM {} ORDER BY _id LIMIT 12").format(
            sql.Identifier(numeric[-1]), sql.Identifier(SCHEMA, subject.table)
        )
        values = [None if value is None else float(value) for (value,) in self._rows.stream(asked)]
        return str(preview_bars(values, title=subject.title)) if any(v is not None for v in values) else ""


def _column(entry: ColumnEntry) -> ExportColumn:
    return ExportColumn(entry.name, ColumnType(entry.type), entry.label, entry.definition, entry.unit)


def stems(names: Sequence[str]) -> list[str]:
    """File stems for resources of one version: plain, different from each other, at most 60 characters."""
    made: list[str] = []
    for name in names:
        base = identifier(name)[:60].strip("_") or "data"
        stem, number = base, 2
        while stem in made:
            stem, number = f"{base[:56]}_{number}", number + 1
        made.append(stem)
    return made
