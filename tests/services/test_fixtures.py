"""The fixtures of tests/conftest.py do what they promise."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from elasticsearch import Elasticsearch
from psycopg import sql

from tests.support import Databases, StatementLog, is_loopback

Counter = Callable[[], AbstractContextManager[StatementLog]]


def test_statements_count_once_through_psycopg_and_sqlalchemy(cluster_url: str, statements: Counter) -> None:
    engine = sa.create_engine(sa.make_url(cluster_url).set(drivername="postgresql+psycopg"), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
        with statements() as log:
            connection.execute(sa.text("SELECT 2"))
    with psycopg.connect(cluster_url) as plain, statements() as more:
        plain.execute(sql.SQL("SELECT {}").format(sql.Literal(3)))
        plain.execute(b"SELECT 4")
        plain.execute("SELECT 1")
    assert log.texts == ["SELECT 2"]
    assert more.texts == ["SELECT 3", "SELECT 4"]


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9, 0, 0), ("example.invalid", 80)])
def test_tests_reach_only_this_machine(address: tuple[Any, ...]) -> None:
    assert not is_loopback(address)
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(PermissionError, match="only this machine"):
        outside.connect(address)


@pytest.mark.parametrize("address", [("127.0.0.1", 1), ("127.8.9.1", 1), ("::1", 1, 0, 0), (b"localhost", 1)])
def test_loopback_is_recognised(address: tuple[Any, ...]) -> None:
    assert is_loopback(address)


def test_scratch_databases_have_the_extensions(scratch_database: Callable[[], str]) -> None:
    with psycopg.connect(scratch_database()) as connection:
        assert connection.execute("SELECT postgis_lib_version() > '3.3', show_limit() > 0").fetchone() == (
            True,
            True,
        )


def test_clones_are_apart(databases: Databases, module_databases: Databases) -> None:
    assert databases.names != module_databases.names
    assert databases.roles == module_databases.roles


@pytest.mark.elasticsearch
def test_elasticsearch_answers(elasticsearch_url: str) -> None:
    with Elasticsearch(elasticsearch_url) as client:
        assert client.info()["version"]["number"].split(".")[0] in {"8", "9"}


@pytest.mark.browser
def test_browser_opens_a_page(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<h1>Data terbuka</h1>")
    assert page.inner_text("h1") == "Data terbuka"
    page.close()
