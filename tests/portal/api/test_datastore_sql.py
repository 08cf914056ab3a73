"""SQL of callers: off unless it is turned on, one SELECT, published tables, a role of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.contract.metadata import ColumnEntry
from portal.kernel.errors import Forbidden, Invalid
from portal.tables import sql_names
from portal.tables.questions import Shape
from portal.tables.sql_search import rewritten
from tests.apps import dispose, make_public
from tests.portal.api.world import SITE, World
from tests.support import Databases

COLUMN = ColumnEntry(name='a%"{}')


@pytest.fixture(scope="module")
def open_world(world: World, module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same portal with SQL turned on; its table is opened to the reader's role as a release opens it."""
    with psycopg.connect(module_databases.addresses.publisher) as connection:
        connection.execute("SELECT rows.open_table(%s)", [f"t_{world.table.hex}_1"])
    app, runtime = make_public(module_databases, tmp_path_factory.mktemp("sql"), site_url=SITE, datastore_sql=True)
    app.testing = False
    yield World(app, runtime, world.table, world.first, world.withdrawn)
    dispose(runtime)


def ask(world: World, sql: str) -> Any:
    return world.result("datastore_search_sql", {"sql": sql.replace("@t", f'"{world.table}"')})


def test_off_it_does_not_exist(world: World) -> None:
    answer = world.client.get("/api/3/action/datastore_search_sql?sql=SELECT%201")
    assert answer.status_code == 400
    assert answer.get_json() == "Bad request: Action name not known: datastore_search_sql"


def test_what_it_answers(open_world: World) -> None:
    found = ask(open_world, "SELECT tahun, count(*) AS n FROM @t GROUP BY tahun ORDER BY 1")
    assert found["records"] == [{"tahun": 2020, "n": 1}, {"tahun": 2021, "n": 1}, {"tahun": 2022, "n": 2}]
    assert found["fields"] == [{"id": "tahun", "type": "int4"}, {"id": "n", "type": "int8"}]
    everything = ask(open_world, "SELECT * FROM @t WHERE _id = 1")
    assert everything["fields"][:2] == [{"id": "_id", "type": "int4"}, {"id": "_full_text", "type": "tsvector"}]
    whole = everything["records"][0]
    assert "'33.29':1" in whole.pop("_full_text")
    counted = ask(open_world, "SELECT count(*) AS n FROM @t WHERE _full_text @@ to_tsquery('simple', '2022')")
    assert counted["records"] == [{"n": 2}]
    assert whole == {
        "_id": 1, "kode": "33.29", "tahun": 2020, "jumlah": 1.5, "tanggal": "2020-01-02", "sah": True,
        "waktu": "2020-01-02T03:04:05",
    }  # fmt: skip
    joined = "WITH x AS (SELECT _id FROM @t) SELECT b.kode FROM x JOIN @t AS b USING (_id) WHERE b.kode LIKE '33%'"
    assert len(ask(open_world, joined)["records"]) == 2
    assert ask(open_world, f'SELECT "{open_world.table}".tahun FROM @t LIMIT 1')["records"] == [{"tahun": 2020}]
    assert ask(open_world, "SELECT 1 AS a, NULL AS b, ARRAY[1.5, 2] AS c")["records"] == [
        {"a": 1, "b": None, "c": [1.5, 2]}
    ]


def test_there_is_a_ceiling(open_world: World) -> None:
    many = "SELECT a FROM (SELECT generate_series(1, 40000) AS a) x"
    found = ask(open_world, many)
    assert (len(found["records"]), found["records_truncated"]) == (32_000, True)
    assert "records_truncated" not in ask(open_world, "SELECT 1 AS a")


REFUSED = [
    ("", 409), ("SELEC 1", 409), ("SELECT 1; SELECT 2", 409), ("DELETE FROM @t", 409), ("DROP TABLE @t", 409),
    ("SELECT * INTO x FROM @t", 409), ("SELECT * FROM @t FOR UPDATE", 409), ("COPY @t TO STDOUT", 409),
    ("SET ROLE postgres", 409), ("RESET ROLE", 409), ("EXPLAIN SELECT 1", 409), ("SELECT $1", 409),
    ("WITH x AS (DELETE FROM @t RETURNING *) SELECT * FROM x", 409),
    ("WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 1 FROM x) SELECT * FROM x", 409),
    ("SELECT * FROM pg_catalog.pg_class", 403), ("SELECT * FROM catalog.dataset", 403),
    ("SELECT * FROM rows.t_x", 403), ("SELECT * FROM inbox.box", 403), ("SELECT * FROM pg_class", 403),
    ("SELECT * FROM pg_class, (WITH pg_class AS (SELECT 1) SELECT * FROM pg_class) x", 409),
    ("SELECT * FROM tidak_ada", 404), ("SELECT rahasia FROM @t", 409), ("SELECT tidak_ada FROM @t", 409),
    ("SELECT pg_sleep(9)", 403), ("SELECT pg_read_file('/etc/passwd')", 403),
    ("SELECT set_config('role', 'x', true)", 403),
    ("SELECT query_to_xml('select 1', true, true, '')", 403), ("SELECT public.st_point(1, 2)", 403),
    ("SELECT rows.reader_role()", 403), ("SELECT current_user", 403), ("SELECT session_user", 403),
    ("SELECT 'pg_class'::regclass", 409), ("SELECT lo_import('/etc/passwd')", 403),
    ("SELECT repeat('x', 999999999)", 403),
    ("SELECT a FROM generate_series(1, 3) a", 409), ("SELECT 1 OPERATOR(public.+) 1", 409), ("SELECT 1/0", 409),
    ("SELECT NOT " * 3_000 + "true", 409), ("SELECT " + "(" * 9_000 + "1" + ")" * 9_000, None),
    ("SELECT 1 FROM @t a, @t b, @t c, @t d, @t e, @t f, @t g, @t h, @t i, @t j, @t k, @t l, @t m", None),
    ("SELECT 'a\x00b'", 409),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "status"), REFUSED)
def test_what_it_refuses(open_world: World, sql: str, status: int | None) -> None:
    found, body = open_world.call("datastore_search_sql", {"sql": sql.replace("@t", f'"{open_world.table}"')})
    assert found == status if status else found in {200, 409}, body
    assert "portal_" not in str(body)


def test_the_role_reads_rows_and_nothing_else(open_world: World, module_databases: Databases) -> None:
    roles = module_databases.roles
    with psycopg.connect(module_databases.superuser("public")) as connection:
        connection.execute(f'SET ROLE "{roles.sql}"')
        count = connection.execute(f'SELECT count(*) FROM rows."t_{open_world.table.hex}_1"').fetchone()
        assert count == (4,)
        for forbidden in ("SELECT * FROM catalog.dataset", "INSERT INTO inbox.usage DEFAULT VALUES",
                          "CREATE TABLE rows.x ()", "SELECT * FROM catalog.applied_order"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(forbidden)
    # the next request of the same connection is the public role again
    ask(open_world, "SELECT 1 AS a")
    assert open_world.result("package_list")


WORDS = st.sampled_from([
    "SELECT", "FROM", "WHERE", "a", "*", ",", "(", ")", "1", "'x'", "t", "JOIN", "ON", "=", "UNION", "WITH", "AS",
    "pg_sleep", "count", "::", "text", "regclass", ";", "--", "/*", "*/", "$1", "\"", "DELETE", "INTO", "LATERAL",
    "ORDER", "BY", "LIMIT", "CASE", "WHEN", "THEN", "END", "IN", "NOT", "NULL", "pg_catalog", ".", "current_user",
])  # fmt: skip


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_whatever_is_written_is_judged(text: str) -> None:
    """Either it is refused in words, or what comes out holds nothing that is not on the lists."""
    try:
        found = rewritten(text, lambda _name: Shape("rows", "t_" + "0" * 32 + "_1", (COLUMN,)))
    except (Invalid, Forbidden):
        return
    for word in ("pg_sleep", "regclass", "DELETE", "INTO", ";", "--", "/*", "$1", "CURRENT_USER"):
        assert word not in found.upper().replace("'", "") or word.lower() not in sql_names.FUNCTIONS, found
