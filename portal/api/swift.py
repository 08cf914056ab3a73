"""The short way of plain reads: a GET of a memorable action that ends well goes around the web framework.

What the framework does for such a call is always the same, and costs more than the action does: so the headers are
taken once from an answer that it made, and only body, length and ETag differ. Whatever is not plain (another method,
XML, JSONP, a language, compression, a validator, a refusal) is answered by the framework as ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request
from werkzeug.http import generate_etag, quote_etag
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.api import answer_memory, envelope, request_data
from portal.api.answers import pieces
from portal.api.limits import ARRIVAL, ActionLimits, Buckets, cost_of, of_address
from portal.api.service import ActionApi
from portal.kernel.identity import Identity
from portal.web.request import Runtime, Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
_PLAIN = frozenset({"", "*/*", "application/json"})
_COMPRESSED = ("gzip", "br", "deflate", "zstd", "*")
#: Parts of an address that change more than the arguments: the language and JSONP.
_APART = ("lang=", "callback=")


class Swift:
    """WSGI middleware around the public application. With rate limits on, a call is charged as the views charge it."""

    def __init__(self, app: Flask, inner: WSGIApplication, runtime: Runtime, buckets: Buckets | None) -> None:
        self._app = app
        self._inner = inner
        self._runtime = runtime
        self._buckets = buckets
        self._made: dict[bool, Headers] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer plainly, or let the application answer."""
        name = _plain_action(environ)
        parts = None if name is None else self._answer(name, environ)
        if parts is None:
            return self._inner(environ, start_response)
        size = sum(map(len, parts))
        start_response("200 OK", self._headers(parts, size))
        return parts

    def _answer(self, name: str, environ: WSGIEnvironment) -> list[bytes] | None:
        """The body in parts; None for what the application is to refuse."""
        caller, cost = of_address(environ.get("REMOTE_ADDR", "")), 0.0
        scope = Scope(self._runtime, Identity(address=environ.get("REMOTE_ADDR", "")))
        try:
            api = scope.service(ActionApi)
            action = api.find(name)
            values = request_data.read(Request(environ)).values
            if self._buckets is not None:
                cost = ARRIVAL + cost_of(action, values)
                if self._buckets.take(caller, cost):
                    cost = 0.0
                    return None
            result = api.run(scope.identity, action, values)
            scope.commit()
            return pieces({"help": envelope.help_url(name, self._runtime), "success": True, "result": result})
        except Exception as error:  # noqa: BLE001 - the application meets it again, and says what it means
            log.debug("left to the application: %s", type(error).__name__)
            if self._buckets is not None and cost:
                self._buckets.take(caller, -cost)
            return None
        finally:
            scope.close()

    def _headers(self, parts: list[bytes], size: int) -> Headers:
        """The application's own headers with this body's length and, where it sets one, ETag."""
        large = size > envelope.MOST_COMPRESSED
        found: Headers = []
        for name, value in self._template(large=large):
            if name == "Content-Length":
                found.append((name, str(size)))
            elif name == "ETag":
                found.append((name, quote_etag(generate_etag(b"".join(parts)))))
            else:
                found.append((name, value))
        return found

    def _template(self, *, large: bool) -> Headers:
        """Headers of a good answer, small or large, as the application makes them."""
        if large not in self._made:
            body = b'"' + b"x" * (envelope.MOST_COMPRESSED if large else 1) + b'"'
            with self._app.test_request_context(f"{answer_memory.PREFIXES[0]}package_list"):
                answer = self._app.process_response(envelope.plain(body))
                self._made[large] = [(name, value) for name, value in answer.get_wsgi_headers({}) if name != "Date"]
        return self._made[large]


def _plain_action(environ: WSGIEnvironment) -> str | None:
    """The action that a plain read asks for; None for any other call."""
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" in environ or "HTTP_RANGE" in environ:
        return None
    if environ.get("HTTP_ACCEPT", "") not in _PLAIN or environ.get("SCRIPT_NAME"):
        return None
    coding = environ.get("HTTP_ACCEPT_ENCODING", "")
    asked = environ.get("QUERY_STRING", "")
    if any(word in coding for word in _COMPRESSED) or any(word in asked for word in _APART):
        return None
    name = answer_memory.action_of(environ)
    return None if name is None or name.endswith(".xml") else name


def install(app: Flask, runtime: Runtime) -> None:
    """Put the short way before the application, behind what reads a proxy's headers."""
    limits: ActionLimits = runtime.scope().service(ActionLimits)
    outer = app.wsgi_app
    if isinstance(outer, ProxyFix):
        outer.app = Swift(app, outer.app, runtime, limits.buckets)
    else:
        app.wsgi_app = Swift(app, outer, runtime, limits.buckets)  # type: ignore[method-assign]
