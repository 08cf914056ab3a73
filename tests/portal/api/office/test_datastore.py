"""The datastore on the office: live tables published at once, drafts in the vault, rows in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.kernel.identity import Role
from tests.portal.api.office.world import OfficeWorld

FIELDS = [
    {"id": "k", "type": "text", "info": {"label": "Kunci", "notes": "Kode", "sumber": "BPS"}},
    {"id": "i", "type": "int"},
    {"id": "n", "type": "numeric"},
    {"id": "f", "type": "float"},
    {"id": "b", "type": "bool"},
    {"id": "d", "type": "date"},
    {"id": "ts", "type": "timestamp"},
    {"id": "j", "type": "json"},
    {"id": "a", "type": "_text"},
]
FIRST = {
    "k": "x", "i": 1, "n": 1.5, "f": 1.5, "b": True, "d": "2020-01-02", "ts": "2020-01-02T03:04:05.123456",
    "j": {"z": 1, "a": [1, 2]}, "a": ["p", "q"],
}  # fmt: skip


def table(at: OfficeWorld, *, private: bool = False, **more: Any) -> str:
    """A resource made for rows, with its table."""
    resource = bare(at, private=private)
    at.result("datastore_create", {"resource_id": resource, **more})
    return resource


def bare(at: OfficeWorld, *, private: bool = False, url_type: str | None = "datastore") -> str:
    """A resource without a table."""
    said = {"name": "baris", "url": "_datastore_only_resource", "url_type": url_type}
    return str(at.package(private=private, resources=[said])["resources"][0]["id"])


def rows(at: OfficeWorld, resource: str, who: str | None = "siti", **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at.result("datastore_search", {"resource_id": resource, **more}, who)["records"]
    return found


@pytest.fixture(params=["terbit", "draf"])
def private(request: pytest.FixtureRequest) -> bool:
    """Every verb works on published tables and on drafts."""
    return bool(request.param == "draf")


def test_types_keys_and_info(ckan: OfficeWorld, private: bool) -> None:
    resource = bare(ckan, private=private)
    made = ckan.result(
        "datastore_create",
        {
            "resource_id": resource, "fields": FIELDS, "records": [FIRST], "primary_key": "k", "indexes": ["i", "k,i"],
            "include_records": True,
        },
    )  # fmt: skip
    shown = {**FIRST, "_id": 1, "ts": "2020-01-02T03:04:05.123"}
    assert made["records"] == [shown]
    assert (made["primary_key"], made["indexes"], made["method"]) == ("k", ["i", "k,i"], "insert")
    assert made["fields"] == FIELDS
    found = ckan.result("datastore_search", {"resource_id": resource})
    assert found["records"] == [shown]
    assert [field["type"] for field in found["fields"]] == [
        "int", "text", "int4", "numeric", "float8", "bool", "date", "timestamp", "json", "_text",
    ]  # fmt: skip
    assert found["fields"][1]["info"] == {"label": "Kunci", "notes": "Kode", "sumber": "BPS"}
    info = ckan.result("datastore_info", {"id": resource})
    assert info["meta"]["count"] == 1
    native = {field["id"]: field["schema"]["native_type"] for field in info["fields"]}
    assert (native["j"], native["a"], native["i"]) == ("nested", "text[]", "integer")
    assert info["fields"][0]["schema"]["is_index"] is True
    if not private:
        assert ckan.result("resource_show", {"id": resource})["datastore_active"] is True


def test_what_readers_see(ckan: OfficeWorld, private: bool) -> None:
    resource = table(ckan, private=private, records=[{"a": 1}])
    status, _found = ckan.published("datastore_search", {"resource_id": resource})
    assert status == (404 if private else 200)
    for who in (None, "joko", "tamu", "admin"):
        assert ckan.call("datastore_search", {"resource_id": resource}, who)[0] == (404 if private else 200)
        assert ckan.call("datastore_info", {"resource_id": resource}, who)[0] == (404 if private else 200)
    assert rows(ckan, resource, "sari") == [{"_id": 1, "a": 1}]


def test_upsert_insert_update(ckan: OfficeWorld, private: bool) -> None:
    resource = table(ckan, private=private, fields=FIELDS[:3], primary_key=["k"], records=[{"k": "x", "i": 1, "n": 2}])

    def upsert(*records: Any, **more: Any) -> Any:
        return ckan.result("datastore_upsert", {"resource_id": resource, "records": list(records), **more})

    upsert({"k": "x", "i": 5}, {"k": "y", "i": 6, "n": ""})
    assert rows(ckan, resource, fields="k,i,n") == [{"k": "x", "i": 5, "n": 2}, {"k": "y", "i": 6, "n": None}]
    written = upsert({"k": "x", "i": 7}, {"k": "x", "n": 8}, include_records=True)
    assert written["records"] == [{"_id": 1, "k": "x", "i": 7, "n": 8}], "of two with one key the later completes"
    upsert({"k": "z"}, method="insert")
    upsert({"k": "z", "i": 9}, method="update")
    upsert({"_id": 1, "i": 10}, method="update")
    upsert({"k": "w"}, dry_run=True)
    upsert()
    assert [row["i"] for row in rows(ckan, resource, sort="k")] == [10, 6, 9]
    assert ckan.result("datastore_search", {"resource_id": resource})["total"] == 3


@pytest.mark.parametrize(
    ("data", "key", "row"),
    [
        ({"records": [{"k": "a"}, {"k": "b", "i": "q"}], "method": "insert"}, "records", 1),
        ({"records": [{"k": "a"}, {"k": "b", "i": 2**40}], "method": "insert"}, "records", 1),
        ({"records": [{"k": "a"}, {"k": "x"}], "method": "insert"}, "records", 1),
        ({"records": [{"k": "a"}, {"k": "a"}], "method": "insert"}, "records", 1),
        ({"records": [{"k": "a"}, {"zz": 1}], "method": "insert"}, "records", None),
        ({"records": [{"k": "a"}, {"k": "b", "zz": 1}]}, "fields", None),
        ({"records": [{"k": "a\x00"}], "method": "insert"}, "records", 0),
        ({"records": [{"k": "b"}, {"k": "a", "d": "2020-13-45"}]}, "records", 1),
        ({"records": [{"i": 1}]}, "key", None),
        ({"records": [{"k": "x"}, {"k": "nihil", "i": 1}], "method": "update"}, "key", None),
        ({"records": [1]}, "records", None),
        ({"records": {"k": "a"}}, "records", None),
        ({"records": [{"k": "x"}, {"i": 5}], "method": "upsert"}, "key", None),
        ({"records": "zz"}, "records", None),
        ({"records": [], "method": "zz"}, "method", None),
        ({"records": [], "calculate_record_count": "zz"}, "calculate_record_count", None),
    ],
)
def test_a_batch_enters_whole_or_not_at_all(
    ckan: OfficeWorld, private: bool, data: dict[str, Any], key: str, row: int | None
) -> None:
    resource = shared(ckan, private)
    before = rows(ckan, resource)
    status, error = ckan.error("datastore_upsert", {"resource_id": resource, **data})
    assert (status, error["__type"]) == (409, "Validation Error")
    assert isinstance(error[key], list)
    assert error.get("records_row") == row
    assert rows(ckan, resource) == before


SHARED: dict[bool, str] = {}


def shared(at: OfficeWorld, private: bool) -> str:
    """One table for all refusals: none of them changes it."""
    if private not in SHARED:
        SHARED[private] = table(at, private=private, fields=FIELDS, primary_key="k", records=[FIRST])
    return SHARED[private]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"fields": [{"id": "q"}]}, "fields"),
        ({"fields": [{"id": "q", "type": "wat"}]}, "fields"),
        ({"fields": [{"id": "q", "type": "int); drop table x"}]}, "fields"),
        ({"fields": [{"id": "_q", "type": "int"}]}, "fields"),
        ({"fields": [{"id": 'a"b', "type": "int"}]}, "fields"),
        ({"fields": [{"type": "int"}]}, "fields"),
        ({"fields": [{"id": "x" * 64, "type": "text"}]}, "fields"),
        ({"fields": [{"id": "q", "type": "int"}, {"id": "q", "type": "int"}]}, "field"),
        ({"primary_key": "tidak_ada"}, "index"),
        ({"indexes": ["tidak_ada"]}, "index"),
        ({"aliases": 'a"b'}, "alias"),
        ({"aliases": 5}, "aliases"),
        ({"records": ["x"]}, "records"),
        ({"records": [{"k": "y", "_x": 1}]}, "fields"),
    ],
)
def test_structures_that_are_refused(ckan: OfficeWorld, private: bool, data: dict[str, Any], key: str) -> None:
    resource = shared(ckan, private)
    status, error = ckan.error("datastore_create", {"resource_id": resource, **data})
    assert (status, sorted(set(error) - {"records_row"})) == (409, ["__type", key])
    assert len(rows(ckan, resource)) == 1


def test_an_empty_batch_asks_for_the_right_to_write_too(ckan: OfficeWorld) -> None:
    resource = table(ckan, fields=[{"id": "k", "type": "text"}])
    empty = {"resource_id": resource, "records": []}
    assert [ckan.call("datastore_upsert", empty, who)[0] for who in (None, "tamu", "joko", "siti")] == [
        403,
        403,
        403,
        200,
    ]


def test_wrong_shapes_altogether(ckan: OfficeWorld) -> None:
    for fields in ("x", [1], {"id": "a"}):
        status, error = ckan.error("datastore_create", {"resource_id": shared(ckan, False), "fields": fields})
        assert (status, error["__type"]) == (400, "Integrity Error")
    assert ckan.error("datastore_create", {})[1]["message"]
    assert ckan.error("datastore_create", {"resource_id": str(uuid4())})[1]["resource_id"]
    both = {"resource_id": shared(ckan, False), "resource": {"package_id": "x"}}
    assert ckan.error("datastore_create", both)[1]["resource"]
    assert ckan.error("datastore_upsert", {})[1]["resource_id"]
    assert ckan.error("datastore_upsert", {"resource_id": "tidak-ada", "records": []})[0] == 404
    assert ckan.error("datastore_records_delete", {"resource_id": shared(ckan, False)})[1]["filters"]
    assert ckan.error("datastore_records_delete", {"resource_id": shared(ckan, False), "filters": "x"})[1]["filters"]
    assert ckan.error("datastore_delete", {"resource_id": shared(ckan, False), "filters": "x"})[1]["filters"]


def test_columns_come_and_go(ckan: OfficeWorld, private: bool) -> None:
    resource = table(ckan, private=private, fields=FIELDS[:2], records=[{"k": "x", "i": 1}])
    ckan.result("datastore_create", {"resource_id": resource, "fields": [{"id": "baru", "type": "text"}]})
    ckan.result("datastore_create", {"resource_id": resource, "records": [{"k": "y", "baru": "b", "lagi": 2.5}]})
    assert rows(ckan, resource)[1] == {"_id": 2, "k": "y", "i": None, "baru": "b", "lagi": 2.5}
    kept = [{"id": "k", "type": "text"}, {"id": "baru", "type": "text"}]
    ckan.result("datastore_create", {"resource_id": resource, "fields": kept, "delete_fields": True})
    assert rows(ckan, resource) == [{"_id": 1, "k": "x", "baru": None}, {"_id": 2, "k": "y", "baru": "b"}]
    if not private:
        lost = ckan.scalar(
            "SELECT content->>'i' FROM vault.superseded_row WHERE resource_id = %s AND row_id = 1", resource
        )
        assert lost == "1", "what stood in a dropped column is kept"


def test_retracting(ckan: OfficeWorld, private: bool) -> None:
    resource = table(ckan, private=private, records=[{"a": number} for number in range(10)])
    found = ckan.result(
        "datastore_delete", {"resource_id": resource, "filters": {"a": [1, 2]}, "include_deleted_records": True}
    )
    assert [row["a"] for row in found["deleted_records"]] == [1, 2]
    assert found["filterops"] == {"op": "in", "field": "a", "value": [1, 2]}
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {"a": {"gte": 8}}})
    assert [row["a"] for row in rows(ckan, resource)] == [0, 3, 4, 5, 6, 7]
    assert ckan.result("datastore_search", {"resource_id": resource, "limit": 0})["total"] == 6
    assert ckan.error("datastore_records_delete", {"resource_id": resource, "filters": {"zz": 1}})[1]["filters"]
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {}})
    assert rows(ckan, resource) == []
    assert ckan.result("datastore_delete", {"resource_id": resource}) == {"resource_id": resource}
    assert ckan.error("datastore_search", {"resource_id": resource})[0] == 404
    assert ckan.error("datastore_delete", {"resource_id": resource})[0] == 404
    if not private:
        assert ckan.result("resource_show", {"id": resource})["datastore_active"] is False
    ckan.result("datastore_create", {"resource_id": resource, "records": [{"z": "lagi"}]})
    assert rows(ckan, resource) == [{"_id": 1, "z": "lagi"}]


def test_what_was_is_kept_with_its_time(ckan: OfficeWorld) -> None:
    resource = table(ckan, primary_key="k", records=[{"k": "x", "v": 1}, {"k": "y", "v": 2}])
    ckan.result("datastore_upsert", {"resource_id": resource, "records": [{"k": "x", "v": 3}]})
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {"k": "y"}})
    kept = ckan.sql.execute(
        "SELECT act, row_id, content->>'v', person_id FROM vault.superseded_row WHERE resource_id = %s ORDER BY id",
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


def test_aliases(ckan: OfficeWorld) -> None:
    resource = table(ckan, aliases="padi_2020, padi_satu", records=[{"a": 1}])
    assert ckan.published("datastore_search", {"resource_id": "padi_2020"})[1]["resource_id"] == resource
    assert ckan.result("datastore_info", {"id": resource})["meta"]["aliases"] == ["padi_2020", "padi_satu"]
    assert ckan.error("datastore_create", {"resource_id": bare(ckan), "aliases": ["padi_2020"]})[1]["alias"]
    listed = ckan.result("datastore_search", {"resource_id": "_table_metadata", "filters": {"alias_of": resource}})
    assert {row["name"] for row in listed["records"]} == {"padi_2020", "padi_satu"}
    ckan.result("datastore_create", {"resource_id": resource, "aliases": []})
    assert ckan.published("datastore_search", {"resource_id": "padi_2020"})[0] == 404


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


def test_settled_tables_answer_the_same(ckan: OfficeWorld) -> None:
    resource = table(ckan, records=[{"n": number, "kata": f"imunisasinya kata{number}"} for number in range(1_200)])
    fresh = [rows(ckan, resource, **more) for more in ASKED]
    ckan.moved = timedelta(minutes=2)
    ckan.sql.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'ingest.endapkan'")
    ckan.quick()
    ckan.moved = timedelta()
    name = ckan.scalar("SELECT table_name FROM catalog.live_table WHERE resource_id = %s", resource, side="public")
    state = ckan.public_sql.execute(
        "SELECT settled, paged, row_count FROM catalog.live_table WHERE table_name = %s", [name]
    ).fetchone()
    assert state == (True, 1_200, 1_200)
    assert [rows(ckan, resource, **more) for more in ASKED] == fresh
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {"n": 5}})
    ckan.result(
        "datastore_upsert", {"resource_id": resource, "method": "insert", "records": [{"n": -1, "kata": "baru"}]}
    )
    assert len(rows(ckan, resource, limit=32_000)) == 1_200
    assert [row["n"] for row in rows(ckan, resource, limit=300, offset=4)][:2] == [4, 6]
    assert [row["n"] for row in rows(ckan, resource, q="baru")] == [-1], "a search is never stale"


ASKED: list[dict[str, Any]] = [
    {"limit": 32_000}, {"limit": 700, "offset": 333}, {"limit": 500, "offset": 1_000}, {"limit": 300, "sort": "_id"},
    {"q": "kata77"}, {"q": "imunisasi", "limit": 5, "sort": "n desc"}, {"q": {"kata": "kata8"}},
    {"filters": {"n": {"gt": 1_195}}}, {"sort": "kata desc", "limit": 3},
]  # fmt: skip


ODD_NAMES = ["a b", "naïve", "100%", "%s", "x'y", "a;b", "select", "{}", "$1", "a.b", "水", "rank"]


def test_odd_names_and_values(ckan: OfficeWorld, private: bool) -> None:
    record = {name: f"nilai {name}" for name in ODD_NAMES}
    resource = table(ckan, private=private, records=[record], primary_key=["100%"], indexes=["a b"])
    assert rows(ckan, resource) == [{"_id": 1, **record}]
    ckan.result("datastore_upsert", {"resource_id": resource, "records": [{**record, "%s": "baru"}]})
    for name in ODD_NAMES:
        value = "baru" if name == "%s" else record[name]
        assert (
            len(rows(ckan, resource, filters={name.replace("$", "$$"): value}, sort=f'"{name}" desc', fields=[name]))
            == 1
        ), name
    ckan.result("datastore_records_delete", {"resource_id": resource, "filters": {"100%": "nilai 100%"}})
    assert rows(ckan, resource) == []


@pytest.mark.parametrize(
    "value",
    ["\x00", "a\x00b", 10**400, -(10**400), 1e308, [[[[1]]]], {"a": {"b": None}}, "x" * 100_000, "'; DROP", "\\N"],
)
def test_odd_values(ckan: OfficeWorld, private: bool, value: Any) -> None:
    resource = shared(ckan, private)
    for name in ("k", "i", "n", "f", "b", "d", "ts", "j", "a", "zz", "_id"):
        asked = {"resource_id": resource, "records": [{"k": "q", name: value}], "dry_run": True}
        for method in ("insert", "upsert", "update"):
            status, body = ckan.call("datastore_upsert", {**asked, "method": method})
            assert status in {200, 400, 409}, (name, method, body)
    for key in ("filters", "fields", "primary_key", "indexes", "aliases", "resource", "force", "delete_fields"):
        status, body = ckan.call("datastore_create", {"resource_id": resource, key: value, "records": [1]})
        assert status in {400, 409}, (key, body)
        status, body = ckan.call("datastore_delete", {"resource_id": resource, "filters": {"k": value, "i": -5}})
        assert status in {200, 400, 409}, (key, body)
    assert len(rows(ckan, resource)) == 1


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


def test_a_new_resource_with_its_table(ckan: OfficeWorld) -> None:
    package = ckan.package()
    made = ckan.result(
        "datastore_create",
        {"resource": {"package_id": package["id"], "name": "Baru"}, "records": [{"a": 1}], "primary_key": "a"},
    )
    assert made["resource"] == {"package_id": package["id"], "name": "Baru", "url": "_datastore_only_resource"}
    assert ckan.published("datastore_search", {"resource_id": made["resource_id"]})[1]["records"] == [
        {"_id": 1, "a": 1}
    ]
    shown = ckan.result("resource_show", {"id": made["resource_id"]}, None)
    assert (shown["url_type"], shown["datastore_active"]) == ("datastore", True)
    assert shown["url"].endswith(f"/datastore/dump/{made['resource_id']}")
    # a change of the dataset is a new version, and the table goes on
    ckan.result("package_patch", {"id": package["id"], "notes": "Catatan baru"})
    ckan.result("datastore_upsert", {"resource_id": made["resource_id"], "records": [{"a": 2}]})
    assert len(rows(ckan, made["resource_id"], None)) == 2
    assert ckan.result("package_show", {"id": package["id"]}, None)["resources"][0]["datastore_active"] is True
    ckan.result("resource_patch", {"id": made["resource_id"], "description": "Tabel"})
    assert len(rows(ckan, made["resource_id"], None)) == 2
