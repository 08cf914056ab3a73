"""Cells as the dump sends them, and the columns as CKAN's `fields`.

Times have milliseconds and no zone, as `ckan.datastore.ms_in_timestamp` gives them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from geo.tables.export import plain
from geo.tables.types import ColumnType, ExportColumn
from portal.contract.metadata import ColumnEntry
from portal.tables import types
from portal.tables.questions import ID

Row = Sequence[Any]


def field(column: ColumnEntry) -> dict[str, Any]:
    """One entry of `fields`; the dictionary's words stand in `info`, ours beside CKAN's `label` and `notes`."""
    info = {"label": column.label, "notes": column.definition, "unit": column.unit, "concept": column.concept}
    kept = {**{key: value for key, value in info.items() if value}, **column.info}
    plain_field: dict[str, Any] = {"id": column.name, "type": "int" if column.name == ID else types.ckan_name(column)}
    return {**plain_field, "info": kept} if kept and column.name != ID else plain_field


def cell(value: Any) -> Any:
    """A value as JSON says it: numbers exact, times in CKAN's form."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    return value


def flat(value: Any) -> str:
    """A value in CSV."""
    return str(cell(value)) if isinstance(value, datetime) else plain(value)


def export_column(column: ColumnEntry) -> ExportColumn:
    """The column for the writers of `geo.tables.export`: only text needs the guard against formulas."""
    return ExportColumn(column.name, ColumnType.TEXT if column.type == "text" else ColumnType.NUMERIC)
