"""A view of a table as CSV: the rows that the reader sees, all of them, by the same rules as the whole table's CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from geo.tables.export import delimited
from geo.tables.types import ColumnType, ExportColumn
from plugins.statistics.query import TableForm
from portal.contract.protocols import ResourceView, Rows


def view_csv(rows: Rows, resource: ResourceView, form: TableForm) -> Iterator[bytes]:
    """UTF-8 in pieces of about 64 KB: a header of column names, then every matching row in the view's order.

    Text that a spreadsheet would run as a formula gets an apostrophe; times have milliseconds and no zone, as in the
    datastore's dump. Raises Invalid for a filter value that does not fit its column.
    """
    by_name = {item.name: item for item in resource.columns}
    columns = [by_name[name] for name in form.shown]
    # only text needs the guard
    heads = [ExportColumn(c.name, ColumnType.TEXT if c.type == "text" else ColumnType.NUMERIC) for c in columns]
    found = rows.stream(resource, form.whole_query())
    return delimited(heads, ([_plain(value) for value in row] for row in found))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return value
