"""What stands between a caller and the datastore's rows: duty, grants, personal numbers, codes, the table's source."""

from __future__ import annotations

from uuid import uuid4

from portal.kernel.identity import Role
from tests.portal.api.office.tables import bare, rows, shared, table
from tests.portal.api.office.world import OfficeWorld


def test_what_was_is_kept_with_its_time(ckan: OfficeWorld) -> None:
    resource = table(ckan, primary_key="k", records=[{"k": "x", "v": 1}, {"k": "y", "v": 2}])
    ckan.result("datastore_upsert", {"resource_id": resource, "records": [{"k": "x", "v": 3}]})
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {"k": "y"}})
    kept = ckan.sql.execute(
        "SELECT act, row_id, content->>'v', person_id FROM vault.superseded(%s)",
        [resource],
    ).fetchall()
    assert [tuple(row) for row in kept] == [
        ("ubah", 1, "1", ckan.people["siti"]), ("hapus", 2, "2", ckan.people["siti"]),
    ]  # fmt: skip


def test_no_personal_number_gets_out(ckan: OfficeWorld) -> None:
    resource = table(ckan, records=[{"nama": "Budi", "catatan": "-"}])
    nik = "3329011207850003"
    for value in (nik, f"NIK {nik[:6]}.{nik[6:12]}.{nik[12:]} ada"):
        status, error = ckan.error("datastore_upsert", {
            "resource_id": resource, "method": "insert",
            "records": [{"nama": "Ani"}, {"nama": "Budi", "catatan": value}],
        })  # fmt: skip
        assert (status, error["records_row"]) == (409, 1)
        assert "NIK" in error["records"][0]
        assert nik not in str(error)
    assert len(rows(ckan, resource)) == 1
    # 16 digits that are no resident number are just digits
    ckan.result("datastore_upsert", {
        "resource_id": resource, "method": "insert", "records": [{"nama": "9999999999999999"}],
    })  # fmt: skip


def test_codes_are_checked(ckan: OfficeWorld) -> None:
    resource = table(ckan, records=[{"kode_kecamatan": "33.29.01", "n": 1}])
    assert rows(ckan, resource)[0]["kode_kecamatan"] == "33.29.01"
    status, error = ckan.error(
        "datastore_upsert", {"resource_id": resource, "method": "insert", "records": [{"kode_kecamatan": "3329010"}]}
    )
    assert (status, error["records_row"]) == (409, 0)


def test_who_may_write(ckan: OfficeWorld, private: bool) -> None:
    resource = shared(ckan, private)
    hidden = 404 if private else 403
    asked = {"resource_id": resource, "records": [{"k": "baru"}]}
    assert ckan.error("datastore_upsert", asked, None)[0] == 403
    for who in ("joko", "tamu", "pita"):
        assert ckan.error("datastore_upsert", asked, who)[0] == hidden, who
        assert ckan.error("datastore_delete", {"resource_id": resource}, who)[0] == hidden, who
    assert ckan.error("datastore_create", {"resource_id": resource, "records": [{"k": "q"}]}, "joko")[0] in {403, 409}
    assert len(rows(ckan, resource)) == 1
    narrow = ckan.token("siti", ["terbitan:lihat"])
    assert ckan.error("datastore_upsert", asked, narrow)[0] in {403, 404}


def test_an_empty_batch_asks_for_the_right_to_write_too(ckan: OfficeWorld) -> None:
    resource = table(ckan, fields=[{"id": "k", "type": "text"}])
    empty = {"resource_id": resource, "records": []}
    assert [ckan.call("datastore_upsert", empty, who)[0] for who in (None, "tamu", "joko", "siti")] == [
        403,
        403,
        403,
        200,
    ]


def test_a_table_from_elsewhere_needs_force(ckan: OfficeWorld) -> None:
    resource = bare(ckan, url_type=None)
    asked = {"resource_id": resource, "records": [{"a": 1}]}
    assert ckan.error("datastore_create", asked)[1]["read-only"]
    ckan.result("datastore_create", {**asked, "force": True})
    assert ckan.error("datastore_upsert", {**asked, "method": "insert"})[1]["read-only"]
    ckan.result("datastore_upsert", {**asked, "method": "insert", "force": True})
    assert len(rows(ckan, resource)) == 2


def test_functions_are_not_offered(ckan: OfficeWorld) -> None:
    made = {"name": "f", "definition": "BEGIN END", "rettype": "trigger"}
    for who in ("siti", "admin", None):
        assert ckan.error("datastore_function_create", made, who)[0] == 403
    for who in ("siti", None):
        assert ckan.error("datastore_function_delete", {"name": "f"}, who)[0] == 403
    assert ckan.error("datastore_function_delete", {"name": "f"}, "admin")[1]["name"]
    assert ckan.error("datastore_records_delete", {"resource_id": shared(ckan, False), "filters": {"i": "x"}})[0] == 409
    assert ckan.error("datastore_function_create", {}, "admin")[0] == 409
    assert ckan.error("datastore_run_triggers", {"resource_id": shared(ckan, False)})[0] == 403
    assert ckan.result("datastore_run_triggers", {"resource_id": shared(ckan, False)}, "admin") == 1


def test_exempt_rows_need_a_grant(ckan: OfficeWorld) -> None:
    """T07: no duty opens what is dikecualikan; a grant for the API does, and the opening is recorded."""
    resource = table(ckan, private=True, records=[{"a": 1}])
    dataset = ckan.scalar("SELECT dataset_id FROM vault.resource WHERE id = %s LIMIT 1", resource)
    ckan.sql.execute("UPDATE vault.register SET sifat = 'dikecualikan' WHERE dataset_id = %s", [dataset])
    robot = ckan.person(f"robot-{uuid4().hex[:6]}", "dinas-pendidikan", Role.APLIKASI, service=True)
    name = next(who for who, key in ckan.people.items() if key == robot)
    for who in ("siti", "kepala", "admin", name, None):
        for action in ("datastore_search", "datastore_info"):
            assert ckan.error(action, {"resource_id": resource}, who)[0] == 404, who
        asked = {"resource_id": resource, "records": [{"a": 2}], "force": True}
        assert ckan.error("datastore_upsert", asked, who)[0] in {403, 404}, who
    ckan.sql.execute(
        "INSERT INTO vault.grant_record (dataset_id, person_id, acts, basis, purpose, granted_by, starts, ends)"
        " VALUES (%s, %s, '{api}', 'izin_pemilik', 'uji', %s, now() - interval '1 hour', now() + interval '1 hour')",
        [dataset, robot, ckan.people["kepala"]],
    )
    assert rows(ckan, resource, name) == [{"_id": 1, "a": 1}]
    assert ckan.error("datastore_upsert", {"resource_id": resource, "records": [{"a": 2}]}, name)[0] == 404
    seen = ckan.scalar("SELECT count(*) FROM vault.opening WHERE person_id = %s AND basis = 'izin'", robot)
    assert seen == 1
