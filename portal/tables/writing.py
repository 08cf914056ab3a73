"""Rows into and out of one table that changes in place: JSON in, types by PostgreSQL, what was before handed back.

The same statements serve live tables of the public side and tables of drafts in the vault. Nothing here commits or
decides; a batch enters whole or raises `RowFault` with its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import psycopg
from psycopg import errors, sql

from portal.tables import pages, statements, types
from portal.tables.questions import ID, ID_COLUMN, Condition, Shape
from portal.tables.reader import answering

Record = Mapping[str, Any]
Method = Literal["insert", "upsert", "update"]


class RowFault(Exception):
    """A row that does not fit: its place in the batch (from 0), the column and value behind it where they are known.

    `kind`: `type` (no value of the column's type), `unique` (its key is there already), `key` (no row has its key).
    """

    def __init__(
        self, kind: Literal["type", "unique", "key"], row: int, column: str = "", value: object = None
    ) -> None:
        super().__init__(kind)
        self.kind, self.row, self.column, self.value = kind, row, column, value


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch did. `before`: JSON text of [[_id, row], …] as they were; `rows`: JSON text of those written."""

    added: int
    touched: int = 0
    before: str = "[]"
    rows: str = "[]"


class RowWriter:
    """Writes rows of one table; `key` are the columns that tell rows apart (none: only `_id` does).

    `prepared`: the table has a column `_full_text`, which is empty again for a row that changed.
    """

    def __init__(
        self, driver: psycopg.Connection[Any], shape: Shape, key: Sequence[str], *, dates: str = "DMY"
    ) -> None:
        self._driver = driver
        self._shape = shape
        self._key = tuple(key)
        self._dates = "ISO, DMY" if dates == "DMY" else "ISO, MDY"

    def write(self, records: Sequence[Record], method: Method, *, returning: bool = False) -> Written:
        """One batch. Rows may leave columns out: an insert leaves them empty, the others leave them as they are.

        Raises RowFault; the transaction is as it was before then.
        """
        if not records:
            return Written(0)
        self._driver.execute("SELECT set_config('DateStyle', %s, true)", (self._dates,))
        try:
            with self._driver.transaction():
                if method == "insert":
                    return self._insert(records, returning=returning)
                return self._merge(records, update=method == "update", returning=returning)
        except psycopg.DataError as error:
            raise self._fault(records) from error
        except errors.UniqueViolation as error:
            raise self._taken(records) from error

    def delete(self, where: Condition | None) -> Written:
        """Take rows away; what they were is in `before`. Raises Invalid for values that do not fit their columns."""
        part = statements.condition(self._shape, where) if where is not None else statements.Piece(sql.SQL("true"))
        query = sql.SQL(
            "WITH gone AS (DELETE FROM {table} t WHERE {where} RETURNING t._id, {json} AS j)"
            " SELECT coalesce('[' || string_agg('[' || _id || ',' || j || ']', ',' ORDER BY _id) || ']', '[]'),"
            " count(*) FROM gone"
        ).format(table=statements.table(self._shape), where=part.text, json=pages.row_json(self._shape))
        with answering():
            row: Any = self._driver.execute(query, part.values).fetchone()
        return Written(0, row[1], row[0])

    def everything(self) -> str:
        """Every row as JSON text of [[_id, row], …], for the account of what was."""
        query = sql.SQL(
            "SELECT coalesce('[' || string_agg('[' || t._id || ',' || {json} || ']', ',') || ']', '[]') FROM {table} t"
        ).format(json=pages.row_json(self._shape), table=statements.table(self._shape))
        row: Any = self._driver.execute(query, ()).fetchone()
        return str(row[0])

    def _insert(self, records: Sequence[Record], *, returning: bool) -> Written:
        names = [column.name for column in self._shape.columns]
        if not names:
            return Written(0)
        query = sql.SQL("INSERT INTO {} AS t ({}) SELECT {} FROM {}").format(
            statements.table(self._shape), _listed(names), _listed(names, "x."), self._input(names)
        )
        if not returning:
            return Written(self._driver.execute(query, (_json(records),)).rowcount)
        whole = sql.SQL("WITH made AS ({} RETURNING t._id, {} AS j) SELECT {}, count(*) FROM made").format(
            query, pages.row_json(self._shape), _ROWS
        )
        row: Any = self._driver.execute(whole, (_json(records),)).fetchone()
        return Written(row[1], rows=row[0])

    def _merge(self, records: Sequence[Record], *, update: bool, returning: bool) -> Written:
        """Rows with the same columns go in one statement; rows with the same key are one, the later wins."""
        groups: dict[tuple[tuple[str, ...], frozenset[str]], list[Record]] = {}
        for record in self._distinct(records):
            groups.setdefault((self._key_of(record), frozenset(record)), []).append(record)
        parts = [
            self._group(key, used, rows, records, update=update, returning=returning)
            for (key, used), rows in groups.items()
        ]
        return Written(
            sum(part.added for part in parts),
            sum(part.touched for part in parts),
            _joined(part.before for part in parts),
            _joined(part.rows for part in parts),
        )

    def _key_of(self, record: Record) -> tuple[str, ...]:
        return (ID,) if ID in record else self._key

    def _distinct(self, records: Sequence[Record]) -> list[Record]:
        found: dict[tuple[Any, ...], Record] = {}
        for number, record in enumerate(records):
            key = self._key_of(record)
            value = (key, *(str(record[name]) for name in key)) if key else (number,)
            found[value] = {**found[value], **record} if value in found else record
        return list(found.values())

    def _group(
        self, key: tuple[str, ...], used: frozenset[str], rows: list[Record], whole: Sequence[Record],
        *, update: bool, returning: bool,
    ) -> Written:  # fmt: skip
        names = [name for name in self._shape.known if name in used]
        changed = [name for name in names if name not in key] or ([] if update else list(key))
        values = [sql.SQL("{0} = {1}.{0}").format(statements.name(n), _source(update)) for n in changed]
        if self._shape.words:
            values.append(sql.SQL("{} = NULL").format(sql.Identifier(statements.FULL_TEXT)))
        matched = sql.SQL(" AND ").join([sql.SQL("t.{0} = i.{0}").format(statements.name(n)) for n in key])
        act: sql.Composable
        if update:
            act = sql.SQL("UPDATE {} t SET {} FROM input i WHERE {}").format(
                statements.table(self._shape),
                sql.SQL(", ").join(values or [sql.SQL("{0} = i.{0}").format(statements.name(key[0]))]),
                matched,
            )
        else:
            act = sql.SQL("INSERT INTO {} AS t ({}) SELECT {} FROM input i ON CONFLICT ({}) DO UPDATE SET {}").format(
                statements.table(self._shape), _listed(names), _listed(names, "i."), _listed(key),
                sql.SQL(", ").join(values),
            )  # fmt: skip
        kept: sql.Composable = sql.SQL("")
        rows_made: sql.Composable = sql.SQL("'[]'")
        if returning:
            kept = sql.SQL(", {} AS j").format(pages.row_json(self._shape))
            rows_made = sql.SQL("(SELECT {} FROM made)").format(_ROWS)
        query = sql.SQL(
            "WITH input AS MATERIALIZED (SELECT * FROM {input}),"
            " old AS MATERIALIZED (SELECT t._id, {json} AS j FROM {table} t JOIN input i ON {matched}),"
            " made AS ({act} RETURNING t._id{kept})"
            " SELECT (SELECT coalesce('[' || string_agg('[' || _id || ',' || j || ']', ',') || ']', '[]') FROM old),"
            " (SELECT count(*) FROM old), (SELECT count(*) FROM made), {rows}"
        ).format(
            input=self._input(names), json=pages.row_json(self._shape), table=statements.table(self._shape),
            matched=matched, act=act, kept=kept, rows=rows_made,
        )  # fmt: skip
        row: Any = self._driver.execute(query, (_json(rows),)).fetchone()
        if update and row[2] < len(rows):
            raise self._missing(key, rows, whole)
        return Written(row[2] - row[1], row[1], row[0], row[3])

    def _missing(self, key: tuple[str, ...], rows: list[Record], whole: Sequence[Record]) -> RowFault:
        """The first row of an update whose key no row has."""
        matched = sql.SQL(" AND ").join([sql.SQL("t.{0} = i.{0}").format(statements.name(name)) for name in key])
        query = sql.SQL(
            "SELECT min(i.place) FROM {} AS i WHERE NOT EXISTS (SELECT FROM {} t WHERE {})"
        ).format(self._placed(key), statements.table(self._shape), matched)  # fmt: skip
        row: Any = self._driver.execute(query, (_json(rows),)).fetchone()
        record = rows[(row[0] or 1) - 1]
        number = next((place for place, item in enumerate(whole) if all(item.get(k) == record[k] for k in key)), 0)
        return RowFault("key", number, ", ".join(key), {name: record[name] for name in key})

    def _taken(self, records: Sequence[Record]) -> RowFault:
        """The first row whose key another row has, in the table or before it in the batch."""
        key = self._key or (ID,)
        seen: set[tuple[str, ...]] = set()
        doubled = len(records)
        for number, record in enumerate(records):
            value = tuple(str(record.get(name)) for name in key)
            if value in seen:
                doubled = number
                break
            seen.add(value)
        matched = sql.SQL(" AND ").join([sql.SQL("t.{0} = i.{0}").format(statements.name(name)) for name in key])
        query = sql.SQL("SELECT min(i.place) FROM {} AS i JOIN {} t ON {}").format(
            self._placed(key), statements.table(self._shape), matched
        )
        row: Any = self._driver.execute(query, (_json(records),)).fetchone()
        first = doubled if row[0] is None else min(doubled, row[0] - 1)
        return RowFault("unique", min(first, len(records) - 1), ", ".join(key))

    def _fault(self, records: Sequence[Record]) -> RowFault:
        """The first row that PostgreSQL cannot take, by halving; then its column."""
        names = list(self._shape.known)
        low, high = 0, len(records) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if not self._fits(names, records[low : middle + 1]) else (middle + 1, high)
        record = records[low]
        column = next((name for name in names if name in record and not self._fits([name], [record])), "")
        return RowFault("type", low, column, record.get(column))

    def _fits(self, names: Sequence[str], records: Sequence[Record]) -> bool:
        query = sql.SQL("SELECT count(*) FROM {}").format(self._input(names))
        try:
            with self._driver.transaction():
                self._driver.execute(query, (_json(records),))
        except psycopg.DataError:
            return False
        return True

    def _input(self, names: Sequence[str]) -> sql.Composable:
        return sql.SQL("json_to_recordset(%s::json) AS x({})").format(self._typed(names))

    def _placed(self, names: Sequence[str]) -> sql.Composable:
        """The batch with the place of each row, from 1."""
        return sql.SQL(
            "(SELECT {}, y.ordinality AS place FROM ROWS FROM (json_to_recordset(%s::json) AS ({})) WITH ORDINALITY y)"
        ).format(_listed(names, "y."), self._typed(names))

    def _typed(self, names: Sequence[str]) -> sql.Composable:
        columns = {**self._shape.known, ID: ID_COLUMN}
        return sql.SQL(", ").join(
            [sql.SQL("{} " + types.of(columns[name]).sql).format(statements.name(name)) for name in names]
        )


_ROWS = sql.SQL("coalesce('[' || string_agg(j, ',' ORDER BY _id) || ']', '[]')")


def _source(update: bool) -> sql.Composable:
    return sql.SQL("i" if update else "EXCLUDED")


def _listed(names: Sequence[str], alias: Literal["", "x.", "i.", "y."] = "") -> sql.Composable:
    return sql.SQL(", ").join([sql.SQL(alias + "{}").format(statements.name(name)) for name in names])


def _json(records: Sequence[Record]) -> str:
    return orjson.dumps(records, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()


def _joined(parts: Any) -> str:
    found = [part[1:-1] for part in parts if part != "[]"]
    return "[" + ",".join(found) + "]"
