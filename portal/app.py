"""Application factories: which rooms and plugins each kind of process has. The only place that wires them.

Rooms of the office are imported where they are wired: the public process holds no code of vault, proofs, sign-in or
release, so that no fault in it can call what is not there (I2).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from config.profile import load_profile
from config.settings import OfficeSettings, PublicSettings, is_loopback, load_plugin
from portal.api import wiring as api
from portal.catalog import wiring as catalog
from portal.contract.loader import KindRegistry, discover, registry
from portal.contract.plugin import Plugin
from portal.kernel import texts
from portal.kernel.db import open_engine, session_factory
from portal.kernel.decisions import add_rows
from portal.kernel.fetch import Fetcher, networks
from portal.kernel.storage import open_root
from portal.operations.views import install_health
from portal.tables import wiring as tables
from portal.web import errors, gaya, headers, i18n, rendering, request
from portal.web.request import Runtime, Scope
from search.engine import open_engine as open_search

Installer = Callable[[Flask, Runtime], None]

#: Bodies above this are refused before they are read; uploads come in chunks well below it.
MAX_BODY = 64 * 1024 * 1024


def _search_url(setting: str, database_url: str) -> str:
    """`postgresql:` alone means: in the side's own database."""
    return database_url if setting in {"", "postgresql:"} else setting


def public_runtime(settings: PublicSettings) -> Runtime:
    """Everything the internet side has: one read-only engine, the public files, the public index."""
    engine = open_engine(settings.public_database_url, name="portal-public")
    return Runtime(
        audience="public",
        settings=settings,
        profile=load_profile(settings.profile),
        sessions={"public": session_factory(engine)},
        public_files=open_root(settings.public_storage_url),
        search=open_search(_search_url(settings.public_search_url, settings.public_database_url), "portal-public"),
    )


def office_runtime(settings: OfficeSettings) -> Runtime:
    """Everything the officers' side (and the worker) has."""
    return Runtime(
        audience="office",
        settings=settings,
        profile=load_profile(settings.profile),
        sessions={
            # a call that seals a large file has read the catalogue before it: the few seconds that the internet's
            # transactions may be idle would break its end, after it has been done
            "public": session_factory(
                open_engine(settings.public_database_url, name="portal-office-read", idle_minutes=10)
            ),
            "office": session_factory(open_engine(settings.office_database_url, name="portal-office")),
            "publisher": session_factory(open_engine(settings.publisher_database_url, size=4, name="portal-release")),
        },
        public_files=open_root(settings.public_storage_url),
        vault_files=open_root(settings.vault_storage_url),
        # the office writes the public index (release), so it comes in with the publisher's address
        search=open_search(_search_url(settings.public_search_url, settings.publisher_database_url), "portal-public"),
        office_search=open_search(
            _search_url(settings.office_search_url, settings.office_database_url), "portal-office"
        ),
    )


def create_public_app(settings: PublicSettings, made: Runtime | None = None) -> Flask:
    """The internet side. It signs nobody in, so it has no secret key and no session."""
    runtime = made or public_runtime(settings)
    app = _base(runtime)
    rendering.install(app, "public", runtime.profile, clock=runtime.now)
    for room in public_rooms():
        room(app, runtime)
    _install_plugins(app, runtime)
    _install_gaya(app, runtime)
    return app


def create_office_app(settings: OfficeSettings, made: Runtime | None = None) -> Flask:
    """The officers' side."""
    from portal.accounts.header import office_nav, office_user

    runtime = service_runtime(settings, made)
    app = _base(runtime)
    ways = [way for plugin in discover() for way in plugin.ways]

    def nav() -> list[tuple[str, str]]:
        return office_nav(ways)

    app.config["SECRET_KEY"] = Path(settings.session_key_file).read_bytes()
    rendering.install(app, "office", runtime.profile, user=office_user, office_nav=nav, clock=runtime.now)
    for room in office_rooms():
        room(app, runtime)
    _install_plugins(app, runtime)
    return app


def service_runtime(settings: OfficeSettings, made: Runtime | None = None) -> Runtime:
    """A runtime with every room's services offered, for the worker and for commands (no pages)."""
    from portal.contract.work import Jobs
    from portal.operations.plugin_work import SqlJobs, job_names

    runtime = made or office_runtime(settings)
    for offer in _service_rooms():
        offer(runtime)
    plugins = discover()
    names = job_names(plugins)
    runtime.offer(Jobs, lambda scope: SqlJobs(scope.session("office"), names))  # type: ignore[type-abstract]
    fetcher = Fetcher(networks(settings.fetch_allow))
    runtime.offer(Fetcher, lambda _scope: fetcher)
    _offer_plugins(runtime, plugins)
    return runtime


def public_rooms() -> tuple[Installer, ...]:
    """Rooms with public pages, in the order their routes are added."""
    return (catalog.install, tables.install, api.install)


def office_rooms() -> tuple[Installer, ...]:
    """Rooms with office pages."""
    from portal.accounts import wiring as accounts
    from portal.api.office import wiring as office_api
    from portal.ingest import wiring as ingest

    return (accounts.install, ingest.install, office_api.install)


def _service_rooms() -> tuple[Callable[[Runtime], None], ...]:
    """Rooms that offer services to the office and the worker."""
    from portal.access import wiring as access
    from portal.accounts import wiring as accounts
    from portal.api.office import wiring as office_api
    from portal.ingest import wiring as ingest

    return (access.offer, accounts.offer, ingest.offer, office_api.offer)


def _install_plugins(app: Flask, runtime: Runtime) -> None:
    """Add the blueprints of every plugin that names this audience, and offer the kinds to the pages."""
    plugins = discover()
    kinds = registry(plugins)
    runtime.offer(KindRegistry, lambda _scope: kinds)
    if runtime.audience == "public":
        _offer_plugins(runtime, plugins)
    for plugin in plugins:
        for blueprint in plugin.blueprints:
            if runtime.audience in blueprint.audiences:
                app.register_blueprint(blueprint.make())


def _offer_plugins(runtime: Runtime, plugins: Sequence[Plugin]) -> None:
    """Permissions and settings of the plugins. Raises SettingsError for a variable that is missing or wrong."""
    add_rows({name: rows for plugin in plugins for name, rows in plugin.permissions.items()})
    for plugin in plugins:
        if plugin.settings is not None:
            runtime.offer(plugin.settings, _constant(load_plugin(plugin.settings, plugin.name, os.environ)))


def _constant(value: Any) -> Callable[[Scope], Any]:
    return lambda _scope: value


def _install_gaya(app: Flask, runtime: Runtime) -> None:
    """The page of the house style, in development only."""
    if runtime.settings.development:
        app.register_blueprint(gaya.blueprint)


def _base(runtime: Runtime) -> Flask:
    """What both sides share: the commit, the error table, headers, compression, the house style."""
    app = Flask("portal", static_folder=None, template_folder=None)
    settings = runtime.settings
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 2000
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    texts.set_translator(i18n.translate)
    request.install(app, runtime)
    errors.install(app)
    url = settings.site_url if runtime.audience == "public" else settings.office_url
    install_health(app, runtime)
    headers.install(app, runtime.audience, secure=not is_loopback(url))
    Compress(app)
    if runtime.audience == "public":
        headers.install_validators(app)
    return app
