"""A small portal filled as officers would, served on loopback: what every browser test looks at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from config.settings import WorkerSettings
from portal.app import create_office_app, create_public_app, office_runtime, public_runtime, service_runtime
from portal.cli.demo.model import DemoDataset, DemoPlan
from portal.cli.demo.plan import plan
from portal.cli.demo.seed import Seeder
from portal.ingest.service import Ingest
from portal.kernel.identity import Identity, Role
from portal.operations.worker import WorkerPlan, run_pending_once
from portal.web.request import Runtime
from tests.apps import HASH, dispose, office_settings, public_settings
from tests.support import Databases

#: A layer of areas, of points and of lines; tables with years, with regions, with few rows; one table to withdraw.
DATASETS = (
    "batas-kecamatan",
    "sebaran-puskesmas",
    "jaringan-jalan-kabupaten",
    "produksi-padi",
    "balita-stunting",
    "indeks-pembangunan-manusia",
    "hotel-dan-rumah-makan",
)
SEVERAL = "puskesmas-dan-tenaga-kesehatan"
REVISED = "balita-stunting"
WITHDRAWN = "hotel-dan-rumah-makan"


@dataclass
class World:
    """Both sides on loopback, the worker's runtime behind them, and the people of the demo."""

    public: str
    office: str
    runtime: Runtime
    seeder: Seeder
    databases: Databases

    def work(self) -> None:
        """Run every job that is due through the real queue."""
        run_pending_once(worker_plan(self.runtime))

    def address(self, role: Role, agency: str | None = None) -> str:
        """The e-mail of a person with this role; the password is `tests.apps.PASSWORD`."""
        return self.seeder.plan.person_with(role, agency).email

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the public database, read through the walls."""
        with psycopg.connect(self.databases.superuser("public")) as connection:
            return connection.execute(query, values).fetchall()

    def resource(self, dataset: str, kind: str = "") -> str:
        """Id of the first published resource (of a kind) of a dataset."""
        rows = self.rows(
            "SELECT r->>'id' FROM catalog.dataset d, jsonb_array_elements(d.page->'resources') r"
            " WHERE d.name = %s AND %s IN ('', r->>'kind') ORDER BY (r->>'position')::int",
            dataset,
            kind,
        )
        return str(rows[0][0])


def worker_plan(runtime: Runtime) -> WorkerPlan:
    """The queue of a runtime, with the jobs of every room."""
    from portal.ingest.tasks import tasks

    settings = runtime.settings
    assert isinstance(settings, WorkerSettings)
    return WorkerPlan(settings.office_database_url, tasks(runtime))


def small_plan() -> DemoPlan:
    """The demo of Brebes, cut down to a handful of datasets, one of them with a layer and a table."""
    whole = plan("brebes")
    chosen = [whole.dataset(name) for name in DATASETS]
    people = tuple(replace(person, sign_in=False) for person in whole.people)
    return replace(whole, datasets=(*chosen, _several(whole)), people=people)


def _several(whole: DemoPlan) -> DemoDataset:
    layer, table = whole.dataset("sebaran-puskesmas"), whole.dataset("tenaga-kesehatan")
    metadata = table.metadata.model_copy(update={"judul": "Puskesmas dan tenaga kesehatan"})
    return replace(table, name=SEVERAL, metadata=metadata, parts=(*layer.parts, *table.parts))


def served(app: Flask, server: BaseWSGIServer, stack: ExitStack) -> None:
    """Serve until the stack closes."""
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)


def listening(host: str, stack: ExitStack) -> tuple[BaseWSGIServer, str]:
    """A server on a free port, and its address; the application comes later, since it must know the address."""
    server = make_server(host, 0, Flask("waiting"), threaded=True)
    stack.callback(server.server_close)
    return server, f"http://{host}:{server.server_port}"


@contextmanager
def made_world(databases: Databases, root: Path) -> Iterator[World]:
    """Fill, serve, and take everything down again."""
    with ExitStack() as stack:
        public_server, public = listening("127.0.0.1", stack)
        office_server, office = listening("localhost", stack)
        where = {"site_url": public, "office_url": office, "development": False}
        settings = office_settings(databases, root, **where)
        runtime = service_runtime(settings)
        stack.callback(dispose, runtime)
        seeder = Seeder(runtime, small_plan())
        seeder.run()
        world = World(public, office, runtime, seeder, databases)
        _second_version(world)
        _withdraw(world)
        _passwords(databases)
        outside = public_settings(databases, root, **_public(where))
        public_side, office_side = public_runtime(outside), office_runtime(settings)
        stack.callback(dispose, public_side)
        stack.callback(dispose, office_side)
        served(create_public_app(outside, public_side), public_server, stack)
        served(create_office_app(settings, office_side), office_server, stack)
        yield world


def _public(where: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in where.items() if key != "office_url"}


def _passwords(databases: Databases) -> None:
    """Everybody may sign in with the password of the tests: hashing it for each of them would take seconds."""
    with psycopg.connect(databases.superuser("office")) as connection:
        connection.execute("UPDATE accounts.person SET password_hash = %s WHERE NOT service", (HASH,))


def _second_version(world: World) -> None:
    """A second version, so that the first one is an old one."""
    item = world.seeder.plan.dataset(REVISED)
    author, dataset_id = person(world, Role.PRODUSEN, item.agency), world.seeder._ids[REVISED]
    scope = world.runtime.scope()
    scope.service(Ingest).drafts.new_version(author, dataset_id, "Angka tahun terakhir disempurnakan.")
    scope.commit()
    scope.close()
    while world.seeder._advance(item):
        world.work()


def _withdraw(world: World) -> None:
    """One dataset is taken back: its address answers 410 with the reason."""
    dataset_id: UUID = world.seeder._ids[WITHDRAWN]
    scope = world.runtime.scope()
    walidata = person(world, Role.WALIDATA)
    scope.service(Ingest).deciding.withdraw(walidata, dataset_id, "Angka salah satuan; sedang diperbaiki.")
    scope.commit()
    scope.close()
    world.work()


def person(world: World, role: Role, agency: str | None = None) -> Identity:
    """The identity of the demo's person with this role."""
    return world.seeder._people[world.seeder.plan.person_with(role, agency).username]
