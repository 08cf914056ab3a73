"""Organisations, groups and their members through the action API, and what the public side shows of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from portal.accounts import capacities
from portal.kernel.identity import Role
from tests.portal.api.office.people_acts import organization, register
from tests.portal.api.office.world import OfficeWorld

#: `organization_show` of CKAN 2.12.
SHOWN = {
    "approval_status", "created", "description", "display_name", "id", "image_display_url", "image_url",
    "is_organization", "name", "num_followers", "package_count", "state", "title", "type", "extras", "users", "groups",
}  # fmt: skip
FULL = {
    "title": "Dinas Contoh 水",
    "description": "Untuk uji.",
    "image_url": "https://contoh.id/lambang.png",
    "approval_status": "pending",
    "extras": [{"key": "z", "value": "1"}, {"key": "a", "value": "dua"}],
}


@pytest.fixture(scope="module")
def groups(ckan: OfficeWorld) -> OfficeWorld:
    """`ani` administers org-g; `eka` edits there, `mei` is a member; `oma` is in no organisation."""
    register(ckan, "ani", "eka", "mei", "oma")
    organization(ckan, "org-g", "ani", eka="editor", mei="member")
    return ckan


def roles(world: OfficeWorld, person: str, agency: str) -> set[str]:
    rows = world.sql.execute(
        "SELECT r.role FROM accounts.role_at r JOIN accounts.person p ON p.id = r.person_id"
        " JOIN accounts.agency a ON a.id = r.agency_id WHERE p.username = %s AND a.name = %s",
        [person, agency],
    ).fetchall()
    return {row[0] for row in rows}


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_what_is_given_comes_back_exact_on_both_sides_at_once(groups: OfficeWorld, kind: str) -> None:
    name = f"penuh-{kind}"
    made = groups.result(f"{kind}_create", {"name": name, **FULL}, "ani")
    assert set(made) == SHOWN
    assert {key: made[key] for key in FULL} == FULL
    assert [(user["name"], user["capacity"]) for user in made["users"]] == [("ani", "admin")]
    status, public = groups.published(f"{kind}_show", {"id": name})
    assert (status, {key: public[key] for key in FULL}, public["users"]) == (200, FULL, [])
    assert name in groups.published(f"{kind}_list", {})[1]
    assert groups.result(f"{kind}_show", {"id": name}, None) == public


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_update_replaces_extras_and_patch_keeps_what_is_not_named(groups: OfficeWorld, kind: str) -> None:
    name = f"ubah-{kind}"
    key = groups.result(f"{kind}_create", {"name": name, **FULL}, "ani")["id"]
    patched = groups.result(f"{kind}_patch", {"id": name, "title": "Lain"}, "ani")
    assert (patched["title"], patched["extras"], patched["image_url"]) == ("Lain", FULL["extras"], FULL["image_url"])
    updated = groups.result(f"{kind}_update", {"id": key, "description": "baru", "name": f"{name}-2"}, "ani")
    assert (updated["name"], updated["title"], updated["extras"]) == (f"{name}-2", "Lain", [])
    assert (updated["id"], updated["packages"]) == (key, [])
    assert groups.published(f"{kind}_show", {"id": key})[1]["name"] == f"{name}-2"
    assert groups.published(f"{kind}_show", {"id": name})[0] == 404


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_a_closed_one_is_gone_for_readers_and_comes_back(groups: OfficeWorld, kind: str) -> None:
    name = f"tutup-{kind}"
    groups.result(f"{kind}_create", {"name": name}, "ani")
    assert groups.result(f"{kind}_delete", {"id": name}, "ani") is None
    assert groups.published(f"{kind}_show", {"id": name})[0] == 404
    assert groups.error(f"{kind}_show", {"id": name}, "oma")[0] == 404
    assert groups.result(f"{kind}_show", {"id": name}, "admin")["state"] == "deleted"
    assert groups.result(f"{kind}_patch", {"id": name, "state": "active"}, "admin")["state"] == "active"
    assert groups.published(f"{kind}_show", {"id": name})[0] == 200
    assert groups.error(f"{kind}_purge", {"id": name}, "ani")[0] == 403
    assert groups.result(f"{kind}_purge", {"id": name}, "admin") is None
    assert groups.error(f"{kind}_purge", {"id": name}, "admin")[0] == 404
    assert groups.error(f"{kind}_show", {"id": name}, "admin")[0] == 404


@pytest.mark.parametrize("kind", ["organization", "group"])
@pytest.mark.parametrize(
    ("data", "status", "fields"),
    [
        ({}, 409, {"name"}),
        ({"name": "A B"}, 409, {"name"}),
        ({"name": "org-g"}, 409, {"name"}),
        ({"name": "ok-1", "extras": "x"}, 400, {"message", "data"}),
        ({"name": "ok-1", "extras": [5]}, 400, {"message", "data"}),
        ({"name": "ok-1", "users": "x"}, 400, {"message", "data"}),
        ({"name": "ok-1", "extras": [{"key": "", "value": "x"}]}, 409, {"extras"}),
        ({"name": "ok-1", "extras": [{"key": "title", "value": "x"}]}, 409, {"extras"}),
        ({"name": "ok-1", "title": "a\x00b"}, 409, {"title"}),
        ({"name": "ok-1", "id": "00000000-0000-0000-0000-000000000001"}, 409, {"id"}),
    ],
)
def test_what_does_not_hold_is_refused_by_field(
    groups: OfficeWorld, kind: str, data: dict[str, Any], status: int, fields: set[str]
) -> None:
    answered, error = groups.error(f"{kind}_create", data, "ani")
    assert (answered, set(error) - {"__type"}) == (status, fields)
    assert groups.published(f"{kind}_show", {"id": "ok-1"})[0] == 404


def test_an_administrator_brings_ids_with_him(groups: OfficeWorld) -> None:
    key = "2b8f1f0e-0000-4000-8000-0000000000aa"
    assert groups.result("organization_create", {"name": "bawa-id", "id": key}, "admin")["id"] == key
    assert groups.error("group_create", {"name": "bawa-id-2", "id": key}, "admin")[1]["id"]
    unknown = {"name": "bawa-orang", "users": [{"name": "belum-ada", "capacity": "admin"}]}
    assert groups.result("organization_create", unknown, "admin")["name"] == "bawa-orang"


@pytest.mark.parametrize("capacity", capacities.ORDER)
def test_a_capacity_is_the_roles_of_one_table(groups: OfficeWorld, capacity: str) -> None:
    for wanted in (*capacities.ORDER, capacity):
        made = groups.result("organization_member_create", {"id": "org-g", "username": "oma", "role": wanted}, "ani")
        assert (made["capacity"], made["table_name"], made["state"]) == (wanted, "user", "active")
        assert roles(groups, "oma", "org-g") == {role.value for role in capacities.ROLES[wanted]}  # type: ignore[index]
    assert [made["id"], "user"]
    listed = groups.result("member_list", {"id": "org-g", "object_type": "user", "capacity": capacity}, "ani")
    assert made["table_id"] in {row[0] for row in listed}
    mine = groups.result("organization_list_for_user", {"permission": "read"}, "oma")
    assert [(item["name"], item["capacity"]) for item in mine] == [("org-g", capacity)]
    assert groups.result("organization_member_delete", {"id": "org-g", "username": "oma"}, "ani") is None
    assert roles(groups, "oma", "org-g") == set()


def test_other_roles_are_not_an_administrators_to_take(groups: OfficeWorld) -> None:
    groups.sql.execute(
        "INSERT INTO accounts.role_at (person_id, agency_id, role) SELECT p.id, a.id, 'kepala_opd'"
        " FROM accounts.person p, accounts.agency a WHERE p.username = 'mei' AND a.name = 'org-g'"
    )
    groups.result("organization_member_create", {"id": "org-g", "username": "mei", "role": "editor"}, "ani")
    groups.result("member_delete", {"id": "org-g", "object": "mei", "object_type": "user"}, "ani")
    assert roles(groups, "mei", "org-g") == {"kepala_opd"}
    groups.result("organization_member_create", {"id": "org-g", "username": "mei", "role": "member"}, "ani")


def test_T04_nobody_gives_roles_to_himself(groups: OfficeWorld) -> None:
    for role in ("admin", "editor", "member"):
        data = {"id": "org-g", "username": "admin", "role": role}
        assert groups.error("organization_member_create", data, "admin")[0] == 403
    assert (
        groups.error("organization_member_create", {"id": "org-g", "username": "eka", "role": "admin"}, "eka")[0] == 403
    )
    assert groups.error("member_create", {"id": "org-g", "object": "ani", "object_type": "user", "capacity": "member"},
                        "ani")[0] == 403  # fmt: skip
    assert Role.PENGELOLA.value in roles(groups, "ani", "org-g")
    assert groups.result(
        "organization_member_create", {"id": "org-g", "username": "ani", "role": "admin"}, "ani"
    )["capacity"] == "admin"  # fmt: skip


def test_member_calls_that_lead_nowhere(groups: OfficeWorld) -> None:
    person = {"object": "eka", "object_type": "user", "capacity": "member"}
    assert groups.error("member_create", {"id": "tidak-ada", **person}, "ani")[0] == 404
    assert groups.error("member_create", {"id": "org-g", **person, "object": "tidak-ada"}, "ani")[0] == 404
    assert groups.error("member_create", {"id": "org-g", **person, "object_type": "foo"}, "ani")[0] == 409
    assert groups.error("member_create", {"id": "org-g", **person, "capacity": "raja"}, "ani")[0] == 409
    assert groups.error("member_create", {"id": "org-g", **person}, None)[0] == 403
    assert groups.error("organization_member_create", {"id": "org-g", "username": "x", "role": "raja"}, "ani")[1] == {
        "username": ["User not found"], "role": ["role does not exist."], "__type": "Validation Error",
    }  # fmt: skip
    assert groups.error("organization_member_delete", {"id": "org-g", "username": "tidak-ada"}, "ani")[0] == 404
    assert groups.error("member_list", {"id": "tidak-ada"}, "ani")[0] == 404


def test_a_group_has_members_of_its_own(groups: OfficeWorld) -> None:
    groups.result("group_create", {"name": "kelompok-1"}, "ani")
    assert [item["name"] for item in groups.result("group_list_authz", {"am_member": True}, "ani")].count(
        "kelompok-1"
    ) == 1
    assert (
        groups.error("group_member_create", {"id": "kelompok-1", "username": "eka", "role": "admin"}, "eka")[0] == 403
    )
    groups.result("group_member_create", {"id": "kelompok-1", "username": "eka", "role": "member"}, "ani")
    assert [item["name"] for item in groups.result("group_list_authz", {}, "eka")] == ["kelompok-1"]
    assert groups.error("group_patch", {"id": "kelompok-1", "title": "x"}, "eka")[0] == 403
    assert len(groups.result("group_show", {"id": "kelompok-1"}, "eka")["users"]) == 2
    assert groups.result("group_show", {"id": "kelompok-1"}, "mei")["users"] == []
    groups.result("group_member_delete", {"id": "kelompok-1", "username": "eka"}, "ani")
    assert groups.result("group_list_authz", {}, "eka") == []


def test_a_regency_lets_its_administrator_alone_found_agencies_and_gives_him_no_role(brebes: OfficeWorld) -> None:
    assert brebes.error("organization_create", {"name": "opd-baru"}, "siti")[0] == 403
    assert brebes.error("group_create", {"name": "kelompok-baru"}, "siti")[0] == 403
    made = brebes.result("organization_create", {"name": "opd-baru", "title": "OPD Baru"}, "admin")
    assert made["users"] == []
    assert brebes.error("organization_member_create", {"id": "opd-baru", "username": "admin", "role": "editor"},
                        "admin")[0] == 403  # fmt: skip
    assert brebes.published("organization_show", {"id": "opd-baru"})[0] == 200


def test_subject_groups_of_the_profile_can_be_described(brebes: OfficeWorld) -> None:
    slug = brebes.runtime.profile.groups[0].slug
    before = brebes.result("group_show", {"id": slug}, "admin")
    changed = brebes.result("group_patch", {"id": slug, "description": "Uraian lain"}, "admin")
    assert (changed["id"], changed["description"]) == (before["id"], "Uraian lain")
    status, public = brebes.published("group_show", {"id": before["id"]})
    assert (status, public["description"], public["name"]) == (200, "Uraian lain", slug)
    assert len(brebes.published("group_list", {})[1]) == len(brebes.runtime.profile.groups)


def test_a_renamed_organisation_shows_in_its_datasets_at_once(groups: OfficeWorld) -> None:
    organization(groups, "lama", "ani")
    made = groups.result("package_create", {"name": "punya-lama", "owner_org": "lama", "title": "Punya"}, "ani")
    groups.result("organization_patch", {"id": "lama", "name": "baru-nama", "title": "Nama Baru"}, "ani")
    status, shown = groups.published("package_show", {"id": made["id"]})
    assert (status, shown["organization"]["name"], shown["organization"]["title"]) == (200, "baru-nama", "Nama Baru")
    assert groups.published("package_search", {"fq": "organization:baru-nama"})[1]["count"] == 1
    assert groups.published("package_search", {"fq": "organization:lama"})[1]["count"] == 0
    assert groups.error("organization_delete", {"id": "baru-nama"}, "ani")[0] == 409


def test_a_dataset_is_put_into_a_group_by_a_new_version(groups: OfficeWorld) -> None:
    groups.result("group_create", {"name": "kelompok-2", "title": "Kelompok Dua"}, "ani")
    made = groups.result("package_create", {"name": "dalam-kelompok", "owner_org": "org-g", "title": "D"}, "ani")
    member = {"id": "kelompok-2", "object": made["id"], "object_type": "package", "capacity": "public"}
    assert groups.result("member_create", member, "ani")["table_id"] == made["id"]
    assert [item["id"] for item in groups.published("group_package_show", {"id": "kelompok-2"})[1]] == [made["id"]]
    assert groups.result("member_list", {"id": "kelompok-2", "object_type": "package"}, None) == [
        [made["id"], "package", "public"]
    ]
    renamed = groups.result("group_patch", {"id": "kelompok-2", "name": "kelompok-dua"}, "ani")
    assert renamed["package_count"] == 1
    assert [item["name"] for item in groups.published("package_show", {"id": made["id"]})[1]["groups"]] == [
        "kelompok-dua"
    ]
    assert groups.error("member_delete", {**member, "id": "kelompok-dua"}, "oma")[0] == 403
    groups.result("member_delete", {**member, "id": "kelompok-dua"}, "ani")
    assert groups.published("group_package_show", {"id": "kelompok-dua"})[1] == []


def test_a_closed_group_leaves_its_datasets_at_once_and_for_good(groups: OfficeWorld) -> None:
    groups.result("group_create", {"name": "kelompok-3"}, "ani")
    sent = {"name": "tetap", "owner_org": "org-g", "title": "T", "groups": [{"name": "kelompok-3"}]}
    made = groups.result("package_create", sent, "ani")
    assert groups.published("package_search", {"fq": "groups:kelompok-3"})[1]["count"] == 1
    groups.result("group_delete", {"id": "kelompok-3"}, "ani")
    assert groups.published("package_show", {"id": made["id"]})[1]["groups"] == []
    assert groups.published("package_search", {"fq": "groups:kelompok-3"})[1]["count"] == 0
    groups.result("package_patch", {"id": made["id"], "notes": "lain"}, "ani")
    assert groups.published("package_show", {"id": made["id"]})[1]["groups"] == []
    groups.result("group_purge", {"id": "kelompok-3"}, "admin")
    groups.result("package_patch", {"id": made["id"], "notes": "lagi"}, "ani")
    assert groups.published("package_show", {"id": made["id"]})[1]["groups"] == []
    assert groups.public_sql.execute("SELECT count(*) FROM catalog.theme WHERE name = 'kelompok-3'").fetchone() == (0,)
