"""Built files: hashed names from the manifest, served with pre-compressed copies and for ever."""

import gzip
import hashlib
import json
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

STATIC = Path(__file__).with_name("static")
PREFIX = "/aset"
FOR_EVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

# Debian's table may lack these; a wrong type with nosniff would stop the font and the modules.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@cache
def manifest() -> dict[str, str]:
    """Logical name (`app.css`) to built name (`app.X1Y2Z3.css`), as the build wrote it."""
    names: dict[str, str] = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    return names


def media_type(name: str) -> str:
    """The Content-Type of a built file."""
    known = _TYPES.get(Path(name).suffix)
    return known or mimetypes.guess_type(name)[0] or "application/octet-stream"


def asset_url(name: str) -> str:
    """The address of a built file by its logical name. Raises KeyError for an unknown name."""
    return url_for("assets.file", name=manifest()[name])


def assets_blueprint(theme: str = "") -> Blueprint:
    """The blueprint that serves built files under /aset; `theme` is appended to app.css (another accent)."""
    blueprint = Blueprint("assets", __name__)
    css = themed_css(theme) if theme else None

    @blueprint.get(f"{PREFIX}/<name>")
    def file(name: str) -> Response:
        if css is not None and name == css[0]:
            return _themed(css[1], css[2])
        return _served(name)

    return blueprint


@cache
def themed_css(theme: str) -> tuple[str, bytes, bytes]:
    """(built name, plain bytes, gzip bytes) of app.css with the profile's accent behind it."""
    plain = (STATIC / manifest()["app.css"]).read_bytes() + theme.encode()
    name = f"app-{hashlib.sha256(plain).hexdigest()[:10]}.css"
    return name, plain, gzip.compress(plain, 9, mtime=0)


def _themed(plain: bytes, packed: bytes) -> Response:
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(packed if accepts else plain, mimetype="text/css")
    if accepts:
        response.headers["Content-Encoding"] = "gzip"
    return _lasting(response)


def _served(name: str) -> Response:
    if name not in manifest().values():
        abort(404)
    accepted = request.headers.get("Accept-Encoding", "")
    for encoding, ending in _ENCODINGS:
        if encoding in accepted and (STATIC / (name + ending)).exists():
            response = Response((STATIC / (name + ending)).read_bytes(), content_type=_content_type(name))
            response.headers["Content-Encoding"] = encoding
            return _lasting(response)
    return _lasting(Response((STATIC / name).read_bytes(), content_type=_content_type(name)))


def _content_type(name: str) -> str:
    kind = media_type(name)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _lasting(response: Response) -> Response:
    """The name holds a hash of the content, so a copy never grows old."""
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    return response
