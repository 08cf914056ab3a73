"""Datasets, organisations, groups, tags and resources."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from portal.api import queries
from portal.catalog.addresses import stable_id
from tests.factories import published as factory
from tests.portal.api.world import World, reads
from tests.support import StatementLog

NAMES = ["imunisasi", "sebaran-puskesmas", "stunting-kecamatan"]
GROUP_KEYS = {
    "approval_status", "created", "description", "display_name", "id", "image_display_url", "image_url",
    "is_organization", "name", "num_followers", "state", "title", "type",
}  # fmt: skip
Counter = Callable[[], AbstractContextManager[StatementLog]]


def test_package_list_pages(world: World) -> None:
    assert world.result("package_list") == NAMES
    assert world.result("package_list", {"limit": "2", "offset": 1}) == NAMES[1:]
    assert world.result("package_list", {"limit": 0}) == NAMES
    assert world.result("package_list", {"limit": "", "offset": None}) == NAMES
    for wrong in ("x", -1, 1.5, [1], {"a": 1}, "1e3", 10**20, "9" * 5000):
        assert list(world.error("package_list", {"limit": wrong})[1]) == ["limit", "__type"]


def test_package_show_by_name_and_id(world: World, statements: Counter) -> None:
    with statements() as log:
        found = world.result("package_show", {"id": "stunting-kecamatan"})
    assert reads(log) == 1
    assert world.result("package_show", {"id": str(world.first.id)}) == found
    assert world.result("package_show", {"name_or_id": str(world.first.id).upper()}) == found
    assert found["metadata_modified"] == "2026-03-02T08:30:00.000000"


def test_withdrawn_and_unknown_are_one_answer(world: World) -> None:
    gone = [world.withdrawn.name, str(world.withdrawn.id)]
    answers = {world.client.get(f"/api/3/action/package_show?id={name}").data for name in (*gone, "tidak-ada")}
    assert len(answers) == 1
    resource = str(world.withdrawn.resources[0].id)
    for action, key in (
        ("resource_show", "id"),
        ("datastore_search", "resource_id"),
        ("datastore_info", "resource_id"),
    ):
        assert world.error(action, {key: resource})[0] == 404


def test_package_show_refusals(world: World) -> None:
    for data in ({}, {"id": ""}, {"id": None}, {"id": {"a": 1}}, {"id": ["a", "b"]}):
        status, error = world.error("package_show", data)
        assert (status, list(error)) == (409, ["name_or_id", "__type"])
    assert world.error("package_show", {"id": 5})[0] == 404


def test_whole_packages(world: World, statements: Counter) -> None:
    with statements() as log:
        rows = world.result("current_package_list_with_resources", {"limit": 2})
    assert reads(log) == 1
    assert [row["name"] for row in rows] == ["imunisasi", "sebaran-puskesmas"]
    assert rows[0] == world.result("package_show", {"id": "imunisasi"})
    pages = [world.result("current_package_list_with_resources", {"limit": 2, "page": 2})]
    pages.append(world.result("current_package_list_with_resources", {"limit": 2, "offset": 2}))
    assert pages[0] == pages[1] == [world.result("package_show", {"id": "stunting-kecamatan"})]
    assert world.error("current_package_list_with_resources", {"page": 0})[1]["page"]


def test_package_autocomplete(world: World) -> None:
    by_name = world.result("package_autocomplete", {"q": "imun"})
    assert by_name == [
        {
            "name": "imunisasi",
            "title": "Cakupan imunisasi dasar",
            "match_field": "name",
            "match_displayed": "imunisasi",
        }
    ]
    by_title = world.result("package_autocomplete", {"q": "Jumlah bal"})
    assert (by_title[0]["match_field"], by_title[0]["name"]) == ("title", "stunting-kecamatan")
    assert by_title[0]["match_displayed"].endswith("(stunting-kecamatan)")
    assert world.result("package_autocomplete", {"q": "", "limit": 5}) == []
    assert world.error("package_autocomplete")[1]["q"]


@pytest.mark.parametrize(("kind", "name", "others"), [("organization", "dinas-kesehatan", 2), ("group", "sosial", 2)])
def test_groups_and_organizations(world: World, statements: Counter, kind: str, name: str, others: int) -> None:
    with statements() as log:
        listed = world.result(f"{kind}_list", {"all_fields": "true"})
    assert reads(log) == 1
    row = next(item for item in listed if item["name"] == name)
    assert set(row) == GROUP_KEYS | {"package_count"}
    assert row["is_organization"] is (kind == "organization")
    shown = world.result(f"{kind}_show", {"id": name})
    assert set(shown) == GROUP_KEYS | {"package_count", "users", "extras", "groups"}
    assert (shown["package_count"], shown["users"]) == (others, [])
    assert world.result(f"{kind}_show", {"id": row["id"]}) == shown
    with_datasets = world.result(f"{kind}_show", {"id": name, "include_datasets": True})
    assert with_datasets["packages"][0] == world.result("package_show", {"id": with_datasets["packages"][0]["name"]})
    bare = {f"include_{part}": False for part in ("users", "extras", "groups", "dataset_count")}
    assert set(world.result(f"{kind}_show", {"id": name, **bare})) == GROUP_KEYS
    assert world.error(f"{kind}_show", {"id": "tidak-ada"})[0] == 404
    assert world.error(f"{kind}_show")[1]["id"]
    found = world.result(f"{kind}_autocomplete", {"q": name[-3:].upper()})
    assert [set(item) for item in found] == [{"id", "name", "title"}] * len(found)
    assert name in {item["name"] for item in found}


def test_order_and_choice_of_organizations(world: World) -> None:
    both = ["dinas-kesehatan", "dinas-perhubungan"]
    assert world.result("organization_list") == both
    assert world.result("organization_list", {"sort": "title desc"}) == both[::-1]
    assert world.result("organization_list", {"sort": "package_count"}) == both
    assert world.result("organization_list", {"order_by": "packages asc"}) == both[::-1]
    assert world.result("organization_list", {"organizations": "x, dinas-perhubungan"}) == both[1:]
    assert world.result("organization_list", {"organizations": both[:1]}) == both[:1]
    assert world.result("organization_list", {"limit": 1, "offset": 1}) == both[1:]
    assert world.result("organization_list", {"type": "x"}) == []
    assert world.result("organization_list", {"q": "%"}) == []
    for sort in ("foo", "name foo", "name,title", "name asc desc"):
        status, error = world.error("organization_list", {"sort": sort})
        assert (status, set(error), type(error["message"])) == (409, {"message", "__type"}, str)
    assert world.error("organization_list", {"all_fields": "mungkin"})[1]["all_fields"]
    assert [item["name"] for item in world.result("group_package_show", {"id": "kesehatan"})] == ["sebaran-puskesmas"]


def test_tags(world: World, statements: Counter) -> None:
    with statements() as log:
        names = world.result("tag_list")
    assert (reads(log), names) == (1, ["balita", "gizi", "puskesmas", "stunting"])
    gizi = {"id": str(stable_id("tag", "gizi")), "name": "gizi", "vocabulary_id": None, "display_name": "gizi"}
    assert world.result("tag_list", {"all_fields": True})[1] == gizi
    assert world.result("tag_list", {"query": "GI"}) == ["gizi"]
    assert world.result("tag_show", {"id": "gizi"}) == gizi
    assert world.result("tag_show", {"id": gizi["id"]}) == gizi
    whole = world.result("tag_show", {"id": "balita", "include_datasets": True})
    assert [item["name"] for item in whole["packages"]] == ["imunisasi", "stunting-kecamatan"]
    bare = {key: value for key, value in gizi.items() if key != "display_name"}
    assert world.result("tag_search", {"query": ["gi", "z"]}) == {"count": 1, "results": [bare]}
    assert world.result("tag_search", {"q": "i", "limit": 1, "offset": 1})["count"] == 3
    assert world.result("tag_search") == {"count": 0, "results": []}
    assert world.result("tag_autocomplete", {"query": "stu"}) == ["stunting"]
    assert world.result("vocabulary_list") == []
    for action, data in (
        ("tag_show", {"id": "tidak-ada"}),
        ("tag_list", {"vocabulary_id": "x"}),
        ("vocabulary_show", {"id": "x"}),
        ("tag_show", {"id": "gizi", "vocabulary_id": "x"}),
    ):
        assert world.error(action, data)[0] == 404
    assert world.result("tag_list", {"vocabulary_id": "x", "query": "a"}) == []
    assert world.error("tag_search", {"query": "a", "limit": "x"})[1]["limit"]


def test_resources(world: World, statements: Counter) -> None:
    found = world.result("resource_show", {"id": str(world.table)})
    assert found == world.result("package_show", {"id": "stunting-kecamatan"})["resources"][0]
    assert world.error("resource_show", {"id": "bukan-uuid"})[0] == 404
    with statements() as log:
        answer = world.result("resource_search", {"query": "name:STUNTING", "order_by": "size", "limit": 1})
    assert reads(log) <= 2
    assert (answer["count"], len(answer["results"])) == (2, 1)
    assert world.result("resource_search", {"query": f"hash:{'b' * 10}"})["count"] == 1
    assert world.result("resource_search", {"query": ["format:csv", "size:1234"]})["count"] == 2
    assert world.result("resource_search", {"query": "url:%"})["count"] == 0
    for query in (None, "foo", "foo:res", ["name:a", 5], {"a": 1}, "id:x", ["name:x"] * 50):
        status, error = world.error("resource_search", {"query": query})
        assert (status, set(error), type(error["query"])) == (409, {"query", "__type"}, str)
    assert world.result("format_autocomplete", {"q": "c"}) == ["csv"]


def test_keys_and_types_of_a_resource(world: World) -> None:
    """The key set of CKAN 2.12, with ours beside it."""
    row: dict[str, Any] = world.result("resource_show", {"id": str(world.table)})
    assert set(row) >= {
        "cache_last_updated", "cache_url", "created", "datastore_active", "description", "format", "hash", "id",
        "last_modified", "metadata_modified", "mimetype", "mimetype_inner", "name", "package_id", "position",
        "resource_type", "size", "state", "url", "url_type",
    }  # fmt: skip
    assert row["datastore_active"] is True
    assert factory.uuid_of(row["id"]) == world.table


def test_many_resources_are_estimated_and_few_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"query": "name:e", "limit": 1}
    exact = world.result("resource_search", asked)["count"]
    monkeypatch.setattr(queries, "MOST_COUNTED", 1)
    assert exact > 1
    assert world.result("resource_search", {**asked, "offset": 0})["count"] >= 1
    assert world.result("resource_search", {"query": "name:e"})["count"] == exact
    assert world.result("resource_search", {"query": ["name:e", "url:http", "description:zzz"]})["count"] == 0
