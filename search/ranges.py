"""Ranges made ready: dates as microseconds, numbers as numbers, keywords folded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from search.cursors import Key
from search.errors import QuerySyntaxError
from search.fields import fold_key, micros
from search.query import Range, Value

Column = Literal["modified", "created", "issued", "downloads", "years"]
_COLUMNS: tuple[Column, ...] = ("modified", "created", "issued", "downloads", "years")


@dataclass(frozen=True, slots=True)
class Limits:
    """A range over a column of numbers (dates are microseconds), or over a keyword when `column` is None."""

    column: Column | None
    low: Key | None
    high: Key | None
    include_low: bool
    include_high: bool

    def holds(self, value: Key) -> bool:
        """Whether a value of the same kind lies inside."""
        if self.low is not None and (
            value < self.low or (value == self.low and not self.include_low)  # type: ignore[operator]
        ):
            return False
        return self.high is None or not (
            value > self.high or (value == self.high and not self.include_high)  # type: ignore[operator]
        )


def bounds(node: Range) -> Limits:
    """The limits of a range. Raises QuerySyntaxError when a bound is of the wrong kind or beyond 64 bits."""
    column = next((name for name in _COLUMNS if name == node.field), None)
    low, high = (None if value is None else _ready(value, column) for value in (node.low, node.high))
    return Limits(column, low, high, node.include_low, node.include_high)


def _ready(value: Value, column: Column | None) -> Key:
    if column is None:
        if not isinstance(value, str):
            raise QuerySyntaxError("batas rentang harus teks")
        return fold_key(value)
    if column in ("modified", "created", "issued"):
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise QuerySyntaxError("batas rentang harus tanggal")
        return micros(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 2**31:
        raise QuerySyntaxError("batas rentang harus bilangan")
    return value
