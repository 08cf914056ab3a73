"""Invented features inside the real regency: rivers from the hills, roads between towns, fields and floods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from shapely import STRtree, set_precision, voronoi_polygons
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from portal.cli.demo import chance
from portal.cli.demo.geofiles import Features
from portal.cli.demo.geography import Geography, Place

#: Names of real rivers; their course here is invented.
_RIVERS = {
    "33.29": ("Cisanggarung", "Kali Kabuyutan", "Kali Tanjung", "Kali Kluwut", "Kali Babakan", "Kali Keruh",
              "Kali Pemali", "Kali Gangsa", "Kali Glagah"),
    "32.14": ("Citarum", "Cilalawi", "Cikao", "Cisomang", "Ciherang", "Ciwareng", "Cikembang", "Cilamaya"),
}  # fmt: skip
#: Real sights by kecamatan; the points are drawn at random inside it.
_SIGHTS = {
    "33.29": {"Agrowisata Kaligua": "Paguyangan", "Telaga Ranjeng": "Paguyangan", "Waduk Penjalin": "Paguyangan",
              "Pantai Randusanga Indah": "Brebes", "Hutan Mangrove Pandansari": "Brebes",
              "Waduk Malahayu": "Banjarharjo", "Curug Putri": "Sirampog", "Ranto Canyon": "Salem"},
    "32.14": {"Waduk Jatiluhur": "Jatiluhur", "Situ Wanayasa": "Wanayasa", "Curug Cipurut": "Wanayasa",
              "Situ Buleud": "Purwakarta", "Gunung Parang": "Tegalwaru", "Gunung Bongkok": "Tegalwaru",
              "Gunung Lembu": "Sukatani", "Kampung Tajur": "Bojong"},
}  # fmt: skip


def _name(place: Place, geography: Geography) -> str:
    parent = next((item.name for item in geography.kecamatan if item.code == place.parent), place.name)
    return f"{place.name}, {parent}" if place.name != parent else place.name


def health_centres(geography: Geography, seed: int) -> Features:
    """One or two puskesmas in each kecamatan, as points."""
    rows = []
    for place in geography.kecamatan:
        villages = geography.villages_of(place.code)
        for number in range(2 if place.population > 90_000 else 1):
            village = villages[(number * 7) % len(villages)]
            draw = chance.generator(seed, "puskesmas", place.code, number)
            name = f"Puskesmas {place.name}" if number == 0 else f"Puskesmas {village.name}"
            kind = "Rawat inap" if draw.random() < 0.45 else "Nonrawat inap"
            rows.append((village.point(seed, "puskesmas"), (
                f"P{place.code.replace('.', '')}{number + 1:02d}", name, kind, village.code, village.name, place.name,
                draw.randint(0, 12) if kind == "Rawat inap" else 0,
            )))  # fmt: skip
    return _features(
        "puskesmas", "Point", ("kode", "nama", "jenis", "kode_desa", "desa", "kecamatan", "tempat_tidur"), rows
    )


def schools(geography: Geography, seed: int) -> Features:
    """Primary schools: one to three in each village, as points."""
    rows = []
    for village in geography.desa:
        draw = chance.generator(seed, "sekolah", village.code)
        parent = next(place.name for place in geography.kecamatan if place.code == village.parent)
        for number in range(1, 1 + max(1, min(3, round(village.population / 3000)))):
            private = number > 1 and draw.random() < 0.25
            name = f"MI {village.name} {number:02d}" if private else f"SD Negeri {village.name} {number:02d}"
            rows.append((village.point(seed, "sekolah", number), (
                name, "Swasta" if private else "Negeri", village.code, village.name, parent,
                draw.randint(90, 420), draw.choice(("A", "A", "B", "B", "B", "C")),
            )))  # fmt: skip
    return _features(
        "sekolah_dasar", "Point", ("nama", "status", "kode_desa", "desa", "kecamatan", "murid", "akreditasi"), rows
    )


def markets(geography: Geography, seed: int) -> Features:
    """A market in most kecamatan, two in large ones, as points."""
    rows = []
    for place in geography.kecamatan:
        villages = geography.villages_of(place.code)
        for number in range(2 if place.population > 120_000 else 1):
            village = villages[(3 + number * 5) % len(villages)]
            draw = chance.generator(seed, "pasar", place.code, number)
            kind = draw.choice(("Harian", "Harian", "Mingguan"))
            rows.append((village.point(seed, "pasar"), (
                f"Pasar {place.name if number == 0 else village.name}", kind, draw.choice(("Kabupaten", "Desa")),
                village.code, place.name, draw.randint(40, 640),
            )))  # fmt: skip
    return _features("pasar_rakyat", "Point", ("nama", "jenis", "pengelola", "kode_desa", "kecamatan", "kios"), rows)


def sights(geography: Geography, seed: int) -> Features:
    """Tourist sights in their real kecamatan, at invented points."""
    by_name = {place.name: place for place in geography.kecamatan}
    rows = []
    for name, kecamatan in _SIGHTS[geography.code].items():
        draw = chance.generator(seed, "wisata", name)
        place = by_name[kecamatan]
        kind = "Bahari" if "Pantai" in name or "Mangrove" in name else "Alam"
        values = (name, kind, place.code, place.name, draw.randint(2, 40) * 500, draw.randint(3_000, 160_000))
        rows.append((place.point(seed, "wisata", name), values))
    fields = ("nama", "jenis", "kode_kecamatan", "kecamatan", "karcis", "kunjungan")
    return _features("daya_tarik_wisata", "Point", fields, rows)


@lru_cache(maxsize=4)
def _courses(geography: Geography, seed: int) -> tuple[tuple[str, LineString], ...]:
    west, south, east, north = geography.outline.bounds
    rivers = []
    names = _RIVERS[geography.code]
    for number, name in enumerate(names):
        draw = chance.generator(seed, "sungai", name)
        x = west + (east - west) * (number + 0.5 + draw.uniform(-0.25, 0.25)) / len(names)
        y, heading, points = south, math.pi / 2, []
        while y < north:
            points.append((round(x, 6), round(y, 6)))
            heading = 0.75 * heading + 0.25 * math.pi / 2 + draw.gauss(0, 0.32)
            x += 0.006 * math.cos(heading)
            y += 0.006 * max(0.15, math.sin(heading))
        inside = LineString(points).intersection(geography.outline)
        pieces = [part for part in getattr(inside, "geoms", [inside]) if isinstance(part, LineString)]
        longest = max(pieces, key=lambda part: part.length, default=None)
        if longest is not None and longest.length > 0.05:
            rivers.append((name, longest))
    return tuple(rivers)


def rivers(geography: Geography, seed: int) -> Features:
    """Rivers from the southern hills to the north, as lines."""
    rows = []
    for name, line in _courses(geography, seed):
        draw = chance.generator(seed, "lebar", name)
        rows.append((line, (name, round(line.length * 111.0, 2), round(draw.uniform(9, 64), 1),
                            draw.choice(("Sungai utama", "Anak sungai")))))  # fmt: skip
    return _features("sungai", "LineString", ("nama", "panjang_km", "lebar_m", "orde"), rows)


def roads(geography: Geography, seed: int) -> Features:
    """Roads between the towns of neighbouring kecamatan (shortest tree and some loops), as lines."""
    towns = {place.code: place.outline.representative_point() for place in geography.kecamatan}
    names = {place.code: place.name for place in geography.kecamatan}
    pairs = sorted((towns[a].distance(towns[b]), a, b) for a in towns for b in towns if a < b)
    group = {code: code for code in towns}
    chosen = []
    for length, a, b in pairs:
        if group[a] != group[b]:
            old, new = group[b], group[a]
            group = {code: new if owner == old else owner for code, owner in group.items()}
            chosen.append((a, b))
        elif length < 0.11 and chance.generator(seed, "jalan", a, b).random() < 0.4:
            chosen.append((a, b))
    rows = []
    for number, (a, b) in enumerate(chosen, start=1):
        line = _winding(towns[a], towns[b], geography.outline, (seed, a, b))
        draw = chance.generator(seed, "kondisi", a, b)
        rows.append((line, (
            f"{geography.code.replace('.', '')}{number:03d}", f"Jalan {names[a]} – {names[b]}",
            draw.choice(("Lokal primer", "Kolektor primer")), draw.choice(("Aspal", "Aspal", "Beton", "Kerikil")),
            draw.choice(("Baik", "Baik", "Baik", "Sedang", "Rusak ringan", "Rusak berat")),
            round(line.length * 111.0, 3), round(draw.uniform(4.5, 8.0), 1),
        )))  # fmt: skip
    return _features(
        "jalan_kabupaten", "LineString",
        ("ruas", "nama", "fungsi", "permukaan", "kondisi", "panjang_km", "lebar_m"), rows,
    )  # fmt: skip


def _winding(start: Point, end: Point, outline: BaseGeometry, key: tuple[object, ...]) -> LineString:
    draw = chance.generator("jalan", *key)
    steps = max(6, round(start.distance(end) / 0.006))
    across = (-(end.y - start.y), end.x - start.x)
    sway = [draw.uniform(-0.16, 0.16) for _ in range(3)]
    points = []
    for step in range(steps + 1):
        t = step / steps
        offset = sum(s * math.sin((i + 1) * math.pi * t) for i, s in enumerate(sway)) * 0.5
        point = Point(
            start.x + t * (end.x - start.x) + offset * across[0], start.y + t * (end.y - start.y) + offset * across[1]
        )
        if outline.contains(point) or step in {0, steps}:
            points.append((round(point.x, 6), round(point.y, 6)))
    return LineString(points)


def land_use(geography: Geography, seed: int) -> Features:
    """Land use as polygons without overlap: fields in the north, forest in the south, settlements, ponds."""
    seeds = [village.point(seed, "lahan", n) for village in geography.desa for n in range(2)]
    cells = voronoi_polygons(MultiPoint(seeds), extend_to=geography.outline)
    tree = STRtree([village.outline for village in geography.desa])
    rows = []
    for number, cell in enumerate(sorted(cells.geoms, key=lambda c: (c.centroid.y, c.centroid.x)), start=1):
        inside = set_precision(cell.intersection(geography.outline), 1e-6)
        polygons = [p for p in getattr(inside, "geoms", [inside]) if p.geom_type == "Polygon" and p.area > 1e-8]
        if not polygons:
            continue
        village = geography.desa[int(tree.nearest(cell.centroid))]
        draw = chance.generator(seed, "kelas", number)
        kind = _land_class(village, draw.random())
        area = round(
            sum(p.area for p in polygons) * 111.32 * 110.57 * math.cos(math.radians(village.outline.centroid.y)) * 100,
            2,
        )
        rows.append((MultiPolygon(polygons), (number, kind, village.code, village.name, area)))
    return _features("penggunaan_lahan", "MultiPolygon", ("nomor", "kelas", "kode_desa", "desa", "luas_ha"), rows)


def _land_class(village: Place, draw: float) -> str:
    if village.waters and village.north > 0.86 and draw < 0.7:
        return "Tambak"
    if village.north < 0.35:
        classes = (("Hutan", 0.45), ("Kebun campuran", 0.7), ("Sawah", 0.85), ("Permukiman", 1.01))
    else:
        classes = (("Sawah", 0.58), ("Permukiman", 0.82), ("Tegalan", 0.95), ("Kebun campuran", 1.01))
    return next(name for name, limit in classes if draw < limit)


def flood_areas(geography: Geography, seed: int) -> Features:
    """Land along the lower rivers that floods, in three classes without overlap, as polygons."""
    _, south, _, north = geography.outline.bounds
    lowland = south + (north - south) * 0.55
    lines = [LineString([c for c in line.coords if c[1] > lowland]) for _, line in _courses(geography, seed)
             if sum(c[1] > lowland for c in line.coords) > 2]  # fmt: skip
    rows, inner = [], None
    for level, width in (("Tinggi", 0.0035), ("Sedang", 0.008), ("Rendah", 0.014)):
        zone = MultiLineString(lines).buffer(width, quad_segs=4).intersection(geography.outline)
        ring = zone if inner is None else zone.difference(inner)
        inner = zone
        for place in geography.kecamatan:
            part = set_precision(ring.intersection(place.outline), 1e-6)
            polygons = [p for p in getattr(part, "geoms", [part]) if p.geom_type == "Polygon" and p.area > 1e-7]
            if polygons:
                area = round(unary_union(polygons).area * 12_260.0 * 100, 1)
                rows.append((MultiPolygon(polygons), (level, place.code, place.name, area)))
    return _features("rawan_banjir", "MultiPolygon", ("kelas", "kode_kec", "kecamatan", "luas_ha"), rows)


def waste_sites(geography: Geography, seed: int) -> Features:
    """Waste collection points in the larger villages, as points."""
    largest = sorted(geography.desa, key=lambda place: (-place.population, place.code))[:60]
    rows = []
    for village in sorted(largest, key=lambda place: place.code):
        draw = chance.generator(seed, "tps", village.code)
        rows.append((village.point(seed, "tps"), (
            f"TPS {_name(village, geography)}", draw.choice(("TPS", "TPS 3R", "Bank sampah")), village.code,
            draw.randint(2, 18),
        )))  # fmt: skip
    return _features("tempat_penampungan_sampah", "Point", ("nama", "jenis", "kode_desa", "kapasitas_m3"), rows)


def towers(geography: Geography, seed: int) -> Features:
    """Telecommunication towers, one for some 9,000 people, as points."""
    rows = []
    for village in geography.desa:
        draw = chance.generator(seed, "menara", village.code)
        if draw.random() < village.population / 9000:
            rows.append((village.point(seed, "menara"), (
                f"M{village.code.replace('.', '')}", village.code, village.name, draw.choice((32, 42, 52, 62, 72)),
                draw.randint(1, 3), draw.randint(2008, 2024),
            )))  # fmt: skip
    return _features(
        "menara_telekomunikasi", "Point", ("kode", "kode_desa", "desa", "tinggi_m", "operator", "tahun_berdiri"), rows
    )


def _features(
    name: str, kind: str, fields: tuple[str, ...], rows: Sequence[tuple[BaseGeometry, tuple[str | int | float, ...]]]
) -> Features:
    return Features(name, kind, fields, tuple(row[0] for row in rows), tuple(row[1] for row in rows))
