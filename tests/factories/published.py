"""Published datasets as the release verb would hand them over, with made-up content (data contoh)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from portal.catalog.published import (
    PublishedAgency,
    PublishedDataset,
    PublishedFile,
    PublishedLayer,
    PublishedResource,
)
from portal.contract.metadata import ColumnEntry, DatasetMetadata, Period

RELEASED = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def agency(
    name: str = "dinas-kesehatan", title: str = "Dinas Kesehatan", abbreviation: str = "Dinkes"
) -> PublishedAgency:
    """An agency whose id follows from its name."""
    return PublishedAgency(
        id=uuid5(NAMESPACE_URL, name),
        name=name,
        title=title,
        abbreviation=abbreviation,
        tingkat="daerah",
        region_code="33.29",
        contact={"email": f"{name}@brebes.contoh"},
        created=RELEASED,
    )


def metadata(**changes: Any) -> DatasetMetadata:
    """Complete metadata of a statistical dataset."""
    values: dict[str, Any] = {
        "judul": "Jumlah balita stunting menurut kecamatan",
        "deskripsi": "Jumlah balita dengan tinggi badan kurang menurut kecamatan. Data contoh.",
        "instansi_penerbit": "Dinas Kesehatan",
        "produsen_data": "Bidang Kesehatan Masyarakat",
        "kontak": "Seksi Gizi",
        "sumber_data": "Dinas Kesehatan",
        "metode_pengumpulan": "Pencatatan posyandu",
        "tanggal_pengambilan": date(2025, 12, 31),
        "jenis_data": "statistik_khusus",
        "kelompok": "sosial",
        "kata_kunci": ("stunting", "balita"),
        "tingkat_penyajian": "kecamatan",
        "cakupan_wilayah": ("33.29",),
        "periode": Period(start=date(2023, 1, 1), end=date(2025, 12, 31)),
        "frekuensi": "tahunan",
        "lisensi": "cc-by",
        "retensi": "10 tahun",
    }
    return DatasetMetadata(**{**values, **changes})


def file(sha: str = "a" * 64, **changes: Any) -> PublishedFile:
    """A file as received; give `sha` the hash of the bytes when the bytes matter."""
    values: dict[str, Any] = {
        "role": "asli",
        "format": "CSV",
        "filename": "stunting.csv",
        "media_type": "text/csv",
        "size": 1234,
        "sha256": sha,
    }
    return PublishedFile(**{**values, **changes})


def table_resource(**changes: Any) -> PublishedResource:
    """A table resource; `table` must exist in schema `rows` when rows are read."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "position": 0,
        "name": "Stunting per kecamatan",
        "kind": "tabel",
        "format": "CSV",
        "files": (file(),),
        "table": None,
        "row_count": 3,
        "columns": (
            ColumnEntry(name="kode", label="Kode kecamatan", type="text"),
            ColumnEntry(name="tahun", label="Tahun", type="integer"),
            ColumnEntry(name="jumlah", label="Jumlah balita", type="integer", unit="jiwa"),
        ),
    }
    return PublishedResource(**{**values, **changes})


def layer_resource(**changes: Any) -> PublishedResource:
    """A layer resource over Brebes."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "position": 0,
        "name": "Sebaran puskesmas",
        "kind": "layer",
        "format": "GeoJSON",
        "files": (file("b" * 64, format="GeoJSON", filename="puskesmas.geojson", media_type="application/geo+json"),),
        "row_count": 38,
        "columns": (ColumnEntry(name="nama", label="Nama"),),
        "layer": PublishedLayer(geometry_type="Point", bbox=(108.7, -7.3, 109.1, -6.8), feature_count=38, epsg=32749),
    }
    return PublishedResource(**{**values, **changes})


def dataset(**changes: Any) -> PublishedDataset:
    """One version of a dataset, ready to be written."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "name": f"stunting-{uuid4().hex[:8]}",
        "version": 1,
        "metadata": metadata(),
        "agency": agency(),
        "resources": (table_resource(),),
        "created": RELEASED,
        "modified": RELEASED,
        "released": RELEASED,
        "order_id": uuid4(),
        "version_notes": "",
    }
    return PublishedDataset(**{**values, **changes})


def uuid_of(value: Any) -> UUID:
    """The value as a UUID."""
    return value if isinstance(value, UUID) else UUID(str(value))
