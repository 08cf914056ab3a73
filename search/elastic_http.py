"""The one call that every reader makes, `POST /<index>/_search`, over connections that each thread keeps open.

The client of Elasticsearch does everything else; for this one, which is asked some hundred times a second, its general
way through transport, node pool, retries and headers costs several times what sending and reading the bytes does.
"""

from __future__ import annotations

import base64
import ssl
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

import orjson


class Refused(Exception):
    """The server answered with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Unanswered(Exception):
    """The server did not answer, or what it answered is no JSON."""


class Searcher:
    """Asks one server. `address` is `http(s)://host:port[/path]`, `auth` name and password; `seconds` each wait."""

    def __init__(self, address: str, auth: tuple[str, str] | None, seconds: float) -> None:
        parts = urlsplit(address)
        self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._seconds = seconds
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if auth is not None:
            mark = base64.b64encode(":".join(auth).encode()).decode("ascii")
            self._headers["Authorization"] = f"Basic {mark}"
        self._held = threading.local()
        self._made: set[HTTPConnection] = set()
        self._lock = threading.Lock()

    def search(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one search. Raises Refused and Unanswered; a connection that had grown stale is made anew."""
        return self.ask(index, "_search", body)

    def ask(self, index: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to any question that changes nothing and is posted; raises as `search` does."""
        path = f"{self._path}/{quote(index, safe='')}/{verb}"
        data = orjson.dumps(body)
        stale = getattr(self._held, "connection", None) is not None
        try:
            return self._ask(path, data)
        except (HTTPException, OSError) as error:
            self._drop()
            if not stale or isinstance(error, TimeoutError):
                raise Unanswered from None
        try:
            return self._ask(path, data)
        except (HTTPException, OSError):
            self._drop()
            raise Unanswered from None

    def _ask(self, path: str, data: bytes) -> dict[str, Any]:
        connection = self._connection()
        connection.request("POST", path, data, self._headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Refused(answer.status)
        try:
            found: dict[str, Any] = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Unanswered from None
        return found

    def _connection(self) -> HTTPConnection:
        held: HTTPConnection | None = getattr(self._held, "connection", None)
        if held is None:
            held = (
                HTTPConnection(self._host, self._port, timeout=self._seconds)
                if self._tls is None
                else HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls)
            )
            self._held.connection = held
            with self._lock:
                self._made.add(held)
        return held

    def _drop(self) -> None:
        held: HTTPConnection | None = getattr(self._held, "connection", None)
        self._held.connection = None
        if held is not None:
            held.close()
            with self._lock:
                self._made.discard(held)

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            made, self._made = self._made, set()
        for connection in made:
            connection.close()
