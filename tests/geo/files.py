"""Awkward layer files made on the spot, and the region they should lie in."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from geo.formats import gdal
from geo.layers.types import Region

DATA = Path(__file__).parent.parent / "data" / "geo"
BOUNDARIES = Path(__file__).parent.parent.parent / "config" / "boundaries"
BREBES = Region("33.29", "Kabupaten Brebes", (108.69, -7.35, 109.20, -6.76), None, (32749, 23835))
SQUARES = [shapely.box(x, -7.0, x + 0.02, -6.98) for x in (108.9, 108.95, 109.0)]


def moved(shapes: Sequence[Any], srid: int) -> list[Any]:
    """The shapes, of EPSG:4326, in another CRS (longitude and easting first)."""
    way = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    return [shapely.transform(one, way.transform, interleaved=False) for one in shapes]


def esri_wkt(srid: int) -> str:
    """What ArcGIS writes into a .prj."""
    return str(pyproj.CRS.from_epsg(srid).to_wkt("WKT1_ESRI"))


def shapefile(
    folder: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[Any]] | None = None,
    *,
    prj: str | None = None,
    cpg: str | None = None,
    encoding: str = "UTF-8",
    stem: str = "lapisan",
) -> dict[str, bytes]:
    """The parts of a shapefile by suffix; `encoding` is what the attributes are really written in."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.shp"
    columns = columns or {"nama": [f"Desa {number}" for number in range(len(shapes))]}
    values = [
        np.array(column, dtype=object if isinstance(next(iter(column), ""), str) else None)
        for column in columns.values()
    ]
    gdal.restricted().raw.write(
        path, shapely.to_wkb(np.array(shapes, dtype=object)), values, list(columns), geometry_type="Unknown",
        driver="ESRI Shapefile", encoding="UTF-8", crs="EPSG:4326",
    )  # fmt: skip
    parts = {part.suffix: part.read_bytes() for part in folder.glob(f"{stem}.*")}
    if encoding != "UTF-8":  # this GDAL writes UTF-8 only
        rows = [[str(cell).encode(encoding) for cell in row] for row in zip(*columns.values(), strict=True)]
        parts[".dbf"] = dbf([(name.encode(), "C", 40, 0) for name in columns], rows)
    for suffix, text in ((".prj", prj), (".cpg", cpg)):
        parts.pop(suffix, None)
        if text is not None:
            parts[suffix] = text.encode()
    return parts


def zipped(target: Path, members: Mapping[str, bytes]) -> Path:
    """A zip of the given names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def zipped_shapefile(target: Path, shapes: Sequence[Any], **options: Any) -> Path:
    """A zipped shapefile, all parts under one stem."""
    parts = shapefile(target.parent / f"{target.stem}-bagian", shapes, **options)
    return zipped(target, {f"lapisan{suffix}": content for suffix, content in parts.items()})


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature of a shapely geometry (or None)."""
    shape = None if geometry is None else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": shape}


def geojson(target: Path, features: Sequence[Mapping[str, Any]], **members: Any) -> Path:
    """A FeatureCollection with more members."""
    target.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}))
    return target


def dbf(fields: Sequence[tuple[bytes, str, int, int]], rows: Sequence[Sequence[bytes]], ldid: int = 0) -> bytes:
    """A dBASE file of raw cells (name, kind, width, decimals)."""
    out = io.BytesIO()
    width = 1 + sum(one[2] for one in fields)
    out.write(struct.pack("<BBBBIHH16xBBxx", 3, 26, 1, 1, len(rows), 33 + 32 * len(fields), width, 0, ldid))
    for name, kind, size, decimals in fields:
        out.write(struct.pack("<11sc4xBB14x", name, kind.encode(), size, decimals))
    out.write(b"\r")
    for row in rows:
        out.write(b" " + b"".join(cell.ljust(one[2]) for cell, one in zip(row, fields, strict=True)))
    return out.getvalue() + b"\x1a"
