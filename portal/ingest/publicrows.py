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
from portal.ingest.live_tables import LiveTables, shape_of
from portal.tables import pages, statements

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
        "text[]",
        "integer[]",
        "bigint[]",
        "numeric[]",
        "double precision[]",
        "boolean[]",
        "date[]",
        "timestamp without time zone[]",
        "geometry(Geometry,4326)",
    }
)
FETCH = 5_000
STAGE_SUFFIX = "_s"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a public table with its PostgreSQL type."""

    name: str
    type: str


def public_entries(row: ResourceRow) -> tuple[ColumnEntry, ...]:
    """The dictionary of what leaves the vault: columns with `public: false` are absent (6.3, 8.6)."""
    entries = (ColumnEntry.model_validate(column) for column in row.columns)
    return tuple(entry for entry in entries if entry.public)


def shown_entries(row: ResourceRow) -> tuple[ColumnEntry, ...]:
    """What the datastore shows of a public table: its dictionary without geometry."""
    return tuple(entry for entry in public_entries(row) if entry.type != "geometry")


def live_table(row: ResourceRow) -> str | None:
    """Name of the live table (I5a) that a resource's rows are in, or are to be in; None for what never changes."""
    name = dict(row.choice.get("live") or {}).get("table")
    return str(name) if name else None


def public_name(row: ResourceRow, version: int) -> str:
    """Name of the public table of a resource in a released version; a live table keeps its own."""
    live = live_table(row)
    if live is not None:
        return live
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
        if live_table(row) is not None and self._registered(name):
            return 0  # rows went on entering it: it is newer than what the vault holds
        self.drop([name])
        columns = self._columns(office, row)
        driver = self._driver()
        stage, table = sql.Identifier(SCHEMA, name + STAGE_SUFFIX), sql.Identifier(SCHEMA, name)
        described = sql.SQL(", ").join(
            sql.SQL("{} " + column.type).format(sql.Identifier(column.name)) for column in columns
        )
        driver.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(stage, described))
        names = [column.name for column in columns]
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        with driver.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(stage, listed)) as copy:
                vault.tables.copy_out(row.table_name, names, copy, "binary")
            count = cursor.rowcount
        driver.execute(sql.SQL("CREATE TABLE {} ({}, _full_text tsvector, PRIMARY KEY (_id))").format(table, described))
        self._spoken(row, stage, table, names)
        driver.execute(sql.SQL("DROP TABLE {}").format(stage))
        self._index(name, row)
        self._ready(name, row, count)
        return count

    def _spoken(self, row: ResourceRow, stage: sql.Identifier, table: sql.Identifier, names: Sequence[str]) -> None:
        """Rows from the stage with their full text, read once, here, where nobody waits for it."""
        words = statements.vector(shape_of("", shown_entries(row)))
        plain = sql.SQL(", ").join([statements.name(name) for name in names])
        self._driver().execute(
            sql.SQL("INSERT INTO {} ({}, _full_text) SELECT {}, {} FROM {} t ORDER BY _id").format(
                table, plain, plain, words, stage
            ),
            (),
        )

    def _registered(self, name: str) -> bool:
        query = text("SELECT EXISTS (SELECT FROM catalog.live_table WHERE table_name = :name)")
        return bool(self._session.scalar(query, {"name": name}))

    def _ready(self, name: str, row: ResourceRow, count: int) -> None:
        """What reading asks for: indexes of words and columns, blocks of JSON, rights; of a live table, writing too."""
        live, entries = LiveTables(self._session), shown_entries(row)
        live.open(name, entries)
        while live.index_columns(name, entries, count, live=live_table(row) is not None):
            continue
        pages.fill(self._driver(), shape_of(name, entries, live=False))
        if live_table(row) is None:
            return
        live.number(name)
        live.register(name, row.id, row.dataset_id, count, paged=count)
        chosen = dict(row.choice["live"])
        live.set_key(name, chosen.get("key") or ())
        live.set_indexes(name, chosen.get("indexes") or ())
        live.set_aliases(row.id, chosen.get("aliases") or ())

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
            for suffix in ("", PREPARED_SUFFIX, STAGE_SUFFIX, pages.SUFFIX):
                self._driver().execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, name + suffix)))
        LiveTables(self._session).forget(list(names))

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
