"""Row tables of the public side: built by COPY from the vault, unseen until the pointer names them (I4, step 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.layers.types import FieldType
from geo.tiles import prepare
from geo.tiles.prepare import TileField, TileLayer
from geo.tiles.published import PREPARED_SUFFIX, SCHEMA, published_layer
from portal.access.rows import OpenVault, ResourceRow
from portal.contract.metadata import ColumnEntry
from portal.ingest.checks import REGION_CODES

#: Columns that people filter by: they get an index.
_YEARS = frozenset({"tahun", "year"})
#: What the vault's bulk tables may hold; a type outside it never reaches DDL.
_TYPES = frozenset(
    {
        "text",
        "bigint",
        "integer",
        "numeric",
        "double precision",
        "boolean",
        "date",
        "jsonb",
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "geometry(Geometry,4326)",
    }
)
FETCH = 5_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a public table with its PostgreSQL type."""

    name: str
    type: str


def public_entries(row: ResourceRow) -> tuple[ColumnEntry, ...]:
    """The dictionary of what leaves the vault: columns with `public: false` are absent (6.3, 8.6)."""
    entries = (ColumnEntry.model_validate(column) for column in row.columns)
    return tuple(entry for entry in entries if entry.public)


def public_name(row: ResourceRow, version: int) -> str:
    """Name of the public table of a resource in a released version."""
    return f"{'l' if row.kind == 'layer' else 't'}_{row.id.hex}_{version}"


class PublicRows:
    """Makes, reads and drops tables of schema `rows`, in the publisher's session; the caller commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def build(self, office: Session, vault: OpenVault, row: ResourceRow, name: str) -> int:
        """A new table `name` with the public columns of the resource, filled and indexed, open to readers; its rows.

        A table of that name left by a killed try is replaced. Raises ValueError for a column type that the vault
        does not have.
        """
        if row.table_name is None:
            raise ValueError("the resource has no rows")
        self.drop([name])
        columns = self._columns(office, row)
        driver = self._driver()
        table = sql.Identifier(SCHEMA, name)
        described = sql.SQL(", ").join(
            sql.SQL("{} " + column.type).format(sql.Identifier(column.name)) for column in columns
        )
        driver.execute(sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY (_id))").format(table, described))
        names = [column.name for column in columns]
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        with driver.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(table, listed)) as copy:
                vault.tables.copy_out(row.table_name, names, copy, "binary")
            count = cursor.rowcount
        self._index(name, row)
        self._session.execute(text("SELECT rows.open_table(:name)"), {"name": name})
        return count

    def _columns(self, office: Session, row: ResourceRow) -> list[Column]:
        """`_id`, the public columns and the geometry, with the types that the vault's table has."""
        found = office.execute(
            text(
                "SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a"
                " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'vault' AND c.relname = :name AND a.attnum > 0 AND NOT a.attisdropped"
                " ORDER BY a.attnum"
            ),
            {"name": row.table_name},
        )
        kept = {"_id", "geom"} if row.kind == "layer" else {"_id"}
        kept |= {entry.name for entry in public_entries(row)}
        columns = [Column(item.name, item.type) for item in found if item.name in kept]
        if any(column.type not in _TYPES for column in columns) or len(columns) != len(kept):
            raise ValueError("the vault's table does not fit its dictionary")
        return columns

    def _index(self, name: str, row: ResourceRow) -> None:
        driver, table = self._driver(), sql.Identifier(SCHEMA, name)
        for entry in public_entries(row):
            if entry.codelist == REGION_CODES or entry.name in _YEARS:
                driver.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(entry.name)))
        if row.kind == "layer":
            driver.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(table))
        driver.execute(sql.SQL("ANALYZE {}").format(table))
        if row.kind == "layer":
            layer = tile_layer(name, public_entries(row))
            driver.execute(prepare.create_table(layer))
            driver.execute(prepare.fill_table(layer))
            for statement in prepare.index_table(layer):
                driver.execute(statement)
            self._session.execute(text("SELECT rows.open_table(:name)"), {"name": layer.prepared})

    def drop(self, names: Iterable[str]) -> None:
        """Drop tables and their prepared geometry; what is not there is no error."""
        for name in names:
            for one in (name, name + PREPARED_SUFFIX):
                self._driver().execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, one)))

    def unused(self, names: Sequence[str]) -> list[str]:
        """Those tables that no published resource names."""
        used = set(
            self._session.scalars(
                text("SELECT table_name FROM catalog.resource WHERE table_name = ANY(:names)"), {"names": list(names)}
            )
        )
        return [name for name in names if name not in used]

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Every row in the order of `_id` through a server-side cursor; memory stays flat."""
        query = sql.SQL("SELECT {} FROM {} ORDER BY _id").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(SCHEMA, name)
        )
        yield from self.stream(query)

    def stream(self, query: sql.Composed) -> Iterator[tuple[Any, ...]]:
        """Rows of any composed query, streamed."""
        with self._driver().cursor(name="portal_release") as cursor:
            cursor.itersize = FETCH
            cursor.execute(query)
            yield from cursor

    def driver(self) -> psycopg.Connection[Any]:
        """The driver's connection of this transaction."""
        return self._driver()

    def _driver(self) -> psycopg.Connection[Any]:
        driver = self._session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("the publisher needs psycopg")
        return driver


def tile_layer(name: str, entries: Sequence[ColumnEntry]) -> TileLayer:
    """The published layer with its attributes."""
    return published_layer(name, [TileField(entry.name, FieldType(entry.type)) for entry in entries])
