"""A big layer for the benchmarks: irregular polygons side by side, written in pieces so that memory stays flat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bench.generator import DEFAULT_SEED

_BOX = (108.69, -7.35, 109.20, -6.76)
_CLASSES = np.array(["Sawah", "Tegalan", "Permukiman", "Hutan", "Kebun campuran", "Tambak"], dtype=object)
_DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
_VERTICES = 16


def polygons(start: int, stop: int, total: int, seed: int = DEFAULT_SEED) -> NDArray[Any]:
    """Polygons number `start` to `stop` of a layer of `total`: valid, in EPSG:4326, one in each cell of a grid."""
    side = int(np.ceil(np.sqrt(total)))
    west, south, east, north = _BOX
    width, height = (east - west) / side, (north - south) / side
    number = np.arange(start, stop)
    chance = np.random.default_rng([seed, start, stop])
    angles = np.linspace(0, 2 * np.pi, _VERTICES, endpoint=False)
    radius = chance.uniform(0.30, 0.49, (len(number), _VERTICES))
    centre_x = west + (number % side + 0.5) * width
    centre_y = south + (number // side + 0.5) * height
    x = centre_x[:, None] + radius * np.cos(angles) * width
    y = centre_y[:, None] + radius * np.sin(angles) * height
    rings = np.stack([x, y], axis=-1)
    return np.asarray(shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1)))


def write_polygons(path: Path, count: int = 100_000, seed: int = DEFAULT_SEED, chunk: int = 20_000) -> int:
    """A layer of `count` polygons and 6 attributes; the suffix chooses the format (.gpkg, .shp, …).

    Returns the bytes of `path` alone. Raises KeyError for another suffix.
    """
    from pyogrio.raw import write

    driver = _DRIVERS[path.suffix]
    for start in range(0, count, chunk):
        stop = min(count, start + chunk)
        number = np.arange(start, stop)
        chance = np.random.default_rng([seed, start])
        codes = np.array([f"33.29.{1 + i % 17:02d}.{2001 + i % 11}" for i in number.tolist()], dtype=object)
        write(
            str(path),
            geometry=shapely.to_wkb(polygons(start, stop, count, seed)),
            field_data=[
                number.astype("int64"),
                codes,
                np.array([f"Bidang {i}" for i in number.tolist()], dtype=object),
                _CLASSES[chance.integers(0, len(_CLASSES), len(number))],
                np.round(chance.uniform(0.1, 90.0, len(number)), 2),
                chance.integers(2015, 2026, len(number)).astype("int64"),
            ],
            fields=["nomor", "kode_desa", "nama", "kelas", "luas_ha", "tahun"],
            geometry_type="Polygon",
            crs="EPSG:4326",
            driver=driver,
            append=start > 0,
        )
    return path.stat().st_size
