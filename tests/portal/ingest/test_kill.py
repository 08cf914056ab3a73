"""The worker is gone at every step of loading, release, restoring and withdrawal: nothing half-visible, and a restart
finishes; what nobody restarts the sweeper finishes or removes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from config.settings import WorkerSettings
from portal.app import service_runtime
from portal.ingest import wiring
from portal.ingest.service import Ingest
from portal.ingest.tasks import Handlers
from portal.kernel.storage import content_key
from tests.apps import dispose
from tests.portal.ingest.house import CSV, House, Stopped, layer_metadata, run_of

LOADING = ["stage:dibaca", "stage:disiapkan", "stage:disalin", "stage:ditelusuri", "stage:ditulis"]
RELEASING = [
    "rilis:berkas", "rilis:disalin", "rilis:baris", "rilis:ditulis", "rilis:diterbitkan", "rilis:dibalik",
    "rilis:terindeks", "rilis:ditandai",
]  # fmt: skip
WITHDRAWING = [
    "tarik:dicatat", "tarik:diterbitkan", "tarik:dibalik", "tarik:dibersihkan", "tarik:terindeks", "tarik:ditandai",
]  # fmt: skip
RESTORING = ["kembali:diterbitkan", "kembali:dibalik", "kembali:terindeks", "kembali:ditandai"]


def stop_at(step: str) -> Callable[[str], None]:
    def checkpoint(name: str) -> None:
        if name == step:
            raise Stopped(step)

    return checkpoint


def killed(house: House, handler: str, arguments: dict[str, Any], step: str) -> None:
    with pytest.raises(Stopped):
        getattr(house.handlers(stop_at(step)), handler)(run_of(arguments))


def visible(house: House, dataset_id: UUID) -> bool:
    """Whether readers see the dataset; what they see must then be whole."""
    row = house.public.execute("SELECT version FROM catalog.dataset WHERE id = %s", (dataset_id,)).fetchone()
    if row is None:
        return False
    files = house.public.execute(
        "SELECT sha256, size FROM catalog.file WHERE dataset_id = %s AND version = %s", (dataset_id, row[0])
    ).fetchall()
    assert files
    assert all(house.runtime.public_files.size(content_key(sha)) == size for sha, size in files)
    for table, count in house.public.execute(
        "SELECT table_name, row_count FROM catalog.resource WHERE dataset_id = %s AND version = %s",
        (dataset_id, row[0]),
    ).fetchall():
        assert house.count("public", f"SELECT count(*) FROM rows.{table}") == count
    return True


def searchable(house: House, dataset_id: UUID) -> bool:
    found = house.public.execute("SELECT 1 FROM search.document WHERE id = %s", (dataset_id,)).fetchone()
    return found is not None


def test_an_inspection_killed_anywhere_is_made_again(house: House) -> None:
    dataset_id = house.draft()
    house.upload(dataset_id)
    (job,) = house.pending("ingest.inspect")
    for step in ("inspect:dibaca", "inspect:diperiksa", "inspect:ditulis"):
        killed(house, "inspect", job, step)
        assert house.view("siti", dataset_id).resources[0].row.state == "diterima"
    house.handlers().inspect(run_of(job))
    assert house.view("siti", dataset_id).resources[0].row.state == "menunggu_pilihan"


@pytest.mark.parametrize("name", ["puskesmas.csv", "kecamatan.geojson"])
def test_a_load_killed_anywhere_leaves_nothing_and_is_made_again(house: House, name: str) -> None:
    layer = name.endswith("geojson")
    data = Path("config/boundaries/33.29_kecamatan.geojson").read_bytes() if layer else CSV
    dataset_id = house.draft(**(layer_metadata().model_dump() if layer else {}))
    resource_id = house.upload(dataset_id, data, name).resource_id
    house.quick()
    house.confirm(dataset_id, resource_id)
    (job,) = house.pending("ingest.stage")
    for step in LOADING:
        killed(house, "stage", job, step)
        resource = house.view("siti", dataset_id).resources[0].row
        assert (resource.state, resource.table_name) == ("diperiksa_berkas", None)
        assert house.count("office", "SELECT count(*) FROM vault.bulk WHERE dataset_id = %s", dataset_id) == 0
    house.handlers().stage(run_of(job))
    resource = house.view("siti", dataset_id).resources[0].row
    assert (resource.state, resource.row_count) == ("dimuat", 17 if layer else 3)
    house.handlers().stage(run_of(job))
    assert house.count("office", "SELECT count(*) FROM vault.bulk WHERE NOT sealed") == 0


@pytest.mark.parametrize("kind", ["tabel", "layer"])
def test_release_restore_and_withdrawal_killed_at_every_step(house: House, kind: str) -> None:
    if kind == "layer":
        data = Path("config/boundaries/33.29_kecamatan.geojson").read_bytes()
        dataset_id, _resource = house.loaded(data, "kecamatan.geojson", **layer_metadata().model_dump())
    else:
        dataset_id, _resource = house.loaded(CSV.replace(b"Salem", kind.encode()))
    house.checked(dataset_id)
    before = house.public_files(), house.public_tables()
    house.release(dataset_id)
    (job,) = house.pending("ingest.release")
    out = RELEASING.index("rilis:diterbitkan")
    for position, step in enumerate(RELEASING):
        killed(house, "release", job, step)
        assert visible(house, dataset_id) == (position >= out), step
        assert not searchable(house, dataset_id) or position >= out, step
        assert house.state(dataset_id) == ("terbit" if step == "rilis:ditandai" else "tervalidasi"), step
    house.handlers().release(run_of(job))
    assert searchable(house, dataset_id)
    assert house.state(dataset_id) == "terbit"
    assert house.count("office", "SELECT count(*) FROM ingest.release_item") == 0
    if kind == "tabel":
        second_version_and_back(house, dataset_id)
    with house.act() as ingest:
        ingest.deciding.withdraw(house.people["wati"], dataset_id, "Uji penarikan")
    (job,) = house.pending("ingest.withdraw")
    for position, step in enumerate(WITHDRAWING):
        killed(house, "release", job, step)
        assert visible(house, dataset_id) == (position < WITHDRAWING.index("tarik:diterbitkan")), step
    house.handlers().release(run_of(job))
    assert not searchable(house, dataset_id)
    assert house.state(dataset_id) == "ditarik"
    assert (house.public_files(), house.public_tables()) == before


def second_version_and_back(house: House, dataset_id: UUID) -> None:
    with house.act() as ingest:
        ingest.drafts.new_version(house.people["siti"], dataset_id)
    house.checked(dataset_id, classify=False)
    house.release(dataset_id)
    house.quick()
    with house.act() as ingest:
        ingest.deciding.restore(house.people["wati"], dataset_id, 1)
    (job,) = house.pending("ingest.release")
    for step in RESTORING:
        killed(house, "release", job, step)
        assert visible(house, dataset_id)
    house.handlers().release(run_of(job))
    assert house.view("siti", dataset_id).line.live_version == 1


@pytest.mark.parametrize("step", ["rilis:baris", "rilis:ditulis", "rilis:diterbitkan"])
def test_the_sweeper_settles_what_nobody_restarts(house: House, step: str) -> None:
    dataset_id, _resource = house.loaded(CSV.replace(b"Salem", step.encode()))
    house.checked(dataset_id)
    before = house.public_files(), house.public_tables()
    house.release(dataset_id)
    (job,) = house.pending("ingest.release")
    house.office.execute("DELETE FROM operations.progress WHERE subject = %s", (str(dataset_id),))
    killed(house, "release", job, step)
    house.handlers().sweep(run_of({}))
    assert house.count("office", "SELECT count(*) FROM ingest.release_order WHERE finished IS NULL") == 1
    house.moved = timedelta(hours=1)
    try:
        house.handlers().sweep(run_of({}))
    finally:
        house.moved = timedelta()
    assert house.count("office", "SELECT count(*) FROM ingest.release_order WHERE finished IS NULL") == 0
    if step == "rilis:diterbitkan":
        assert visible(house, dataset_id)
        assert house.state(dataset_id) == "terbit"
        return
    assert not visible(house, dataset_id)
    assert (house.public_files(), house.public_tables()) == before
    assert house.state(dataset_id) == "tervalidasi"
    house.release(dataset_id)
    house.quick()
    assert visible(house, dataset_id)


def _die(settings: WorkerSettings, handler: str, arguments: dict[str, Any], step: str) -> None:
    """In a process of its own: a worker that is killed from outside at `step`."""
    runtime = service_runtime(settings)
    if Ingest not in runtime.factories:
        wiring.offer(runtime)

    def checkpoint(name: str) -> None:
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    getattr(Handlers(runtime, checkpoint), handler)(run_of(arguments))
    dispose(runtime)


def test_a_worker_process_that_is_killed_holds_nothing_back(house: House) -> None:
    dataset_id = house.draft()
    resource_id = house.upload(dataset_id).resource_id
    house.quick()
    house.confirm(dataset_id, resource_id)
    (job,) = house.pending("ingest.stage")
    assert isinstance(house.runtime.settings, WorkerSettings)
    child = multiprocessing.get_context("spawn").Process(
        target=_die, args=(house.runtime.settings, "stage", job, "stage:disalin")
    )
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    assert house.view("siti", dataset_id).resources[0].row.table_name is None
    house.handlers().stage(run_of(job))
    assert house.view("siti", dataset_id).resources[0].row.state == "dimuat"
