"""Types of fields that a caller leaves out, from all values of a batch: booleans stay booleans, codes texts (I12)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?Z?")
_LOCAL = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
_CODE = re.compile(r"(^|_|\b)(kode|kd|code|nik|nip|nuptk|npsn|kk|kbli|pos|telp|telepon|hp)(_|\b|$)", re.IGNORECASE)
SMALL, BIG = 2**31, 2**63


def guess(name: str, records: Sequence[Mapping[str, Any]]) -> str:
    """The type (a name of `portal.tables.types.TYPES`) that all values of the column have; `text` where none does."""
    values = [value for record in records if (value := record.get(name)) is not None]
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        largest = max(abs(value) for value in values)
        return "integer" if largest < SMALL else "bigint" if largest < BIG else "numeric"
    if kinds and kinds <= {int, float}:
        return "double precision"
    if kinds and kinds <= {dict, list}:
        return "jsonb"
    return _of_texts(name, values) if kinds == {str} else "text"


def _of_texts(name: str, values: Sequence[str]) -> str:
    filled = [value for value in values if value]
    if not filled or _CODE.search(name):
        return "text"
    if all(map(_WHOLE.fullmatch, filled)):
        return "integer" if max(abs(int(value)) for value in filled) < SMALL else "bigint"
    if all(_WHOLE.fullmatch(value) or _DECIMAL.fullmatch(value) for value in filled):
        return "numeric"
    return "timestamp" if all(map(_is_time, filled)) else "text"


def _is_time(value: str) -> bool:
    try:
        if _ISO.fullmatch(value):
            datetime.fromisoformat(value.removesuffix("Z"))
            return True
        local = _LOCAL.fullmatch(value)
        if local is None:
            return False
        date(int(local[3]), int(local[2]), int(local[1]))
    except ValueError:
        return False
    return True
