"""A small client of the action API, and four of them that ask at once from processes of their own."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from bench.ckan_sites import Site

CONNECTIONS = 4
TIMEOUT = 300
#: Seconds after which a server may have closed a connection that waits.
IDLE = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request of `weight` units of work; `data` is posted as JSON, `writes` goes to the writing side by token."""

    path: str
    data: Any = None
    writes: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Storm:
    """What a storm of requests came to: units of work, seconds, and what went wrong first."""

    units: int
    requests: int
    seconds: float
    processor: float
    fault: str = ""

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds if self.seconds else 0.0

    @property
    def cpu(self) -> float:
        """Milliseconds of the servers' processors a request."""
        return self.processor * 1_000 / self.requests if self.requests else float("nan")


class Client:
    """One connection that stays open where the server lets it, and opens anew where not."""

    def __init__(self, site: Site) -> None:
        """Connect at the first question."""
        self.token = site.token
        self._hosts = {False: urlsplit(site.read).netloc, True: urlsplit(site.write).netloc}
        self._open: dict[bool, HTTPConnection] = {}
        self._used = 0.0

    def send(self, asked: Request) -> tuple[int, bytes]:
        """Status and whole body; a GET is sent once more when the server closed the connection, a POST never.

        It may have been done; so a connection that was idle for a second is opened anew for it.
        """
        for attempt in (1, 2):
            connection = self._open.setdefault(asked.writes, HTTPConnection(self._hosts[asked.writes], timeout=TIMEOUT))
            if asked.data is not None and time.monotonic() - self._used > IDLE:
                connection.close()
            try:
                answer = self._ask(connection, asked)
                body = answer.read()
                self._used = time.monotonic()
                return answer.status, body
            except (HTTPException, OSError):
                connection.close()
                if attempt == 2 or asked.data is not None:
                    raise
        raise AssertionError("unreachable")

    def _ask(self, connection: HTTPConnection, asked: Request) -> HTTPResponse:
        headers = {"Authorization": self.token} if asked.writes else {}
        if asked.data is None:
            connection.request("GET", asked.path, headers=headers)
        else:
            headers["Content-Type"] = "application/json"
            connection.request("POST", asked.path, json.dumps(asked.data), headers)
        return connection.getresponse()

    def action(self, name: str, data: Any) -> Any:
        """The result of an action on the writing side. Raises RuntimeError with the refusal."""
        status, body = self.send(Request(f"/api/3/action/{name}", data, writes=True))
        if status != 200:
            raise RuntimeError(f"{name}: {status} {body[:300].decode('utf-8', 'replace')}")
        return json.loads(body)["result"]

    def exists(self, name: str) -> bool:
        """Whether anybody may read a dataset of that name."""
        return self.send(Request("/api/3/action/package_show", {"id": name}))[0] == 200


def _walk(site: Site, asked: Sequence[Request], seconds: float, results: Any) -> None:
    client, units, done, fault = Client(site), 0, 0, ""
    end = time.perf_counter() + seconds
    for request in asked:
        if time.perf_counter() >= end:
            break
        status, body = client.send(request)
        if status != 200:
            fault = fault or f"{status} {request.path[:120]} {body[:200].decode('utf-8', 'replace')}"
            continue
        units, done = units + request.weight, done + 1
    results.put((units, done, fault))


def storm(site: Site, asked: Sequence[Request], seconds: float) -> Storm:
    """Ask over four connections, each in a process of its own, until the time or the requests are over."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    shares = [asked[start::CONNECTIONS] for start in range(CONNECTIONS)]
    walkers = [context.Process(target=_walk, args=(site, share, seconds, results)) for share in shares]
    begun, started = site.processor(), time.perf_counter()
    for walker in walkers:
        walker.start()
    found = [results.get(timeout=min(seconds, 3600) + TIMEOUT) for _ in walkers]
    taken, worked = time.perf_counter() - started, site.processor() - begun
    for walker in walkers:
        walker.join()
    fault = next((item[2] for item in found if item[2]), "")
    return Storm(sum(item[0] for item in found), sum(item[1] for item in found), taken, worked, fault)
