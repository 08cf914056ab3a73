"""A GPX file as layers: waypoints, routes, tracks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.errors import bad
from geo.findings import Finding, note
from geo.formats.base import Batch, RawField, RawReference
from geo.formats.features import batch, several, survey
from geo.formats.gpx.document import Document, Kind
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

_NAMES = {Kind.WAYPOINT: "Titik (waypoint)", Kind.ROUTE: "Rute (route)", Kind.TRACK: "Jejak (track)"}
_TYPES = {Kind.WAYPOINT: "POINT", Kind.ROUTE: "LINESTRING", Kind.TRACK: "MULTILINESTRING"}


class GpxSource:
    """A GPX file, walked through once for its layers, columns and counts.

    Raises `BadInputError` when it is cut, has a document type, or holds neither waypoint, route nor track."""

    format = LayerFormat.GPX

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = document = Document()
        survey(path, document)
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
        self._typed = frozenset(i for i, item in enumerate(self.fields) if item.type is not FieldType.TEXT)

    def batches(self) -> Iterator[Batch]:
        """The features, in file order."""
        for start, things in several(self._path, Document(), lambda one: one.kind is self._kind):
            yield batch(start, things, self.fields, self._typed)
