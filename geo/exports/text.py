"""The formats that are text: GeoJSON, KML and CSV with WKT."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import orjson
import shapely

from geo import crs
from geo.exports.stream import DECIMALS, FeatureBatch
from geo.exports.types import ExportFormat, ExportRequest
from geo.layers.types import FieldType

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d.,]+\Z")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class GeoJsonWriter:
    """RFC 7946: EPSG:4326 always, features as they came."""

    format = ExportFormat.GEOJSON
    srid = 4326

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self._sink = path.open("wb")
        name = orjson.dumps(request.layer)
        self._sink.write(b'{"type":"FeatureCollection","name":' + name + b',"features":[')
        self._first = True

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch."""
        for line in batch.lines:
            self._sink.write(b"\n" if self._first else b",\n")
            self._first = False
            self._sink.write(line)

    def close(self) -> None:
        """Ends the document."""
        self._sink.write(b"\n]}\n")
        self._sink.close()

    def abandon(self) -> None:
        """Lets go of the file, which stays incomplete."""
        self._sink.close()


class CsvWriter:
    """CSV with a WKT column last; UTF-8 with a byte order mark, since spreadsheets need it."""

    format = ExportFormat.CSV

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self.srid = request.srid or 4326
        self._way = None if self.srid == 4326 else crs.transformation(crs.from_srid(self.srid), None)
        self._texts = [one.type is FieldType.TEXT for one in request.fields]
        self._sink = path.open("w", encoding="utf-8-sig", newline="", errors="replace")
        self._writer = csv.writer(self._sink, lineterminator="\r\n")
        self._writer.writerow(["_id", *(one.name for one in request.fields), "wkt"])

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch."""
        shapes = batch.shapes if self._way is None else from_lonlat(batch.shapes, self._way)
        digits = DECIMALS if self._way is None else 3
        wkts = shapely.to_wkt(shapes, rounding_precision=digits, trim=True)
        columns = [
            [guarded(value) if text else plain(value) for value in column]
            for column, text in zip(batch.columns, self._texts, strict=True)
        ]
        self._writer.writerows(zip(batch.ids, *columns, wkts, strict=True))

    def close(self) -> None:
        """Ends the file."""
        self._sink.close()

    def abandon(self) -> None:
        """Lets go of the file, which stays incomplete."""
        self._sink.close()


def from_lonlat(shapes: Any, way: crs.Transformation) -> Any:
    """Shapes of EPSG:4326 in the CRS of `way`, by the very operation that brought them here, inverted."""
    if way.transformer is None:
        return shapes
    coordinates = shapely.get_coordinates(shapes)
    east, north = way.transformer.transform(coordinates[:, 0], coordinates[:, 1], direction="INVERSE")
    return shapely.set_coordinates(shapes.copy(), np.column_stack((east, north)))


def plain(value: Any) -> str:
    """A value as CSV text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def guarded(value: Any) -> str:
    """A text that no spreadsheet takes for a formula: a dangerous first letter gets an apostrophe, unless the
    text is a number."""
    text = plain(value)
    if text.startswith(_FORMULA) and not _NUMBER.match(text):
        return "'" + text
    return text


class KmlWriter:
    """KML 2.3 (OGC 12-007r2): one placemark a feature, attributes as extended data, no links."""

    format = ExportFormat.KML
    srid = 4326

    def __init__(self, path: Path, request: ExportRequest) -> None:
        self._names = [one.name for one in request.fields]
        self._titles = [one.title or one.name for one in request.fields]
        self._label = label_field(self._names)
        self._sink = path.open("w", encoding="utf-8", newline="")
        self._sink.write('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">')
        self._sink.write(f"<Document><name>{xml(request.title or request.layer)}</name>\n")

    def add(self, batch: FeatureBatch) -> None:
        """Writes the features of a batch."""
        for index, number in enumerate(batch.ids):
            values = [column[index] for column in batch.columns]
            label = values[self._label] if self._label is not None else number
            data = "".join(
                f'<Data name="{xml(name)}"><displayName>{xml(title)}</displayName><value>{xml(plain(value))}'
                "</value></Data>"
                for name, title, value in zip(self._names, self._titles, values, strict=True)
                if value is not None
            )
            extended = f"<ExtendedData>{data}</ExtendedData>" if data else ""
            shape = kml_geometry(batch.geojson[index])
            self._sink.write(f"<Placemark><name>{xml(plain(label))}</name>{extended}{shape}</Placemark>\n")

    def close(self) -> None:
        """Ends the document."""
        self._sink.write("</Document></kml>\n")
        self._sink.close()

    def abandon(self) -> None:
        """Lets go of the file, which stays incomplete."""
        self._sink.close()


def label_field(names: list[str]) -> int | None:
    """The index of the attribute that names a feature best."""
    for wanted in ("nama", "name", "nama_objek", "namobj", "desa", "kelurahan", "kecamatan", "judul", "kode"):
        if wanted in names:
            return names.index(wanted)
    return next((index for index, name in enumerate(names) if "nama" in name), None)


def xml(text: str) -> str:
    """Text for XML, without the characters that XML 1.0 can't hold."""
    return escape(_NOT_XML.sub("", text), {'"': "&quot;"})


def _positions(coordinates: list[list[float]]) -> str:
    return " ".join(f"{point[0]},{point[1]}" for point in coordinates)


def _polygon(rings: list[list[list[float]]]) -> str:
    parts = []
    for index, ring in enumerate(rings):
        side = "outerBoundaryIs" if index == 0 else "innerBoundaryIs"
        linear = f"<LinearRing><coordinates>{_positions(ring)}</coordinates></LinearRing>"
        parts.append(f"<{side}>{linear}</{side}>")
    return f"<Polygon>{''.join(parts)}</Polygon>"


def kml_geometry(geometry: dict[str, Any] | None) -> str:
    """A GeoJSON geometry as KML; nothing for none."""
    if geometry is None:
        return ""
    kind, coordinates = geometry["type"], geometry.get("coordinates", [])
    if kind == "GeometryCollection":
        return _multi([kml_geometry(part) for part in geometry["geometries"]])
    if kind.startswith("Multi"):
        single = kind.removeprefix("Multi")
        return _multi([kml_geometry({"type": single, "coordinates": part}) for part in coordinates])
    if not coordinates:
        return ""
    if kind == "Polygon":
        return _polygon(coordinates)
    positions = _positions([coordinates] if kind == "Point" else coordinates)
    return f"<{kind}><coordinates>{positions}</coordinates></{kind}>"


def _multi(parts: list[str]) -> str:
    return f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"
