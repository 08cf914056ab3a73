"""Answers the datastore's questions: JSON text made by PostgreSQL or kept ready, never row by row in Python.

The same class reads schema `rows` on the public side and, under an opening, tables of the vault on the office side:
the pointer there, row security here, decide what is seen.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import errors, sql
from sqlalchemy.orm import Session

from portal.kernel.errors import Invalid, NotFound
from portal.kernel.texts import gettext as _
from portal.tables import pages, statements, types
from portal.tables.questions import ID, Form, Question, Shape
from portal.tables.rows import HANDLE
from portal.tables.statements import Piece

Driver = psycopg.Connection[Any]
#: Rows passed over from which on a page's keys are looked up first.
DEEP = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one page: JSON text, or CSV or TSV as a text; their last `_id` where it was asked, and how many they are
    where that is known."""

    records: bytes | str
    last: int | None = None
    count: int | None = None


@contextmanager
def answering() -> Iterator[None]:
    """What the server makes of a caller's values, told as a refusal of the question; internals stay inside.

    Raises Invalid under `query`, as CKAN does, without the statement that CKAN shows.
    """
    try:
        yield
    except errors.QueryCanceled as error:
        raise Invalid(fields={"query": [_("Pencarian terlalu lama; persempit saringannya")]}) from error
    except errors.ProgramLimitExceeded as error:
        raise Invalid(fields={"query": [_("Jawaban terlalu besar; kurangi limit")]}) from error
    except (errors.UndefinedTable, errors.InsufficientPrivilege) as error:
        raise NotFound from error
    except (psycopg.DataError, psycopg.ProgrammingError, psycopg.InternalError) as error:
        raise Invalid(fields={"query": [_("Kueri tidak sah")]}) from error


class TableReader:
    """Reads tables on one connection; `driver` gives it when it is first needed."""

    def __init__(self, driver: Callable[[], Driver]) -> None:
        self.driver = driver

    def page(self, shape: Shape, question: Question, form: Form = "objects", *, keyed: bool = False) -> Found:
        """One page in the wanted form; `keyed` tells the last `_id` too. One statement.

        Raises Invalid (`query`) for values that do not fit their columns, NotFound when the table is gone.
        """
        require_table(shape)
        if question.limit == 0:
            return Found("" if form in ("csv", "tsv") else b"[]")
        with answering():
            if form == "objects" and self._ready(shape, question):
                body = pages.read(self.driver(), shape, question.offset, question.limit or 0)
                return Found(b"[" + body + b"]", pages.last_id(body) if keyed else None)
            if form in ("csv", "tsv"):
                return self._delimited(shape, question, "," if form == "csv" else "\t", keyed=keyed)
            return self._json(shape, question, form, keyed=keyed)

    def total(self, shape: Shape, question: Question, shown: int | None = None) -> int:
        """How many rows match, limit and offset aside; `shown` of them are on the page, where that is known.

        No statement where every row matches and their number is known, or where the page is the last.
        """
        if question.unfiltered and shape.row_count is not None:
            return shape.row_count
        last = shown is not None and question.limit is not None and shown < question.limit
        if shown is not None and last and (shown or not question.offset):
            return question.offset + shown
        where = statements.where(shape, question)
        if question.distinct:
            chosen = sql.SQL(", ").join([statements.name(column) for column in shape.shown(question)])
            inner = sql.SQL("SELECT DISTINCT {} FROM {} {}").format(
                chosen, statements.source(shape, question), where.text
            )
            query = sql.SQL("SELECT count(*) FROM ({}) x").format(inner)
        else:
            query = sql.SQL("SELECT count(*) FROM {} {}").format(statements.source(shape, question), where.text)
        with answering():
            row: Any = self.driver().execute(query, where.values).fetchone()
        return int(row[0])

    def estimate(self, shape: Shape, question: Question) -> int:
        """The planner's guess of how many rows match; cheap at any size."""
        where = statements.where(shape, question)
        query = sql.SQL("EXPLAIN (FORMAT JSON) SELECT 1 FROM {} {}").format(
            statements.source(shape, question), where.text
        )
        with answering():
            row: Any = self.driver().execute(query, where.values).fetchone()
        plan = row[0] if isinstance(row[0], list) else orjson.loads(row[0])
        return int(plan[0]["Plan"]["Plan Rows"])

    def _ready(self, shape: Shape, question: Question) -> bool:
        """Whether the whole page lies in blocks that are kept as JSON, and is worth it."""
        if not question.unfiltered or question.fields is not None or question.limit is None:
            return False
        if max(question.limit, question.offset) < pages.FEWEST or any(
            (key.column, key.descending) != (ID, False) for key in question.sort
        ):
            return False
        complete = shape.row_count is not None and shape.paged >= shape.row_count
        return shape.paged > 0 and (complete or question.offset + question.limit <= shape.paged)

    def _json(self, shape: Shape, question: Question, form: Form, *, keyed: bool) -> Found:
        inner = chosen(shape, question)
        names = [*shape.shown(question), *ranks(question)]
        if form == "lists":
            cells = [sql.SQL("coalesce(to_json(x.{})::text, 'null')").format(statements.name(name)) for name in names]
            row: sql.Composable = sql.SQL("'[' || {} || ']'").format(sql.SQL(" || ',' || ").join(cells))
        else:
            columns = sql.SQL(", ").join([sql.SQL("x.{}").format(statements.name(name)) for name in names])
            # the key of the page, when it is no column of the answer, must not get into the objects
            row = sql.SQL("row_to_json(x)::text") if not keyed or ID in names else _narrowed(columns)
        last: LiteralString = "(array_agg(x._id))[count(*)]" if keyed else "NULL"
        source = _keyed(shape, question) if keyed and ID not in names else inner
        query = sql.SQL("SELECT '[' || coalesce(string_agg({}, ','), '') || ']', {}, count(*) FROM ({}) x").format(
            row, sql.SQL(last), source.text
        )
        found: Any = self.driver().execute(query, inner.values).fetchone()
        return Found(found[0].encode(), found[1], found[2])

    def _delimited(self, shape: Shape, question: Question, delimiter: str, *, keyed: bool) -> Found:
        names = [*shape.shown(question), *ranks(question)]
        inner = _keyed(shape, question) if keyed and ID not in names else chosen(shape, question)
        cells = [flat(shape, name) for name in names]
        key = sql.SQL("x.{}").format(sql.Identifier(ID)) if keyed else sql.SQL("NULL")
        query = sql.SQL("SELECT {}, {} FROM ({}) x").format(sql.SQL(", ").join(cells), key, inner.text)
        rows = self.driver().execute(query, inner.values).fetchall()
        return Found(delimited((row[:-1] for row in rows), delimiter), rows[-1][-1] if rows else None, len(rows))


def driver_of(session: Session) -> Driver:
    """The driver's connection of a session's transaction."""
    driver = session.connection().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("rows are read through psycopg")
    return driver


def chosen(shape: Shape, question: Question) -> Piece:
    """The statement of the page: columns as shown, ranks, conditions, order, window."""
    columns = [
        Piece(
            sql.SQL("{} AS {}").format(
                statements.shown(shape.known[column], statements.name(column)), statements.name(column)
            )
        )
        for column in shape.shown(question)
    ]
    if question.fields is None:
        for words in question.words:
            part = statements.rank(shape, words)
            text = sql.SQL("{} AS {}").format(part.text, statements.name(words.rank))
            columns.append(Piece(text, part.values))
    select = Piece(
        sql.SQL(", ").join([column.text for column in columns]),
        tuple(value for column in columns for value in column.values),
    )
    where, order, window = statements.where(shape, question), _order(shape, question), statements.window(question)
    source = Piece(statements.source(shape, question))
    if _apart(shape, question):
        source, where = statements.first_rows(shape, question, where, order), Piece(statements.NOTHING)
    if question.offset >= DEEP and not question.distinct and not question.words:
        # the rows passed over are counted in an index; only those of the page are fetched
        keys = statements.join([source, where, order, window], "SELECT t._id FROM {} {} {} {}")
        rows = Piece(statements.table(shape))
        return statements.join([select, keys, rows, order], "SELECT {} FROM ({}) k JOIN {} t USING (_id) {}")
    return statements.join([select, source, where, order, window], _head(question))


def _apart(shape: Shape, question: Question) -> bool:
    """Whether settled and fresh rows are put in order apart; the key alone and words have indexes of all rows."""
    if not shape.live or question.limit is None or question.distinct or question.words:
        return False
    return question.where is not None or any(item.column != ID for item in question.sort)


def _head(question: Question) -> LiteralString:
    return "SELECT DISTINCT {} FROM {} {} {} {}" if question.distinct else "SELECT {} FROM {} {} {} {}"


def _order(shape: Shape, question: Question) -> Piece:
    """Of distinct rows only what is shown can be the order."""
    if not question.distinct:
        return statements.order(shape, question)
    if not question.sort:
        return Piece(sql.SQL(""))
    keys = [statements.key(item, statements.name(item.column)) for item in question.sort]
    return Piece(sql.SQL("ORDER BY {}").format(sql.SQL(", ").join(keys)))


def _keyed(shape: Shape, question: Question) -> Piece:
    fields = question.fields or ()
    return chosen(shape, replace(question, fields=(*fields, ID)))


def _narrowed(columns: sql.Composable) -> sql.Composable:
    return sql.SQL("(SELECT row_to_json(y)::text FROM (SELECT {}) y)").format(columns)


def ranks(question: Question) -> list[str]:
    """Names of the columns that tell how well a row matches, as they stand after the others."""
    return [words.rank for words in question.words] if question.fields is None else []


def flat(shape: Shape, name: str) -> sql.Composable:
    """A cell as COPY writes it; lists and objects as JSON, their absence as `null`, as in CKAN."""
    own = sql.SQL("x.{}").format(statements.name(name))
    column = shape.known.get(name)
    if column is None:
        return sql.SQL("{}::text").format(own)
    kind = types.of(column)
    if kind.array or kind.sql == "jsonb":
        return sql.SQL("coalesce(to_json({})::text, 'null')").format(own)
    if kind.sql == "boolean":
        return sql.SQL("CASE {} WHEN true THEN 't' WHEN false THEN 'f' END").format(own)
    return sql.SQL("{}::text").format(own)


def delimited(rows: Iterable[tuple[Any, ...]], delimiter: str) -> str:
    """Lines as PostgreSQL's COPY writes them: no header, LF, absence is nothing and an empty text is `""`."""
    found: list[str] = []
    # with CRLF the writer quotes cells that hold either sign, as COPY does; the line then ends with LF
    write = csv.writer(_Sink(found.append), delimiter=delimiter, lineterminator="\r\n").writerow
    for row in rows:
        if "" in row or len(row) == 1:
            found.append(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\r\n")
        else:
            write(row)
    return "".join([line[:-2] + "\n" for line in found])


@dataclass(frozen=True, slots=True)
class _Sink:
    """What `csv` writes to: each line as it is."""

    write: Callable[[str], None]


def _quoted(cell: str | None, delimiter: str) -> str:
    if cell is None:
        return ""
    if cell == "" or any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def require_table(shape: Shape) -> None:
    """Raises NotFound for a name that no table of the datastore has."""
    if not HANDLE.fullmatch(shape.table) and (shape.schema, shape.table) != ("catalog", "table_metadata"):
        raise NotFound
