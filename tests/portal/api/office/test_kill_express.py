"""The express lane is cut off at every step: nothing half-visible, the sweeper finishes or takes it back, and a repeat
of the order changes nothing. Concurrent writers share one batch of the index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from portal.access.rows import ResourceRow
from portal.ingest.ckan_metadata import Sent
from portal.ingest.packages import Outcome, Packages, Wish
from portal.ingest.people import People
from portal.ingest.tasks import Handlers
from portal.kernel.errors import Conflict
from portal.kernel.identity import Identity, Role, RoleAt
from search.engine import counting
from tests.portal.api.office.world import OfficeWorld
from tests.portal.ingest.house import Stopped, run_of

#: Every checkpoint of a release on the express lane, in order; the public transaction commits before the third.
STEPS = ["api:dipesan", "api:ditulis", "api:diterbitkan", "api:terindeks", "api:ditandai"]
OUT = STEPS.index("api:diterbitkan")


def siti(world: OfficeWorld) -> Identity:
    role = RoleAt(Role.PRODUSEN, world.agency("dinas-kesehatan"))
    return Identity(person_id=world.people["siti"], roles=frozenset({role}), address="192.0.2.7")


def wish(name: str, title: str = "Judul") -> Wish:
    link = ResourceRow(
        id=uuid4(), dataset_id=UUID(int=0), version=0, name="Tautan", kind="tautan", format="csv", filename="", size=0,
        sha256="", state="dimuat", ckan={"url": "https://contoh.id/x.csv"},
    )  # fmt: skip
    sent = Sent(title=title, notes="", license_id="", tags=("air",), groups=(), fields={"title": title, "extras": []})
    return Wish(name=name, sent=sent, resources=(link,))


def create(world: OfficeWorld, name: str, checkpoint: Callable[[str], None] | None = None, **more: Any) -> Outcome:
    """package_create below the API, in a scope that is thrown away as a killed process's would be."""
    scope = world.runtime.scope()
    try:
        packages = scope.service(Packages)
        if checkpoint is not None:
            packages._express.checkpoint = checkpoint
        agency = People(scope.session("office")).agency(world.agency("dinas-kesehatan"))
        assert agency is not None
        outcome = packages.create(siti(world), agency, wish(name, **more))
        scope.commit()
        return outcome
    finally:
        scope.close()


def stop_at(step: str) -> Callable[[str], None]:
    def checkpoint(name: str) -> None:
        if name == step:
            raise Stopped(step)

    return checkpoint


def sweep(world: OfficeWorld) -> None:
    """What the sweeper does when nobody has touched the order for long."""
    world.moved = timedelta(hours=1)
    try:
        Handlers(world.runtime).sweep(run_of({}))
    finally:
        world.moved = timedelta()


def facts(world: OfficeWorld, name: str) -> tuple[Any, Any, Any]:
    """State in the vault, step of the order, and whether readers see the dataset."""
    key = world.scalar("SELECT id FROM vault.dataset WHERE name = %s", name)
    state = world.scalar("SELECT state FROM vault.version WHERE dataset_id = %s", key)
    step = world.scalar("SELECT step FROM ingest.release_order WHERE dataset_id = %s", key)
    seen = world.scalar("SELECT version FROM catalog.dataset WHERE name = %s", name, side="public")
    return state, step, seen


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_release_is_finished_or_taken_back(ckan: OfficeWorld, step: str) -> None:
    name = ckan.name("mati")
    with pytest.raises(Stopped):
        create(ckan, name, stop_at(step))
    out = STEPS.index(step) >= OUT
    assert (facts(ckan, name)[2] == 1) == out
    sweep(ckan)
    assert facts(ckan, name) == (("terbit", "selesai", 1) if out else ("tervalidasi", "batal", None))
    if out:
        found = ckan.published("package_search", {"fq": f"name:{name}"})[1]
        assert found["count"] == 1
        states = ckan.scalar(
            "SELECT count(*) FROM vault.transition t JOIN vault.dataset d ON d.id = t.dataset_id"
            " WHERE d.name = %s AND to_state = 'terbit'", name,
        )  # fmt: skip
        assert states == 1
    else:
        out_now = ckan.result("package_patch", {"id": name, "title": "Lagi", "private": False})
        assert out_now["private"] is False


def test_the_workers_release_repeats_an_order_of_the_lane(ckan: OfficeWorld) -> None:
    name = ckan.name("ulang")
    with pytest.raises(Stopped):
        create(ckan, name, stop_at("api:dipesan"))
    order = ckan.scalar(
        "SELECT o.id FROM ingest.release_order o JOIN vault.dataset d ON d.id = o.dataset_id WHERE d.name = %s", name
    )
    for _ in range(2):
        Handlers(ckan.runtime).release(run_of({"order_id": str(order)}))
        assert facts(ckan, name) == ("terbit", "selesai", 1)


def test_a_name_taken_in_between_is_told_and_nothing_is_out(ckan: OfficeWorld) -> None:
    name = ckan.name("rebut")

    def rob(step: str) -> None:
        if step == "api:dipesan":
            ckan.package("admin", name=name, owner_org="dinas-pendidikan")

    with pytest.raises(Conflict, match="dipakai"):
        create(ckan, name, rob)
    assert ckan.scalar(
        "SELECT o.step FROM ingest.release_order o JOIN vault.dataset d ON d.id = o.dataset_id"
        " WHERE d.name = %s AND d.agency_id = %s", name, ckan.agency("dinas-kesehatan"),
    ) == "batal"  # fmt: skip


def test_writers_at_once_share_a_batch_of_the_index(ckan: OfficeWorld) -> None:
    names = [ckan.name("serempak") for _ in range(6)]
    arrived = threading.Barrier(len(names))

    def together(step: str) -> None:
        if step == "api:diterbitkan":
            arrived.wait(60)

    with counting(ckan.runtime.search) as calls:
        threads = [threading.Thread(target=create, args=(ckan, name, together)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [facts(ckan, name)[:2] for name in names] == [("terbit", "selesai")] * len(names)
    assert calls.count("upsert") < len(names)
