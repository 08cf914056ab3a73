"""Wires the action API into the public side; the office's own wiring (`portal.api.office.wiring`) builds on it."""

from __future__ import annotations

from flask import Flask

from portal.api import answer_memory, dump_views, limits, memory, page_views, swift, util_views, views
from portal.api.action import Call, Portal
from portal.api.datastore_sql import with_sql
from portal.api.dump_sources import DumpSources
from portal.api.envelope import base_url
from portal.api.memory import Memory
from portal.api.openapi import OpenApi
from portal.api.queries import Queries
from portal.api.registry import ACTIONS, ELSEWHERE
from portal.api.service import ActionApi
from portal.api.tables import PublishedTables
from portal.catalog.reader import CatalogReader
from portal.contract import facets
from portal.contract.loader import discover
from portal.kernel.identity import Identity
from portal.tables.rows import SqlRows
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """Offer the API's service with the public side's actions."""
    portal = portal_of(runtime)
    actions = with_sql(ACTIONS, on=runtime.settings.datastore_sql)
    runtime.offer(
        ActionApi,
        lambda scope: ActionApi(actions, lambda identity: public_call(runtime, portal, scope, identity), ELSEWHERE),
    )


def install(app: Flask, runtime: Runtime) -> None:
    """The addresses of the API and of the datastore's dump, on the public side."""
    offer(runtime)
    runtime.offer(DumpSources, lambda scope: DumpSources(PublishedTables(scope.service(CatalogReader))))
    memory.offer(runtime)
    routes(app, runtime)
    swift.install(app, runtime)
    answer_memory.install(app, runtime)


def routes(app: Flask, runtime: Runtime) -> None:
    """The addresses and the limits, the same on both sides."""
    limits.offer(runtime)
    limits.install(app, runtime)
    documents = OpenApi(portal_of(runtime), base_url(runtime), tokens=runtime.audience == "office")
    runtime.offer(OpenApi, lambda _scope: documents)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(page_views.blueprint)
    app.register_blueprint(util_views.blueprint)
    app.register_blueprint(dump_views.blueprint)


def public_call(runtime: Runtime, portal: Portal, scope: Scope, identity: Identity) -> Call:
    """What an action of the public side works with; everything reads the published side."""
    session = scope.session("public")
    return Call(
        identity=identity,
        portal=portal,
        queries=Queries(session, scope.service(Memory)),
        engine=runtime.search,
        tables=PublishedTables(scope.service(CatalogReader)),
        rows=SqlRows(session),
    )


def portal_of(runtime: Runtime) -> Portal:
    """What the API says of this portal."""
    plugins = discover()
    return Portal(
        title=runtime.profile.title,
        description=runtime.profile.description,
        url=runtime.settings.site_url.rstrip("/"),
        office_url=runtime.settings.office_url.rstrip("/"),
        locale=runtime.profile.locale,
        # what clients look for before they use a table's rows or a map box
        extensions=("datastore", "spatial_query", *(plugin.name for plugin in plugins)),
        facets=frozenset(spec.name for spec in facets.specs()),
    )
