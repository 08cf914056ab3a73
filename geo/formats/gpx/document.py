"""What a GPX file says, element by element: waypoints, routes and tracks (topografix.com/GPX/1/1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import shapely

from geo.formats.features import Feature
from geo.layers.types import FieldType

_NUMBERS = frozenset({"ele", "magvar", "geoidheight", "hdop", "vdop", "pdop", "ageofdgpsdata", "speed", "course"})
_INTEGERS = frozenset({"number", "sat", "dgpsid"})
Position = tuple[float, float, float | None]


class Kind(StrEnum):
    """The layers of a GPX file, by the element that makes a feature."""

    WAYPOINT = "wpt"
    ROUTE = "rte"
    TRACK = "trk"


@dataclass(slots=True, kw_only=True)
class Thing(Feature):
    """One waypoint, route or track; `fault` says why its geometry can't be read."""

    kind: Kind


@dataclass(slots=True)
class Document:
    """Takes the elements; `ready` holds features that are complete; `titles` has the columns of each layer."""

    ready: list[Thing] = field(default_factory=list)
    titles: dict[Kind, dict[str, FieldType]] = field(default_factory=dict)
    counts: dict[Kind, int] = field(default_factory=dict)
    seen: int = 0
    alone: int = 0
    _path: list[str] = field(default_factory=list)
    _thing: Thing | None = None
    _segments: list[list[Position]] = field(default_factory=list)

    @property
    def columns(self) -> int:
        """How many columns there were so far, in all layers."""
        return sum(map(len, self.titles.values()))

    def forget(self) -> None:
        """Empty `ready`."""
        self.ready.clear()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        self._path.append(name)
        if len(self._path) == 2 and name in set(Kind):
            self._thing = Thing(kind=Kind(name))
            self._segments = [] if name == Kind.TRACK else [[]]
        if self._thing is None:
            return
        if name == "trkseg":
            self._segments.append([])
        elif (name in {"rtept", "trkpt"} or len(self._path) == 2) and ("lat" in attributes or "lon" in attributes):
            self._point(self._thing, attributes)

    def _point(self, thing: Thing, attributes: Mapping[str, str]) -> None:
        try:
            place = (float(attributes["lon"]), float(attributes["lat"]))
        except (KeyError, ValueError):
            place = (math.nan, math.nan)
        if not all(map(math.isfinite, place)) or not self._segments:
            thing.fault = "koordinatnya tidak lengkap atau bukan angka"
            return
        self._segments[-1].append((*place, None))

    def end(self, name: str, text: str) -> None:
        """An element closes; `text` is its own."""
        self._path.pop()
        thing = self._thing
        if thing is None:
            return
        if not self._path[1:] and name == thing.kind:
            self._finish(thing)
        elif name == "ele" and self._path[-1] in {"wpt", "rtept", "trkpt"}:
            self._height(text)
            if len(self._path) == 2:
                self._value(thing, name, text)
        elif len(self._path) == 2 and text.strip():
            self._value(thing, name, text)

    def _height(self, text: str) -> None:
        try:
            height = float(text)
        except ValueError:
            return
        if self._segments and self._segments[-1] and math.isfinite(height):
            self._segments[-1][-1] = (*self._segments[-1][-1][:2], height)

    def _value(self, thing: Thing, title: str, text: str) -> None:
        kind = FieldType.NUMBER if title in _NUMBERS else FieldType.INTEGER if title in _INTEGERS else FieldType.TEXT
        self.titles.setdefault(thing.kind, {}).setdefault(title, kind)
        thing.values.setdefault(title, text.strip())

    def _finish(self, thing: Thing) -> None:
        self._thing = None
        if not thing.fault:
            thing.shape = self._shape(thing)
        self.ready.append(thing)
        self.titles.setdefault(thing.kind, {})
        self.counts[thing.kind] = self.counts.get(thing.kind, 0) + 1
        self.seen += 1

    def _shape(self, thing: Thing) -> Any:
        segments = [_even(one) for one in self._segments if one]
        if not segments:
            return None
        if thing.kind is Kind.WAYPOINT:
            return shapely.points(segments[0][0])
        lines = [shapely.linestrings(one) for one in segments if len(one) > 1]
        self.alone += len(segments) - len(lines)
        if not lines:
            thing.fault = "titiknya terlalu sedikit untuk bentuknya"
            return None
        return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)


def _even(found: list[Position]) -> list[tuple[float, ...]]:
    """Heights only where every point has one."""
    if any(one[2] is None for one in found):
        return [one[:2] for one in found]
    return [(x, y, z or 0.0) for x, y, z in found]
