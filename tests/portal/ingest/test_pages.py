"""The office pages over the real application: the way of a table, for each role."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.portal.ingest.desk_pages import ANSWERS, MESSY, Pages, layer, made_pages, plain, value
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


def test_every_role_has_its_tasks(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah bidan", jenis_data="statistik_sektoral")
    at = f"/data/{dataset_id}"
    assert "Beri pendapat: Jumlah bidan" in plain(pages.text("budi", "/"))
    assert "Tidak ada yang menunggu Anda" in plain(pages.text("tono", "/"))
    assert "Tidak ada yang menunggu Anda" in plain(pages.text("ayu", "/"))
    refused = pages.post("wati", f"{at}/periksa/validasi", 409, minutes="BA-7", method="Pencocokan")
    words = plain(refused.get_data(as_text=True))
    assert "pendapat BPS" in words
    assert 'value="BA-7"' in refused.get_data(as_text=True)
    empty = pages.post("budi", f"{at}/periksa/bps", 422, outcome="pendapat", text=" ")
    assert "Isi pendapat wajib ditulis" in plain(empty.get_data(as_text=True))
    pages.post("budi", f"{at}/periksa/bps", outcome="pendapat", text="Sesuai konsep BPS.")
    assert "Sesuai konsep BPS." in plain(pages.text("wati", f"{at}/periksa"))
    pages.post("wati", f"{at}/periksa/validasi", minutes="BA-7", method="Pencocokan")
    assert pages.state(dataset_id) == "tervalidasi"


def test_silence_of_bps_is_recorded_after_its_deadline(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah perawat", jenis_data="statistik_sektoral")
    at, said = f"/data/{dataset_id}/periksa/bps", {"outcome": "tanpa_jawaban", "text": "Diundang dengan surat."}
    pages.post("wati", at, 422, **said, invited="2026-01-02", deadline="2999-01-02")
    pages.post("wati", at, 422, **said, invited="2 Januari", deadline="2999-01-02")
    pages.post("wati", at, **said, invited="2026-01-02", deadline="2026-01-09")
    assert "BPS diundang, tidak menjawab" in plain(pages.text("wati", f"/data/{dataset_id}/periksa"))


def test_a_return_says_why_and_until_when(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah apotek")
    at = f"/data/{dataset_id}/periksa/kembalikan"
    assert "Sebutkan sampai kapan" in plain(pages.post("wati", at, 422, reasons="Salah").get_data(as_text=True))
    assert "alasan" in plain(pages.post("wati", at, 422, reasons=" ", due="2026-12-24").get_data(as_text=True))
    pages.post("wati", at, reasons="Baris 2 tidak sesuai sumber\nSatuan belum ada", due="2026-12-24")
    page = plain(pages.text("siti", f"/data/{dataset_id}"))
    assert "Baris 2 tidak sesuai sumber" in page
    assert "24 Desember 2026" in page
    assert "Perbaiki: Jumlah apotek" in plain(pages.text("siti", "/"))
    pages.describe(dataset_id, judul="Jumlah apotek per kecamatan")
    pages.post("siti", f"/data/{dataset_id}/ajukan")
    assert pages.state(dataset_id) == "diperiksa"


def test_what_one_may_not_see_is_not_there(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah pasien jiwa")
    resource = f"/data/{dataset_id}/berkas/{pages.resource(dataset_id)}"
    nothing = "00000000-0000-4000-8000-000000000000"

    def refused_to_tono(path: str) -> str:
        """The page without what every answer has of its own: its address and the signing time of the form token."""
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", pages.text("tono", path, 404))
        return text.replace(path, f"/data/{nothing}")

    unknown = refused_to_tono(f"/data/{nothing}")

    for path in ("", "/keterangan", "/ajukan", "/periksa", "/tetapkan", "/rilis", "/tarik", "/pratinjau", "/unggah"):
        assert refused_to_tono(f"/data/{dataset_id}{path}") == unknown
        assert pages.text("ayu", f"/data/{dataset_id}{path}", 404)
    assert refused_to_tono(resource) == unknown
    for path in ("/periksa", "/tetapkan", "/rilis", "/tarik"):
        pages.text("siti", f"/data/{dataset_id}{path}", 403)
    pages.text("wati", "/unggah", 403)
    blank = pages.post("pita", f"/data/{dataset_id}/tetapkan", 422, sifat="dikecualikan", number="SK-1")
    assert "Wajib diisi untuk data dikecualikan" in plain(blank.get_data(as_text=True))
    assert 'value="SK-1"' in blank.get_data(as_text=True)
    decided = {"number": "SK-1", "grounds": "17h", "reason": "Data pribadi.", "approval": "Nota 4"}
    answer = pages.post("pita", f"/data/{dataset_id}/tetapkan", sifat="dikecualikan", **decided)
    assert answer.location.startswith("/?ditetapkan=1")
    for who in ("siti", "kepala", "wati", "pita", "tono"):
        text = pages.text(who, f"/data/{dataset_id}", 404)
        assert "pasien jiwa" not in text
        if who != "tono":
            assert "pasien jiwa" not in pages.text(who, "/data")
    assert refused_to_tono(f"/data/{dataset_id}") == unknown


def test_two_officers_edit_one_dataset_and_nothing_is_lost(pages: Pages) -> None:
    dataset_id = pages.loaded()
    at = f"/data/{dataset_id}/keterangan"
    first, second = pages.text("siti", at), pages.text("sari", at)
    mine = {**ANSWERS, "token": value(first, "token"), "dasar": value(first, "dasar")}
    other = {**ANSWERS, "token": value(second, "token"), "dasar": value(second, "dasar")}
    pages.post("siti", at, **{**mine, "judul": "Judul dari Siti", "retensi": "25 tahun"})
    answer = pages.post("sari", at, 409, **{**other, "judul": "Judul dari Sari", "deskripsi": "Uraian Sari."})
    page = answer.get_data(as_text=True)
    words = plain(page)
    assert "Siti telah menyimpan perubahan" in words
    assert "Tulisan orang lain untuk “Judul” Judul dari Siti" in words
    assert 'value="Judul dari Sari"' in page
    assert "Uraian Sari." in page
    assert 'value="25 tahun"' in page
    again = {**other, "judul": "Judul bersama", "deskripsi": "Uraian Sari.", "retensi": "25 tahun"}
    pages.post("sari", at, **{**again, "token": value(page, "token"), "dasar": value(page, "dasar")})
    shown = plain(pages.text("siti", f"/data/{dataset_id}"))
    assert "Judul bersama" in shown
    assert "Uraian Sari." in shown
    pages.text("sari", f"/data/{dataset_id}?tersimpan=1")
    pages.post("siti", f"{at}/urungkan", 404)
    pages.post("sari", f"{at}/urungkan")
    assert "Judul dari Siti" in plain(pages.text("siti", f"/data/{dataset_id}"))


def test_faults_of_the_editor_stand_at_their_fields(pages: Pages) -> None:
    dataset_id = pages.loaded()
    bad = {"periode_dari": "kemarin", "skala": "1:25.000"}
    assert "Tulis tahun empat angka atau tanggal" in pages.describe(dataset_id, status=422, **bad).get_data(
        as_text=True
    )
    wrong = pages.describe(dataset_id, status=422, cakupan_wilayah="33.29, abc").get_data(as_text=True)
    assert 'id="f-cakupan_wilayah-error"' in wrong
    assert "33.29, abc" in wrong
    source = pages.describe(dataset_id, status=422, jenis_data="statistik_dasar").get_data(as_text=True)
    assert "SR-1" in source
    pages.describe(dataset_id, skala="1:25.000", extras="dasar hukum: Perbup 1/2026", kata_kunci="satu, dua, satu")
    page = pages.text("siti", f"/data/{dataset_id}/keterangan")
    assert "dasar hukum: Perbup 1/2026" in page
    assert 'value="satu, dua"' in page


def test_one_question_at_a_time_with_a_guess(pages: Pages) -> None:
    dataset_id = pages.new((MESSY, "jumlah_posyandu_2024.csv"))
    asked: list[str] = []
    while True:
        answer = pages.as_("siti").get(f"/data/{dataset_id}/tanya")
        name = answer.location.split("?", 1)[0].rsplit("/", 1)[1]
        if name == str(dataset_id):
            break
        asked.append(name)
        page = pages.text("siti", f"/data/{dataset_id}/tanya/{name}")
        assert "Pertanyaan" in plain(page)
        pages.post("siti", f"/data/{dataset_id}/tanya/{name}", **{name: guessed(page, name), **period(page)})
    assert asked == [
        "deskripsi", "jenis_data", "kelompok", "kata_kunci", "tingkat_penyajian", "periode", "frekuensi", "retensi",
    ]  # fmt: skip
    assert "Pastikan isi berkas" in plain(pages.text("siti", f"/data/{dataset_id}"))
    pages.post("siti", f"/data/{dataset_id}/tanya/tanggal_pengambilan", 422, tanggal_pengambilan="tadi")


def guessed(page: str, name: str) -> str:
    """What the question was filled with, as a browser would send it; a plain answer where nothing was guessed."""
    fallback = {"kelompok": "sosial", "frekuensi": "tahunan", "deskripsi": "Jumlah posyandu."}
    found = re.search(rf'name="{name}" value="([^"]+)" checked', page) or re.search(
        rf'name="{name}"[^>]* value="([^"]+)"', page
    )
    chosen = re.search(r'<option value="([^"]+)" selected', page)
    text = re.search(rf'<textarea[^>]*name="{name}"[^>]*>([^<]+)<', page)
    values = [match[1] for match in (text, chosen, found) if match]
    return values[0] if values else fallback.get(name, "lain")


def period(page: str) -> dict[str, str]:
    """Both ends of a period, where it is asked."""
    names = [name for name in ("periode_dari", "periode_sampai") if f'name="{name}"' in page]
    return {name: value_of(page, name) for name in names}


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_versions_come_back_and_are_withdrawn(pages: Pages) -> None:
    dataset_id = pages.released(judul="Jumlah klinik")
    at = f"/data/{dataset_id}"
    pages.post("siti", f"{at}/versi-baru")
    pages.post("siti", f"{at}/versi-baru", 409)
    pages.describe(dataset_id, judul="Jumlah klinik, diperbaiki")
    pages.post("siti", f"{at}/ajukan")
    pages.post("wati", f"{at}/periksa/validasi", minutes="BA-9", method="Pencocokan")
    assert "menjadi versi lama" in plain(pages.text("wati", f"{at}/rilis"))
    pages.post("wati", f"{at}/rilis")
    pages.post("wati", f"{at}/rilis", 409)
    pages.work()
    assert "versi 2" in plain(pages.text("wati", at))
    pages.post("wati", f"{at}/versi/1/kembalikan")
    pages.work()
    assert "yang tampil untuk umum: versi 1" in plain(pages.text("wati", at))
    pages.post("wati", f"{at}/versi/1/kembalikan", 409)
    page = plain(pages.text("wati", f"{at}/tarik"))
    assert "Yang akan terjadi" in page
    assert "Hanya versi 2" in page
    assert "Alasan penarikan wajib" in plain(pages.post("wati", f"{at}/tarik", 422).get_data(as_text=True))
    pages.post("wati", f"{at}/tarik", reason="Angka keliru.", version="0")
    pages.work()
    assert pages.state(dataset_id) == "ditarik"


def test_consent_is_given_and_taken_back(pages: Pages) -> None:
    dataset_id = pages.submitted(judul="Jumlah ambulans")
    at = f"/data/{dataset_id}/persetujuan"
    pages.post("kepala", at, 422)
    pages.post("kepala", at, acts="publikasi", ends="2999-12-31", document="Surat 12")
    page = pages.text("kepala", at)
    assert "sampai 31 Desember 2999" in plain(page)
    found = re.search(r"/persetujuan/([0-9a-f-]{36})/cabut", page)
    assert found is not None
    pages.post("kepala", f"{at}/{found[1]}/cabut")
    assert "Dicabut" in plain(pages.text("kepala", at))
    pages.text("siti", at, 403)


def test_the_list_is_narrowed_by_words_state_and_agency(pages: Pages) -> None:
    dataset_id = pages.loaded(judul="Cakupan imunisasi campak")
    assert "Cakupan imunisasi campak" in plain(pages.text("siti", "/data?q=campak&keadaan=draf"))
    assert "Tidak ada yang cocok" in plain(pages.text("siti", "/data?q=campak&keadaan=terbit"))
    agency = pages.agency()
    assert str(dataset_id) in pages.text("siti", f"/data?q=campak&instansi={agency}")
    assert pages.as_("siti").get("/cari?q=campak").location == "/data?q=campak"
    assert "Belum ada dataset" in plain(pages.text("tono", "/data"))
    pages.text("siti", "/data?hal=99999999999&keadaan=x&instansi=y")


def test_the_pages_speak_english_too(pages: Pages) -> None:
    dataset_id = pages.loaded()
    for path in ("/", "/data", "/unggah", f"/data/{dataset_id}", f"/data/{dataset_id}/keterangan"):
        text = pages.text("siti", f"{path}?lang=en")
        assert '<html lang="en"' in text
        assert "Tugas saya" not in text
