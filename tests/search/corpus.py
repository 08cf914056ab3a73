"""A small catalogue to search in: Indonesian titles, agencies and places as a regency has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from search.documents import Bounds, Coded, Named, SearchDocument

_SPACE = UUID("7a0f7b1e-0f0c-4f0e-9c8e-3c5d2c9a1b11")
START = datetime(2024, 1, 1, tzinfo=UTC)

AGENCIES = {
    "dinkes": "Dinas Kesehatan",
    "dindikpora": "Dinas Pendidikan, Pemuda dan Olahraga",
    "disdukcapil": "Dinas Kependudukan dan Pencatatan Sipil",
    "dpupr": "Dinas Pekerjaan Umum dan Penataan Ruang",
    "bappeda": "Badan Perencanaan Pembangunan Daerah",
    "distan": "Dinas Pertanian dan Ketahanan Pangan",
}
GROUPS = {
    "kesehatan": "Kesehatan",
    "pendidikan": "Pendidikan",
    "kependudukan": "Kependudukan",
    "pertanian": "Pertanian",
}
BREBES = Bounds(108.68, -7.34, 109.19, -6.75)
SALEM = Bounds(108.74, -7.27, 108.92, -7.08)
ELSEWHERE = Bounds(110.0, -7.5, 110.5, -7.0)


def uid(name: str) -> str:
    """The id of the document of that name."""
    return str(uuid5(_SPACE, name))


def document(name: str, title: str, **values: Any) -> SearchDocument:
    """A document with sensible values where none are given; `agency` and `group` are names."""
    agency = values.pop("agency", "bappeda")
    group = values.pop("group", None)
    age = values.pop("age", 0)
    moment = START + timedelta(days=age)
    filled: dict[str, Any] = {
        "id": uid(name),
        "revision": 1,
        "created": START,
        "modified": moment,
        "organization": Named(uid(agency), agency, AGENCIES[agency]),
        "agency": agency,
        "groups": (Named(uid(group), group, GROUPS[group]),) if group else (),
        "license": Coded("cc-by", "Creative Commons Atribusi"),
        "formats": ("CSV", "XLSX"),
        "data_type": Coded("statistik", "Data Statistik"),
        "kinds": (Coded("table", "Tabel"),),
        "level": Coded("kecamatan", "Kecamatan"),
        "region_codes": ("33.29",),
        "region_names": ("Kabupaten Brebes",),
        "years": (2023,),
        "bbox": BREBES,
    }
    return SearchDocument(name=name, title=title, **{**filled, **values})


_LAYER: dict[str, Any] = {
    "formats": ("GeoJSON", "SHP"),
    "kinds": (Coded("layer", "Peta"),),
    "data_type": Coded("geospasial", "Data Geospasial"),
    "level": Coded("desa", "Desa/Kelurahan"),
}


def corpus() -> list[SearchDocument]:
    """The catalogue."""
    return [
        document("jumlah-penduduk", "Jumlah Penduduk menurut Kecamatan", agency="disdukcapil", group="kependudukan",
                 notes="Penduduk hasil konsolidasi bersih semester II.", tags=("penduduk", "kecamatan"),
                 years=(2021, 2022, 2023), age=10, downloads=900,
                 columns=("Kode Kecamatan", "Laki-laki", "Perempuan"), extras={"author": ("Budi Santoso",)}),
        document("kepadatan-penduduk", "Kepadatan Penduduk", agency="disdukcapil", group="kependudukan", age=20,
                 notes="Penduduk dibagi luas wilayah.", tags=("kepadatan",), downloads=50),
        document("prevalensi-stunting", "Prevalensi Stunting Balita", agency="dinkes", group="kesehatan", age=30,
                 notes="Hasil penimbangan serentak di posyandu.", tags=("stunting", "gizi"), downloads=700,
                 years=(2022, 2023)),
        document("cakupan-imunisasi", "Cakupan Imunisasi Dasar Lengkap", agency="dinkes", group="kesehatan", age=40,
                 notes="Bayi yang mendapat imunisasi dasar lengkap menurut puskesmas.", tags=("imunisasi", "bayi")),
        document("fasilitas-kesehatan", "Sebaran Fasilitas Kesehatan", agency="dinkes", group="kesehatan", age=50,
                 notes="Titik puskesmas, klinik, dan RSUD Brebes.", tags=("puskesmas", "faskes"), **_LAYER),
        document("angka-putus-sekolah", "Angka Putus Sekolah", agency="dindikpora", group="pendidikan", age=60,
                 notes="Anak usia 7 sampai 15 tahun yang tidak lagi sekolah.", tags=("sekolah",)),
        document("jumlah-sd", "Jumlah Sekolah Dasar dan Guru", agency="dindikpora", group="pendidikan", age=70,
                 notes="Rekap dapodik.", tags=("guru",), downloads=300, license=Coded("odc-by", "ODC-BY")),
        document("jaringan-jalan", "Jaringan Jalan Kabupaten", agency="dpupr", age=80,
                 notes="Ruas jalan menurut SK Bupati.", tags=("jalan",), **_LAYER),
        document("jalan-salem", "Ruas Jalan Kecamatan Salem", agency="dpupr", age=90, bbox=SALEM, **_LAYER,
                 region_codes=("33.29.01",), region_names=("Kecamatan Salem",)),
        document("produksi-padi", "Produksi Padi Sawah", agency="distan", group="pertanian", age=100, years=(2020,),
                 notes="Luas panen, produktivitas, dan produksi.", tags=("padi", "pangan"), downloads=120),
        document("produksi-bawang", "Produksi Bawang Merah", agency="distan", group="pertanian", age=110,
                 notes="Bawang merah bergilir dengan padi.", tags=("bawang merah",), downloads=500),
        document("luas-lahan", "Luas Lahan Pertanian", agency="distan", group="pertanian", age=120, years=(2019,),
                 notes="Lahan sawah dan bukan sawah.", tags=("padi", "lahan")),
        document("perbatasan", "Pos Pantau Batas Daerah", age=130, bbox=ELSEWHERE, notes="Koordinasi lintas daerah.",
                 region_codes=("33.28",), region_names=("Kabupaten Tegal",)),
        document("rapbd", "Ringkasan Anggaran Pendapatan dan Belanja Daerah", age=140, bbox=None, notes="",
                 tags=("anggaran",), level=None, license=None, formats=("PDF",)),
    ]  # fmt: skip
