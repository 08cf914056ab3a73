"""Security and cache headers on every answer, and conditional requests for public pages."""

from __future__ import annotations

from flask import Flask, Response, request

from portal.web.request import Audience

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

BASE = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

#: Pages: proxies may keep them a minute; browsers ask again with the ETag (I5).
PUBLIC_PAGE = "public, max-age=0, s-maxage=60, must-revalidate"
#: Data addresses: a withdrawal is felt within an hour (I5).
PUBLIC_DATA = "public, max-age=3600, s-maxage=60"
OFFICE = "private, no-store"
#: What an answer says of itself that is large and made anew for each call: it is neither compressed nor hashed, which
#: would cost several times what making it did. No reader ever sees it.
UNCOMPRESSED = "identity"


def install(app: Flask, audience: Audience, *, secure: bool) -> None:
    """Set the headers of this audience, and answer conditional requests once compression has marked the ETag."""

    def finish(response: Response) -> Response:
        large = response.headers.get("Content-Encoding") == UNCOMPRESSED
        if large:
            del response.headers["Content-Encoding"]
        for name, value in BASE.items():
            response.headers.setdefault(name, value)
        # Cache-Control says it; a moment in the answer would make two equal answers differ
        response.headers.pop("Expires", None)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if audience == "office":
            response.headers.setdefault("Cache-Control", OFFICE)
            return response
        return _public(response, validated=not large)

    app.after_request(finish)


def install_validators(app: Flask) -> None:
    """Give public answers an ETag of their bytes before compression; call it after compression is installed.

    Gzip writes the time into its header, so the compressed bytes, and an ETag made from them, change every second.
    """

    def validate(response: Response) -> Response:
        large = response.headers.get("Content-Encoding") == UNCOMPRESSED
        if request.method in {"GET", "HEAD"} and response.status_code == 200 and not (response.is_streamed or large):
            response.add_etag()
        return response

    app.after_request(validate)


def _public(response: Response, *, validated: bool) -> Response:
    """Anyone may have, read from anywhere and keep a while; refusals are kept by nobody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers.add("Vary", "Accept")
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers.setdefault("Cache-Control", PUBLIC_PAGE)
    if request.method in {"GET", "HEAD"} and response.status_code == 200 and not response.is_streamed:
        if validated and not response.get_etag()[0]:
            response.add_etag()
        response.make_conditional(request)
    return response
