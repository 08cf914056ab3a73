"""What a KML file says, element by element: folders, schemas, placemarks, and what is passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.formats.features import Feature
from geo.formats.kml.shapes import GEOMETRIES, Frame, ShapeError, as_line, built, points, track_point
from geo.layers.types import FieldType

_PLAIN = frozenset({"name", "description", "address", "phoneNumber"})
_TIMES = frozenset({"when", "begin", "end"})
_PASSED = frozenset({"NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour"})
_TYPES = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), FieldType.INTEGER),
    **dict.fromkeys(("float", "double"), FieldType.NUMBER),
    "bool": FieldType.BOOLEAN,
}
FOLDER = "folder"


@dataclass(slots=True, kw_only=True)
class Placemark(Feature):
    """One feature: `folder` is the number of the folder or document that holds it, `fault` why its geometry
    can't be read (empty when it can)."""

    folder: int


@dataclass(slots=True)
class Document:
    """Takes the elements; `ready` holds placemarks that are complete, for the reader to take away."""

    ready: list[Placemark] = field(default_factory=list)
    titles: dict[str, FieldType] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    _types: dict[str, FieldType] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)
    _holders: list[int] = field(default_factory=list)
    _mark: Placemark | None = None
    _frames: list[Frame] = field(default_factory=list)
    _data: str = ""

    @property
    def columns(self) -> int:
        """How many columns there were so far, in all layers."""
        return len(self.titles)

    def forget(self) -> None:
        """Empty `ready`."""
        self.ready.clear()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        self._path.append(name)
        if name in {"Folder", "Document", "kml"}:
            self._holders.append(len(self.folders))
            self.folders.append("")
        elif name in _PASSED:
            self.passed[name] += 1
        elif name == "SimpleField":
            self._types[attributes.get("name", "")] = _TYPES.get(attributes.get("type", ""), FieldType.TEXT)
        elif name == "Placemark" and self._mark is None:
            self._mark = Placemark(folder=self._holders[-1] if self._holders else 0)
        elif self._mark is not None:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"Data", "SimpleData", "SimpleArrayData"}:
            self._data = attributes.get("name", "")
        elif name in GEOMETRIES:
            self._frames.append(Frame(name))
        elif self._frames and name in {"innerBoundaryIs", "outerBoundaryIs"}:
            self._frames[-1].inner = name == "innerBoundaryIs"

    def end(self, name: str, text: str) -> None:
        """An element closes; `text` is its own."""
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        mark = self._mark
        if name in {"Folder", "Document", "kml"}:
            self._holders.pop()
        elif name == "name" and parent in {"Folder", "Document"} and mark is None:
            self.folders[self._holders[-1]] = text.strip()
        elif mark is None:
            return
        elif name == "Placemark" and "Placemark" not in self._path:
            self.ready.append(mark)
            self.counts[mark.folder] += 1
            self.seen += 1
            self._mark = None
            self._frames.clear()
        else:
            self._close(mark, name, parent, text)

    def _close(self, mark: Placemark, name: str, parent: str, text: str) -> None:
        try:
            if name in GEOMETRIES:
                self._shape(mark, self._frames.pop())
            elif name == "coordinates" and self._frames:
                self._frames[-1].points += points(text)
            elif name == "coord" and self._frames:
                self._frames[-1].points.append(track_point(text))
        except ShapeError as failure:
            mark.fault = mark.fault or str(failure)
        timed = name in _TIMES and parent in {"TimeStamp", "TimeSpan"}
        if timed or (name in _PLAIN and parent == "Placemark"):
            self._value(mark, name, text, FieldType.TEXT)
        elif name == "SimpleData" or (name == "value" and parent in {"Data", "SimpleArrayData"}):
            title = f"{self._data} (data)" if self._data in _PLAIN | _TIMES | {FOLDER} else self._data
            self._value(mark, title or "data", text, self._types.get(self._data, FieldType.TEXT))

    def _value(self, mark: Placemark, title: str, text: str, kind: FieldType) -> None:
        self.titles.setdefault(title, kind)
        if text := text.strip():
            mark.values.setdefault(title, text)

    def _shape(self, mark: Placemark, frame: Frame) -> None:
        shape = built(frame)
        if shape is None:
            return
        if not self._frames:
            mark.shape = as_line(shape) if frame.kind == "LinearRing" else shape
            return
        around = self._frames[-1]
        if around.kind == "Polygon" and frame.kind == "LinearRing":
            (around.holes if around.inner else around.parts).append(shape)
        else:
            around.parts.append(as_line(shape) if frame.kind == "LinearRing" else shape)
