"""The datastore's writes and its info."""

from __future__ import annotations

from tests.differential.calls.battery import ids, without_rights, wrong
from tests.differential.sides import Call

NEW = {
    "resource": {"package_id": "dx§-tabel", "name": "Tulisan"},
    "fields": [{"id": "k", "type": "text"}, {"id": "n", "type": "int"}],
    "primary_key": ["k"],
    "records": [{"k": "a", "n": 1}, {"k": "b", "n": 2}],
}
AGAIN = {"resource_id": "$written", "force": True}
UPSERT = {"resource_id": "$written", "force": True, "records": [{"k": "c", "n": 3}]}
KINDS = (
    "text",
    "numeric",
    "int",
    "float",
    "bool",
    "date",
    "timestamp",
    "json",
    "int4",
    "int8",
    "float8",
    "time",
    "_text",
    "_int4",
    "timestamptz",
    "uuid",
    "money",
    "varchar",
    "nosuchtype",
    "",
    5,
    None,
    "text; drop",
)

CALLS: tuple[Call, ...] = (
    Call("datastore_info", {"id": "$table"}),
    Call("datastore_info", {"resource_id": "$table"}),
    Call("datastore_info", {"id": "$table"}, how="get"),
    Call("datastore_info", {"id": "$table", "include_meta": False}),
    Call("datastore_info", {"id": "$table", "include_fields_schema": False}),
    Call("datastore_info", {"id": "$res"}),
    *ids("datastore_info", "resource_id", "nobody"),
    *without_rights("datastore_create", NEW),
    Call("datastore_create", {}, "editor"),
    Call("datastore_create", NEW, "editor", keep={"written": "resource_id"}),
    Call("datastore_create", {**NEW, "include_records": True}, "editor", keep={"written.second": "resource_id"}),
    Call("datastore_info", {"id": "$written"}, "editor"),
    Call(
        "datastore_create", {"resource_id": "$written", "records": [{"k": "z", "n": 9}]}, "editor", note="without force"
    ),
    Call(
        "datastore_create",
        {**AGAIN, "fields": [{"id": "k"}, {"id": "n", "type": "int"}, {"id": "baru", "type": "text"}]},
        "editor",
    ),
    Call(
        "datastore_create",
        {
            **AGAIN,
            "fields": [
                {"id": "k", "type": "text", "info": {"label": "Kunci"}},
                {"id": "n", "type": "int"},
                {"id": "baru", "type": "text"},
            ],
        },
        "editor",
    ),
    Call("datastore_create", {**AGAIN, "fields": [{"id": "k", "type": "text"}]}, "editor", note="fewer fields"),
    Call("datastore_create", {**AGAIN, "records": [{"k": "d", "n": 4}]}, "editor"),
    Call("datastore_create", {**AGAIN, "records": [{"k": "d", "n": 5}]}, "editor", note="key twice"),
    Call(
        "datastore_create", {"resource_id": "$written.second", "force": True, "records": [{"tidak_ada": 1}]}, "editor"
    ),
    Call("datastore_create", {**AGAIN, "records": [{"k": "e", "n": "bukan angka"}]}, "editor"),
    Call("datastore_create", {**AGAIN, "indexes": ["n"]}, "editor"),
    Call("datastore_create", {**AGAIN, "indexes": ["tidak_ada"]}, "editor"),
    Call("datastore_create", {**AGAIN, "aliases": ["dx§alias"]}, "editor"),
    Call("datastore_search", {"resource_id": "dx§alias"}, "editor"),
    Call("datastore_create", {"resource_id": "$written.second", "force": True, "primary_key": ["tidak_ada"]}, "editor"),
    Call(
        "datastore_create",
        {"resource_id": "$written.second", "force": True, "delete_fields": True, "fields": [{"id": "k"}, {"id": "n"}]},
        "editor",
    ),
    *(
        Call(
            "datastore_create",
            {
                "resource": {"package_id": "dx§-tabel", "name": "Jenis"},
                "fields": [{"id": "a", "type": kind}],
                "records": [],
            },
            "editor",
        )
        for kind in KINDS
    ),
    *(
        Call(
            "datastore_create",
            {"resource": {"package_id": "dx§-tabel"}, "fields": [{"id": name, "type": "text"}]},
            "editor",
            note=f"field {name!r}"[:90],
        )
        for name in (
            "_id",
            "_full_text",
            "",
            None,
            5,
            "a" * 64,
            "a" * 63,
            'a"b',
            "a.b",
            "é 水",
            " spasi ",
            "_awal",
            "a\x00b",
            "%",
            "select",
        )
    ),
    Call(
        "datastore_create",
        {"resource": {"package_id": "dx§-tabel"}, "fields": [{"id": "a"}, {"id": "a"}]},
        "editor",
        note="twice",
    ),
    *(
        Call(
            "datastore_create",
            {"resource": {"package_id": "dx§-tabel"}, "records": records},
            "editor",
            note=f"guessed {records!r}"[:120],
        )
        for records in (
            [{"a": 1, "b": "x"}],
            [{"a": 1.5}],
            [{"a": None}],
            [{"a": True}],
            [{"a": [1, 2]}],
            [{"a": {"b": 1}}],
            [{"a": "2024-01-01"}],
            [{}],
            [5],
            "x",
            {},
            [],
            [{"a": 1}, {"b": 2}],
            [{"a": 1}, {"a": "x"}],
        )
    ),
    *wrong(
        "datastore_create",
        NEW,
        "resource",
        ({}, "x", [], {"package_id": "tidak-ada-§"}, {"package_id": None}),
        "editor",
    ),
    *wrong("datastore_create", NEW, "fields", ("x", {}, [5], [{}], [{"type": "text"}], ["a"]), "editor"),
    *wrong("datastore_create", NEW, "primary_key", (5, {}, "k", "tidak_ada"), "editor"),
    Call("datastore_create", {"resource_id": "$written", "resource": {"package_id": "dx§-tabel"}}, "editor"),
    *ids("datastore_create", "resource_id", "editor", force=True, records=[]),
    *without_rights("datastore_upsert", UPSERT),
    Call("datastore_upsert", {}, "editor"),
    Call("datastore_upsert", UPSERT, "editor"),
    Call("datastore_upsert", {**UPSERT, "force": False}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "c", "n": 30}], "method": "upsert"}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "f", "n": 6}], "method": "insert"}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "f", "n": 6}], "method": "insert"}, "editor", note="again"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "f", "n": 7}], "method": "update"}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "tidak ada", "n": 7}], "method": "update"}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"n": 7}], "method": "upsert"}, "editor", note="no key"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "g", "zz": 7}]}, "editor", note="unknown field"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "g", "n": "x"}]}, "editor", note="wrong type"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "g", "n": 1.5}]}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": None, "n": 1}]}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "kering", "n": 1}], "dry_run": True}, "editor"),
    Call("datastore_upsert", {**UPSERT, "include_records": True, "records": [{"k": "h", "n": 8}]}, "editor"),
    Call("datastore_upsert", {**UPSERT, "calculate_record_count": True}, "editor"),
    Call("datastore_upsert", {**UPSERT, "records": [{"k": "é水🌾 'x\" \\", "n": 1}]}, "editor"),
    *wrong("datastore_upsert", UPSERT, "method", ("nosuch", "", 5, None, []), "editor"),
    *wrong("datastore_upsert", UPSERT, "records", ("x", {}, [], [5], None, [[]], "[]", [{"k": {"a": 1}}]), "editor"),
    Call("datastore_search", {"resource_id": "$written", "sort": "k"}, "editor"),
    *ids("datastore_upsert", "resource_id", "editor", force=True, records=[]),
    *without_rights("datastore_records_delete", {"resource_id": "$written", "filters": {"k": "a"}, "force": True}),
    Call("datastore_records_delete", {}, "editor"),
    Call("datastore_records_delete", {"resource_id": "$written", "filters": {"k": "a"}, "force": True}, "editor"),
    Call(
        "datastore_records_delete",
        {"resource_id": "$written", "filters": {"k": ["b", "c"]}, "force": True, "include_deleted_records": True},
        "editor",
    ),
    Call("datastore_records_delete", {"resource_id": "$written", "filters": {"tidak_ada": 1}, "force": True}, "editor"),
    Call("datastore_records_delete", {"resource_id": "$written", "force": True}, "editor"),
    *wrong(
        "datastore_records_delete",
        {"resource_id": "$written", "force": True},
        "filters",
        ("x", [], 5, None, {"n": "x"}),
        "editor",
    ),
    *without_rights("datastore_delete", {"resource_id": "$written", "force": True}),
    Call("datastore_delete", {}, "editor"),
    Call("datastore_delete", {"resource_id": "$written"}, "editor", note="without force"),
    Call("datastore_delete", {"resource_id": "$written", "filters": {"k": "d"}, "force": True}, "editor"),
    Call("datastore_delete", {"resource_id": "$written", "filters": {"tidak_ada": 1}, "force": True}, "editor"),
    *wrong("datastore_delete", {"resource_id": "$written", "force": True}, "filters", ("x", [], 5), "editor"),
    Call("datastore_delete", {"resource_id": "$written.second", "force": True}, "editor"),
    Call("datastore_search", {"resource_id": "$written.second"}, "editor"),
    Call("datastore_info", {"id": "$written.second"}, "editor"),
    Call("resource_show", {"id": "$written.second"}, "editor"),
    *ids("datastore_delete", "resource_id", "editor", force=True),
    Call("datastore_function_create", {"name": "f", "definition": "x"}, "editor"),
    Call("datastore_function_create", {}, "sysadmin"),
    Call("datastore_function_delete", {"name": "tidak_ada_§"}, "sysadmin"),
    Call("datastore_run_triggers", {"resource_id": "$table"}, "editor"),
)
