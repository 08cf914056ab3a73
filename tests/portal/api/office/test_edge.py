"""The office's edge: bodies as large as the settings say, XML and the OpenAPI document with a token, the API page."""

from __future__ import annotations

import gzip
from uuid import uuid4

from lxml import etree

from portal.api import xml_schema
from portal.api.office.registry import ACTIONS
from portal.catalog import bulk
from portal.ingest.bulk_copy import BulkCopy
from portal.kernel.identity import Role
from tests.apps import publishing
from tests.portal.api.office.world import OfficeWorld

CREATE = "/api/3/action/package_create"


def declared(world: OfficeWorld, kind: str, length: int) -> tuple[int, str]:
    """A body that only says how long it is: it must be refused before it is read."""
    answer = world.office.client().post(
        CREATE,
        data=b"{}",
        content_type=kind,
        headers=world.headers("siti"),
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )
    return answer.status_code, str(answer.get_json())


def test_large_bodies_are_refused_by_their_length(ckan: OfficeWorld) -> None:
    settings = ckan.office.settings
    status, said = declared(ckan, "application/json", settings.api_body_limit + 1)
    assert status == 413
    assert str(settings.api_body_limit) in said
    status, said = declared(ckan, "multipart/form-data; boundary=x", settings.upload_limit + 1)
    assert status == 413
    assert str(settings.upload_limit) in said
    search = ckan.office.client().post(
        "/api/3/action/package_search",
        data=b"{}",
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "2000000"},
    )
    assert search.status_code == 413


def test_T43_reads_with_a_token_are_xml_too(ckan: OfficeWorld) -> None:
    made = ckan.package(title="Judul \x07 & <b>", notes="baris\nkedua")
    client = ckan.office.client()
    answer = client.get(f"/api/3/action/package_show.xml?id={made['id']}", headers=ckan.headers("siti"))
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert "Accept" in answer.vary
    root = etree.fromstring(answer.data)
    etree.XMLSchema(etree.fromstring(xml_schema.XSD.encode())).assertValid(root)
    assert b"&lt;b&gt;" in answer.data
    assert b"<script" not in answer.data


def test_the_document_tells_all_and_asks_for_tokens(ckan: OfficeWorld) -> None:
    document = ckan.office.client().get("/api/3/openapi.json").get_json()
    assert {f"/api/3/action/{name}" for name in ACTIONS} <= set(document["paths"])
    assert document["paths"]["/api/3/action/package_create"]["post"]["security"] == [{"token": []}]
    assert document["paths"]["/api/3/action/package_show"]["get"]["security"] == [{"token": []}, {}]


def test_the_page_is_for_who_is_signed_in(ckan: OfficeWorld) -> None:
    html = {"Accept": "text/html"}
    assert ckan.office.client().get("/api", headers=html).status_code == 303
    ckan.office.person("ani", Role.PRODUSEN, agency=ckan.agency("dinas-kesehatan"))
    page = ckan.office.sign_in("ani").get("/api", headers=html)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert 'id="aksi-package_patch"' in text
    assert "Authorization: $TOKEN" in text


def test_anyone_gets_the_dump_of_the_catalogue_as_on_the_public_side(ckan: OfficeWorld) -> None:
    """I9: an anonymous call to the office answers what the public process does, its caching aside."""
    made = ckan.package()

    def both() -> list[tuple[int, bytes]]:
        clients = (ckan.office.client(), ckan.public().test_client())
        answers = [client.get(bulk.ADDRESS, buffered=True) for client in clients]
        assert answers[0].headers["Cache-Control"] == "private, no-store"
        return [(answer.status_code, answer.data) for answer in answers]

    with publishing(ckan.databases) as session:
        bulk.close(session, uuid4())
        session.commit()
    assert [status for status, _body in both()] == [503, 503]
    with publishing(ckan.databases) as session:
        assert BulkCopy(session, ckan.runtime.public_files).build() is not None
    first, second = both()
    assert first == second
    assert made["id"].encode() in gzip.decompress(first[1])
