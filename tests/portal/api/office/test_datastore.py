"""The datastore on the office: live tables published at once, drafts in the vault, rows in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.portal.api.office.tables import FIELDS, FIRST, bare, rows, shared, table
from tests.portal.api.office.world import OfficeWorld


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
        lost = ckan.scalar("SELECT content->>'i' FROM vault.superseded(%s) WHERE row_id = 1", resource)
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


def test_aliases(ckan: OfficeWorld) -> None:
    resource = table(ckan, aliases="padi_2020, padi_satu", records=[{"a": 1}])
    assert ckan.published("datastore_search", {"resource_id": "padi_2020"})[1]["resource_id"] == resource
    assert ckan.result("datastore_info", {"id": resource})["meta"]["aliases"] == ["padi_2020", "padi_satu"]
    assert ckan.error("datastore_create", {"resource_id": bare(ckan), "aliases": ["padi_2020"]})[1]["alias"]
    listed = ckan.result("datastore_search", {"resource_id": "_table_metadata", "filters": {"alias_of": resource}})
    assert {row["name"] for row in listed["records"]} == {"padi_2020", "padi_satu"}
    ckan.result("datastore_create", {"resource_id": resource, "aliases": []})
    assert ckan.published("datastore_search", {"resource_id": "padi_2020"})[0] == 404


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
    # settled and fresh rows are put in order apart, and come out as one
    ordered = [row["n"] for row in rows(ckan, resource, sort="n", limit=32_000)]
    assert ordered == sorted(ordered) == [-1, *(number for number in range(1_200) if number != 5)]
    assert [row["n"] for row in rows(ckan, resource, sort="n desc", limit=3, offset=1_198)] == [0, -1]
    assert [row["n"] for row in rows(ckan, resource, filters={"n": {"lt": 7}}, sort="n desc", limit=4, offset=2)] == [
        3, 2, 1, 0,
    ]  # fmt: skip
    assert ckan.result("datastore_search", {"resource_id": resource, "filters": {"n": {"lt": 7}}, "limit": 1})[
        "total"
    ] == 7  # fmt: skip


def test_a_batch_writes_no_index_but_the_key(ckan: OfficeWorld) -> None:
    resource = table(ckan, primary_key="n", records=[{"n": number} for number in range(3)])
    name = ckan.scalar("SELECT table_name FROM catalog.live_table WHERE resource_id = %s", resource, side="public")
    partial = ckan.public_sql.execute(
        "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%%WHERE%%'", [name]
    ).fetchone()
    assert partial == (2,), "of all rows there are the number's index and the key's"
    ckan.result("datastore_upsert", {"resource_id": resource, "records": [{"n": number} for number in range(3)]})
    assert ckan.scalar("SELECT count(*) FROM vault.superseded_batch WHERE resource_id = %s", resource) == 1
    assert ckan.scalar("SELECT count(*) FROM vault.superseded(%s)", resource) == 3


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
