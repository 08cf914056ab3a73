"""A small application that shows the house's pages without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from config.profile import load_profile
from portal.web import gaya, headers, rendering
from portal.web.request import Audience
from portal.web.site import OfficeUser
from tests.portal.web import mock

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MOCKS = ("home", "search", "dataset", "table", "map", "tasks")
PAGES = Path(__file__).with_name("pages")


def make_app(audience: Audience = "public", profile: str = "brebes") -> Flask:
    """The house style on an empty application: templates, filters, languages, assets, headers."""
    app = Flask("portal", static_folder=None, template_folder=None)
    app.config.update(TESTING=True, SECRET_KEY="only-for-tests")
    rendering.install(
        app,
        audience,
        load_profile(profile),
        user=(lambda: OfficeUser("Siti Aminah", "Dinas Pertanian dan Ketahanan Pangan"))
        if audience == "office"
        else None,
        clock=lambda: NOW,
    )
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(PAGES)])
    headers.install(app, audience, secure=False)
    return app


def add_pages(app: Flask) -> None:
    """The style page and mock pages fed with realistic data."""
    app.register_blueprint(gaya.blueprint)
    for name in MOCKS:
        app.add_url_rule(f"/{name}", name, _page(name))
    app.add_url_rule(
        "/kemajuan", "progress", lambda: {"state": "running", "percent": 40, "message": "Membaca lembar 2"}
    )


def _page(name: str) -> Callable[[], str]:
    return lambda: rendering.render(f"{name}.html", **mock.context())
