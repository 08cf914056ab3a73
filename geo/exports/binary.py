"""The formats that GDAL writes: GeoPackage and the zipped shapefile."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import crs
from geo.exports.stream import FeatureBatch
from geo.exports.text import from_lonlat, plain
from geo.exports.types import ExportField, ExportFormat, ExportRequest
from geo.findings import Finding, warning
from geo.formats import gdal
from geo.formats.base import Geometries
from geo.layers.staging import promoted
from geo.layers.types import FieldType

_FAMILIES = ("titik", "garis", "bidang")
_FAMILY_TYPES = ("MultiPoint", "MultiLineString", "MultiPolygon")
_DBF_TEXT = 254
_DTYPES = {
    FieldType.INTEGER: (np.dtype(np.int64), 0),
    FieldType.NUMBER: (np.dtype(np.float64), 0.0),
    FieldType.BOOLEAN: (np.dtype(np.bool_), False),
    FieldType.DATE: (np.dtype("datetime64[D]"), "1970-01-01"),
    FieldType.TIMESTAMP: (np.dtype("datetime64[ms]"), "1970-01-01"),
}


def arrays(batch: FeatureBatch, fields: Sequence[ExportField], shapefile: bool) -> tuple[list[Any], list[Any]]:
    """Values and null masks by field, as pyogrio takes them. A shapefile has no time of day: text there."""
    values: list[Any] = []
    masks: list[Any] = []
    for one, column in zip(fields, batch.columns, strict=True):
        if one.type not in _DTYPES or (shapefile and one.type is FieldType.TIMESTAMP):
            texts = [None if value is None else plain(value) for value in column]
            values.append(np.array(texts, dtype=object))
            masks.append(None)
            continue
        dtype, filler = _DTYPES[one.type]
        mask = np.array([value is None for value in column], dtype=bool)
        filled = [filler if value is None else value for value in column]
        values.append(np.array(filled, dtype=dtype))
        masks.append(mask)
    return values, masks


class _GdalWriter:
    """Appends batches to one file of one driver."""

    def __init__(self, path: Path, request: ExportRequest, driver: str, names: Sequence[str]) -> None:
        self.srid = request.srid or 4326
        self._way = None if self.srid == 4326 else crs.transformation(crs.from_srid(self.srid), None)
        self._path, self._request, self._driver, self._names = path, request, driver, names
        self._module = gdal.restricted()
        self._module.set_gdal_config_options({"OGR_CURRENT_DATE": f"{request.modified}T00:00:00.000Z"})

    def abandon(self) -> None:
        """Nothing is left open between batches."""

    def moved(self, shapes: Geometries) -> Any:
        """The shapes in the CRS of the export."""
        return shapes if self._way is None else from_lonlat(shapes, self._way)

    def write(self, path: Path, shapes: Any, values: list[Any], masks: list[Any], kind: str, layer: str) -> None:
        """Creates the file, or appends to it when it is there."""
        options: dict[str, Any] = {}
        append = path.exists()
        if self._driver == "ESRI Shapefile":
            options = {"DBF_DATE_LAST_UPDATE": self._request.modified}
        elif not append:
            options = {"GEOMETRY_NAME": "geom", "FID": "_id", "DESCRIPTION": self._request.title}
        self._module.raw.write(
            path,
            geometry=shapely.to_wkb(shapes),
            field_data=values,
            field_mask=masks,
            fields=np.array(self._names, dtype=object),
            geometry_type=kind,
            crs=f"EPSG:{self.srid}",
            driver=self._driver,
            layer=layer,
            append=append,
            encoding="UTF-8",
            **({} if append else options),
        )


class GeoPackageWriter(_GdalWriter):
    """One layer, with the times of the version instead of the clock's, so the same layer gives the same bytes."""

    format = ExportFormat.GEOPACKAGE

    def __init__(self, path: Path, request: ExportRequest, kind: str) -> None:
        super().__init__(path, request, "GPKG", [one.name for one in request.fields])
        self._kind = kind

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch."""
        values, masks = arrays(batch, self._request.fields, shapefile=False)
        shapes = self.moved(promoted(batch.shapes.copy()))
        self.write(self._path, shapes, values, masks, self._kind, self._request.layer)

    def close(self) -> None:
        """Nothing is left open between batches."""


class ShapefileWriter(_GdalWriter):
    """A zip with one shapefile for each of points, lines and areas that the layer holds."""

    format = ExportFormat.SHAPEFILE

    def __init__(self, path: Path, request: ExportRequest, folder: Path) -> None:
        self.renamed = shapefile_names([one.name for one in request.fields])
        super().__init__(path, request, "ESRI Shapefile", list(self.renamed.values()))
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._families: set[int] = set()
        self.findings: list[Finding] = []
        self._cut: set[str] = set()

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch; features without geometry go with the areas, else with the first."""
        values, masks = arrays(batch, self._request.fields, shapefile=True)
        self._fit_width(values)
        shapes = self.moved(promoted(batch.shapes.copy()))
        families = shapely.get_dimensions(shapes)
        families[families < 0] = max(self._families | set(families[families >= 0].tolist()), default=2)
        for family in np.unique(families):
            pick = families == family
            self._families.add(int(family))
            self._write_family(int(family), shapes[pick], [one[pick] for one in values], _picked(masks, pick))

    def _write_family(self, family: int, shapes: Any, values: list[Any], masks: list[Any]) -> None:
        kind = _FAMILY_TYPES[family]
        if family == 0 and not (shapely.get_type_id(shapes) == int(shapely.GeometryType.MULTIPOINT)).any():
            kind = "Point"
        name = f"{self._request.layer}_{_FAMILIES[family]}"
        self.write(self._folder / f"{name}.shp", shapes, values, masks, kind, name)

    def _fit_width(self, values: list[Any]) -> None:
        """Cuts texts to what dBASE can hold, between letters, and says so once a column."""
        for one, column in zip(self._request.fields, values, strict=True):
            if column.dtype != object:
                continue
            for index, value in enumerate(column):
                if value is not None and len(value) > _DBF_TEXT // 4 and len(value.encode()) > _DBF_TEXT:
                    column[index] = value.encode()[:_DBF_TEXT].decode("utf-8", "ignore")
                    self._say_cut(one.name)

    def _say_cut(self, name: str) -> None:
        if name not in self._cut:
            self._cut.add(name)
            text = "Shapefile memotong teks kolom {column} menjadi {limit} byte."
            self.findings.append(warning("ekspor.terpotong", text, column=name, limit=_DBF_TEXT))

    def close(self) -> None:
        """Packs the parts, in a fixed order and with the date of the version."""
        year, month, day = (int(part) for part in self._request.modified.split("-"))
        single = len(self._families) == 1
        with zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for part in sorted(self._folder.iterdir()):
                name = part.name
                if single:
                    name = f"{self._request.layer}{part.suffix}"
                info = zipfile.ZipInfo(name, (max(1980, year), month, day, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                with archive.open(info, "w", force_zip64=True) as sink, part.open("rb") as source:
                    while block := source.read(1 << 20):
                        sink.write(block)
                part.unlink()


def _picked(masks: list[Any], pick: NDArray[np.bool_]) -> list[Any]:
    return [None if mask is None else mask[pick] for mask in masks]


def shapefile_names(names: Sequence[str]) -> dict[str, str]:
    """Names of at most ten bytes, unique without regard to case, for the dBASE header."""
    taken: set[str] = set()
    short: dict[str, str] = {}
    for name in names:
        candidate, number = name[:10], 1
        while candidate.casefold() in taken:
            number += 1
            tail = f"_{number}"
            candidate = name[: 10 - len(tail)] + tail
        taken.add(candidate.casefold())
        short[name] = candidate
    return short
