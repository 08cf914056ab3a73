"""Our side for the comparison: an office and a public process with profile `ckan`, served on this machine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.differential.sides import Side
from tests.portal.api.office.world import SITE, OfficeWorld, made_world
from tests.support import Databases

JOBS_EVERY = 0.3


class Quiet(WSGIRequestHandler):
    """A handler that writes no line for each call."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def working(world: OfficeWorld) -> Iterator[None]:
    """A worker beside the processes: jobs run as they come."""
    ended = threading.Event()

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
def our_sides(databases: Databases, folder: Path, run: str) -> Iterator[tuple[Side, Side]]:
    """The office, with the administrator's token, and the public process on the same databases."""
    with (
        made_world(databases, folder, "ckan") as world,
        served(world.office.app) as office,
        served(world.public()) as public,
        working(world),
    ):
        own = (SITE, world.office.settings.office_url.rstrip("/"))
        yield Side("office", office, world.keys["admin"], run, also=own), Side("public", public, "", run, also=own)
