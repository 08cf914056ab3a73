"""The one table from exception to status, and the two faces of a refusal: a page, or one JSON shape.

The CKAN API has its own envelope and installs its own handler over the same table (`portal/api`). A refusal never
shows internals; what is not in the table is a 500 with a number that the log holds too.
"""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, jsonify, redirect, request
from flask_babel import gettext as _
from jinja2 import Template
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from portal.kernel import errors
from portal.web.rendering import render
from search.errors import EngineUnavailable, QuerySyntaxError

log = logging.getLogger(__name__)

STATUS: dict[type[Exception], int] = {
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Forbidden: 403,
    errors.SignInRequired: 401,
    errors.Invalid: 422,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    QuerySyntaxError: 400,
    EngineUnavailable: 503,
    OperationalError: 503,
}


def status_of(error: Exception) -> int:
    """The HTTP status of an exception by the table, nearest class first; 500 when none fits."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def wants_json() -> bool:
    """Whether the caller is a program: an API address, a `.json` name, or an Accept header that prefers JSON."""
    if request.path.startswith(("/api/", "/ogc/", "/tiles/")) or request.path.endswith((".json", ".geojson", ".mvt")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def error_body(status: int, error: Exception) -> dict[str, object]:
    """The one JSON shape: rule, message, and per-field messages where there are any."""
    body: dict[str, object] = {"status": status, "rule": getattr(error, "rule", f"http_{status}")}
    body["message"] = getattr(error, "message", "") or default_message(status)
    if isinstance(error, errors.Invalid) and error.fields:
        body["fields"] = {name: list(texts) for name, texts in error.fields.items()}
    if isinstance(error, errors.Conflict) and error.allowed:
        body["allowed"] = list(error.allowed)
    return {"error": body}


def default_message(status: int) -> str:
    """What a person reads when the refusal itself says nothing more."""
    texts: dict[int, str] = {
        400: _("Permintaan tidak dapat dibaca."),
        401: _("Silakan masuk terlebih dahulu."),
        403: _("Anda tidak berwenang melakukan ini."),
        404: _("Halaman atau data ini tidak ada."),
        405: _("Cara memanggil alamat ini tidak dikenal."),
        409: _("Tindakan ini tidak sesuai dengan keadaan sekarang."),
        410: _("Data ini telah ditarik."),
        413: _("Kiriman terlalu besar."),
        422: _("Ada isian yang perlu diperbaiki."),
        429: _("Terlalu banyak permintaan. Coba lagi sebentar lagi."),
        503: _("Bagian ini sedang tidak tersedia."),
    }
    return texts.get(status) or str(_("Server gagal menjawab. Kesalahan sudah dicatat."))


def install(app: Flask) -> None:
    """Handle every exception of the table, every HTTP error and, last, the unexpected."""
    app.register_error_handler(Exception, handle)


def handle(error: Exception) -> BaseResponse | tuple[Response | str, int]:
    """Answer with a page or JSON; never with internals."""
    if isinstance(error, HTTPException):
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        status = error.code or 500
    else:
        status = status_of(error)
    number = ""
    if status >= 500:
        number = secrets.token_hex(4)
        # the exception's own text may hold parameters; type and place are enough to find the fault
        log.error("galat %s: %s pada %s", number, type(error).__name__, request.endpoint, exc_info=status == 500)
    if status == 401 and not wants_json():
        return redirect(f"/masuk?next={request.path}", code=303)
    return answer(status, error, number)


def answer(status: int, error: Exception, number: str = "") -> tuple[Response | str, int]:
    """The refusal as page or JSON."""
    if wants_json():
        response = jsonify(error_body(status, error))
        return _told(response, error), status
    templates: list[str | Template] = [f"errors/{status}.html", "errors/500.html"]
    shown = error if isinstance(error, errors.PortalError) else None
    message = (shown.message if shown else "") or default_message(status)
    down = isinstance(error, EngineUnavailable)
    page = render(templates, error=shown, status=status, message=message, number=number, search_down=down)
    return _told(Response(page), error), status


def _told(response: Response, error: Exception) -> Response:
    """How long to wait, where that is known."""
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
