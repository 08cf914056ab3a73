"""Columns of a chosen type whose every cell is written as it shall be stored: one look at all of them says so.

Most files are written plainly (2025, -12, 3.5, 2025-12-31). Such a column needs no second reading: no cell of it is
bad or a mark of absence, its values are its cells, and the same look has its bounds. What is not plain to the last
cell is left to the careful readings of `patterns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.tables import patterns
from geo.tables.engine import Connection
from geo.tables.source import column
from geo.tables.types import ColumnType

#: Columns in one statement; more would only make the planner slow.
_BATCH = 30
#: The readings take at most 18 digits for a whole number.
_LARGEST = 10**18
_FRACTION = "-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?"
_WHOLE = "-?(?:0|[1-9][0-9]*)"
_FIRST_DAY = "1000-01-01"


@dataclass(frozen=True, slots=True)
class Asked:
    """A column to look at: its position, the type chosen for it, and whether a point is surely its decimal sign."""

    position: int
    type: ColumnType
    point: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Cells that hold something, whether all of them are plain, and the bounds as canonical text."""

    filled: int
    plain: bool = False
    low: str | None = None
    high: str | None = None


def look(con: Connection, asked: Sequence[Asked]) -> dict[int, Seen]:
    """What each asked column of ``raw`` holds, by position. Text is only counted, and never called plain."""
    found: dict[int, Seen] = {}
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        casts = "".join(f", {cast} AS {_value(each)}" for each in batch if (cast := _cast(each)))
        tests = ", ".join(f"count({column(each.position)}), {_tests(each)}" for each in batch)
        row = con.execute(f"SELECT {tests} FROM (SELECT *{casts} FROM raw)").fetchone()  # noqa: S608
        for index, each in enumerate(batch):
            found[each.position] = _seen(each, *row[index * 4 : index * 4 + 4])
    return found


def _value(each: Asked) -> str:
    return f"v{each.position}"


def _cast(each: Asked) -> str:
    """The cell as the value that it may be; nothing for types that are always read carefully."""
    kinds = {
        ColumnType.INTEGER: "BIGINT",
        ColumnType.YEAR: "INTEGER",
        ColumnType.DATE: "DATE",
        ColumnType.NUMERIC: "DOUBLE",
    }
    kind = kinds.get(each.type)
    return f"TRY_CAST({column(each.position)} AS {kind})" if kind else ""


def _tests(each: Asked) -> str:
    """How many cells are plain, the least and the greatest. A cast takes many spellings: only the one that the value
    gets when it is written again is plain."""
    cell, value = column(each.position), _value(each)
    bounds = f"CAST(min({value}) AS VARCHAR), CAST(max({value}) AS VARCHAR)"
    same = f"CAST({value} AS VARCHAR) = {cell}"
    if each.type is ColumnType.INTEGER:
        return f"count_if({same}), {bounds}"
    if each.type is ColumnType.YEAR:
        return f"count_if({same} AND {value} BETWEEN 1500 AND 2199), {bounds}"
    if each.type is ColumnType.DATE:
        return f"count_if(strlen({cell}) = 10 AND {same}), {bounds}"
    if each.type is ColumnType.NUMERIC:
        plain = patterns.full(cell, _FRACTION if each.point else _WHOLE)
        return f"count_if({plain}), arg_min({cell}, {value}), arg_max({cell}, {value})"
    return "NULL, NULL, NULL"


def _seen(each: Asked, filled: int, plain: int | None, low: str | None, high: str | None) -> Seen:
    if not filled:
        return Seen(0, plain=bool(_cast(each)))
    if plain != filled or low is None or high is None:  # text has no count; a number may be too great for its cast
        return Seen(filled)
    if each.type is ColumnType.INTEGER and max(abs(int(low)), abs(int(high))) >= _LARGEST:
        return Seen(filled)
    if each.type is ColumnType.DATE and low < _FIRST_DAY:
        return Seen(filled)
    return Seen(filled, plain=True, low=low, high=high)
