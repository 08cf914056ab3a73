"""Engines on the real servers, each with tables or an index of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest

from search.elastic import ElasticEngine
from search.postgres import PostgresEngine
from search.postgres_schema import ddl, drop


@pytest.fixture(scope="session")
def search_database(scratch_database: Callable[[], str]) -> str:
    """A database for the schemas of this room's tests."""
    return scratch_database()


@pytest.fixture(scope="session")
def postgres_engine(search_database: str) -> Iterator[Callable[[], PostgresEngine]]:
    """Makes engines on fresh schemas; all are dropped at the end."""
    made: list[tuple[str, PostgresEngine]] = []

    def make() -> PostgresEngine:
        schema = f"s{secrets.token_hex(4)}"
        with psycopg.connect(search_database) as connection:
            for statement in ddl(schema):
                connection.execute(statement.encode())
        engine = PostgresEngine(search_database, schema=schema)
        made.append((schema, engine))
        return engine

    yield make
    for schema, engine in made:
        engine.close()
        with psycopg.connect(search_database) as connection:
            for statement in drop(schema):
                connection.execute(statement.encode())


@pytest.fixture(scope="session")
def elastic_engine(elasticsearch_url: str) -> Iterator[Callable[[], ElasticEngine]]:
    """Makes engines on fresh indexes; all are deleted at the end."""
    from elasticsearch import Elasticsearch

    made: list[tuple[str, ElasticEngine]] = []

    def make() -> ElasticEngine:
        alias = f"t{secrets.token_hex(4)}"
        engine = ElasticEngine(elasticsearch_url, alias)
        engine.prepare()
        made.append((alias, engine))
        return engine

    yield make
    with Elasticsearch(elasticsearch_url) as client:
        for alias, engine in made:
            engine.close()
            for suffix in ("a", "b"):
                client.options(ignore_status=404).indices.delete(index=f"{alias}-{suffix}")
