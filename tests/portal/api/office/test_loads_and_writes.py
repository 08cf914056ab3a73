"""Metadata written while a job loads a file: neither undoes the other, and nobody waits for the load."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from portal.ingest.packages import Packages
from portal.ingest.receiving import STAGE
from portal.ingest.tasks import Handlers
from tests.portal.api.office.world import OfficeWorld
from tests.portal.ingest.house import run_of

CSV = b"kode;jumlah\n33.29.01;12\n33.29.02;7\n"
WAIT = 60.0


def upload(ckan: OfficeWorld, package: str, name: str = "jumlah.csv", data: bytes = CSV) -> Any:
    form = {"package_id": package, "upload": (io.BytesIO(data), name)}
    return ckan.result("resource_create", form=form)


def stage(ckan: OfficeWorld, checkpoint: Callable[[str], None] | None = None) -> None:
    """The first waiting load, as the worker runs it."""
    row = ckan.sql.execute(
        "DELETE FROM jobs.procrastinate_jobs WHERE id = (SELECT min(id) FROM jobs.procrastinate_jobs"
        " WHERE status = 'todo' AND task_name = %s) RETURNING args",
        (STAGE,),
    ).fetchone()
    assert row is not None
    Handlers(ckan.runtime, checkpoint).stage(run_of(row[0]))


def loaded(ckan: OfficeWorld, resource: str) -> tuple[str, bool]:
    """State of a resource in the vault, and whether it has its rows."""
    row = ckan.sql.execute(
        "SELECT state, table_name IS NOT NULL AND row_count = 2 FROM vault.resource WHERE id = %s"
        " ORDER BY version DESC LIMIT 1",
        (resource,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@pytest.mark.parametrize("step", ["stage:dibaca", "stage:disiapkan", "stage:ditelusuri"])
def test_a_change_in_the_midst_of_a_load_is_kept_and_keeps_the_load(ckan: OfficeWorld, step: str) -> None:
    """The job stands still in its own thread, with its transaction open, while a client writes."""
    package = ckan.package()["id"]
    made = upload(ckan, package)["id"]
    there, go = Event(), Event()

    def checkpoint(now: str) -> None:
        if now == step:
            there.set()
            assert go.wait(WAIT)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(stage, ckan, checkpoint)
        try:
            assert there.wait(WAIT)
            ckan.result("package_patch", {"id": package, "title": "Sambil dimuat"})
            ckan.result("resource_patch", {"id": made, "description": "Kata orang"})
        finally:
            go.set()
        job.result(WAIT)
    assert loaded(ckan, made) == ("dimuat", True)
    ckan.quick()
    out = ckan.published("package_show", {"id": package})[1]
    assert (out["title"], out["resources"][0]["description"]) == ("Sambil dimuat", "Kata orang")
    assert ckan.published("datastore_search", {"resource_id": made})[1]["total"] == 2


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Once, after the next write has read what stands and before it writes, something happens."""
    kept, done = Packages.update, list[int]()

    def update(self: Packages, *args: Any, **more: Any) -> Any:
        if not done:
            done.append(1)
            with ThreadPoolExecutor(1) as pool:  # a request of its own
                pool.submit(act).result(WAIT)
        return kept(self, *args, **more)

    monkeypatch.setattr(Packages, "update", update)


@pytest.mark.parametrize("files", [1, 2])
def test_a_load_that_ends_between_reading_and_writing_stays(
    ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    """With two files the first load changes nothing of the dataset, only its own row."""
    package = ckan.package()["id"]
    made = [upload(ckan, package, f"{number}.csv", CSV)["id"] for number in range(files)]
    between(monkeypatch, lambda: stage(ckan))
    ckan.result("package_patch", {"id": package, "title": "Sesudah dibaca"})
    assert loaded(ckan, made[0]) == ("dimuat", True)
    ckan.quick()
    out = ckan.published("package_show", {"id": package})[1]
    assert (out["title"], out["num_resources"]) == ("Sesudah dibaca", files)
    for key in made:
        assert ckan.published("datastore_search", {"resource_id": key})[1]["total"] == 2


def test_a_release_that_ends_between_reading_and_writing_stays(
    ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ckan.package()["id"]
    made = upload(ckan, package)["id"]
    between(monkeypatch, ckan.quick)
    shown = ckan.result("package_patch", {"id": package, "title": "Sesudah terbit"})
    assert (shown["title"], shown["private"], shown["num_resources"]) == ("Sesudah terbit", False, 1)
    assert ckan.published("datastore_search", {"resource_id": made})[1]["total"] == 2


def test_a_file_that_comes_between_reading_and_writing_is_not_lost(
    ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ckan.package()["id"]
    made = [upload(ckan, package, "satu.csv")["id"]]
    between(monkeypatch, lambda: made.append(upload(ckan, package, "dua.csv")["id"]))
    shown = ckan.result("package_patch", {"id": package, "title": "Dua berkas"})
    assert [row["id"] for row in shown["resources"]] == made
    ckan.quick()
    out = ckan.published("package_show", {"id": package})[1]
    assert (out["title"], [row["id"] for row in out["resources"]]) == ("Dua berkas", made)


def test_a_resource_that_is_taken_away_while_it_is_loaded_is_gone(ckan: OfficeWorld) -> None:
    package = ckan.package()["id"]
    made = upload(ckan, package)["id"]

    def checkpoint(now: str) -> None:
        if now == "stage:disiapkan":
            ckan.result("resource_delete", {"id": made})

    stage(ckan, checkpoint)
    assert ckan.scalar("SELECT count(*) FROM vault.resource WHERE id = %s", made) == 0
    assert ckan.scalar("SELECT count(*) FROM vault.bulk WHERE dataset_id = %s", package) == 0
    ckan.quick()
    assert ckan.published("package_show", {"id": package})[1]["num_resources"] == 0


def test_nobody_waits_for_a_load(ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    package = ckan.package()["id"]
    upload(ckan, package)

    def waits(_self: Packages, _current: object) -> object:
        raise AssertionError("a version that may be edited is not waited for")

    monkeypatch.setattr(Packages, "_settled", waits)
    for number in range(3):
        assert ckan.result("package_patch", {"id": package, "title": f"T{number}"})["title"] == f"T{number}"
    ckan.quick()
    assert ckan.published("package_show", {"id": package})[1]["title"] == "T2"


def test_rows_of_a_draft_s_table_stay_counted_through_a_change(
    ckan: OfficeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ckan.package(private=True)["id"]
    made = ckan.result(
        "datastore_create",
        {"resource": {"package_id": package}, "fields": [{"id": "a", "type": "int"}], "records": [{"a": 1}]},
    )["resource_id"]
    more = {"resource_id": made, "records": [{"a": 2}], "method": "insert"}
    between(monkeypatch, lambda: ckan.result("datastore_upsert", more))
    ckan.result("package_patch", {"id": package, "title": "Baru"})
    assert loaded(ckan, made) == ("dimuat", True)
    assert ckan.result("datastore_search", {"resource_id": made})["total"] == 2
