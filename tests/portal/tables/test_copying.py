"""Whole tables by COPY: the same cells as the rows themselves give, in ranges that leave nothing open between them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from geo.tables.export import delimited
from portal.api import records
from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowFilter, RowQuery, RowSort
from portal.kernel.db import open_engine
from portal.kernel.errors import Invalid
from portal.tables import copying, dumping
from portal.tables.copying import CopiedRows, Form, by_ranges
from portal.tables.questions import Question, Shape
from portal.tables.reader import driver_of
from portal.tables.rows import ID_COLUMN
from tests.support import Databases

TYPES = {
    "teks": "text", "bulat": "bigint", "pecahan": "numeric", "ganda": "double precision", "hari": "date",
    "waktu": "timestamp", "zona": "timestamptz", "jam": "time", "sah": "boolean", "lain": "jsonb",
    "daftar": "text[]",
}  # fmt: skip
COLUMNS = tuple(ColumnEntry(name=name, label=name, type=kind) for name, kind in TYPES.items())
ALL = RowQuery(columns=("_id", *TYPES), limit=0)
AWKWARD = (
    "=1+1", "-", "--", "-x", "+62", "@a", "\tb", "\rc", "a,b", 'a"b', '"', "a\nb", "a\r\nb", "\\.", "\\N", "null", "",
    "a\x01b", "😀 é", "[1],\n    [2]", "x" * 5000, "]", "'",
)  # fmt: skip


def view(handle: str, columns: tuple[ColumnEntry, ...]) -> ResourceView:
    return ResourceView(
        id=uuid4(), version=1, dataset_id=uuid4(), dataset_name="d", dataset_title="D", name="r", kind="tabel",
        format="CSV", table=handle, columns=columns,
    )  # fmt: skip


class Table:
    """A published table of every type, refilled at will."""

    def __init__(self, databases: Databases) -> None:
        self.handle = f"t_{uuid4().hex}_1"
        self.writer: Engine = open_engine(databases.addresses.publisher)
        self.engine: Engine = open_engine(databases.addresses.public)
        columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
        with self.writer.begin() as made:
            made.execute(text(f"CREATE TABLE rows.{self.handle} (_id bigint PRIMARY KEY, {columns})"))
            made.execute(text("SELECT rows.open_table(:name)"), {"name": self.handle})
        self.view = view(self.handle, COLUMNS)

    def fill(self, statement: str, **values: Any) -> None:
        with self.writer.begin() as made:
            made.execute(text(f"TRUNCATE rows.{self.handle}"))
            made.execute(text(f"INSERT INTO rows.{self.handle} {statement}"), values)

    def dump(self, query: RowQuery = ALL, form: Form = "csv", *, guard: bool = False) -> bytes:
        with Session(self.engine) as session:
            return b"".join(CopiedRows(session).copied(self.view, query, form, guard=guard))

    def chunks(self, form: Form = "csv", *names: str, guard: bool = False) -> bytes:
        asked = Question(fields=names or ("_id", *TYPES), limit=None)
        with Session(self.engine) as session:
            return b"".join(dumping.lines(driver_of(session), Shape.of(self.view), asked, form, guard=guard))

    def rows(self, query: RowQuery = ALL) -> list[tuple[Any, ...]]:
        with Session(self.engine) as session:
            return list(CopiedRows(session).stream(self.view, query))

    def close(self) -> None:
        self.writer.dispose()
        self.engine.dispose()


@pytest.fixture(scope="module")
def table(module_databases: Databases) -> Iterator[Table]:
    made = Table(module_databases)
    yield made
    made.close()


def texts(table: Table, cells: Sequence[str | None]) -> None:
    """One row for each text, the other columns empty."""
    table.fill(
        "(_id, teks) SELECT n, c FROM unnest(CAST(:cells AS text[])) WITH ORDINALITY AS x (c, n)", cells=list(cells)
    )


def lists(data: bytes) -> list[list[Any]]:
    """The pieces of JSON as rows."""
    found: list[list[Any]] = orjson.loads(b"[" + data + b"]")
    return found


def parsed(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_awkward_texts_are_those_of_the_writer_row_by_row(table: Table, form: Form, delimiter: str) -> None:
    texts(table, AWKWARD)
    query = RowQuery(columns=("_id", "teks"), limit=0)
    columns = [records.export_column(ID_COLUMN), records.export_column(COLUMNS[0])]
    slow = b"".join(delimited(columns, table.rows(query), delimiter=delimiter))
    guarded = table.dump(query, form, guard=True)
    assert parsed(guarded, delimiter) == parsed(slow, delimiter)[1:]
    whole = table.dump(query, form)
    assert [row[1] for row in parsed(whole, delimiter)] == list(AWKWARD), "a program gets what was put in"
    assert whole.count(b"\r\n") == 1, "lines end as COPY ends them; the line ends inside cells stay as they were"
    assert table.chunks(form, "_id", "teks") == whole, "the same bytes in chunks"
    assert table.chunks(form, "_id", "teks", guard=True) == guarded


@settings(max_examples=25, deadline=None, database=None)
@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_characters="\x00", codec="utf-8"))), max_size=8))
def test_any_text_comes_back(table: Table, cells: list[str | None]) -> None:
    texts(table, cells)
    query = RowQuery(columns=("_id", "teks"), limit=0)
    assert [row[1] for row in lists(table.dump(query, "json"))] == cells
    assert [row[1] for row in parsed(table.dump(query))] == [cell or "" for cell in cells]
    assert table.chunks("csv", "_id", "teks") == table.dump(query)


def test_json_says_what_the_rows_say(table: Table) -> None:
    texts(table, AWKWARD)
    assert lists(table.dump(form="json")) == [list(row) for row in table.rows()]


def test_every_type(table: Table) -> None:
    table.fill(
        "VALUES (1, 'a', -5, 1.50, 0.1, '2025-01-02', '2025-01-02 03:04:05.6789', '2025-01-02 03:04:05+00', '10:00',"
        """ true, '{"a": [1, "x"]}', ARRAY['x,y', NULL]),"""
        " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
        " (3, 'b', 9007199254740993, 'NaN', 'NaN', NULL, NULL, NULL, NULL, false, NULL, NULL),"
        " (4, 'c', 0, 1234567890.123456789, '-Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    fast = lists(table.dump(form="json"))
    assert fast[0] == [1, "a", -5, 1.5, 0.1, "2025-01-02", "2025-01-02T03:04:05.678", fast[0][7], "10:00:00", True,
                       {"a": [1, "x"]}, ["x,y", None]]  # fmt: skip
    assert fast[1][1:] == [None] * len(TYPES)
    assert (fast[2][3:5], fast[3][4]) == (["NaN", "NaN"], "-Infinity"), "as CKAN: JSON has no such number"
    assert [row[:7] + row[8:] for row in lists(table.chunks("json"))] == [row[:7] + row[8:] for row in fast]
    first, empty, third, fourth = parsed(table.dump())
    assert first[:7] == ["1", "a", "-5", "1.50", "0.1", "2025-01-02", "2025-01-02T03:04:05.678"]
    assert first[8:] == ["10:00:00", "t", '{"a": [1, "x"]}', '["x,y",null]']
    assert empty == ["2", *[""] * (len(TYPES) - 2), "null", "null"]
    assert third == ["3", "b", "9007199254740993", "NaN", "NaN", *[""] * 4, "f", "null", "null"]
    assert fourth[3:5] == ["1234567890.123456789", "-Infinity"]
    assert b"1234567890.123456789" in table.dump(form="json")


def test_absence_alone_in_a_row_is_an_empty_line_as_in_ckan(table: Table) -> None:
    texts(table, ["a", None, "", "b"])
    assert table.dump(RowQuery(columns=("teks",), limit=0)) == b'a\n\n""\nb\n' == table.chunks("csv", "teks")


def test_ranges_leave_nothing_out_and_nothing_twice(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FIRST", 7)
    monkeypatch.setattr(copying, "TARGET", 400)
    table.fill("(_id, teks, bulat) SELECT g * g, repeat('x', g::int % 50), g % 3 FROM generate_series(3, 200) g")
    every = [g * g for g in range(3, 201)]
    query = RowQuery(columns=("_id",), limit=0)
    assert [int(row[0]) for row in parsed(table.dump(query))] == every
    assert [row[0] for row in lists(table.dump(query, "json"))] == every
    some = RowQuery(columns=("_id",), limit=0, filters=(RowFilter("bulat", "eq", ("1",)),))
    assert [row[0] for row in lists(table.dump(some, "json"))] == [g * g for g in range(3, 201) if g % 3 == 1]
    assert [row[0] for row in lists(table.dump(RowQuery(columns=("_id",), limit=20), "json"))] == every[:20]


def test_nothing_is_open_between_pieces(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FIRST", 10)
    table.fill("(_id) SELECT g FROM generate_series(1, 50) g")
    with Session(table.engine) as session:
        stream = CopiedRows(session).copied(table.view, ALL, "csv")
        next(stream)
        assert not session.in_transaction()
        assert table.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_range_far_too_large_is_given_in_pieces(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_LARGEST", 2_000)
    table.fill("(_id, teks) SELECT g, repeat('y\"', 50) FROM generate_series(1, 100) g")
    with Session(table.engine) as session:
        pieces = list(CopiedRows(session).copied(table.view, RowQuery(columns=("_id", "teks"), limit=0), "csv"))
    assert len(pieces) > 5
    assert [row[0] for row in parsed(b"".join(pieces))] == [str(g) for g in range(1, 101)]
    with Session(table.engine) as session:  # a reader who leaves amid a range spoils no connection
        CopiedRows(session).copied(table.view, ALL, "csv").__next__()
    assert len(table.rows()) == 100


def test_filters_are_values_and_never_sql(table: Table) -> None:
    words = ["'; DROP TABLE x; --", "100%", "%s", "a\\'b", "${x}", ":x"]
    texts(table, words)
    for number, word in enumerate(words, start=1):
        query = RowQuery(columns=("_id",), limit=0, filters=(RowFilter("teks", "in", (word, "lain")),))
        assert table.dump(query) == f"{number}\n".encode()
        assert table.dump(RowQuery(columns=("_id",), limit=0, q=word.split()[0])).startswith(b"")


def test_unknown_columns_are_refused(table: Table) -> None:
    with pytest.raises(Invalid):
        table.dump(RowQuery(columns=("zz",), limit=0))


def test_faults_of_the_server_are_told(table: Table) -> None:
    table.fill("(_id, bulat) SELECT g, g FROM generate_series(1, 3000) g")
    with Session(table.engine) as session:
        session.execute(text("SET statement_timeout = 1"))
        slow = RowQuery(columns=tuple(TYPES), limit=0, q="x y z")
        with pytest.raises(OperationalError):
            list(CopiedRows(session).copied(table.view, slow, "json"))
    assert len(table.rows()) == 3000
    wrong = view(table.handle, (ColumnEntry(name="tiada", label="x", type="text"),))
    with Session(table.engine) as session, pytest.raises(DBAPIError):
        list(CopiedRows(session).copied(wrong, RowQuery(limit=0), "csv"))


def test_which_questions_go_by_ranges() -> None:
    assert by_ranges(RowQuery(limit=5, filters=(RowFilter("a", "empty"),)))
    assert not by_ranges(RowQuery(sort=(RowSort("a"),)))
    assert not by_ranges(RowQuery(offset=1))
    assert not by_ranges(RowQuery(distinct=True))


def test_exact_numbers(table: Table) -> None:
    table.fill("(_id, pecahan) VALUES (1, 123456789012345678901234567890.5)")
    assert Decimal(parsed(table.dump(RowQuery(columns=("pecahan",), limit=0)))[0][0]) == Decimal(
        "123456789012345678901234567890.5"
    )
