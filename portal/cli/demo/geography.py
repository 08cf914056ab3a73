"""The real regency that sample data is drawn in: outlines, areas, and people shared out over its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from config import regions
from config.profile import Profile
from config.vocabularies import read_rows
from portal.cli.demo import chance
from portal.cli.demo.model import DemoUnavailableError

#: Year of the real population figures (Kepmendagri 300.2.2-2430/2025) and of all last sample years.
LAST_YEAR = 2025
#: Growth of the population a year, for the years before.
GROWTH = 0.009
#: Kecamatan with ponds, coast or reservoir, where fish is farmed.
_WATERS = {
    "33.29": {"33.29.08", "33.29.09", "33.29.12", "33.29.13", "33.29.14"},
    "32.14": {"32.14.03", "32.14.05", "32.14.07", "32.14.08", "32.14.15"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A kecamatan or a village. `area` in km²; `north` runs from 0 (southern edge) to 1 (northern edge)."""

    code: str
    name: str
    parent: str
    population: int
    area: float
    villages: int
    north: float
    waters: bool
    outline: BaseGeometry

    def people(self, year: int) -> int:
        """Inhabitants at the end of `year`."""
        return round(self.population / (1 + GROWTH) ** (LAST_YEAR - year))

    def point(self, *key: object) -> Point:
        """A point inside, drawn for `key`."""
        west, south, east, north = self.outline.bounds
        draw = chance.generator(self.code, *key)
        for _ in range(200):
            point = Point(round(draw.uniform(west, east), 6), round(draw.uniform(south, north), 6))
            if self.outline.contains(point):
                return point
        inner = self.outline.representative_point()
        return Point(round(inner.x, 6), round(inner.y, 6))


@dataclass(frozen=True, slots=True)
class Geography:
    """One regency with its parts; `population`, `male`, `female` and `area` (km²) are the real figures."""

    code: str
    name: str
    short: str
    population: int
    area: float
    outline: BaseGeometry
    kecamatan: tuple[Place, ...]
    desa: tuple[Place, ...]

    def weight(self, place: Place, basis: str) -> float:
        """The share of `place` in its level for one basis; the shares of a level sum to 1."""
        level = self.desa if place.code.count(".") == 3 else self.kecamatan
        measure = _BASES[basis]
        return measure(place) / sum(measure(other) for other in level)

    def villages_of(self, code: str) -> tuple[Place, ...]:
        """Villages of one kecamatan."""
        return tuple(place for place in self.desa if place.parent == code)


_BASES: dict[str, Callable[[Place], float]] = {
    "penduduk": lambda place: float(place.population),
    "luas": lambda place: place.area,
    "desa": lambda place: float(place.villages),
    "merata": lambda _: 1.0,
    "sawah": lambda place: place.area * (0.15 + place.north),
    "hulu": lambda place: place.area * max(0.02, 0.75 - place.north) ** 2,
    "perairan": lambda place: place.area if place.waters else 0.0,
}


def _areas(features: list[dict[str, Any]], total: float) -> list[float]:
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    raw = [abs(ellipsoid.geometry_area_perimeter(shape(f["geometry"]))[0]) / 1e6 for f in features]
    return [area * total / sum(raw) for area in raw]


def _figure(table: str, code: str, column: str) -> float:
    for row in read_rows(table):
        if row["kode"] == code:
            return float(row[column])
    raise DemoUnavailableError(f"tidak ada angka {column} untuk {code}")


def _parts(code: str, level: regions.Level, area: float) -> list[tuple[dict[str, Any], float]]:
    features = sorted(regions.boundaries(code, level)["features"], key=lambda f: f["properties"]["kode"])
    return list(zip(features, _areas(features, area), strict=True))


def load(profile: Profile) -> Geography:
    """The geography of a profile. Raises DemoUnavailableError where no boundaries ship."""
    if profile.territory is None or not regions.has_boundaries(profile.territory.code):
        raise DemoUnavailableError(
            f"data peragaan memerlukan batas wilayah; profil {profile.name!r} tidak membawanya "
            "(tersedia untuk brebes dan purwakarta)"
        )
    return _load(profile.territory.code, profile.territory.name, profile.territory.short_name)


@lru_cache(maxsize=2)
def _load(code: str, name: str, short: str) -> Geography:
    population = round(_figure("penduduk_jenis_kelamin_jawa", code, "jumlah"))
    area = _figure("luas_wilayah_jawa", code, "luas_km2")
    outline = shape(regions.boundaries(code, "kabupaten")["features"][0]["geometry"])
    span = (outline.bounds[1], outline.bounds[3])
    parts = _parts(code, "kecamatan", area)
    # No population by kecamatan is at hand: the real total is shared out by villages and area.
    weights = [_town_weight(f["properties"]["kode"]) ** 0.85 * km2**0.15 for f, km2 in parts]
    people = chance.shares(weights, population)
    kecamatan = tuple(_place(part, count, code, span) for part, count in zip(parts, people, strict=True))
    desa: list[Place] = []
    villages = _parts(code, "desa", area)
    for parent in kecamatan:
        own = [part for part in villages if part[0]["properties"]["kode"].startswith(f"{parent.code}.")]
        spread = [km2**0.35 * chance.factor(0.2, "penduduk", f["properties"]["kode"]) for f, km2 in own]
        counts = chance.shares(spread, parent.population)
        desa.extend(_place(part, count, parent.code, span) for part, count in zip(own, counts, strict=True))
    return Geography(code, name, short, population, area, outline, kecamatan, tuple(desa))


def _town_weight(code: str) -> float:
    """Villages of a kecamatan, where a kelurahan (its number begins with 1) counts as more people."""
    villages = sum(2.6 if village.code[9] == "1" else 1.0 for village in regions.children(code))
    return villages * chance.factor(0.12, "penduduk", code)


def _place(part: tuple[dict[str, Any], float], people: int, parent: str, span: tuple[float, float]) -> Place:
    feature, km2 = part
    code = feature["properties"]["kode"]
    geometry = shape(feature["geometry"])
    north = max(0.0, min(1.0, (geometry.centroid.y - span[0]) / (span[1] - span[0])))
    waters = code[:8] in _WATERS.get(code[:5], set())
    villages = len(regions.children(code)) or 1
    return Place(code, feature["properties"]["nama"], parent, people, km2, villages, north, waters, geometry)
