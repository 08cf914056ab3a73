"""Names of CRS in GML, and the order of coordinates that each form of a name means (OGC 07-036 clause 10, 09-048)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import pyproj
from pyproj.exceptions import CRSError

_AUTHORITY = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:EPSG:[^:]*:|https?://www\.opengis\.net/def/crs/EPSG/[^/]+/)(\d{4,6})\Z", re.I
)
_PLAIN = re.compile(r"(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)(\d{4,6})\Z", re.I)


@dataclass(frozen=True, slots=True)
class Named:
    """A CRS by name: its EPSG code (None: not understood), and whether the file writes north before east."""

    name: str
    srid: int | None
    flipped: bool


@lru_cache(maxsize=64)
def named(name: str) -> Named:
    """URN and HTTP names follow the order of the authority; `EPSG:n` and the old `epsg.xml#n` are x before y."""
    text = name.strip()
    if "CRS84" in text.upper():
        return Named(text, 4326, flipped=False)
    if found := _AUTHORITY.match(text):
        return Named(text, int(found.group(1)), flipped=_north_first(int(found.group(1))))
    found = _PLAIN.match(text)
    return Named(text, int(found.group(1)) if found else None, flipped=False)


def _north_first(srid: int) -> bool:
    try:
        axes = pyproj.CRS.from_epsg(srid).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction.casefold() == "north"
