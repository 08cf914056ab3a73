"""Region codes of the Ministry of Home Affairs (Kemendagri) and their bridge to BPS codes.

Codes are text: `PP`, `PP.KK`, `PP.KK.CC`, `PP.KK.CC.DDDD` (Permendagri 137/2017 article 4), stored with
dots and accepted without. BPS numbers the same places by another scheme in another order, so one code is
never derived from the other: only the bridge table speaks (domain specification, section 4).
Villages ship for the regencies that have a list; elsewhere a village is judged by its kecamatan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from config.vocabularies import read_rows

BOUNDARIES = Path(__file__).parent / "boundaries"

Level = Literal["provinsi", "kabupaten", "kecamatan", "desa"]
Scheme = Literal["kemendagri", "bps"]
Box = tuple[float, float, float, float]

_LEVELS: dict[int, Level] = {2: "provinsi", 4: "kabupaten", 6: "kecamatan", 10: "desa"}
_BPS_LEVELS: dict[int, Level] = {2: "provinsi", 4: "kabupaten", 7: "kecamatan", 10: "desa"}
_DOTTED = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?")


@dataclass(frozen=True, slots=True)
class Region:
    """One region. `bps` is empty where the bridge has no row; dates are None where no source states them."""

    code: str
    name: str
    level: Level
    parent: str
    bps: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""

    @property
    def label(self) -> str:
        """Code and name, as every code is shown: "33.29 Kabupaten Brebes"."""
        return f"{self.code} {self.name}"

    def valid_on(self, day: date) -> bool:
        """Whether the code itself was in force on `day` (its parents are not asked)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CodeFault:
    """Why a value is no Kemendagri code: `bukan_kode`, `kode_bps`, `tidak_dikenal` or `tidak_berlaku`.

    `message` is the Indonesian sentence, `suggestion` the code that was probably meant, or empty.
    """

    rule: str
    value: str
    message: str
    suggestion: str = ""


def normalize(value: str) -> str | None:
    """The dotted form of a Kemendagri code written with or without dots; None if it has no such shape."""
    text = value.strip()
    if _DOTTED.fullmatch(text):
        return text
    if not re.fullmatch(r"[0-9]+", text) or len(text) not in _LEVELS:
        return None
    return ".".join(part for part in (text[:2], text[2:4], text[4:6], text[6:]) if part)


def parent_code(code: str) -> str:
    """Code of the region that holds this one; empty for a province."""
    return code.rpartition(".")[0]


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


@lru_cache(maxsize=1)
def _index() -> MappingProxyType[str, Region]:
    bridge = {row["kode_kemendagri"]: row["kode_bps"] for row in read_rows("bps_bridge")}
    history = {row["kode"]: row for row in read_rows("region_history")}
    names = {
        row["code"]: row["name"]
        for table in ("provinces", "regencies", "districts", "villages")
        for row in read_rows(table)
    }
    names.update({code: row["nama"] for code, row in history.items() if code not in names})
    regions = {}
    for code in sorted(names):
        past = history.get(code)
        regions[code] = Region(
            code,
            names[code],
            _LEVELS[len(code.replace(".", ""))],
            parent_code(code),
            bridge.get(code, ""),
            _day(past["berlaku_dari"]) if past else None,
            _day(past["berlaku_sampai"]) if past else None,
            past["pengganti"] if past else "",
        )
    return MappingProxyType(regions)


@lru_cache(maxsize=1)
def _children() -> MappingProxyType[str, tuple[Region, ...]]:
    parts: dict[str, list[Region]] = {}
    for item in _index().values():
        parts.setdefault(item.parent, []).append(item)
    return MappingProxyType({code: tuple(items) for code, items in parts.items()})


@lru_cache(maxsize=1)
def _by_bps() -> MappingProxyType[str, str]:
    return MappingProxyType({row["kode_bps"]: row["kode_kemendagri"] for row in read_rows("bps_bridge")})


def region(code: str) -> Region | None:
    """The region with this Kemendagri code, dotted or not; None if unknown. Abolished codes are found too."""
    dotted = normalize(code)
    return _index().get(dotted) if dotted else None


def children(code: str, on: date | None = None) -> tuple[Region, ...]:
    """Direct parts of a region in code order, in force on `on` (today's list if None); "" gives provinces."""
    dotted = normalize(code) if code else ""
    found = _children().get(dotted, ()) if dotted is not None else ()
    return tuple(item for item in found if _in_force(item, on))


def descendants(code: str, level: Level, on: date | None = None) -> tuple[Region, ...]:
    """All parts of a region at one level, in code order."""
    found: list[Region] = []
    for item in children(code, on):
        if item.level == level:
            found.append(item)
        else:
            found.extend(descendants(item.code, level, on))
    return tuple(found)


def ancestors(code: str) -> tuple[Region, ...]:
    """The regions that hold this one, province first."""
    found: list[Region] = []
    item = region(code)
    while item is not None and item.parent:
        item = _index().get(item.parent)
        if item is not None:
            found.insert(0, item)
    return tuple(found)


def _in_force(item: Region, on: date | None) -> bool:
    if on is None:
        return item.valid_to is None
    return all(part.valid_on(on) for part in (*ancestors(item.code), item))


def valid_codes(level: Level | None = None, on: date | None = None) -> frozenset[str]:
    """Dotted codes in force on `on`, or in the current list if None, of one level or of all."""
    return frozenset(
        item.code for item in _index().values() if (level is None or item.level == level) and _in_force(item, on)
    )


def search_names(text: str, within: str = "", limit: int = 20) -> tuple[Region, ...]:
    """Regions whose name holds `text`, or whose code starts with it; larger regions and earlier hits first.

    "kab." and "kec." are read as the words they stand for; `within` keeps to parts of one region.
    """
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in text.casefold().split())
    prefix = normalize(within) if within else ""
    if not words or prefix is None:
        return ()
    ranked = []
    for item in _index().values():
        if item.valid_to is not None or (prefix and not item.code.startswith(prefix)):
            continue
        bare = item.name.casefold().removeprefix("kabupaten ").removeprefix("kota ")
        name = item.name.casefold() if item.level == "kabupaten" else f"{item.level} {item.name}".casefold()
        at = name.find(words)
        if at >= 0 or item.code.startswith(words):
            exact = words in (bare, item.name.casefold(), name)
            whole = bool(re.search(rf"\b{re.escape(words)}\b", name))
            ranked.append((not exact, not whole, len(item.code), at, item.code, item))
    return tuple(row[-1] for row in sorted(ranked)[:limit])


_ABBREVIATIONS = {
    "kab.": "kabupaten",
    "kab": "kabupaten",
    "kec.": "kecamatan",
    "kec": "kecamatan",
    "prov.": "provinsi",
}


def to_bps(code: str) -> str | None:
    """The BPS code of a Kemendagri code by the bridge; None where the bridge has no row."""
    item = region(code)
    return (item.bps or None) if item else None


def from_bps(code: str) -> Region | None:
    """The region of a BPS code by the bridge; None where the bridge has no row."""
    dotted = _by_bps().get(code.strip())
    return _index().get(dotted) if dotted else None


def schemes(value: str) -> frozenset[Scheme]:
    """The schemes in which `value` can be a code: by its shape, then by the lists that are loaded.

    Four digits can be both (7311 is Barru in Kemendagri and Bone in BPS); seven digits are BPS only.
    """
    text = value.strip()
    found: set[Scheme] = set()
    dotted = normalize(text)
    if dotted and _known(dotted):
        found.add("kemendagri")
    # BPS lists of all regencies do not ship; province numbers are the same in both schemes.
    if re.fullmatch("[0-9]+", text) and len(text) in _BPS_LEVELS and text[:2] in _index():
        found.add("bps")
    return frozenset(found)


def column_scheme(values: Iterable[str]) -> Scheme | None:
    """The one scheme that fits most of a column of codes; None when neither fits any. Ties are Kemendagri."""
    votes: dict[Scheme, int] = {"kemendagri": 0, "bps": 0}
    for value in values:
        for scheme in schemes(value):
            votes[scheme] += 1
    if not any(votes.values()):
        return None
    return "bps" if votes["bps"] > votes["kemendagri"] else "kemendagri"


def _known(dotted: str) -> bool:
    if dotted in _index():
        return True
    kecamatan, _, village = dotted.rpartition(".")
    # A village is judged by the list of its kecamatan where there is one, else by its shape: 1 is a
    # kelurahan, 2 a desa, 3 a desa adat (Permendagri 137/2017 article 4).
    return (
        len(village) == 4
        and kecamatan in _index()
        and kecamatan not in _children()
        and village[0] in "123"
        and village[1:] != "000"
    )


def check_code(value: str, on: date | None = None) -> CodeFault | None:
    """Judge one cell of a Kemendagri column (checks V3, T29); None when it is a code in force on `on`."""
    text = value.strip()
    dotted = normalize(text)
    if dotted is None or not _known(dotted):
        bridged = from_bps(text)
        if "bps" in schemes(text):
            hint = f"; kode Kemendagri-nya {bridged.label}" if bridged else ""
            message = f"{text} adalah kode BPS, bukan kode Kemendagri{hint}."
            return CodeFault("kode_bps", text, message, bridged.code if bridged else "")
        if dotted is None:
            return CodeFault("bukan_kode", text, f"{text!r} tidak berbentuk kode wilayah (PP.KK.CC.DDDD).")
        return CodeFault("tidak_dikenal", text, f"{dotted} tidak ada dalam daftar kode wilayah Kemendagri.")
    listed = _index().get(dotted) or _index()[parent_code(dotted)]
    for item in (*ancestors(listed.code), listed):
        if not (item.valid_on(on) if on else item.valid_to is None):
            when = f"pada {on.isoformat()}" if on else "lagi"
            successor = f"; penggantinya {item.successor}" if item.successor else ""
            message = f"{item.label} tidak berlaku {when}{successor}."
            return CodeFault("tidak_berlaku", text, message, item.successor)
    return None


def has_boundaries(code: str) -> bool:
    """Whether outlines of this regency and of its parts ship with the portal."""
    return (BOUNDARIES / f"{code}_kabupaten.geojson").exists()


@lru_cache(maxsize=8)
def boundaries(code: str, level: Level) -> dict[str, Any]:
    """GeoJSON FeatureCollection (EPSG:4326, lon/lat) of the parts of a regency at one level.

    `code` is a regency such as 33.29; or a province such as 33 with level `kabupaten`. Properties are
    `kode`, `nama`, `tingkat`. The result is shared: do not change it. Raises KeyError where none ships.
    """
    dotted = normalize(code)
    path = BOUNDARIES / f"{dotted}_{level}.geojson"
    if dotted is None or not path.exists():
        raise KeyError((code, level))
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@lru_cache(maxsize=1024)
def outline(code: str) -> dict[str, Any] | None:
    """GeoJSON geometry of a regency, kecamatan or village with shipped boundaries, else None."""
    item = region(code)
    if item is None or item.level == "provinsi":
        return None
    regency = item.code[:5]
    sources = [(regency, item.level)] + ([(item.code[:2], item.level)] if item.level == "kabupaten" else [])
    for place, level in sources:
        try:
            features = boundaries(place, level)["features"]
        except KeyError:
            continue
        for feature in features:
            if feature["properties"]["kode"] == item.code:
                geometry: dict[str, Any] = feature["geometry"]
                return geometry
    return None


@lru_cache(maxsize=1024)
def bbox(code: str) -> Box | None:
    """(west, south, east, north) in degrees of a region's outline; None if no outline ships."""
    geometry = outline(code)
    if geometry is None:
        return None
    points = list(_positions(geometry["coordinates"]))
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def _positions(coordinates: Any) -> Iterable[tuple[float, float]]:
    if isinstance(coordinates[0], (int, float)):
        yield (coordinates[0], coordinates[1])
    else:
        for part in coordinates:
            yield from _positions(part)
