"""The sample layers as datasets: invented features, real formats, each in another format and CRS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from config.profile import Profile
from portal.cli.demo import geofiles, landscape, metadata
from portal.cli.demo.geofiles import Features
from portal.cli.demo.geography import Geography
from portal.cli.demo.model import DemoDataset, DemoFile
from portal.contract.metadata import ColumnEntry

BASE_MAP = "Peta Rupabumi Indonesia 1:25.000, Badan Informasi Geospasial"
_QUALITY = "Letak dibuat untuk peragaan; geometri sah, kode wilayah lengkap, atribut tanpa nilai kosong."

#: Meaning of every attribute of the sample layers: label, type, unit, definition.
_FIELDS: dict[str, tuple[str, str, str, str]] = {
    "akreditasi": ("Akreditasi", "text", "tanpa_satuan", "Peringkat akreditasi: A, B atau C."),
    "desa": ("Desa atau kelurahan", "text", "tanpa_satuan", "Nama desa atau kelurahan."),
    "fungsi": ("Fungsi jalan", "text", "tanpa_satuan", "Fungsi jalan menurut keputusan bupati."),
    "jenis": ("Jenis", "text", "tanpa_satuan", "Jenis objek."),
    "kapasitas_m3": ("Kapasitas", "integer", "m3", "Sampah yang dapat ditampung."),
    "karcis": ("Harga karcis", "integer", "rupiah", "Harga karcis masuk orang dewasa pada hari biasa."),
    "kecamatan": ("Kecamatan", "text", "tanpa_satuan", "Nama kecamatan."),
    "kelas": ("Kelas", "text", "tanpa_satuan", "Kelas hasil penafsiran."),
    "kios": ("Kios dan los", "integer", "unit", "Banyaknya kios dan los."),
    "kode": ("Kode", "text", "tanpa_satuan", "Kode objek pada pengelola."),
    "kode_desa": ("Kode desa", "text", "tanpa_satuan", "Kode wilayah desa atau kelurahan."),
    "kode_kec": ("Kode kecamatan", "text", "tanpa_satuan", "Kode wilayah kecamatan."),
    "kode_kecamatan": ("Kode kecamatan", "text", "tanpa_satuan", "Kode wilayah kecamatan."),
    "kondisi": ("Kondisi", "text", "tanpa_satuan", "Kondisi permukaan pada survei terakhir."),
    "kunjungan": ("Kunjungan", "integer", "kunjungan", "Kunjungan wisatawan dalam satu tahun."),
    "lebar_m": ("Lebar", "numeric", "m", "Lebar rata-rata."),
    "luas_ha": ("Luas", "numeric", "ha", "Luas poligon."),
    "murid": ("Murid", "integer", "siswa", "Murid terdaftar pada awal tahun ajaran."),
    "nama": ("Nama", "text", "tanpa_satuan", "Nama objek."),
    "nomor": ("Nomor", "integer", "tanpa_satuan", "Nomor urut poligon."),
    "operator": ("Operator", "integer", "buah", "Banyaknya operator yang memakai menara."),
    "orde": ("Orde", "text", "tanpa_satuan", "Sungai utama atau anak sungai."),
    "panjang_km": ("Panjang", "numeric", "km", "Panjang garis."),
    "pengelola": ("Pengelola", "text", "tanpa_satuan", "Pihak yang mengelola."),
    "permukaan": ("Permukaan", "text", "tanpa_satuan", "Jenis permukaan jalan."),
    "ruas": ("Nomor ruas", "text", "tanpa_satuan", "Nomor ruas jalan."),
    "status": ("Status", "text", "tanpa_satuan", "Negeri atau swasta."),
    "tahun_berdiri": ("Tahun berdiri", "integer", "tanpa_satuan", "Tahun menara berdiri."),
    "tempat_tidur": ("Tempat tidur", "integer", "unit", "Tempat tidur rawat inap."),
    "tinggi_m": ("Tinggi", "integer", "m", "Tinggi menara."),
}


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One sample layer; `crs` says whether its file is in 4326, in the UTM or in the TM-3 zone of the regency."""

    name: str
    title: str
    notes: str
    group: str
    bidang: str
    kugi: str
    scale: int
    tags: tuple[str, ...]
    method: str
    make: Callable[[Geography, int], Features]
    format: Literal["geojson", "gpkg", "shp"]
    crs: Literal["geografis", "utm", "tm3"] = "geografis"
    level: str = "titik"


_GPS = "Survei lapangan dengan penerima GNSS genggam."
LAYERS: tuple[LayerSpec, ...] = (
    LayerSpec("sebaran-puskesmas", "Sebaran puskesmas", "Letak puskesmas rawat inap dan nonrawat inap di {kabupaten}.",
              "d", "kesehatan", "lingkungan-terbangun", 25000, ("puskesmas", "kesehatan", "fasilitas umum"), _GPS,
              landscape.health_centres, "geojson"),
    LayerSpec("sebaran-sekolah-dasar", "Sebaran sekolah dasar",
              "Letak sekolah dasar dan madrasah ibtidaiah negeri dan swasta, dengan jumlah murid dan akreditasi.",
              "d", "pendidikan", "lingkungan-terbangun", 25000, ("sekolah dasar", "pendidikan", "fasilitas umum"),
              _GPS, landscape.schools, "gpkg"),
    LayerSpec("sebaran-pasar-rakyat", "Sebaran pasar rakyat", "Letak pasar rakyat kabupaten dan pasar desa.",
              "g", "perdagangan", "lingkungan-terbangun", 25000, ("pasar", "perdagangan"), _GPS,
              landscape.markets, "geojson"),
    LayerSpec("sebaran-daya-tarik-wisata", "Sebaran daya tarik wisata",
              "Letak daya tarik wisata alam dan bahari, dengan harga karcis dan kunjungan setahun.",
              "h", "pariwisata", "toponimi", 25000, ("wisata", "pariwisata"), _GPS, landscape.sights, "geojson"),
    LayerSpec("jaringan-sungai", "Jaringan sungai", "Alur sungai utama dan anak sungai di {kabupaten}.",
              "a", "pekerjaan-umum", "hidrografi", 25000, ("sungai", "air", "irigasi"),
              "Penafsiran citra satelit dan penelusuran alur.", landscape.rivers, "gpkg", "geografis", "kabupaten"),
    LayerSpec("jaringan-jalan-kabupaten", "Jaringan jalan kabupaten",
              "Ruas jalan kabupaten dengan fungsi, jenis permukaan dan kondisinya.",
              "i", "pekerjaan-umum", "transportasi", 10000, ("jalan", "transportasi", "infrastruktur"),
              "Survei kondisi jalan dengan kendaraan survei.", landscape.roads, "shp", "utm", "kabupaten"),
    LayerSpec("penggunaan-lahan", "Penggunaan lahan",
              "Poligon sawah, tegalan, kebun, hutan, tambak dan permukiman di {kabupaten}.",
              "a", "tata-ruang", "vegetasi", 25000, ("penggunaan lahan", "sawah", "hutan", "tata ruang"),
              "Penafsiran citra satelit resolusi tinggi.", landscape.land_use, "gpkg", "tm3", "desa"),
    LayerSpec("kawasan-rawan-banjir", "Kawasan rawan banjir",
              "Daerah di sepanjang sungai bagian hilir yang rawan banjir, dalam tiga kelas.",
              "d", "kebencanaan", "kebencanaan", 25000, ("banjir", "bencana", "kerawanan"),
              "Pemodelan genangan dan catatan kejadian.", landscape.flood_areas, "shp", "utm", "kecamatan"),
    LayerSpec("tempat-penampungan-sampah", "Tempat penampungan sampah",
              "Letak tempat penampungan sampah sementara, TPS 3R dan bank sampah.",
              "k", "lingkungan", "utilitas", 10000, ("sampah", "persampahan", "lingkungan hidup"), _GPS,
              landscape.waste_sites, "geojson"),
    LayerSpec("sebaran-menara-telekomunikasi", "Sebaran menara telekomunikasi",
              "Letak menara telekomunikasi yang berizin, tinggi dan banyaknya operator.",
              "i", "kominfo", "utilitas", 10000, ("menara", "telekomunikasi", "internet"), _GPS,
              landscape.towers, "gpkg", "utm"),
)  # fmt: skip


def datasets(profile: Profile, geography: Geography, seed: int) -> tuple[DemoDataset, ...]:
    """All sample layers for one regency."""
    return tuple(_dataset(spec, profile, geography, seed) for spec in LAYERS)


def columns(features: Features, limit: int | None = None) -> tuple[ColumnEntry, ...]:
    """The dictionary of a layer; `limit` is the length DBF cuts names to."""
    return metadata.attributes([(field[:limit], *_FIELDS[field]) for field in features.fields])


def encode(features: Features, format_: str, epsg: int) -> bytes:
    """The bytes of a layer file: `geojson`, `gpkg` or `shp` (zipped)."""
    if format_ == "geojson":
        return geofiles.as_geojson(features)
    return geofiles.as_geopackage(features, epsg) if format_ == "gpkg" else geofiles.as_shapefile(features, epsg)


@lru_cache(maxsize=32)
def _make(make: Callable[[Geography, int], Features], geography: Geography, seed: int) -> Features:
    return make(geography, seed)


def _dataset(spec: LayerSpec, profile: Profile, geography: Geography, seed: int) -> DemoDataset:
    agency = profile.agency_for(spec.bidang)
    features = _make(spec.make, geography, seed)
    epsg = _epsg(spec, profile)
    described = metadata.describe(
        profile,
        agency,
        judul=f"{spec.title} {geography.name}",
        deskripsi=f"{spec.notes.format(kabupaten=geography.name)}\n\n{metadata.SAMPLE_NOTE}",
        metode_pengumpulan=spec.method,
        jenis_data="geospasial_tematik",
        kelompok=metadata.group_slug(profile, spec.group),
        kata_kunci=(*spec.tags, metadata.SAMPLE_TAG),
        tingkat_penyajian=spec.level,
        periode=metadata.years(2025, 2025),
        catatan_versi="Versi pertama.",
        **metadata.geospatial(spec.kugi, BASE_MAP, spec.scale, _QUALITY),
    )
    part = DemoFile(
        filename=f"{features.name}.{'zip' if spec.format == 'shp' else spec.format}",
        title=spec.title,
        kind="layer",
        format=spec.format,
        content=lambda: encode(features, spec.format, epsg),
        columns=columns(features, 10 if spec.format == "shp" else None),
        rows=len(features),
        epsg=epsg,
        geometry_type=features.geometry_type,
    )
    return DemoDataset(spec.name, agency.slug, described, (part,))


def _epsg(spec: LayerSpec, profile: Profile) -> int:
    if profile.territory is None or spec.crs == "geografis":
        return 4326
    return profile.territory.utm_epsg if spec.crs == "utm" else profile.territory.tm3_epsg
