"""Writers of sample layers: GeoJSON by hand, GeoPackage and zipped shapefile by OGR, the same bytes each time."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from portal.cli.demo.sheets import archive

_FIXED_DATE = "2026-01-15T02:00:00.000Z"
Value = str | int | float


@dataclass(frozen=True, slots=True)
class Features:
    """Features in EPSG:4326 with equal attribute names, in column order; one geometry type."""

    name: str
    geometry_type: str
    fields: tuple[str, ...]
    geometries: tuple[BaseGeometry, ...]
    values: tuple[tuple[Value, ...], ...]

    def __len__(self) -> int:
        """Number of features."""
        return len(self.geometries)


def as_geojson(features: Features) -> bytes:
    """RFC 7946 with 6 decimals, one feature a line."""
    lines = []
    for geometry, values in zip(features.geometries, features.values, strict=True):
        feature = {
            "type": "Feature",
            "properties": dict(zip(features.fields, values, strict=True)),
            "geometry": _rounded(mapping(geometry)),
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    head = json.dumps({"type": "FeatureCollection", "name": features.name}, ensure_ascii=False)[:-1]
    return (head + ', "features": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _rounded(geometry: Mapping[str, object]) -> dict[str, object]:
    def walk(part: object) -> object:
        if isinstance(part, float):
            return round(part, 6)
        return [walk(item) for item in part] if isinstance(part, (tuple, list)) else part

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}


def as_geopackage(features: Features, epsg: int = 4326) -> bytes:
    """A GeoPackage with one layer in `epsg`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{features.name}.gpkg"
        _write(path, features, epsg, "GPKG", features.fields, {"SPATIAL_INDEX": "YES"})
        return path.read_bytes()


def as_shapefile(features: Features, epsg: int = 4326) -> bytes:
    """A ZIP of .shp, .shx, .dbf, .prj and .cpg in `epsg`; attribute names are cut to ten bytes, as DBF asks."""
    fields = tuple(field[:10] for field in features.fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{features.name}.shp"
        options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": _FIXED_DATE[:10]}
        _write(path, features, epsg, "ESRI Shapefile", fields, options)
        return archive({item.name: item.read_bytes() for item in sorted(Path(folder).iterdir())})


def _write(
    path: Path, features: Features, epsg: int, driver: str, fields: Sequence[str], options: Mapping[str, str]
) -> None:
    import pyogrio

    columns = [np.array([row[i] for row in features.values], dtype=_dtype(features, i)) for i in range(len(fields))]
    geometries = [_project(geometry, epsg) for geometry in features.geometries]
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        pyogrio.raw.write(
            str(path),
            geometry=np.array(shapely.to_wkb(geometries), dtype=object),
            field_data=columns,
            fields=list(fields),
            geometry_type=features.geometry_type,
            crs=f"EPSG:{epsg}",
            driver=driver,
            layer=features.name,
            encoding="UTF-8" if driver == "ESRI Shapefile" else None,
            layer_options={key: value for key, value in options.items() if key != "ENCODING"},
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _dtype(features: Features, index: int) -> str:
    kinds = {type(row[index]) for row in features.values}
    if kinds <= {int}:
        return "int64"
    return "float64" if kinds <= {int, float} else "object"


def _project(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    if epsg == 4326:
        return geometry
    projected = shapely.transform(geometry, _transformer(epsg), interleaved=False)
    return shapely.set_precision(projected, 0.01, mode="pointwise")


@lru_cache(maxsize=4)
def _transformer(epsg: int) -> Callable[..., Any]:
    from pyproj import Transformer

    transform: Callable[..., Any] = Transformer.from_crs(4326, epsg, always_xy=True).transform
    return transform
