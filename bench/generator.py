"""Seeded, realistic input for the benchmarks: catalogues of 1,000 to 100,000 datasets, a big table, a big layer.

The same seed gives the same data on every machine; dataset number i is the same whatever the size of the
catalogue, so that figures of different sizes can be compared.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import words
from config import regions, vocabularies
from config.profile import Profile, load_profile

if TYPE_CHECKING:
    from search.documents import SearchDocument

DEFAULT_SEED = 20261124
_NAMESPACE = uuid.UUID("0d0fd6ae-61cf-4c2c-9a7c-5f4f6a3a3f10")
_PROFILES = ("brebes", "purwakarta", "barru", "banjar", "bengkulu-tengah")
_START = datetime(2019, 1, 1, tzinfo=UTC)
_LICENCES = (("cc-by", 60), ("cc-zero", 12), ("odc-by", 10), ("odc-odbl", 8), ("other-open", 6), ("notspecified", 4))
_TABLE_FORMATS = (("CSV", 55), ("XLSX", 30), ("JSON", 8), ("PDF", 5), ("ODS", 2))
_LAYER_FORMATS = (("GeoJSON", 45), ("SHP", 35), ("GPKG", 15), ("KML", 5))
_LEVELS = (("kecamatan", 50), ("kabupaten", 28), ("desa", 16), ("titik", 6))
_FREQUENCIES = (("tahunan", 60), ("semesteran", 12), ("triwulanan", 8), ("bulanan", 14), ("sewaktu-waktu", 6))


@dataclass(frozen=True, slots=True)
class _Place:
    profile: Profile
    code: str
    name: str
    box: tuple[float, float, float, float]
    kecamatan: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _places() -> tuple[_Place, ...]:
    found = []
    for name in _PROFILES:
        profile = load_profile(name)
        territory = profile.territory
        if territory is not None:
            parts = tuple((item.code, item.name) for item in regions.children(territory.code))
            found.append(_Place(profile, territory.code, territory.name, territory.box, parts))
    return tuple(found)


def _pick(draw: random.Random, choices: tuple[tuple[str, int], ...]) -> str:
    return draw.choices([name for name, _ in choices], [weight for _, weight in choices])[0]


def _id(*key: object) -> str:
    return str(uuid.uuid5(_NAMESPACE, "|".join(str(part) for part in key)))


def datasets(n: int, seed: int = DEFAULT_SEED) -> Iterator[dict[str, Any]]:
    """`n` CKAN package dicts, plain JSON values, one at a time.

    Beside CKAN's keys each has `jenis_data`, `tingkat_penyajian`, `cakupan_wilayah` (codes), `region_names`,
    `periode` (first and last year), `bbox` (west, south, east, north; EPSG:4326), `columns`, `downloads`.
    """
    for number in range(n):
        yield dataset(number, seed)


def dataset(number: int, seed: int = DEFAULT_SEED) -> dict[str, Any]:
    """Package number `number` of the catalogue of `seed`."""
    draw = random.Random(f"{seed}|{number}")
    place = draw.choices(_places(), (40, 25, 12, 13, 10))[0]
    # Some subjects are common and most are rare, as in real portals.
    topic = words.TOPICS[min(int(draw.paretovariate(0.5)) - 1, 10**6) % len(words.TOPICS)]
    layer = topic.layer and draw.random() < 0.45
    level = "titik" if layer and draw.random() < 0.5 else _pick(draw, _LEVELS)
    part = draw.choice(place.kecamatan) if draw.random() < 0.35 else None
    first = draw.randint(2012, 2025)
    last = min(2025, first + draw.choice((0, 0, 0, 1, 4, 9)))
    title = _title(draw, topic, place, part, level, (first, last))
    agency = place.profile.agency_for(topic.bidang)
    group = vocabularies.subject_group("brebes-11", topic.group)
    key = _id(seed, number)
    return {
        "id": key,
        "name": f"{words.slug(title)[:80].rstrip('-')}-{number}",
        "title": title,
        "notes": _notes(draw, topic, place, part, title, agency.name),
        "type": "dataset",
        "state": "active",
        "private": False,
        "author": agency.name,
        "maintainer": agency.abbreviation,
        **_times(draw),
        **_licence(draw),
        "owner_org": _id(place.code, agency.slug),
        "organization": {
            "id": _id(place.code, agency.slug),
            "name": f"{agency.slug}-{place.profile.name}",
            "title": agency.name,
        },
        "groups": [{"id": _id("grup", group.letter), "name": group.slug, "title": group.label}],
        "tags": [{"name": tag} for tag in _tags(draw, topic, place, part)],
        "resources": _resources(draw, key, title, layer=layer),
        "jenis_data": "geospasial_tematik" if layer else "statistik_sektoral",
        "tingkat_penyajian": level,
        "frekuensi": _pick(draw, _FREQUENCIES),
        "cakupan_wilayah": [part[0] if part else place.code],
        "region_names": [part[1] if part else place.name],
        "periode": [first, last],
        "bbox": _bbox(draw, place, part, layer=layer),
        "columns": list(topic.columns),
        "downloads": int(draw.paretovariate(0.7)) - 1 if draw.random() < 0.8 else 0,
    }


def _times(draw: random.Random) -> dict[str, str]:
    created = _START + timedelta(minutes=draw.randint(0, 3_900_000))
    modified = created + timedelta(minutes=draw.randint(0, 200_000))
    return {"metadata_created": created.isoformat(), "metadata_modified": modified.isoformat()}


def _licence(draw: random.Random) -> dict[str, Any]:
    licence = vocabularies.licences()[_pick(draw, _LICENCES)]
    return {"license_id": licence.id, "license_title": licence.title, "isopen": licence.is_open}


def _title(
    draw: random.Random,
    topic: words.Topic,
    place: _Place,
    part: tuple[str, str] | None,
    level: str,
    years: tuple[int, int],
) -> str:
    opening = draw.choice(topic.subjects)
    by = f" menurut {draw.choice(topic.breakdowns)}" if topic.breakdowns and draw.random() < 0.6 else ""
    by = by or (f" menurut {level}" if level in {"kecamatan", "desa"} and draw.random() < 0.5 else "")
    where = f" di Kecamatan {part[1]}" if part else draw.choice((f" {place.name}", f" di {place.name}", ""))
    first, last = years
    when = f" tahun {first}" if first == last else f" tahun {first}–{last}"
    return f"{opening}{by}{where}{when if draw.random() < 0.7 else ''}"


def _notes(
    draw: random.Random, topic: words.Topic, place: _Place, part: tuple[str, str] | None, title: str, agency: str
) -> str:
    where = f"Kecamatan {part[1]}, {place.name}" if part else place.name
    sentences = [f"Dataset ini memuat {title[0].lower()}{title[1:]}.", *draw.sample(topic.sentences, k=1)]
    sentences += draw.sample(words.SENTENCES, k=draw.randint(1, 4))
    return " ".join(sentence.format(where=where, agency=agency) for sentence in sentences)


def _tags(draw: random.Random, topic: words.Topic, place: _Place, part: tuple[str, str] | None) -> list[str]:
    tags = draw.sample(topic.tags, k=min(len(topic.tags), draw.randint(2, 4)))
    if draw.random() < 0.4:
        tags.append((part[1] if part else place.profile.short_title.removeprefix("Satu Data ")).lower())
    return sorted(set(tags))


def _resources(draw: random.Random, key: str, title: str, *, layer: bool) -> list[dict[str, Any]]:
    chosen = {_pick(draw, _LAYER_FORMATS if layer else _TABLE_FORMATS) for _ in range(draw.choice((1, 1, 2, 3)))}
    return [
        {
            "id": _id(key, format_),
            "package_id": key,
            "name": title,
            "format": format_,
            "url": f"https://data.example/dataset/{key}/{format_.lower()}",
            "size": draw.randint(2_000, 40_000_000),
            "position": position,
        }
        for position, format_ in enumerate(sorted(chosen))
    ]


def _bbox(draw: random.Random, place: _Place, part: tuple[str, str] | None, *, layer: bool) -> list[float] | None:
    if not layer and draw.random() < 0.15:
        return None
    known = regions.bbox(part[0]) if part else None
    west, south, east, north = known or place.box
    if part and not known:
        x, y = draw.uniform(west, east), draw.uniform(south, north)
        west, south, east, north = x, y, min(east, x + 0.08), min(north, y + 0.08)
    return [round(value, 6) for value in (west, south, east, north)]


def to_document(package: dict[str, Any], revision: int = 1) -> SearchDocument:
    """The search document of one package, not yet analysed (`search.analysis.analysed` adds the words)."""
    from search.documents import Bounds, Coded, Named, SearchDocument

    levels, kinds = vocabularies.tingkat_penyajian(), vocabularies.jenis_data()
    spatial = package["jenis_data"].startswith("geospasial")
    organization = package["organization"]
    first, last = package["periode"]
    return SearchDocument(
        id=package["id"],
        name=package["name"],
        title=package["title"],
        revision=revision,
        created=datetime.fromisoformat(package["metadata_created"]),
        modified=datetime.fromisoformat(package["metadata_modified"]),
        issued=datetime.fromisoformat(package["metadata_created"]),
        notes=package["notes"],
        tags=tuple(tag["name"] for tag in package["tags"]),
        organization=Named(organization["id"], organization["name"], organization["title"]),
        groups=tuple(Named(group["id"], group["name"], group["title"]) for group in package["groups"]),
        license=Coded(package["license_id"], vocabularies.licences()[package["license_id"]].title_id),
        formats=tuple(resource["format"] for resource in package["resources"]),
        data_type=Coded(package["jenis_data"], kinds[package["jenis_data"]].label),
        kinds=(Coded("layer", "Peta") if spatial else Coded("tabel", "Tabel"),),
        level=Coded(package["tingkat_penyajian"], levels[package["tingkat_penyajian"]].label),
        region_codes=tuple(package["cakupan_wilayah"]),
        region_names=tuple(package["region_names"]),
        years=tuple(range(first, last + 1)),
        bbox=Bounds(*package["bbox"]) if package["bbox"] else None,
        downloads=package["downloads"],
        columns=tuple(package["columns"]),
        agency=organization["id"],
    )


def documents(n: int, seed: int = DEFAULT_SEED) -> Iterator[SearchDocument]:
    """`n` search documents, one at a time."""
    return (to_document(package) for package in datasets(n, seed))


def sample_queries() -> tuple[str, ...]:
    """Words people type: common and rare, inflected, mistyped, abbreviated, and some that find nothing."""
    return words.QUERIES


def write_table(path: Path, rows: int = 1_000_000, seed: int = DEFAULT_SEED) -> int:
    """A CSV of `rows` × 6 columns (two codes as text, year, date, integer, decimal); returns its bytes."""
    draw = random.Random(f"{seed}|tabel")
    villages = sorted(regions.valid_codes("desa"))
    names = {code: item.name for code in villages if (item := regions.region(code))}
    start = datetime(2015, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("kode_desa,nama_desa,tahun,tanggal,jumlah,nilai\n")
        for _ in range(rows):
            day = start + timedelta(days=int(draw.random() * 4000))
            code = villages[int(draw.random() * len(villages))]
            stream.write(
                f"{code},{names[code]},{day.year},{day:%Y-%m-%d},{int(draw.random() * 100000)},"
                f"{draw.random() * 1e6:.2f}\n"
            )
    return path.stat().st_size
