"""Agencies and people: who may, invitations, resets, CSV loads whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.accounts import bulk, models
from portal.kernel.errors import Invalid
from portal.kernel.identity import Role
from tests.apps import Office, dispose, make_office, post, token_of
from tests.support import Databases

NEW = "sawah-bawang-77"


@pytest.fixture(scope="module")
def office(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make_office(module_databases, tmp_path_factory.mktemp("office"))
    made.person("siti", Role.ADMIN, agency=made.agency("dinas-kominfo"))
    made.person("kepala", Role.KEPALA_OPD)
    made.person("budi", Role.PRODUSEN)
    yield made
    dispose(made.runtime)


def shown_link(text: str) -> str:
    return "/tautan/" + text.split("/tautan/", 1)[1].split("<", 1)[0].split('"', 1)[0]


def test_an_invitation_is_good_once(office: Office) -> None:
    admin = office.sign_in("siti")
    fields = {"name": "Wati", "email": "Wati@Contoh.id", "agency_id": str(office.agency()), "role": "produsen"}
    page = post(admin, "/admin/orang/undang", **fields)
    assert page.status_code == 200
    link = shown_link(page.get_data(as_text=True))
    guest = office.client()
    assert post(guest, link, password=NEW, again="lain").status_code == 422
    assert post(guest, link, password=NEW, again=NEW).status_code == 303
    assert guest.get("/akun").status_code == 200
    assert office.client().get(link).status_code == 404
    assert post(admin, "/admin/orang/undang", **fields).status_code == 422


def test_a_head_resets_his_own_people_only(office: Office) -> None:
    other = office.person("lain", Role.PRODUSEN, agency=office.agency("dinas-pertanian"))
    head = office.sign_in("kepala")
    with office.runtime.sessions["office"]() as session:
        own = session.scalar(select(models.person.c.id).where(models.person.c.email == "budi@contoh.id"))
        himself = session.scalar(select(models.person.c.id).where(models.person.c.email == "kepala@contoh.id"))
    assert post(head, f"/admin/orang/{own}/atur-ulang", page="/akun").status_code == 200
    assert post(head, f"/admin/orang/{other}/atur-ulang", page="/akun").status_code == 403
    assert post(head, f"/admin/orang/{himself}/atur-ulang", page="/akun").status_code == 403


def test_T04_admin_gives_himself_nothing(office: Office) -> None:
    admin = office.sign_in("siti")
    with office.runtime.sessions["office"]() as session:
        himself = session.scalar(select(models.person.c.id).where(models.person.c.email == "siti@contoh.id"))
    answer = post(
        admin, f"/admin/orang/{himself}/peran", page="/akun", agency_id=str(office.agency()), role="kepala_opd"
    )
    assert answer.status_code == 403


def test_a_producer_administers_nobody(office: Office) -> None:
    client = office.sign_in("budi")
    for path in ("/admin/orang", "/admin/orang/undang", "/admin/instansi/baru", "/admin/muat"):
        assert client.get(path).status_code == 403, path


def test_switching_an_account_off_ends_its_sessions(office: Office) -> None:
    person = office.person("pergi", Role.PRODUSEN)
    leaving, admin = office.sign_in("pergi"), office.sign_in("siti")
    assert post(admin, f"/admin/orang/{person}/aktif", page="/akun").status_code == 303
    assert leaving.get("/akun").status_code == 303


def test_taking_a_role_is_felt_at_once(office: Office) -> None:
    person = office.person("sementara", Role.PRODUSEN)
    client, admin = office.sign_in("sementara"), office.sign_in("siti")
    fields = {"agency_id": str(office.agency()), "role": "produsen", "ambil": "1"}
    post(admin, f"/admin/orang/{person}/peran", page="/akun", **fields)
    assert client.get("/akun").status_code == 403, "an account without a role enters no room"


def load(office: Office, kind: str, text: str) -> tuple[int, str]:
    admin = office.sign_in("siti")
    data = {"csrf_token": token_of(admin, "/admin/muat"), "jenis": kind, "berkas": (BytesIO(text.encode()), "x.csv")}
    answer = admin.post("/admin/muat", data=data)
    return answer.status_code, answer.get_data(as_text=True)


def test_people_and_agencies_from_csv(office: Office) -> None:
    agencies = "nama;judul;singkatan;tingkat;kode_wilayah;surel;walidata\n"
    agencies += "rsud;RSUD Brebes;RSUD;daerah;33.29;a@b.contoh;tidak\n"
    assert load(office, "instansi", agencies)[0] == 200
    people = "surel,nama,instansi,peran\nani@contoh.id,Ani,rsud,produsen\nani@contoh.id,Ani,rsud,gis\n"
    status, text = load(office, "orang", people)
    assert status == 200
    assert text.count("/tautan/") == 1


def test_a_faulty_csv_loads_nothing_and_names_each_place(office: Office) -> None:
    people = "surel,nama,instansi,peran\nbenar@contoh.id,Benar,dinas-kesehatan,produsen\nsalah,S,tiada,raja\n"
    status, text = load(office, "orang", people)
    assert status == 422
    assert "Baris 3" in text
    with office.runtime.sessions["office"]() as session:
        count = session.scalar(
            select(func.count()).select_from(models.person).where(models.person.c.email == "benar@contoh.id")
        )
    assert count == 0


def test_lines_may_end_as_on_any_system_and_a_cell_without_end_is_refused() -> None:
    head = ",".join(bulk.AGENCY_COLUMNS)
    assert len(bulk.read_rows(f"{head}\rdinkes,Dinas\rdinsos,Dinas\r".encode(), bulk.AGENCY_COLUMNS)) == 2
    most = csv.field_size_limit(1_000)
    try:
        with pytest.raises(Invalid, match="Baris 2"):
            bulk.read_rows(f"{head}\n{'x' * 2_000}\n".encode(), bulk.AGENCY_COLUMNS)
    finally:
        csv.field_size_limit(most)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        rows = bulk.read_rows(data, bulk.PERSON_COLUMNS)
    except Invalid:
        return
    assert isinstance(rows, list)


def test_agency_names_are_unique(office: Office) -> None:
    office.agency("dinas-sosial")
    admin = office.sign_in("siti")
    fields = {
        "name": "dinas-sosial",
        "title": "Dinas Sosial",
        "tingkat": "daerah",
        "region_code": "33.29",
        "active": "1",
    }
    answer = post(admin, "/admin/instansi/baru", **fields)
    assert answer.status_code == 422
    assert "sudah dipakai" in answer.get_data(as_text=True)


def test_the_account_page_says_who_made_a_token(office: Office) -> None:
    client = office.sign_in("budi")
    post(client, "/akun/token", page="/akun", name="milik sendiri", days="9", scopes="dataset:lihat")
    assert "dibuat oleh" not in client.get("/akun").get_data(as_text=True)
    with office.runtime.sessions["office"]() as session:
        owner = session.scalar(select(models.person.c.id).where(models.person.c.email == "budi@contoh.id"))
        maker = session.execute(select(models.person).where(models.person.c.email == "siti@contoh.id")).one()
        session.execute(
            models.token.insert().values(
                id=uuid4(),
                person_id=owner, name="pindahan", token_hash=b"x" * 32, scopes=[], made_by=maker.id,
                expires=office.runtime.clock() + timedelta(days=1), created=office.runtime.clock(),
            )
        )  # fmt: skip
        session.commit()
    assert f"dibuat oleh {maker.name}" in client.get("/akun").get_data(as_text=True)
