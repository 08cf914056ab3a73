"""`bench search`: both engines on the same catalogue and the same questions, alone and through the application."""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from sqlalchemy import Engine as Database
from sqlalchemy import event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import catalogue, generator, wsgi
from bench.house import Base, cluster
from bench.measure import family_seconds, percentile, ratio, table
from config.profile import load_profile
from portal.operations.cluster import free_port
from portal.operations.supervisor import Child, Supervisor, gunicorn
from search.documents import Bounds
from search.elastic import ElasticEngine
from search.engine import Engine, counting, open_engine
from search.lucene import parse_q
from search.query import FacetRequest, SearchQuery

KIT = Path(__file__).resolve().parents[1] / "tests" / "services" / "elasticsearch"
CONNECTIONS = 4
FACETS = ("organization", "groups", "tags", "res_format", "license_id")
#: A word is common when it finds at least this share of the catalogue.
COMMON = 0.02


@dataclass(frozen=True)
class Question:
    """Words and a box in degrees."""

    words: str
    box: tuple[float, float, float, float]

    @property
    def query(self) -> SearchQuery:
        """What the engine is asked: words, five facets, box, ten rows."""
        facets = tuple(FacetRequest(name, 50) for name in FACETS)
        return SearchQuery(tree=parse_q(self.words), bbox=Bounds(*self.box), facets=facets, rows=10, relax=True)

    def path(self, kind: str) -> str:
        """The address at the public application: `package_search` or `dataset`."""
        box = ",".join(map(str, self.box))
        if kind == "dataset":
            return "/dataset?" + urlencode({"q": self.words, "ext_bbox": box})
        fields = "[" + ",".join(f'"{name}"' for name in FACETS) + "]"
        return "/api/3/action/package_search?" + urlencode(
            {"q": self.words, "ext_bbox": box, "facet.field": fields, "rows": 10}
        )


@dataclass
class Seat:
    """One engine and the application in front of it."""

    name: str
    engine: Engine
    environment: dict[str, str]
    processor: Callable[[], float]
    servers: dict[str, list[float]] = field(default_factory=dict)
    figures: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    calls: dict[str, tuple[int, int]] = field(default_factory=dict)


def questions(engine: Engine, size: int) -> tuple[list[Question], list[Question]]:
    """Questions of every kind, and those of common words; boxes are quarters of a regency and whole regencies."""
    draw = random.Random(generator.DEFAULT_SEED)
    words = generator.sample_queries()
    totals = {text: engine.search(SearchQuery(tree=parse_q(text), rows=0)).total for text in words}
    common = [text for text in words if totals[text] >= COMMON * size]
    return [Question(text, _box(draw)) for text in words * 4], [Question(text, _box(draw)) for text in common * 8]


def _box(draw: random.Random) -> tuple[float, float, float, float]:
    territory = load_profile(draw.choice(("brebes", "purwakarta", "barru"))).territory
    if territory is None:
        raise RuntimeError("a regency without territory")
    west, south, east, north = territory.box
    if draw.random() < 0.5:
        return west, south, east, north
    x, y = draw.uniform(west, (west + east) / 2), draw.uniform(south, (south + north) / 2)
    return tuple(round(value, 4) for value in (x, y, x + (east - west) / 2, y + (north - south) / 2))  # type: ignore[return-value]


def run(
    sizes: Sequence[int], requests: int, opened: Callable[[], AbstractContextManager[Base]] = cluster
) -> dict[str, Any]:
    """Prints the figures of every size; returns documents found, SQL statements and engine calls a page."""
    answer: dict[str, Any] = {}
    with opened() as base, _elasticsearch() as (url, index):
        seats = [_seat("PostgreSQL", base, "postgresql:", index), _seat("Elasticsearch", base, url, index)]
        try:
            for size in sorted(sizes):
                engines = {seat.name: seat.engine for seat in seats}
                for name, seconds in catalogue.grow(base.superuser("public"), engines, size).items():
                    print(f"{name}: rebuilt with {size:,} datasets in {seconds:.0f} s", flush=True)
                answer[str(size)] = _measure(seats, size, requests)
        finally:
            for seat in seats:
                seat.engine.close()
    return answer


def _seat(name: str, base: Base, search: str, index: str) -> Seat:
    """The engine opened to write, and the environment of a public process in front of it."""
    engine = open_engine(base.addresses.publisher if search == "postgresql:" else search, index)
    engine.prepare()
    environment = {
        "PORTAL_PUBLIC_DATABASE_URL": base.addresses.public,
        "PORTAL_PUBLIC_STORAGE_URL": str(base.folder / "files" / "public"),
        "PORTAL_PUBLIC_SEARCH_URL": search,
        wsgi.INDEX: index,
    }
    if search == "postgresql:":
        return Seat(name, engine, environment, lambda: family_seconds(base.pid))
    return Seat(name, engine, environment, lambda: _node_seconds(search))


def _node_seconds(url: str) -> float:
    """Processor seconds of the Elasticsearch node since its start."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(url) as client:
        nodes = client.nodes.stats(metric="process").body["nodes"]
    return sum(int(node["process"]["cpu"]["total_in_millis"]) for node in nodes.values()) / 1_000


@contextmanager
def _elasticsearch() -> Iterator[tuple[str, str]]:
    """Address and alias: a node that was given by PORTAL_TEST_ELASTICSEARCH_URL, or one of this run's own."""
    index = f"bench{secrets.token_hex(4)}"
    given = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL")
    folder, port = tempfile.mkdtemp(prefix="portal-elasticsearch-"), free_port()
    environment = dict(os.environ, ES_DATA=folder, ES_PORT=str(port), ES_HEAP="1g", ES_PASSWORD="")
    if not given:
        subprocess.run([KIT / "start"], env=environment, check=True, stdin=subprocess.DEVNULL)
    url = given or f"http://127.0.0.1:{port}"
    try:
        yield url, index
    finally:
        from elasticsearch import Elasticsearch

        with Elasticsearch(url) as client:
            for suffix in ("a", "b"):
                client.options(ignore_status=404).indices.delete(index=f"{index}-{suffix}")
        if not given:
            subprocess.run([KIT / "stop", "--purge"], env=environment, check=True, stdin=subprocess.DEVNULL)


def _measure(seats: list[Seat], size: int, requests: int) -> dict[str, Any]:
    every, common = questions(seats[0].engine, size)
    for seat in seats:
        seat.figures, seat.rates, seat.servers = {}, {}, {}
    for kind, asked in (("all words", every), ("common words", common)):
        for turn in range(2):  # A B A B: both meet the same load
            for seat in seats:
                _alone(seat, kind, asked, requests // 4, warm=turn == 0)
    for turn in range(2):
        for seat in seats:
            _inside(seat, every, requests // 4, warm=turn == 0)
    for seat in seats:
        _outside(seat, every, requests)
    _print(seats, size, len(common) // 8)
    return {
        seat.name: {"calls": seat.calls, "requests": len(seat.figures["engine alone, all words"])} for seat in seats
    }


def _cycle(asked: Sequence[Question], count: int) -> Iterator[Question]:
    for number in range(count):
        yield asked[number % len(asked)]


def _alone(seat: Seat, kind: str, asked: Sequence[Question], count: int, *, warm: bool) -> None:
    """The engine without the application, one call after another."""
    if warm:
        for question in asked[: min(count, 30)]:
            seat.engine.search(question.query)
    taken = seat.figures.setdefault(f"engine alone, {kind}", [])
    begun = seat.processor()
    for question in _cycle(asked, count):
        query = question.query
        started = time.perf_counter()
        seat.engine.search(query)
        taken.append((time.perf_counter() - started) * 1_000)
    seat.servers.setdefault(kind, []).append((seat.processor() - begun) * 1_000 / max(count, 1))


@dataclass
class _Watch:
    """What one request cost inside: SQL statements beside the engine's, its calls, its milliseconds."""

    statements: int = 0
    node_ms: float = 0.0
    engine_ms: float = 0.0
    relaxed: bool = False


@contextmanager
def _watched(engine: Engine) -> Iterator[_Watch]:
    """Counts statements of SQLAlchemy (the engine has connections of its own) and the time the engine says it took."""
    watch = _Watch()

    def counted(*_given: object) -> None:
        watch.statements += 1

    original = engine.search

    def search(query: SearchQuery) -> Any:
        results = original(query)
        watch.engine_ms += results.took
        watch.relaxed = watch.relaxed or results.relaxed or not results.total
        return results

    event.listen(Database, "before_cursor_execute", counted)
    try:
        with patch.object(engine, "search", search), _node_time(engine, watch):
            yield watch
    finally:
        event.remove(Database, "before_cursor_execute", counted)


@contextmanager
def _node_time(engine: Engine, watch: _Watch) -> Iterator[None]:
    """Elasticsearch's own `took` of every answer."""
    if not isinstance(engine, ElasticEngine):
        yield
        return
    client = engine._client
    original = client.search

    def search(**asked: Any) -> Any:
        answer = original(**asked)
        watch.node_ms += answer.body["took"]
        return answer

    with patch.object(client, "search", search):
        yield


def _inside(seat: Seat, asked: Sequence[Question], count: int, *, warm: bool) -> None:
    """The whole application in this process: time at the server, and less what the engine says it took."""
    with patch.dict(os.environ, seat.environment):
        app, made = wsgi.make()
    try:
        for kind in ("package_search", "dataset"):
            for question in asked[: min(count, 10)] if warm else ():
                _get(app, question.path(kind))
            for question in _cycle(asked, count):
                with _watched(made.search) as watch, counting(made.search) as calls:
                    started, worked = time.perf_counter(), time.thread_time()
                    _get(app, question.path(kind))
                    whole, own_cpu = (time.perf_counter() - started) * 1_000, (time.thread_time() - worked) * 1_000
                own = watch.node_ms or watch.engine_ms
                seat.figures.setdefault(f"{kind}, processor time of the application", []).append(own_cpu)
                seat.figures.setdefault(f"{kind}, at the server", []).append(whole)
                seat.figures.setdefault(f"{kind}, less the engine's own time", []).append(whole - own)
                seat.figures.setdefault(f"{kind}, less the whole engine call", []).append(whole - watch.engine_ms)
                # a page that finds nothing may ask once more, forgiving typing errors
                what = f"{kind}, nothing found" if watch.relaxed else kind
                most = seat.calls.get(what, (0, 0))
                seat.calls[what] = (max(most[0], watch.statements), max(most[1], len(calls)))
    finally:
        made.close()


def _get(app: Any, path: str) -> None:
    """One request through WSGI, read to its end."""
    environ = EnvironBuilder(path=path, base_url=catalogue.SITE).get_environ()
    body, status, _headers = run_wsgi_app(app, environ, buffered=True)
    for _block in body:
        pass
    if not status.startswith("200"):
        raise RuntimeError(f"{path}: {status}")


def _outside(seat: Seat, asked: Sequence[Question], count: int) -> None:
    """gunicorn as in the demo, and four connections that stay open."""
    port = free_port()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    child = Child(
        "public",
        gunicorn("bench.wsgi:public()", "127.0.0.1", port),
        inherited | seat.environment | {"PYTHONPATH": str(KIT.parents[2])},
        f"http://127.0.0.1:{port}/health",
    )
    with tempfile.TemporaryDirectory(prefix="portal-bench-log-") as folder:
        supervisor = Supervisor(Path(folder))
        supervisor.start(child)
        try:
            supervisor.wait_healthy()
            for kind in ("package_search", "dataset"):
                _storm(port, [question.path(kind) for question in asked[: min(count, 40)]])
                started = time.perf_counter()
                taken = _storm(port, [question.path(kind) for question in _cycle(asked, count)])
                seat.rates[kind] = count / (time.perf_counter() - started)
                seat.figures[f"{kind}, {CONNECTIONS} connections"] = taken
        finally:
            supervisor.stop()


def _storm(port: int, paths: Sequence[str]) -> list[float]:
    """Asks for every path over a few connections; milliseconds of each."""
    taken: list[float] = []
    faults: list[str] = []

    def ask(mine: Sequence[str]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path in mine:
            started = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            taken.append((time.perf_counter() - started) * 1_000)
            if answer.status != 200:
                faults.append(f"{answer.status} {path}")
        connection.close()

    threads = [Thread(target=ask, args=(paths[start::CONNECTIONS],)) for start in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return taken


def _print(seats: list[Seat], size: int, common: int) -> None:
    rows: list[list[object]] = []
    for name in seats[0].figures:
        row: list[object] = [name]
        halves = [seat.figures[name] for seat in seats]
        for taken in halves:
            row += [percentile(taken, 0.5), percentile(taken, 0.99)]
        row.append(ratio(percentile(halves[0], 0.5), percentile(halves[1], 0.5)))
        rows.append(row)
    head = ["milliseconds"] + [f"{seat.name} {share}" for seat in seats for share in ("p50", "p99")]
    title = f"Search in {size:,} datasets: words, 5 facets, box ({common} common words)"
    table(title, [*head, "PostgreSQL ÷ Elasticsearch (p50)"], rows)
    names = [seat.name for seat in seats]
    table(
        f"Requests a second in {size:,} datasets",
        ["", *names, "ratio"],
        [
            (f"{kind} at {CONNECTIONS} connections", *rates, ratio(rates[0], rates[1]))
            for kind in seats[0].rates
            if (rates := [seat.rates[kind] for seat in seats])
        ],
    )
    worked = [
        (f"a call, {kind}", *milliseconds, ratio(milliseconds[0], milliseconds[1]))
        for kind in seats[0].servers
        if (milliseconds := [min(seat.servers[kind]) for seat in seats])
    ]
    table(f"Processor milliseconds of the engine's server in {size:,} datasets (mean)", ["", *names, "ratio"], worked)
    counted = [
        (what, *(f"{sql} SQL, {calls} engine" for sql, calls in (seat.calls.get(what, (0, 0)) for seat in seats)))
        for what in sorted({what for seat in seats for what in seat.calls})
    ]
    table("Most statements and engine calls a page", ["", *names], counted)
