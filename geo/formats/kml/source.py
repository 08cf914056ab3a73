"""A KML file as layers: each folder that holds placemarks, and all of them together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from geo.errors import bad
from geo.findings import Finding, note
from geo.formats.base import Batch, RawField, RawReference
from geo.formats.features import batch, several, survey
from geo.formats.kml.document import FOLDER, Document
from geo.layers.types import EncodingCandidate, FieldType, LayerFormat, LayerSummary

ALL = "Semua folder"
_PASSED = {
    "NetworkLink": "{count} tautan jaringan (NetworkLink) diabaikan: isi alamat lain tidak diambil.",
    "GroundOverlay": "{count} gambar yang dibentangkan di peta (GroundOverlay) diabaikan; hanya bentuk yang dibaca.",
    "ScreenOverlay": "{count} gambar di layar (ScreenOverlay) diabaikan.",
    "PhotoOverlay": "{count} foto (PhotoOverlay) diabaikan.",
    "Tour": "{count} perjalanan (Tour) diabaikan.",
}


class KmlSource:
    """A KML file, walked through once for its folders, columns and counts.

    Raises `BadInputError` when it is cut, has a document type, or holds no placemark."""

    format = LayerFormat.KML

    def __init__(self, path: Path, filename: str) -> None:
        self._path = path
        self._document = document = Document()
        survey(path, document)
        self.findings: list[Finding] = [
            note(f"kml.{name.casefold()}", _PASSED[name], count=count) for name, count in document.passed.items()
        ]
        if not document.seen:
            raise bad("kml.kosong", "Berkas KML ini tidak berisi satu pun penanda (Placemark).")
        stem = PurePosixPath(filename.replace("\\", "/")).stem or "lapisan"
        self._folders = _named(document, stem)

    def layers(self) -> tuple[LayerSummary, ...]:
        """All folders together where there are several, then each folder that holds placemarks itself."""
        titles = tuple(self._document.titles)
        each = [
            LayerSummary(name, self._document.counts[number], "GEOMETRY", titles)
            for number, name in self._folders.items()
        ]
        if len(each) == 1:
            return tuple(each)
        return (LayerSummary(ALL, self._document.seen, "GEOMETRY", (*titles, FOLDER)), *each)

    def open(self, layer: str, encoding: str | None) -> KmlReader:
        """Opens a folder or all; the XML declaration has said the encoding."""
        numbers = {name: number for number, name in self._folders.items()}
        if layer == ALL and len(numbers) > 1:
            return KmlReader(self._path, self._document, self._folders, None)
        if layer not in numbers:
            raise bad("lapisan.tidak_ada", "Lapisan “{name}” tidak ada di berkas ini.", name=layer)
        return KmlReader(self._path, self._document, self._folders, numbers[layer])


class KmlReader:
    """The placemarks of one folder, or of all with their folder as a column (`only` is None)."""

    encodings: tuple[EncodingCandidate, ...] = ()

    def __init__(self, path: Path, document: Document, folders: dict[int, str], only: int | None) -> None:
        self._path, self._folders, self._only = path, folders, only
        self.findings: list[Finding] = []
        self.reference = RawReference(srid=4326, where="KML", default=True)
        self.feature_count = document.seen if only is None else document.counts[only]
        own = dict(document.titles)
        if only is None:
            own[FOLDER] = FieldType.TEXT
        self.fields: tuple[RawField, ...] = tuple(RawField(title, kind) for title, kind in own.items())
        self._typed = frozenset(i for i, item in enumerate(self.fields) if item.type is not FieldType.TEXT)

    def batches(self) -> Iterator[Batch]:
        """The placemarks, in file order."""
        for start, marks in several(self._path, Document(), lambda one: self._only is None or one.folder == self._only):
            if self._only is None:
                for one in marks:
                    one.values[FOLDER] = self._folders[one.folder]
            yield batch(start, marks, self.fields, self._typed)


def _named(document: Document, stem: str) -> dict[int, str]:
    """Names of the folders that hold placemarks, each once."""
    names: dict[int, str] = {}
    for number in sorted(document.counts):
        base = document.folders[number] if document.folders and document.folders[number] else stem
        name, again = base, 2
        while name in names.values() or name == ALL:
            name, again = f"{base} ({again})", again + 1
        names[number] = name
    return names
