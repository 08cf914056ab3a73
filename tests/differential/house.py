"""Our side for the comparison: an office and a public process with profile `ckan`, served on this machine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from flask import Flask

from tests.apps import dispose, make_public
from tests.differential.sides import Side
from tests.portal.api.office.world import SITE, OfficeWorld, made_world
from tests.serving import served
from tests.support import Databases

JOBS_EVERY = 0.3


@contextmanager
def working(world: OfficeWorld) -> Iterator[None]:
    """A worker beside the processes: jobs run as they come."""
    ended = threading.Event()
    # a call waits for what a living worker is about to do
    world.sql.execute("INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")

    def work() -> None:
        while not ended.is_set():
            try:
                world.quick()
            except Exception:
                logging.getLogger(__name__).exception("a job failed")
            time.sleep(JOBS_EVERY)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def public_app(world: OfficeWorld) -> Iterator[Flask]:
    """The public process's application, profile `ckan` too."""
    app, runtime = make_public(world.databases, world.folder, site_url=SITE, profile="ckan", datastore_sql=True)
    try:
        yield app
    finally:
        dispose(runtime)


def _as_ckan_makes_its_sysadmin(databases: Databases) -> None:
    """The administrator has no full name, as one made on CKAN's command line."""
    with psycopg.connect(databases.superuser("office"), autocommit=True) as connection:
        connection.execute("UPDATE accounts.person SET name = username WHERE username = 'admin'")


@contextmanager
def our_sides(databases: Databases, folder: Path, run: str) -> Iterator[tuple[Side, Side]]:
    """The office, with the administrator's token, and the public process on the same databases."""
    with (
        made_world(databases, folder, "ckan", datastore_sql=True) as world,
        served(world.office.app) as office,
        public_app(world) as app,
        served(app) as public,
        working(world),
    ):
        _as_ckan_makes_its_sysadmin(databases)
        own = (SITE, world.office.settings.office_url.rstrip("/"))
        yield Side("office", office, world.keys["admin"], run, also=own), Side("public", public, "", run, also=own)
