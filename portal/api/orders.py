"""Statements that walk the whole catalogue in an order that an index keeps, ties by id; nothing is sorted."""

from __future__ import annotations

from functools import cache

from psycopg import sql

from search.query import Sort

#: Keys of such orders as the database compares them: texts by code point, as the engines do.
_COLUMNS = {"modified": sql.SQL("modified"), "name": sql.SQL('name COLLATE "C"'), "id": sql.SQL("id")}
#: The first condition repeats what the second says, so that the index can begin there.
_BEHIND = sql.SQL("WHERE {column} {sign}= %(key)s AND ({column} {sign} %(key)s OR id > CAST(%(id)s AS uuid))")
_BEHIND_ID = sql.SQL("WHERE id {sign} CAST(%(key)s AS uuid)")
#: Rows between two places of a ladder, and its rungs at most.
STEP, MOST_RUNGS = 250, 1_000


@cache
def page(order: Sort, *, behind: bool) -> sql.Composed:
    """(id, key) of `rows` datasets after `skip`; `behind` the place of `key` and `id`."""
    where = sql.SQL("")
    if behind:
        where = _BEHIND_ID if order.key == "id" else _BEHIND
    return sql.SQL(
        "SELECT CAST(id AS text) AS identity, {key} AS key FROM catalog.dataset {where}"
        " ORDER BY {column} {way}{tie} LIMIT %(rows)s OFFSET %(skip)s"
    ).format(**_parts(order), where=where.format(**_parts(order)))


@cache
def ladder(order: Sort) -> sql.Composed:
    """(position, id, key) of every `step`th dataset."""
    return sql.SQL(
        "SELECT place, CAST(id AS text) AS identity, key FROM (SELECT id, {key} AS key,"
        " row_number() OVER (ORDER BY {column} {way}{tie}) AS place FROM catalog.dataset) AS walked"
        " WHERE place %% %(step)s = 0 ORDER BY place LIMIT {rungs}"
    ).format(**_parts(order), rungs=sql.Literal(MOST_RUNGS))


def _parts(order: Sort) -> dict[str, sql.Composable]:
    return {
        "column": _COLUMNS[order.key],
        "key": sql.SQL("CAST(id AS text)") if order.key == "id" else sql.SQL("{}").format(_COLUMNS[order.key]),
        "tie": sql.SQL("" if order.key == "id" else ", id"),
        "way": sql.SQL("DESC" if order.descending else "ASC"),
        "sign": sql.SQL("<" if order.descending else ">"),
    }
