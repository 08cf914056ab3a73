"""What is learnt while the batches of a layer pass by: counts, boxes, a sample for the map, odd features."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import Coordinates
from geo.formats.base import Batch, Geometries, as_geometries

_SAMPLE_SHAPES = 400
_SAMPLE_POINTS = 4000
_KEPT = 200


@dataclass(frozen=True, slots=True)
class Invalid:
    """An invalid geometry: GEOS's reason and the place in the file's own coordinates, None if not given."""

    feature: int
    reason: str
    place: tuple[float, float] | None


@dataclass(slots=True)
class Survey:
    """Accumulates over batches; `bounds` are in the file's own coordinates, one row a feature."""

    count: int = 0
    types: Counter[str] = field(default_factory=Counter)
    invalid: list[Invalid] = field(default_factory=list)
    invalid_count: int = 0
    empty: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    has_z: bool = False
    _bounds: list[NDArray[np.float64]] = field(default_factory=list)
    _hashes: list[NDArray[np.int64]] = field(default_factory=list)
    _points: list[Coordinates] = field(default_factory=list)
    _shapes: list[Geometries] = field(default_factory=list)

    def add(self, batch: Batch) -> NDArray[np.bool_]:
        """Takes one batch; returns which of its geometries are invalid."""
        shapes = batch.geometry
        present = ~shapely.is_missing(shapes)
        empty = ~present | shapely.is_empty(shapes)
        self.count += len(batch)
        self.unreadable.update(batch.unreadable)
        numbers = np.flatnonzero(empty) + batch.start
        self.empty += [int(number) for number in numbers if int(number) not in batch.unreadable]
        codes = shapely.get_type_id(shapes[present])
        for code, total in zip(*np.unique(codes, return_counts=True), strict=True):
            self.types[shapely.GeometryType(int(code)).name] += int(total)
        self.has_z = self.has_z or bool(shapely.has_z(shapes[present]).any())
        self._bounds.append(shapely.bounds(shapes))
        self._hash(batch, empty)
        self._sample(shapes[~empty])
        return self._validity(batch, empty)

    def _validity(self, batch: Batch, empty: NDArray[np.bool_]) -> NDArray[np.bool_]:
        invalid: NDArray[np.bool_] = ~shapely.is_valid(batch.geometry) & ~empty
        places = np.flatnonzero(invalid)
        self.invalid_count += len(places)
        for index in places[: max(0, _KEPT - len(self.invalid))]:
            reason, place = _reason(str(shapely.is_valid_reason(batch.geometry[index])))
            self.invalid.append(Invalid(batch.start + int(index), reason, place))
        return invalid

    def _hash(self, batch: Batch, empty: NDArray[np.bool_]) -> None:
        """Fingerprints for duplicates: points count as doubled only with all their attributes."""
        wkbs = shapely.to_wkb(batch.geometry, output_dimension=2)
        points = shapely.get_dimensions(batch.geometry) == 0
        if not points.any():
            hashes = [0 if void else hash(wkb) for wkb, void in zip(wkbs, empty, strict=True)]
            self._hashes.append(np.array(hashes, dtype=np.int64))
            return
        rows = list(zip(*batch.columns, strict=True)) if batch.columns else [()] * len(batch)
        hashes = [
            0 if void else hash((wkb, row)) if point else hash(wkb)
            for wkb, row, point, void in zip(wkbs, rows, points, empty, strict=True)
        ]
        self._hashes.append(np.array(hashes, dtype=np.int64))

    def _sample(self, shapes: Geometries) -> None:
        """Keeps an even sample by halving it whenever it is full."""
        if len(shapes) == 0:
            return
        step = max(1, len(shapes) // _SAMPLE_SHAPES)
        self._shapes.append(shapes[::step])
        coordinates = shapely.get_coordinates(shapes[::step])
        self._points.append(coordinates[:: max(1, len(coordinates) // _SAMPLE_POINTS)])
        if len(self._shapes) > 16:
            self._shapes = [as_geometries(np.concatenate(self._shapes))[::16]]
            self._points = [np.concatenate(self._points)[::16]]

    @property
    def points(self) -> Coordinates:
        """Sampled vertices, (n, 2), at most a few thousand."""
        return np.concatenate(self._points) if self._points else np.zeros((0, 2))

    @property
    def shapes(self) -> Geometries:
        """Sampled shapes, simplified until they have at most a few thousand vertices, in the file's own
        coordinates."""
        if not self._shapes:
            return as_geometries([])
        shapes = as_geometries(np.concatenate(self._shapes))
        shapes = shapes[:: max(1, len(shapes) // _SAMPLE_SHAPES)]
        box = shapely.total_bounds(shapes)
        extent = max(box[2] - box[0], box[3] - box[1])
        if not np.isfinite(extent):
            return as_geometries([])
        for share in (800, 400, 200, 100, 50):
            simple = shapely.simplify(shapes, extent / share)
            if int(shapely.get_num_coordinates(simple).sum()) <= _SAMPLE_POINTS:
                break
        return simple

    @property
    def bounds(self) -> NDArray[np.float64]:
        """One box (west, south, east, north) a feature; NaN for a feature without geometry."""
        return np.concatenate(self._bounds) if self._bounds else np.zeros((0, 4))

    def duplicates(self) -> list[tuple[int, int]]:
        """Pairs (feature, earlier feature it repeats), in file order."""
        if not self._hashes:
            return []
        hashes = np.concatenate(self._hashes)
        order = np.argsort(hashes, kind="stable")
        ranked = hashes[order]
        same = np.flatnonzero((ranked[1:] == ranked[:-1]) & (ranked[1:] != 0)) + 1
        first = order.copy()
        for place in same:
            first[place] = first[place - 1]
        return sorted((int(order[place]) + 1, int(first[place]) + 1) for place in same)


def _reason(text: str) -> tuple[str, tuple[float, float] | None]:
    """GEOS says `Self-intersection[108.9 -7.1]`."""
    reason, _, rest = text.partition("[")
    try:
        x, y = (float(part) for part in rest.rstrip("]").split()[:2])
    except ValueError:
        return reason, None
    return reason, (x, y)
