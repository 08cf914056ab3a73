"""Files over the pages: wrong ones get an answer, several sheets and layers a choice, chunks are cut and resumed."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

import numpy as np
import openpyxl
import pytest
import shapely
from pyogrio.raw import write

from tests.apps import token_of
from tests.portal.ingest.desk_pages import MESSY, Pages, layer, made_pages, plain, stars
from tests.portal.ingest.house import CSV
from tests.support import Databases

BAD = (
    "Kecamatan;Tahun;Cakupan\n"
    + "".join(f"Kecamatan {number};2024;{number},5\n" for number in range(1, 41))
    + "Losari;2024;belum dihitung\nKersana;2024;12,5\n"
).encode()


def workbook() -> bytes:
    """Two sheets, titles above the header."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Dokter"
    for row in (["Jumlah Dokter"], [], ["Kecamatan", "Tahun", "Dokter"], ["Salem", 2024, 3], ["Losari", 2024, 5]):
        first.append(row)
    second = book.create_sheet("Perawat")
    for row in (["Kecamatan", "Tahun", "Perawat"], ["Salem", 2024, 13], ["Losari", 2024, 15], ["Brebes", 2024, 40]):
        second.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped() -> bytes:
    """A shapefile in UTM 49S that does not say so."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "zona.shp"
        boxes = [shapely.box(269000 + 4000 * n, 9230000, 272000 + 4000 * n, 9233000) for n in range(3)]
        write(
            at,
            geometry=np.array(shapely.to_wkb(boxes), dtype=object),
            field_data=[np.array(["Zona Ä", "Zona B", "Zona C"], dtype=object)],
            fields=["NAMA"],
            geometry_type="Polygon",
            driver="ESRI Shapefile",
            encoding="cp1252",
            crs="EPSG:32749",
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix in {".shp", ".shx", ".dbf"}:
                    archive.write(part, part.name)
    return stream.getvalue()


@pytest.fixture(scope="module")
def pages(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with made_pages(module_databases, tmp_path_factory.mktemp("kantor")) as made:
        yield made


def at(pages: Pages, dataset_id: Any, position: int = 0) -> str:
    return f"/data/{dataset_id}/berkas/{pages.resource(dataset_id, position)}"


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "kosong.csv", "Berkas kosong"),
        (b"MZ\x90", "virus.exe", "tidak dapat diterima"),
        (b"bukan pdf", "surat.pdf", "bukan PDF"),
    ],
)
def test_a_wrong_file_is_answered_and_the_form_kept(pages: Pages, data: bytes, name: str, words: str) -> None:
    answer = pages.post("siti", f"/unggah/{pages.agency()}", 422, berkas=(io.BytesIO(data), name), **stars())
    page = answer.get_data(as_text=True)
    assert words in plain(page)
    assert "Catatan kerja puskesmas." in page
    none = pages.post("siti", f"/unggah/{pages.agency()}", 422, **stars())
    assert "Pilih sedikitnya satu berkas" in plain(none.get_data(as_text=True))


def test_T26_a_file_without_the_five_fields_is_refused(pages: Pages) -> None:
    lacking = {**stars(), "metode_pengumpulan": ""}
    answer = pages.post("siti", f"/unggah/{pages.agency()}", 422, berkas=(io.BytesIO(CSV), "a.csv"), **lacking)
    assert "Berkas belum dapat diterima" in plain(answer.get_data(as_text=True))


def test_one_bad_file_leaves_the_others_in(pages: Pages) -> None:
    dataset_id = pages.new((CSV, "puskesmas.csv"), (b"MZ", "virus.exe"), (layer(), "zona.geojson"))
    page = plain(pages.text("siti", f"/data/{dataset_id}"))
    assert "virus.exe ditolak" in page
    assert "puskesmas.csv" in page
    assert "zona.geojson" in page
    again = pages.post("siti", f"/data/{dataset_id}/unggah", berkas=(io.BytesIO(CSV), "puskesmas.csv"))
    assert "sudah ada di sini" in plain(pages.text("siti", again.location))


def test_garbage_named_csv_is_told_and_can_be_replaced(pages: Pages) -> None:
    dataset_id = pages.new((b"\x00\x01\x02\xff" * 400, "sampah.csv"))
    page = plain(pages.text("siti", at(pages, dataset_id)))
    assert "tidak dapat dibaca" in page
    assert "Ganti berkas" in page
    resource = pages.resource(dataset_id)
    pages.post("siti", f"/data/{dataset_id}/unggah", berkas=(io.BytesIO(CSV), "baik.csv"), ganti=str(resource))
    pages.work()
    assert "Ditemukan: 3 baris" in plain(pages.text("siti", at(pages, dataset_id)))


def test_bad_cells_are_marked_and_the_choice_is_kept(pages: Pages) -> None:
    dataset_id = pages.new((BAD, "imunisasi.csv"))
    here = at(pages, dataset_id)
    page = pages.text("siti", here)
    assert "Baris 42, kolom Cakupan: “belum dihitung”" in plain(page)
    assert "cell-bad" in page
    column = {"k2.ada": "1", "k2.type": "text", "k2.name": "cakupan", "k2.label": "Cakupan"}
    pages.post("siti", f"{here}/pilihan", tindakan="lihat", **column, **{"k2.bad": "kosongkan"})
    pages.work()
    pages.post("siti", f"{here}/pilihan", tindakan="muat")
    pages.work()
    assert "Yang dimuat: 42 baris" in plain(pages.text("siti", here))
    dictionary = pages.text("siti", here)
    assert "cakupan · numeric" in plain(dictionary)


def test_rows_that_make_no_sense_are_answered_at_their_field(pages: Pages) -> None:
    dataset_id = pages.new((MESSY, "posyandu.csv"))
    here = at(pages, dataset_id)
    for field, value in (("header_rows", "tiga"), ("first_row", "0"), ("last_row", "1"), ("skip_rows", "1-999999999")):
        answer = pages.post("siti", f"{here}/pilihan", 422, tindakan="muat", **{field: value})
        assert f'id="f-{field}-error"' in answer.get_data(as_text=True)
    pages.post("siti", f"{here}/pilihan", tindakan="lihat", header_rows="1")
    pages.work()
    assert "tajuk di baris 1" in plain(pages.text("siti", here))
    pages.post("siti", f"{here}/baca-ulang")
    pages.work()


def test_another_sheet_becomes_a_resource_of_its_own(pages: Pages) -> None:
    dataset_id = pages.new((workbook(), "tenaga.xlsx"))
    assert "Ditemukan: 2 lembar, 2 baris, tajuk di baris 3" in plain(pages.text("siti", at(pages, dataset_id)))
    answer = pages.post("siti", f"{at(pages, dataset_id)}/bagian-lain")
    pages.post("siti", f"{answer.location}/pilihan", tindakan="lihat", sheet="Perawat")
    pages.work()
    assert "Ditemukan: 2 lembar, 3 baris, tajuk di baris 1" in plain(pages.text("siti", answer.location))


def test_an_unknown_crs_is_asked_with_maps(pages: Pages) -> None:
    dataset_id = pages.new((zipped(), "zona.zip"))
    here = at(pages, dataset_id)
    page = pages.text("siti", here)
    assert "Sistem koordinat mana" in plain(page)
    assert page.count("<svg") >= 3
    assert "Zona Ä" in page
    wrong = pages.post("siti", f"{here}/pilihan", 422, tindakan="muat", srid_lain="utm")
    assert "Tulis kode EPSG" in plain(wrong.get_data(as_text=True))
    pages.post("siti", f"{here}/pilihan", tindakan="lihat", srid="32749", encoding="cp1252")
    pages.work()
    assert "100%" in plain(page)
    assert "Sistem koordinat mana" not in plain(pages.text("siti", here))
    pages.post("siti", f"{here}/pilihan", tindakan="muat", srid_lain="EPSG:32749")
    pages.work()
    assert "Yang dimuat: 3 unsur" in plain(pages.text("siti", here))


def test_the_dictionary_hides_a_column_from_the_public(pages: Pages) -> None:
    dataset_id = pages.loaded()
    here = at(pages, dataset_id)
    fields = {
        "d3.ada": "1",
        "d3.label": "Puskesmas",
        "d3.unit": "unit",
        "d3.definition": "Yang aktif.",
        "d3.closed": "1",
    }
    pages.post("siti", f"{here}/kamus", name="Puskesmas Brebes", description="Tabel utama", **fields)
    page = plain(pages.text("siti", here))
    assert "jumlah_puskesmas · integer · unit · tidak terbit" in page
    preview = plain(pages.text("siti", f"/data/{dataset_id}/pratinjau"))
    assert "1 kolom tidak ikut terbit" in preview
    assert "Puskesmas Brebes" in preview
    assert "Yang akan terjadi" in plain(pages.text("siti", f"{here}/hapus"))
    pages.post("siti", f"{here}/hapus")
    assert "Belum ada berkas" in plain(pages.text("siti", f"/data/{dataset_id}"))


def put(pages: Pages, url: str, data: bytes, offset: int, length: int, **more: str) -> Any:
    """One chunk as the page's script sends it."""
    client = pages.as_("siti")
    headers = {
        "X-CSRFToken": token_of(client, "/akun"),
        "Content-Type": "application/octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Length": str(length),
        "Upload-Name": "data%20panen.csv",
    }
    return client.put(f"{url}?offset={offset}", data=data, headers={**headers, **more})


def test_an_upload_is_cut_and_resumed(pages: Pages) -> None:
    key, client = uuid4().hex, pages.as_("siti")
    url = f"/unggah/{pages.agency()}/berkas/{key}"
    assert client.head(url).status_code == 404
    assert put(pages, url, CSV[:40], 0, len(CSV)).headers["Upload-Offset"] == "40"
    assert client.head(url).headers["Upload-Offset"] == "40"
    assert "Ada unggahan yang belum selesai" in plain(pages.text("siti", "/unggah"))
    lost = put(pages, url, CSV[:40], 0, len(CSV))
    assert (lost.status_code, lost.headers["Upload-Offset"]) == (409, "40")
    early = pages.post("siti", f"/unggah/{pages.agency()}", 422, upload_id=key, **stars())
    assert "Berkas tidak diterima" in plain(early.get_data(as_text=True))
    assert put(pages, url, CSV[40:], 40, len(CSV)).headers["Upload-Offset"] == str(len(CSV))
    answer = pages.post("siti", f"/unggah/{pages.agency()}", upload_id=key, **stars())
    pages.work()
    page = plain(pages.text("siti", answer.location))
    assert "data panen.csv" in page
    assert "Ditemukan: 3 baris" in page
    assert client.head(url).status_code == 404


def test_chunks_that_cannot_go_on_are_told_once(pages: Pages) -> None:
    dataset_id = pages.new((MESSY, "posyandu.csv"))
    url = f"/data/{dataset_id}/unggahan/{uuid4().hex}"
    wrong = put(pages, url, b"x", 0, 1, **{"Upload-Name": "virus.exe"})
    assert wrong.status_code == 422
    assert "tidak dapat diterima" in wrong.get_json()["message"]
    assert put(pages, url, b"x", 0, 0).status_code == 422
    assert put(pages, url, b"x", 0, 1, **{"Upload-Length": "banyak"}).status_code == 422
    assert put(pages, url, b"xyz", 0, 1).status_code == 413
    foreign = pages.as_("tono")
    headers = {"X-CSRFToken": token_of(foreign, "/akun"), "Upload-Offset": "0", "Upload-Length": "1"}
    assert foreign.put(url, data=b"x", headers=headers).status_code == 404
    assert foreign.put(url, data=b"x").status_code == 400
    other = f"/data/{dataset_id}/unggahan/{uuid4().hex}"
    put(pages, other, b"ab", 0, 4)
    page = pages.text("siti", f"/data/{dataset_id}")
    assert "Belum selesai terkirim: data panen.csv, 50% dari 4" in plain(page)
    key = other.rsplit("/", 1)[1]
    pages.post("siti", f"/data/{dataset_id}/unggahan/{uuid5(dataset_id, key)}/batal")
    assert "Belum selesai terkirim" not in plain(pages.text("siti", f"/data/{dataset_id}"))


def test_a_job_is_told_as_json_to_those_who_may_see_it(pages: Pages) -> None:
    dataset_id = pages.new((CSV, "puskesmas.csv"))
    pages.post("siti", f"{at(pages, dataset_id)}/pilihan", tindakan="muat")
    page = pages.text("siti", at(pages, dataset_id))
    url = page.split('data-progress-url="', 1)[1].split('"', 1)[0]
    assert 'http-equiv="refresh"' in page
    body = json.loads(pages.text("siti", url))
    assert (body["state"], body["percent"]) == ("antre", 0)
    pages.work()
    assert json.loads(pages.text("siti", url))["state"] == "selesai"
    pages.text("tono", url, 404)
