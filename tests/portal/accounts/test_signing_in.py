"""Sign-in, sessions, second factor, links: over the whole office application, CSRF protection on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from portal.accounts import models
from portal.accounts.views import local
from portal.catalog import bulk
from portal.kernel.identity import Role
from tests.apps import PASSWORD, Office, dispose, make_office, post, token_of
from tests.support import Databases


@pytest.fixture(scope="module")
def office(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = make_office(module_databases, tmp_path_factory.mktemp("office"))
    made.person("budi", Role.PRODUSEN)
    made.person("siti", Role.ADMIN)
    yield made
    dispose(made.runtime)


def test_every_page_is_closed_without_sign_in(office: Office) -> None:
    for rule in office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments:
            continue
        answer = office.client().get(rule.rule)
        answer.close()
        if rule.rule == bulk.ADDRESS:
            # open to anyone (decision 0021): as on the public side it waits for its first file
            assert (answer.status_code, answer.content_type) == (503, "application/json"), rule.rule
            continue
        if rule.rule.startswith("/api/"):
            # the API answers everybody as the public side does, and asks for a token where it must
            assert answer.status_code in {200, 401, 404}, rule.rule
            continue
        open_to_all = rule.endpoint in {"accounts.sign_in", "health.health"}
        assert answer.status_code == (200 if open_to_all else 303), rule.rule
        if not open_to_all:
            assert answer.headers["Location"].startswith("/masuk?next=")


def test_sign_in_and_out(office: Office) -> None:
    client = office.sign_in("budi")
    assert client.get("/akun").status_code == 200
    assert post(client, "/keluar", page="/akun").status_code == 303
    assert client.get("/akun").status_code == 303


def test_what_is_not_there_says_so_before_anybody_asks_for_a_forms_proof(office: Office) -> None:
    client = office.sign_in("budi")
    assert client.put("/api/3/action/package_show", json={"id": "x"}).status_code == 405
    assert client.post("/tidak-ada").status_code == 404
    assert client.post("/keluar").status_code == 400, "a form without its proof is refused"


def test_office_pages_are_never_kept(office: Office) -> None:
    answer = office.sign_in("budi").get("/akun")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_wrong_password_and_unknown_account_look_alike(office: Office) -> None:
    answers = [
        post(office.client(), "/masuk", email=email, password="salah-sekali-99")
        for email in ("budi@contoh.id", "tidak-ada@contoh.id")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    texts = [answer.get_data(as_text=True).replace("budi", "X").replace("tidak-ada", "X") for answer in answers]
    bodies = [text.split("<h1>", 1)[1].split("csrf_token", 1)[0] for text in texts]
    assert bodies[0] == bodies[1]


def test_a_session_from_before_is_not_carried_over(office: Office) -> None:
    client = office.client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "ditanam-penyerang"
        cookie["lain"] = "x"
    post(client, "/masuk", email="budi@contoh.id", password=PASSWORD)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "ditanam-penyerang"
        assert "lain" not in cookie


def test_an_ended_session_ends_everywhere(office: Office) -> None:
    first, second = office.sign_in("budi"), office.sign_in("budi")
    post(first, "/akun/sesi/akhiri", page="/akun")
    assert first.get("/akun").status_code == 200
    assert second.get("/akun").status_code == 303


def test_a_session_ends_when_it_is_idle(office: Office) -> None:
    client = office.sign_in("budi")
    clock = office.runtime.clock
    office.runtime.clock = lambda: datetime.now(UTC) + timedelta(hours=3)
    try:
        assert client.get("/akun").status_code == 303
    finally:
        office.runtime.clock = clock


def test_posts_without_the_token_are_refused(office: Office) -> None:
    client = office.sign_in("budi")
    assert client.post("/akun/sesi/akhiri", data={}).status_code == 400
    assert client.post("/masuk", data={"email": "budi@contoh.id", "password": PASSWORD}).status_code == 400


def test_too_many_failures_close_the_account_for_a_while(office: Office) -> None:
    office.person("dewi", Role.PRODUSEN)
    for _ in range(10):
        assert post(office.client(), "/masuk", email="dewi@contoh.id", password="salah-sekali-99").status_code == 422
    answer = post(office.client(), "/masuk", email="dewi@contoh.id", password=PASSWORD)
    assert answer.status_code == 429


def test_the_second_factor_is_asked_and_good_once(office: Office) -> None:
    office.person("rina", Role.PRODUSEN)
    client = office.sign_in("rina")
    page = client.get("/akun/faktor-kedua").get_data(as_text=True)
    secret = page.split("<code>", 1)[1].split("</code>", 1)[0]
    sealed = page.split('name="sealed" value="', 1)[1].split('"', 1)[0]
    code = pyotp.TOTP(secret).now()
    done = client.post(
        "/akun/faktor-kedua", data={"csrf_token": token_of(client, "/akun"), "sealed": sealed, "code": code}
    )
    assert done.status_code == 303
    asked = post(office.client(), "/masuk", email="rina@contoh.id", password=PASSWORD)
    assert asked.status_code == 200
    assert 'name="code"' in asked.get_data(as_text=True)
    again = post(office.client(), "/masuk", email="rina@contoh.id", password=PASSWORD, code=code)
    assert again.status_code == 422, "a code that was used is used up"
    later = pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))
    assert post(office.client(), "/masuk", email="rina@contoh.id", password=PASSWORD, code=later).status_code == 303


def test_another_persons_pending_secret_is_refused(office: Office) -> None:
    mine, theirs = office.sign_in("budi"), office.sign_in("siti")
    sealed = theirs.get("/akun/faktor-kedua").get_data(as_text=True).split('name="sealed" value="')[1].split('"')[0]
    answer = post(mine, "/akun/faktor-kedua", page="/akun", sealed=sealed, code="123456")
    assert answer.status_code == 404


def test_the_database_holds_no_secret_in_clear(office: Office) -> None:
    office.sign_in("budi")
    with office.runtime.sessions["office"]() as session:
        for row in session.execute(select(models.person.c.password_hash, models.person.c.totp_secret)):
            assert row.password_hash is None or row.password_hash.startswith("$argon2id$")
            assert row.totp_secret is None or len(bytes.fromhex(row.totp_secret)) > 40


def test_changing_the_password_ends_other_sessions(office: Office) -> None:
    office.person("agus", Role.PRODUSEN)
    here, there = office.sign_in("agus"), office.sign_in("agus")
    new = "gunung-slamet-42"
    weak = post(here, "/akun/sandi", page="/akun", old=PASSWORD, password="agus", again="agus")
    assert weak.status_code == 422
    done = post(here, "/akun/sandi", page="/akun", old=PASSWORD, password=new, again=new)
    assert done.status_code == 303
    assert here.get("/akun").status_code == 200
    assert there.get("/akun").status_code == 303


@pytest.mark.parametrize(
    "path", ["//jahat.contoh", "https://jahat.contoh", "/\\jahat.contoh", "\\\\jahat", "/a\\b", "javascript:1", "/\t/x"]
)
def test_no_open_redirect(path: str) -> None:
    assert local(path) == "/"
    assert local("/akun?x=1") == "/akun?x=1"


def test_tokens_sign_in_by_header_only_and_die_at_once(office: Office) -> None:
    office.person("tono", Role.PRODUSEN)
    client = office.sign_in("tono")
    page = post(client, "/akun/token", page="/akun", name="skrip", scopes=["dataset:daftar"], days="90")
    found = re.search(r">\s*([A-Za-z0-9_-]{43})\s*<", page.get_data(as_text=True))
    assert found, page.get_data(as_text=True)[:3000]
    key = found.group(1)
    bearer = {"Authorization": key}
    assert office.client().get("/akun", headers=bearer).status_code in {200, 403}
    assert office.client().get(f"/akun?token={key}").status_code == 303
    with office.runtime.sessions["office"]() as session:
        token_id = session.scalar(select(models.token.c.id).where(models.token.c.name == "skrip"))
        expires = session.scalar(select(models.token.c.expires).where(models.token.c.name == "skrip"))
        assert timedelta(days=89) < expires - datetime.now(UTC) < timedelta(days=91)
    assert post(client, f"/akun/token/{token_id}/cabut", page="/akun").status_code == 303
    assert office.client().get("/akun", headers=bearer).status_code == 303
