"""The office pages over the real application: the way of a table, for each role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.ingest.desk_pages import MESSY, Pages, layer, made_pages, plain
from tests.support import Databases


@pytest.fixture(scope="module")
def pages(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with made_pages(module_databases, tmp_path_factory.mktemp("kantor")) as made:
        yield made


def test_a_table_goes_from_the_drop_to_the_public(pages: Pages) -> None:
    assert "Taruh berkasnya" in plain(pages.text("siti", "/unggah"))
    dataset_id = pages.new((MESSY, "posyandu_kecamatan.csv"))
    at = f"/data/{dataset_id}/berkas/{pages.resource(dataset_id)}"
    page = plain(pages.text("siti", at))
    assert "Ditemukan: 5 baris, 4 kolom, tajuk di baris 3" in page
    assert "Jumlah Posyandu" in page
    pages.post("siti", f"{at}/pilihan", tindakan="muat")
    pages.work()
    assert "Yang dimuat: 5 baris" in plain(pages.text("siti", at))
    assert pages.as_("siti").get(f"/data/{dataset_id}/tanya").status_code == 303
    pages.describe(dataset_id)
    assert "Siap diajukan" in plain(pages.text("siti", f"/data/{dataset_id}"))
    assert "Yang akan dibaca warga" in plain(pages.text("siti", f"/data/{dataset_id}/ajukan"))
    pages.post("siti", f"/data/{dataset_id}/ajukan")
    assert pages.state(dataset_id) == "diperiksa"
    assert "Periksa: Jumlah Puskesmas" in plain(pages.text("wati", "/"))
    assert "Apakah data ini benar" in plain(pages.text("wati", f"/data/{dataset_id}/periksa"))
    pages.post("wati", f"/data/{dataset_id}/periksa/validasi", minutes="BA-1", method="Pencocokan")
    assert "Setujui publikasi" in plain(pages.text("kepala", "/"))
    pages.post("kepala", f"/data/{dataset_id}/persetujuan", acts="publikasi")
    assert "Tetapkan sifat" in plain(pages.text("pita", "/"))
    pages.post("pita", f"/data/{dataset_id}/tetapkan", sifat="publik")
    assert "Rilis versi 1" in plain(pages.text("wati", f"/data/{dataset_id}/rilis"))
    pages.post("wati", f"/data/{dataset_id}/rilis")
    assert "Sedang dikerjakan" in plain(pages.text("siti", f"/data/{dataset_id}"))
    pages.work()
    assert pages.state(dataset_id) == "terbit"
    assert "tampil untuk umum" in plain(pages.text("siti", f"/data/{dataset_id}"))


def test_a_layer_is_shown_repaired_and_loaded(pages: Pages) -> None:
    dataset_id = pages.new((layer(), "zona.geojson"))
    at = f"/data/{dataset_id}/berkas/{pages.resource(dataset_id)}"
    page = pages.text("siti", at)
    assert "Ditemukan: 2 unsur" in plain(page)
    assert "Bentuk tidak sah: 1" in plain(page)
    assert "<svg" in page
    pages.post("siti", f"{at}/pilihan", tindakan="muat", repair="1")
    pages.work()
    assert "Bentuk tidak sah: 1 sebelum, 0 sesudah dimuat" in plain(pages.text("siti", at))
    assert "2 unsur" in plain(pages.text("siti", f"/data/{dataset_id}/pratinjau"))
