"""The edge of the API: what CKAN's transport answers, uploads, tokens in addresses, names of the office's actions."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.api import first_missing, names, registry, request_data
from portal.api.arguments import Arguments, parse
from portal.api.errors import BadRequest, BodyTooLarge
from portal.api.office import registry as office
from portal.api.request_data import Limits
from portal.api.uploads import File, Upload, clean_name
from portal.kernel.errors import Invalid
from tests.portal.api.world import World

SHOW = "/api/3/action/package_show"


@pytest.mark.parametrize("name", sorted(names.ELSEWHERE))
def test_the_office_has_it(world: World, name: str) -> None:
    if name in registry.ACTIONS:
        return
    named = dict.fromkeys(first_missing.FIELDS.get(name, first_missing.TEXTS.get(name, ())[:1]), "x")
    status, error = world.error(name, named)
    assert (status, error["__type"]) == (403, "Authorization Error")
    assert "http://localhost:8001" in error["message"]
    if named:
        assert world.error(name)[0] == 409, "CKAN misses these before it asks who calls"
    got = world.client.get(f"/api/3/action/{name}")
    if names.ELSEWHERE[name].writes:
        assert got.status_code == 400
        assert got.get_json().endswith("Invalid request. Please use POST method for your request")
    else:
        assert got.status_code == 403


def test_every_action_of_the_office_has_its_name_here() -> None:
    known = {**registry.ELSEWHERE, **registry.ACTIONS}
    assert set(office.ACTIONS) <= set(known)
    wrong = {name for name, action in office.ACTIONS.items() if action.writes != known[name].writes}
    assert wrong == set()


def test_a_body_that_is_neither_form_nor_json(world: World) -> None:
    answer = world.client.post(SHOW, data=b"abc", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.get_json()) == (400, "Bad request: JSON Error: Error decoding JSON data.")


def test_names_that_nobody_has(world: World) -> None:
    for name in ("site_read", "zzz", "harvest_source_clear", "InactiveSource", "get_mail_extra_vars"):
        assert world.client.post(f"/api/3/action/{name}", json={}).get_json() == (
            f"Bad request: Action name not known: {name}"
        )


def test_methods(world: World) -> None:
    assert world.client.head(f"{SHOW}?id=imunisasi").status_code == 200
    assert world.client.head(f"{SHOW}?id=imunisasi").data == b""
    assert set(world.client.options(SHOW).headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    for method in ("PUT", "DELETE", "PATCH"):
        assert world.client.open(SHOW, method=method).status_code == 405
    for address in ("/api/1/action/status_show", "/api/2/action/status_show", "/api/4/action/status_show", f"{SHOW}/"):
        assert world.client.get(address).status_code == 404
    assert world.client.get("/api/3/").get_json() == {"version": 3}


@pytest.mark.parametrize("key", ["apikey", "API_KEY", "token", "access_token", "Authorization", "X-CKAN-API-Key"])
@pytest.mark.parametrize("address", [SHOW, "/api/3/action/package_create", "/api/2/util/tag/autocomplete"])
def test_a_token_in_the_address_is_refused(world: World, address: str, key: str) -> None:
    for ask in (world.client.get, world.client.post) if "util" not in address else (world.client.get,):
        answer = ask(address, query_string={key: "rahasia-sekali", "id": "imunisasi"})
        assert answer.status_code == 400
        assert answer.get_json() == (
            "Bad request: tokens are not accepted in the address; send the header Authorization"
        )


def test_suggestions_for_forms(world: World) -> None:
    def of(address: str) -> Any:
        answer = world.client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        return answer.get_json()

    for version in ("", "1/", "2/"):
        base = f"/api/{version}util"
        assert of(f"{base}/tag/autocomplete?incomplete=balit") == {"ResultSet": {"Result": [{"Name": "balita"}]}}
        assert of(f"{base}/tag/autocomplete") == {"ResultSet": {"Result": []}}
    found = of("/api/2/util/dataset/autocomplete?incomplete=cakup")["ResultSet"]["Result"]
    assert [row["name"] for row in found] == ["imunisasi"]
    assert of("/api/2/util/resource/format_autocomplete?incomplete=cs")["ResultSet"]["Result"][0]["Format"]
    assert of("/api/2/util/organization/autocomplete?q=dinas-perh")[0]["name"] == "dinas-perhubungan"
    assert isinstance(of("/api/2/util/group/autocomplete?q=kese"), list)
    assert of("/api/2/util/user/autocomplete?q=a") == []
    assert world.client.get("/api/2/util/tag/autocomplete?incomplete=a&limit=x").status_code == 409
    assert of("/api/i18n/id") == {}
    assert world.client.get("/api/i18n/zz").get_json() == "Bad request: Unknown locale"


@pytest.fixture
def bare() -> FlaskClient:
    """An application that says what a write's data was read as."""
    app = Flask("uji")

    @app.route("/", methods=["GET", "POST"])
    def read() -> dict[str, Any]:
        try:
            data = request_data.read(request, writes=True, limits=Limits(body=10_000, upload=300_000))
        except BadRequest as error:
            return {"refused": str(error), "large": isinstance(error, BodyTooLarge)}
        return {
            name: (value.filename, value.media_type, value.size(), value.stream.read(3).decode())
            if isinstance(value, Upload)
            else value
            for name, value in data.values.items()
        }

    return app.test_client()


def test_uploads_come_as_files(bare: FlaskClient) -> None:
    body = io.BytesIO(b"abc" * 50_000)
    answer = bare.post("/", data={"name": "x", "id": ["1", "2"], "upload": (body, "peta/a b.csv", "text/csv")})
    assert answer.get_json() == {"name": "x", "id": ["1", "2"], "upload": ["a b.csv", "text/csv", 150_000, "abc"]}


def test_what_a_write_may_bring(bare: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    large = bare.post("/", data=b'{"a": "' + b"a" * 10_001 + b'"}', content_type="application/json").get_json()
    assert large == {"refused": "the body is too large; this action takes 10000 bytes", "large": True}
    assert bare.post("/", data={"f": (io.BytesIO(b"a" * 400_000), "a")}).get_json()["large"] is True
    assert len(bare.post("/", json={f"{number}": 1 for number in range(900)}).get_json()) == 900
    monkeypatch.setattr(request_data, "MOST_KEYS_WRITTEN", 500)
    for sent in ({"json": {f"{n}": 1 for n in range(900)}}, {"data": {f"{n}": "1" for n in range(900)}}):
        assert "500 keys" in bare.post("/", **sent).get_json()["refused"]


def test_a_body_that_was_cut_off_is_refused(bare: FlaskClient) -> None:
    whole = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    assert bare.post("/", data=whole, content_type=kind).get_json() == {"a": "b"}
    for length in (10, 30, 54, len(whole) - 8):
        assert "cut off" in bare.post("/", data=whole[:length], content_type=kind).get_json()["refused"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": 18446744073709551615, "b": -9223372036854775808, "c": "99999999999999999999"}', None),
        (b'{"a": 99999999999999999999}', "64 bits"),
        (b'{"a": [{"b": -99999999999999999999}]}', "64 bits"),
        (b'{"a": 1%s}' % (b"0" * 5_000), "decoding"),
        (b'{"a": %s%s}' % (b"[" * 99, b"]" * 99), None),
        (b'{"a": %s%s}' % (b"[" * 101, b"]" * 101), "100 levels"),
        (b'{"a": %s%s}' % (b"[" * 4_000, b"]" * 4_000), "decoding"),
        (b'{"a": "\\u0000"}', None),
        (b'{"a": "\\ud800"}', "decoding"),
        (b'{"a": 1e999}', "decoding"),
    ],
)
def test_numbers_and_depth(bare: FlaskClient, body: bytes, said: str | None) -> None:
    answer = bare.post("/", data=body, content_type="application/json").get_json()
    assert (said is None) == ("refused" not in answer), answer
    assert said is None or said in answer["refused"]


@given(st.text(st.characters(exclude_categories=[])))
def test_names_of_files(name: str) -> None:
    found = clean_name(name)
    assert len(found) <= 200
    assert not set(found) & set("/\\\x00\n")
    assert found not in (".", "..")
    found.encode()


def test_a_file_is_an_argument() -> None:
    class Wanted(Arguments):
        upload: File | None = None

    file = Upload("a.csv", "text/csv", io.BytesIO(b"x"))
    assert parse(Wanted, {"upload": file}).upload is file
    assert parse(Wanted, {"upload": None}).upload is None
    with pytest.raises(Invalid) as caught:
        parse(Wanted, {"upload": "teks"})
    assert list(caught.value.fields) == ["upload"]
