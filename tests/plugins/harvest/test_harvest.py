"""A whole harvest: added, unchanged, updated, withdrawn, errored; nothing half-loaded; gone on after a death."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response

from plugins.harvest import importing, running
from portal.kernel.identity import Role
from tests.plugins.harvest.world import Fields

NONE = {"added": 0, "updated": 0, "not modified": 0, "errored": 0, "deleted": 0}


def test_what_is_harvested_is_published_at_once(fields: Fields) -> None:
    key = fields.remote.put("padi-2025", notes="Luas panen padi")
    source = fields.source()
    job = fields.harvest(source)
    assert job["stats"] == {**NONE, "added": 1}
    assert job["object_error_summary"] == [] == job["gather_error_summary"]
    status, found = fields.office.published("package_show", {"id": key})
    assert status == 200
    assert (found["name"], found["notes"], found["private"]) == ("padi-2025", "Luas panen padi", False)
    assert found["organization"]["name"] == "dinas-kesehatan"
    extras = {row["key"]: row["value"] for row in found["extras"]}
    assert extras["sumber"] == "lapangan"
    assert extras["harvest_source_id"] == source["id"]
    assert extras["harvest_source_title"] == "Katalog Jauh"
    item = fields.office.result("harvest_object_show", {"id": extras["harvest_object_id"]})
    assert (item["guid"], item["package_id"], item["current"], item["state"]) == (key, key, True, "COMPLETE")
    resource = found["resources"][0]
    assert resource["id"] == fields.remote.datasets[key]["resources"][0]["id"]
    assert (resource["url"], resource["url_type"]) == ("http://contoh.go.id/a.csv", None)
    assert fields.office.published("package_search", {"fq": f"id:{key}"})[1]["count"] == 1
    shown = fields.office.result("harvest_source_show", {"id": source["id"]})
    assert shown["status"]["total_datasets"] == 1
    assert shown["status"]["last_job"]["id"] == job["id"]


def test_only_what_changed_is_taken_in_again(fields: Fields) -> None:
    first, second = fields.remote.put("satu"), fields.remote.put("dua")
    source = fields.source()
    fields.harvest(source)
    before = fields.package(second)
    fields.remote.calls.clear()
    assert fields.harvest(source)["stats"] == NONE
    asked = [arguments.get("fq", "") for _action, arguments in fields.remote.calls]
    assert "metadata_modified:[" in asked[0]
    fields.remote.datasets[first] |= {"title": "Satu yang baru", "metadata_modified": "2099-01-01T00:00:00"}
    fields.remote.datasets[second] |= {"metadata_modified": "2099-01-01T00:00:00"}
    assert fields.harvest(source)["stats"] == {**NONE, "updated": 1, "not modified": 1}
    assert fields.package(first)["title"] == "Satu yang baru"
    assert fields.package(second)["metadata_modified"] == before["metadata_modified"]
    assert len(fields.package(first)["resources"]) == 1


def test_a_change_of_options_goes_over_everything(fields: Fields) -> None:
    key = fields.remote.put("pilihan")
    source = fields.source()
    fields.harvest(source)
    fields.office.result(
        "harvest_source_patch", {"id": source["id"], "config": '{"default_tags": [{"name": "panen"}]}'}
    )
    assert fields.harvest(source)["stats"] == {**NONE, "updated": 1}
    assert {row["name"] for row in fields.package(key)["tags"]} == {"padi", "panen"}


def test_what_vanished_is_withdrawn_and_comes_back(fields: Fields) -> None:
    keys = [fields.remote.put(f"lenyap-{number}") for number in range(3)]
    source = fields.source()
    fields.harvest(source)
    gone = fields.remote.datasets.pop(keys[0])
    assert fields.harvest(source)["stats"] == {**NONE, "deleted": 1}
    assert fields.office.published("package_show", {"id": keys[0]})[0] == 404
    assert fields.office.published("package_show", {"id": keys[1]})[0] == 200
    fields.remote.datasets[keys[0]] = {**gone, "metadata_modified": "2099-01-01T00:00:00"}
    assert fields.harvest(source)["stats"] == {**NONE, "updated": 1}
    assert fields.office.published("package_show", {"id": keys[0]})[0] == 200


def test_a_catalogue_that_empties_itself_withdraws_nothing(fields: Fields) -> None:
    keys = [fields.remote.put(f"banyak-{number}") for number in range(6)]
    source = fields.source()
    fields.harvest(source)
    for key in keys[:5]:
        del fields.remote.datasets[key]
    job = fields.harvest(source)
    assert job["stats"] == {**NONE, "errored": 1}
    assert "5 dari 6" in job["gather_error_summary"][0]["message"]
    assert fields.office.published("package_show", {"id": keys[0]})[0] == 200
    fields.office.result("harvest_source_patch", {"id": source["id"], "config": '{"allow_mass_delete": true}'})
    assert fields.harvest(source)["stats"]["deleted"] == 5


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda: Response("<h1>Selamat datang</h1>", 200), "bukan JSON"),
        (lambda: Response('{"success": false, "error": {"message": "rusak"}}', 500), "rusak"),
        (lambda: Response('{"success": true, "result": {"results": [{"nama": 1}]}}', 200), "daftar dataset"),
        (lambda: Response('{"success": true, "result": []}', 200), "daftar dataset"),
    ],
)
def test_an_answer_that_is_no_ckans_changes_nothing(fields: Fields, answer: Any, word: str) -> None:
    key = fields.remote.put("tetap-ada")
    source = fields.source()
    fields.harvest(source)
    fields.remote.broken = answer
    job = fields.harvest(source)
    assert job["stats"] == {**NONE, "errored": 1}
    assert word in job["gather_error_summary"][0]["message"]
    assert fields.office.published("package_show", {"id": key})[0] == 200


def test_one_bad_dataset_stops_no_other(fields: Fields) -> None:
    good = fields.remote.put("baik")
    bad = fields.remote.put("buruk", extras=[{"key": "spatial", "value": "bukan geometri"}], title="Yang Buruk")
    source = fields.source()
    job = fields.harvest(source)
    assert job["stats"] == {**NONE, "added": 1, "errored": 1}
    report = fields.office.result("harvest_job_report", {"id": job["id"]})
    assert report["gather_errors"] == []
    (fault,) = report["object_errors"].values()
    assert fault["guid"] == bad
    assert fault["errors"][0]["type"] == "Import"
    assert "spatial" in fault["errors"][0]["message"]
    assert fields.office.published("package_show", {"id": good})[0] == 200
    assert fields.office.published("package_show", {"id": bad})[0] == 404
    fields.remote.datasets[bad]["extras"] = []
    assert fields.harvest(source)["stats"] == {**NONE, "added": 1, "not modified": 1}


def test_names_and_ids_that_are_taken_give_way(fields: Fields) -> None:
    own = fields.office.package(name="rebutan")
    key = fields.remote.put("rebutan")
    same = fields.remote.put("sama-id", id=own["id"])
    word = fields.remote.put("bukan-uuid", id="kode-17")
    source = fields.source()
    assert fields.harvest(source)["stats"] == {**NONE, "added": 3}
    assert fields.package(key)["name"] == "rebutan1"
    assert fields.package("sama-id")["id"] != same
    assert fields.package("bukan-uuid")["id"] != word
    fields.remote.datasets[key] |= {"title": "Lain", "metadata_modified": "2099-01-01T00:00:00"}
    fields.harvest(source)
    assert (fields.package(key)["name"], fields.package(key)["title"]) == ("rebutan1", "Lain")


def test_groups_and_organisations_as_the_options_say(fields: Fields) -> None:
    fields.office.agency("dinas-pendidikan")
    group = fields.office.result("group_create", {"name": fields.office.name("topik")}, "admin")
    remote = {"organization": {"name": "dinas-pendidikan"}, "groups": [{"name": group["name"]}, {"name": "tiada"}]}
    key = fields.remote.put("lintas", **remote)
    config = '{"remote_groups": "only_local", "remote_orgs": "only_local", "clean_tags": true}'
    source = fields.source("admin", config=config)
    assert fields.harvest(source, "admin")["stats"] == {**NONE, "added": 1}
    found = fields.office.published("package_show", {"id": key})[1]
    assert found["organization"]["name"] == "dinas-pendidikan"
    assert [row["name"] for row in found["groups"]] == [group["name"]]


def test_filters_go_to_the_remote(fields: Fields) -> None:
    config = '{"organizations_filter_include": ["a", "b"], "groups_filter_exclude": ["c"], "q": "padi", "fq": "tags:x"}'
    fields.harvest(fields.source(config=config))
    sent = fields.remote.calls[0][1]
    assert sent["q"] == "padi"
    assert sent["fq"] == "tags:x AND (organization:a OR organization:b) AND -groups:c"


def test_a_source_of_theirs_is_no_dataset(fields: Fields) -> None:
    key = fields.remote.put("sumber-mereka", type="harvest")
    assert fields.harvest(fields.source())["stats"] == {**NONE, "not modified": 1}
    assert fields.office.published("package_show", {"id": key})[0] == 404


def test_pages_are_read_to_the_end(fields: Fields, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.harvest.remote.PAGE", 2)
    monkeypatch.setattr(running, "BATCH", 2)
    for number in range(5):
        fields.remote.put(f"halaman-{number}")
    source = fields.source()
    job = fields.office.result("harvest_job_create", {"source_id": source["id"]})
    assert fields.work() == 3, "two datasets a run, each run at the end of the queue"
    assert fields.office.result("harvest_job_show", {"id": job["id"]})["stats"] == {**NONE, "added": 5}


class Died(BaseException):
    """The worker is killed here."""


@pytest.mark.parametrize("where", ["begin", "create", "end"])
def test_a_worker_that_dies_is_gone_on_from(fields: Fields, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    keys = [fields.remote.put(f"mati-{where}-{number}") for number in range(3)]
    source = fields.source()
    left = [1]

    def dying(real: Any, *, after: bool) -> Any:
        def run(*args: Any, **named: Any) -> Any:
            if after:
                real(*args, **named)
            if left and left.pop():
                raise Died
            return None if after else real(*args, **named)

        return run

    target = {"begin": "_keep", "create": "_here", "end": "_failed"}[where]
    if where == "end":
        store = importing.Store
        monkeypatch.setattr(store, "end", dying(store.end, after=False))
    else:
        monkeypatch.setattr(importing.Importer, target, dying(getattr(importing.Importer, target), after=False))
    job = fields.office.result("harvest_job_create", {"source_id": source["id"]})
    run = fields.office.runtime
    scope = run.scope()
    with pytest.raises(Died):
        running.run(work_of(scope, job["id"]))
    scope.close()
    fields.work()
    done = fields.office.result("harvest_job_show", {"id": job["id"]})
    assert (done["status"], done["stats"]) == ("Finished", {**NONE, "added": 3})
    assert [fields.office.published("package_show", {"id": key})[0] for key in keys] == [200, 200, 200]
    versions = fields.office.scalar("SELECT count(*) FROM vault.dataset WHERE id = ANY (%s::uuid[])", keys)
    assert versions == 3


def work_of(scope: Any, job_id: str) -> Any:
    """One run of a job, outside the queue."""
    from portal.contract.work import Work

    return Work({"job_id": job_id}, scope, lambda _percent, _message: None)


def test_a_job_can_be_stopped(fields: Fields) -> None:
    for number in range(3):
        fields.remote.put(f"henti-{number}")
    source = fields.source()
    job = fields.office.result("harvest_job_create", {"source_id": source["id"]})
    stopped = fields.office.result("harvest_job_abort", {"source_id": source["id"]})
    assert (stopped["id"], stopped["status"]) == (job["id"], "Finished")
    fields.work()
    assert fields.office.result("harvest_job_show", {"id": job["id"]})["stats"]["added"] == 0
    assert fields.harvest(source)["stats"]["added"] == 3, "the next one takes all"


def test_the_clock_starts_what_is_due(fields: Fields) -> None:
    fields.remote.put("terjadwal")
    source = fields.source(frequency="DAILY")
    paused = fields.source(frequency="ALWAYS")
    fields.office.sql.execute("UPDATE harvest.source SET state = 'paused' WHERE id = %s", [paused["id"]])
    run_schedule(fields)
    assert fields.office.result("harvest_job_list", {"source_id": source["id"]}) == []
    due = [source["id"], paused["id"]]
    fields.office.sql.execute(
        "UPDATE harvest.source SET next_run = now() - interval '1 minute' WHERE id = ANY (%s::uuid[])", [due]
    )
    run_schedule(fields)
    run_schedule(fields)
    fields.work()
    (job,) = fields.office.result("harvest_job_list", {"source_id": source["id"]})
    assert (job["status"], job["stats"]["added"]) == ("Finished", 1)
    assert fields.office.result("harvest_job_list", {"source_id": paused["id"]}) == []


def run_schedule(fields: Fields) -> None:
    """The clock's job once."""
    from portal.contract.work import Work
    from portal.operations.plugin_work import unit

    with unit(fields.office.runtime) as services:
        running.schedule(Work({}, services, lambda _percent, _message: None))


def test_a_silent_job_is_given_up(fields: Fields) -> None:
    source = fields.source()
    job = fields.office.result("harvest_job_create", {"source_id": source["id"]})
    fields.office.sql.execute(
        "UPDATE harvest.job SET heartbeat = now() - interval '2 hours' WHERE id = %s", [job["id"]]
    )
    run_schedule(fields)
    assert fields.office.result("harvest_job_show", {"id": job["id"]})["status"] == "Finished"


def test_roles_of_the_person_are_those_of_now(fields: Fields) -> None:
    fields.remote.put("tanpa-peran")
    fields.office.person("surya", "dinas-kesehatan", Role.PRODUSEN)
    source = fields.source("surya")
    fields.office.sql.execute("DELETE FROM accounts.role_at WHERE person_id = %s", [fields.office.people["surya"]])
    job = fields.harvest(source)
    assert job["stats"] == {**NONE, "errored": 1}
    assert "tidak lagi mengelola" in job["gather_error_summary"][0]["message"]


def test_addresses_inside_are_not_asked(fields: Fields) -> None:
    source = fields.source(url="http://10.11.12.13/ckan")
    job = fields.harvest(source)
    assert "di dalam jaringan sendiri" in job["gather_error_summary"][0]["message"]


# in a regency


def test_in_a_regency_it_is_received_and_owes_its_steps(regency: Fields) -> None:
    key = regency.remote.put("draf-panen")
    source = regency.source()
    assert regency.harvest(source)["stats"] == {**NONE, "added": 1}
    assert regency.office.published("package_show", {"id": key})[0] == 404
    found = regency.package(key)
    assert found["private"] is True
    assert "klasifikasi" in found["langkah_terutang"]
    state = regency.office.scalar("SELECT state FROM vault.version WHERE dataset_id = %s", key)
    assert state == "diterima"
    ids = [row["id"] for row in found["resources"]]
    regency.remote.datasets[key] |= {"title": "Lebih baru", "metadata_modified": "2099-01-01T00:00:00"}
    assert regency.harvest(source)["stats"] == {**NONE, "updated": 1}
    assert regency.package(key)["title"] == "Lebih baru"
    assert [row["id"] for row in regency.package(key)["resources"]] == ids


def test_a_regency_that_takes_nothing_from_other_servers(regency: Fields, monkeypatch: pytest.MonkeyPatch) -> None:
    source = regency.source()
    policy = regency.office.runtime.profile.policy
    changed = type(policy)(
        **{**{name: getattr(policy, name) for name in policy.__dataclass_fields__}, "izinkan_harvest_opd": False}
    )
    monkeypatch.setattr("portal.api.office.in_house.InOffice.allows", lambda _self, name: getattr(changed, name))
    status, error = regency.office.error("harvest_source_create", regency.wanted())
    assert (status, error["__type"]) == (403, "Authorization Error")
    assert regency.office.call("harvest_job_create", {"source_id": source["id"]})[0] == 403
