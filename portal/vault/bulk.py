"""Bulk tables of the vault: made by the owner's functions, filled by COPY, sealed in the same transaction (I3a)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, LiteralString, Protocol
from uuid import UUID

import orjson
from psycopg import sql
from sqlalchemy import text

from portal.vault.opened import Opened
from portal.vault.rows import BulkColumn, BulkFilter

CopyFormat = Literal["csv", "text", "binary"]
BLOCK = 1024 * 1024
LARGEST_PAGE = 1000
_FORMATS: dict[CopyFormat, LiteralString] = {
    "csv": "(FORMAT csv, ENCODING 'UTF8')",
    "text": "(FORMAT text, ENCODING 'UTF8')",
    "binary": "(FORMAT binary)",
}
_OPERATORS: dict[str, LiteralString] = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Sink(Protocol):
    """What takes the bytes of a COPY: a file, or psycopg's Copy of another database."""

    def write(self, block: bytes, /) -> Any:
        """Take one block."""


class BulkTables:
    """Rows of tables and layers. A table is made, copied into and sealed in one transaction, or not at all."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def create(
        self,
        dataset_id: UUID,
        resource_id: UUID,
        version: int,
        columns: Sequence[BulkColumn],
        kind: Literal["t", "l"] = "t",
    ) -> str:
        """Make an empty table (`t` table, `l` layer) and return its name; `columns` must hold `_id`.

        The transaction cannot commit before `seal`. Raises sqlalchemy.exc.DBAPIError when the opening doesn't cover
        the dataset for writing, or the table is there already.
        """
        name = f"{kind}_{resource_id.hex}_{version}"
        described = orjson.dumps([{"name": column.name, "type": column.type} for column in columns]).decode()
        statement = text("SELECT vault.create_table(:name, :dataset, CAST(:columns AS jsonb))")
        self._opened.run(statement, {"name": name, "dataset": dataset_id, "columns": described})
        return name

    def copy(self, name: str, columns: Sequence[str], source: Path | BinaryIO, format_: CopyFormat = "csv") -> int:
        """COPY a file (UTF-8; csv without header, empty unquoted is NULL) into an unsealed table; rows copied."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN {}").format(
            _table(name), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(_FORMATS[format_])
        )
        with self._opened.connection().cursor() as cursor:
            with cursor.copy(statement) as copy:
                for block in _blocks(source):
                    copy.write(block)
            return cursor.rowcount

    def seal(self, name: str) -> None:
        """Close a filled table: primary key on `_id`, forced policy, no more inserts."""
        self._opened.run(text("SELECT vault.seal(:name)"), {"name": name})

    def load(
        self,
        dataset_id: UUID,
        resource_id: UUID,
        version: int,
        columns: Sequence[BulkColumn],
        source: Path | BinaryIO,
        *,
        kind: Literal["t", "l"] = "t",
        format_: CopyFormat = "csv",
    ) -> tuple[str, int]:
        """Create, copy and seal; a table of the same name is dropped before. Returns its name and row count.

        `source` holds all columns in the order of `columns`.
        """
        self.drop(f"{kind}_{resource_id.hex}_{version}")
        name = self.create(dataset_id, resource_id, version, columns, kind)
        count = self.copy(name, [column.name for column in columns], source, format_)
        self.seal(name)
        return name, count

    def drop(self, name: str) -> bool:
        """Drop a table of an open dataset; False when there is none that the opening may write."""
        return bool(self._opened.run(text("SELECT vault.drop_table(:name)"), {"name": name}).scalar_one())

    def rows(
        self,
        name: str,
        columns: Sequence[str],
        *,
        order: Sequence[tuple[str, Literal["asc", "desc"]]] = (),
        filters: Sequence[BulkFilter] = (),
        limit: int = 100,
        offset: int = 0,
        geojson: frozenset[str] = frozenset(),
    ) -> list[tuple[Any, ...]]:
        """A page of rows as Python values, ordered by `order` and `_id`; at most 1000.

        Columns named in `geojson` come as GeoJSON text (EPSG:4326, 6 decimals). No rows where nothing is open.
        """
        chosen = sql.SQL(", ").join(
            sql.SQL("public.ST_AsGeoJSON({}, 6)").format(_column(column)) if column in geojson else _column(column)
            for column in columns
        )
        sorting = [
            sql.SQL("{} DESC NULLS LAST" if way == "desc" else "{} ASC NULLS LAST").format(_column(column))
            for column, way in order
        ]
        where, values = _where(filters)
        query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT %s OFFSET %s").format(
            chosen, _table(name), where, sql.SQL(", ").join([*sorting, sql.Identifier("_id")])
        )
        page = (min(max(limit, 0), LARGEST_PAGE), max(offset, 0))
        return self._opened.connection().execute(query, (*values, *page)).fetchall()

    def count(self, name: str, filters: Sequence[BulkFilter] = ()) -> int:
        """How many rows fit; 0 where nothing is open."""
        where, values = _where(filters)
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(_table(name), where)
        row = self._opened.connection().execute(query, values).fetchone()
        return int(row[0]) if row else 0

    def blocks(self, name: str, columns: Sequence[str], format_: CopyFormat = "binary") -> Iterator[bytes]:
        """The rows as the blocks of COPY, ordered by `_id`, streamed; read them to the end or close the iterator."""
        query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            _table(name),
            sql.Identifier("_id"),
            sql.SQL(_FORMATS[format_]),
        )
        with self._opened.connection().cursor() as cursor, cursor.copy(query) as copy:
            for block in copy:
                yield bytes(block)

    def copy_out(self, name: str, columns: Sequence[str], sink: Sink, format_: CopyFormat = "binary") -> int:
        """Stream the rows, ordered by `_id`, into `sink` (a file or a Copy of another connection); bytes written."""
        size = 0
        for block in self.blocks(name, columns, format_):
            sink.write(block)
            size += len(block)
        return size


def _table(name: str) -> sql.Identifier:
    return sql.Identifier("vault", name)


def _column(name: str) -> sql.Identifier:
    """The identifier in a statement with parameters, where the driver reads a single % as a placeholder."""
    return sql.Identifier(name.replace("%", "%%"))


def _where(filters: Sequence[BulkFilter]) -> tuple[sql.Composable, list[Any]]:
    parts: list[sql.Composable] = []
    values: list[Any] = []
    for item in filters:
        column = _column(item.column)
        if item.op == "kosong":
            parts.append(sql.SQL("{} IS NULL").format(column))
            continue
        if item.op == "mengandung":
            parts.append(sql.SQL("position(lower(%s) IN lower({}::text)) > 0").format(column))
        else:
            parts.append(sql.SQL("{} " + _OPERATORS[item.op] + " %s").format(column))
        values.append(item.value)
    return (sql.SQL(" AND ").join(parts) if parts else sql.SQL("true")), values


def _blocks(source: Path | BinaryIO) -> Iterator[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from _blocks(stream)
        return
    while block := source.read(BLOCK):
        yield block
