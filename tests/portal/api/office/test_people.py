"""Accounts and tokens through the action API: who may, CKAN's shapes and refusals, and nothing secret ever out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.tokens import API_SCOPES
from portal.kernel.permissions import Permission
from tests.portal.api.office.people_acts import PASSWORD, organization, register
from tests.portal.api.office.world import OfficeWorld

#: `user_show` of CKAN 2.12, for oneself and for a sysadmin.
OWN = {
    "id", "name", "fullname", "created", "about", "last_active", "activity_streams_email_notifications", "sysadmin",
    "state", "image_url", "display_name", "email_hash", "number_created_packages", "image_display_url", "apikey",
    "email",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(ckan: OfficeWorld) -> OfficeWorld:
    """`ayu` administers org-a, `edi` edits there, `mia` is a member; `oki` is in no organisation."""
    register(ckan, "ayu", "edi", "mia", "oki")
    organization(ckan, "org-a", "ayu", edi="editor", mia="member")
    return ckan


def new(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "email": f"{name}@contoh.id", "password": PASSWORD, **more}


def test_an_account_is_made_shown_changed_and_kept_out(people: OfficeWorld) -> None:
    made = people.result(
        "user_create", new("baru-1", fullname="Baru Satu", about="ttg", image_url="http://a/x"), "admin"
    )
    assert set(made) == OWN
    assert (made["apikey"], made["state"], made["display_name"]) == (None, "active", "Baru Satu")
    changed = people.result("user_patch", {"id": "baru-1", "about": "lain"}, "admin")
    assert (changed["about"], changed["fullname"], changed["image_url"]) == ("lain", "Baru Satu", "http://a/x")
    assert people.error("user_update", {"id": "baru-1", "about": "x"}, "admin")[1]["email"]
    renamed = people.result("user_update", {"id": "baru-1", "email": "b1@contoh.id", "name": "baru-satu"}, "admin")
    assert (renamed["name"], renamed["email"], renamed["about"]) == ("baru-satu", "b1@contoh.id", "lain")
    assert people.result("user_delete", {"id": "baru-satu"}, "admin") is None
    assert people.result("user_show", {"id": "baru-satu"}, "admin")["state"] == "deleted"
    assert "baru-satu" not in people.result("user_list", {"all_fields": False}, "admin")
    back = people.result("user_patch", {"id": "baru-satu", "state": "active"}, "admin")
    assert back["state"] == "active"


def test_a_username_stands_for_a_missing_full_name(people: OfficeWorld) -> None:
    made = people.result("user_create", new("tanpa-nama"), "admin")
    assert (made["fullname"], made["display_name"]) == (None, "tanpa-nama")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "A B"}, {"name"}),
        ({"name": "a"}, {"name"}),
        ({"name": "x" * 101}, {"name"}),
        ({"name": 5}, {"name"}),
        ({"name": "new"}, {"name"}),
        ({"name": "ayu"}, {"name"}),
        ({"name": "é"}, {"name"}),
        ({"name": "a\x00b"}, {"name"}),
        ({"email": "bukan"}, {"email"}),
        ({"email": "ayu@contoh.id"}, {"email"}),
        ({"email": "a..b@contoh.id"}, {"email"}),
        ({"password": "pendek"}, {"password"}),
        ({"password": 5}, {"password"}),
        ({"name": "", "email": None, "password": ""}, {"name", "email", "password"}),
        ({"about": "a\x00"}, {"about"}),
        ({"id": "bukan-uuid"}, {"id"}),
    ],
)
def test_every_fault_of_an_account_is_told_at_once(
    people: OfficeWorld, changes: dict[str, Any], fields: set[str]
) -> None:
    status, error = people.error("user_create", {**new("salah"), **changes}, "admin")
    assert (status, set(error) - {"__type"}) == (409, fields)
    assert people.scalar("SELECT count(*) FROM accounts.person WHERE username = 'salah'") == 0


def test_the_regency_keeps_its_own_rule_for_passwords(brebes: OfficeWorld) -> None:
    status, error = brebes.error("user_create", new("lemah", password="12345678"), "admin")
    assert (status, set(error)) == (409, {"password", "__type"})


def test_an_account_changes_itself_and_nobody_else(people: OfficeWorld) -> None:
    assert people.result("user_patch", {"id": "oki", "fullname": "Oki"}, "oki")["fullname"] == "Oki"
    assert people.error("user_patch", {"id": "ayu", "fullname": "x"}, "oki")[0] == 403
    assert people.error("user_patch", {"id": "tidak-ada", "fullname": "x"}, "oki")[0] == 403
    assert people.error("user_patch", {"id": "edi", "fullname": "x"}, "ayu")[0] == 403
    assert people.error("user_patch", {"id": "ayu", "fullname": "x"}, None)[0] == 403
    status, error = people.error("user_patch", {"id": "oki", "name": "okibaru"}, "oki")
    assert (status, list(error)) == (409, ["name", "__type"])
    assert people.result("user_patch", {"id": "oki", "state": "deleted"}, "oki")["state"] == "active"


def test_people_are_seen_by_colleagues_and_administrators_only(people: OfficeWorld) -> None:
    assert people.result("user_list", {}, None) == []
    assert people.result("user_autocomplete", {"q": "ayu"}, None) == []
    assert people.error("user_show", {"id": "ayu"}, None)[0] == 404
    assert people.error("user_show", {"id": "ayu"}, "oki") == people.error("user_show", {"id": "tidak-ada"}, "oki")
    assert people.result("user_list", {"all_fields": False}, "oki") == ["oki"]
    assert set(people.result("user_list", {"all_fields": False}, "mia")) == {"ayu", "edi", "mia"}
    assert [item["name"] for item in people.result("user_autocomplete", {"q": "ed"}, "mia")] == ["edi"]
    assert {"ayu", "oki", "siti"} <= set(people.result("user_list", {"all_fields": False}, "admin"))
    shown = people.result("user_show", {"id": "ayu"}, "mia")
    assert set(shown) == OWN - {"email", "apikey"}


def test_no_answer_holds_a_password_a_key_or_a_strangers_address(people: OfficeWorld) -> None:
    calls: list[tuple[str, dict[str, Any], str]] = [
        ("user_list", {}, "admin"),
        ("user_show", {"id": "ayu", "include_password_hash": True, "include_plugin_extras": True}, "admin"),
        ("user_list", {}, "mia"),
        ("organization_show", {"id": "org-a"}, "mia"),
        ("api_token_list", {"user_id": "ayu"}, "ayu"),
        ("get_site_user", {}, "admin"),
    ]
    for action, data, who in calls:
        text = json.dumps(people.result(action, data, who))
        assert "argon2" not in text
        assert not any(key in text for key in people.keys.values())
        assert '"apikey": "' not in text.replace('"apikey": ""', "")
        if who == "mia":
            assert "ayu@contoh.id" not in text


def test_an_invited_person_gets_a_link_by_mail_and_nothing_in_the_answer(people: OfficeWorld) -> None:
    made = people.result(
        "user_invite", {"email": "Tamu.Baru@contoh.id", "group_id": "org-a", "role": "editor"}, "admin"
    )
    assert (made["state"], made["name"].startswith("tamu-baru-")) == ("pending", True)
    assert "tautan" not in json.dumps(made)
    assert people.scalar("SELECT count(*) FROM accounts.link l JOIN accounts.person p ON p.id = l.person_id"
                         " WHERE p.email = 'tamu.baru@contoh.id' AND l.used IS NULL") == 1  # fmt: skip
    assert made["id"] in {row[0] for row in people.result("member_list", {"id": "org-a", "capacity": "editor"}, "ayu")}
    assert people.error("user_invite", {"email": "x@contoh.id", "group_id": "org-a", "role": "editor"}, "ayu")[0] == 403
    assert people.error("user_invite", {"email": "bukan", "group_id": "org-a", "role": "raja"}, "admin")[0] == 409


def test_a_token_has_its_persons_rights_and_a_life(people: OfficeWorld) -> None:
    made = people.result("api_token_create", {"user": "edi", "name": "uji"}, "edi")
    assert set(made) == {"token", "id"}
    row = people.sql.execute(
        "SELECT scopes, expires - created, made_by FROM accounts.token WHERE id = %s", [made["id"]]
    ).fetchone()
    assert row is not None
    assert (frozenset(row[0]), row[1], row[2]) == (API_SCOPES, timedelta(days=365), None)
    assert Permission.EXEMPT_READ.value not in API_SCOPES
    people.keys["edi-baru"] = made["token"]
    assert people.result("user_show", {}, "edi-baru")["name"] == "edi"
    listed = people.result("api_token_list", {"user_id": "edi"}, "edi")
    assert {"id", "name", "user_id", "created_at", "last_access"} <= set(listed[0])
    assert people.result("api_token_revoke", {"jti": made["id"]}, "edi") is None
    assert made["id"] not in {item["id"] for item in people.result("api_token_list", {"user": "edi"}, "edi")}
    assert people.error("user_patch", {"id": "edi", "about": "x"}, "edi-baru")[0] == 403


def test_a_token_revokes_itself_and_a_shorter_life_is_kept(people: OfficeWorld) -> None:
    made = people.result("api_token_create", {"user": "edi", "name": "pendek", "expires_in": 2, "unit": 3600}, "edi")
    assert people.scalar("SELECT expires - created FROM accounts.token WHERE id = %s", made["id"]) == timedelta(hours=2)
    people.keys["pendek"] = made["token"]
    assert people.result("api_token_revoke", {"token": made["token"]}, "pendek") is None
    assert people.error("user_patch", {"id": "edi"}, "pendek")[0] == 403
    assert people.error("api_token_create", {"user": "edi", "name": "x", "expires_in": -1}, "edi")[0] == 409


def test_tokens_are_nobody_elses(people: OfficeWorld) -> None:
    mine = people.result("api_token_list", {"user_id": "ayu"}, "ayu")[0]["id"]
    assert people.error("api_token_create", {"user": "ayu", "name": "x"}, "edi")[0] == 403
    assert people.error("api_token_list", {"user_id": "ayu"}, "edi")[0] == 403
    assert people.error("api_token_list", {"user_id": "ayu"}, None)[0] == 403
    assert people.error("api_token_revoke", {"jti": mine}, "edi")[0] == 403
    assert people.error("api_token_revoke", {"jti": mine}, None)[0] == 403
    assert people.error("api_token_revoke", {"jti": "tidak-ada"}, "edi")[0] == 403
    assert people.error("api_token_create", {"user": "tidak-ada", "name": "x"}, "admin")[0] == 404


def test_an_expired_token_and_one_in_the_address_open_nothing(people: OfficeWorld) -> None:
    made = people.result("api_token_create", {"user": "edi", "name": "lama"}, "edi")
    people.sql.execute("UPDATE accounts.token SET expires = now() - interval '1 second' WHERE id = %s", [made["id"]])
    people.keys["lama"] = made["token"]
    assert people.error("user_patch", {"id": "edi"}, "lama")[0] == 403
    good = people.keys["edi"]
    client = people.office.client()
    for name in ("api_key", "apikey", "token", "Authorization", "access_token", "X-CKAN-API-Key"):
        answer = client.get(f"/api/3/action/user_show?{name}={good}")
        assert answer.status_code in {400, 404}, name
    answer = client.get("/api/3/action/user_show", headers={"X-CKAN-API-Key": good})
    assert answer.status_code == 404


def test_a_token_never_makes_a_wider_one(people: OfficeWorld) -> None:
    people.people["edi"] = people.scalar("SELECT id FROM accounts.person WHERE username = 'edi'")
    people.keys["sempit"] = people.token("edi", [Permission.TOKEN_OWN.value, Permission.PERSON_SEE.value])
    made = people.result("api_token_create", {"user": "edi", "name": "lebar"}, "sempit")
    scopes = people.scalar("SELECT scopes FROM accounts.token WHERE id = %s", made["id"])
    assert set(scopes) == {Permission.TOKEN_OWN.value, Permission.PERSON_SEE.value}
    assert people.error("user_patch", {"id": "edi", "about": "x"}, "sempit")[0] == 403


def test_an_administrator_makes_tokens_for_others_only_where_that_opens_nothing(brebes: OfficeWorld) -> None:
    """Whoever holds another's token is that person: in a regency only for accounts without a role (decision 0017)."""
    assert brebes.error("api_token_create", {"user": "siti", "name": "x"}, "admin")[0] == 403
    assert brebes.error("user_patch", {"id": "siti", "password": "sawah-bawang-77"}, "admin")[0] == 403
    made = brebes.result("user_create", new("kosong", with_apitoken=True), "admin")
    again = brebes.result("api_token_create", {"user": "kosong", "name": "kedua"}, "admin")
    assert made["token"] != again["token"]
    assert brebes.scalar("SELECT made_by FROM accounts.token WHERE id = %s", again["id"]) == brebes.people["admin"]
    assert brebes.scalar("SELECT expires - created FROM accounts.token WHERE id = %s", again["id"]) == timedelta(
        days=90
    )


def test_usernames_come_from_addresses_and_stay_apart(people: OfficeWorld) -> None:
    for email in ("Budi.Santoso@satu.id", "budi.santoso@dua.id", "new@satu.id", "a@satu.id"):
        people.sql.execute("INSERT INTO accounts.person (email, name) VALUES (lower(%s), 'x')", [email])
    names = people.sql.execute(
        "SELECT username FROM accounts.person WHERE email LIKE '%@satu.id' OR email LIKE '%@dua.id' ORDER BY 1"
    ).fetchall()
    assert [row[0] for row in names] == ["budi-santoso", "budi-santoso-2", "orang-a", "orang-new"]


def test_the_public_process_knows_no_account(people: OfficeWorld) -> None:
    for action, data in (
        ("user_list", {"q": "ayu"}),
        ("user_autocomplete", {"q": "ayu"}),
        ("organization_list_for_user", {}),
        ("group_list_authz", {}),
    ):
        assert people.published(action, data) == (200, [])
    for action, data in (("user_show", {"id": "ayu"}), ("user_activity_list", {"id": "ayu"})):
        assert people.published(action, data)[0] == 404
    status, shown = people.published("organization_show", {"id": "org-a", "include_users": True})
    assert (status, shown["users"]) == (200, [])
    assert people.published("member_list", {"id": "org-a"}) == (200, [])
    assert people.published("followee_count", {"id": "ayu"})[0] == 409
    tables = people.public_sql.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.columns"
        " WHERE column_name IN ('username', 'password_hash', 'person_id', 'email')"
    ).fetchall()
    assert tables == []


def test_datasets_that_a_person_made(people: OfficeWorld) -> None:
    out = people.package("edi", owner_org="org-a", title="Terbit")
    inner = people.package("edi", owner_org="org-a", title="Draf", private=True)
    asked = {"id": "edi", "include_datasets": True}
    own = people.result("user_show", asked, "edi")
    assert own["number_created_packages"] == 2
    assert [(row["id"], row["private"]) for row in own["datasets"]] == [(inner["id"], True), (out["id"], False)]
    for who in ("ayu", "admin"):
        seen = people.result("user_show", asked, who)
        assert seen["number_created_packages"] == 1, who
        assert [row["id"] for row in seen["datasets"]] == [out["id"]], who
    listed = people.result("user_list", {"all_fields": True}, "ayu")
    assert {row["name"]: row["number_created_packages"] for row in listed}["edi"] == 1
    people.result("package_delete", {"id": out["id"]}, "edi")
    assert people.result("user_show", asked, "ayu")["datasets"] == []
