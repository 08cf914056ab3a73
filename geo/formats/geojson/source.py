"""One GeoJSON file as one layer."""

from __future__ import annotations

import json
import mmap
import re
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely

from geo.errors import bad
from geo.findings import Finding, Param, Severity, error, note
from geo.formats.base import BATCH, Batch, Column, RawField, RawReference, as_geometries, too_many_fields
from geo.formats.geojson.split import Document, Span, spans
from geo.formats.geojson.values import copy_text, kind_of, parse, widen
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
_CODE = re.compile(r"(?:EPSG|epsg)(?:/[\d.]+/|:[\d.]*:|:)(\d{4,6})\Z")
_TRUNCATED = "Berkas GeoJSON terpotong sesudah fitur {count}. Unggah ulang berkas yang utuh."
_UNSOUND = "Susunan GeoJSON tidak sah: sesudah fitur {count} ada isi yang bukan fitur. Perbaiki berkasnya dahulu."


class GeoJsonSource:
    """A GeoJSON file; `name` is the layer's name, from the file name."""

    format = LayerFormat.GEOJSON

    def __init__(self, path: Path, filename: str) -> None:
        self.findings: list[Finding] = []
        self._path = path
        self._name = PurePosixPath(filename.replace("\\", "/")).stem or "lapisan"
        self._reader: GeoJsonReader | None = None

    def layers(self) -> tuple[LayerSummary, ...]:
        """The one layer. Raises `BadInputError` for a file that isn't GeoJSON."""
        reader = self._open()
        titles = tuple(field.title for field in reader.fields)
        return (LayerSummary(self._name, reader.feature_count, "GEOMETRY", titles),)

    def _open(self) -> GeoJsonReader:
        if self._reader is None:
            self._reader = GeoJsonReader(self._path)
        return self._reader

    def open(self, layer: str, encoding: str | None) -> GeoJsonReader:
        """Opens the layer; GeoJSON is UTF-8 by its standard, so `encoding` says nothing here."""
        if layer != self._name:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        return self._open()


class GeoJsonReader:
    """Reads the file once for its columns and their types, then again by batches."""

    encodings: tuple[EncodingCandidate, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        self.findings: list[Finding] = []
        self.feature_count = 0
        self._edges = array("Q")  # where each feature starts and stops, so the file is split only once
        document = Document()
        types: dict[str, FieldType | None] = {}
        with _mapped(path) as data:
            for span in spans(data, document):
                self.feature_count += 1
                self._edges.extend((span.start, span.stop))
                self._learn(data, span, types)
        self._check(document)
        self.fields: tuple[RawField, ...] = tuple(
            RawField(title, found or FieldType.TEXT) for title, found in types.items()
        )
        self.reference = self._crs(document)

    def _learn(self, data: mmap.mmap, span: Span, types: dict[str, FieldType | None]) -> None:
        value = span.value if span.value is not None else parse(data[span.start : span.stop])[0]
        if self.feature_count == 1 and (value is None or not _looks_right(value)):
            raise bad("geojson.bukan", "Berkas ini bukan GeoJSON: objek pertamanya bukan fitur atau geometri.")
        for title, found in _properties(value).items():
            types[title] = widen(types.get(title), kind_of(found))
        too_many_fields(len(types))

    def _check(self, document: Document) -> None:
        if not document.complete:
            if not self.feature_count and not document.collection:
                raise bad("geojson.bukan", "Berkas ini bukan GeoJSON.")
            self.findings.append(error("geojson.terpotong", _TRUNCATED, count=self.feature_count))
        elif not document.sound:
            self.findings.append(error("geojson.susunan", _UNSOUND, count=self.feature_count))
        elif not self.feature_count and not document.collection:
            raise bad("geojson.bukan", "Berkas ini bukan GeoJSON.")

    def _crs(self, document: Document) -> RawReference:
        name = _crs_name(document.members)
        if name is None:
            return RawReference(srid=4326, where="RFC 7946", default=True)
        self.findings.append(
            note(
                "geojson.crs_lama",
                "Berkas menyebut sistem koordinat dengan anggota “crs” cara lama: {name}.",
                name=name[:80],
            )
        )
        if "CRS84" in name.upper():
            return RawReference(srid=4326, where="crs")
        found = _CODE.search(name.strip())
        return RawReference(srid=int(found.group(1)), where="crs") if found else RawReference(where="crs")

    def batches(self) -> Iterator[Batch]:
        """All features, in file order."""
        titles = [field.title for field in self.fields]
        with _mapped(self._path) as data:
            for first in range(0, self.feature_count, BATCH):
                edges = self._edges[2 * first : 2 * (first + BATCH)]
                raws = [data[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True)]
                yield _batch(first + 1, raws, titles)


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    if path.stat().st_size == 0:
        raise bad("berkas.kosong", "Berkas kosong.")
    with path.open("rb") as stream:
        head = stream.read(4)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
            raise bad("geojson.bukan_utf8", "GeoJSON harus ber-pengodean UTF-8; simpan ulang berkas ini.")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def _looks_right(value: dict[str, Any]) -> bool:
    return value.get("type") == "Feature" or value.get("type") in _GEOMETRIES


def _properties(value: dict[str, Any] | None) -> dict[str, Any]:
    if value is None or value.get("type") != "Feature":
        return {}
    found = value.get("properties")
    return found if isinstance(found, dict) else {}


def _crs_name(members: dict[str, Any]) -> str | None:
    """The name in the `crs` member of GeoJSON 2008; None without one, empty for one that names nothing."""
    crs = members.get("crs")
    if crs is None:
        return None
    inner = crs.get("properties") if isinstance(crs, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def _batch(start: int, raws: list[bytes], titles: list[str]) -> Batch:
    columns: list[list[str | None]] = [[] for _ in titles]
    texts: list[str | None] = []
    batch = Batch(start, as_geometries([]), [])
    for number, raw in enumerate(raws, start):
        value, fault = parse(raw)
        properties = _properties(value)
        for title, column in zip(titles, columns, strict=True):
            column.append(copy_text(properties.get(title)))
        texts.append(_geometry_text(value, raw, fault, number, batch))
    shapes = as_geometries(_shapes(texts))
    for index in np.flatnonzero(shapely.is_missing(shapes)):
        if texts[index] is not None:
            batch.unreadable[start + int(index)] = "susunan koordinatnya tidak sah"
    batch.geometry = shapes
    batch.columns = list[Column](columns)
    return batch


def _geometry_text(value: dict[str, Any] | None, raw: bytes, fault: str, number: int, batch: Batch) -> str | None:
    """The text that holds the geometry, None where there is none; notes what is wrong with it."""
    if value is None or not _looks_right(value):
        batch.unreadable[number] = "bukan fitur GeoJSON"
        return None
    if fault == "huruf":
        params: dict[str, Param] = {"feature": number}
        text = "Fitur {feature}: ada huruf yang bukan UTF-8, diganti tanda �."
        batch.findings.append(Finding("pengodean.diganti", Severity.PERINGATAN, text, params, feature=number))
    geometry = value.get("geometry") if value["type"] == "Feature" else value
    if geometry is None:
        return None
    if fault == "nan":
        return _rewritten(geometry, number, batch)
    return raw.decode("utf-8", "replace")


def _rewritten(geometry: Any, number: int, batch: Batch) -> str | None:
    """The geometry without its attributes, where NaN or Infinity stands somewhere in the feature."""
    try:
        return json.dumps(geometry, allow_nan=False)
    except (ValueError, RecursionError):
        batch.unreadable[number] = "koordinatnya bukan angka (NaN atau Infinity)"
        return None


def _shapes(texts: list[str | None]) -> Any:
    with np.errstate(all="ignore"):
        return shapely.from_geojson(texts, on_invalid="ignore")
