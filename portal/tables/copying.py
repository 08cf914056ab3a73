"""Whole tables out of PostgreSQL by COPY: the server writes the text of the cells, no row is ever a Python object.

A dump may be read slowly and a public statement lives a few seconds only, so the table is fetched in ranges of `_id`,
each read whole (a few megabytes) before the reader gets it: between two ranges neither a statement nor a transaction
is open, and memory stays flat whatever the table holds.
"""

from __future__ import annotations

import select as waiting
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import psycopg
from psycopg import pq
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    column,
    func,
    literal,
    select,
)
from sqlalchemy import cast as as_type
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.contract.metadata import ColumnEntry
from portal.contract.protocols import ResourceView, RowQuery
from portal.tables import types
from portal.tables.rows import SqlRows

Form = Literal["csv", "tsv", "json"]
#: Bytes that one range shall have, rows that it may have, and rows of the first, when none has been seen.
TARGET, MOST, FIRST = 4 << 20, 1 << 16, 2_000
_LARGEST = 4 * TARGET
_STAMP = 'YYYY-MM-DD"T"HH24:MI:SS.MS'
#: Types whose text is JSON as it is. The others may say NaN, which JSON has as a text only.
_BARE = frozenset({"integer", "bigint", "jsonb"})
#: Code points of the first characters that make a spreadsheet run a cell (as in `geo.tables.export`).
_DANGER = tuple(map(ord, "=+-@\t\r"))
#: JSON needs no quotes of CSV: they are a character that no JSON text holds, and taken out again.
_QUOTE = b"\x01"
_OPTIONS: dict[Form, str] = {
    "csv": "(FORMAT csv, ENCODING 'UTF8')",
    "tsv": "(FORMAT csv, DELIMITER E'\\t', ENCODING 'UTF8')",
    "json": "(FORMAT csv, QUOTE E'\\x01', NULL 'null', ENCODING 'UTF8')",
}


def by_ranges(query: RowQuery) -> bool:
    """Whether the rows asked for come in the order of `_id` from the first on, so that ranges give them."""
    return not query.sort and not query.distinct and not query.offset


class CopiedRows(SqlRows):
    """Rows as the bytes of a CSV, TSV or JSON file."""

    def copied(
        self, resource: ResourceView, query: RowQuery, form: Form, *, guard: bool = False
    ) -> Iterator[bytes]:  # fmt: skip
        """All matching rows (`limit` 0: no ceiling) of a query for which `by_ranges` holds, in pieces.

        CSV and TSV: lines as COPY writes them and CKAN gives them (LF; absence is nothing, an empty text is `""`);
        `guard`: for spreadsheets, text is kept from being run as a formula. JSON: arrays of cells, `,` between them,
        without the brackets around all. Raises Invalid and NotFound as `page` does, sqlalchemy.exc.OperationalError
        where the server stops; no transaction is open between pieces.
        """
        shown = self._shown(resource, query)
        cells = [_json_cell(item) if form == "json" else _text_cell(item, guard=guard) for item in shown]
        statement = self._select(resource, replace(query, columns=None), shown, cells)
        pieces = self._ranges(resource, statement, query.limit, _OPTIONS[form])
        yield from map(_Arrays(), pieces) if form == "json" else pieces

    def _ranges(self, resource: ResourceView, statement: Select[Any], limit: int, options: str) -> Iterator[bytes]:
        key: ColumnElement[int] = column("_id", BigInteger)
        table = self._table(resource)
        ends = self.session.execute(select(func.min(key), func.max(key)).select_from(table)).one()
        first: int | None = ends[0]
        step, left = FIRST, limit
        while first is not None and first <= ends[1]:
            asked = statement.where(and_(key >= first, key < first + step))
            found = yield from _copy_out(self.session.connection(), asked.limit(left) if limit else asked, options)
            if found.rows:
                first += step
                step = max(1, min(MOST, TARGET * found.rows // found.size))
            else:  # ids may have gaps of any width
                first = self.session.scalar(select(func.min(key)).select_from(table).where(key >= first + step))
            self.session.rollback()
            if found.rest:
                yield bytes(found.rest)
            left -= found.rows
            if limit and left <= 0:
                return


@dataclass(slots=True)
class _Range:
    """Rows and bytes of one range, and those of its bytes that were not given yet."""

    rows: int = 0
    size: int = 0
    rest: bytearray = field(default_factory=bytearray)


def _copy_out(connection: Connection, statement: Select[Any], options: str) -> Generator[bytes, None, _Range]:
    """Reads what COPY says to its end and returns it; only where it is far too much, pieces are given before.

    psycopg's own iterator costs three times as much a row, so this reads from its libpq wrapper.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    made = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    # COPY takes no parameters: libpq quotes the values, on this side
    asked = psycopg.ClientCursor(driver).mogrify(f"COPY ({made}) TO STDOUT {options}", made.params)
    found = _Range()
    try:
        started = driver.pgconn.exec_(asked.encode())
        if started.status != pq.ExecStatus.COPY_OUT:
            raise _failure(str(made), started)
        yield from _messages(driver.pgconn, found)
        ended = driver.pgconn.get_result()
        while driver.pgconn.get_result() is not None:
            continue
        if ended is not None and ended.status != pq.ExecStatus.COMMAND_OK:
            raise _failure(str(made), ended)
    except BaseException:
        connection.invalidate()  # also where the reader left amid a range: what follows on the wire is not an answer
        raise
    return found


def _messages(wire: pq.abc.PGconn, found: _Range) -> Iterator[bytes]:
    """Gathers rows (a message each) until there are no more."""
    buffer = found.rest
    while True:
        size, data = wire.get_copy_data(1)
        if size > 0:
            buffer += data
            found.rows += 1
            found.size += size
            if len(buffer) > _LARGEST:
                yield bytes(buffer)
                buffer.clear()
        elif size == 0:
            waiting.select([wire.socket], [], [])
            wire.consume_input()
        else:
            return


def _failure(statement: str, result: pq.abc.PGresult) -> DBAPIError:
    """The server's refusal, as SQLAlchemy tells it of any other statement."""
    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"XX000").decode()
    message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode("utf-8", "replace")
    try:
        original = psycopg.errors.lookup(state)(message)
    except KeyError:
        original = psycopg.OperationalError(message)
    kind = OperationalError if isinstance(original, psycopg.OperationalError) else DBAPIError
    return kind(statement, None, original)


class _Arrays:
    """Rows as JSON arrays. A line of COPY is the inside of one, since no JSON text holds a line end."""

    def __init__(self) -> None:
        self._between = b"\n    ["

    def __call__(self, piece: bytes) -> bytes:
        lines = piece[:-1].replace(_QUOTE, b"").replace(b"\n", b"],\n    [")
        between, self._between = self._between, b",\n    ["
        return between + lines + b"]"


def _text_cell(entry: ColumnEntry, *, guard: bool) -> ColumnElement[Any]:
    """The cell in CSV as CKAN writes it: lists and objects as JSON; `guard` as in `geo.tables.export`."""
    kind, cell = types.of(entry), _plain_cell(entry)
    if kind.array or kind.sql == "jsonb":
        return func.coalesce(as_type(func.to_json(cell), Text), literal("null"))
    if not guard or not kind.textual:
        return cell
    danger = and_(func.ascii(cell).in_(_DANGER), func.btrim(cell, "-") != "")
    return case((danger, func.concat(literal("'"), cell)), else_=cell)


def _json_cell(entry: ColumnEntry) -> ColumnElement[Any]:
    """The cell as JSON text: numbers and booleans bare, everything else as PostgreSQL says it in JSON."""
    kind, cell = types.of(entry).sql, _plain_cell(entry)
    if kind == "boolean":
        return as_type(cell, Text)
    return cell if kind in _BARE else func.to_json(cell)


def _plain_cell(entry: ColumnEntry) -> ColumnElement[Any]:
    """The cell itself; times in CKAN's form."""
    kind = types.of(entry).sql
    if kind in {"timestamp", "timestamptz"}:
        return func.to_char(column(entry.name), _STAMP)
    return column(entry.name, Boolean if kind == "boolean" else Text if kind == "text" else None)
