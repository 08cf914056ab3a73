"""CKAN's harvest actions: shapes and refusals as measured on the reference, rights, and bad input."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.harvest.actions import ACTIONS
from plugins.harvest.mapping import extras_of, fingerprint, munged, other_name, resources_of, tags_of
from plugins.harvest.schemas import BadConfig, Config, normal, parse_source
from portal.kernel.errors import Invalid
from tests.plugins.harvest.world import Fields

SOURCE_KEYS = {
    "creator_user_id", "id", "metadata_created", "metadata_modified", "name", "notes", "organization", "owner_org",
    "private", "source_type", "state", "title", "type", "url", "resources", "tags", "groups",
    "relationships_as_subject", "relationships_as_object",
}  # fmt: skip
LISTED_KEYS = {
    "id", "url", "title", "description", "config", "created", "type", "active", "user_id", "publisher_id", "frequency",
    "next_run", "publisher_title", "status",
}  # fmt: skip
JOB_KEYS = {"id", "created", "gather_started", "gather_finished", "finished", "source_id", "status", "stats"}
STATS = {"added": 0, "updated": 0, "not modified": 0, "errored": 0, "deleted": 0}


def test_shapes_are_ckanext_harvests(fields: Fields) -> None:
    source = fields.source(
        frequency="weekly", config='{"default_tags": [{"name": "panen"}]}', url=fields.remote.url + "/bentuk"
    )
    assert set(source) == SOURCE_KEYS | {"frequency", "config", "default_tags"}
    assert (source["type"], source["frequency"], source["default_tags"]) == ("harvest", "WEEKLY", [{"name": "panen"}])
    assert source["organization"]["name"] == "dinas-kesehatan"
    shown = fields.office.result("harvest_source_show", {"id": source["name"]})
    assert shown == {**source, "active": True, "status": {"job_count": 0, "last_job": None, "total_datasets": 0}}
    assert fields.office.result("harvest_source_show", {"url": source["url"]})["id"] == source["id"]
    listed = fields.office.result("harvest_source_list")[0]
    assert set(listed) == LISTED_KEYS
    empty = {"job_count": 0, "next_harvest": "", "last_harvest_request": "", "msg": "No jobs yet"}
    assert listed["status"] == empty
    assert " " in listed["created"]
    job = fields.office.result("harvest_job_create", {"source_id": source["id"], "run": False})
    assert set(job) == JOB_KEYS
    assert (job["status"], job["stats"]) == ("New", STATS)
    assert fields.office.result("harvest_job_list", {"source_id": source["id"]}) == [job]
    whole = {**job, "object_error_summary": [], "gather_error_summary": []}
    assert fields.office.result("harvest_job_show", {"id": job["id"]}) == whole
    listed = fields.office.result("harvest_source_list", {"return_last_job_status": True})[0]
    assert (listed["status"]["next_harvest"], listed["last_job_status"]) == ("Scheduled", whole)
    assert fields.office.result("harvest_job_report", {"id": job["id"]}) == {"gather_errors": [], "object_errors": {}}
    status = fields.office.result("harvest_source_show_status", {"id": source["id"]})
    assert status == {"job_count": 1, "last_job": whole, "total_datasets": 0}
    sent = fields.office.result("harvest_send_job_to_gather_queue", {"id": job["id"]})
    assert sent["status"] == "Running"
    assert fields.office.result("harvest_job_abort", {"id": job["id"]})["status"] == "Finished"


def test_changes_and_the_end_of_a_source(fields: Fields) -> None:
    source = fields.source()
    assert fields.office.result("harvest_source_patch", {"id": source["id"], "title": "Baru"})["title"] == "Baru"
    whole = {"id": source["id"], "name": source["name"], "url": source["url"] + "/lain", "source_type": "ckan"}
    changed = fields.office.result("harvest_source_update", whole)
    assert "config" not in changed
    assert changed["title"] == source["name"]
    assert fields.office.result("harvest_source_delete", {"id": source["id"]}) is None
    assert fields.office.result("harvest_source_show", {"id": source["id"]})["active"] is False
    assert fields.office.error("harvest_job_create", {"source_id": source["id"]})[0] == 409
    assert source["id"] not in [row["id"] for row in fields.office.result("harvest_source_list", {"only_active": True})]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"name": None, "url": None, "source_type": None}, {"name", "url", "source_type"}),
        ({"name": "Huruf Besar"}, {"name"}),
        ({"url": "bukan alamat"}, {"url"}),
        ({"url": 5}, {"url"}),
        ({"source_type": "csw"}, {"source_type"}),
        ({"frequency": "KADANG"}, {"frequency"}),
        ({"owner_org": "tiada"}, {"owner_org"}),
        ({"config": "{"}, {"config"}),
        ({"config": {"a": 1}}, {"config"}),
        ({"config": '{"default_groups": ["tiada"]}'}, {"config"}),
        ({"config": '{"user": "tiada"}'}, {"config"}),
        ({"config": '{"user": "joko@contoh.id"}'}, {"config"}),
        ({"title": "a\x00b"}, {"title"}),
    ],
)
def test_every_fault_stands_at_its_field(fields: Fields, changes: dict[str, Any], names: set[str]) -> None:
    status, error = fields.office.error("harvest_source_create", fields.wanted(**changes))
    assert status == 409
    assert set(error) == names | {"__type"}
    assert all(isinstance(error[name], list) for name in names)


def test_names_and_addresses_are_anothers_once(fields: Fields) -> None:
    source = fields.source()
    wanted = fields.wanted(name=source["name"])
    assert set(fields.office.error("harvest_source_create", wanted)[1]) == {"name", "__type"}
    same = fields.wanted(config=source["config"], url=source["url"] + "/")
    assert set(fields.office.error("harvest_source_create", same)[1]) == {"url", "__type"}


def test_rights_are_those_of_who_may_make_the_agencys_datasets(fields: Fields) -> None:
    wanted = fields.wanted()
    for who in (None, "tamu", "joko", "kepala", "sari"):
        assert fields.office.call("harvest_source_create", wanted, who)[0] == 403
        assert fields.office.call("harvest_source_create", {}, who)[0] == 403 or who == "joko"
    source = fields.source("admin")
    job = fields.office.result("harvest_job_create", {"source_id": source["id"], "run": False}, "siti")
    for who in (None, "tamu", "joko"):
        assert fields.office.call("harvest_source_show", {"id": source["id"]}, who)[0] == 404
        assert fields.office.call("harvest_source_list", {}, who)[1]["result"] == []
        assert fields.office.call("harvest_job_show", {"id": job["id"]}, who)[0] in {403, 404}
        assert fields.office.call("harvest_job_list", {"source_id": source["id"]}, who)[0] in {403, 404}
        assert fields.office.call("harvest_job_create", {"source_id": source["id"]}, who)[0] in {403, 404}
        assert fields.office.call("harvest_source_delete", {"id": source["id"]}, who)[0] == 404
    assert fields.office.call("harvest_jobs_run", {}, "siti")[0] == 403
    assert fields.office.result("harvest_jobs_run", {}, "admin") == []
    assert fields.office.published("harvest_source_list") == (200, [])
    assert fields.office.published("harvest_source_show", {"id": source["id"]})[0] == 403
    assert [row["name"] for row in fields.office.published("harvesters_info_show")[1]] == ["ckan"]


def test_a_second_job_waits_for_the_first(fields: Fields) -> None:
    source = fields.source()
    fields.office.result("harvest_job_create", {"source_id": source["id"]})
    assert fields.office.error("harvest_job_create", {"source_id": source["id"]})[0] == 409
    fields.work()


@pytest.mark.parametrize("action", sorted(item.name for item in ACTIONS))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(
        st.sampled_from(
            ["id", "source_id", "url", "name", "config", "run", "status", "life_span", "dataset_id", "owner_org"]
        ),
        st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(st.integers(), max_size=2),
    )
)
def test_whatever_is_sent_no_fault_is_ours(fields: Fields, action: str, data: dict[str, Any]) -> None:
    for who in ("admin", None):
        assert fields.office.call(action, data, who)[0] < 500


# parsers


@given(st.text(max_size=60) | st.recursive(st.none() | st.booleans() | st.text(max_size=5), st.lists).map(repr))
def test_any_options_are_read_or_refused(text: str) -> None:
    with suppress(BadConfig):
        assert isinstance(Config.parse(text), Config)


@given(
    st.dictionaries(
        st.sampled_from(["name", "url", "title", "config", "frequency", "owner_org"]), st.text() | st.integers()
    )
)
def test_any_source_is_read_or_refused_by_field(sent: dict[str, Any]) -> None:
    with suppress(Invalid):
        assert parse_source(sent).name


@given(st.text())
def test_an_address_has_one_spelling(url: str) -> None:
    assert normal(normal(url)) == normal(url)


def test_spellings_of_one_address() -> None:
    assert len({normal(url) for url in ("http://Data.go.id", "http://data.go.id:80/", "http://data.go.id/?a=1")}) == 1


VALUES = st.recursive(
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["tags", "extras", "resources", "groups", "title"]), VALUES))
def test_whatever_a_remote_says_is_mapped(remote: dict[str, Any]) -> None:
    from uuid import uuid4

    from plugins.harvest.mapping import Origin, Place, dataset_of

    origin = Origin(source_id=uuid4(), source_title="S", source_url="http://x", job_id=uuid4(), object_id=uuid4())
    config = Config(clean_tags=True, default_extras={"a": "{dataset_id} {lain}", "b": 1})
    made = dataset_of(remote, config, origin, Place(owner_org="o"))
    assert len(fingerprint(made)) == 64
    assert {"a", "b", "harvest_object_id"} <= {row["key"] for row in made["extras"]}


def test_options_on_tags_extras_and_resources() -> None:
    from uuid import uuid4

    from plugins.harvest.mapping import Origin

    origin = Origin(source_id=uuid4(), source_title="S", source_url="http://x/", job_id=uuid4(), object_id=uuid4())
    remote = {
        "tags": [{"name": "Padi Sawah"}, "jagung", {"x": 1}],
        "extras": [{"key": "a", "value": "lama"}, {"key": "n", "value": 3}],
    }
    assert tags_of(remote, Config(default_tags=("jagung", "x"))) == ["Padi Sawah", "jagung", "x"]
    assert tags_of(remote, Config(clean_tags=True)) == ["padi-sawah", "jagung"]
    kept = {row["key"]: row["value"] for row in extras_of(remote, Config(default_extras={"a": "baru"}), origin)}
    assert (kept["a"], kept["n"]) == ("lama", "3")
    over = Config(default_extras={"a": "{harvest_source_url}"}, override_extras=True)
    assert {row["key"]: row["value"] for row in extras_of(remote, over, origin)}["a"] == "http://x"
    rows = [{"id": "1", "url": "u", "url_type": "upload", "datastore_active": True, "size": None}]
    assert resources_of({"resources": rows}) == [{"id": "1", "url": "u"}]
    assert munged("A!") == ""
    assert other_name("x" * 100, 12) == "x" * 98 + "12"
