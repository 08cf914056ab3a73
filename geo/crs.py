"""Coordinate reference systems: what a file says, what its coordinates say, and the way to EPSG:4326.

The accepted codes are those of domain.md 6.4 (Circular BIG 6/2021 and the older systems of the archives).
Everything here takes and gives x before y (longitude before latitude), whatever order EPSG prescribes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, Transformer, TransformerGroup

from geo.errors import bad
from geo.formats.base import Geometries, RawReference
from geo.layers.types import Box, CrsCandidate, CrsStatus, Region, SpatialReference

Coordinates = NDArray[np.float64]

ACCEPTED: tuple[int, ...] = (
    4326,
    9470,
    4755,
    *range(32747, 32755),
    *range(23830, 23846),
    *range(9487, 9495),
    *range(23877, 23885),
    *range(32646, 32653),
    *range(9476, 9483),
    *range(23866, 23873),
    3857,
    4238,
    4211,
)
MARGIN = 0.1  # degrees around the regency's box, domain.md 6.4
MIN_CONFIDENCE = 70
_SHOWN = 10
_INDONESIA: Box = (94.0, -12.0, 142.0, 7.0)


@dataclass(frozen=True, slots=True)
class Known:
    """A CRS that is known: `srid` None where its WKT matches no EPSG code well enough."""

    crs: Any
    srid: int | None
    name: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Transformation:
    """The way to EPSG:4326: what PROJ calls it and its accuracy in metres (None: unknown)."""

    description: str
    accuracy: float | None
    transformer: Any = field(compare=False)

    def apply(self, coordinates: Coordinates) -> Coordinates:
        """Longitude and latitude of (n, 2) coordinates; what can't be transformed becomes infinite."""
        if self.transformer is None or len(coordinates) == 0:
            return coordinates
        east, north = self.transformer.transform(coordinates[:, 0], coordinates[:, 1])
        return np.column_stack((east, north))


@lru_cache(maxsize=128)
def from_srid(srid: int) -> Known:
    """The CRS of an EPSG code. Raises `BadInputError` for a code that isn't a horizontal CRS."""
    try:
        crs = pyproj.CRS.from_epsg(srid)
    except CRSError:
        raise bad("crs.kode", "Kode EPSG {srid} tidak dikenal.", srid=srid) from None
    if not (crs.is_geographic or crs.is_projected):
        raise bad("crs.kode", "EPSG {srid} bukan sistem koordinat mendatar.", srid=srid)
    return Known(crs, srid, crs.name, 100)


def from_wkt(text: str) -> Known | None:
    """The CRS of a WKT text (ESRI's, GDAL's or ISO 19162), matched to EPSG where PROJ is at least 70 % sure;
    None when the text isn't a horizontal CRS (empty, garbage, a local engineering system)."""
    try:
        crs = pyproj.CRS.from_wkt(text)
    except CRSError:
        return None
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound and crs.sub_crs_list:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        return None
    matches = [match for match in crs.list_authority(min_confidence=MIN_CONFIDENCE) if match.auth_name == "EPSG"]
    if not matches:
        return Known(crs, None, crs.name, 0)
    best = max(matches, key=lambda match: (match.confidence, int(match.code) in ACCEPTED))
    return Known(pyproj.CRS.from_epsg(int(best.code)), int(best.code), crs.name, int(best.confidence))


def identify(raw: RawReference) -> Known | None:
    """What the file says: its EPSG code first, then its WKT; None when it says nothing usable."""
    if raw.srid is not None:
        try:
            return from_srid(raw.srid)
        except Exception:  # noqa: BLE001 (a foreign code falls back on the WKT beside it)
            return from_wkt(raw.wkt) if raw.wkt else None
    return from_wkt(raw.wkt) if raw.wkt.strip() else None


def transformation(known: Known, region: Region | None) -> Transformation:
    """The best operation to EPSG:4326 for the region (else for Indonesia), by PROJ's own database, offline."""
    if known.srid == 4326:
        return Transformation("tanpa transformasi", 0.0, None)
    west, south, east, north = region.box if region is not None else _INDONESIA
    try:
        group = TransformerGroup(
            known.crs,
            pyproj.CRS.from_epsg(4326),
            always_xy=True,
            area_of_interest=AreaOfInterest(west, south, east, north),
        )
        best = next(iter(group.transformers), None)
    except ProjError:
        best = None
    if best is None:
        best = Transformer.from_crs(known.crs, 4326, always_xy=True)
    accuracy = float(best.accuracy) if best.accuracy is not None and best.accuracy >= 0 else None
    return Transformation(_plain(str(best.description)), accuracy, best)


def _plain(description: str) -> str:
    return " + ".join(part for part in description.split(" + ") if not part.startswith("axis order change"))


def share_inside(lonlat: Coordinates, region: Region) -> float:
    """Share of the points inside the regency's box widened by `MARGIN`; 0 for none."""
    if len(lonlat) == 0:
        return 0.0
    west, south, east, north = region.box
    x, y = lonlat[:, 0], lonlat[:, 1]
    inside = (x >= west - MARGIN) & (x <= east + MARGIN) & (y >= south - MARGIN) & (y <= north + MARGIN)
    return float(np.count_nonzero(inside)) / len(lonlat)


def _share_in_outline(lonlat: Coordinates, region: Region) -> float:
    """Share inside the regency's polygon, to tell apart zones that all land in the box."""
    if region.outline is None or len(lonlat) == 0:
        return 0.0
    polygon = shapely.geometry.shape(dict(region.outline))
    shapely.prepare(polygon)
    return float(np.count_nonzero(shapely.intersects_xy(polygon, lonlat[:, 0], lonlat[:, 1]))) / len(lonlat)


@lru_cache(maxsize=128)
def _quick(srid: int) -> Any:
    return None if srid == 4326 else Transformer.from_crs(from_srid(srid).crs, 4326, always_xy=True)


def _trial(srid: int, points: Coordinates) -> Coordinates:
    return Transformation("", None, _quick(srid)).apply(points)


def candidates(points: Coordinates, shapes: Geometries, region: Region) -> tuple[CrsCandidate, ...]:
    """Every accepted CRS that puts the sampled vertices into the regency, likeliest first (at most ten).

    Ranked by the share inside the box, then inside the polygon, then as it stands before swapped axes, then
    by the region's own zones, WGS 84 first among systems that differ by less than a metre."""
    order = tuple(dict.fromkeys((4326, *region.preferred_srids, *ACCEPTED)))
    tried: list[tuple[float, float, bool, int, int]] = []
    for swapped in (False, True):
        given = points[:, ::-1] if swapped else points
        for rank, srid in enumerate(order):
            lonlat = _trial(srid, given)
            inside = share_inside(lonlat, region)
            if inside > 0:
                tried.append((-round(inside, 3), -round(_share_in_outline(lonlat, region), 3), swapped, rank, srid))
    return tuple(candidate(srid, swapped, points, shapes, region) for _, _, swapped, _, srid in sorted(tried)[:_SHOWN])


def candidate(srid: int, swapped: bool, points: Coordinates, shapes: Geometries, region: Region) -> CrsCandidate:
    """One CRS tried on the sample, with what a map needs to show where it lands."""
    known = from_srid(srid)
    way = transformation(known, region)
    lonlat = way.apply(points[:, ::-1] if swapped else points)
    outline = sample_outline(shapes, way, swapped)
    return CrsCandidate(
        srid, known.name, round(share_inside(lonlat, region), 4), bounds_of(lonlat), outline, swapped,
        way.description, way.accuracy,
    )  # fmt: skip


def bounds_of(lonlat: Coordinates) -> Box:
    """The box of the finite points; a box of zeros when there is none."""
    finite = lonlat[np.isfinite(lonlat).all(axis=1)]
    if len(finite) == 0:
        return (0.0, 0.0, 0.0, 0.0)
    west, south = finite.min(axis=0)
    east, north = finite.max(axis=0)
    return (float(west), float(south), float(east), float(north))


def to_lonlat(shapes: Geometries, way: Transformation, swapped: bool) -> Geometries:
    """The geometries in EPSG:4326 in two dimensions; a geometry that can't be transformed keeps infinite
    coordinates (see `geo.checks`)."""
    deep = bool((shapely.get_coordinate_dimension(shapes) > 2).any())
    flat = shapely.force_2d(shapes) if deep else shapes.copy()
    if way.transformer is None and not swapped:
        return flat
    coordinates = shapely.get_coordinates(flat)
    moved = way.apply(coordinates[:, ::-1] if swapped else coordinates)
    return shapely.set_coordinates(flat, moved)


def sample_outline(shapes: Geometries, way: Transformation, swapped: bool) -> Mapping[str, Any]:
    """A GeoJSON Multi geometry of the sample in EPSG:4326, rounded to six decimals."""
    moved = to_lonlat(shapes, way, swapped)
    parts = shapely.get_parts(moved)
    dimension = shapely.get_dimensions(parts)
    finite = np.isfinite(shapely.bounds(parts)).all(axis=1) if len(parts) else np.zeros(0, bool)
    if not finite.any():
        return {"type": "MultiPoint", "coordinates": []}
    top = int(dimension[finite].max())
    chosen = list(parts[finite & (dimension == top)])
    return _rounded(_MULTI[top](chosen))


_MULTI: Mapping[int, Callable[[list[Any]], Any]] = {
    0: shapely.multipoints,
    1: shapely.multilinestrings,
    2: shapely.multipolygons,
}


def _rounded(shape: Any) -> Mapping[str, Any]:
    """GeoJSON with six decimals, as boundaries in this house have (about a decimetre)."""
    moved = shapely.transform(shape, lambda coordinates: np.round(coordinates, 6))
    outline: Mapping[str, Any] = shapely.geometry.mapping(moved)
    return outline


def reference(
    known: Known | None,
    raw: RawReference,
    status: CrsStatus,
    way: Transformation | None,
    found: tuple[CrsCandidate, ...],
) -> SpatialReference:
    """The record of all this that is stored beside the layer."""
    return SpatialReference(
        status=status,
        srid=known.srid if known else None,
        name=known.name if known else "",
        confidence=known.confidence if known else 0,
        wkt=raw.wkt,
        wkt2=known.crs.to_wkt("WKT2_2019") if known else "",
        transformation=way.description if way else "",
        accuracy=way.accuracy if way else None,
        candidates=found,
    )
