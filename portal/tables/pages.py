"""Ready JSON of a table in blocks of rows: what makes an unfiltered page of tens of thousands of rows cheap.

Beside `rows.<table>` stands `rows.<table>_p`: block `n` holds the rows at places `n * BLOCK` and on, in the order of
`_id`, as the datastore shows them, a row a line. Blocks are made at release, and for live tables when they settle.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from portal.tables import statements
from portal.tables.questions import ID, Shape

BLOCK = 500
SUFFIX = "_p"
SEPARATOR = b",\n"
#: A table this small is read as fast from its rows.
FEWEST = 200


def block_table(name: str) -> str:
    """Name of the table of blocks."""
    return name + SUFFIX


def row_json(shape: Shape) -> sql.Composable:
    """A row of the table as JSON text, with every column as the datastore shows it; source alias `t`."""
    parts = [sql.SQL("t.{0} AS {0}").format(statements.name(ID))]
    for column in shape.columns:
        own = sql.SQL("t.{}").format(statements.name(column.name))
        parts.append(sql.SQL("{} AS {}").format(statements.shown(column, own), statements.name(column.name)))
    return sql.SQL("(SELECT row_to_json(x)::text FROM (SELECT {}) x)").format(sql.SQL(", ").join(parts))


def make(driver: psycopg.Connection[Any], shape: Shape) -> None:
    """The empty table of blocks. The texts are kept apart and as they are: unpacking would cost what they save."""
    blocks = sql.Identifier(shape.schema, block_table(shape.table))
    driver.execute(sql.SQL("CREATE TABLE {} (n integer PRIMARY KEY, body bytea NOT NULL)").format(blocks))
    driver.execute(sql.SQL("ALTER TABLE {} ALTER body SET STORAGE EXTERNAL").format(blocks))


def fill(driver: psycopg.Connection[Any], shape: Shape, paged: int = 0, most: int = 2**40) -> int:
    """Blocks for up to `most` rows after the first `paged`, whose last block is made again; rows that have one then."""
    blocks = sql.Identifier(shape.schema, block_table(shape.table))
    first = paged // BLOCK
    driver.execute(sql.SQL("DELETE FROM {} WHERE n >= %s").format(blocks), (first,))
    before: Any = driver.execute(
        sql.SQL("SELECT body FROM {} WHERE n = %s").format(blocks), (first - 1,), binary=True
    ).fetchone()
    if before is None:
        first = 0
    last = -(2**62) if before is None else last_id(bytes(before[0]))
    row: Any = driver.execute(
        sql.SQL(
            "WITH src AS MATERIALIZED (SELECT * FROM {table} WHERE {id} > %s ORDER BY {id} LIMIT %s),"
            " made AS (INSERT INTO {blocks}"
            " SELECT %s + place / %s, convert_to(string_agg({json}, E',\\n' ORDER BY t.{id}), 'UTF8')"
            " FROM (SELECT *, row_number() OVER (ORDER BY {id}) - 1 AS place FROM src) t GROUP BY 1)"
            " SELECT count(*) FROM src"
        ).format(blocks=blocks, json=row_json(shape), id=sql.Identifier(ID), table=statements.table(shape)),
        (last, most, first, BLOCK),
    ).fetchone()
    return first * BLOCK + int(row[0])


def read(driver: psycopg.Connection[Any], shape: Shape, offset: int, limit: int) -> bytes:
    """Rows at places `offset` to `offset + limit` as the members of a JSON list; they must be inside `shape.paged`."""
    end = min(offset + limit, shape.paged)
    if end <= offset:
        return b""
    query = sql.SQL("SELECT body FROM {} WHERE n BETWEEN %s AND %s ORDER BY n").format(
        sql.Identifier(shape.schema, block_table(shape.table))
    )
    first, last = offset // BLOCK, (end - 1) // BLOCK
    blocks = [bytes(row[0]) for row in driver.execute(query, (first, last), binary=True)]
    if not blocks:
        return b""
    stop = end - last * BLOCK
    if stop < BLOCK:
        blocks[-1] = SEPARATOR.join(blocks[-1].split(SEPARATOR)[:stop])
    skipped = offset - first * BLOCK
    if skipped:
        blocks[0] = SEPARATOR.join(blocks[0].split(SEPARATOR)[skipped:])
    return SEPARATOR.join(blocks)


def last_id(body: bytes) -> int | None:
    """`_id` of the last row of a piece of blocks; None where there is no row."""
    if not body:
        return None
    line = body[body.rfind(b"\n") + 1 :]
    return int(line[len(b'{"_id":') : line.find(b",")].rstrip(b"}"))
