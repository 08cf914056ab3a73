"""Rows in any order out of PostgreSQL as text, by a server-side cursor in chunks: for questions that ranges of `_id`
(`portal.tables.copying`) cannot answer, and for tables under an opening, which lasts one transaction.

The server writes the text of the cells; a chunk becomes lines at once. Memory stays flat whatever the table holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import psycopg
from psycopg import sql

from geo.tables.export import guarded
from portal.tables import statements, types
from portal.tables.questions import Question, Shape
from portal.tables.reader import answering, chosen, delimited, flat, ranks, require_table

Form = Literal["csv", "tsv", "json"]
#: Rows of one chunk.
CHUNK = 5_000
_BETWEEN = ",\n    "


def chunks(driver: psycopg.Connection[Any], shape: Shape, question: Question) -> Iterator[list[tuple[str | None, ...]]]:
    """Cells as text, None for absence, in the order of `shape.shown` with ranks last: `t` and `f`, lists and objects as
    JSON and their absence as `null`. Raises Invalid (`query`) and NotFound as `TableReader.page`."""
    names = [*shape.shown(question), *ranks(question)]
    yield from _fetched(driver, shape, question, [flat(shape, name) for name in names])


def lines(
    driver: psycopg.Connection[Any], shape: Shape, question: Question, form: Form, *, guard: bool = False
) -> Iterator[bytes]:
    """The same as pieces of a file: lines of CSV and TSV as COPY writes them, or arrays of JSON with `,` between.

    `guard`: texts of CSV and TSV are kept from being run as formulas."""
    if form != "json":
        texts = [types.of(shape.known[name]).textual for name in shape.shown(question)]
        for rows in chunks(driver, shape, question):
            shown = [_guarded(row, texts) for row in rows] if guard else rows
            yield delimited(shown, "," if form == "csv" else "\t").encode()
        return
    names = [*shape.shown(question), *ranks(question)]
    cells = [sql.SQL("coalesce(to_json(x.{})::text, 'null')").format(statements.name(name)) for name in names]
    row = sql.SQL("'[' || {} || ']'").format(sql.SQL(" || ',' || ").join(cells))
    between = _BETWEEN[1:]
    for found in _fetched(driver, shape, question, [row]):
        yield (between + _BETWEEN.join(str(line[0]) for line in found)).encode()
        between = _BETWEEN


def _guarded(row: tuple[str | None, ...], texts: list[bool]) -> tuple[str | None, ...]:
    """Ranks, which stand after the columns, are numbers."""
    cells = [guarded(cell) if text and cell else cell for cell, text in zip(row, texts, strict=False)]
    return (*cells, *row[len(texts) :])


def _fetched(
    driver: psycopg.Connection[Any], shape: Shape, question: Question, cells: list[sql.Composable]
) -> Iterator[list[tuple[Any, ...]]]:
    require_table(shape)
    inner = chosen(shape, question)
    query = sql.SQL("SELECT {} FROM ({}) x").format(sql.SQL(", ").join(cells), inner.text)
    with answering(), driver.cursor(name="portal_rows") as cursor:
        cursor.execute(query, inner.values)
        while rows := cursor.fetchmany(CHUNK):
            yield rows
