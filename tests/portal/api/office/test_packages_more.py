"""CKAN's other acts on datasets in profile `ckan`: deleted, purged, private, revised, handed over, many at once."""

from __future__ import annotations

from tests.portal.api.office.world import OfficeWorld, free_id

RESOURCES = [{"url": "http://a", "name": "A"}, {"url": "http://b", "name": "B"}]


def test_a_deleted_dataset_is_withdrawn_and_its_name_is_free(ckan: OfficeWorld) -> None:
    made = ckan.package(resources=RESOURCES)
    assert ckan.result("package_delete", {"id": made["id"]}) is None
    assert ckan.published("package_show", {"id": made["id"]})[0] == 404
    assert ckan.error("package_show", {"id": made["id"]}, None)[0] == 404
    assert ckan.error("package_show", {"id": made["id"]}, "joko")[0] == 404
    assert ckan.result("package_show", {"id": made["id"]})["state"] == "deleted"
    assert ckan.public().test_client().get(f"/dataset/{made['name']}").status_code == 410
    assert ckan.scalar("SELECT state FROM vault.version WHERE dataset_id = %s", made["id"]) == "ditarik"
    assert ckan.result("package_delete", {"id": made["id"]}) is None
    again = ckan.package(name=made["name"])
    assert again["id"] != made["id"]
    assert ckan.published("package_show", {"id": made["name"]})[1]["id"] == again["id"]
    assert ckan.error("package_delete", {"id": free_id()})[0] == 404
    assert ckan.error("package_delete", {"id": again["id"]}, "joko")[0] == 403


def test_a_deleted_dataset_comes_back_when_it_is_active_again(ckan: OfficeWorld) -> None:
    made = ckan.package(resources=RESOURCES)
    ckan.result("package_delete", {"id": made["id"]})
    back = ckan.result("package_patch", {"id": made["id"], "state": "active"})
    assert (back["state"], back["num_resources"]) == ("active", 2)
    assert ckan.published("package_show", {"id": made["name"]})[1]["id"] == made["id"]


def test_purging_needs_its_own_right_and_leaves_a_record(ckan: OfficeWorld) -> None:
    made = ckan.package(resources=RESOURCES)
    assert ckan.error("dataset_purge", {"id": made["id"]})[0] == 403
    assert ckan.result("dataset_purge", {"id": made["id"]}, "admin") is None
    assert ckan.error("package_show", {"id": made["id"]})[0] == 404
    assert ckan.public().test_client().get(f"/dataset/{made['name']}").status_code == 404
    assert ckan.scalar("SELECT count(*) FROM vault.version WHERE dataset_id = %s", made["id"]) == 0
    acts = ckan.sql.execute("SELECT act FROM audit.record WHERE dataset_id = %s ORDER BY seq", (made["id"],)).fetchall()
    assert ("hapus_permanen",) in acts
    assert ckan.error("dataset_purge", {"id": made["id"]}, "admin")[0] == 404
    deleted = ckan.package()
    ckan.result("package_delete", {"id": deleted["id"]})
    assert ckan.result("dataset_purge", {"id": deleted["id"]}, "admin") is None


def test_private_means_in_the_vault(ckan: OfficeWorld) -> None:
    made = ckan.package(private=True, resources=RESOURCES)
    assert (made["private"], made["state"]) == (True, "active")
    assert "klasifikasi" in made["langkah_terutang"]
    assert ckan.published("package_show", {"id": made["id"]})[0] == 404
    shown = ckan.result("package_show", {"id": made["name"]})
    assert [row["name"] for row in shown["resources"]] == ["A", "B"]
    for other in ("joko", "admin", None):
        assert ckan.error("package_show", {"id": made["id"]}, other)[0] == 404
        refused = ckan.error("package_patch", {"id": made["id"], "title": "X"}, other)
        assert refused == ckan.error("package_patch", {"id": free_id(), "title": "X"}, other)
        assert refused[0] == (403 if other is None else 404)
    out = ckan.result("package_patch", {"id": made["id"], "private": False})
    assert out["private"] is False
    assert ckan.published("package_show", {"id": made["id"]}) == (200, out)
    back = ckan.result("package_patch", {"id": made["id"], "private": True})
    assert back["private"] is True
    assert ckan.published("package_show", {"id": made["id"]})[0] == 404
    assert ckan.published("package_search", {"fq": f"name:{made['name']}"})[1]["count"] == 0
    assert ckan.result("package_patch", {"id": made["id"], "private": False})["private"] is False


def test_an_administrator_manages_what_is_out_and_sees_nothing_else(ckan: OfficeWorld) -> None:
    made = ckan.package("admin", resources=RESOURCES)
    assert made["private"] is False
    theirs = ckan.package("siti")
    assert ckan.result("package_patch", {"id": theirs["id"], "title": "Oleh admin"}, "admin")["title"] == "Oleh admin"
    assert ckan.result("package_delete", {"id": theirs["id"]}, "admin") is None
    assert (
        ckan.error("package_create", {"name": ckan.name(), "owner_org": "dinas-kesehatan", "private": True}, "admin")[0]
        == 403
    )


def test_personal_numbers_and_sectoral_statistics_wait_for_people(ckan: OfficeWorld) -> None:
    nik = ckan.package(notes="Hubungi 3329010101900001")
    assert nik["private"] is True
    assert any(step.startswith("temuan:V9") for step in nik["langkah_terutang"])
    sectoral = ckan.package(extras=[{"key": "data_type", "value": "statistik_sektoral"}])
    assert sectoral["private"] is True
    for made in (nik, sectoral):
        assert ckan.published("package_show", {"id": made["id"]})[0] == 404
    fixed = ckan.result("package_patch", {"id": nik["id"], "notes": "Hubungi kantor", "private": False})
    assert fixed["private"] is False


def test_T01_the_source_rule_holds_for_the_api(ckan: OfficeWorld) -> None:
    extras = [{"key": "data_type", "value": "statistik_dasar"}, {"key": "source", "value": "Dinas Lain"}]
    status, error = ckan.error(
        "package_create", {"name": ckan.name(), "owner_org": "dinas-kesehatan", "extras": extras}
    )
    assert (status, list(error)) == (409, ["sumber_data", "__type"])
    extras[1]["value"] = "BPS"
    assert ckan.package(extras=extras)["private"] is False


def test_revise_matches_filters_and_updates(ckan: OfficeWorld) -> None:
    made = ckan.package(title="T", notes="N", resources=RESOURCES, extras=[{"key": "a", "value": "1"}])
    first = made["resources"][0]["id"]
    result = ckan.result(
        "package_revise",
        {
            "match": {"name": made["name"], "title": "T"},
            "update": {"title": "Baru"},
            f"update__resources__{first[:6]}__description": "D",
            "update__resources__extend": '[{"url": "http://c"}]',
            "filter": ["-extras"],
        },
    )["package"]
    assert (result["title"], result["notes"], result["extras"]) == ("Baru", "N", [])
    assert (result["resources"][0]["description"], result["num_resources"]) == ("D", 3)
    assert ckan.error("package_revise", {"match": {"id": made["id"], "title": "bukan"}, "update": {}})[1] == {
        "match": ["title"], "__type": "Validation Error",
    }  # fmt: skip
    assert ckan.error("package_revise", {})[1]["match__id"] == "Missing value"
    kept = ckan.result(
        "package_revise",
        {"match__id": made["id"], "filter": "+resources,+name,+owner_org,-*", "include": "+package__id,-package__*"},
    )
    assert kept == {"package": {"id": made["id"]}}
    assert ckan.result("package_show", {"id": made["id"]})["title"] == made["name"]


def test_a_dataset_is_handed_to_another_organisation(ckan: OfficeWorld) -> None:
    made = ckan.package()
    nowhere = {"id": made["id"], "organization_id": "tidak-ada"}
    assert ckan.error("package_owner_org_update", nowhere)[0] == 403  # as in CKAN, which asks for the right first
    moved = {"id": made["id"], "organization_id": "dinas-pendidikan"}
    assert ckan.error("package_owner_org_update", moved)[0] == 409
    assert ckan.result("package_owner_org_update", moved, "admin") is None
    shown = ckan.published("package_show", {"id": made["id"]})[1]
    assert shown["organization"]["name"] == "dinas-pendidikan"
    assert ckan.result("package_patch", {"id": made["id"], "title": "Milik joko"}, "joko")["title"] == "Milik joko"
    assert ckan.error("package_patch", {"id": made["id"], "title": "X"}, "siti")[0] == 403


def test_many_at_once(ckan: OfficeWorld) -> None:
    made = [ckan.package()["id"] for _ in range(2)]
    call = {"datasets": made, "org_id": "dinas-kesehatan"}
    assert ckan.error("bulk_update_private", call)[0] == 403
    assert ckan.result("bulk_update_private", call, "kelola") is None
    assert [ckan.published("package_show", {"id": key})[0] for key in made] == [404, 404]
    assert ckan.result("bulk_update_public", call, "kelola") is None
    assert [ckan.published("package_show", {"id": key})[0] for key in made] == [200, 200]
    assert ckan.result("bulk_update_delete", call, "kelola") is None
    assert [ckan.published("package_show", {"id": key})[0] for key in made] == [404, 404]
    assert ckan.error("bulk_update_delete", call, "joko")[0] in {403, 404}


def test_relationships_are_said_from_both_sides(ckan: OfficeWorld) -> None:
    one, two = ckan.package(), ckan.package()
    asked = {"subject": one["name"], "object": two["id"], "type": "depends_on", "comment": "c"}
    said = {"subject": one["name"], "object": two["name"], "type": "depends_on", "comment": "c"}
    assert ckan.result("package_relationship_create", asked) == said
    assert ckan.published("package_relationships_list", {"id": one["id"]})[1] == [said]
    assert ckan.result("package_relationships_list", {"id": two["id"]}) == [
        {"subject": two["name"], "object": one["name"], "type": "dependency_of", "comment": "c"}
    ]
    assert ckan.error("package_relationship_create", {**asked, "type": "lain"})[1]["type"]
    assert ckan.result("package_relationship_delete", asked) is None
    assert ckan.error("package_relationship_delete", asked)[0] == 404


def test_views_are_kept_in_their_order(ckan: OfficeWorld) -> None:
    resource = ckan.package(resources=RESOURCES)["resources"][0]["id"]
    asked = {"resource_id": resource, "title": "V", "view_type": "image_view", "image_url": "x"}
    one = ckan.result("resource_view_create", asked)
    two = ckan.result("resource_view_create", {**asked, "title": "W", "description": "d"})
    assert (one["image_url"], two["description"]) == ("x", "d")
    assert ckan.published("resource_view_list", {"id": resource}) == (200, [one, two])
    ckan.result("resource_view_reorder", {"id": resource, "order": [two["id"]]})
    assert [view["id"] for view in ckan.result("resource_view_list", {"id": resource})] == [two["id"], one["id"]]
    changed = ckan.result("resource_view_update", {"id": one["id"], "title": "Baru"})
    assert (changed["title"], changed["view_type"]) == ("Baru", "image_view")
    assert ckan.result("resource_view_delete", {"id": one["id"]}) == {"resource_id": resource}
    assert ckan.published("resource_view_show", {"id": one["id"]})[0] == 404
    assert ckan.error("resource_view_create", asked, "joko")[0] == 403
    assert ckan.error("resource_view_create", {**asked, "view_type": "lain"})[1]["view_type"]


def test_private_datasets_are_found_by_their_own_people_only(ckan: OfficeWorld) -> None:
    word = ckan.name("rahasia").replace("-", "")
    private = ckan.package(title=f"Data {word}", private=True)
    public = ckan.package(title=f"Data lain {word}")
    asked = {"q": word, "include_private": True, "sort": "metadata_created asc"}
    found = ckan.result("package_search", asked)
    assert [row["id"] for row in found["results"]] == [private["id"], public["id"]]
    assert [row["private"] for row in found["results"]] == [True, False]
    for other in ("joko", "admin", None):
        assert [row["id"] for row in ckan.result("package_search", asked, other)["results"]] == [public["id"]]
    assert ckan.result("package_search", {"q": word})["count"] == 1
    assert ckan.published("package_search", asked)[1]["count"] == 1
