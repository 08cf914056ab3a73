"""Geometry of published layers: baked tiles by byte range, live tiles above them, features as GeoJSON."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from psycopg import sql
from sqlalchemy.orm import Session

from geo.tiles.archive import TileArchive
from geo.tiles.grid import TileId
from geo.tiles.prepare import TileField
from geo.tiles.published import published_layer
from geo.tiles.query import fetch_tile
from portal.contract.pages import field_type
from portal.contract.protocols import ResourceView, Tile
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.storage import FileRoot, content_key
from portal.kernel.texts import gettext as _
from portal.tables.rows import HANDLE

MAX_ZOOM = 22
MAX_FEATURES = 1000


class SqlLayers:
    """`portal.contract.protocols.Layers` over schema `rows` and the public file root."""

    def __init__(self, session: Session, files: FileRoot) -> None:
        self.session = session
        self.files = files

    def tile(self, resource: ResourceView, z: int, x: int, y: int) -> Tile:
        """One vector tile: from the baked file where it reaches, else live. Raises Invalid outside the grid."""
        self._handle(resource)
        try:
            wanted = TileId(z, x, y)
        except ValueError as error:
            raise Invalid(_("Tidak ada ubin dengan alamat itu."), rule="ubin.alamat") from error
        if z > MAX_ZOOM:
            raise Invalid(_("Perbesaran paling jauh %(n)s.", n=MAX_ZOOM), rule="ubin.alamat")
        baked = next((file for file in resource.files if file.role == "ubin"), None)
        if baked is not None:
            archive = _archive(self.files, baked.sha256)
            if z <= archive.max_zoom:
                return Tile(archive.get(wanted) or b"", compressed=True)
        live = self._live(resource, wanted)
        return Tile(gzip.compress(live, 5, mtime=0) if live else b"", compressed=bool(live))

    def _live(self, resource: ResourceView, wanted: TileId) -> bytes:
        fields = [
            TileField(item.name, field_type(item.type))
            for item in resource.columns
            if item.public and item.type != "geometry"
        ]
        connection = self.session.connection().connection.driver_connection
        if connection is None:
            raise NotFound
        return fetch_tile(connection, published_layer(self._handle(resource), fields), wanted).data

    def feature(self, resource: ResourceView, feature_id: int) -> Mapping[str, Any]:
        """One feature as GeoJSON with all its public attributes. Raises NotFound."""
        found = self._select(resource, sql.SQL("WHERE _id = %(id)s"), {"id": feature_id, "limit": 1, "offset": 0})
        if not found:
            raise NotFound
        return found[0]

    def features(
        self, resource: ResourceView, bbox: tuple[float, float, float, float] | None, limit: int, offset: int = 0
    ) -> Sequence[Mapping[str, Any]]:
        """Features in order of `_id`, those that touch the box (degrees) when one is given."""
        if not 1 <= limit <= MAX_FEATURES or not 0 <= offset <= 10_000_000:
            raise Invalid(_("Batas objek 1 sampai %(n)s.", n=MAX_FEATURES), rule="layer.batas")
        values: dict[str, Any] = {"limit": limit, "offset": offset}
        where = sql.SQL("")
        if bbox is not None:
            where = sql.SQL("WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)")
            values |= dict(zip(("west", "south", "east", "north"), bbox, strict=True))
        return self._select(resource, where, values)

    def _select(self, resource: ResourceView, where: sql.SQL, values: dict[str, Any]) -> list[Mapping[str, Any]]:
        names = [item.name for item in resource.columns if item.public and item.type != "geometry"]
        query = sql.SQL(
            "SELECT _id, ST_AsGeoJSON(geom, 6), {columns} FROM rows.{table} {where} "
            "ORDER BY _id LIMIT %(limit)s OFFSET %(offset)s"
        ).format(
            columns=sql.SQL(", ").join(sql.Identifier(name) for name in ["_id", *names]),
            table=sql.Identifier(self._handle(resource)),
            where=where,
        )
        connection = self.session.connection().connection.driver_connection
        if connection is None:
            raise NotFound
        rows = connection.execute(query, values).fetchall()
        return [
            {
                "type": "Feature",
                "id": row[0],
                "geometry": orjson.loads(row[1]) if row[1] else None,
                "properties": dict(zip(names, row[3:], strict=True)),
            }
            for row in rows
        ]

    @staticmethod
    def _handle(resource: ResourceView) -> str:
        if resource.layer is None or resource.table is None or not HANDLE.fullmatch(resource.table):
            raise NotFound
        return resource.table


@lru_cache(maxsize=64)
def _archive(files: FileRoot, sha256: str) -> TileArchive:
    """The archive of a baked layer, its directories kept; content-addressed, so it never goes stale."""
    key = content_key(sha256)
    return TileArchive(lambda offset, length: files.read_range(key, offset, length))
