"""The readable API page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from portal.api import envelope
from portal.api.answers import MOST_ROWS, dumps
from portal.api.limits import ActionLimits
from portal.api.openapi import OpenApi
from portal.api.page import LOOKED_AT, Sample, groups_of
from portal.api.service import ActionApi
from portal.catalog import bulk
from portal.catalog.reader import CatalogReader
from portal.tables.rows import MAX_ROWS
from portal.web.rendering import render
from portal.web.request import runtime, scope, service

#: A page of its own side: on the office it asks for a sign-in, as every page there.
blueprint = Blueprint("api_pages", __name__, template_folder=str(Path(__file__).with_name("templates")))


@blueprint.get("/api", strict_slashes=False)
def page() -> str | Response:
    """For a browser the page; for a program what CKAN says here."""
    if "text/html" not in request.accept_mimetypes.values():
        return envelope.plain(dumps({"version": 1}))
    return render("api/index.html", **_shown(request.args.get("q", "")[:100]))


def _shown(wanted: str) -> dict[str, Any]:
    """What the page says, with this portal's own things in the examples."""
    base = envelope.base_url()
    sample = Sample.of([(row.name, row.page) for row in service(CatalogReader).newest(LOOKED_AT)], base)
    return {
        "groups": groups_of(service(ActionApi).actions, service(OpenApi), sample, base, wanted),
        "base": base,
        "q": wanted,
        "most_rows": MOST_ROWS,
        "most_table_rows": MAX_ROWS,
        "rates": service(ActionLimits).buckets,
        "copy": bulk.current(scope().session("public")),
        "office_url": runtime().settings.office_url.rstrip("/"),
    }
