"""A GPX file as layers: waypoints, routes, tracks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.errors import bad
from geo.findings import Finding, note
from geo.formats.base import BATCH, Batch, Column, RawField, RawReference, as_geometries
from geo.formats.gpx.document import Document, Kind, Thing
from geo.formats.markup import walk
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

MAX_FIELDS = 1500
_NAMES = {Kind.WAYPOINT: "Titik (waypoint)", Kind.ROUTE: "Rute (route)", Kind.TRACK: "Jejak (track)"}
_TYPES = {Kind.WAYPOINT: "POINT", Kind.ROUTE: "LINESTRING", Kind.TRACK: "MULTILINESTRING"}


class GpxSource:
    """A GPX file, walked through once for its layers, columns and counts.

    Raises `BadInputError` when it is cut, has a document type, or holds neither waypoint, route nor track."""

    format = LayerFormat.GPX

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = document = Document()
        for _ in walk(path, document.start, document.end, lambda: document.seen):
            document.ready.clear()
            if sum(map(len, document.titles.values())) > MAX_FIELDS:
                text = "Lapisan memiliki lebih dari {limit} kolom atribut."
                raise bad("lapisan.terlalu_banyak_kolom", text, limit=MAX_FIELDS)
        if not document.seen:
            raise bad("gpx.kosong", "Berkas GPX ini tidak berisi titik, rute, atau jejak.")
        self.findings: list[Finding] = []
        if document.alone:
            text = "{count} potong jejak hanya berisi satu titik, sehingga bukan garis; potongan itu dilewati."
            self.findings.append(note("gpx.satu_titik", text, count=document.alone))

    def layers(self) -> tuple[LayerSummary, ...]:
        """Those of the three layers that hold anything."""
        found = self._document
        return tuple(
            LayerSummary(_NAMES[kind], found.counts[kind], _TYPES[kind], tuple(found.titles[kind]))
            for kind in Kind
            if kind in found.counts
        )

    def open(self, layer: str, encoding: str | None) -> GpxReader:
        """Opens one layer; the XML declaration has said the encoding."""
        kind = next((one for one in self._document.counts if _NAMES[one] == layer), None)
        if kind is None:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        return GpxReader(self._path, self._document, kind)


class GpxReader:
    """The features of one layer. GPX is WGS 84 by its standard."""

    encodings: tuple[EncodingCandidate, ...] = ()

    def __init__(self, path: Path, document: Document, kind: Kind) -> None:
        self._path, self._kind = path, kind
        self.findings: list[Finding] = []
        self.feature_count = document.counts[kind]
        self.reference = RawReference(srid=4326, where="GPX", default=True)
        self.fields: tuple[RawField, ...] = tuple(
            RawField(title, found) for title, found in document.titles[kind].items()
        )

    def batches(self) -> Iterator[Batch]:
        """The features, in file order."""
        document = Document()
        waiting: list[Thing] = []
        start = 1
        for _ in walk(self._path, document.start, document.end, lambda: document.seen):
            waiting += [one for one in document.ready if one.kind is self._kind]
            document.ready.clear()
            while len(waiting) >= BATCH:
                yield self._batch(start, waiting[:BATCH])
                start, waiting = start + BATCH, waiting[BATCH:]
        if waiting:
            yield self._batch(start, waiting)

    def _batch(self, start: int, things: list[Thing]) -> Batch:
        columns: list[Column] = [[one.values.get(field.title) for one in things] for field in self.fields]
        faults = {number: one.fault for number, one in enumerate(things, start) if one.fault}
        shapes = as_geometries([None if one.fault else one.shape for one in things])
        typed = frozenset(index for index, field in enumerate(self.fields) if field.type is not FieldType.TEXT)
        return Batch(start, shapes, columns, faults, loose=typed)
