"""`datastore_search`, `datastore_info` and the dump, over a real published table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import orjson
import pytest
from lxml import etree

from portal.api.dump import element_names
from tests.portal.api.world import ROWS, World, loads
from tests.support import StatementLog

Counter = Callable[[], AbstractContextManager[StatementLog]]
SHOWN = ["_id", "kode", "tahun", "jumlah", "tanggal", "sah", "waktu"]


def search(world: World, **data: Any) -> Any:
    return world.result("datastore_search", {"resource_id": str(world.table), **data})


def ids(world: World, **data: Any) -> list[int]:
    return [row["_id"] for row in search(world, **data)["records"]]


def test_shape_and_budget(world: World, statements: Counter) -> None:
    search(world)  # a new connection asks the server for its version first
    with statements() as log:
        found = search(world)
    assert len(log) <= 2
    assert set(found) == {
        "resource_id", "limit", "include_total", "include_next_page", "records_format", "fields", "records", "total",
        "_links",
    }  # fmt: skip
    assert (found["limit"], found["total"], found["records_format"]) == (100, 4, "objects")
    assert [column["id"] for column in found["fields"]] == SHOWN
    assert [column["type"] for column in found["fields"]] == [
        "int", "text", "int4", "numeric", "date", "bool", "timestamp",
    ]  # fmt: skip
    assert found["fields"][1]["info"] == {"label": "Kode kecamatan", "notes": "Kode Kemendagri"}
    assert found["records"][0] == {
        "_id": 1, "kode": "33.29", "tahun": 2020, "jumlah": 1.5, "tanggal": "2020-01-02", "sah": True,
        "waktu": "2020-01-02T03:04:05.000",
    }  # fmt: skip
    assert found["records"][1]["jumlah"] is None
    assert "rahasia" not in orjson.dumps(found).decode()


def test_numbers_keep_every_digit(world: World) -> None:
    answer = world.client.get(f"/api/3/action/datastore_search?resource_id={world.table}")
    assert b"1234567890.123456789" in answer.data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"filters": {"tahun": 2020}}, [1]),
        ({"filters": {"tahun": "2022"}}, [3, 4]),
        ({"filters": '{"tahun": [2020, 2021]}'}, [1, 2]),
        ({"filters": {"tahun": {"gte": 2021, "lt": 2022}}}, [2]),
        ({"filters": {"tahun": {"in": [2020]}, "kode": "33.29"}}, [1]),
        ({"filters": {"tahun": []}}, []),
        ({"filters": {"jumlah": 1.5}}, [1]),
        ({"filters": {"sah": True}}, [1]),
        ({"filters": {"tanggal": "2020-01-02"}}, [1]),
        ({"filters": {"_id": {"gt": 2}}}, [3, 4]),
        ({"filters": {"jumlah": None}}, []),
        ({"filters": {"$or": [{"tahun": 2020}, {"kode": "33.30", "sah": False}]}}, [1, 3]),
        ({"filters": [{"tahun": 2020}, {"tahun": 2021}]}, [1, 2]),
        ({"filters": {"tahun": [2020, {"gte": 2022}]}}, [1, 3, 4]),
        ({"filters": {"$and": [{"tahun": 2022}, {"kode": "33.30"}]}}, [3]),
        ({"filters": {"tahun": 10**30}}, []),
        ({"filters": {"tahun": 2020.5}}, []),
        ({"filters": {"kode": 5}}, []),
        ({"q": "33.29 | 33.30", "plain": False, "sort": "_id"}, [1, 3]),
        ({"q": "33.29", "language": "simple"}, [1]),
        ({"q": "33.29", "language": "english"}, [1]),
        ({"sort": "jumlah desc"}, [2, 4, 3, 1]),
        ({"sort": "jumlah"}, [1, 3, 4, 2]),
        ({"filters": {}}, [1, 2, 3, 4]),
        ({"q": "33.29"}, [1]),
        ({"q": 7}, [3]),
        ({"q": {"kode": "33.29"}}, [1]),
        ({"q": '{"kode": "33.30", "tahun": "2022"}'}, [3]),
        ({"q": "33:* & 2022", "plain": False}, [3]),
        ({"full_text": "33.30"}, [3]),
        ({"sort": "tahun desc, kode"}, [3, 4, 2, 1]),
        ({"sort": ["_id desc"]}, [4, 3, 2, 1]),
        ({"sort": '"jumlah" desc nulls last'}, [4, 3, 1, 2]),
        ({"limit": "1", "offset": 1}, [2]),
        ({"limit": 0}, []),
        ({"offset": 10**12}, []),
        ({"id": "diabaikan", "limit": 1}, [1]),
    ],
)
def test_what_is_found(world: World, data: dict[str, Any], expected: list[int]) -> None:
    assert ids(world, **data) == expected


def test_what_the_answer_repeats(world: World) -> None:
    found = search(world, filters={"tahun": {"gte": 2021, "lt": 2022}}, q="=1", limit=99_999, include_next_page="true")
    assert (found["limit"], found["q"], found["filters"]) == (32_000, "=1", {"tahun": {"gte": 2021, "lt": 2022}})
    assert found["filterops"]["op"] == "$and"
    # the rank that CKAN's own PostgreSQL gives a word that stands once
    assert found["records"][0]["rank"] == pytest.approx(0.0573, abs=1e-4)
    assert found["fields"][-1] == {"id": "rank", "type": "float"}
    assert "next_page" not in found, "best matches first: no key leads on"
    assert search(world, include_next_page=True, limit=2)["next_page"] == {"_id": {"gt": 2}}
    assert search(world, include_next_page=True, limit=1, sort="_id desc")["next_page"] == {"_id": {"lt": 4}}
    narrow = search(world, include_next_page=True, limit=2, fields="kode", records_format="csv")
    assert (narrow["records"], narrow["next_page"]) == ("33.29\n=1+1\n", {"_id": {"gt": 2}})
    assert search(world, include_next_page=True, limit=1, fields="kode")["records"] == [{"kode": "33.29"}]
    assert search(world, q={"kode": "33.29"})["records"][0]["rank kode"] > 0
    assert search(world, sort=["tahun desc"])["sort"] == ["tahun desc"]
    assert search(world, filters={"tahun": 2020})["filterops"] == {"op": "eq", "field": "tahun", "value": 2020}
    assert "total" not in search(world, include_total=False)
    assert "next_page" not in search(world, include_next_page=True, sort="tahun")


def test_links_lead_on(world: World) -> None:
    found = search(world, limit=2, sort="tahun desc", filters={"tahun": [2020, 2021, 2022]}, include_total="false")
    following = world.client.get(found["_links"]["next"]).get_json()["result"]
    assert [row["_id"] for row in following["records"]] == [2, 1]
    assert "total" not in following
    back = world.client.get(following["_links"]["prev"]).get_json()["result"]
    assert back["records"] == found["records"]


def test_forms_of_records(world: World) -> None:
    assert search(world, records_format="lists", limit=1)["records"] == [
        [1, "33.29", 2020, 1.5, "2020-01-02", True, "2020-01-02T03:04:05.000"]
    ]
    comma = search(world, records_format="csv", fields="kode,jumlah")["records"]
    assert comma == "33.29,1.50\n=1+1,\n33.30,7\n<a>&b,1234567890.123456789\n"
    years = search(world, records_format="tsv", fields=["tahun", "sah"], distinct=True, sort="tahun")["records"]
    assert years == "2020\tt\n2021\t\n2022\tf\n2022\t\n"
    assert [column["id"] for column in search(world, fields=["kode"])["fields"]] == ["kode"]
    assert search(world, fields="tahun", distinct="true")["total"] == 3


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"resource_id": ""}, "resource_id"),
        ({"q": {"kode": 5}}, "q"),
        ({"q": "x", "language": "5"}, "query"),
        ({"sort": "tahun,"}, "sort"),
        ({"limit": -1}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"fields": "tidak_ada"}, "fields"),
        ({"fields": ["rahasia"]}, "fields"),
        ({"fields": [{"a": 1}]}, "fields"),
        ({"sort": "tidak_ada"}, "sort"),
        ({"sort": "tahun; drop table x"}, "sort"),
        ({"sort": "rahasia desc"}, "sort"),
        ({"sort": {"a": 1}}, "sort"),
        ({"filters": "bad"}, "filters"),
        ({"filters": [1]}, "filters"),
        ({"filters": {"tidak_ada": 1}}, "filters"),
        ({"filters": {"rahasia": "x"}}, "filters"),
        ({"filters": {"tahun": {"ne": 1}}}, "filters"),
        ({"filters": {"$nor": [{"tahun": 1}]}}, "filters"),
        ({"filters": {"$or": {"tahun": 1}}}, "filters"),
        ({"filters": {"tahun": {"eq": {"a": 1}}}}, "filters"),
        ({"filters": 5}, "filters"),
        ({"q": "x", "language": "klingon"}, "query"),
        ({"q": "x", "language": "simple'; drop table x"}, "query"),
        ({"filters": {"tahun": "x"}}, "query"),
        ({"filters": {"tahun": "x\x00"}}, "query"),
        ({"q": {"tidak_ada": "x"}}, "q"),
        ({"q": "a b", "plain": "false"}, "query"),
        ({"records_format": "parquet"}, "records_format"),
        ({"tidak_dikenal": 0}, "__extras"),
    ],
)
def test_refusals(world: World, data: dict[str, Any], key: str) -> None:
    status, error = world.error("datastore_search", {"resource_id": str(world.table), **data})
    assert (status, set(error)) == (409, {key, "__type"})
    assert isinstance(error[key], list)


def test_no_such_table(world: World) -> None:
    layer = world.result("package_show", {"id": "sebaran-puskesmas"})["resources"][0]["id"]
    for name in ("tidak-ada", layer, "' OR 1=1 --", "../../etc/passwd"):
        for action in ("datastore_search", "datastore_info"):
            assert world.error(action, {"resource_id": name})[0] == 404
    assert world.error("datastore_search")[1]["resource_id"]


def test_info(world: World) -> None:
    found = world.result("datastore_info", {"id": str(world.table)})
    assert set(found["meta"]) == {"id", "count", "table_type", "aliases", "size", "idx_size", "db_size"}
    assert (found["meta"]["count"], found["meta"]["id"]) == (4, str(world.table))
    assert [column["id"] for column in found["fields"]] == SHOWN[1:]
    assert found["fields"][0]["schema"] == {
        "native_type": "text", "notnull": False, "index_name": None, "is_index": False, "uniquekey": False,
    }  # fmt: skip
    bare = world.result(
        "datastore_info", {"resource_id": str(world.table), "include_meta": False, "include_fields_schema": "false"}
    )
    assert set(bare) == {"fields"}
    assert "schema" not in bare["fields"][0]


def dump(world: World, query: str = "") -> Any:
    """The answer, read whole and closed as a server does."""
    return world.client.get(f"/datastore/dump/{world.table}{query}", buffered=True)


def test_dump_csv_guards_formulas(world: World) -> None:
    answer = dump(world)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{world.table}.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert rows[0] == SHOWN
    assert rows[1] == ["1", "33.29", "2020", "1.50", "2020-01-02", "t", "2020-01-02T03:04:05.000"]
    assert rows[2][1] == "'=1+1"
    plain = dump(world, "?aman=0")
    assert list(csv.reader(io.StringIO(plain.get_data(as_text=True))))[2][1] == "=1+1"
    assert plain.headers["ETag"] != answer.headers["ETag"]
    ordered = dump(world, "?sort=_id%20desc")
    assert "'=1+1" in ordered.get_data(as_text=True)
    assert len(rows) == 1 + len(ROWS)
    assert dump(world, "?bom=true&format=tsv").data.startswith(b"\xef\xbb\xbf_id\tkode")


def test_dump_json_and_xml_hold_the_same(world: World) -> None:
    whole = orjson.loads(dump(world, "?format=json").data)
    assert [column["id"] for column in whole["fields"]] == SHOWN
    assert whole["records"][1] == [2, "=1+1", 2021, None, None, None, None]
    tree = etree.fromstring(dump(world, "?format=xml").data)
    assert [row.get("_id") for row in tree] == ["1", "2", "3", "4"]
    assert tree[3].findtext("kode") == "<a>&b"
    assert tree[3].findtext("jumlah") == "1234567890.123456789"
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"
    jumlah = tree[1].find("jumlah")
    assert jumlah is not None
    assert jumlah.get(nil) == "true"
    texts = [[cell.text for cell in row] for row in tree]
    assert Decimal(texts[0][2] or "") == Decimal("1.50")


def test_dump_takes_the_same_questions(world: World) -> None:
    assert dump(world, "?fields=kode&sort=tahun%20desc,kode&limit=1").data == b"kode\r\n33.30\n"
    assert dump(world, "?limit=1&offset=1&fields=_id,tahun").data == b"_id,tahun\r\n2,2021\n"
    assert dump(world, "?filters=%7B%22tahun%22:2020%7D&fields=tahun&q=33.29").data == b"tahun\r\n2020\n"
    assert dump(world, "?fields=tahun&distinct=1&sort=tahun").data == b"tahun\r\n2020\n2021\n2022\n"
    assert dump(world, "?limit=0&fields=kode").data == b"kode\r\n"
    assert dump(world, "?zz=1").status_code == 200
    assert dump(world, "?fields=kode&q=33.30").data == b"kode\r\n33.30\n"
    either = "?fields=_id&filters=%7B%22$or%22:[%7B%22tahun%22:2020%7D,%7B%22kode%22:%2233.30%22%7D]%7D&sort=_id%20desc"
    assert dump(world, either).data == b"_id\r\n3\n1\n"
    ranked = loads(dump(world, "?format=json&q=33.30").data)
    assert [field["id"] for field in ranked["fields"]] == [*SHOWN, "rank"]
    assert ranked["records"][0][-1] > 0


@pytest.mark.parametrize(
    "query", ["?format=zz", "?limit=-1", "?limit=x", "?filters=x", "?filters=%7B%22tahun%22:%22x%22%7D", "?sort=zz",
              "?fields=rahasia", "?q=%00", "?offset=-1"],
)  # fmt: skip
def test_dump_refusals(world: World, query: str) -> None:
    answer = dump(world, query)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert ":" in answer.get_data(as_text=True)


def test_dump_of_nothing(world: World) -> None:
    assert world.client.get("/datastore/dump/tidak-ada").status_code == 404
    assert world.client.get(f"/datastore/dump/{world.withdrawn.resources[0].id}").status_code == 410


def test_dump_is_kept_by_version_and_question(world: World, statements: Counter) -> None:
    first = dump(world)
    assert "max-age=3600" in first.headers["Cache-Control"]
    with statements() as log:
        again = world.client.get(
            f"/datastore/dump/{world.table}", buffered=True, headers={"If-None-Match": first.headers["ETag"]}
        )
    assert (again.status_code, again.data) == (304, b"")
    assert not [text for text in log.texts if "rows." in text]
    assert dump(world, "?limit=1").headers["ETag"] != first.headers["ETag"]
    head = world.client.head(f"/datastore/dump/{world.table}")
    assert (head.status_code, head.data) == (200, b"")


def test_a_reader_who_leaves_gives_the_connection_back(world: World) -> None:
    pool = world.runtime.sessions["public"].kw["bind"].pool
    before = pool.checkedout()
    for _number in range(pool.size() * 3):
        answer = world.client.get(f"/datastore/dump/{world.table}?format=json")
        next(iter(answer.response))
        answer.close()
    assert pool.checkedout() == before
    assert loads(dump(world, "?format=json").data)["records"]


def test_names_of_elements() -> None:
    assert element_names(["a b", "1xml2", "ü", "a_b", "", "9", "ok", "x<y"]) == [
        "a_b", "kolom", "kolom_0", "a_b_0", "kolom_1", "kolom_2", "ok", "xy",
    ]  # fmt: skip
