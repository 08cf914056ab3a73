"""A GML file as layers: one for each type of feature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.errors import bad
from geo.findings import Finding, error, note, warning
from geo.formats.base import BATCH, Batch, Column, RawField, RawReference, as_geometries
from geo.formats.gml.document import Document, Thing
from geo.formats.gml.reference import named
from geo.formats.markup import walk
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

MAX_FIELDS = 1500


class GmlSource:
    """A GML file, walked through once for its types, columns and counts.

    Raises `BadInputError` when it is cut, has a document type, or holds no feature."""

    format = LayerFormat.GML

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = document = Document()
        for _ in walk(path, document.start, document.end, lambda: document.seen):
            document.ready.clear()
            if sum(map(len, document.titles.values())) > MAX_FIELDS:
                text = "Lapisan memiliki lebih dari {limit} kolom atribut."
                raise bad("lapisan.terlalu_banyak_kolom", text, limit=MAX_FIELDS)
        if not document.seen:
            raise bad("gml.kosong", "Berkas GML ini tidak berisi satu pun fitur.")
        self.findings: list[Finding] = _said(document)

    def layers(self) -> tuple[LayerSummary, ...]:
        """The types of features with their counts."""
        found = self._document
        return tuple(
            LayerSummary(name, count, "GEOMETRY", tuple(found.titles[name])) for name, count in found.counts.items()
        )

    def open(self, layer: str, encoding: str | None) -> GmlReader:
        """Opens the features of one type; the XML declaration has said the encoding."""
        if layer not in self._document.counts:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        return GmlReader(self._path, self._document, layer)


class GmlReader:
    """The features of one type."""

    encodings: tuple[EncodingCandidate, ...] = ()

    def __init__(self, path: Path, document: Document, layer: str) -> None:
        self._path, self._layer = path, layer
        self.findings: list[Finding] = []
        self.feature_count = document.counts[layer]
        self.reference = RawReference(srid=named(document.system).srid, where="srsName")
        self.fields: tuple[RawField, ...] = tuple(
            RawField(title, kind or FieldType.TEXT) for title, kind in document.titles[layer].items()
        )

    def batches(self) -> Iterator[Batch]:
        """The features, in file order."""
        document = Document()
        waiting: list[Thing] = []
        start = 1
        for _ in walk(self._path, document.start, document.end, lambda: document.seen):
            waiting += [one for one in document.ready if one.type == self._layer]
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
        return Batch(start, shapes, columns, faults)


def _said(document: Document) -> list[Finding]:
    found: list[Finding] = []
    systems = {named(name).srid for name in document.systems if name}
    if len(systems) > 1 or len({named(name).flipped for name in document.systems}) > 1:
        text = "Berkas mencampur beberapa sistem koordinat ({names}). Satukan dahulu, lalu unggah lagi."
        found.append(error("gml.beberapa_crs", text, names=", ".join(sorted(document.systems))[:200]))
    elif named(document.system).flipped:
        text = "Menurut “{name}” lintang atau utara ditulis dahulu; urutannya dibalik saat dibaca."
        found.append(note("gml.urutan_sumbu", text, name=document.system[:80]))
    if document.arcs:
        text = "Lapisan berisi garis lengkung; disimpan sebagai garis patah yang sangat rapat."
        found.append(note("geometri.lengkung", text))
    if document.several:
        text = "{count} fitur memiliki lebih dari satu geometri; hanya yang pertama dibaca."
        found.append(warning("gml.beberapa_geometri", text, count=document.several))
    return found
