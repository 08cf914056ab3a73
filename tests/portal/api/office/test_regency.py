"""The same actions in a regency's profile: a draft with the steps owed; officers release it as ever."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from portal.ingest.schemas import Classification, Consent, Validation
from portal.ingest.service import Ingest
from portal.kernel.identity import Identity, Role, RoleAt
from tests.portal.api.office.world import OfficeWorld

CSV = b"Kode Wilayah;Jumlah\n33.29.01;2\n33.29.02;3\n"
#: What CKAN's extras say of a dataset under their names in domain.md 6.2.
EXTRAS = {
    "source": "Dinas Kesehatan",
    "collection_method": "Pencatatan administrasi.",
    "collected": "2025-01-15",
    "publisher": "Dinas Kesehatan",
    "data_type": "statistik_khusus",
    "presentation_level": "kecamatan",
    "spatial_coverage": "33.29",
    "temporal_coverage": "2024-01-01/2024-12-31",
    "frequency": "tahunan",
    "retention": "10 tahun",
}


def whole(**changes: Any) -> dict[str, Any]:
    """Everything that the law asks for, in CKAN's words."""
    return {
        "title": "Jumlah puskesmas",
        "notes": "Jumlah puskesmas menurut kecamatan.",
        "license_id": "cc-by",
        "author": "Bidang Kesmas",
        "maintainer_email": "data@contoh.id",
        "tags": [{"name": "puskesmas"}],
        "groups": [{"name": "sosial"}],
        "extras": [{"key": key, "value": value} for key, value in EXTRAS.items()],
        **changes,
    }


def identity(world: OfficeWorld, name: str, role: Role, agency: str) -> Identity:
    """A person as the sign-in makes him."""
    return Identity(
        person_id=world.people[name], roles=frozenset({RoleAt(role, world.agency(agency))}), address="192.0.2.7"
    )


def test_T02_a_dataset_is_closed_until_officers_have_decided(brebes: OfficeWorld) -> None:
    made = brebes.package(**whole())
    assert (made["private"], made["state"], made["keadaan"]) == (True, "active", "direncanakan")
    assert made["langkah_terutang"][-5:] == [
        "diperiksa", "tervalidasi", "persetujuan_pemilik", "klasifikasi", "rilis",
    ]  # fmt: skip
    assert "berkas" in made["langkah_terutang"]
    assert brebes.scalar("SELECT sifat FROM vault.register WHERE dataset_id = %s", made["id"]) == "belum_ditetapkan"
    for who in (None, "joko", "admin"):
        assert brebes.error("package_show", {"id": made["id"]}, who)[0] == 404
    assert brebes.published("package_show", {"id": made["id"]})[0] == 404
    assert brebes.result("package_show", {"id": made["id"]}, "kepala")["title"] == "Jumlah puskesmas"


def test_nothing_is_filled_in_for_the_law(brebes: OfficeWorld) -> None:
    made = brebes.package()
    assert made["diisi_sistem"] == []
    assert "metadata:sumber_data" in made["langkah_terutang"]


def test_T26_a_file_needs_the_five_fields(brebes: OfficeWorld) -> None:
    made = brebes.package(title="Tanpa lima isian")
    form = {"package_id": made["id"], "upload": (io.BytesIO(CSV), "a.csv")}
    status, error = brebes.error("resource_create", form=form)
    assert status == 409
    assert {"sumber_data", "metode_pengumpulan", "tanggal_pengambilan"} <= error.keys()
    form = {"package_id": made["id"], "upload": (io.BytesIO(b"<html>"), "a.html")}
    assert brebes.error("resource_create", form=form)[0] == 409


def test_T40_an_officer_writes_for_his_own_agency_only(brebes: OfficeWorld) -> None:
    asked = {"name": brebes.name(), "owner_org": "dinas-kesehatan"}
    assert brebes.error("package_create", asked, "joko")[0] == 403
    assert brebes.error("package_create", asked, "admin")[0] == 403
    assert brebes.error("package_create", asked, "wati")[0] == 403
    made = brebes.package(**whole())
    assert brebes.error("package_patch", {"id": made["id"], "title": "X"}, "joko")[0] == 404
    assert brebes.error("package_delete", {"id": made["id"]}, "admin")[0] == 404


def test_T06_T25_the_draft_goes_the_officers_way_and_the_api_shows_it(brebes: OfficeWorld) -> None:
    made = brebes.package(**whole(author="Tim data", resources=[{"url": "https://contoh.id/asal", "name": "Asal"}]))
    form = {"package_id": made["id"], "name": "Puskesmas", "upload": (io.BytesIO(CSV), "puskesmas.csv")}
    resource = brebes.result("resource_create", form=form)
    brebes.quick()
    released(brebes, made["id"])
    shown = brebes.published("package_show", {"id": made["id"]})[1]
    assert (shown["private"], shown["author"], shown["title"]) == (False, "Tim data", "Jumlah puskesmas")
    assert [row["name"] for row in shown["resources"]] == ["Asal", "Puskesmas"]
    assert (shown["resources"][0]["url"], shown["resources"][1]["id"]) == ("https://contoh.id/asal", resource["id"])
    assert {row["key"]: row["value"] for row in shown["extras"]} == EXTRAS
    states = brebes.sql.execute(
        "SELECT to_state FROM vault.transition WHERE dataset_id = %s AND from_state IS DISTINCT FROM to_state"
        " ORDER BY id", (made["id"],),
    ).fetchall()  # fmt: skip
    assert states[0] == ("direncanakan",)
    assert [row[0] for row in states[-3:]] == ["diperiksa", "tervalidasi", "terbit"]
    change = brebes.result("package_patch", {"id": made["id"], "title": "Judul baru"})
    assert (change["private"], change["title"]) == (True, "Judul baru")
    assert brebes.published("package_show", {"id": made["id"]})[1]["title"] == "Jumlah puskesmas"
    again = brebes.result("package_patch", {"id": made["id"], "notes": "Keterangan baru"})
    assert (again["title"], again["notes"]) == ("Judul baru", "Keterangan baru")
    assert brebes.error("package_delete", {"id": made["id"]})[0] == 403
    assert brebes.error("dataset_purge", {"id": made["id"]})[0] == 403


def test_T25_what_is_out_is_withdrawn_by_walidata_or_ppid(brebes: OfficeWorld) -> None:
    """package_delete by who may: gone from the public side at once, kept as `ditarik`; everybody else hears who may."""
    made = brebes.package(**whole())
    brebes.result("resource_create", form={"package_id": made["id"], "upload": (io.BytesIO(CSV), "puskesmas.csv")})
    brebes.quick()
    released(brebes, made["id"])
    brebes.person("wati-dua", "diskominfotik", Role.WALIDATA)
    for who in ("siti", "joko", "admin", "tamu", "wati-dua", None):
        status, error = brebes.error("package_delete", {"id": made["name"], "lang": "id"}, who)
        assert status == 403, (who, error)
    assert "walidata atau PPID" in brebes.error("package_delete", {"id": made["id"]})[1]["message"]
    assert brebes.result("package_delete", {"id": made["name"], "alasan": "Angka keliru"}, "wati") is None
    client = brebes.public().test_client()
    page = client.get(f"/dataset/{made['name']}")
    assert (page.status_code, "Angka keliru" in page.get_data(as_text=True)) == (410, True)
    assert brebes.published("package_show", {"id": made["id"]})[0] == 404
    shown = brebes.result("package_show", {"id": made["id"]})
    assert (shown["state"], shown["keadaan"], shown["name"]) == ("deleted", "ditarik", made["name"])
    last = "SELECT why FROM vault.transition WHERE dataset_id = %s ORDER BY id DESC LIMIT 1"
    assert brebes.scalar(last, made["id"]) == "Angka keliru"


def released(world: OfficeWorld, key: str) -> None:
    """Officers do their part: submission, validation, consent, classification, release."""
    dataset_id = UUID(key)
    siti = identity(world, "siti", Role.PRODUSEN, "dinas-kesehatan")
    wati = identity(world, "wati", Role.WALIDATA, "diskominfotik")
    pita = identity(world, "pita", Role.PPID, "diskominfotik")
    kepala = identity(world, "kepala", Role.KEPALA_OPD, "dinas-kesehatan")
    acts: tuple[Callable[[Ingest], object], ...] = (
        lambda ingest: ingest.checking.submit(siti, dataset_id),
        lambda ingest: ingest.checking.validate(wati, dataset_id, Validation(minutes="BA-1", method="Pencocokan")),
        lambda ingest: ingest.deciding.give_consent(kepala, dataset_id, Consent()),
        lambda ingest: ingest.deciding.classify(pita, dataset_id, Classification(sifat="publik")),
        lambda ingest: ingest.deciding.release(wati, dataset_id),
    )
    for act in acts:
        scope = world.runtime.scope()
        try:
            act(scope.service(Ingest))
            scope.commit()
        finally:
            scope.close()
    world.quick()


def test_a_draft_is_laid_aside_by_its_author(brebes: OfficeWorld) -> None:
    made = brebes.package(**whole())
    assert brebes.result("package_delete", {"id": made["id"]}) is None
    assert brebes.scalar("SELECT state FROM vault.version WHERE dataset_id = %s", made["id"]) == "diarsipkan"
    assert brebes.package(name=made["name"])["id"] != made["id"]
