"""What a GML file says, element by element: features by type, their properties as text, their geometry."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.formats.features import Feature
from geo.formats.gml.reference import named
from geo.formats.gml.shapes import ARCS, GEOMETRIES, Frame, ShapeError, built, pairs, positions
from geo.formats.markup import local
from geo.layers.types import FieldType

_MEMBERS = frozenset({"member", "featureMember", "featureMembers", "members"})
_INTEGER = re.compile(r"(?:0|-?[1-9]\d{0,17})\Z", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)
_CODES = re.compile(r"(?:^|[\W_.])(?:kode|kd|code|nik|nip|npwp|telp|id|no|nomor)|kode$|id$", re.IGNORECASE)
ID = "gml_id"


@dataclass(slots=True, kw_only=True)
class Thing(Feature):
    """One feature: `type` is its element's name, `fault` why its geometry can't be read."""

    type: str


@dataclass(slots=True)
class Document:
    """Takes the elements; `ready` holds features that are complete. `titles` has the columns of each type with the
    narrowest type that holds every value as it is written; `systems` counts the CRS names on outer geometries."""

    ready: list[Thing] = field(default_factory=list)
    titles: dict[str, dict[str, FieldType | None]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    systems: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    arcs: bool = False
    several: int = 0
    _path: list[str] = field(default_factory=list)
    _dimensions: list[int] = field(default_factory=list)
    _root: str = ""
    _thing: Thing | None = None
    _depth: int = 0
    _aside: int = 0
    _links: dict[int, str] = field(default_factory=dict)
    _leaf: bool = False
    _frames: list[Frame] = field(default_factory=list)

    @property
    def system(self) -> str:
        """The name of the CRS: on the first geometries, else on the envelope of the whole file."""
        return next(iter(self.systems), "") or self._root

    @property
    def columns(self) -> int:
        """How many columns there were so far, in all layers."""
        return sum(map(len, self.titles.values()))

    def forget(self) -> None:
        """Empty `ready`."""
        self.ready.clear()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        said = attributes.get("srsDimension", "")
        self._dimensions.append(int(said) if said in {"2", "3", "4"} else self._dimension())
        self._leaf = True
        if self._thing is None:
            if name == "Envelope" and "srsName" in attributes and not self._root:
                self._root = attributes["srsName"]
            elif parent in _MEMBERS and not name.endswith("FeatureCollection"):
                self._thing, self._depth = Thing(type=name), len(self._path)
                self._identify(self._thing, attributes)
        elif name == "boundedBy" and not self._aside:
            self._aside = len(self._path)
        elif not self._aside:
            self._inside(name, attributes)

    def _dimension(self) -> int:
        return self._dimensions[-1] if self._dimensions else 0

    def _identify(self, thing: Thing, attributes: Mapping[str, str]) -> None:
        self.titles.setdefault(thing.type, {})
        for key, value in attributes.items():
            if (":" in key and local(key) in {"id", "fid"}) or key == "fid":
                self._value(thing, ID, value)

    def _inside(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in GEOMETRIES:
            outer = self._frames[-1] if self._frames else None
            said = attributes.get("srsName") or ""
            if outer is None:
                self.systems[said or self._root] += 1
            turned = named(said).flipped if said else outer.flipped if outer else named(self._root).flipped
            reverse = name == "OrientableCurve" and attributes.get("orientation") == "-"
            self._frames.append(Frame(name, turned, self._dimension(), reverse))
            self.arcs = self.arcs or name in ARCS
        elif self._frames:
            if name in {"interior", "innerBoundaryIs", "exterior", "outerBoundaryIs"}:
                self._frames[-1].inner = name in {"interior", "innerBoundaryIs"}
        else:
            link = next((value for key, value in attributes.items() if local(key) == "href"), "")
            if link:
                self._links[len(self._path)] = link

    def end(self, name: str, text: str) -> None:
        """An element closes; `text` is its own."""
        depth, leaf = len(self._path), self._leaf
        self._leaf = False
        thing, dimension = self._thing, self._dimension()
        if thing is not None:
            if depth == self._depth:
                self._finish(thing)
            elif self._aside:
                self._aside = 0 if self._aside == depth else self._aside
            elif self._frames:
                self._close(thing, name, text, dimension)
            elif leaf or depth in self._links:
                title = ".".join(self._path[self._depth :])
                self._value(thing, title, text.strip() or self._links.pop(depth, ""))
        self._path.pop()
        self._dimensions.pop()

    def _finish(self, thing: Thing) -> None:
        self.ready.append(thing)
        self.counts[thing.type] += 1
        self.seen += 1
        self._thing = None
        self._frames.clear()
        self._links.clear()

    def _close(self, thing: Thing, name: str, text: str, dimension: int) -> None:
        frame = self._frames[-1]
        try:
            if name in GEOMETRIES:
                self._shape(thing, self._frames.pop())
            elif name == "posList":
                frame.points += positions(text, frame, dimension)
            elif name == "pos":
                frame.points += positions(text, frame, len(text.split()))
            elif name == "coordinates":
                frame.points += pairs(text, frame)
        except ShapeError as failure:
            thing.fault = thing.fault or str(failure)

    def _shape(self, thing: Thing, frame: Frame) -> None:
        shape = built(frame)
        if shape is None:
            return
        if not self._frames:
            self.several += thing.shape is not None
            thing.shape = shape if thing.shape is None else thing.shape
            return
        around = self._frames[-1]
        if frame.kind == "Point" and around.kind not in {"MultiPoint", "MultiGeometry"}:
            around.points += frame.points
        else:
            (around.holes if around.inner else around.parts).append(shape)

    def _value(self, thing: Thing, title: str, value: str) -> None:
        titles = self.titles[thing.type]
        known = titles.setdefault(title, None)
        if not value:
            return
        if title in thing.values:
            value = f"{thing.values[title]}; {value}"
        thing.values[title] = value
        if known is not FieldType.TEXT:
            titles[title] = _wider(known, _kind(title, value))


def _kind(title: str, value: str) -> FieldType:
    """A number only where the text is the plain way to write it; codes (also `33.29`) stay text (I12)."""
    if title == ID or _CODES.search(title):
        return FieldType.TEXT
    if _INTEGER.match(value):
        return FieldType.INTEGER
    return FieldType.NUMBER if _NUMBER.match(value) else FieldType.TEXT


def _wider(known: FieldType | None, found: FieldType) -> FieldType:
    if known is None or known is found:
        return found
    return FieldType.NUMBER if FieldType.TEXT not in {known, found} else FieldType.TEXT
