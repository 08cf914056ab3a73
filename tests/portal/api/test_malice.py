"""What anybody may send to the public side who means harm: a clear refusal or an honest answer, at a bounded price."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from search.engine import counting
from tests.portal.api.world import World, found_by_elastic

#: Questions that cost an unguarded engine seconds or its life.
BOMBS = {
    "stars": "*a*b*c*d*e*f*",
    "stars of a field": "title:*a*b*c* AND notes:*x*y*z*",
    "only stars": "title:******** OR ********",
    "questions": "name:" + "?" * 200 + "*",
    "leading stars": " OR ".join(f"title:*{number}*" for number in range(300)),
    "fuzzy": " ".join(f"kata{number}~2" for number in range(300)),
    "fuzzy of a field": " OR ".join(f"title:kecamatan{number}~" for number in range(300)),
    "far": '"a b c d e f"~1000000',
    "regex": "title:/(a+)+$/",
    "many regexes": " OR ".join(f"/.*(a|b){{{number},1000}}.*/" for number in range(60)),
    "words": " ".join(f"kata{number}" for number in range(5_000)),
    "or": " OR ".join(f"tags:t{number}" for number in range(5_000)),
    "not": " AND ".join(f"-tags:t{number}" for number in range(3_000)),
    "brackets": "(" * 2_000 + "a" + ")" * 2_000,
    "open brackets": "(" * 5_000,
    "nots": "NOT " * 2_000 + "a",
    "ranges": " OR ".join(f"metadata_modified:[{number} TO *]" for number in range(1, 800)),
    "math": "metadata_modified:[NOW-99999999999999YEARS TO NOW+99999999999999YEARS/DAY]",
    "boost": "a^1e308 b^-1 c^99999999999999999999",
    "quotes": '"' * 4_001,
    "escapes": "\\" * 4_001,
    "long": "a" * 200_000,
    "unicode": "\u202e\u0000\ufffe" + "\U0001f4a5" * 500,
}
LOCAL = (
    "{!func}id", "{!frange l=0 u=1}views_total", "{!xmlparser}<a/>", "{!join from=id to=id}*:*", "{!parent which=*:*}x",
    '_query_:"{!dismax}x"', "+{!lucene q.op=OR}a", "{!knn f=x topK=9}[1]", "{! df=text v=$q}",
    "{!edismax v='{!func}id'}",
    "_val_:\"exists(id)\"",
)  # fmt: skip
SQL = (
    "'; DROP TABLE catalog.dataset; --", "1) OR (1=1", "name; SELECT pg_sleep(9)", "name asc, (SELECT version()) desc",
    "\" OR \"\"=\"", "$$", "jumlah::text", "pg_catalog.pg_class", "a.b", "--", "/*", "kode\x00", "%s", "rahasia",
)  # fmt: skip
PATHS = (
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "....//....//etc/passwd",
    "/etc/passwd", "file:///etc/passwd", "..%00.json", ".", "..", "\\\\server\\share", "~root", "CON",
)  # fmt: skip
CALLBACKS = (
    "alert(1)", "a;b", "<script>", "a\r\nX-Jahat: 1", "a/**/", "a=b", "a[0](", "window['x']", "\u2028", "a b",
    "a%0ab", "", "a" * 5_000,
)  # fmt: skip
#: One page, and one look for what was meant where nothing is found.
MOST_CALLS = 2


@pytest.fixture(scope="module", params=["postgresql", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def either(world: World, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same catalogue behind each of the engines."""
    if request.param == "postgresql":
        yield world
        return
    with found_by_elastic(world, request.getfixturevalue("elasticsearch_url")) as made:
        yield made


def asked(world: World, action: str, data: Any) -> tuple[int, Any]:
    """Status and body; no answer is a fault, and it is JSON in CKAN's shape or a bare text."""
    answer = world.client.post(f"/api/3/action/{action}", json=data)
    assert answer.status_code < 500, (action, str(data)[:200], answer.data[:500])
    body = answer.get_json()
    assert isinstance(body, str) or body["success"] is (answer.status_code == 200), body
    return answer.status_code, body


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("place", ["q", "fq", "fq_list", "facet.query"])
def test_a_bomb_costs_no_more_than_a_question(either: World, bomb: str, place: str) -> None:
    text = BOMBS[bomb]
    with counting(either.runtime.search) as calls:
        status, body = asked(either, "package_search", {place: [text] if place == "fq_list" else text})
    assert len(calls) <= MOST_CALLS, calls
    assert status in {200, 400, 409}
    if status != 200:
        assert calls == [], "what is refused has asked nothing"
        assert isinstance(body, str) or body["error"]["__type"] in {
            "Search Error",
            "Search Query Error",
            "Validation Error",
        }


@pytest.mark.parametrize("text", LOCAL)
@pytest.mark.parametrize("place", ["q", "fq"])
def test_no_parser_of_solr_is_reached(either: World, text: str, place: str) -> None:
    with counting(either.runtime.search) as calls:
        status, body = asked(either, "package_search", {place: text})
    assert len(calls) <= MOST_CALLS
    assert status in {400, 409} or body["result"]["count"] == 0


@pytest.mark.parametrize("text", SQL)
def test_no_key_is_sql(world: World, text: str) -> None:
    """Whoever names a column, an order, a language or a filter names one that is there, or is told so."""
    table = {"resource_id": str(world.table)}
    questions: list[tuple[str, dict[str, Any]]] = [
        ("datastore_search", {**table, "sort": text}),
        ("datastore_search", {**table, "fields": [text]}),
        ("datastore_search", {**table, "filters": {text: 1}}),
        ("datastore_search", {**table, "language": text, "q": "a"}),
        ("datastore_search", {**table, "q": {text: "a"}}),
        ("datastore_search", {**table, "distinct": True, "fields": text}),
        ("datastore_search", {"resource_id": text}),
        ("package_search", {"sort": text}),
        ("package_search", {"facet.field": [text]}),
        ("package_search", {"fl": text}),
        ("organization_list", {"sort": text}),
        ("group_list", {"order_by": text, "all_fields": True}),
        ("resource_search", {"query": f"{text}:a"}),
        ("resource_search", {"query": "name:a", "order_by": text}),
    ]
    for action, data in questions:
        status, body = asked(world, action, data)
        assert status in {200, 400, 403, 404, 409}, (action, body)
        assert not isinstance(body, str) or "Traceback" not in body
        if status == 200 and action == "datastore_search" and not isinstance(body, str):
            assert "rahasia" not in json.dumps(body["result"]["records"])
    status, body = asked(world, "datastore_search_sql", {"sql": f'SELECT * FROM "{world.table}" WHERE {text}'})
    assert status in {200, 400, 403, 404, 409}, body
    assert world.result("package_list") == sorted(["imunisasi", "sebaran-puskesmas", "stunting-kecamatan"])


@pytest.mark.parametrize("path", PATHS)
def test_no_name_is_a_path(world: World, path: str) -> None:
    for action, key in (
        ("package_show", "id"), ("resource_show", "id"), ("organization_show", "id"), ("group_show", "id"),
        ("tag_show", "id"), ("user_show", "id"), ("datastore_info", "id"), ("help_show", "name"),
        ("resource_view_show", "id"), ("vocabulary_show", "id"),
    ):  # fmt: skip
        status, _body = asked(world, action, {key: path})
        assert status in {400, 403, 404, 409}, (action, status)
    for address in (
        "/dataset/{}", "/dataset/x/resource/{}", "/dataset/x/resource/y/download/{}", "/organization/{}", "/group/{}",
        "/datastore/dump/{}", "/uploads/group/{}", "/berkas/x/1/y/{}", "/static/{}", "/api/3/action/{}",
    ):  # fmt: skip
        for said in {path, quote(path, safe="")}:
            with world.client.get(address.format(said), buffered=True) as answer:
                assert answer.status_code in {301, 302, 303, 308, 400, 404}, (address, said, answer.status_code)
                assert b"root:" not in answer.data
                place = answer.headers.get("Location", "/")
                assert place.startswith(("/", "http://localhost/")), place
                assert not place.startswith(("//", "/\\")), place


@pytest.mark.parametrize("name", CALLBACKS)
def test_no_callback_is_a_script(world: World, name: str) -> None:
    answer = world.client.get("/api/3/action/package_list", query_string={"callback": name})
    assert answer.status_code == 400
    assert "X-Jahat" not in answer.headers
    assert answer.content_type.startswith("application/json")
    assert name.encode() not in answer.data or name == ""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
