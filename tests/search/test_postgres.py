"""The Postgres engine on a real server keeps the contract."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from search.engine import Engine, counting
from search.errors import EngineUnavailable, RebuildRunning
from search.lucene import parse_q
from search.postgres import PostgresEngine
from search.postgres_schema import ddl, grants
from search.query import FacetRequest, SearchQuery, Words
from tests.search.contract import EngineContract
from tests.search.contract_writing import WritingContract
from tests.search.corpus import corpus, document, uid


@pytest.fixture(scope="module")
def loaded(postgres_engine: Callable[[], Engine]) -> Engine:
    engine = postgres_engine()
    engine.upsert(corpus())
    return engine


@pytest.fixture
def empty(postgres_engine: Callable[[], Engine]) -> Engine:
    return postgres_engine()


class TestReads(EngineContract):
    """Every question of the contract."""


class TestWrites(WritingContract):
    """Every change of the contract."""


def _as(url: str, role: str) -> str:
    """The address with another user, whose password is its name."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{role}@{parts.hostname}:{parts.port}"))


@pytest.fixture
def roles(search_database: str) -> Iterator[tuple[str, str, str]]:
    """A schema with a reader and a writer that have exactly the granted rights."""
    schema, reader, writer = (f"{name}{secrets.token_hex(4)}" for name in "srw")
    with psycopg.connect(search_database, autocommit=True) as connection:
        for role in (reader, writer):
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(role))
            )
        for statement in (*ddl(schema), *grants(schema, readers=[reader], writers=[writer])):
            connection.execute(statement.encode())
    yield schema, _as(search_database, reader), _as(search_database, writer)
    with psycopg.connect(search_database, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        for role in (reader, writer):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_readers_read_and_writers_write_and_neither_more(roles: tuple[str, str, str]) -> None:
    schema, reader_url, writer_url = roles
    reader, writer = PostgresEngine(reader_url, schema=schema), PostgresEngine(writer_url, schema=schema)
    assert writer.upsert(corpus()) == len(corpus())
    assert writer.rebuild(corpus()) == len(corpus())
    assert reader.search(SearchQuery(tree=parse_q("stuntng"), facets=(FacetRequest("tags"),))).total == 1
    assert reader.suggest("prod")
    assert reader.did_you_mean("stuntng") == "stunting"
    reader.ping()
    for verb in (lambda: reader.upsert([document("x", "X")]), lambda: reader.delete([uid("rapbd")])):
        with pytest.raises(EngineUnavailable):
            verb()
    assert reader.count() == len(corpus())
    for url in (reader_url, writer_url):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("CREATE TABLE {}.x ()").format(sql.Identifier(schema)))
    reader.close()
    writer.close()


def test_tables_that_are_absent_are_an_engine_that_is_down(search_database: str) -> None:
    engine = PostgresEngine(search_database, schema="tidak_ada")
    for verb in (engine.ping, lambda: engine.search(SearchQuery()), lambda: engine.rebuild([])):
        with pytest.raises(EngineUnavailable):
            verb()
    engine.close()


def test_a_second_rebuild_at_the_same_time_is_refused(empty: PostgresEngine) -> None:
    def source() -> Iterator[object]:
        with pytest.raises(RebuildRunning):
            empty.rebuild([])
        yield document("a", "Curah Hujan")

    assert empty.rebuild(source()) == 1  # type: ignore[arg-type]
    assert empty.rebuild([]) == 0


def test_a_page_is_one_statement(empty: PostgresEngine, search_database: str) -> None:
    empty.upsert(corpus())
    query = SearchQuery(tree=Words("padi"), facets=(FacetRequest("tags"), FacetRequest("organization")))
    empty.search(query)  # the first call also asks where pg_trgm lives
    statements: list[str] = []
    plain = psycopg.Connection.execute

    def noted(self: psycopg.Connection[object], query: object, *args: object, **kwargs: object) -> object:
        statements.append(str(query))
        return plain(self, query, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, counting(empty) as calls:
        patch.setattr(psycopg.Connection, "execute", noted)
        empty.search(query)
    assert (len(statements), calls) == (1, ["search"])


def test_counts_survive_a_lost_table_by_a_rebuild(empty: PostgresEngine, search_database: str) -> None:
    empty.upsert(corpus())
    with psycopg.connect(search_database) as connection:
        for table in ("vocabulary", "document"):
            connection.execute(sql.SQL("DELETE FROM {}.{}").format(empty._name, sql.Identifier(table)))
    assert len(empty.check((item.id, item.revision) for item in corpus()).missing) == len(corpus())
    assert empty.rebuild(corpus()) == len(corpus())
    results = empty.search(SearchQuery(facets=(FacetRequest("organization"),)))
    assert sum(item.count for item in results.facets[0].items) == results.total == len(corpus())
    assert empty.did_you_mean("stuntng") == "stunting"
