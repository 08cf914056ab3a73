"""How calls are read and answers are wrapped: envelope, forms, JSONP, limits, headers, errors before an action."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.api import arguments, registry
from portal.api.action import Action
from tests.apps import dispose, make_public
from tests.portal.api.world import SITE, World, loads
from tests.support import Databases

SHOW = "/api/3/action/package_show"


def test_the_envelope(world: World) -> None:
    answer = world.client.get(f"{SHOW}?id=imunisasi").get_json()
    assert set(answer) == {"help", "success", "result"}
    assert answer["help"] == f"{SITE}/api/3/action/help_show?name=package_show"
    refused = world.client.get(f"{SHOW}?id=tidak-ada").get_json()
    assert set(refused) == {"help", "success", "error"}
    assert refused["error"] == {"__type": "Not Found Error", "message": "Tidak ditemukan"}


def test_both_addresses_and_the_version(world: World) -> None:
    one = world.client.get(f"{SHOW}?id=imunisasi").data
    assert world.client.get("/api/action/package_show?id=imunisasi").data == one
    assert [world.client.get(f"/api/{n}").get_json() for n in (1, 2, 3)] == [{"version": n} for n in (1, 2, 3)]
    assert world.client.get("/api/4").status_code == 404
    assert world.client.get("/api").get_json() == {"version": 1}
    assert world.client.get("/api", headers={"Accept": "text/html"}).mimetype == "text/html"


@pytest.mark.parametrize(
    "sent",
    [
        {"query_string": {"id": "imunisasi"}, "method": "GET"},
        {"json": {"id": "imunisasi"}},
        {"data": {"id": "imunisasi"}},
        {"data": b'{"id": "imunisasi"}', "content_type": "application/x-www-form-urlencoded"},
        {"data": b'{"id": "imunisasi", "x": "a=b&c"}', "content_type": "application/x-www-form-urlencoded"},
        {"data": b"%7B%22id%22%3A%22imunisasi%22%7D", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"%7B%22id%22%3A%22imunisasi%22%7D=1", "content_type": "application/x-www-form-urlencoded"},
        {"data": {"id": "imunisasi"}, "content_type": "multipart/form-data"},
        {"data": b'{"id": "imunisasi"}', "content_type": "text/plain"},
        {"data": b'\xef\xbb\xbf{"id": "imunisasi"}', "content_type": "application/json"},
        {"query_string": {"id": "imunisasi"}, "method": "POST"},
        {"query_string": {"id": "imunisasi"}, "json": {"id": "tidak-ada"}},
        {"query_string": {"lang": "en"}, "json": {"id": "imunisasi"}},
        {"json": {"id": "imunisasi"}, "headers": {"Authorization": "bukan-token"}},
        {"json": {"id": "imunisasi", "lang": "en", "tidak_dikenal": {"a": [1]}}},
    ],
)
def test_every_way_of_asking(world: World, sent: dict[str, Any]) -> None:
    answer = world.client.open(SHOW, **{"method": "POST", **sent})
    assert (answer.status_code, answer.get_json()["result"]["name"]) == (200, "imunisasi")


@pytest.mark.parametrize(
    "body",
    [b"{bad", b"[1]", b'"x"', b"5", b"null", b'{"id": NaN}', b'{"id": "\\ud800"}', b'{"id": "\xff"}', b"[" * 10_000],
)
def test_what_cannot_be_read_is_a_bare_string(world: World, body: bytes) -> None:
    answer = world.client.post(SHOW, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.get_json().startswith("Bad request: JSON Error")


def test_deep_json_is_refused(world: World) -> None:
    for deep in (b"[" * 500 + b"]" * 500, b'{"a":' * 500 + b"1" + b"}" * 500):
        for action in ("package_show", "package_search", "resource_search", "datastore_search"):
            body = b'{"id": %s, "q": %s, "query": [%s], "filters": %s, "facet.field": [%s]}' % ((deep,) * 5)
            answer = world.client.post(f"/api/3/action/{action}", data=body, content_type="application/json")
            assert answer.status_code == 400, (action, answer.data[:300])
            assert answer.get_json() == "Bad request: JSON Error: nested deeper than 100 levels"


def test_unknown_actions(world: World) -> None:
    for name in ("zzz", "site_read", "package_create", "a" * 5000, "%00", "a%2Fb"):
        answer = world.client.get(f"/api/3/action/{name}")
        assert answer.status_code in {400, 404}
    assert world.client.get("/api/3/action/zzz").get_json() == "Bad request: Action name not known: zzz"


def test_a_write_asks_for_post(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action("uji_tulis", arguments.NoArguments, lambda _call, _args: "ditulis", writes=True)
    world.offer(monkeypatch, action)
    refused = world.client.get("/api/3/action/uji_tulis")
    assert refused.status_code == 400
    assert refused.get_json().endswith("Invalid request. Please use POST method for your request")
    assert world.client.post("/api/3/action/uji_tulis", json={}).get_json()["result"] == "ditulis"


def test_jsonp(world: World) -> None:
    answer = world.client.get(f"{SHOW}?id=imunisasi&callback=jQuery.cb_1")
    assert answer.mimetype == "application/javascript"
    assert answer.data.startswith(b'jQuery.cb_1({"help"')
    assert answer.data.endswith(b"});")
    assert world.client.get(f"{SHOW}?id=tidak-ada&callback=cb").get_json()["success"] is False
    for bad in ("alert(1)//", "<script>", "a b", "", "1a", "a" * 200):
        refused = world.client.get(SHOW, query_string={"id": "imunisasi", "callback": bad})
        assert (refused.status_code, refused.mimetype) == (400, "application/json"), bad


def test_headers_of_public_answers(world: World) -> None:
    answer = world.client.get(f"{SHOW}?id=imunisasi")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "s-maxage=60" in answer.headers["Cache-Control"]
    again = world.client.get(f"{SHOW}?id=imunisasi", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert world.client.get(f"{SHOW}?id=tidak-ada").headers["Cache-Control"] == "no-store"
    preflight = world.client.options(SHOW)
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Set-Cookie" not in answer.headers


def test_large_and_many(world: World) -> None:
    large = world.client.post(SHOW, data=b'{"id": "' + b"a" * 1_100_000 + b'"}', content_type="application/json")
    assert (large.status_code, large.get_json()) == (
        413,
        "Bad request: the body is too large; this action takes 1048576 bytes",
    )
    form = {f"k{number}": "1" for number in range(3000)}
    for sent in ({"data": form}, {"json": form}, {"query_string": form}):
        assert world.client.post("/api/3/action/package_search", **sent).status_code == 400
    assert world.call("package_show", {"id": "a" * 200_000})[0] == 409


def test_nul_and_its_kin_are_refused_by_name(world: World) -> None:
    status, error = world.error("organization_show", {"id": "a\x00b"})
    assert (status, list(error)) == (409, ["id", "__type"])
    assert world.client.get("/api/3/action/package_search?q=%00").status_code == 409


def test_help_is_there_for_every_action(world: World) -> None:
    for name in (*registry.ACTIONS, "package_create"):
        assert len(world.result("help_show", {"name": name})) > 20
    assert world.error("help_show", {"name": "zzz"})[0] == 404
    assert world.error("help_show")[1]["name"]


def test_status_and_licences(world: World) -> None:
    status = world.result("status_show")
    assert {"site_title", "site_url", "ckan_version", "extensions", "locale_default"} <= set(status)
    assert "datastore" in status["extensions"]
    licences = world.result("license_list")
    assert {row["id"] for row in licences} >= {"cc-by", "odc-pddl"}
    assert {type(value) for row in licences for value in row.values()} == {str}
    assert [row["value"] for row in world.result("member_roles_list", {"group_type": "group"})] == ["admin", "member"]


@pytest.fixture
def without_engine(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    app, runtime = make_public(databases, tmp_path, public_search_url="http://127.0.0.1:9")
    app.testing = False
    yield app
    dispose(runtime)


def test_the_engine_down(without_engine: Flask) -> None:
    client = without_engine.test_client()
    for address in ("package_search?q=x", "package_autocomplete?q=xy"):
        answer = client.get(f"/api/3/action/{address}")
        body = loads(answer.data)
        assert (answer.status_code, body["error"]["__type"]) == (503, "Search Connection Error")
        assert "127.0.0.1:9" not in answer.get_data(as_text=True)
    assert client.get("/api/3/action/package_list").get_json()["result"] == []


def test_english_words_are_those_of_ckan(world: World) -> None:
    def refused(address: str) -> Any:
        joined = "&" if "?" in address else "?"
        return world.client.get(f"/api/3/action/{address}{joined}lang=en").get_json()["error"]

    assert refused("package_show")["name_or_id"] == ["Missing value"]
    assert refused("package_show?id=tidak-ada")["message"] == "Not found"
    assert refused("package_search?rows=-1")["rows"] == ["Must be a natural number"]
    assert refused("package_search?zzz=1")["message"] == "Search Query is invalid: Invalid search parameters: zzz"
    assert refused("organization_list?sort=foo")["message"] == "Cannot sort by field `foo`"
    assert refused("datastore_search?resource_id=zz")["message"] == 'Not found: Resource "zz" was not found.'
