"""A GML file as layers: one for each type of feature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.errors import bad
from geo.findings import Finding, error, note, warning
from geo.formats.base import Batch, RawField, RawReference
from geo.formats.features import batch, several, survey
from geo.formats.gml.document import Document
from geo.formats.gml.reference import named
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary


class GmlSource:
    """A GML file, walked through once for its types, columns and counts.

    Raises `BadInputError` when it is cut, has a document type, or holds no feature."""

    format = LayerFormat.GML

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document = document = Document()
        survey(path, document)
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
        for start, things in several(self._path, Document(), lambda one: one.type == self._layer):
            yield batch(start, things, self.fields, frozenset())


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
