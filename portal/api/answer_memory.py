"""Whole answers to repeated calls, kept below the web framework while nothing has changed (`portal.api.memory`).

The office keeps none: its answers depend on who asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.api.limits import ARRIVAL, READ, ActionLimits, Buckets, of_address
from portal.api.memory import Stamp, Stamps
from portal.web.request import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Bytes of answers that one process keeps; the largest answer that is kept; from which size a second call is awaited.
MOST_BYTES = 12 * 1024 * 1024
LARGEST = 6 * 1024 * 1024
LARGE = 128 * 1024
MOST_ASKED = 16 * 1024
MOST_SEEN = 4_096
#: Reads that depend on catalogue and index alone.
MEMORABLE = frozenset({
    "current_package_list_with_resources", "format_autocomplete", "group_autocomplete", "group_list",
    "group_package_show", "group_show", "organization_autocomplete", "organization_list", "organization_show",
    "package_autocomplete", "package_list", "package_search", "package_show", "resource_search", "resource_show",
    "tag_autocomplete", "tag_list", "tag_search", "tag_show",
})  # fmt: skip
PREFIXES = ("/api/3/action/", "/api/action/")
_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "CONTENT_TYPE")
#: A question about the time has another answer tomorrow.
_CLOCK = b"NOW"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    stamp: Stamp
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class AnswerMemory:
    """WSGI middleware around the public application. The least recently asked answers are forgotten first.

    With rate limits on, a kept answer is charged like any cheap read; who has used up his share is answered by the
    application, which tells him so.
    """

    def __init__(self, app: WSGIApplication, stamps: Stamps, buckets: Buckets | None) -> None:
        self._app = app
        self._stamps = stamps
        self._buckets = buckets
        self._kept: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or by the application, remembering what it says."""
        key = _key(environ)
        stamp = None if key is None else self._stamps.now()
        if key is None or stamp is None:
            return self._app(environ, start_response)
        with self._lock:
            answer = self._kept.get(key)
            if answer is not None and answer.stamp == stamp:
                self._kept.move_to_end(key)
            elif answer is not None:
                self._forget(key)
                answer = None
        # who may have the answer already is told so by the application
        if answer is not None and "HTTP_IF_NONE_MATCH" not in environ and self._charged(environ):
            start_response(answer.status, list(answer.headers))
            return [answer.body]
        return self._ask(key, stamp, environ, start_response)

    def _charged(self, environ: WSGIEnvironment) -> bool:
        caller = of_address(environ.get("REMOTE_ADDR", ""))
        return self._buckets is None or not self._buckets.take(caller, ARRIVAL + READ)

    def _ask(
        self, key: tuple[object, ...], stamp: Stamp, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said.append((status, list(headers)))
            return start_response(status, headers, exc_info)

        with self._stamps.holding(stamp):
            chunks = self._app(environ, started)
        if not said or not said[-1][0].startswith("200"):
            return chunks
        try:
            parts = list(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        self._keep(key, stamp, said[-1], parts)
        return parts

    def _keep(
        self, key: tuple[object, ...], stamp: Stamp, said: tuple[str, list[tuple[str, str]]], parts: Sequence[bytes]
    ) -> None:
        size = sum(map(len, parts))
        if size > LARGEST:
            return
        with self._lock:
            mark = hash(key)
            if size > LARGE and mark not in self._seen:
                # pages of a harvester come once: they would only push out what is asked again
                self._seen[mark] = None
                if len(self._seen) > MOST_SEEN:
                    self._seen.popitem(last=False)
                return
            if key in self._kept:
                self._forget(key)
            self._kept[key] = Answer(stamp, *said, b"".join(parts))
            self._bytes += size
            while self._bytes > MOST_BYTES:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: tuple[object, ...]) -> None:
        self._bytes -= len(self._kept.pop(key).body)


def action_of(environ: WSGIEnvironment) -> str | None:
    """The memorable action that an address names, with `.xml` where that is asked for; None for any other address."""
    path: str = environ.get("PATH_INFO", "")
    prefix = next((item for item in PREFIXES if path.startswith(item)), None)
    name = None if prefix is None else path[len(prefix) :]
    return name if name is not None and name.removesuffix(".xml") in MEMORABLE else None


def _key(environ: WSGIEnvironment) -> tuple[object, ...] | None:
    """What makes two calls the same; None for those that are no plain reads of a memorable action."""
    path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
    if action_of(environ) is None:
        return None
    if method not in ("GET", "POST") or "HTTP_RANGE" in environ:
        return None
    body = b""
    if method == "POST":
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdigit() or int(length) > MOST_ASKED:
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(body)
    query = environ.get("QUERY_STRING", "")
    if _CLOCK in body or _CLOCK in query.encode("latin-1", "replace") or len(query) > MOST_ASKED:
        return None
    return (method, path, query, body, *(environ.get(name, "") for name in _HEADERS))


def install(app: Flask, runtime: Runtime) -> None:
    """Put the memory of answers before the application, behind what reads a proxy's headers."""
    scope = runtime.scope()
    stamps, limits = scope.service(Stamps), scope.service(ActionLimits)
    outer = app.wsgi_app
    if isinstance(outer, ProxyFix):
        outer.app = AnswerMemory(outer.app, stamps, limits.buckets)
    else:
        app.wsgi_app = AnswerMemory(outer, stamps, limits.buckets)  # type: ignore[method-assign]
