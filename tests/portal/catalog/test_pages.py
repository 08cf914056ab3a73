"""Public pages over published datasets: what they say, what they cost, what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.catalog import store
from portal.catalog.published import PublishedDataset
from portal.kernel.storage import content_key, open_root
from portal.web.request import Runtime
from search.engine import counting
from search.engine import open_engine as open_search
from tests.apps import dispose, make_public, publishing
from tests.factories import published as factory
from tests.support import Databases

SITE = "http://127.0.0.1:8000"
CSV = b"kode,tahun,jumlah\n33.29.01,2024,12\n"


@dataclass
class Site:
    app: Flask
    runtime: Runtime
    stunting: PublishedDataset
    layer: PublishedDataset

    def client(self) -> FlaskClient:
        return self.app.test_client()


def publish(databases: Databases, *items: PublishedDataset) -> None:
    """What the release verb does last: rows, then the index."""
    search = open_search(databases.addresses.publisher, "portal-public")
    with publishing(databases) as session:
        for item in items:
            store.write_version(session, item, SITE)
        session.commit()
        behind = store.unindexed(session)
        search.upsert(behind)
        store.mark_indexed(session, behind)
        session.commit()
    search.close()


@pytest.fixture(scope="module")
def site(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    import hashlib

    root = tmp_path_factory.mktemp("public")
    digest = hashlib.sha256(CSV).hexdigest()
    open_root(str(root / "public")).put(content_key(digest), CSV)
    resource = factory.table_resource(files=(factory.file(digest, size=len(CSV)),))
    stunting = factory.dataset(name="stunting", resources=(resource,), version_notes="Pertama kali terbit.")
    layer = factory.dataset(
        name="puskesmas",
        metadata=factory.metadata(judul="Sebaran puskesmas", kata_kunci=("kesehatan",), kelompok="sosial"),
        resources=(factory.layer_resource(),),
    )
    publish(module_databases, stunting, layer)
    app, runtime = make_public(module_databases, root)
    yield Site(app, runtime, stunting, layer)
    dispose(runtime)


PATHS = (
    "/",
    "/dataset",
    "/dataset?q=stunting",
    "/dataset?q=tidakadasamasekali",
    "/dataset?groups=sosial&tahun=2024&ext_bbox=108.6,-7.4,109.3,-6.7&urut=terbaru",
    "/dataset/stunting",
    "/dataset/stunting/versi/1",
    "/dataset/puskesmas",
    "/organization",
    "/organization/dinas-kesehatan",
    "/group",
    "/group/sosial",
    "/wilayah/33.29",
    "/wilayah/33.29.01",
    "/tentang",
    "/tentang/maklumat",
    "/api",
)


@pytest.mark.parametrize("lang", ["", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers(site: Site, path: str, lang: str) -> None:
    query = {"lang": lang} if lang else {}
    joined = path + (("&" if "?" in path else "?") + "lang=en" if query else "")
    answer = site.client().get(joined, headers={"Accept": "text/html"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text[-2000:]
    assert text.count("<h1") == 1
    assert not re.search(r"\sstyle=", text), "no inline style"
    assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", text), "no inline script"
    assert "Set-Cookie" not in answer.headers


def test_public_pages_may_be_kept_and_asked_again(site: Site) -> None:
    client = site.client()
    first = client.get("/dataset/stunting")
    assert first.headers["Cache-Control"].startswith("public")
    again = client.get("/dataset/stunting", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_search_is_one_engine_call_and_one_statement(
    site: Site, statements: Callable[[], AbstractContextManager[Any]]
) -> None:
    with counting(site.runtime.search) as calls, statements() as log:
        site.client().get("/dataset?q=stunting&groups=sosial")
    assert len(calls) == 1
    own = [text for text in log.texts if "FROM catalog." in text]
    assert len(own) == 1, own


def test_a_dataset_page_is_one_statement(site: Site, statements: Callable[[], AbstractContextManager[Any]]) -> None:
    site.client().get("/dataset/stunting")
    for path in ("/dataset/stunting", f"/dataset/{site.stunting.id}", "/dataset/stunting/versi/1"):
        with statements() as log:
            site.client().get(path)
        own = [text for text in log.texts if "FROM catalog." in text]
        assert len(own) == 1, own


def test_the_facts_of_a_page_are_in_its_language(site: Site) -> None:
    indonesian, english = (site.client().get("/dataset/stunting" + query).text for query in ("", "?lang=en"))
    assert "31\u00a0Desember 2025" in indonesian
    assert "31\u00a0December 2025" in english
    assert "Desember" not in english


def test_facets_lead_to_narrower_searches(site: Site) -> None:
    text = site.client().get("/dataset").get_data(as_text=True)
    assert "/dataset?groups=sosial" in text
    narrowed = site.client().get("/dataset?kind=layer").get_data(as_text=True)
    assert "Sebaran puskesmas" in narrowed
    assert "stunting menurut" not in narrowed


def test_what_was_looked_for_is_marked_and_escaped(site: Site) -> None:
    text = site.client().get("/dataset?q=stunting").get_data(as_text=True)
    assert "<mark>stunting</mark>" in text
    attack = site.client().get('/dataset?q="><script>alert(1)</script>').get_data(as_text=True)
    assert "<script>alert" not in attack


def test_typing_errors_are_forgiven_with_a_suggestion(site: Site) -> None:
    text = site.client().get("/dataset?q=stuntng").get_data(as_text=True)
    assert "Jumlah balita" in text


def test_the_map_box_narrows(site: Site) -> None:
    here = site.client().get("/dataset?ext_bbox=108.6,-7.4,109.3,-6.7").get_data(as_text=True)
    far = site.client().get("/dataset?minx=95&miny=3&maxx=96&maxy=4").get_data(as_text=True)
    assert "Sebaran puskesmas" in here
    assert "Sebaran puskesmas" not in far


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "nan,0,1,1", "200,0,210,1", "1,1,0,0"])
def test_a_box_that_is_none_is_told(site: Site, box: str) -> None:
    answer = site.client().get(f"/dataset?ext_bbox={box}")
    assert answer.status_code == 422
    assert "Kotak peta" in answer.get_data(as_text=True)


def test_missing_things_are_one_and_the_same_404(site: Site) -> None:
    client = site.client()
    bodies = set()
    paths = ("/dataset/tidak-ada", f"/dataset/{uuid4()}", "/dataset/stunting/versi/9", f"/dataset/x/resource/{uuid4()}")
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 404, path
        # the language links repeat the address that was asked
        bodies.add(re.sub(r'(href|value)="[^"]*"', "", answer.get_data(as_text=True)))
    assert len(bodies) == 1


def test_files_by_hash_never_change_and_are_never_shown(site: Site) -> None:
    item = site.stunting.resources[0].files[0]
    path = f"/berkas/{site.stunting.id}/1/{item.sha256}/{item.filename}"
    answer = site.client().get(path, buffered=True)
    assert answer.data == CSV
    assert answer.headers["Cache-Control"] == "public, max-age=3600, s-maxage=60"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    part = site.client().get(path, headers={"Range": "bytes=0-3"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"kode")
    assert site.client().get(path.replace("stunting.csv", "lain.csv")).status_code == 404
    assert site.client().get(f"/berkas/{site.stunting.id}/1/{'../' * 3}/x").status_code in {404, 308}


def test_the_ckan_address_leads_to_the_latest_file(site: Site) -> None:
    resource = site.stunting.resources[0]
    answer = site.client().get(f"/dataset/{site.stunting.id}/resource/{resource.id}/download/apa-saja.csv")
    assert answer.status_code == 302
    assert resource.files[0].sha256 in answer.headers["Location"]


def test_schema_org_says_what_can_be_downloaded(site: Site) -> None:
    text = site.client().get("/dataset/stunting").get_data(as_text=True)
    block = text.split('<script type="application/ld+json">', 1)[1].split("</script>", 1)[0]
    data = json.loads(block)
    assert data["@type"] == "Dataset"
    assert data["distribution"][0]["sha256"] == site.stunting.resources[0].files[0].sha256


def test_feeds_and_sitemap_parse(site: Site) -> None:
    for path in ("/feeds/dataset.atom", "/sitemap.xml"):
        answer = site.client().get(path)
        root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own bytes
        assert len(root) > 0
        assert b"stunting" in answer.data
    assert b"Sitemap:" in site.client().get("/robots.txt").data


def test_suggestions_come_from_titles(site: Site) -> None:
    found = site.client().get("/dataset/saran?q=sebar").get_json()
    assert [item["text"] for item in found] == ["Sebaran puskesmas"]


def test_boundaries_are_geojson(site: Site) -> None:
    answer = site.client().get("/batas/33.29.geojson")
    assert answer.get_json()["type"] == "FeatureCollection"
    assert site.client().get("/batas/99.99.geojson").status_code == 404
    assert site.client().get("/batas/33.29.geojson?tingkat=../x").status_code == 404


def test_a_withdrawn_dataset_answers_410_with_its_reason(databases: Databases, tmp_path: Any) -> None:
    item = factory.dataset(name="ditarik-saja")
    publish(databases, item, replace(factory.dataset(name="tetap")))
    with publishing(databases) as session:
        store.withdraw(session, item.id, None, "Angka tahun 2024 keliru", uuid4())
        session.commit()
    app, runtime = make_public(databases, tmp_path)
    try:
        answer = app.test_client().get("/dataset/ditarik-saja")
        assert answer.status_code == 410
        assert "Angka tahun 2024 keliru" in answer.get_data(as_text=True)
        listing = app.test_client().get("/dataset").get_data(as_text=True)
        assert "ditarik-saja" not in listing, "a hit that the database does not have is dropped (I9)"
    finally:
        dispose(runtime)


def test_the_engine_being_down_is_told_with_a_way_on(databases: Databases, tmp_path: Any) -> None:
    publish(databases, factory.dataset(name="ada"))
    app, runtime = make_public(databases, tmp_path, public_search_url="http://127.0.0.1:9")
    try:
        answer = app.test_client().get("/dataset?q=apa")
        text = answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert "Traceback" not in text
        assert "/group" in text
        assert app.test_client().get("/dataset/ada").status_code == 200
    finally:
        dispose(runtime)
