"""Tile preparation of a loaded layer, measured apart: prepared geometry, then PMTiles z0 to z12."""

from __future__ import annotations

from pathlib import Path

import psycopg

from bench.measure import Clock, Spent
from geo.layers.types import FieldType
from geo.tiles import archive, prepare, query
from geo.tiles.prepare import TileField, TileLayer

_BOX = (108.69, -7.35, 109.20, -6.76)
_FIELDS = (TileField("nama", FieldType.TEXT), TileField("kelas", FieldType.TEXT))


def run(url: str, name: str, clock: Clock, folder: Path) -> tuple[Spent, Spent]:
    """Prepares `vault.<name>` and bakes its tiles, as the release does; what each took."""
    layer = TileLayer("vault", name, f"{name}_ubin", "data", _FIELDS)
    with psycopg.connect(url) as connection:
        with clock.timed() as prepared:
            connection.execute(prepare.create_table(layer))
            connection.execute(prepare.fill_table(layer))
            for statement in prepare.index_table(layer):
                connection.execute(statement)
        with clock.timed() as baked:
            archive.bake_pmtiles(
                lambda tile: query.fetch_tile(connection, layer, tile), _BOX, range(13), folder / "ubin.pmtiles", {}
            )
        connection.rollback()
    return prepared[0], baked[0]
