"""SQL of callers over published tables: parsed by PostgreSQL's own parser, judged node by node, written anew.

What runs is never the caller's text: each table that it names, a resource's id or alias, becomes a SELECT of that
table's public columns, and the tree is printed again. Whatever is not on the lists of `portal.tables.sql_names` is
refused. It runs as a role that may read published rows and nothing else, for a few seconds, up to a number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from pglast import ast, parse_sql
from pglast.enums.primnodes import SQLValueFunctionOp
from pglast.parser import ParseError
from pglast.stream import RawStream
from psycopg import sql

from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.texts import gettext as _
from portal.tables import sql_names, statements
from portal.tables.questions import ID, Shape
from portal.tables.reader import answering
from portal.tables.rows import MAX_ROWS

LONGEST, MOST_NODES, MOST_TABLES = 20_000, 5_000, 20
SECONDS = 5
#: The shape of a published table by the name that the caller wrote. Raises NotFound.
Shapes = Callable[[str], Shape]


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns as (name, PostgreSQL's type), rows as tuples, and whether there were more than are given."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


def rewritten(text: str, shapes: Shapes) -> str:
    """The statement that runs in place of the caller's. Raises Invalid for what is no single allowed SELECT, Forbidden
    for tables of other schemas and functions off the list, NotFound for tables that are not published."""
    statement = _parsed(text)
    ctes: set[str] = set()
    tables = 0
    for number, (parent, slot, node) in enumerate(_nodes(statement)):
        if number > MOST_NODES:
            raise _refused(_("Kueri terlalu panjang"))
        _judge(node)
        if isinstance(node, ast.CommonTableExpr):
            ctes.add(str(node.ctename))
        if isinstance(node, ast.RangeVar) and node.relname not in ctes:
            tables += 1
            if tables > MOST_TABLES:
                raise _refused(_("Terlalu banyak tabel"))
            _replace(parent, slot, node, _source(shapes(str(node.relname)), node))
    return str(RawStream()(statement))


def run(driver: psycopg.Connection[Any], statement: str) -> Answer:
    """Run a rewritten statement as the reader's role, in this transaction, which must read nothing else after it.

    Raises Invalid (`query`) for what PostgreSQL refuses or takes too long over.
    """
    driver.execute(
        "SELECT set_config('role', rows.reader_role(), true), set_config('statement_timeout', %s, true),"
        " set_config('search_path', 'pg_catalog', true), set_config('transaction_read_only', 'on', true)",
        (str(SECONDS * 1000),),
    )
    whole = f"SELECT * FROM ({statement}) AS jawaban LIMIT {MAX_ROWS + 1}"  # noqa: S608 - printed from a judged tree
    with answering(), driver.cursor() as cursor:
        cursor.execute(whole.encode())
        rows = cursor.fetchall()
        columns = tuple((item.name, _type_of(item)) for item in cursor.description or ())
    return Answer(columns, tuple(rows[:MAX_ROWS]), len(rows) > MAX_ROWS)


def _parsed(text: str) -> ast.RawStmt:
    if len(text) > LONGEST or "\x00" in text:
        raise _refused(_("Kueri terlalu panjang"))
    try:
        found = parse_sql(text)
    except (ParseError, RecursionError, ValueError) as error:
        reason = str(error.args[0])[:200] if isinstance(error, ParseError) and error.args else ""
        raise _refused(_("SQL tidak sah: %(why)s", why=reason)) from error
    if len(found) != 1:
        raise _refused(_("Kueri harus satu pernyataan"))
    if not isinstance(found[0].stmt, ast.SelectStmt):
        raise _refused(_("Unsur kueri tidak diizinkan: %(node)s", node=type(found[0].stmt).__name__))
    return found[0]


def _nodes(root: ast.Node) -> Iterator[tuple[Any, Any, ast.Node]]:
    """Every node with its parent and its place there, parents first; a name of a WITH before what may use it."""
    waiting: list[tuple[Any, Any, Any]] = [(None, None, root)]
    while waiting:
        parent, slot, node = waiting.pop()
        yield parent, slot, node
        children: list[tuple[Any, Any, Any]] = []
        for name in node:
            value = getattr(node, name)
            if isinstance(value, ast.Node):
                children.append((node, name, value))
            elif isinstance(value, tuple):
                children += [(node, (name, *place), item) for place, item in _members(value)]
        # what WITH names must be known when the rest is read
        children.sort(key=lambda item: isinstance(item[2], ast.WithClause))
        waiting.extend(children)


def _members(value: tuple[Any, ...]) -> Iterator[tuple[tuple[int, ...], ast.Node]]:
    for place, item in enumerate(value):
        if isinstance(item, ast.Node):
            yield (place,), item
        elif isinstance(item, tuple):
            for inner, found in _members(item):
                yield (place, *inner), found


def _judge(node: ast.Node) -> None:
    kind = type(node).__name__
    if kind not in sql_names.NODES:
        raise _refused(_("Unsur kueri tidak diizinkan: %(node)s", node=kind))
    judge = _JUDGES.get(kind)
    if judge is not None:
        judge(node)


def _select(node: ast.SelectStmt) -> None:
    if node.intoClause is not None or node.lockingClause:
        raise _refused(_("Unsur kueri tidak diizinkan: %(node)s", node="INTO/FOR"))


def _with(node: ast.WithClause) -> None:
    if node.recursive:
        raise _refused(_("Unsur kueri tidak diizinkan: %(node)s", node="WITH RECURSIVE"))


def _cte(node: ast.CommonTableExpr) -> None:
    # a name of the catalogue would be found there wherever the WITH does not reach
    if str(node.ctename).startswith("pg_"):
        raise _refused(_("Nama WITH tidak boleh diawali pg_"))


def _table(node: ast.RangeVar) -> None:
    if node.catalogname is not None or node.schemaname is not None:
        raise Forbidden(_("tabel di skema lain tidak dapat dibaca"))
    if str(node.relname).startswith("pg_"):
        raise Forbidden(_("tabel di skema lain tidak dapat dibaca"))  # PostgreSQL's own, whether there is one or not


def _function(node: ast.FuncCall) -> None:
    called = node.funcname or ()
    parts = [str(part.sval) for part in called if isinstance(part, ast.String)]
    name = parts[-1] if parts else ""
    if len(parts) != len(called) or parts[:-1] not in ([], ["pg_catalog"]) or name not in sql_names.FUNCTIONS:
        raise Forbidden(_("fungsi %(name)s tidak dapat dipanggil", name=".".join(parts)[:80]))


def _type(node: ast.TypeName) -> None:
    parts = [str(part.sval) for part in node.names or () if isinstance(part, ast.String)]
    if parts[:-1] not in ([], ["pg_catalog"]) or not parts or parts[-1] not in sql_names.TYPES:
        raise _refused(_("Jenis tidak diizinkan: %(name)s", name=".".join(parts)[:80]))


def _operator(node: ast.A_Expr) -> None:
    parts = node.name or ()
    if len(parts) > 1 and str(parts[0].sval) != "pg_catalog":
        raise _refused(_("Operator skema lain tidak diizinkan"))


def _order(node: ast.SortBy) -> None:
    if node.useOp:
        raise _refused(_("Operator skema lain tidak diizinkan"))


def _clock(node: ast.SQLValueFunction) -> None:
    name = "" if node.op is None else SQLValueFunctionOp(node.op).name
    if name not in sql_names.CLOCK:
        raise Forbidden(_("fungsi %(name)s tidak dapat dipanggil", name=name))


_JUDGES: Mapping[str, Callable[[Any], None]] = {
    "SelectStmt": _select, "WithClause": _with, "CommonTableExpr": _cte, "RangeVar": _table, "FuncCall": _function,
    "TypeName": _type, "A_Expr": _operator, "SQLValueFunction": _clock,
    "SortBy": _order,
}  # fmt: skip


def _source(shape: Shape, node: ast.RangeVar) -> ast.RangeSubselect:
    """The published columns of a table, its words among them as in CKAN, under the name that the caller gave it."""
    names = sql.SQL(", ").join([statements.name(item.name) for item in shape.columns])
    # names in `statements` are written for a driver that reads %% as %; here the text itself is parsed
    query = (
        sql.SQL("SELECT {}, {} AS {}{}{} FROM {} AS t")
        .format(
            sql.Identifier(ID),
            statements.row_words(shape),
            sql.Identifier(statements.FULL_TEXT),
            sql.SQL(", " if shape.columns else ""),
            names,
            statements.table(shape),
        )
        .as_string()
        .replace("%%", "%")
    )
    alias = node.alias or ast.Alias(aliasname=node.relname)
    inner = parse_sql(query)[0].stmt
    return ast.RangeSubselect(subquery=inner, alias=alias, lateral=False)


def _replace(parent: Any, slot: Any, _old: ast.Node, new: ast.Node) -> None:
    if isinstance(slot, str):
        setattr(parent, slot, new)
        return
    name, *places = slot
    setattr(parent, name, _put(getattr(parent, name), places, new))


def _put(value: tuple[Any, ...], places: list[int], new: ast.Node) -> tuple[Any, ...]:
    place, *rest = places
    item = _put(value[place], rest, new) if rest else new
    return (*value[:place], item, *value[place + 1 :])


def _type_of(column: psycopg.Column) -> str:
    """The type's name; row numbers are told as CKAN's, though ours may be larger."""
    return "int4" if column.name == ID else _type_name(column.type_code)


def _type_name(oid: int) -> str:
    found = psycopg.postgres.types.get(oid)
    if found is None:
        return "text"
    return f"_{found.name}" if found.array_oid == oid and found.oid != oid else found.name


def _refused(message: str) -> Invalid:
    return Invalid(message, rule="api.sql")
