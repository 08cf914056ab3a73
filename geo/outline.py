"""Shapes as SVG path data for small preview maps that need no JavaScript and no tiles.

Pure functions. Coordinates are longitude and latitude (EPSG:4326); the picture is Web Mercator, so it looks
as the big map does. The result is path data only: the caller writes the `<svg>` around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from geo.layers.types import Box
from geo.tiles.grid import MAX_LATITUDE

MIN_SPAN = 0.002  # degrees; a single point still gets a picture around it


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture: `width` by `height` units, `padding` inside; `box` in EPSG:4326 fits in it, centred."""

    box: Box
    width: float
    height: float
    padding: float
    scale: float
    left: float
    top: float

    def project(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) longitudes and latitudes as picture coordinates, y down."""
        x = np.radians(lonlat[:, 0])
        latitude = np.radians(np.clip(lonlat[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
        y = np.log(np.tan(math.pi / 4 + latitude / 2))
        return np.column_stack((self.left + x * self.scale, self.top - y * self.scale))


def frame(box: Box, width: float, height: float, padding: float = 4.0) -> Frame:
    """The frame that shows a box whole. A box without extent is widened a little.

    Raises ValueError when the padding leaves no room or the box isn't finite."""
    if width <= 2 * padding or height <= 2 * padding or not all(map(math.isfinite, box)):
        raise ValueError("no room for a picture")
    west, south, east, north = _widened(box)
    x0, x1 = math.radians(west), math.radians(east)
    y0, y1 = _mercator(south), _mercator(north)
    scale = min((width - 2 * padding) / (x1 - x0), (height - 2 * padding) / (y1 - y0))
    left = width / 2 - (x0 + x1) / 2 * scale
    top = height / 2 + (y0 + y1) / 2 * scale
    return Frame((west, south, east, north), width, height, padding, scale, left, top)


def _widened(box: Box) -> Box:
    west, south, east, north = box
    limit = MAX_LATITUDE - MIN_SPAN
    south, north = max(-limit, min(limit, south)), max(-limit, min(limit, north))
    more_x = max(0.0, MIN_SPAN - (east - west)) / 2
    more_y = max(0.0, MIN_SPAN - (north - south)) / 2
    return (west - more_x, south - more_y, east + more_x, north + more_y)


def _mercator(latitude: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))


def shape_of(geometry: Any) -> Any:
    """A shapely geometry from GeoJSON (geometry, feature or collection) or from shapely itself."""
    if isinstance(geometry, Mapping):
        if geometry.get("type") == "FeatureCollection":
            found = [shape_of(feature) for feature in geometry.get("features", [])]
            return shapely.geometrycollections([one for one in found if one is not None])
        if geometry.get("type") == "Feature":
            return shape_of(geometry.get("geometry"))
        return shapely.force_2d(shapely.geometry.shape(dict(geometry)))
    return None if geometry is None else shapely.force_2d(geometry)


def bounds(geometries: Iterable[Any]) -> Box | None:
    """The box around all of them; None when there is nothing."""
    shapes = [one for one in map(shape_of, geometries) if one is not None]
    if not shapes:
        return None
    box = shapely.total_bounds(shapes)
    if not np.isfinite(box).all():
        return None
    west, south, east, north = (float(value) for value in box)
    return (west, south, east, north)


def path(geometry: Any, within: Frame, *, tolerance: float = 0.6, radius: float = 2.5, digits: int = 1) -> str:
    """SVG path data of a geometry (GeoJSON or shapely): areas as closed rings (fill them with the even-odd
    rule), lines as open ones, points as small circles. Simplified to `tolerance` picture units; a ring
    smaller than that is drawn as a dot-sized triangle rather than lost. Empty text for nothing."""
    shape = shape_of(geometry)
    if shape is None or shape.is_empty:
        return ""
    flat = shapely.transform(shape, within.project)
    parts = shapely.get_parts(shapely.get_parts(flat) if flat.geom_type == "GeometryCollection" else flat)
    pieces: list[str] = []
    for part in np.atleast_1d(parts):
        pieces += _part(part, tolerance, radius, digits)
    return "".join(pieces)


def _part(part: Any, tolerance: float, radius: float, digits: int) -> list[str]:
    if part.is_empty or not np.isfinite(shapely.get_coordinates(part)).all():
        return []
    if part.geom_type == "Point":
        return [_circle(part.x, part.y, radius, digits)]
    if part.geom_type in {"LineString", "LinearRing"}:
        return [_line(shapely.get_coordinates(shapely.simplify(part, tolerance)), digits, closed=False)]
    if part.geom_type == "Polygon":
        rings = [part.exterior, *(ring for ring in part.interiors if _extent(ring) >= 2 * tolerance)]
        return [_ring(ring, tolerance, digits) for ring in rings]
    return [text for inner in shapely.get_parts(part) for text in _part(inner, tolerance, radius, digits)]


def _extent(shape: Any) -> float:
    west, south, east, north = (float(value) for value in shape.bounds)
    return max(east - west, north - south)


def _ring(ring: Any, tolerance: float, digits: int) -> str:
    coordinates = shapely.get_coordinates(shapely.simplify(ring, tolerance))[:-1]
    if len(coordinates) < 3 or _extent(ring) < tolerance:
        x, y = shapely.get_coordinates(ring).mean(axis=0)
        half = max(tolerance, 10.0**-digits)
        coordinates = np.array([[x - half, y + half], [x + half, y + half], [x, y - half]])
    return _line(coordinates, digits, closed=True)


def _line(coordinates: NDArray[np.float64], digits: int, *, closed: bool) -> str:
    """Relative moves, which are shorter; rounding errors don't add up, since each step starts from the
    rounded place."""
    scaled = np.round(coordinates * 10**digits).astype(np.int64)
    steps = np.diff(scaled, axis=0)
    moving = steps[(steps != 0).any(axis=1)]
    text = "".join(f"{_number(dx, digits)},{_number(dy, digits)} " for dx, dy in moving.tolist())
    first = f"M{_number(int(scaled[0][0]), digits)},{_number(int(scaled[0][1]), digits)}"
    return f"{first}l{text.strip()}{'z' if closed else ''}" if text else f"{first}{'z' if closed else 'h0'}"


def _number(value: int, digits: int) -> str:
    if digits == 0:
        return str(value)
    text = f"{value / 10**digits:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _circle(x: float, y: float, radius: float, digits: int) -> str:
    r = _number(round(radius * 10**digits), digits)
    d = _number(round(2 * radius * 10**digits), digits)
    left = _number(round((x - radius) * 10**digits), digits)
    middle = _number(round(y * 10**digits), digits)
    return f"M{left},{middle}a{r},{r} 0 1 0 {d},0a{r},{r} 0 1 0 -{d},0z"


def paths(geometries: Sequence[Any], within: Frame, **options: Any) -> list[str]:
    """`path` of each, in order."""
    return [path(one, within, **options) for one in geometries]
