# ruff: noqa: E501 (sample rows read best one a line)
"""Realistic figures and texts for the mock pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.web import charts, maps
from portal.web.gaya import districts, samples

DAY = date(2026, 11, 20)
GROUPS = (
    ("Geografi dan iklim", 18, "Batas wilayah, curah hujan, sungai"),
    ("Pemerintahan", 12, "Perangkat desa, pegawai, pelayanan"),
    ("Kependudukan dan ketenagakerjaan", 24, "Penduduk, kelahiran, angkatan kerja"),
    ("Sosial", 31, "Sekolah, puskesmas, gizi balita"),
    ("Pertanian", 28, "Panen, ternak, tambak, irigasi"),
    ("Industri dan pertambangan", 9, "Usaha kecil, galian, telur asin"),
    ("Perdagangan", 11, "Pasar, harga pangan, toko"),
    ("Hotel dan pariwisata", 7, "Penginapan, kunjungan wisata"),
    ("Transportasi dan komunikasi", 16, "Jalan, jembatan, menara"),
    ("Keuangan daerah dan harga", 14, "APBD, pajak, inflasi"),
)
CARDS: tuple[dict[str, Any], ...] = (
    {"title": "Luas panen bawang merah menurut kecamatan", "agency": "Dinas Pertanian dan Ketahanan Pangan",
     "summary": "Luas panen tiap kecamatan dalam hektare, dihitung dari laporan penyuluh setiap bulan.",
     "kinds": ["table"], "formats": ["csv", "xlsx"], "level": "per kecamatan", "period": "2018–2025", "freshness": "segar"},
    {"title": "Daerah irigasi", "agency": "Dinas Pekerjaan Umum dan Penataan Ruang",
     "summary": "Petak sawah yang diairi saluran teknis, dengan luas baku dan nama daerah irigasinya.",
     "kinds": ["layer"], "formats": ["gpkg", "geojson", "shp"], "level": "titik dan bidang", "period": "2024", "freshness": "segera"},
    {"title": "Luas panen padi sawah dan padi ladang", "agency": "Badan Pusat Statistik Kabupaten Brebes",
     "summary": "Hasil Kerangka Sampel Area, per subround, untuk seluruh kabupaten.",
     "kinds": ["table", "file"], "formats": ["csv", "xlsx", "pdf"], "level": "kabupaten", "period": "2018–2025", "freshness": "terlambat"},
)  # fmt: skip


def context() -> dict[str, Any]:
    """Everything the mock pages show."""
    sample = samples()
    regions = districts()
    spark = charts.sparkline([17.2, 16.8, 17.4, 17.3, 16.1, 15.8, 15.6], title="Turun sejak 2019")
    previews = [
        sample["preview_bars"],
        sample["preview_map"],
        charts.preview_bars([3, 5, 4, 6, 7, 6], title="Pratinjau"),
    ]
    return {
        **sample,
        "place_map": maps.place_map(regions, lambda r: f"/wilayah/{r.code}", title="Kecamatan di Brebes"),
        "figures": [
            {"name": "Penduduk", "value": "2,07 juta", "unit": "jiwa", "spark": sample["spark"], "source": "Dukcapil", "year": "2025", "href": "#", "trend": "naik 0,6% dari 2024"},
            {"name": "Penduduk miskin", "value": "15,6", "unit": "%", "spark": spark, "source": "BPS", "year": "2025", "href": "#", "trend": "turun 0,2 poin dari 2024"},
            {"name": "Panen bawang merah", "value": "46.300", "unit": "ha", "spark": charts.sparkline([38, 41, 37, 44, 43, 46.3], title="Naik sejak 2020"), "source": "DPKP", "year": "2025", "href": "#", "trend": "naik 7% dari 2024"},
        ],
        "groups": [{"label": name, "href": "#", "count": count, "note": note} for name, count, note in GROUPS],
        "newest": [{"label": title, "href": "#", "count": when, "note": agency} for title, agency, when in (
            ("Luas panen bawang merah", "DPKP", "20 Nov"), ("Batas desa", "Baperlitbangda", "18 Nov"), ("Balita stunting per puskesmas", "Dinas Kesehatan", "12 Nov"))],
        "soon": [{"label": title, "href": "#", "count": when, "note": agency} for title, agency, when in (
            ("Harga pangan mingguan", "Dinkopdag", "besok"), ("Realisasi APBD Oktober", "BPKAD", "3 hari lagi"), ("Kunjungan wisata", "Dinbudpar", "1 Des"))],
        "cards": [{**card, "href": "#", "updated": DAY, "preview": preview} for card, preview in zip(CARDS, previews, strict=True)],
        "facets": [
            ("Topik", [{"label": "Pertanian", "href": "#", "count": 24, "chosen": True}]),
            ("Instansi", [{"label": "Dinas Pertanian dan Ketahanan Pangan", "href": "#", "count": 14}, {"label": "Badan Pusat Statistik", "href": "#", "count": 6}, {"label": "DPUPR", "href": "#", "count": 4}]),
            ("Tingkat wilayah", [{"label": "per kecamatan", "href": "#", "count": 13, "chosen": True}, {"label": "per desa", "href": "#", "count": 5}, {"label": "kabupaten", "href": "#", "count": 6}]),
            ("Bentuk", [{"label": "Tabel", "href": "#", "count": 19}, {"label": "Peta", "href": "#", "count": 5}]),
            ("Tahun", [{"label": "2025", "href": "#", "count": 11}]),
        ],
        "dictionary_columns": [{"key": "kolom", "label": "Kolom"}, {"key": "arti", "label": "Arti"}, {"key": "jenis", "label": "Jenis"}],
        "dictionary": [{"kolom": "kecamatan", "arti": "Nama kecamatan menurut Kemendagri", "jenis": "teks"}, {"kolom": "luas", "arti": "Luas yang dipanen dalam setahun, hektare", "jenis": "angka"}],
        "day": DAY,
    }  # fmt: skip
