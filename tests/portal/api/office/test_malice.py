"""What somebody sends who means harm: every write says what is wrong, keeps what stood, and opens nothing (I11)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal.api.office.registry import ACTIONS
from portal.kernel.identity import Role
from portal.kernel.permissions import Permission
from tests.portal.api.office.test_odd_values import SPARED
from tests.portal.api.office.world import SITE, OfficeWorld

CREATE = "/api/3/action/package_create"
JSON = "application/json"
#: Texts that are no text, or that mean something to what lies below.
TEXTS = (
    "a\x00b", "\u0000", "\u202egro.live", "a\r\nSet-Cookie: x=1", "'; DROP TABLE x; --", "{!func}x", "../../etc/passwd",
    "<script>alert(1)</script>", "${jndi:ldap://x}", "{{7*7}}", "%s%n", "\ufeff\ufffe", "a" * 150_000, "\x1b[31m",
)  # fmt: skip
PACKAGE_FIELDS = (
    "name", "title", "notes", "author", "author_email", "maintainer", "maintainer_email", "license_id", "url",
    "version", "type", "state", "tag_string", "private", "owner_org", "metadata_modified",
)  # fmt: skip
RESOURCE_FIELDS = (
    "id", "name", "url", "description", "format", "hash", "mimetype", "resource_type", "url_type", "size", "created",
    "last_modified", "cache_url", "cache_last_updated", "own",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (-1, 2**63, -(2**63), 2**64 - 1, 1e308, -0.0, True, [1], {"a": 1})


def post(world: OfficeWorld, action: str, body: bytes, who: str | None = "siti", **more: Any) -> tuple[int, Any]:
    """Bytes as they are; no answer is a fault, and every one is JSON."""
    sent = {"data": body, "content_type": JSON, "headers": world.headers(who), **more}
    answer = world.office.client().post(f"/api/3/action/{action}", **sent)
    assert answer.status_code < 500, (action, body[:200], answer.data[:500])
    return answer.status_code, answer.get_json()


def wholes(name: str, value: Any) -> Iterator[dict[str, Any]]:
    """A dataset with the value at every place that takes one."""
    base = {"name": name, "owner_org": "dinas-kesehatan"}
    for field in PACKAGE_FIELDS:
        yield {**base, field: value}
    yield {**base, "resources": [{"url": "http://a/b", **{field: value}} for field in RESOURCE_FIELDS[1:]]}
    for field in RESOURCE_FIELDS:
        yield {**base, "resources": [{"url": "http://a/b", field: value}]}
    for key in ("extras", "tags", "groups", "resources", "relationships_as_subject", "plugin_data"):
        yield {**base, key: value}
        yield {**base, key: [value]}
    yield {**base, "extras": [{"key": value, "value": "x"}]}
    yield {**base, "extras": [{"key": "a", "value": value}]}
    yield {**base, "extras": [{"key": "spatial", "value": value}]}
    yield {**base, "tags": [{"name": value}]}
    yield {**base, "tags": [{"name": "label", "vocabulary_id": value}]}
    yield {**base, "groups": [{"name": value}]}
    yield {**base, str(value)[:300]: value}


QUICK: tuple[Any, ...] = ("a\x00b", "a\r\nSet-Cookie: x=1", 2**63, {"a": 1})
MATRIX = [
    pytest.param(value, id=repr(value)[:20], marks=() if value in QUICK else pytest.mark.long)
    for value in (*TEXTS, *NUMBERS)
]


@pytest.mark.parametrize("value", MATRIX)
def test_every_field_of_a_dataset_takes_anything(ckan: OfficeWorld, value: Any) -> None:
    """Made, then shown and changed again; what a draft cannot hold is refused by the name of its field."""
    for data in wholes(ckan.name("jahat"), value):
        status, body = post(ckan, "package_create", json.dumps({**data, "private": True}).encode())
        assert status in {200, 400, 403, 404, 409}, body
        if status == 200:
            key = body["result"]["id"]
            assert post(ckan, "package_show", json.dumps({"id": key}).encode())[0] == 200
            assert post(ckan, "package_patch", json.dumps({"id": key, "notes": "baru"}).encode())[0] == 200
            assert post(ckan, "package_delete", json.dumps({"id": key}).encode())[0] == 200
        elif status == 409:
            assert [name for name in body["error"] if name != "__type"]


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - SPARED))
def test_a_sample_of_odd_values_for_every_action(ckan: OfficeWorld, action: str) -> None:
    """Every argument at once; the long matrix is in test_odd_values."""
    odd: tuple[Any, ...] = ([], {}, "", None, -1, 1.5, True, "a\x00b", "x" * 300, ["a", 1], {"a": {"b": []}}, "'; --")
    names = [field.alias or name for name, field in ACTIONS[action].arguments.model_fields.items()]
    first = sorted(ACTIONS).index(action)
    for step in range(4):
        value = odd[(first + 3 * step) % len(odd)]
        data = dict.fromkeys([*names, "id"], value)
        status, _body = post(ckan, action, json.dumps(data).encode(), "admin" if step % 2 else "siti")
        assert status in {200, 400, 403, 404, 409}


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\ud800", "owner_org": "dinas-kesehatan"}',
        b'{"name": "\xff\xfe"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b'{"a": %s}' % (b"9" * 400),
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"resources": %s%s}' % (b"[" * 120, b"]" * 120),
        b"{" + b",".join(b'"k%d": 1' % number for number in range(5_000)) + b"}",
        b'{"name": "a"',
        b"\x00",
        b'"package"',
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("action", ["package_create", "resource_update", "datastore_upsert", "user_create"])
def test_what_is_no_json_is_refused_before_anything_is_done(ckan: OfficeWorld, action: str, body: bytes) -> None:
    status, said = post(ckan, action, body)
    assert (status, type(said)) == (400, str)
    assert said.startswith("Bad request: JSON Error")


def test_of_a_key_given_twice_the_last_counts(ckan: OfficeWorld) -> None:
    name = ckan.name()
    body = f'{{"name": "x", "owner_org": "dinas-kesehatan", "private": false, "private": true, "name": "{name}"}}'
    status, said = post(ckan, "package_create", body.encode())
    assert (status, said["result"]["name"], said["result"]["private"]) == (200, name, True)


@pytest.mark.parametrize(
    "kind", ["", "text/html", "application/xml", "image/png", "application/json; charset=utf-16", "a/b;\x00", "x" * 999]
)
def test_other_content_types_are_read_as_json_or_refused(ckan: OfficeWorld, kind: str) -> None:
    good = json.dumps({"name": ckan.name(), "owner_org": "dinas-kesehatan", "private": True}).encode()
    status, said = post(ckan, "package_create", good, content_type=kind)
    assert status in {200, 400}, said
    assert post(ckan, "package_create", b"<a/>", content_type=kind)[0] == 400


class Endless(io.RawIOBase):
    """A body without an end and without a length; `given` counts its bytes."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), 65_536)
        buffer[:size] = b"a" * size
        self.given += size
        if self.given > 400 * 1024 * 1024:
            raise AssertionError("read without an end")
        return size


@pytest.mark.parametrize("kind", [JSON, "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("terminated", [True, False])
def test_a_body_without_length_is_read_up_to_the_limit(ckan: OfficeWorld, kind: str, *, terminated: bool) -> None:
    """Chunked, as gunicorn gives it (`wsgi.input_terminated`); without that word it is no body at all."""
    body = Endless()
    answer = ckan.office.client().post(
        CREATE,
        content_type=kind,
        headers=ckan.headers("siti"),
        environ_overrides={
            "wsgi.input": io.BufferedReader(body),
            **({"wsgi.input_terminated": True} if terminated else {}),
        },
    )
    assert answer.status_code in ({400, 413} if terminated else {400, 409}), answer.data[:300]
    settings = ckan.office.settings
    most = settings.upload_limit if "multipart" in kind else settings.api_body_limit
    assert body.given <= (min(most, 350 * 1024 * 1024) + 1024 * 1024 if terminated else 8_192)


def test_an_upload_that_ends_in_the_middle_leaves_nothing(ckan: OfficeWorld) -> None:
    made = ckan.package(private=True)
    head = (
        f'--x\r\nContent-Disposition: form-data; name="package_id"\r\n\r\n{made["id"]}\r\n--x\r\nContent-Disposition:'
        ' form-data; name="upload"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    ).encode()
    whole = head + b"a,b\n" + b"1,2\n" * 50_000 + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    files = "SELECT count(*) FROM vault.file WHERE dataset_id = %s"
    for length in (len(head) - 40, len(head) + 3, len(whole) // 2, len(whole) - 8):
        status, said = post(ckan, "resource_create", whole[:length], content_type=kind)
        assert (status, type(said)) == (400, str), said
        # a length that promises more than comes
        status, said = post(
            ckan, "resource_create", whole[:length], content_type=kind,
            environ_overrides={"CONTENT_LENGTH": str(len(whole))},
        )  # fmt: skip
        assert status == 400, said
    assert ckan.result("package_show", {"id": made["id"]})["num_resources"] == 0
    assert ckan.scalar(files, made["id"]) == 0
    assert post(ckan, "resource_create", whole, content_type=kind)[0] == 200


@pytest.mark.parametrize(
    "name",
    ["a\r\nX-Jahat: 1.csv", 'a"; filename="b.exe.csv', "../../../etc/passwd.csv", "..\\..\\a.csv", "a\x00.csv",
     "é☃.csv", "x" * 5_000 + ".csv", "%0d%0aX: 1.csv", "-rf.csv", ".csv"],
)  # fmt: skip
def test_names_of_files_never_leave_their_place(ckan: OfficeWorld, name: str) -> None:
    """Neither in the vault, nor in the header under which the released file is sent."""
    made = ckan.package()
    form = {"package_id": made["id"], "upload": (io.BytesIO(b"teks biasa"), name.replace(".csv", ".doc"))}
    status, body = ckan.call("resource_create", form=form)
    assert status in {200, 400, 409}, body
    if status != 200 or body["result"]["url_type"] != "upload":
        return  # the name broke the form itself, so that there was no file
    url = body["result"]["url"]
    assert "/../" not in url
    assert "\n" not in url
    client = ckan.public().test_client()
    answer = client.get(url.removeprefix(SITE), follow_redirects=True, buffered=True)
    assert (answer.status_code, answer.data) == (200, b"teks biasa")
    assert not {key.lower() for key, _value in answer.headers} & {"x-jahat", "x"}
    assert all("\n" not in value and "\r" not in value for _key, value in answer.headers)
    assert answer.headers["Content-Disposition"].count("filename") == 1


def test_hosts_are_not_believed(ckan: OfficeWorld) -> None:
    """No address in an answer comes from the request, whatever the headers say."""
    made = ckan.package()
    client = ckan.office.client()
    for headers in (
        {"Host": "jahat.example"}, {"X-Forwarded-Host": "jahat.example"}, {"X-Forwarded-For": "jahat.example"},
        {"Forwarded": "host=jahat.example"}, {"Host": "jahat.example:80@x"}, {"X-Original-URL": "/jahat"},
        {"Host": ""}, {"Host": "a" * 3_000},
    ):  # fmt: skip
        answer = client.get(f"/api/3/action/package_show?id={made['id']}", headers={**headers, **ckan.headers("siti")})
        assert answer.status_code in {200, 400}
        assert b"jahat" not in answer.data


def test_tokens_that_do_not_hold(ckan: OfficeWorld) -> None:
    """On a read they are nobody's, as in CKAN; a write is refused, and none may stand in the address."""
    draft = ckan.package(private=True)
    ended = ckan.token("siti", days=-1)
    narrow = ckan.token("siti", [Permission.DATASET_READ.value])
    made = ckan.result("api_token_create", {"user": "siti", "name": "dicabut"})["token"]
    ckan.result("api_token_revoke", {"token": made})
    for token in (ended, made, "", "Bearer", "a" * 9_000, "é", "Basic c2l0aTpzaXRp", "\x01"):
        assert ckan.error("package_show", {"id": draft["id"]}, token)[0] == 404
        assert ckan.call("package_show", {"id": "tidak-ada"}, token)[0] == 404
        asked = {"name": ckan.name(), "owner_org": "dinas-kesehatan"}
        assert ckan.error("package_create", asked, token)[0] == 403
    assert ckan.result("package_show", {"id": draft["id"]}, narrow)["id"] == draft["id"]
    assert ckan.error("package_patch", {"id": draft["id"], "notes": "x"}, narrow)[0] == 403
    assert ckan.error("package_delete", {"id": draft["id"]}, narrow)[0] == 403
    for key in ("apikey", "token", "Authorization"):
        for body in ({"name": ckan.name(), "owner_org": "dinas-kesehatan"}, {}):
            answer = ckan.office.client().post(f"{CREATE}?{key}={ckan.keys['siti']}", json=body)
            assert answer.status_code == 400
            assert ckan.keys["siti"] not in answer.get_data(as_text=True)


def test_of_two_who_change_a_dataset_at_once_nothing_is_lost(ckan: OfficeWorld) -> None:
    """With what was read the second is told; without it he overwrites, as in CKAN, and the first version stays (I5)."""
    made = ckan.package(title="Semula")
    first = ckan.result("package_update", {**made, "title": "Dari Ani"})
    status, error = ckan.error("package_update", {**made, "title": "Dari Budi"})
    assert (status, list(error)) == (409, ["metadata_modified", "__type"])
    assert ckan.result("package_show", {"id": made["id"]})["title"] == "Dari Ani"
    blind = {key: value for key, value in made.items() if key != "metadata_modified"}
    assert ckan.result("package_update", {**blind, "title": "Dari Budi"})["title"] == "Dari Budi"
    kept = "SELECT array_agg(metadata->>'judul' ORDER BY version) FROM vault.version WHERE dataset_id = %s"
    assert ckan.scalar(kept, made["id"]) == ["Semula", "Dari Ani", "Dari Budi"]
    assert first["metadata_modified"] > made["metadata_modified"]


def test_identities_of_people_take_anything(ckan: OfficeWorld) -> None:
    """Accounts, organisations and groups: each text field of each write."""
    ckan.person("pengelola", "diskominfotik", Role.ADMIN)
    for value in TEXTS:
        for action, base in (
            ("organization_create", {"name": ckan.name("org")}),
            ("group_create", {"name": ckan.name("grup")}),
            (
                "user_create",
                {"name": ckan.name("o"), "email": f"{ckan.name('o')}@a.example", "password": "kata-sandi-1"},
            ),
            ("vocabulary_create", {"name": ckan.name("kosa"), "tags": []}),
        ):
            for field in ("name", "title", "description", "image_url", "email", "fullname", "about", "extras", "tags"):
                status, _body = post(ckan, action, json.dumps({**base, field: value}).encode(), "pengelola")
                assert status in {200, 400, 403, 409}
