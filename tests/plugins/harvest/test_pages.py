"""The office's pages of harvest: the list and its empty state, the form with a look first, a source, a job's report."""

from __future__ import annotations

import json
import re

from flask.testing import FlaskClient

from tests.apps import post, token_of
from tests.plugins.harvest.world import Fields


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def form(fields: Fields, **changes: str) -> dict[str, str]:
    """What the form is filled in with."""
    wanted = fields.wanted(config="")
    own = fields.office.agencies["dinas-kesehatan"]
    return {**{key: str(wanted[key]) for key in ("name", "title", "url")}, "owner_org": str(own), **changes}


def test_an_empty_list_says_what_would_be_here(regency: Fields) -> None:
    regency.office.person("rina", "dinas-pariwisata", *roles())
    text = page(regency.office.office.sign_in("rina"), "/panen")
    assert "Belum ada sumber panen" in text
    assert "katalog CKAN" in text
    assert 'href="/panen/baru"' in text
    assert 'href="/panen"' in page(regency.office.office.sign_in("rina"), "/"), "the header leads here"


def roles() -> tuple[object, ...]:
    from portal.kernel.identity import Role

    return (Role.PRODUSEN,)


def test_who_manages_no_source_has_no_page(regency: Fields) -> None:
    client = regency.office.office.sign_in("pita")
    assert client.get("/panen").status_code == 403
    assert 'href="/panen"' not in page(client, "/")
    assert regency.office.office.client().get("/panen").status_code == 303


def test_a_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(regency: Fields) -> None:
    client = regency.office.office.sign_in("siti")
    answer = post(client, "/panen/baru", **form(regency, name="Tidak Boleh", config="{", aksi="simpan"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Hanya huruf kecil" in text
    assert "bukan JSON (baris 1, kolom 2)" in text
    assert 'value="Tidak Boleh"' in text
    inside = post(client, "/panen/baru", **form(regency, url="ftp://x", aksi="simpan")).get_data(as_text=True)
    assert "http:// atau https://" in inside


def test_a_source_is_tried_saved_run_paused_and_deleted(regency: Fields) -> None:
    regency.remote.put("uji-halaman", title="Luas panen <b>padi</b>")
    client = regency.office.office.sign_in("siti")
    sent = form(regency)
    trial = post(client, "/panen/baru", **sent, aksi="coba").headers["Location"]
    assert "Menghubungi sumber" in page(client, trial)
    assert client.get(f"{trial}/kemajuan.json").get_json()["state"] == "running"
    regency.work()
    assert client.get(f"{trial}/kemajuan.json").get_json() == {
        "state": "done", "percent": 0, "message": "Menghubungi sumber…", "next_url": trial,
    }  # fmt: skip
    text = page(client, trial)
    assert "Ditemukan 1 dataset" in text
    assert "Luas panen &lt;b&gt;padi&lt;/b&gt;" in text
    assert 'action="/panen/baru"' in text
    assert f'value="{sent["owner_org"]}" selected' in text
    assert regency.office.office.sign_in("kelola").get(trial).status_code == 404, "a look is one's own"
    assert regency.remote.datasets
    where = post(client, "/panen/baru", page=trial, **sent, aksi="simpan").headers["Location"]
    assert "Jalankan sekarang" in page(client, where)
    report = post(client, f"{where}/jalankan", page=where).headers["Location"]
    assert "Hentikan" in page(client, report)
    assert client.get(f"{report}/kemajuan.json").get_json()["state"] == "running"
    regency.work()
    assert client.get(f"{report}/kemajuan.json").get_json()["state"] == "done"
    text = page(client, report)
    assert re.search(r"Ditambahkan</th><td class=\"n\">1<", text)
    assert "semua dataset" in text
    assert "1 ditambahkan" in page(client, where)
    assert "1 dataset di sini" in page(client, "/panen")
    assert "Dijeda" in page(client, post(client, f"{where}/keadaan", page=where, keadaan="paused").headers["Location"])
    refused = post(client, f"{where}/jalankan", page=where).headers["Location"]
    assert "dijeda atau dihapus" in page(client, refused)
    post(client, f"{where}/keadaan", page=where, keadaan="active")
    assert (
        client.post(f"{where}/keadaan", data={"csrf_token": token_of(client, where), "keadaan": "x"}).status_code == 422
    )
    post(client, f"{where}/keadaan", page=where, keadaan="deleted")
    assert "sudah dihapus" in page(client, where)
    assert sent["title"] not in page(client, "/panen")


def test_a_look_at_what_is_no_ckan_says_so(regency: Fields) -> None:
    client = regency.office.office.sign_in("siti")
    trial = post(client, "/panen/baru", **form(regency, url="http://10.9.8.7/"), aksi="coba").headers["Location"]
    regency.work()
    assert "di dalam jaringan sendiri" in page(client, trial)


def test_a_report_shows_each_fault_with_its_dataset(regency: Fields) -> None:
    bad = regency.remote.put("galat-halaman", extras=[{"key": "spatial", "value": "x"}], title="Peta Salah")
    source = regency.source()
    job = regency.harvest(source)
    client = regency.office.office.sign_in("siti")
    text = page(client, f"/panen/tugas/{job['id']}")
    assert "Peta Salah" in text
    assert bad in text
    assert "spatial" in text
    assert "Selesai dengan 1 galat" in page(client, f"/panen/sumber/{source['id']}")
    edit = page(client, f"/panen/sumber/{source['id']}/ubah")
    assert json.loads(source["config"])["default_extras"]["uji"] in edit


def test_others_sources_are_not_there(regency: Fields) -> None:
    source = regency.source()
    job = regency.office.result("harvest_job_create", {"source_id": source["id"], "run": False})
    client = regency.office.office.sign_in("joko")
    for path in (f"/panen/sumber/{source['id']}", f"/panen/sumber/{source['id']}/ubah", f"/panen/tugas/{job['id']}"):
        assert client.get(path).status_code == 404
    assert source["title"] not in page(client, "/panen")
