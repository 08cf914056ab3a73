"""Geometry of GML, built while its elements pass by (OGC 07-036 clauses 10 and 11, simple features of 10-100r3)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import shapely

Position = tuple[float, ...]
LINES = frozenset({"LineString", "LineStringSegment", "LinearRing", "Arc", "ArcString", "Circle"})
_CHAINS = frozenset({"Curve", "CompositeCurve", "OrientableCurve", "Ring"})
_POLYGONS = frozenset({"Polygon", "PolygonPatch", "Triangle", "Rectangle"})
_SURFACES = frozenset(
    {"Surface", "OrientableSurface", "CompositeSurface", "PolyhedralSurface", "TriangulatedSurface", "Tin"}
)
_GATHERED = frozenset({"MultiPoint", "MultiLineString", "MultiCurve", "MultiPolygon", "MultiSurface", "MultiGeometry"})
_UNREAD = {
    "Solid": "benda ruang (Solid) tidak dibaca",
    "CompositeSolid": "benda ruang (Solid) tidak dibaca",
    "MultiSolid": "benda ruang (Solid) tidak dibaca",
    "ArcByCenterPoint": "busur menurut titik pusat tidak dibaca",
    "CircleByCenterPoint": "lingkaran menurut titik pusat tidak dibaca",
    "ArcByBulge": "busur menurut lengkungan tidak dibaca",
    "ArcStringByBulge": "busur menurut lengkungan tidak dibaca",
    "BSpline": "kurva spline tidak dibaca",
    "Bezier": "kurva spline tidak dibaca",
    "CubicSpline": "kurva spline tidak dibaca",
    "Clothoid": "kurva klotoid tidak dibaca",
    "GeodesicString": "garis geodesik tidak dibaca",
    "Geodesic": "garis geodesik tidak dibaca",
}
ARCS = frozenset({"Arc", "ArcString", "Circle"})
GEOMETRIES = frozenset({"Point"}) | LINES | _CHAINS | _POLYGONS | _SURFACES | _GATHERED | frozenset(_UNREAD)
_MULTI: dict[shapely.GeometryType, Callable[[list[Any]], Any]] = {
    shapely.GeometryType.POINT: shapely.multipoints,
    shapely.GeometryType.LINESTRING: shapely.multilinestrings,
    shapely.GeometryType.POLYGON: shapely.multipolygons,
}
_STEP = math.radians(1)


class ShapeError(ValueError):
    """Why a geometry can't be read, in Indonesian."""


@dataclass(slots=True)
class Frame:
    """One geometry element that is still open; `flipped` says that north stands before east, `dimension` how
    many numbers make a position (0: not said), `inner` that the next ring is a hole."""

    kind: str
    flipped: bool
    dimension: int
    reverse: bool = False
    points: list[Position] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)
    holes: list[Any] = field(default_factory=list)
    inner: bool = False


def positions(text: str, frame: Frame, dimension: int) -> list[Position]:
    """The positions of a `posList` or `pos` (`dimension` numbers each; 0: guessed). Raises `ShapeError`."""
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        raise ShapeError("koordinatnya bukan angka") from None
    size = dimension or (3 if len(numbers) % 2 and len(numbers) % 3 == 0 else 2)
    if size not in {2, 3, 4} or len(numbers) % size or not all(map(math.isfinite, numbers)):
        raise ShapeError("koordinatnya tidak lengkap atau bukan angka")
    return [_turned(tuple(numbers[at : at + size]), frame) for at in range(0, len(numbers), size)]


def pairs(text: str, frame: Frame) -> list[Position]:
    """The tuples of the `coordinates` element of GML 2. Raises `ShapeError`."""
    try:
        found = [tuple(float(number) for number in one.split(",")) for one in text.split()]
    except ValueError:
        raise ShapeError("koordinatnya bukan angka") from None
    if any(len(one) < 2 or not all(map(math.isfinite, one)) for one in found):
        raise ShapeError("koordinatnya tidak lengkap atau bukan angka")
    return [_turned(one, frame) for one in found]


def _turned(one: Position, frame: Frame) -> Position:
    return (one[1], one[0], *one[2:3]) if frame.flipped else one[:3]


def built(frame: Frame) -> Any:
    """The geometry of a closed frame, None for an empty one. Raises `ShapeError`."""
    if frame.kind in _UNREAD:
        raise ShapeError(_UNREAD[frame.kind])
    if frame.kind in _POLYGONS:
        return _polygon(frame)
    if frame.kind in _CHAINS:
        return _chain(frame)
    if frame.kind in _SURFACES or frame.kind in _GATHERED:
        return _together(frame)
    return _from_points(frame)


def _from_points(frame: Frame) -> Any:
    found = frame.points
    if not found:
        return None
    if any(len(one) == 2 for one in found):
        found = [one[:2] for one in found]
    if frame.kind == "Point":
        return _made(shapely.points, found[0])
    if frame.kind in ARCS:
        found = curved(frame.kind, [one[:2] for one in found])
    return _made(shapely.linestrings, found)


def _polygon(frame: Frame) -> Any:
    if not frame.parts:
        return None
    if len(frame.parts) > 1:
        raise ShapeError("bidangnya memiliki lebih dari satu batas luar")
    return _made(shapely.polygons, _ring(frame.parts[0]), holes=[_ring(one) for one in frame.holes] or None)


def _ring(line: Any) -> Any:
    found = shapely.get_coordinates(line, include_z=bool(shapely.has_z(line))).tolist()
    return _made(shapely.linearrings, found if found[0] == found[-1] else [*found, found[0]])


def _chain(frame: Frame) -> Any:
    """Segments or member curves, one behind the other; a shared end is kept once."""
    lines = [shapely.get_coordinates(part).tolist() for part in frame.parts]
    found: list[list[float]] = []
    for line in lines:
        found += line[1:] if found and found[-1] == line[0] else line
    if not found:
        return None
    return _made(shapely.linestrings, found[::-1] if frame.reverse else found)


def _together(frame: Frame) -> Any:
    parts = [one for part in frame.parts for one in shapely.get_parts(part)]
    if not parts:
        return None
    if frame.kind in _SURFACES and len(parts) == 1:
        return parts[0]
    kinds = {shapely.GeometryType(shapely.get_type_id(part)) for part in parts}
    make = _MULTI.get(next(iter(kinds))) if len(kinds) == 1 else None
    return make(parts) if make is not None else shapely.geometrycollections(parts)


def _made(make: Any, *given: Any, **more: Any) -> Any:
    try:
        return make(*given, **more)
    except (shapely.GEOSException, ValueError, TypeError):
        raise ShapeError("titiknya terlalu sedikit untuk bentuknya") from None


def curved(kind: str, given: list[Position]) -> list[Position]:
    """Arcs through each three points as lines with a point a degree. Raises `ShapeError`."""
    if len(given) < 3 or not len(given) % 2:
        raise ShapeError("busurnya tidak memiliki tiga titik")
    found: list[Position] = [given[0]]
    for at in range(0, len(given) - 2, 2):
        found += _arc(*given[at : at + 3], whole=kind == "Circle")[1:]
    return found


def _arc(first: Position, middle: Position, last: Position, *, whole: bool) -> list[Position]:
    (ax, ay), (bx, by), (cx, cy) = first[:2], middle[:2], last[:2]
    bx, by, cx, cy = bx - ax, by - ay, cx - ax, cy - ay
    area = 2 * (bx * cy - by * cx)
    if abs(area) < 1e-12 * max(abs(bx), abs(by), abs(cx), abs(cy), 1e-300) ** 2:
        return [first, middle, last]
    x = (cy * (bx * bx + by * by) - by * (cx * cx + cy * cy)) / area
    y = (bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by)) / area
    begin, end = math.atan2(-y, -x), math.atan2(cy - y, cx - x)
    turn = (end - begin) % math.tau if area > 0 else -((begin - end) % math.tau)
    turn = math.copysign(math.tau, area) if whole else turn
    steps, radius = max(2, math.ceil(abs(turn) / _STEP)), math.hypot(x, y)
    angles = (begin + turn * step / steps for step in range(1, steps))
    between = [(ax + x + radius * math.cos(angle), ay + y + radius * math.sin(angle)) for angle in angles]
    return [first, *between, first if whole else last]
