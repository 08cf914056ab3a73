"""Outlines for small pictures: GeoJSON geometries in EPSG:4326 to SVG paths. No GDAL, so web processes stay small."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
Box = tuple[float, float, float, float]
Geometry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """One region: code, name and a GeoJSON geometry (longitude, latitude; EPSG:4326)."""

    code: str
    name: str
    geometry: Geometry


def outlines(collection: Mapping[str, Any]) -> tuple[Outline, ...]:
    """The regions of a FeatureCollection whose properties hold `kode` and `nama`."""
    return tuple(
        Outline(str(feature["properties"]["kode"]), str(feature["properties"]["nama"]), feature["geometry"])
        for feature in collection["features"]
        if feature.get("geometry")
    )


def parts(geometry: Geometry | None) -> Iterator[tuple[str, list[Ring]]]:
    """(`point`/`line`/`polygon`, rings) of a geometry, collections taken apart; what cannot be read is left out."""
    if not geometry:
        return
    kind, data = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        for member in geometry.get("geometries") or ():
            yield from parts(member)
    elif kind == "Point":
        yield from _point([data])
    elif kind == "MultiPoint":
        yield from _point(data or [])
    elif kind in {"LineString", "MultiLineString"}:
        for line in [data] if kind == "LineString" else data or []:
            yield "line", [_ring(line)]
    elif kind in {"Polygon", "MultiPolygon"}:
        for polygon in [data] if kind == "Polygon" else data or []:
            yield "polygon", [_ring(ring) for ring in polygon or []]


def _point(positions: Iterable[Any]) -> Iterator[tuple[str, list[Ring]]]:
    for position in _ring(positions):
        yield "point", [[position]]


def _ring(positions: Iterable[Any] | None) -> Ring:
    ring: Ring = []
    for position in positions or ():
        if isinstance(position, Sequence) and len(position) >= 2:
            x, y = position[0], position[1]
            if isinstance(x, int | float) and isinstance(y, int | float) and math.isfinite(x) and math.isfinite(y):
                ring.append((float(x), float(y)))
    return ring


def bounds(geometries: Iterable[Geometry | None]) -> Box | None:
    """(west, south, east, north) of all geometries, or None when they hold no position."""
    xs: list[float] = []
    ys: list[float] = []
    for geometry in geometries:
        for _, rings in parts(geometry):
            for ring in rings:
                xs += [x for x, _ in ring]
                ys += [y for _, y in ring]
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to pixels: equirectangular, true to scale at the middle latitude; fine for a regency or a province."""

    west: float
    north: float
    x_scale: float
    y_scale: float
    left: float
    top: float

    def __call__(self, position: Point) -> Point:
        """Pixels (x right, y down) of one position."""
        return (
            self.left + (position[0] - self.west) * self.x_scale,
            self.top + (self.north - position[1]) * self.y_scale,
        )


def fit(box: Box, width: float, height: float, pad: float = 6) -> Projection:
    """The projection that shows `box` as large as width × height allows, in the middle."""
    west, south, east, north = box
    shrink = max(math.cos(math.radians(max(-85.0, min(85.0, (south + north) / 2)))), 0.05)
    across, down = max((east - west) * shrink, 1e-9), max(north - south, 1e-9)
    scale = min((width - 2 * pad) / across, (height - 2 * pad) / down)
    if across < 1e-8 and down < 1e-8:  # a single point: any scale puts it in the middle
        scale = 1.0
    left = (width - across * scale) / 2
    top = (height - down * scale) / 2
    return Projection(west, north, scale * shrink, scale, left, top)


def height_for(box: Box, width: float, pad: float = 6) -> float:
    """The height at which `box` fills `width`, between half and one and a half of the width."""
    west, south, east, north = box
    shrink = math.cos(math.radians((south + north) / 2))
    ratio = (north - south) / max((east - west) * shrink, 1e-9)
    return max(width * 0.5, min(width * 1.5, (width - 2 * pad) * ratio + 2 * pad))


def simplify(ring: Ring, tolerance: float) -> Ring:
    """Douglas–Peucker on projected points, without recursion; first and last stay."""
    if len(ring) < 4:
        return ring
    keep = {0, len(ring) - 1}
    stack = [(0, len(ring) - 1)]
    while stack:
        first, last = stack.pop()
        far, where = 0.0, 0
        for index in range(first + 1, last):
            distance = _distance(ring[index], ring[first], ring[last])
            if distance > far:
                far, where = distance, index
        if far > tolerance:
            keep.add(where)
            stack += [(first, where), (where, last)]
    return [ring[index] for index in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    if length == 0:
        return math.dist(point, start)
    share = max(0.0, min(1.0, ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length))
    return math.dist(point, (start[0] + share * across, start[1] + share * down))


def path(geometry: Geometry | None, project: Projection, tolerance: float = 0.4) -> str:
    """The `d` of lines and polygons; rings that shrink to nothing are left out. Points give nothing."""
    pieces: list[str] = []
    for kind, rings in parts(geometry):
        if kind == "point":
            continue
        for ring in rings:
            drawn = simplify([project(position) for position in ring], tolerance)
            if len(drawn) >= (4 if kind == "polygon" else 2):
                pieces.append(_commands(drawn) + ("Z" if kind == "polygon" else ""))
    return "".join(pieces)


def _commands(points: Ring) -> str:
    """Relative moves in tenths of a pixel: half the bytes of absolute ones, without drift."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    (x, y), text = tenths[0], ""
    text = f"M{x / 10:g} {y / 10:g}l"
    steps: list[str] = []
    for next_x, next_y in tenths[1:]:
        if (next_x, next_y) != (x, y):
            steps.append(f"{(next_x - x) / 10:g} {(next_y - y) / 10:g}")
            x, y = next_x, next_y
    return text + " ".join(steps) if steps else f"M{x / 10:g} {y / 10:g}"


def label_point(geometry: Geometry, project: Projection) -> tuple[Point, float] | None:
    """(pixel position, half the width free there) for a name: where a line of text has the most room."""
    groups = [group[0] for kind, group in parts(geometry) if kind == "polygon" and group]
    rings = [ring for ring in ([project(position) for position in group] for group in groups) if len(ring) >= 4]
    if not rings:
        return None
    ring = simplify(max(rings, key=lambda each: abs(_area(each))), 1.0)
    low, high = min(y for _, y in ring), max(y for _, y in ring)
    best: Point | None = None
    room = 0.0
    for step in range(2, 23):
        y = low + (high - low) * step / 24
        # a line of text needs its whole height: the narrowest of its top, middle and foot counts
        spans = [_spans(ring, y + shift) for shift in (-5, 0, 5)]
        for left, right in spans[1]:
            lefts = [span for row in spans for span in row if span[0] < (left + right) / 2 < span[1]]
            if len(lefts) < 3:
                continue
            start, end = max(span[0] for span in lefts), min(span[1] for span in lefts)
            if (end - start) / 2 > room:
                best, room = ((start + end) / 2, y), (end - start) / 2
    return (best, room) if best else None


def _spans(ring: Ring, y: float) -> list[tuple[float, float]]:
    """The stretches of a horizontal line that lie in a ring, left to right."""
    cuts = sorted(
        x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (y1 > y) != (y2 > y)
    )
    return list(zip(cuts[::2], cuts[1::2], strict=False))


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2
