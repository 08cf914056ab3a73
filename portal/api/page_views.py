"""The readable API page, and the dump of the whole catalogue."""

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
from portal.catalog.downloads import send_stored
from portal.catalog.reader import CatalogReader
from portal.kernel.errors import Unavailable
from portal.kernel.texts import gettext as _
from portal.tables.rows import MAX_ROWS
from portal.web.rendering import render
from portal.web.request import runtime, scope, service

#: A page of its own side: on the office it asks for a sign-in, as every page there.
#: No proxy may send an old dump while a new one is made, not even in need: it may hold what was withdrawn.
FRESH = "public, max-age=0, must-revalidate"
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


@blueprint.get(bulk.ADDRESS)
def dump() -> Response:
    """Every published dataset, a JSON object a line; 503 for the moments in which it is made anew."""
    found = bulk.current(scope().session("public"))
    if found is None:
        raise Unavailable(_("Salinan katalog sedang dibuat ulang. Coba lagi beberapa menit lagi."), part="salinan")
    answer = send_stored(found.key, found.size, found.sha256, "application/gzip", bulk.FILENAME)
    answer.headers["Cache-Control"] = FRESH
    return answer
