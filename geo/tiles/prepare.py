"""Geometry made ready for tiles once, at release: Web Mercator, one simplified column a zoom band.

The prepared table holds, beside `_id`: `geom` (full, EPSG:3857), one column for each of `BANDS` (simplified
to half a pixel at the band's last zoom; null where the feature is smaller than that), `weight` (area or
length in square metres or metres, which ranks what stays when a tile is full) and `cost` (bytes of its
attributes). Statements are composed by `psycopg.sql`; run them in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from geo.layers.types import FieldType
from geo.tiles import grid

PIXEL_UNITS = 8  # a pixel of a 512 pixel tile, in units of 4096
WORLD = (-180.0, -85.05, 180.0, 85.05)


@dataclass(frozen=True, slots=True)
class Band:
    """Zooms that share one simplified geometry."""

    name: str
    first: int
    last: int

    @property
    def tolerance(self) -> float:
        """Metres of EPSG:3857: half a pixel at the last zoom."""
        return grid.unit(self.last) * PIXEL_UNITS / 2


BANDS: tuple[Band, ...] = (
    Band("geom_z5", 0, 5),
    Band("geom_z8", 6, 8),
    Band("geom_z10", 9, 10),
    Band("geom_z12", 11, 12),
)


@dataclass(frozen=True, slots=True)
class TileField:
    """An attribute that tiles carry: column name and type."""

    name: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class TileLayer:
    """Where a layer's features (`table`: `_id`, attributes, `geom` in EPSG:4326) and its prepared geometry
    (`prepared`) are; `name` is the layer's name within the tile."""

    schema: str
    table: str
    prepared: str
    name: str
    fields: tuple[TileField, ...] = ()


def geometry_column(z: int) -> str:
    """The prepared column that serves a zoom."""
    return next((band.name for band in BANDS if band.first <= z <= band.last), "geom")


def create_table(layer: TileLayer) -> sql.Composed:
    """CREATE TABLE of the prepared table."""
    bands = [sql.SQL("{} geometry(Geometry, 3857)").format(sql.Identifier(band.name)) for band in BANDS]
    return sql.SQL(
        "CREATE TABLE {table} (_id bigint PRIMARY KEY, geom geometry(Geometry, 3857), {bands}, "
        "weight double precision NOT NULL, cost integer NOT NULL)"
    ).format(table=sql.Identifier(layer.schema, layer.prepared), bands=sql.SQL(", ").join(bands))


def fill_table(layer: TileLayer) -> sql.Composed:
    """INSERT … SELECT from the layer's table into the prepared one, features without geometry left out.

    What reaches beyond the grid (85.05°) is clipped first, since Web Mercator has no poles."""
    columns = sql.SQL(", ").join(sql.Identifier(band.name) for band in BANDS)
    simplified = sql.SQL(", ").join(
        sql.SQL(
            "CASE WHEN dim = 0 OR greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) >= {tolerance} "
            "THEN ST_Simplify(g, {tolerance}) END"
        ).format(tolerance=sql.Literal(band.tolerance))
        for band in BANDS
    )
    return sql.SQL(
        "INSERT INTO {prepared} (_id, geom, {columns}, weight, cost) "
        "SELECT _id, g, {simplified}, "
        "CASE dim WHEN 2 THEN ST_Area(g) WHEN 1 THEN ST_Length(g) ELSE 0 END, cost FROM ("
        "SELECT _id, ST_Dimension(geom) AS dim, {cost} AS cost, ST_Transform(CASE WHEN geom @ world THEN geom "
        "ELSE ST_ClipByBox2D(geom, world) END, 3857) AS g "
        "FROM {table}, (SELECT ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326) AS world) w "
        "WHERE geom IS NOT NULL AND NOT ST_IsEmpty(geom)) clipped WHERE NOT ST_IsEmpty(g) ORDER BY _id"
    ).format(
        prepared=sql.Identifier(layer.schema, layer.prepared),
        table=sql.Identifier(layer.schema, layer.table),
        columns=columns,
        simplified=simplified,
        cost=_cost(layer.fields),
        west=sql.Literal(WORLD[0]),
        south=sql.Literal(WORLD[1]),
        east=sql.Literal(WORLD[2]),
        north=sql.Literal(WORLD[3]),
    )


def _cost(fields: Sequence[TileField]) -> sql.Composable:
    """Bytes that a feature's attributes may take in a tile: the text itself, and two tags a field."""
    if not fields:
        return sql.SQL("8")
    lengths = [sql.SQL("coalesce(octet_length({}::text), 0)").format(sql.Identifier(one.name)) for one in fields]
    return sql.SQL("({} + {})").format(sql.SQL(" + ").join(lengths), sql.Literal(8 + 4 * len(fields)))


def index_table(layer: TileLayer) -> tuple[sql.Composed, ...]:
    """The spatial index and fresh statistics, to run after filling."""
    table = sql.Identifier(layer.schema, layer.prepared)
    return (
        sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(table),
        sql.SQL("ANALYZE {}").format(table),
    )
