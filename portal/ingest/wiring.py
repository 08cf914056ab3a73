"""Offers this room's services to office and worker processes, its jobs to the worker, its pages to the office."""

from __future__ import annotations

from flask import Flask

from portal.ingest import live_drafts, views, views_acts, views_edit, views_files, views_upload
from portal.ingest.checking import Checking
from portal.ingest.deciding import Deciding
from portal.ingest.drafts import Drafts
from portal.ingest.express import Express
from portal.ingest.indexing import Indexer
from portal.ingest.looking import Looking
from portal.ingest.notices import Notices
from portal.ingest.office_feed import OfficeFeed, follow
from portal.ingest.office_search import OfficeSearch
from portal.ingest.packages import Packages
from portal.ingest.queries import Queries
from portal.ingest.receiving import Receiving
from portal.ingest.removing import Removing
from portal.ingest.resources import Resources
from portal.ingest.sending import Sending
from portal.ingest.service import Ingest
from portal.ingest.tasks import periodic, queue_index, tasks
from portal.ingest.workshop import Workshop, desk_of
from portal.kernel.errors import Unavailable
from portal.web.request import Runtime, Scope


def offer(runtime: Runtime) -> None:
    """Offer `Ingest` and `Notices`. Needs `portal.access.wiring.offer` too."""

    def ingest(scope: Scope) -> Ingest:
        desk = desk_of(scope)
        return Ingest(
            drafts=Drafts(desk),
            receiving=Receiving(desk),
            resources=Resources(desk),
            checking=Checking(desk),
            deciding=Deciding(
                desk,
                runtime.office_search,
                lambda opened: live_drafts.recall(desk, scope.session("publisher"), opened),
            ),
            queries=Queries(desk, searching(scope) if runtime.office_search else None),
        )

    def searching(scope: Scope) -> OfficeSearch:
        if runtime.office_search is None:
            raise Unavailable(part="pencarian")
        return OfficeSearch(desk_of(scope), runtime.office_search)

    def notices(scope: Scope) -> Notices:
        return Notices(scope.session("office"), scope.session("publisher"), runtime.profile)

    _offer_packages(runtime)
    runtime.offer(Ingest, ingest)
    runtime.offer(Notices, notices)
    runtime.offer(OfficeSearch, searching)
    runtime.offer(Looking, lambda scope: Looking(desk_of(scope)))
    feed = OfficeFeed(runtime.sessions["office"], lambda: runtime.office_search)
    follow(runtime.sessions["office"], feed)
    runtime.offer(OfficeFeed, lambda _scope: feed)


def _offer_packages(runtime: Runtime) -> None:
    """What CKAN's API writes with."""

    def packages(scope: Scope) -> Packages:
        public = scope.session("publisher")
        indexer = Indexer(public, runtime.search, runtime.office_search)
        express = Express(
            desk=desk_of(scope),
            public=public,
            indexer=indexer,
            site_url=runtime.settings.site_url.rstrip("/"),
            end_reading=scope.session("public").commit,
        )
        return Packages(express.desk, express)

    def removing(scope: Scope) -> Removing:
        return Removing(desk_of(scope), scope.service(Packages), lambda: Workshop.of(scope, queue_index).releaser)

    def sending(scope: Scope) -> Sending:
        return Sending(desk_of(scope), scope.service(Packages), lambda: Workshop.of(scope, queue_index).releaser)

    runtime.offer(Packages, packages)
    runtime.offer(Sending, sending)
    runtime.offer(Removing, removing)


#: Modules whose import adds their routes to the blueprint.
_PAGES = (views_acts, views_edit, views_files, views_upload)


def install(app: Flask, _runtime: Runtime) -> None:
    """The office pages: tasks, datasets, uploads, decisions."""
    app.register_blueprint(views.blueprint)


__all__ = ["install", "offer", "periodic", "tasks"]
