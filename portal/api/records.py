"""Rows as the datastore sends them: objects, lists, CSV or TSV; and the columns as CKAN's `fields`.

Times have milliseconds and no zone, as `ckan.datastore.ms_in_timestamp` gives them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from geo.tables.export import plain
from geo.tables.types import ColumnType, ExportColumn
from portal.contract.metadata import ColumnEntry
from portal.tables.rows import ID_COLUMN

Row = Sequence[Any]
#: Our column types → the names that CKAN's datastore has for them.
TYPES = {
    "integer": "int4", "bigint": "int8", "year": "int4", "smallint": "int4", "number": "numeric",
    "double precision": "float8", "boolean": "bool", "timestamptz": "timestamp",
}  # fmt: skip


def ckan_type(column: ColumnEntry) -> str:
    """CKAN's name of the column's type."""
    return "int" if column.name == ID_COLUMN.name else TYPES.get(column.type, column.type)


def field(column: ColumnEntry) -> dict[str, Any]:
    """One entry of `fields`; the dictionary's words stand in `info`, ours beside CKAN's `label` and `notes`."""
    info = {"label": column.label, "notes": column.definition, "unit": column.unit, "concept": column.concept}
    kept = {key: value for key, value in info.items() if value}
    plain_field = {"id": column.name, "type": ckan_type(column)}
    return {**plain_field, "info": kept} if kept and column.name != ID_COLUMN.name else plain_field


def cell(value: Any) -> Any:
    """A value as JSON says it: numbers exact, times in CKAN's form."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    return value


def as_objects(names: Sequence[str], rows: Iterable[Row]) -> list[dict[str, Any]]:
    """`records_format=objects`."""
    return [dict(zip(names, map(cell, row), strict=True)) for row in rows]


def as_lists(rows: Iterable[Row]) -> list[list[Any]]:
    """`records_format=lists`."""
    return [[cell(value) for value in row] for row in rows]


def as_delimited(rows: Iterable[Row], delimiter: str) -> str:
    """`records_format=csv` and `tsv`: no header, lines end with LF as PostgreSQL's COPY writes them."""
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow
    for row in rows:
        write([flat(value) for value in row])
    return buffer.getvalue()


def flat(value: Any) -> str:
    """A value in CSV."""
    return str(cell(value)) if isinstance(value, datetime) else plain(value)


def export_column(column: ColumnEntry) -> ExportColumn:
    """The column for the writers of `geo.tables.export`: only text needs the guard against formulas."""
    return ExportColumn(column.name, ColumnType.TEXT if column.type == "text" else ColumnType.NUMERIC)
