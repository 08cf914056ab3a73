"""Follows, activity, dashboards, vocabularies, configuration and jobs through the action API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from portal.operations.jobs import JobOrder, defer
from tests.portal.api.office.people_acts import organization, register
from tests.portal.api.office.world import OfficeWorld

PACKAGE_ACT = {"id", "timestamp", "user_id", "object_id", "activity_type", "data", "permission_labels"}


@pytest.fixture(scope="module")
def acts(ckan: OfficeWorld) -> OfficeWorld:
    """`ira` administers org-k with two datasets, one of them in two versions; `edo` edits, `uli` stands outside."""
    register(ckan, "ira", "edo", "uli")
    organization(ckan, "org-k", "ira", edo="editor")
    for name in ("sawah", "kebun"):
        ckan.result("package_create", {"name": name, "owner_org": "org-k", "title": name.title()}, "edo")
    ckan.result("package_patch", {"id": "sawah", "notes": "Diperbarui"}, "edo")
    ckan.result("group_create", {"name": "kelompok-k"}, "ira")
    return ckan


def test_a_follow_is_once_counted_listed_and_ended(acts: OfficeWorld) -> None:
    for kind, name in (("dataset", "sawah"), ("group", "kelompok-k"), ("group", "org-k"), ("user", "ira")):
        first = acts.result(f"follow_{kind}", {"id": name}, "edo")
        assert set(first) == {"follower_id", "object_id", "datetime"}
        assert acts.result(f"follow_{kind}", {"id": name}, "edo") == first
        assert acts.result(f"am_following_{kind}", {"id": name}, "edo") is True
        assert acts.result(f"am_following_{kind}", {"id": name}, "ira") is False
    assert acts.result("dataset_follower_count", {"id": "sawah"}, "ira") == 1
    assert acts.result("organization_show", {"id": "org-k"}, "ira")["num_followers"] == 1
    assert acts.result("followee_count", {"id": "edo"}, "edo") == 4
    assert acts.result("organization_followee_count", {"id": "edo"}, "edo") == 1
    listed = acts.result("followee_list", {"id": "edo"}, "edo")
    assert sorted(item["type"] for item in listed) == ["dataset", "group", "organization", "user"]
    assert [item["dict"]["name"] for item in acts.result("followee_list", {"id": "edo", "q": "saw"}, "edo")] == [
        "sawah"
    ]
    assert [item["name"] for item in acts.result("dataset_followee_list", {"id": "edo"}, "edo")] == ["sawah"]
    assert [item["name"] for item in acts.result("dataset_follower_list", {"id": "sawah"}, "admin")] == ["edo"]
    assert acts.result("unfollow_dataset", {"id": "sawah"}, "edo") is None
    assert acts.result("unfollow_dataset", {"id": "sawah"}, "edo") is None
    assert acts.result("am_following_dataset", {"id": "sawah"}, "edo") is False


def test_follows_are_nobody_elses_business(acts: OfficeWorld) -> None:
    assert acts.error("followee_list", {"id": "edo"}, "ira")[0] == 403
    assert acts.error("dataset_follower_list", {"id": "kebun"}, "ira")[0] == 403
    assert acts.error("user_follower_count", {"id": "ira"}, "uli")[1]["id"]
    assert acts.error("follow_user", {"id": "ira"}, "uli")[0] == 409
    assert acts.error("follow_user", {"id": "ira"}, "ira")[0] == 409
    assert acts.error("follow_dataset", {"id": "tidak-ada"}, "ira")[0] == 404
    assert acts.error("follow_dataset", {"id": "kebun"}, None)[0] == 403
    assert acts.published("dataset_follower_count", {"id": "kebun"}) == (200, 0)
    assert acts.published("am_following_dataset", {"id": "kebun"})[0] == 403


def test_a_dataset_s_acts_are_its_versions_alike_on_both_sides(acts: OfficeWorld) -> None:
    status, listed = acts.published("package_activity_list", {"id": "sawah"})
    assert (status, [item["activity_type"] for item in listed]) == (200, ["changed package", "new package"])
    assert all(set(item) == PACKAGE_ACT for item in listed)
    assert listed[0]["data"]["package"]["notes"] == "Diperbarui"
    assert acts.result("package_activity_list", {"id": "sawah"}, None) == listed
    own = acts.result("package_activity_list", {"id": "sawah"}, "ira")
    assert [(item["id"], item["data"]["actor"]) for item in own] == [(item["id"], "edo") for item in listed]
    assert {item["data"]["actor"] for item in acts.result("package_activity_list", {"id": "sawah"}, "uli")} == {
        "portal"
    }
    only = {"id": "sawah", "activity_types": ["new package"]}
    assert [item["id"] for item in acts.published("package_activity_list", only)[1]] == [listed[1]["id"]]
    without = {"id": "sawah", "exclude_activity_types": ["new package"]}
    assert [item["id"] for item in acts.published("package_activity_list", without)[1]] == [listed[0]["id"]]
    assert [item["id"] for item in acts.published("package_activity_list", {"id": "sawah", "offset": 1})[1]] == [
        listed[1]["id"]
    ]
    assert acts.published("package_activity_list", {"id": "sawah", "before": 1.0})[1] == []
    assert acts.published("package_activity_list", {"id": "tidak-ada"})[0] == 404
    both = {**only, **without}
    assert acts.error("package_activity_list", both, "ira")[1]["activity_types"]


def test_one_act_its_data_and_its_difference(acts: OfficeWorld) -> None:
    changed, new = acts.published("package_activity_list", {"id": "sawah"})[1]
    assert acts.published("activity_show", {"id": changed["id"]})[1] == changed
    assert acts.result("activity_data_show", {"id": changed["id"], "object_type": "package"}, None)["name"] == "sawah"
    asked = {"id": changed["id"], "object_type": "package"}
    assert '+  "notes": "Diperbarui"' in acts.result("activity_diff", asked, "edo")["diff"]
    assert "<table" in acts.result("activity_diff", {**asked, "diff_type": "html"}, "edo")["diff"]
    assert acts.error("activity_diff", asked, None)[0] == 403
    assert acts.error("activity_diff", asked, "uli")[0] == 403
    assert acts.error("activity_diff", {**asked, "diff_type": "x"}, "edo")[0] == 409
    assert acts.error("activity_diff", {**asked, "id": new["id"]}, "edo")[0] == 404
    assert acts.error("activity_show", {"id": "tidak-ada"}, None)[0] == 404


def test_organisations_groups_people_and_dashboards_have_acts(acts: OfficeWorld) -> None:
    listed = acts.result("organization_activity_list", {"id": "org-k"}, "ira")
    assert {"new organization", "new package", "changed package"} <= {item["activity_type"] for item in listed}
    public = acts.published("organization_activity_list", {"id": "org-k"})[1]
    assert {item["activity_type"] for item in public} >= {"new organization", "new package", "changed package"}
    assert {item["data"].get("actor", "portal") for item in public} == {"portal"}
    assert [item["activity_type"] for item in acts.result("group_activity_list", {"id": "kelompok-k"}, "ira")] == [
        "new group"
    ]
    assert "changed package" in {
        item["activity_type"] for item in acts.result("user_activity_list", {"id": "edo"}, "ira")
    }
    assert acts.error("user_activity_list", {"id": "edo"}, "uli")[0] == 404
    assert acts.error("user_activity_list", {"id": "edo"}, None)[0] == 404
    acts.result("follow_dataset", {"id": "kebun"}, "ira")
    mine = acts.result("dashboard_activity_list", {}, "ira")
    assert any(item["is_new"] and item["activity_type"] == "new package" for item in mine)
    assert acts.result("dashboard_new_activities_count", {}, "ira") >= 1
    acts.result("dashboard_mark_activities_old", {}, "ira")
    assert acts.result("dashboard_new_activities_count", {}, "ira") == 0
    recent = acts.published("recently_changed_packages_activity_list", {"limit": 1})[1]
    assert len(recent) == 1


def test_a_view_is_an_act_that_goes_with_its_dataset(acts: OfficeWorld) -> None:
    wanted = {"name": "bergambar", "owner_org": "org-k", "resources": [{"url": "https://x.id/a.png"}]}
    made = acts.result("package_create", wanted, "edo")
    view = {"resource_id": made["resources"][0]["id"], "title": "Peta", "view_type": "image_view"}
    key = acts.result("resource_view_create", view, "edo")["id"]
    acts.result("resource_view_update", {"id": key, "title": "Peta baru"}, "edo")
    acts.result("resource_view_delete", {"id": key}, "edo")
    kinds = ["deleted resource view", "changed resource view", "new resource view", "new package"]
    listed = acts.published("package_activity_list", {"id": "bergambar"})[1]
    assert [item["activity_type"] for item in listed] == kinds
    own = acts.result("package_activity_list", {"id": "bergambar"}, "edo")
    assert [item["activity_type"] for item in own] == kinds
    assert own[1]["data"]["title"] == "Peta baru"
    acts.result("package_delete", {"id": "bergambar"}, "edo")
    with psycopg.connect(acts.databases.superuser("public")) as public:
        left = public.execute("SELECT FROM catalog.notice WHERE value::text LIKE %s", [f"%{made['id']}%"]).fetchall()
    assert left == [], "what is withdrawn leaves no act behind"


def test_how_many_follow_is_public_and_who_does_is_not(acts: OfficeWorld) -> None:
    before = acts.published("group_show", {"id": "kelompok-k"})[1]["num_followers"]
    for kind, target in (("dataset", "kebun"), ("group", "kelompok-k")):
        number = acts.published(f"{kind}_follower_count", {"id": target})[1]
        acts.result(f"follow_{kind}", {"id": target}, "uli")
        assert acts.published(f"{kind}_follower_count", {"id": target}) == (200, number + 1)
    shown = acts.published("group_show", {"id": "kelompok-k"})[1]
    assert shown["num_followers"] == before + 1, "and no memory is stale"
    for kind, target in (("dataset", "kebun"), ("group", "kelompok-k")):
        acts.result(f"unfollow_{kind}", {"id": target}, "uli")
    assert acts.published("group_follower_count", {"id": "kelompok-k"}) == (200, before)


def test_a_withdrawal_is_an_act_to_the_owners_people_alone(acts: OfficeWorld) -> None:
    acts.result("package_create", {"name": "sementara", "owner_org": "org-k", "title": "Rahasia kemudian"}, "edo")
    acts.result("package_delete", {"id": "sementara"}, "edo")
    recent = acts.published("recently_changed_packages_activity_list", {})
    assert "Rahasia kemudian" not in str(recent)
    assert "deleted package" not in str(recent)
    listed = acts.result("package_activity_list", {"id": "sementara"}, "edo")
    assert (listed[0]["activity_type"], listed[0]["data"]["package"]["state"]) == ("deleted package", "deleted")
    assert listed[-1]["activity_type"] == "new package"
    assert {item["data"]["actor"] for item in listed} == {"edo"}
    assert acts.error("package_activity_list", {"id": "sementara"}, "uli")[0] == 404


def test_a_draft_s_acts_are_its_makers_and_colleagues(acts: OfficeWorld) -> None:
    wanted = {"name": "konsep-k", "owner_org": "org-k", "title": "Belum keluar", "private": True}
    acts.result("package_create", wanted, "edo")
    acts.result("package_patch", {"id": "konsep-k", "notes": "Lagi"}, "edo")
    listed = acts.result("package_activity_list", {"id": "konsep-k"}, "edo")
    assert [item["activity_type"] for item in listed] == ["changed package", "new package"]
    assert all(set(item) == PACKAGE_ACT for item in listed)
    assert listed[0]["permission_labels"] == [f"member-{listed[0]['data']['package']['owner_org']}"]
    mine = acts.result("user_activity_list", {"id": "edo"}, "edo")
    assert {item["id"] for item in listed} <= {item["id"] for item in mine}
    assert "Belum keluar" not in str(acts.result("user_activity_list", {"id": "edo"}, "ira"))
    for who in ("uli", None):
        assert acts.error("package_activity_list", {"id": "konsep-k"}, who)[0] == 404


def test_the_record_of_acts_is_not_erased(acts: OfficeWorld) -> None:
    assert acts.error("activity_delete", {"id": str(UUID(int=1))}, "admin")[0] == 403
    assert acts.error("activity_delete_all", {}, "admin")[0] == 403
    assert set(acts.result("activity_delete_counts", {}, "admin")) == {
        "older_than_1_day", "older_than_30_days", "older_than_365_days", "total",
    }  # fmt: skip
    wanted = {"user_id": "ira", "object_id": "org-k", "activity_type": "changed organization", "data": {}}
    made = acts.result("activity_create", wanted, "admin")
    assert acts.result("activity_show", {"id": made["id"]}, "ira")["activity_type"] == "changed organization"
    assert set(acts.error("activity_create", {**wanted, "activity_type": "x"}, "admin")[1]) >= {"activity_type"}
    assert acts.error("activity_create", wanted, "ira")[0] == 403


def test_vocabularies_and_their_tags_are_public_at_once(acts: OfficeWorld) -> None:
    made = acts.result("vocabulary_create", {"name": "musim", "tags": [{"name": "hujan"}, {"name": "kering"}]}, "admin")
    assert acts.published("vocabulary_show", {"id": "musim"}) == (200, made)
    assert acts.published("vocabulary_list")[1] == [made]
    assert acts.published("tag_list", {"vocabulary_id": made["id"]}) == (200, ["hujan", "kering"])
    assert acts.published("tag_show", {"id": "hujan", "vocabulary_id": "musim"})[1]["vocabulary_id"] == made["id"]
    assert acts.published("tag_autocomplete", {"q": "huj", "vocabulary_id": "musim"}) == (200, ["hujan"])
    changed = acts.result(
        "vocabulary_update", {"id": "musim", "tags": [{"name": "hujan"}, {"name": "pancaroba"}]}, "admin"
    )
    assert [tag["id"] for tag in changed["tags"]][:1] == [made["tags"][0]["id"]]
    added = acts.result("tag_create", {"name": "semi", "vocabulary_id": made["id"]}, "admin")
    assert added["packages"] == []
    assert acts.error("tag_create", {"name": "semi", "vocabulary_id": made["id"]}, "admin")[1]["vocabulary_id"]
    assert acts.error("vocabulary_delete", {"id": "musim"}, "admin")[0] == 409
    for tag in ("hujan", "pancaroba", "semi"):
        assert acts.result("tag_delete", {"id": tag, "vocabulary_id": "musim"}, "admin") is None
    assert acts.result("vocabulary_delete", {"id": "musim"}, "admin") is None
    assert acts.published("vocabulary_list")[1] == []


@pytest.mark.parametrize(
    ("data", "status", "fields"),
    [
        ({"name": "x"}, 409, {"name"}),
        ({"name": "x" * 101}, 409, {"name"}),
        ({"name": "ada", "tags": [{"name": "a!"}]}, 409, {"tags"}),
        ({"name": "ada", "tags": [{"name": "a"}]}, 409, {"tags"}),
        ({"name": "ada", "tags": "x"}, 400, {"message", "data"}),
        ({"tags": []}, 409, {"name"}),
    ],
)
def test_vocabularies_that_do_not_hold(acts: OfficeWorld, data: dict[str, Any], status: int, fields: set[str]) -> None:
    answered, error = acts.error("vocabulary_create", data, "admin")
    assert (answered, set(error) - {"__type"}) == (status, fields)
    assert acts.error("vocabulary_create", {"name": "ada"}, "ira")[0] == 403


def test_texts_of_the_portal_change_and_all_else_is_refused(acts: OfficeWorld) -> None:
    assert acts.result("config_option_show", {"key": "ckan.site_title"}, "admin") == "Portal Data"
    assert acts.result("config_option_update", {"ckan.site_title": "Satu Data"}, "admin") == {
        "ckan.site_title": "Satu Data"
    }
    assert acts.result("config_option_show", {"key": "ckan.site_title"}, "admin") == "Satu Data"
    assert acts.published("status_show")[1]["site_title"] == "Satu Data"
    assert acts.result("status_show", {}, None)["site_title"] == "Satu Data"
    for key in ("ckan.site_url", "ckan.site_custom_css", "sqlalchemy.url"):
        assert acts.error("config_option_update", {key: "x"}, "admin")[0] == 409
    assert acts.error("config_option_show", {"key": "sqlalchemy.url"}, "admin")[1]["message"]
    assert acts.error("config_option_list", {}, "ira")[0] == 403
    acts.result("config_option_update", {"ckan.site_title": ""}, "admin")
    assert acts.published("status_show")[1]["site_title"] == "Portal Data"


def test_waiting_jobs_are_listed_without_what_they_hold(acts: OfficeWorld) -> None:
    acts.quick()
    with acts.runtime.sessions["office"].begin() as session:
        defer(session, JobOrder("uji.rahasia", "x", arguments={"kunci": "isi-rahasia"}))
    jobs = acts.result("job_list", {}, "admin")
    assert [set(job) for job in jobs] == [{"id", "title", "created", "queue"}]
    assert "isi-rahasia" not in str(jobs)
    assert acts.result("job_list", {"ids_only": True}, "admin") == [jobs[0]["id"]]
    assert acts.result("job_show", {"id": jobs[0]["id"]}, "admin") == jobs[0]
    assert acts.error("job_show", {"id": "x"}, "admin")[0] == 404
    assert acts.error("job_cancel", {"id": jobs[0]["id"]}, "ira")[0] == 403
    assert acts.result("job_cancel", {"id": jobs[0]["id"]}, "admin") is None
    assert acts.error("job_cancel", {"id": jobs[0]["id"]}, "admin")[0] == 404
    assert acts.result("job_list", {}, "admin") == []
    assert acts.result("job_clear", {"queues": ["tidak-ada"]}, "admin") == []
