"""Types of published columns: how a caller's text becomes a value, and which columns can be added up."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.contract.metadata import ColumnEntry
from portal.kernel.errors import Invalid
from portal.kernel.texts import gettext as _

NUMERIC = frozenset({"integer", "bigint", "numeric", "double precision", "number"})
_TRUE, _FALSE = frozenset({"true", "t", "1", "ya", "yes"}), frozenset({"false", "f", "0", "tidak", "no"})
_WHOLE = re.compile(r"[+-]?\d{1,18}")


def is_numeric(column: ColumnEntry) -> bool:
    """Whether sums and ranges make sense; years and codes are no quantities."""
    return column.type in NUMERIC and column.name not in {"tahun", "_id"} and column.measure != "tahun"


def parse(column: ColumnEntry, text: str) -> Any:
    """The text as a value of the column's type. Raises Invalid naming the column and the type."""
    try:
        return _value(column.type, text)
    except (ValueError, InvalidOperation) as error:
        message = _(
            "Kolom %(column)s: “%(value)s” bukan %(type)s.", column=column.name, value=text[:80], type=column.type
        )
        raise Invalid(message, fields={column.name: [message]}, rule="tabel.nilai") from error


def _value(kind: str, text: str) -> Any:
    if "\x00" in text:
        raise ValueError("NUL")
    text.encode("utf-8")  # a lone surrogate is a ValueError here rather than a fault in the driver
    if kind in {"integer", "bigint", "year"}:
        if not _WHOLE.fullmatch(text.strip()):
            raise ValueError("no whole number")
        return int(text)
    if kind in {"numeric", "double precision", "number"}:
        number = Decimal(text.strip())
        if not number.is_finite() or abs(number.adjusted()) > 200:
            raise ValueError("no finite number")
        return number
    if kind == "date":
        return date.fromisoformat(text.strip())
    if kind in {"timestamp", "timestamptz"}:
        return datetime.fromisoformat(text.strip())
    if kind == "boolean":
        folded = text.strip().lower()
        if folded in _TRUE | _FALSE:
            return folded in _TRUE
        raise ValueError("no boolean")
    return text
