"""What every test may ask for: real databases, Elasticsearch, a browser, and a count of statements."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest

from portal.contract.loader import discover
from portal.operations import migrate
from tests.support import (
    DatabaseFactory,
    Databases,
    StatementLog,
    counted_statements,
    is_loopback,
    private_elasticsearch,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")
    parser.addoption("--ckan", action="store_true", help="compare with a running CKAN (make test-ckan)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long") or os.environ.get("PORTAL_LONG") == "1":
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture(scope="session", autouse=True)
def _no_outside_network() -> Iterator[None]:
    """Refuse every connection but to this machine: no test may need, or tell, the world outside."""
    original = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address):
            raise PermissionError(f"a test tried to reach {address!r}; tests may reach only this machine")
        original(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Superuser address of a cluster: PORTAL_TEST_CLUSTER_URL, or a cluster of this run's own."""
    given = os.environ.get("PORTAL_TEST_CLUSTER_URL")
    if given:
        yield given
        return
    from portal.operations.cluster import Cluster

    cluster = Cluster(tmp_path_factory.mktemp("cluster"), durable=False)
    cluster.start()
    try:
        yield cluster.superuser_url
    finally:
        cluster.stop()
        cluster.remove()


@pytest.fixture(scope="session")
def database_factory(cluster_url: str) -> Iterator[DatabaseFactory]:
    """Makes provisioned databases under roles of this run's own; all are dropped at the end."""
    factory = DatabaseFactory(cluster_url, secrets.token_hex(4))
    try:
        yield factory
    finally:
        factory.drop_all()


@pytest.fixture(scope="session")
def database_templates(database_factory: DatabaseFactory) -> Databases:
    """Provisioned and fully migrated databases that the others are cloned from; nobody writes into them."""
    made = database_factory.provision("template")
    for kind in ("public", "office"):
        migrate.upgrade(kind, made.addresses.migrator(kind), made.roles, migrate.plugin_trees(discover()))
    return made


@pytest.fixture
def databases(database_factory: DatabaseFactory, database_templates: Databases) -> Iterator[Databases]:
    """A fresh, migrated pair of databases for one test."""
    made = database_factory.clone(database_templates)
    yield made
    database_factory.drop(made)


@pytest.fixture(scope="module")
def module_databases(database_factory: DatabaseFactory, database_templates: Databases) -> Iterator[Databases]:
    """A fresh, migrated pair of databases for all tests of a module."""
    made = database_factory.clone(database_templates)
    yield made
    database_factory.drop(made)


@pytest.fixture
def empty_databases(database_factory: DatabaseFactory) -> Iterator[Databases]:
    """A provisioned pair of databases without any migration."""
    made = database_factory.provision()
    yield made
    database_factory.drop(made)


@pytest.fixture(scope="module")
def module_empty_databases(database_factory: DatabaseFactory) -> Iterator[Databases]:
    """A provisioned pair of databases without any migration for all tests of a module."""
    made = database_factory.provision()
    yield made
    database_factory.drop(made)


@pytest.fixture(scope="session")
def scratch_database(cluster_url: str) -> Iterator[Callable[[], str]]:
    """Gives superuser addresses of databases with PostGIS, pg_trgm and unaccent and nothing else."""
    made: list[str] = []

    def make() -> str:
        from portal.operations.provision import database_url

        name = f"t{secrets.token_hex(4)}_scratch"
        with psycopg.connect(cluster_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        made.append(name)
        url = database_url(cluster_url, database=name)
        with psycopg.connect(url) as connection:
            for extension in ("postgis", "pg_trgm", "unaccent"):
                connection.execute(f"CREATE EXTENSION {extension}")
        return url

    yield make
    with psycopg.connect(cluster_url, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Address of an Elasticsearch node: PORTAL_TEST_ELASTICSEARCH_URL, or a node of this run's own."""
    given = os.environ.get("PORTAL_TEST_ELASTICSEARCH_URL")
    if given:
        yield given
        return
    with private_elasticsearch() as url:
        yield url


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[StatementLog]]:
    """Count SQL: `with statements() as log: …` then `len(log)`; psycopg and SQLAlchemy, this process only."""
    return counted_statements


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Debian's Chromium under Playwright's synchronous API (a playwright.sync_api.Browser)."""
    from playwright.sync_api import sync_playwright

    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        # where the system has none (Ubuntu), Playwright's own build
        found = shutil.which("chromium") or shutil.which("google-chrome")
        running = playwright.chromium.launch(executable_path=found, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root folder of the checkout."""
    return Path(__file__).resolve().parents[1]
