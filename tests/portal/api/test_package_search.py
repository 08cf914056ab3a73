"""`package_search`: shapes, budgets, refusals, and the way behind the engine's deepest start."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from portal.api import package_search as module
from portal.api import paging
from search.engine import counting
from tests.portal.api.world import World, many
from tests.support import Databases, StatementLog

Counter = Callable[[], AbstractContextManager[StatementLog]]


def names(world: World, **data: Any) -> list[str]:
    return [row["name"] for row in world.result("package_search", data)["results"]]


def test_shape_and_budget(world: World, statements: Counter) -> None:
    asked = {"q": "stunting balita", "facet.field": ["organization", "groups", "tags", "res_format", "license_id"]}
    world.result("package_search", {"q": "balita"})  # a new connection asks the server for its version first
    with statements() as log, counting(world.runtime.search) as calls:
        found = world.result("package_search", asked)
    assert calls == ["search"]
    # the PostgreSQL engine's own call is in the log too; beside it, one statement brings the documents
    assert len([text for text in log.texts if "catalog." in text and "catalog.change" not in text]) == 1
    assert set(found) == {"count", "facets", "results", "sort", "search_facets"}
    assert found["sort"] == "score desc, metadata_modified desc"
    assert found["facets"]["organization"] == {"dinas-kesehatan": 2}
    assert found["search_facets"]["organization"] == {
        "title": "organization",
        "items": [{"name": "dinas-kesehatan", "display_name": "Dinas Kesehatan", "count": 2}],
    }
    tags = [item["display_name"] for item in found["search_facets"]["tags"]["items"]]
    assert tags == sorted(tags, reverse=True)
    # the other has it in the name of its resource alone
    assert found["results"][0] == world.result("package_show", {"id": "stunting-kecamatan"})


def test_documents_are_spliced_as_stored(world: World) -> None:
    stored = world.client.get("/api/3/action/package_show?id=imunisasi").data.split(b'"result":', 1)[1][:-1]
    assert stored in world.client.get("/api/3/action/package_search").data


def test_everything_and_pages(world: World) -> None:
    assert world.result("package_search")["count"] == 3
    assert world.result("package_search")["facets"] == {}
    assert names(world, q="*:*", sort="metadata_modified desc", rows=1, start=1) == ["sebaran-puskesmas"]
    assert names(world, rows="0") == []
    assert len(names(world, rows=5000)) == 3
    assert len(names(world, rows="", q='""')) == 3
    assert names(world, abort_search=True) == []


EVERY = {"imunisasi", "sebaran-puskesmas", "stunting-kecamatan"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"fq": "organization:dinas-perhubungan"}, {"sebaran-puskesmas"}),
        ({"fq": "+state:active +tags:balita"}, {"imunisasi", "stunting-kecamatan"}),
        ({"fq": ["tags:balita", "name:imunisasi"]}, {"imunisasi"}),
        ({"fq_list": ["tags:balita", "-name:imunisasi"]}, {"stunting-kecamatan"}),
        ({"fq": "tags:(gizi OR puskesmas)", "fq_list": ["groups:kesehatan"]}, {"sebaran-puskesmas"}),
        ({"fq": "metadata_modified:[2026-04-15T00:00:00Z TO *]"}, {"imunisasi"}),
        ({"q": "title:imunisasi OR tags:gizi"}, {"imunisasi", "sebaran-puskesmas"}),
        ({"q": "imunisasinya"}, {"imunisasi"}),
        ({"q": "kolom_lain:abc"}, set()),
        ({"fq": "kolom_lain:abc"}, set()),
        ({"q": "((("}, set()),
        ({"q": '"puskesmas'}, {"sebaran-puskesmas"}),
        ({"ext_bbox": "108.7,-7.4,109.2,-6.7", "ext_relation": "within", "fq": "kind:layer"}, {"sebaran-puskesmas"}),
        ({"ext_bbox": "0,0,1,1"}, set()),
        ({"ext_bbox": "", "ext_lain": "1", "fq": "name:imunisasi"}, {"imunisasi"}),
        ({"ext_bbox": "10,10,5,5"}, set()),
        (
            {"fq": "capacity:public +permission_labels:public +entity_type:package +site_id:default -isopen:false"},
            EVERY,
        ),
        ({"fq": "num_resources:1", "q": "num_tags:[1 TO 2]"}, EVERY),
        ({"q": "author:kesehatan OR maintainer:[a TO z]"}, EVERY),
        ({"q": "res_name:(stunting)"}, {"stunting-kecamatan", "imunisasi"}),
        ({"q": "res_url:*", "fq": 'license:"Creative Commons Attribution 4.0"'}, set()),
        ({"q": "frequency:tahunan", "fq": "extras_frequency:tahun*"}, EVERY),
        ({"q": "data_type:statistik_khusus && !name:imunisasi"}, {"sebaran-puskesmas", "stunting-kecamatan"}),
        ({"q": "metadata_modified:[NOW-100YEARS/YEAR TO NOW+1DAY] AND title:imunis*^3"}, {"imunisasi"}),
        ({"q": "title:imunisas~1 OR title_string:sebaran*"}, {"imunisasi", "sebaran-puskesmas"}),
        ({"include_private": True, "include_drafts": "true", "fq": "name:ditarik"}, set()),
        ({"use_default_schema": 1, "wt": "json", "qf": "title", "df": "text", "q": "imunisasi"}, {"imunisasi"}),
    ],
)
def test_what_is_found(world: World, data: dict[str, Any], expected: set[str]) -> None:
    assert set(names(world, **data)) == expected


def test_typing_errors_are_forgiven_in_free_text_only(world: World) -> None:
    found = world.result("package_search", {"q": "stuntng"})
    assert (found["count"], found["did_you_mean"]) == (2, "stunting")
    assert world.result("package_search", {"q": "title:stuntng"})["count"] == 0


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        ({"zzz": 1}, 400, "Search Query Error"),
        ({"facet_field": ["tags"]}, 400, "Search Query Error"),
        ({"q.op": "OR"}, 400, "Search Query Error"),
        ({"sort": "name zz"}, 400, "Search Query Error"),
        ({"sort": "name"}, 400, "Search Query Error"),
        ({"q": "padi AND"}, 409, "Search Error"),
        ({"q": "OR padi"}, 409, "Search Error"),
        ({"q": "a AND OR b"}, 409, "Search Error"),
        ({"q": "+"}, 409, "Search Error"),
        ({"q": "http://x.y/z"}, 409, "Search Error"),
        ({"q": '_query_:"{!dismax}x"'}, 409, "Search Error"),
        ({"fq": "{!frange l=0}views_total"}, 409, "Search Error"),
        ({"facet": "maybe"}, 409, "Search Error"),
        ({"ext_bbox": "a,b,c,d"}, 409, "Search Error"),
        ({"sort": ",,"}, 400, "Search Query Error"),
        ({"q": "title:("}, 409, "Search Error"),
        ({"q": "{!knn f=x}y"}, 409, "Search Error"),
        ({"fq": "((("}, 409, "Search Error"),
        ({"fq_list": ["((("]}, 409, "Search Error"),
        ({"defType": "func"}, 409, "Search Error"),
        ({"defType": "lucene", "q": "((("}, 409, "Search Error"),
        ({"ext_bbox": "1,2,3"}, 409, "Search Error"),
        ({"ext_bbox": "nan,1,2,3"}, 409, "Search Error"),
        ({"ext_relation": "touches"}, 409, "Search Error"),
        ({"facet.field": [f"f{n}" for n in range(60)]}, 409, "Search Error"),
        ({"rows": -1}, 409, "Validation Error"),
        ({"rows": "x"}, 409, "Validation Error"),
        ({"start": -1}, 409, "Validation Error"),
        ({"facet.limit": "x"}, 409, "Validation Error"),
        ({"facet.mincount": -1}, 409, "Validation Error"),
        ({"facet.field": "tags"}, 409, "Validation Error"),
        ({"facet.field": "[1]"}, 409, "Validation Error"),
        ({"q": {"a": 1}}, 409, "Search Error"),
        ({"include_private": "mungkin"}, 409, "Validation Error"),
    ],
)
def test_refusals(world: World, data: dict[str, Any], status: int, kind: str) -> None:
    found, error = world.error("package_search", data)
    assert (found, error["__type"]) == (status, kind)
    if kind == "Validation Error":
        assert [type(value) for name, value in error.items() if name != "__type"] == [list]
        assert set(error) == {*data, "__type"}
    else:
        assert error["message"]


def test_facets(world: World) -> None:
    found = world.result("package_search", {"facet.field": '["tags", "zzz", "title", "tags"]', "facet.mincount": 2})
    assert found["facets"] == {"tags": {"balita": 2}, "zzz": {}, "title": {}}
    limited = world.result("package_search", {"facet.field": ["tags"], "facet.limit": 1})
    assert limited["facets"] == {"tags": {"balita": 2}}
    assert world.result("package_search", {"facet.field": ["tags"], "facet.limit": 0})["facets"] == {"tags": {}}
    assert len(world.result("package_search", {"facet.field": ["tags"], "facet.limit": -1})["facets"]["tags"]) == 4
    assert world.result("package_search", {"facet.field": ["tags"], "facet": "false"})["facets"] == {}
    assert world.client.get("/api/3/action/package_search?facet.field=tags&facet.field=groups").status_code == 200


def test_any_field_can_be_counted(world: World) -> None:
    asked = ["license_id", "isopen", "private", "capacity", "state", "owner_org", "frequency", "num_resources"]
    found = world.result("package_search", {"facet.field": asked})["facets"]
    assert found["state"] == {"active": 3}
    assert found["capacity"] == {"public": 3}
    assert found["private"] == {"false": 3}
    assert found["frequency"] == {"tahunan": 3}
    assert found["num_resources"] == {"1": 3}
    assert sorted(found["owner_org"].values()) == [1, 2]
    assert sum(found["license_id"].values()) == 3
    assert set(found) == set(asked)


def test_orders(world: World) -> None:
    assert names(world, sort="name asc") == ["imunisasi", "sebaran-puskesmas", "stunting-kecamatan"]
    assert names(world, sort="title_string desc, name asc, title asc")[0] == "sebaran-puskesmas"
    assert names(world, sort="metadata_modified desc")[0] == "imunisasi"
    assert len(names(world, sort="author asc, tidak_ada desc, id asc")) == 3
    assert world.result("package_search", {"sort": "rank"})["sort"] == module.DEFAULT_SORT


def test_parts_of_datasets(world: World) -> None:
    asked = {"q": "name:stunting-kecamatan", "fl": "name,tags,organization extras_data_type,tidak_ada"}
    assert world.result("package_search", asked)["results"] == [
        {
            "name": "stunting-kecamatan",
            "tags": ["balita", "stunting"],
            "organization": "dinas-kesehatan",
            "extras_data_type": "statistik_khusus",
        }
    ]
    assert world.result("package_search", {"fl": ["id"], "fq": "name:imunisasi"})["results"][0].keys() == {"id"}


def test_behind_the_deepest_start(world: World, module_databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    many(module_databases, 30)
    monkeypatch.setattr(paging, "DEEPEST_START", 5)
    monkeypatch.setattr(paging, "MOST_ROWS", 7)
    asked = {"fq": "name:banyak*", "sort": "name asc", "rows": 4, "facet.field": ["organization"]}
    found = world.result("package_search", {**asked, "start": 23})
    assert [row["name"] for row in found["results"]] == [f"banyak-{n:05}" for n in (23, 24, 25, 26)]
    assert (found["count"], found["facets"]["organization"]) == (30, {"dinas-kesehatan": 30})
    beyond = world.result("package_search", {**asked, "start": 64})
    assert (beyond["count"], beyond["results"]) == (30, [])
    edge = world.result("package_search", {**asked, "start": 30})
    assert (edge["count"], edge["results"]) == (30, [])
    assert world.result("package_search", {**asked, "start": 2**31 - 1})["results"] == []
    monkeypatch.setattr(paging, "MOST_STEPS", 2)
    turned = {**asked, "sort": "name desc", "start": 20}  # no page of this order is known yet
    assert world.error("package_search", turned)[1]["__type"] == "Search Query Error"
