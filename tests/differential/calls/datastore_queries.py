"""datastore_search in all its arguments, SQL, and dumps."""

from __future__ import annotations

from typing import Any

from tests.differential.calls.battery import ids, ways, wrong
from tests.differential.sides import Call

SEARCH = "datastore_search"
BASE = {"resource_id": "$table", "sort": "_id"}


def find(how: str = "json", values: bool = True, **data: Any) -> Call:
    """One search of the world's table, in a told order."""
    return Call(SEARCH, {**BASE, **data}, "nobody", how, values=values, ignore=("rank",))


FILTERS: tuple[Any, ...] = (
    {},
    {"kode": "33.29.01"},
    {"tahun": 2021},
    {"tahun": "2021"},
    {"kode": ["33.29.01", "33.29.02"]},
    {"tahun": [2020, 2021]},
    {"tahun": {"gte": 2021}},
    {"tahun": {"gt": 2020, "lt": 2022}},
    {"tahun": {"lte": 2020}},
    {"produksi": {"gte": 20, "lt": 60}},
    {"tahun": {"eq": 2021}},
    {"tahun": {"in": [2021]}},
    {"tahun": {"nosuch": 1}},
    {"kode": None},
    {"kode": ""},
    {"kode": []},
    {"sah": True},
    {"sah": "true"},
    {"tanggal": "2024-01-02"},
    {"waktu": "2024-01-02T10:00:00"},
    {"tidak_ada": 1},
    {"tahun": "x"},
    {"kode": "é水"},
    {"kode": "' OR 1=1 --"},
    {"kode": {"a": "b"}},
    {"_id": 1},
    {"_id": [1, 2]},
    {"rinci": {"a": 1}},
    {"tahun": 2**40},
    {'a"b': 1},
    {"kode": "33.29.01", "tahun": 2021},
    '{"tahun": 2021}',
    "x",
    [],
    5,
    None,
    "{",
)
SORTS: tuple[Any, ...] = (
    "kode",
    "kode asc",
    "kode desc",
    "tahun desc, kode asc",
    "tidak_ada",
    "kode sideways",
    "kode; drop table x",
    ["kode"],
    ["tahun desc", "kode"],
    "",
    5,
    {},
    "kode nulls first",
    "kode desc nulls last",
    '"kode" desc',
    "_id desc",
    "rank",
    "lower(kode)",
    "tahun,",
    "tahun desc,kode",
)

CALLS: tuple[Call, ...] = (
    *ways(SEARCH, {"resource_id": "$table"}),
    Call(SEARCH, {"id": "$table"}),
    *ids(SEARCH, "resource_id", "nobody"),
    Call(SEARCH, {"resource_id": "$res"}, note="a resource without a table"),
    Call(SEARCH, {"resource_id": "$private.res"}, "nobody"),
    *(find(filters=filters) for filters in FILTERS),
    find(how="get", filters='{"tahun": 2021}'),
    find(how="get", filters='{"tahun": [2020, 2021]}'),
    *(Call(SEARCH, {"resource_id": "$table", "sort": sort}) for sort in SORTS),
    *(
        find(q=q)
        for q in (
            "33.29.01",
            "33.29",
            "2021",
            "tidakada",
            "",
            5,
            None,
            [],
            "a & b",
            "'",
            '"',
            "é水",
            {"kode": "33.29.01"},
            {"kode": "33.29"},
            {"tidak_ada": "x"},
            {"kode": 5},
            '{"kode": "33.29.01"}',
            {},
        )
    ),
    *(find(q="33:*", plain=plain) for plain in (False, "false", True, "x", None)),
    find(q={"kode": "33:*"}, plain=False),
    find(q="a &", plain=False),
    *(
        find(q="padi", language=language)
        for language in ("english", "indonesian", "simple", "nosuch", "", 5, "english'; drop")
    ),
    *(
        find(fields=fields)
        for fields in (
            "kode",
            "kode,tahun",
            ["kode"],
            ["kode", "tahun"],
            "tidak_ada",
            [],
            "",
            5,
            ["_id", "kode"],
            "kode, tahun",
            ["kode", "kode"],
            {},
            "*",
        )
    ),
    *(find(fields="tahun", sort="tahun", distinct=distinct) for distinct in (True, "true", False, "x")),
    *(find(limit=most) for most in (0, 1, 5, "2", 32000, 40000, -1, "x", 1.5, None, [], "", True, 2**70)),
    *(find(offset=start) for start in (0, 3, "2", 100, -1, "x", None, [], "")),
    find(limit=2, offset=2, how="get"),
    *(find(include_total=on) for on in (True, False, "false", "x", None)),
    find(total_estimation_threshold=5),
    find(total_estimation_threshold="x"),
    find(total_estimation_threshold=-1),
    *(find(records_format=form) for form in ("objects", "lists", "csv", "tsv", "xml", "", 5, None)),
    find(records_format="csv", fields="kode,tahun", limit=2),
    find(records_format="tsv", limit=2),
    find(records_format="lists", limit=1, fields="rinci,sah"),
    find(include_next_page=True, limit=3),
    find(include_next_page=True),
    find(include_next_page="x", limit=2),
    find(zzz=1),
    find(full_text="33.29.01"),
    find(next_page=1),
    Call("datastore_search_sql", {}, "nobody"),
    Call("datastore_search_sql", {"sql": ""}, "nobody"),
    Call("datastore_search_sql", {"sql": 'SELECT * FROM "$table"'}, "nobody", values=False),
    *(
        Call("datastore_search_sql", {"sql": sql}, "nobody")
        for sql in (
            'SELECT kode, tahun FROM "${table}" ORDER BY kode LIMIT 3',
            'SELECT count(*) AS n FROM "${table}"',
            "SELECT 1",
            "DROP TABLE x",
            "SELECT 1; SELECT 2",
            'SELECT * FROM "tidak-ada"',
            "SELECT * FROM pg_user",
            "SELECT pg_sleep(1)",
            'INSERT INTO "${table}" VALUES (1)',
            "x",
            "SELECT",
        )
    ),
    *(
        Call("datastore_dump", data, how="get", path="/datastore/dump/${table}", values="bom" not in data)
        for data in (
            {},
            {"format": "csv"},
            {"format": "tsv"},
            {"format": "json"},
            {"format": "xml"},
            {"format": "nosuch"},
            {"bom": "true"},
            {"limit": "2"},
            {"limit": "2", "offset": "1"},
            {"limit": "x"},
            {"limit": "-1"},
            {"format": "json", "limit": "1"},
            {"filters": '{"tahun": 2021}'},
            {"fields": "kode,tahun"},
            {"sort": "kode desc"},
            {"q": "33.29.01"},
            {"fields": "tidak_ada"},
        )
    ),
    *(
        Call("datastore_dump", {}, how="get", path=f"/datastore/dump/{target}")
        for target in ("tidak-ada", "${res}", "${private.res}", "..%2f..", "")
    ),
    Call("datastore_dump", {}, "editor", how="get", path="/datastore/dump/${table}"),
    *wrong(SEARCH, BASE, "resource_id", ("_table_metadata", "pg_user", "rows.x", 'x"; drop'), "nobody"),
)
