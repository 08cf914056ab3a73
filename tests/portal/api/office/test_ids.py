"""Ids that callers choose: as in CKAN where a catalogue moves here, never where something hidden could show (I7)."""

from __future__ import annotations

import io
from typing import Any

import pytest

from portal.kernel.identity import Role
from tests.portal.api.office.test_regency import whole
from tests.portal.api.office.world import OfficeWorld, free_id


@pytest.fixture(scope="module")
def chief(ckan: OfficeWorld) -> str:
    """Somebody who may publish and administer."""
    ckan.person("kepala-data", "dinas-kesehatan", Role.ADMIN, Role.PRODUSEN, Role.WALIDATA)
    return "kepala-data"


def csv() -> Any:
    return (io.BytesIO(b"a,b\n1,2\n"), "isi.csv", "text/csv")


def test_a_purged_id_comes_back(ckan: OfficeWorld, chief: str) -> None:
    """With its name and its resources' ids, and nothing of what was said of the old dataset."""
    key, resource, name = free_id(), free_id(), ckan.name()
    sent = {
        "name": name,
        "owner_org": "dinas-kesehatan",
        "id": key,
        "resources": [{"id": resource, "url": "http://a/b"}],
    }
    for number in range(2):
        made = ckan.result("package_create", {**sent, "title": f"Ke-{number}"}, chief)
        assert (made["id"], made["resources"][0]["id"], made["title"]) == (key, resource, f"Ke-{number}")
        other = ckan.package()
        view = ckan.result(
            "resource_view_create", {"resource_id": resource, "title": "Lihat", "view_type": "text_view"}, chief
        )
        asked = {"subject": key, "object": other["id"], "type": "links_to", "comment": "kata"}
        ckan.result("package_relationship_create", asked, chief)
        assert ckan.error("package_create", sent, chief) == (
            409,
            {
                "id": ["Dataset id already exists"],
                "name": ["That URL is already in use."],
                "resources": [{"id": ["Resource id already exists."]}],
                "__type": "Validation Error",
            },
        )
        ckan.result("dataset_purge", {"id": key}, chief)
        assert ckan.error("package_show", {"id": key}, chief)[0] == 404
        assert ckan.error("resource_view_show", {"id": view["id"]}, chief)[0] == 404
        left = "SELECT count(*) FROM catalog.notice WHERE value::text LIKE '%%' || %s || '%%'"
        assert ckan.scalar(left, key, side="public") == 0
        assert ckan.scalar("SELECT count(*) FROM vault.register WHERE dataset_id = %s", key) == 0
        opened = "SELECT count(*) FROM vault.opening WHERE ends > clock_timestamp() AND %s::uuid = ANY (dataset_ids)"
        assert ckan.scalar(opened, key) == 0
    record = "SELECT count(*) FROM audit.record WHERE dataset_id = %s AND act = 'hapus_permanen'"
    assert ckan.scalar(record, key) == 2


def test_only_administrators_name_ids_of_datasets_and_anyone_those_of_resources(ckan: OfficeWorld) -> None:
    made = {"name": ckan.name(), "owner_org": "dinas-kesehatan"}
    assert ckan.error("package_create", {**made, "id": free_id()})[1]["id"] == ["The input field id was not expected."]
    key, other = free_id(), free_id()
    first = ckan.package(resources=[{"id": key, "url": "http://a/b"}])
    assert first["resources"][0]["id"] == key
    second = ckan.package()
    taken = {"id": ["Resource id already exists."], "__type": "Validation Error"}
    link = {"package_id": second["id"], "id": key, "url": "http://a/b"}
    assert ckan.error("resource_create", link) == (409, taken)
    form = {"package_id": second["id"], "id": key}
    assert ckan.error("resource_create", form={**form, "upload": csv()}) == (409, taken)
    assert ckan.error("resource_create", form={**form, "id": "bukan-id", "upload": csv()})[0] == 409
    assert ckan.result("resource_create", form={**form, "id": other, "upload": csv()})["id"] == other
    assert ckan.error("resource_create", form={**form, "id": other, "upload": csv()}) == (409, taken)


def test_a_regency_gives_ids_of_its_own(brebes: OfficeWorld) -> None:
    """The same answer for an id that is free and for one of another agency's draft, whoever asks."""
    who = "semua"
    brebes.person(who, "dinas-kesehatan", Role.ADMIN, Role.PRODUSEN, Role.GIS, Role.WALIDATA)
    hidden = brebes.package("joko", owner_org="dinas-pendidikan", resources=[{"url": "http://a/b"}])
    assert hidden["private"] is True
    own = brebes.package(who, **whole())
    for key, resource in ((hidden["id"], hidden["resources"][0]["id"]), (free_id(), free_id())):
        made = {"name": brebes.name(), "owner_org": "dinas-kesehatan"}
        status, error = brebes.error("package_create", {**made, "id": key}, who)
        assert (status, list(error)) == (409, ["id", "__type"])
        link = {"id": resource, "url": "http://a/b"}
        form = {"package_id": own["id"], "id": resource, "upload": csv()}
        given = {
            brebes.result("package_create", {**made, "resources": [link]}, who)["resources"][0]["id"],
            brebes.result("resource_create", {**link, "package_id": own["id"]}, who)["id"],
            brebes.result("resource_create", who=who, form=form)["id"],
        }
        assert len(given - {resource}) == 3
    first, *rest = brebes.result("package_show", {"id": own["id"]}, who)["resources"]
    brebes.result("resource_delete", {"id": first["id"]}, who)
    kept = brebes.result("package_patch", {"id": own["id"], "resources": rest, "title": "Sama"}, who)["resources"]
    assert [row["id"] for row in kept] == [row["id"] for row in rest], "what stands keeps its id"


def test_what_plugins_keep_is_an_administrators(ckan: OfficeWorld, chief: str) -> None:
    made = ckan.package(chief, plugin_data={"kunci": {"rahasia": "bambu"}})
    ref = {"id": made["id"]}
    assert "plugin_data" not in made

    def kept(who: str | None) -> Any:
        return ckan.result("package_show", {**ref, "include_plugin_data": True}, who).get("plugin_data")

    assert "plugin_data" not in ckan.result("package_show", ref, chief)
    assert [kept(who) for who in (chief, "siti", "tamu", None)] == [{"kunci": {"rahasia": "bambu"}}, None, None, None]
    ckan.result("package_patch", {**ref, "title": "Baru", "plugin_data": {"a": 1}}, "siti")
    ckan.result("package_patch", {**ref, "title": "Baru sekali"}, chief)
    assert kept(chief) == {"kunci": {"rahasia": "bambu"}}
    ckan.result("package_patch", {**ref, "plugin_data": {"b": [1]}}, chief)
    assert kept(chief) == {"b": [1]}
    assert ckan.error("package_patch", {**ref, "plugin_data": "x"}, chief)[1]["plugin_data"]
    other = ckan.package("siti", plugin_data={"a": 1})
    assert "plugin_data" not in ckan.result("package_show", {"id": other["id"], "include_plugin_data": True}, chief)
    for table in ("catalog.dataset", "catalog.version", "catalog.resource", "catalog.notice"):
        found = ckan.public_sql.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%bambu%'").fetchone()
        assert found == (0,), table


def test_a_relationship_bears_the_names_of_today(ckan: OfficeWorld) -> None:
    one, two = ckan.package(), ckan.package()
    ckan.result("package_relationship_create", {"subject": one["id"], "object": two["id"], "type": "depends_on"})
    renamed = ckan.name("baru")
    ckan.result("package_patch", {"id": two["id"], "name": renamed})

    def listed(ref: str) -> Any:
        return ckan.published("package_relationships_list", {"id": ref})[1]

    assert [row["object"] for row in listed(one["id"])] == [renamed]
    assert [row["subject"] for row in listed(renamed)] == [renamed]
    ckan.result("package_patch", {"id": two["id"], "private": True})
    assert listed(one["id"]) == [], "what is not public is related to nothing"
    assert ckan.scalar("SELECT count(*) FROM catalog.notice WHERE value->>'object' = %s", two["id"], side="public") == 0
