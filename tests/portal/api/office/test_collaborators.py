"""Collaborators of one dataset: read, edit, name others, by a duty on it; off unless the profile has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from portal.operations import migrate
from tests.portal.api.office.people_acts import organization, register
from tests.portal.api.office.world import OfficeWorld, own_world
from tests.support import DatabaseFactory, Databases

ORG = "kb-dinas"
KEYS = {"package_id", "user_id", "capacity", "modified"}


@pytest.fixture(scope="module")
def world(
    database_factory: DatabaseFactory, database_templates: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfficeWorld]:
    """Profile `ckan` with collaborators on; an organisation with its administrator, an editor, and outsiders."""
    with own_world(database_factory, database_templates, tmp_path_factory.mktemp("kolaborator"), "ckan") as office:
        profile = office.runtime.profile
        office.runtime.profile = replace(profile, policy=replace(profile.policy, kolaborator=True))
        register(office, "kb-kelola", "kb-editor", "kb-luar", "kb-lain", "kb-tiga")
        organization(office, ORG, "kb-kelola", **{"kb-editor": "editor"})
        yield office


def draft(world: OfficeWorld) -> str:
    """A draft of the organisation; its name."""
    made = world.package("kb-editor", owner_org=ORG, private=True, title="Draf bersama")
    return str(made["name"])


def make(world: OfficeWorld, name: str, person: str, capacity: str, who: str = "kb-kelola") -> tuple[int, object]:
    return world.call("package_collaborator_create", {"id": name, "user_id": person, "capacity": capacity}, who)


def test_a_member_reads_one_draft_and_an_editor_edits_it(world: OfficeWorld) -> None:
    name, other = draft(world), draft(world)
    assert world.error("package_show", {"id": name}, "kb-luar")[0] == 404
    made = world.result(
        "package_collaborator_create", {"id": name, "user_id": "kb-luar", "capacity": "member"}, "kb-kelola"
    )
    assert set(made) == KEYS
    assert made["capacity"] == "member"
    shown = world.result("package_show", {"id": name}, "kb-luar")
    assert (shown["private"], shown["id"]) == (True, made["package_id"])
    assert world.result("package_search", {"q": "bersama", "include_private": True}, "kb-luar")["count"] == 1
    assert world.error("package_show", {"id": other}, "kb-luar")[0] == 404
    assert world.error("package_patch", {"id": name, "title": "x"}, "kb-luar")[0] == 403
    assert make(world, name, "kb-luar", "editor")[0] == 200
    assert world.result("package_patch", {"id": name, "title": "Diubah"}, "kb-luar")["title"] == "Diubah"
    assert world.error("package_patch", {"id": other, "title": "x"}, "kb-luar")[0] == 404
    listed = world.result("package_collaborator_list", {"id": name}, "kb-kelola")
    assert [row["capacity"] for row in listed] == ["editor"]
    assert world.result("package_collaborator_list", {"id": name, "capacity": "member"}, "kb-kelola") == []
    own = world.result("package_collaborator_list_for_user", {"id": "kb-luar"}, "kb-luar")
    assert [set(row) for row in own] == [KEYS - {"user_id"}]
    ended = {"id": name, "user_id": "kb-luar"}
    assert world.result("package_collaborator_delete", ended, "kb-kelola") is None
    assert world.error("package_collaborator_delete", ended, "kb-kelola")[0] == 404
    assert world.error("package_show", {"id": name}, "kb-luar")[0] == 404


def test_an_administering_collaborator_names_others(world: OfficeWorld) -> None:
    name = draft(world)
    assert make(world, name, "kb-lain", "editor")[0] == 200
    assert make(world, name, "kb-tiga", "member", "kb-lain")[0] == 403
    assert make(world, name, "kb-lain", "admin")[0] == 200
    assert make(world, name, "kb-tiga", "member", "kb-lain")[0] == 200
    assert world.result("package_show", {"id": name}, "kb-tiga")["name"] == name
    listed = world.result("package_collaborator_list", {"id": name}, "kb-lain")
    assert {row["capacity"] for row in listed} == {"admin", "member"}


def test_who_may_not(world: OfficeWorld) -> None:
    name = draft(world)
    assert make(world, name, "kb-kelola", "member")[0] == 403, "nobody names himself"
    assert make(world, name, "kb-lain", "member", "kb-editor")[0] == 403
    assert make(world, name, "kb-lain", "member", "kb-luar")[0] == 404
    assert make(world, name, "kb-lain", "member", "admin")[0] == 404, "no administrator sees another's draft"
    assert make(world, name, "kb-lain", "raja")[0] == 409
    assert make(world, name, "tidak-ada", "member")[0] == 404
    assert world.error("package_collaborator_list", {"id": name}, "kb-editor")[0] == 403
    assert world.error("package_collaborator_list_for_user", {"id": "kb-luar"}, "kb-kelola")[0] == 403
    refused = world.scalar("SELECT count(*) FROM vault.duty WHERE duty LIKE 'kolaborator%%' AND person_id = %s", str(
        world.scalar("SELECT id FROM accounts.person WHERE username = 'kb-kelola'")
    ))  # fmt: skip
    assert refused == 0


def test_the_administrator_names_them_on_what_everybody_sees(world: OfficeWorld) -> None:
    made = world.package("kb-editor", owner_org=ORG, title="Terbit")
    assert made["private"] is False
    assert make(world, made["name"], "kb-lain", "editor", "admin")[0] == 200
    assert make(world, made["name"], "admin", "editor", "admin")[0] == 403
    changed = world.result("package_patch", {"id": made["name"], "title": "Usulan"}, "kb-lain")
    assert changed["private"] is True, "without the right to publish it is a draft with steps owed"
    assert world.published("package_show", {"id": made["name"]})[1]["title"] == "Terbit"


def test_an_exempt_dataset_has_no_collaborators(world: OfficeWorld) -> None:
    name = draft(world)
    assert make(world, name, "kb-lain", "admin")[0] == 200
    key = world.scalar("SELECT id FROM vault.dataset WHERE name = %s", name)
    world.sql.execute("UPDATE vault.register SET sifat = 'dikecualikan' WHERE dataset_id = %s", [key])
    assert world.error("package_show", {"id": str(key)}, "kb-lain")[0] == 404
    assert make(world, str(key), "kb-tiga", "member")[0] == 404
    own = world.result("package_collaborator_list_for_user", {"id": "kb-lain"}, "kb-lain")
    assert str(key) not in {row["package_id"] for row in own}
    named = world.scalar(
        "SELECT audit.name_collaborator(p.id, %s, q.id, 'kolaborator_baca', '') FROM accounts.person p,"
        " accounts.person q WHERE p.username = 'kb-kelola' AND q.username = 'kb-tiga'", key
    )  # fmt: skip
    assert named is None


def test_off_it_is_a_fresh_ckan(ckan: OfficeWorld) -> None:
    register(ckan, "kb-kelola", "kb-luar")
    organization(ckan, ORG, "kb-kelola")
    name = str(ckan.package("kb-kelola", owner_org=ORG, private=True)["name"])
    data = {"id": name, "user_id": "kb-luar", "capacity": "member"}
    assert ckan.error("package_collaborator_create", data, "kb-kelola")[0] == 409
    assert ckan.error("package_collaborator_create", {**data, "capacity": "admin"}, "kb-kelola")[0] == 409
    assert ckan.error("package_collaborator_delete", data, "kb-kelola")[0] == 409
    assert ckan.error("package_collaborator_list", {"id": name}, "kb-kelola")[0] == 409
    assert ckan.error("package_collaborator_list_for_user", {"id": "kb-luar"}, "kb-luar")[0] == 409
    person, dataset = (
        ckan.scalar("SELECT id FROM accounts.person WHERE username = 'kb-luar'"),
        ckan.scalar("SELECT id FROM vault.dataset WHERE name = %s", name),
    )
    ckan.sql.execute(
        "INSERT INTO vault.duty (dataset_id, person_id, duty) VALUES (%s, %s, 'kolaborator_ubah')", [dataset, person]
    )
    assert ckan.error("package_show", {"id": str(dataset)}, "kb-luar")[0] == 404, "a duty left over opens nothing"
    assert ckan.error("package_patch", {"id": str(dataset), "title": "x"}, "kb-luar")[0] in {403, 404}


def test_down_and_up_again(empty_databases: Databases) -> None:
    made, url = empty_databases, empty_databases.addresses.migrator("office")
    migrate.upgrade("office", url, made.roles)
    migrate.downgrade("office", url, made.roles, "0008")
    with psycopg.connect(made.superuser("office")) as connection:
        assert connection.execute("SELECT to_regproc('audit.name_collaborator')").fetchone() == (None,)
    migrate.upgrade("office", url, made.roles)
