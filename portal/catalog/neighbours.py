"""Which regions touch, read from the outlines that ship with the portal: pure, counted once a regency."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache

from config import regions
from portal.web.geometry import Geometry, Ring, outlines, parts

Cell = tuple[int, int]
#: How near two edges must run to be one (degrees; 0.001° is about 110 m): outlines of a level are simplified apart.
NEAR: dict[regions.Level, float] = {"kabupaten": 0.002, "kecamatan": 0.002, "desa": 0.0005}
#: A common corner is no common edge: this many steps of the edge must lie side by side.
SHARED_STEPS = 4


@lru_cache(maxsize=16)
def touching(code: str, level: regions.Level) -> dict[str, tuple[str, ...]]:
    """For each region of `level` in `code` (a regency, or a province for `kabupaten`): codes of those it touches.

    Empty where no outlines ship.
    """
    try:
        shapes = outlines(regions.boundaries(code, level))
    except KeyError:
        return {}
    edges = {shape.code: set(_cells(shape.geometry, NEAR[level])) for shape in shapes}
    owners: dict[Cell, set[str]] = {}
    for name, cells in edges.items():
        for x, y in cells:
            for near in ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
                owners.setdefault(near, set()).add(name)
    found: dict[str, tuple[str, ...]] = {}
    for name, cells in edges.items():
        shared: dict[str, int] = {}
        for cell in cells:
            for other in owners[cell] - {name}:
                shared[other] = shared.get(other, 0) + 1
        found[name] = tuple(sorted(other for other, count in shared.items() if count >= SHARED_STEPS))
    return found


def neighbours(item: regions.Region) -> tuple[regions.Region, ...]:
    """Regions of the same level that touch this one and whose outlines ship, in code order."""
    above = item.code[:2] if item.level == "kabupaten" else item.code[:5]
    found = (regions.region(code) for code in touching(above, item.level).get(item.code, ()))
    return tuple(place for place in found if place is not None)


def _cells(geometry: Geometry, size: float) -> Iterator[Cell]:
    """The cells of a grid of `size` degrees that the edges of a geometry run through."""
    for kind, rings in parts(geometry):
        for ring in rings if kind == "polygon" else ():
            yield from _edge_cells(ring, size)


def _edge_cells(ring: Ring, size: float) -> Iterator[Cell]:
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        steps = max(1, math.ceil(max(abs(x2 - x1), abs(y2 - y1)) / size))
        for step in range(steps + 1):
            share = step / steps
            yield (math.floor((x1 + (x2 - x1) * share) / size), math.floor((y1 + (y2 - y1) * share) / size))
