"""Wires the action API into the office. An anonymous caller gets what the public process answers."""

from __future__ import annotations

from flask import Flask

from portal.api import wiring as public
from portal.api.action import Portal
from portal.api.datastore_sql import with_sql
from portal.api.dump_sources import DumpSources
from portal.api.office import picture_views
from portal.api.office.call import OfficeCall
from portal.api.office.draft_dumps import DraftDumps
from portal.api.office.in_house import InHouse, InOffice
from portal.api.office.patience import PatientApi
from portal.api.office.registry import ACTIONS
from portal.api.queries import Queries
from portal.api.service import ActionApi
from portal.api.tables import PublishedTables
from portal.catalog import wiring as catalog
from portal.catalog.reader import CatalogReader
from portal.contract.actions import HouseActions, Office
from portal.kernel.identity import Identity
from portal.tables.rows import SqlRows
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """The actions as a service, for pages, the worker and plugins; nothing here needs an application."""
    if CatalogReader not in runtime.factories:
        catalog.offer(runtime)
    portal = public.portal_of(runtime)
    actions = with_sql(ACTIONS, on=runtime.settings.datastore_sql)

    def api(scope: Scope) -> ActionApi:
        return PatientApi(actions, lambda identity: _call(runtime, portal, scope, identity), scope.start_over)

    def in_house(scope: Scope) -> InHouse:
        return InHouse(scope, scope.service(ActionApi), lambda identity: _call(runtime, portal, scope, identity))

    runtime.offer(ActionApi, api)
    runtime.offer(HouseActions, in_house)  # type: ignore[type-abstract]
    runtime.offer(Office, InOffice)  # type: ignore[type-abstract]


def install(app: Flask, runtime: Runtime) -> None:
    """The same addresses as on the public side, with the office's table of actions behind them."""
    portal = public.portal_of(runtime)

    def dumps(scope: Scope) -> DraftDumps:
        published = PublishedTables(scope.service(CatalogReader))
        return DraftDumps(published, lambda identity: _call(runtime, portal, scope, identity))

    runtime.offer(DumpSources, dumps)
    public.routes(app, runtime)
    app.register_blueprint(picture_views.blueprint)


def _call(runtime: Runtime, portal: Portal, scope: Scope, identity: Identity) -> OfficeCall:
    session = scope.session("public")
    return OfficeCall(
        identity=identity,
        portal=portal,
        queries=Queries(session),
        engine=runtime.search,
        tables=PublishedTables(scope.service(CatalogReader)),
        rows=SqlRows(session),
        scope=scope,
    )
