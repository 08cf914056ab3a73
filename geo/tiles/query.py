"""One tile by ST_AsMVT, within a byte budget.

Thinning rule: of the features that touch the tile, those that are larger than half a pixel are ranked by
size (points and equals by a hash of `_id`, so that they thin evenly over the map), and kept while
the sum of their estimated bytes stays in the budget. The answer says how many of how many are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from psycopg import sql

from geo.layers.types import FieldType
from geo.tiles import grid
from geo.tiles.grid import TileId
from geo.tiles.prepare import PIXEL_UNITS, TileField, TileLayer, geometry_column

BUDGET = 500_000
EXTENT = 4096
BUFFER = 64
_MIN_BUDGET = 2_000
_TRIES = 6
_CASTS = {
    FieldType.NUMBER: "double precision",
    FieldType.DATE: "text",
    FieldType.TIMESTAMP: "text",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """Bytes of a vector tile (uncompressed, empty when nothing is there); `shown` of `total` features that
    touch it are in it."""

    data: bytes
    shown: int
    total: int

    @property
    def thinned(self) -> bool:
        """Whether some features are left out."""
        return self.shown < self.total


class Cursor(Protocol):
    """What is needed of a psycopg cursor."""

    def fetchone(self) -> Any:
        """The next row."""


class Connection(Protocol):
    """What is needed of a psycopg connection."""

    def execute(self, query: Any, params: Any = None) -> Cursor:
        """Runs a statement."""


def tile_query(layer: TileLayer, z: int) -> sql.Composed:
    """The statement for a zoom, with parameters `z`, `x`, `y` and `budget` (bytes); one row: data, shown,
    total."""
    return sql.SQL(
        "WITH box AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS env, "
        "ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => {margin}) AS grown), "
        "found AS MATERIALIZED (SELECT p._id, p.{column} AS g, p.weight, p.cost FROM {prepared} p, box "
        "WHERE p.geom && box.grown), "
        "cut AS (SELECT _id, weight, cost, greatest(ST_XMax(g) - ST_XMin(g), ST_YMax(g) - ST_YMin(g)) >= {pixel} "
        "AS big, ST_AsMVTGeom(g, env, {extent}, {buffer}, true) AS geom "
        "FROM found, box WHERE g IS NOT NULL), "
        "ranked AS (SELECT _id, geom, sum(cost + 12 + 4 * ST_NPoints(geom)) OVER "
        "(ORDER BY weight DESC, hashint8(_id), _id ROWS UNBOUNDED PRECEDING) AS bytes FROM cut "
        "WHERE geom IS NOT NULL), "
        "kept AS (SELECT r._id AS fid, r.geom{fields} FROM ranked r JOIN {table} t ON t._id = r._id "
        "WHERE r.bytes <= %(budget)s ORDER BY r._id) "
        "SELECT (SELECT ST_AsMVT(kept.*, {name}, {extent}, 'geom', 'fid') FROM kept), "
        "(SELECT count(*) FROM kept), (SELECT count(*) FROM found) - "
        "(SELECT count(*) FROM cut WHERE geom IS NULL AND big)"  # their boxes touch the tile, they don't
    ).format(
        margin=sql.Literal(BUFFER / EXTENT),
        column=sql.Identifier(geometry_column(z)),
        prepared=sql.Identifier(layer.schema, layer.prepared),
        table=sql.Identifier(layer.schema, layer.table),
        extent=sql.Literal(EXTENT),
        buffer=sql.Literal(BUFFER),
        name=sql.Literal(layer.name),
        pixel=sql.Literal(grid.unit(z) * PIXEL_UNITS),
        fields=sql.SQL("").join(_field(one) for one in layer.fields),
    )


def _field(one: TileField) -> sql.Composed:
    column = sql.SQL("t.{}").format(sql.Identifier(one.name))
    if one.type in _CASTS:
        column = sql.SQL("{}::{}").format(column, sql.SQL(_CASTS[one.type]))
    return sql.SQL(", {} AS {}").format(column, sql.Identifier(one.name))


def fetch_tile(connection: Connection, layer: TileLayer, tile: TileId, budget: int = BUDGET) -> Tile:
    """The tile, never larger than `budget` bytes before compression: where the estimate was too kind, it is
    asked again with a smaller one."""
    allowed = budget
    statement = tile_query(layer, tile.z)
    found = Tile(b"", 0, 0)
    for _ in range(_TRIES):
        row = connection.execute(statement, {"z": tile.z, "x": tile.x, "y": tile.y, "budget": allowed}).fetchone()
        found = Tile(bytes(row[0] or b""), int(row[1]), int(row[2]))
        if len(found.data) <= budget:
            return found if found.shown else Tile(b"", 0, found.total)
        allowed = max(_MIN_BUDGET, int(allowed * budget / len(found.data) * 0.9))
    return Tile(b"", 0, found.total)
