"""Dumps on the office: a draft's table for those whose duties cover it, the same bytes as once it is out."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pytest
from lxml import etree

from tests.portal.api.office.tables import FIELDS, FIRST, table
from tests.portal.api.office.world import OfficeWorld

MORE = {"k": "=1+1", "n": "10.00", "b": False, "j": None, "a": ["é", None]}


def dump(at: OfficeWorld, resource: str, query: str = "", who: str | None = "siti") -> Any:
    return at.office.client().get(f"/datastore/dump/{resource}{query}", headers=at.headers(who), buffered=True)


@pytest.mark.parametrize("query", ["", "?format=tsv", "?format=json", "?format=xml", "?sort=k%20desc", "?q=x&fields=k"])
def test_a_draft_dumps_as_it_will_once_it_is_out(ckan: OfficeWorld, query: str) -> None:
    draft = table(ckan, private=True, fields=FIELDS, records=[FIRST, MORE])
    out = table(ckan, fields=FIELDS, records=[FIRST, MORE])
    assert dump(ckan, draft, query).status_code == 200
    assert dump(ckan, draft, query).data == dump(ckan, out, query, None).data


def test_who_may_dump_a_draft(ckan: OfficeWorld) -> None:
    draft = table(ckan, private=True, fields=FIELDS, records=[FIRST])
    assert dump(ckan, draft, who="sari").status_code == 200
    for who in (None, "joko", "tamu", "admin"):
        assert dump(ckan, draft, who=who).status_code == 404
    assert dump(ckan, draft).headers["Cache-Control"] == "private, no-store"
    opened = "SELECT count(*) FROM vault.opening WHERE act = 'lihat' AND person_id = %s"
    before = ckan.scalar(opened, ckan.people["siti"])
    dump(ckan, draft)
    assert ckan.scalar(opened, ckan.people["siti"]) == before + 1, "each dump is an opening of its own"


def test_values_are_ckans(ckan: OfficeWorld) -> None:
    resource = table(ckan, fields=FIELDS, records=[FIRST, MORE])
    assert next(csv.reader(dump(ckan, resource, who=None).data.decode().splitlines()[2:]))[1] == "'=1+1"
    body = dump(ckan, resource, "?aman=0", who=None).data
    head, first, second = body.decode().splitlines()
    assert body.count(b"\r\n") == 1, "only the first line ends with CRLF, as in CKAN"
    assert head == "_id," + ",".join(field["id"] for field in FIELDS)
    assert first.startswith("1,x,1,1.5,1.5,t,2020-01-02,2020-01-02T03:04:05.123,")
    assert next(csv.reader(io.StringIO(second))) == ["2", "=1+1", "", "10.00", "", "f", "", "", "null", '["é",null]']
    records = orjson.loads(dump(ckan, resource, "?format=json", None).data)["records"]
    assert records[1] == [2, "=1+1", None, 10, None, False, None, None, None, ["é", None]]
    tree = etree.fromstring(dump(ckan, resource, "?format=xml", None).data)
    assert [cell.text for cell in tree[1]][:5] == ["=1+1", None, "10.0", None, "False"]
    assert [value.get("key") for value in tree[1][8]] == ["0", "1"]
