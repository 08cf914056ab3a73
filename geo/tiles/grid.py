"""Arithmetic of the Web Mercator tile grid (OGC two-dimensional tile matrix set WebMercatorQuad, XYZ order)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from geo.layers.types import Box

MAX_ZOOM = 24
MAX_LATITUDE = 85.0511287798066
HALF_WORLD = 20037508.342789244  # metres of EPSG:3857


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """A tile address. Raises ValueError when it lies outside the grid."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.z <= MAX_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z):
            raise ValueError(f"no such tile: {self.z}/{self.x}/{self.y}")

    @property
    def parent(self) -> TileId | None:
        """The tile one zoom up that holds it; None at the top."""
        return None if self.z == 0 else TileId(self.z - 1, self.x >> 1, self.y >> 1)

    @property
    def children(self) -> tuple[TileId, ...]:
        """The four tiles one zoom down."""
        z, x, y = self.z + 1, self.x << 1, self.y << 1
        return (TileId(z, x, y), TileId(z, x + 1, y), TileId(z, x, y + 1), TileId(z, x + 1, y + 1))


def lonlat_box(tile: TileId) -> Box:
    """The tile's box in EPSG:4326."""
    return (
        _longitude(tile.z, tile.x),
        _latitude(tile.z, tile.y + 1),
        _longitude(tile.z, tile.x + 1),
        _latitude(tile.z, tile.y),
    )


def mercator_box(tile: TileId) -> Box:
    """The tile's box in EPSG:3857, metres."""
    side = 2 * HALF_WORLD / (1 << tile.z)
    west, north = -HALF_WORLD + tile.x * side, HALF_WORLD - tile.y * side
    return (west, north - side, west + side, north)


def _longitude(z: int, x: int) -> float:
    return x / (1 << z) * 360.0 - 180.0


def _latitude(z: int, y: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << z)))))


def tile_at(lon: float, lat: float, z: int) -> TileId:
    """The tile that holds a point; points beyond the grid give its edge."""
    side = 1 << z
    x = math.floor((lon + 180.0) / 360.0 * side)
    sine = math.sin(math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))))
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * side)
    return TileId(z, min(max(x, 0), side - 1), min(max(y, 0), side - 1))


def tiles_in(box: Box, z: int) -> Iterator[TileId]:
    """All tiles of a zoom that touch a box of EPSG:4326, row by row."""
    west, south, east, north = box
    first, last = tile_at(west, north, z), tile_at(east, south, z)
    for y in range(first.y, last.y + 1):
        for x in range(first.x, last.x + 1):
            yield TileId(z, x, y)


def count_in(box: Box, z: int) -> int:
    """How many tiles `tiles_in` gives."""
    west, south, east, north = box
    first, last = tile_at(west, north, z), tile_at(east, south, z)
    return (last.x - first.x + 1) * (last.y - first.y + 1)


def unit(z: int) -> float:
    """Metres of EPSG:3857 of one unit of a tile's 4096."""
    return 2 * HALF_WORLD / (1 << z) / 4096
