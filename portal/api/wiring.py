"""Wires the action API into both sides. On both it answers from the published side: what anyone may have."""

from __future__ import annotations

from flask import Flask

from portal.api import dump_views, views
from portal.api.action import Call, Portal
from portal.api.queries import Queries
from portal.api.service import ActionApi
from portal.api.tables import PublishedTables
from portal.catalog import wiring as catalog
from portal.catalog.reader import CatalogReader
from portal.contract.loader import discover
from portal.kernel.identity import Identity
from portal.tables.rows import SqlRows
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """Offer the API's service; the catalogue's too where no room did before (office)."""
    if CatalogReader not in runtime.factories:
        catalog.offer(runtime)
    portal = _portal(runtime)
    runtime.offer(ActionApi, lambda scope: ActionApi(lambda identity: _call(runtime, portal, scope, identity)))


def install(app: Flask, runtime: Runtime) -> None:
    """The addresses of the API and of the datastore's dump."""
    offer(runtime)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(dump_views.blueprint)


def _call(runtime: Runtime, portal: Portal, scope: Scope, identity: Identity) -> Call:
    session = scope.session("public")
    return Call(
        identity=identity,
        portal=portal,
        queries=Queries(session),
        engine=runtime.search,
        tables=PublishedTables(scope.service(CatalogReader)),
        rows=SqlRows(session),
    )


def _portal(runtime: Runtime) -> Portal:
    plugins = discover()
    return Portal(
        title=runtime.profile.title,
        description=runtime.profile.description,
        url=runtime.settings.site_url.rstrip("/"),
        locale=runtime.profile.locale,
        # what clients look for before they use a table's rows or a map box
        extensions=("datastore", "spatial_query", *(plugin.name for plugin in plugins)),
        facets=frozenset(facet.name for plugin in plugins for facet in plugin.facets),
    )
