"""Rows of published tables: paging, filters, totals and every way to smuggle SQL through a name or a value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowFilter, RowQuery, RowSort
from portal.kernel.db import open_engine
from portal.kernel.errors import Invalid, NotFound
from portal.tables.rows import SqlRows
from tests.support import Databases

HANDLE = f"t_{'a' * 32}_1"
COLUMNS = (
    ColumnEntry(name="kode", label="Kode", type="text"),
    ColumnEntry(name="tahun", label="Tahun", type="integer"),
    ColumnEntry(name="jumlah", label="Jumlah", type="numeric", unit="jiwa"),
    ColumnEntry(name="rahasia", label="Rahasia", type="text", public=False),
)


@pytest.fixture(scope="module")
def session(module_databases: Databases) -> Iterator[Session]:
    writer = open_engine(module_databases.addresses.publisher)
    with writer.begin() as connection:
        connection.execute(
            text(f"CREATE TABLE rows.{HANDLE} (_id bigint PRIMARY KEY, kode text, tahun bigint, jumlah numeric)")
        )
        connection.execute(
            text(f"INSERT INTO rows.{HANDLE} SELECT g, '33.29.' || lpad((g % 17)::text, 2, '0'), 2020 + g % 5, "
                 f"CASE WHEN g % 10 = 0 THEN NULL ELSE g * 1.5 END FROM generate_series(1, 100) g")
        )  # fmt: skip
        connection.execute(text("SELECT rows.open_table(:name)"), {"name": HANDLE})
    writer.dispose()
    engine = open_engine(module_databases.addresses.public)
    with Session(engine) as made:
        yield made
    engine.dispose()


@pytest.fixture
def rows(session: Session) -> SqlRows:
    session.rollback()
    return SqlRows(session)


def view(**changes: Any) -> ResourceView:
    values: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "dataset_id": uuid4(),
        "dataset_name": "contoh",
        "dataset_title": "Contoh",
        "name": "Contoh",
        "kind": "tabel",
        "format": "CSV",
        "table": HANDLE,
        "row_count": 100,
        "columns": COLUMNS,
    }
    return ResourceView(**{**values, **changes})


def test_a_page_has_the_row_number_and_public_columns_only(rows: SqlRows) -> None:
    page = rows.page(view(), RowQuery(limit=2))
    assert [column.name for column in page.columns] == ["_id", "kode", "tahun", "jumlah"]
    assert page.rows == ((1, "33.29.01", 2021, Decimal("1.5")), (2, "33.29.02", 2022, Decimal("3.0")))
    assert page.total == 100


def test_filters_sort_and_words(rows: SqlRows) -> None:
    query = RowQuery(
        filters=(RowFilter("tahun", "in", ("2021", "2022")), RowFilter("jumlah", "gte", ("100",))),
        sort=(RowSort("jumlah", descending=True),),
        columns=("jumlah", "tahun"),
    )
    page = rows.page(view(), query)
    assert page.total == len(page.rows) > 0
    assert [row[0] for row in page.rows] == sorted((row[0] for row in page.rows), reverse=True)
    assert {row[1] for row in page.rows} == {2021, 2022}
    assert rows.page(view(), RowQuery(q="33.29.05")).total == 6
    assert rows.page(view(), RowQuery(filters=(RowFilter("jumlah", "empty"),))).total == 10


def test_totals_leave_years_alone(rows: SqlRows) -> None:
    totals = rows.totals(view(), RowQuery())
    assert set(totals) == {"jumlah"}
    assert totals["jumlah"]["max"] == Decimal("148.5")


def test_streaming_has_no_ceiling(rows: SqlRows) -> None:
    assert sum(1 for _ in rows.stream(view(), RowQuery(limit=0))) == 100


def test_distinct_values_with_counts(rows: SqlRows) -> None:
    values = rows.distinct(view(), "tahun")
    assert sorted(values) == [(2020, 20), (2021, 20), (2022, 20), (2023, 20), (2024, 20)]
    assert rows.page(view(), RowQuery(columns=("tahun",), distinct=True)).total == 5


@pytest.mark.parametrize(
    "name", ["rahasia", "tidak_ada", 'kode"; DROP TABLE x; --', "kode]", "pg_sleep(1)", "ctid", ""]
)
def test_names_outside_the_dictionary_never_reach_sql(rows: SqlRows, name: str) -> None:
    for query in (
        RowQuery(columns=(name,)),
        RowQuery(sort=(RowSort(name),)),
        RowQuery(filters=(RowFilter(name, "eq", ("1",)),)),
    ):
        with pytest.raises(Invalid) as caught:
            rows.page(view(), query)
        assert caught.value.rule == "tabel.kolom"
    with pytest.raises(Invalid):
        rows.distinct(view(), name)


@pytest.mark.parametrize("handle", ["pg_class", "t_x", f"{HANDLE}; drop", None, "../etc"])
def test_handles_are_checked(rows: SqlRows, handle: str | None) -> None:
    with pytest.raises(NotFound):
        rows.page(view(table=handle), RowQuery())


@pytest.mark.parametrize("value", ["abc", "1;2", "NaN", "1e999999999", "", "\x00"])
def test_values_of_another_type_are_named(rows: SqlRows, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        rows.page(view(), RowQuery(filters=(RowFilter("jumlah", "eq", (value,)),)))
    assert "jumlah" in caught.value.fields


def test_paging_is_bounded(rows: SqlRows) -> None:
    for query in (RowQuery(limit=32_001), RowQuery(limit=-1), RowQuery(offset=-1), RowQuery(offset=10**12)):
        with pytest.raises(Invalid):
            rows.page(view(), query)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(exclude_categories=[]), max_size=40))
def test_any_text_is_only_a_value(rows: SqlRows, value: str) -> None:
    for operator in ("eq", "contains"):
        try:
            page = rows.page(view(), RowQuery(filters=(RowFilter("kode", operator, (value,)),), q=value))  # type: ignore[arg-type]
        except Invalid:
            continue
        assert page.total is not None
