"""PMTiles: baking a layer's tiles into one file, and reading a tile back (PMTiles specification, version 3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    Compression,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geo.layers.types import Box
from geo.tiles import grid
from geo.tiles.grid import TileId
from geo.tiles.query import Tile

MAX_ZOOM = 12
MAX_TILES = 20_000
_WRITER: Any = Writer  # the package has no types
GetBytes = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class ZoomCount:
    """What a zoom shows at worst: the tile with the smallest share, as `shown` of `total`."""

    z: int
    tiles: int
    shown: int
    total: int
    largest: int


@dataclass(frozen=True, slots=True)
class Baked:
    """A PMTiles file: zooms it holds, tiles written, its size in bytes, and the counts by zoom."""

    path: Path
    min_zoom: int
    max_zoom: int
    tiles: int
    size: int
    zooms: tuple[ZoomCount, ...]


def bake_pmtiles(
    fetch_tile: Callable[[TileId], Tile],
    box: Box,
    zooms: range,
    out: Path,
    metadata: Mapping[str, Any],
    on_zoom: Callable[[int], None] | None = None,
) -> Baked:
    """Bakes the tiles of `zooms` (from 0) that touch `box` (EPSG:4326) into `out`, gzip within.

    Children of a tile that nothing touches aren't asked for. Baking stops at the last zoom with at most
    `MAX_TILES` tiles over the box: above that, tiles are made live. Same tiles and metadata, same bytes."""
    last = max((z for z in zooms if grid.count_in(box, z) <= MAX_TILES), default=zooms.start)
    counts: list[ZoomCount] = []
    with out.open("wb") as sink:
        writer = _WRITER(sink)
        wanted = sorted(grid.tiles_in(box, zooms.start), key=_order)
        for z in range(zooms.start, last + 1):
            filled: list[TileId] = []
            worst, largest, written = (0, 0), 0, 0
            for tile in wanted:
                found = fetch_tile(tile)
                if found.data or (z == zooms.start and not filled and tile == wanted[-1] and not written):
                    writer.write_tile(_order(tile), gzip.compress(found.data, 6, mtime=0))
                    written += 1
                if found.total:
                    filled.append(tile)
                    largest = max(largest, len(found.data))
                    worst = _worse(worst, (found.shown, found.total))
            counts.append(ZoomCount(z, written, *worst, largest))
            inside = set(grid.tiles_in(box, z + 1)) if z < last else set()
            wanted = sorted((child for one in filled for child in one.children if child in inside), key=_order)
            if on_zoom is not None:
                on_zoom(z)
        writer.finalize(_header(box, zooms.start, last), dict(metadata))
    total = sum(count.tiles for count in counts)
    return Baked(out, zooms.start, last, total, out.stat().st_size, tuple(counts))


def _order(tile: TileId) -> int:
    number: int = zxy_to_tileid(tile.z, tile.x, tile.y)
    return number


def _worse(known: tuple[int, int], found: tuple[int, int]) -> tuple[int, int]:
    if known[1] == 0:
        return found
    return min(known, found, key=lambda pair: (pair[0] / pair[1], pair))


def _header(box: Box, min_zoom: int, max_zoom: int) -> dict[str, Any]:
    west, south, east, north = (round(value * 1e7) for value in box)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": min(max_zoom, max(min_zoom, 9)),
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


class TileArchive:
    """Reads tiles from a PMTiles file by byte ranges (`get_bytes(offset, length)`), its directories kept.

    Raises ValueError when the bytes aren't a PMTiles archive."""

    def __init__(self, get_bytes: GetBytes) -> None:
        self._get_bytes = get_bytes
        try:
            self.header: Mapping[str, Any] = deserialize_header(get_bytes(0, 127))
        except Exception as failure:
            raise ValueError("not a PMTiles archive") from failure
        self._directory = lru_cache(maxsize=64)(self._read_directory)

    def _read_directory(self, offset: int, length: int) -> Sequence[Any]:
        entries: Sequence[Any] = deserialize_directory(self._get_bytes(offset, length))
        return entries

    @property
    def min_zoom(self) -> int:
        """The first zoom in the archive."""
        return int(self.header["min_zoom"])

    @property
    def max_zoom(self) -> int:
        """The last zoom that holds a tile."""
        return int(self.header["max_zoom"])

    def get(self, tile: TileId) -> bytes | None:
        """The tile as stored (gzip), or None when the archive has none there."""
        number = _order(tile)
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(4):  # the specification's depth of directories
            entry = find_tile(list(self._directory(offset, length)), number)
            if entry is None:
                return None
            if entry.run_length:
                return self._get_bytes(self.header["tile_data_offset"] + entry.offset, entry.length)
            offset = self.header["leaf_directory_offset"] + entry.offset
            length = entry.length
        return None


def open_file(path: Path) -> TileArchive:
    """An archive on disk; each read opens the file anew, so it may be used by threads."""

    def get_bytes(offset: int, length: int) -> bytes:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(length)

    return TileArchive(get_bytes)
