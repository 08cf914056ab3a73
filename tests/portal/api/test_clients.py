"""The real client library `ckanapi` against a live server, and the same API on the office side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ckanapi import NotFound, RemoteCKAN, SearchQueryError, ValidationError
from ckanapi.errors import CKANAPIError, SearchError

from tests.apps import Office, dispose, make_office
from tests.portal.api.world import World, index
from tests.serving import served
from tests.support import Databases


@pytest.fixture(scope="module")
def remote(world: World) -> Iterator[RemoteCKAN]:
    with served(world.app) as address, RemoteCKAN(address, user_agent="uji/1.0") as made:
        yield made


@pytest.fixture(scope="module")
def remote_get(remote: RemoteCKAN) -> Iterator[RemoteCKAN]:
    with RemoteCKAN(remote.address, get_only=True) as made:
        yield made


def test_ckanapi_reads(remote: RemoteCKAN, remote_get: RemoteCKAN, world: World) -> None:
    for client in (remote, remote_get):
        assert "imunisasi" in client.action.package_list()
        found = client.action.package_search(q="stunting", rows=1)
        assert found["results"][0] == client.action.package_show(id="stunting-kecamatan")
        assert client.action.organization_list(all_fields=True)[0]["package_count"] == 2
        rows = client.action.datastore_search(resource_id=str(world.table), limit=2)
        assert [row["_id"] for row in rows["records"]] == [1, 2]
        assert client.action.status_show()["ckan_version"] == "2.12.0"


def test_ckanapi_knows_our_refusals(remote: RemoteCKAN) -> None:
    with pytest.raises(NotFound):
        remote.action.package_show(id="tidak-ada")
    with pytest.raises(ValidationError) as refused:
        remote.action.package_show()
    assert list(refused.value.error_dict) == ["name_or_id", "__type"]
    with pytest.raises(ValidationError):
        remote.action.organization_list(sort="foo")
    with pytest.raises(SearchQueryError):
        remote.action.package_search(zzz=1)
    with pytest.raises(SearchError):
        remote.action.package_search(fq="(((")
    with pytest.raises(CKANAPIError, match="Action name not known"):
        remote.action.tidak_ada()


def test_a_harvester_walks_the_catalogue(remote: RemoteCKAN) -> None:
    """As ckanext-harvest's CKAN harvester does: by `start` and `rows`, sorted by id."""
    seen: list[str] = []
    while True:
        page = remote.action.package_search(fq="", sort="id asc", start=len(seen), rows=2)["results"]
        seen += [row["id"] for row in page]
        if not page:
            break
    assert len(seen) == len(set(seen)) == 3


@pytest.fixture
def office(databases: Databases, tmp_path: Path) -> Iterator[Office]:
    made = make_office(databases, tmp_path)
    yield made
    dispose(made.runtime)


def test_the_office_answers_as_the_public_side(office: Office, databases: Databases) -> None:
    index(databases, [])
    client = office.client()
    for answer in (
        client.get("/api/3/action/package_list"),
        client.post("/api/3/action/package_search", json={"q": "x"}),
        client.post("/api/3/action/package_search", data={"q": "x"}, headers={"Authorization": "tidak-dikenal"}),
    ):
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert client.get("/api/3/action/package_list").get_json()["help"].startswith(office.settings.office_url)
    assert client.options("/api/3/action/package_list").headers.get("Access-Control-Allow-Headers") is None
    office.person("siti")
    assert office.sign_in("siti").post("/api/3/action/package_list", json={}).status_code == 200
    assert client.get("/datastore/dump/x").status_code == 404
