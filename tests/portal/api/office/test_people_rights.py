"""The role walk: every act on people, organisations and groups by every kind of caller; drafts by capacity."""

from __future__ import annotations

import pytest

from tests.portal.api.office.people_acts import PASSWORD, organization, register
from tests.portal.api.office.world import OfficeWorld

CALLERS = ("anonymous", "outsider", "member", "editor", "other_admin", "admin", "sysadmin")
TOKENS = {
    "outsider": "rw-luar", "member": "rw-anggota", "editor": "rw-penyunting", "other_admin": "rw-lain",
    "admin": "rw-pengelola", "sysadmin": "admin",
}  # fmt: skip
ORG, GROUP = "rw-dinas", "rw-kelompok"
#: Who gets through; the others are refused with 403 (or 404 where the thing itself is not theirs to see).
WALK: dict[str, tuple[dict[str, object], set[str]]] = {
    "user_create": ({"name": "rw-x", "email": "rw-x@contoh.id", "password": PASSWORD}, {"sysadmin"}),
    "user_delete": ({"id": "rw-hapus"}, {"sysadmin"}),
    "user_patch": ({"id": "rw-anggota", "about": "x"}, {"member", "sysadmin"}),
    "api_token_list": ({"user_id": "rw-anggota"}, {"member", "sysadmin"}),
    "api_token_create": ({"user": "rw-anggota", "name": "x"}, {"member", "sysadmin"}),
    "organization_patch": ({"id": ORG, "description": "x"}, {"admin", "sysadmin"}),
    "organization_update": ({"id": ORG, "title": "x"}, {"admin", "sysadmin"}),
    "organization_member_create": (
        {"id": ORG, "username": "rw-tamu", "role": "member"}, {"admin", "sysadmin"}
    ),
    "organization_member_delete": ({"id": ORG, "username": "rw-tamu"}, {"admin", "sysadmin"}),
    "member_create": (
        {"id": ORG, "object": "rw-tamu", "object_type": "user", "capacity": "member"}, {"admin", "sysadmin"}
    ),
    "group_patch": ({"id": GROUP, "description": "x"}, {"admin", "sysadmin"}),
    "group_member_create": (
        {"id": GROUP, "username": "rw-tamu", "role": "member"}, {"admin", "sysadmin"}
    ),
    "organization_purge": ({"id": "rw-tidak-ada"}, set()),
    "vocabulary_create": ({"name": "rw-kosakata"}, {"sysadmin"}),
    "config_option_list": ({}, {"sysadmin"}),
    "job_list": ({}, {"sysadmin"}),
    "get_site_user": ({}, {"sysadmin"}),
    "followee_list": ({"id": "rw-anggota"}, {"member", "sysadmin"}),
    "dashboard_activity_list": ({}, set(CALLERS) - {"anonymous"}),
    "organization_list_for_user": ({}, set(CALLERS)),
    "group_create": ({"name": "rw-baru"}, set(CALLERS) - {"anonymous"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def walk(ckan: OfficeWorld) -> OfficeWorld:
    register(ckan, "rw-pengelola", "rw-penyunting", "rw-anggota", "rw-luar", "rw-lain", "rw-tamu", "rw-hapus")
    organization(ckan, ORG, "rw-pengelola", **{"rw-penyunting": "editor", "rw-anggota": "member"})
    organization(ckan, "rw-dinas-lain", "rw-lain")
    ckan.result("group_create", {"name": GROUP}, "rw-pengelola")
    draft = {"name": "rw-draf", "owner_org": ORG, "title": "Draf", "private": True}
    ckan.result("package_create", draft, "rw-penyunting")
    return ckan


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("action", WALK)
def test_the_role_walk(walk: OfficeWorld, action: str, caller: str) -> None:
    data, allowed = WALK[action]
    wanted = {**data, "name": f"rw-baru-{caller.replace('_', '-')}"} if action == "group_create" else data
    status, _body = walk.call(action, wanted, TOKENS.get(caller))
    assert status == 200 if caller in allowed else status in {403, 404}, (action, caller, status)


@pytest.mark.parametrize(
    ("caller", "sees", "edits"),
    [
        ("anonymous", False, False),
        ("outsider", False, False),
        ("other_admin", False, False),
        ("sysadmin", False, False),
        ("member", True, False),
        ("editor", True, True),
        ("admin", True, True),
    ],
)
def test_a_capacity_opens_its_own_agencys_drafts(walk: OfficeWorld, caller: str, sees: bool, edits: bool) -> None:
    """Members read, editors and admins write; a sysadmin without a role there sees nothing (issue 4, point 2)."""
    who = TOKENS.get(caller)
    assert walk.call("package_show", {"id": "rw-draf"}, who)[0] == (200 if sees else 404)
    status, _body = walk.call("package_patch", {"id": "rw-draf", "notes": caller}, who)
    assert (status == 200) is edits, status
    assert status != 403 or sees or caller == "anonymous"


def test_a_member_has_no_other_act_on_data(walk: OfficeWorld) -> None:
    new = {"name": "rw-anggota-baru", "owner_org": ORG}
    assert walk.error("package_create", new, "rw-anggota")[0] == 403
    assert walk.error("package_delete", {"id": "rw-draf"}, "rw-anggota")[0] in {403, 404}
    assert walk.error("resource_create", {"package_id": "rw-draf", "url": "http://a"}, "rw-anggota")[0] in {403, 404}


def test_a_closed_agency_gives_nobody_anything(walk: OfficeWorld) -> None:
    organization(walk, "rw-tutup", "rw-pengelola", **{"rw-tamu": "editor"})
    walk.result("organization_delete", {"id": "rw-tutup"}, "rw-pengelola")
    assert walk.error("package_create", {"name": "rw-p", "owner_org": "rw-tutup"}, "rw-tamu")[0] in {403, 404, 409}
    rows = walk.scalar(
        "SELECT count(*) FROM accounts.role_at r JOIN accounts.agency a ON a.id = r.agency_id WHERE a.name = 'rw-tutup'"
    )
    assert rows == 0


def test_a_person_kept_out_is_out_at_once(walk: OfficeWorld) -> None:
    register(walk, "rw-keluar")
    walk.result("organization_member_create", {"id": ORG, "username": "rw-keluar", "role": "editor"}, "rw-pengelola")
    assert walk.result("package_show", {"id": "rw-draf"}, "rw-keluar")["private"] is True
    walk.result("user_delete", {"id": "rw-keluar"}, "admin")
    assert walk.error("package_show", {"id": "rw-draf"}, "rw-keluar")[0] == 404
    assert walk.error("user_patch", {"id": "rw-keluar", "about": "x"}, "rw-keluar")[0] == 403


def test_every_act_is_in_the_record(walk: OfficeWorld) -> None:
    acts = {row[0] for row in walk.sql.execute("SELECT DISTINCT act FROM audit.record").fetchall()}
    assert {"orang_dibuat", "token_dibuat", "instansi", "anggota_diberi", "kelompok", "anggota_kelompok"} <= acts
