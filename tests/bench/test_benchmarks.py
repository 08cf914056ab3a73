"""Each benchmark runs at a tiny size and prints its ratios; counts are looked at, never times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from bench import __main__ as command
from bench import catalogue, loads, measure, memory, pages, searching
from bench.house import Base, House, settings
from portal.app import service_runtime
from portal.catalog import documents
from tests.apps import dispose, make_public
from tests.support import Databases


@pytest.fixture
def base(databases: Databases, tmp_path: Path) -> Base:
    """The databases of one test where a benchmark would have a cluster of its own."""
    return Base(tmp_path, databases.cluster_url, databases.addresses, os.getpid(), databases.names)


@pytest.fixture
def made(base: Base) -> Iterator[House]:
    """A house on them."""
    house = House(base, service_runtime(settings(base)))
    yield house
    house.close()


def test_a_table_is_loaded_by_us_and_by_psql(made: House, capsys: pytest.CaptureFixture[str]) -> None:
    found = loads.run_table(200, 1, lambda: _given(made))
    printed = capsys.readouterr().out
    assert found["rows"] == (200, 200)
    assert "×" in printed
    assert "COPY and seal" in printed
    assert "bar 4×" in printed


def test_a_layer_is_loaded_by_us_and_by_ogr2ogr(made: House, capsys: pytest.CaptureFixture[str]) -> None:
    found = loads.run_layer(50, 1, ".gpkg", lambda: _given(made))
    printed = capsys.readouterr().out
    assert found["rows"] == (50, 50)
    assert "geometry prepared for tiles" in printed
    assert "bar 2×" in printed


@pytest.mark.elasticsearch
def test_both_engines_answer_the_same_questions(
    base: Base, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_TEST_ELASTICSEARCH_URL", elasticsearch_url)
    found = searching.run([30], 8, lambda: _given(base))
    printed = capsys.readouterr().out
    for engine in ("PostgreSQL", "Elasticsearch"):
        calls = found["30"][engine]["calls"]
        for kind in ("package_search", "dataset"):
            statements, asked = calls[kind]
            assert statements <= 2
            assert asked <= 1
    assert "PostgreSQL ÷ Elasticsearch" in printed


@pytest.mark.browser
def test_pages_are_weighed_in_a_real_browser(
    base: Base, databases: Databases, browser: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app, runtime = make_public(databases, tmp_path)
    writer = House(base, service_runtime(settings(base)))
    catalogue.grow(base.superuser("public"), {"PostgreSQL": writer.runtime.search}, 5)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        found = pages.measure(f"http://127.0.0.1:{server.server_port}", browser, 1, frozenset({"home", "search"}))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        writer.close()
        dispose(runtime)
    assert set(found) == {"home", "search"}
    assert all(requests >= 1 for requests in found.values())
    assert "weight kB" in capsys.readouterr().out


def test_memory_counts_every_process_of_a_family() -> None:
    found = memory.family(os.getpid())
    assert sum(map(len, found.values())) >= 1
    assert all(size > 0 for sizes in found.values() for size in sizes)
    assert memory._name("python -m gunicorn portal.cli.wsgi:public() --bind") == "public process (gunicorn)"


def test_a_generated_package_becomes_the_documents_of_a_release() -> None:
    package = catalogue.generator.dataset(3)
    ready = documents.build(catalogue.published(package), catalogue.SITE)
    assert ready.search.title == package["title"]
    assert set(ready.search.formats) == {item["format"].upper() for item in package["resources"]}


def test_percentiles_are_values_that_were_measured() -> None:
    assert measure.percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert measure.percentile(list(map(float, range(1, 101))), 0.99) == 99.0
    assert measure.ratio(3.0, 2.0) == "1.50×"
    assert measure.ratio(3.0, 0.0) == "–"


def test_the_command_knows_its_verbs() -> None:
    parser = command.parser()
    assert parser.parse_args(["table", "--rows", "10"]).rows == 10
    assert parser.parse_args(["layer"]).format == "both"
    with pytest.raises(SystemExit):
        parser.parse_args(["unknown"])


@contextmanager
def _given(thing: Any) -> Iterator[Any]:
    yield thing
