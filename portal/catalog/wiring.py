"""Wires the catalogue into the public side."""

from __future__ import annotations

from functools import partial

from flask import Flask

from portal.catalog import downloads, feeds, views
from portal.catalog.datasets import PublicDatasets
from portal.catalog.key_figures import KeyFigures
from portal.catalog.page_reader import NewestByTheme, PageReader
from portal.catalog.places import ShippedPlaces
from portal.catalog.reader import CatalogReader
from portal.catalog.release_calendar import ReleaseCalendar
from portal.catalog.service import CatalogService
from portal.catalog.usage import UsageTally
from portal.contract.protocols import Datasets, Places, Rows
from portal.kernel.db import open_reader
from portal.web.request import Runtime


def offer(runtime: Runtime) -> None:
    """Offer reading of the published side (public and office processes)."""
    runtime.offer(CatalogReader, lambda scope: CatalogReader(scope.session("public")))
    runtime.offer(ReleaseCalendar, lambda scope: ReleaseCalendar(scope.session("public")))


def install(app: Flask, runtime: Runtime) -> None:
    """The public pages, files and feeds."""
    offer(runtime)
    database = open_reader(runtime.settings.public_database_url)
    runtime.closers.append(database.dispose)
    pages = PageReader(database, NewestByTheme())
    runtime.offer(
        CatalogService, lambda scope: CatalogService(pages, partial(scope.service, CatalogReader), runtime.search)
    )
    runtime.offer(Datasets, lambda scope: PublicDatasets(scope.service(CatalogReader)))  # type: ignore[type-abstract]
    runtime.offer(Places, lambda _scope: ShippedPlaces())  # type: ignore[type-abstract]
    runtime.offer(KeyFigures, lambda scope: KeyFigures(scope.session("public"), scope.service(Rows)))  # type: ignore[type-abstract]
    zone = runtime.profile.time_zone
    tally = UsageTally(runtime.sessions["public"], lambda: runtime.clock().astimezone(zone))
    runtime.offer(UsageTally, lambda _scope: tally)
    runtime.closers.append(tally.close)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(downloads.blueprint)
    app.register_blueprint(feeds.blueprint)
