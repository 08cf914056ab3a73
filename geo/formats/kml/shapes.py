"""Geometry of KML, built while its elements pass by (OGC 12-007r2 clause 10, and the tracks of Google's extension)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import shapely

_SPACED = re.compile(r"\s*,\s*")
_LINEAR = frozenset({"LineString", "LinearRing", "Track"})
GEOMETRIES = frozenset({"Point", "Polygon", "MultiGeometry", "MultiTrack", "Model"}) | _LINEAR
_MULTI: dict[shapely.GeometryType, Callable[[list[Any]], Any]] = {
    shapely.GeometryType.POINT: shapely.multipoints,
    shapely.GeometryType.LINESTRING: shapely.multilinestrings,
    shapely.GeometryType.POLYGON: shapely.multipolygons,
}


class ShapeError(ValueError):
    """Why a geometry can't be read, in Indonesian."""


@dataclass(slots=True)
class Frame:
    """One geometry element that is still open; `inner` says that its next ring is a hole."""

    kind: str
    points: list[tuple[float, ...]] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)
    holes: list[Any] = field(default_factory=list)
    inner: bool = False


def points(text: str) -> list[tuple[float, ...]]:
    """The tuples of a `coordinates` element, also with blanks around the commas. Raises `ShapeError`."""
    if ", " in text or " ," in text or ",\n" in text:
        text = _SPACED.sub(",", text)
    return [_numbers(one.split(",")) for one in text.split()]


def track_point(text: str) -> tuple[float, ...]:
    """The numbers of a `gx:coord` element, divided by blanks. Raises `ShapeError`."""
    return _numbers(text.split())


def _numbers(parts: list[str]) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in parts[:3] if part)
    except ValueError:
        raise ShapeError("koordinatnya bukan angka") from None
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        raise ShapeError("koordinatnya tidak lengkap atau bukan angka")
    return numbers


def built(frame: Frame) -> Any:
    """The geometry of a closed frame, None for an empty one. Raises `ShapeError`."""
    if frame.kind == "Model":
        raise ShapeError("model tiga dimensi tidak dibaca")
    if frame.kind in {"MultiGeometry", "MultiTrack"}:
        return _together(frame.parts)
    if frame.kind == "Polygon":
        return _polygon(frame) if frame.parts else None
    return _from_points(frame) if frame.points else None


def _polygon(frame: Frame) -> Any:
    if len(frame.parts) > 1:
        raise ShapeError("bidangnya memiliki lebih dari satu batas luar")
    return _made(shapely.polygons, frame.parts[0], holes=frame.holes or None)


def _from_points(frame: Frame) -> Any:
    flat = _even(frame.points)
    if frame.kind == "Point":
        return _made(shapely.points, flat[0])
    if frame.kind == "LinearRing":
        return _made(shapely.linearrings, flat if flat[0] == flat[-1] else [*flat, flat[0]])
    return _made(shapely.linestrings, flat)


def _even(found: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Heights only where every point has one and one isn't nought, which writers put where they know none."""
    deep = all(len(one) > 2 for one in found) and any(one[2] for one in found)
    return found if deep else [one[:2] for one in found]


def _made(make: Any, *given: Any, **more: Any) -> Any:
    try:
        return make(*given, **more)
    except (shapely.GEOSException, ValueError, TypeError):
        raise ShapeError("titiknya terlalu sedikit untuk bentuknya") from None


def _together(parts: list[Any]) -> Any:
    if not parts:
        return None
    kinds = {shapely.GeometryType(shapely.get_type_id(part)) for part in parts}
    make = _MULTI.get(next(iter(kinds))) if len(kinds) == 1 else None
    return make(parts) if make is not None else shapely.geometrycollections(parts)


def as_line(shape: Any) -> Any:
    """A ring that stands by itself is a closed line."""
    return shapely.linestrings(shapely.get_coordinates(shape, include_z=bool(shapely.has_z(shape))))
