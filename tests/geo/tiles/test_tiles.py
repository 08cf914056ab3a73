"""Tiles from PostGIS: within their budget, counted, baked to the same bytes, read back."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from psycopg import sql

from geo.layers.staging import stage
from geo.layers.types import FieldType, LayerChoice, LayerContext
from geo.tiles import grid
from geo.tiles.archive import TileArchive, bake_pmtiles, open_file
from geo.tiles.grid import TileId
from geo.tiles.prepare import BANDS, TileField, TileLayer, create_table, fill_table, geometry_column, index_table
from geo.tiles.query import BUDGET, Tile, fetch_tile, tile_query
from geo.tiles.tilejson import tilejson
from tests.geo.files import BOUNDARIES, BREBES

DESA = TileLayer(
    "public", 'desa "x"', "desa_ubin", "lapisan",
    (TileField("kode", FieldType.TEXT), TileField("nama", FieldType.TEXT), TileField("luas", FieldType.NUMBER),
     TileField("tgl", FieldType.DATE)),
)  # fmt: skip
TITIK = TileLayer("public", "titik", "titik_ubin", "lapisan", (TileField("nama", FieldType.TEXT),))
MIDDLE = (108.95, -7.05)


@pytest.fixture(scope="module")
def connection(
    scratch_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection[Any]]:
    folder = tmp_path_factory.mktemp("ubin")
    path = BOUNDARIES / "33.29_desa.geojson"
    staged = stage(path, path.name, LayerChoice(), LayerContext(BREBES), out_dir=folder)
    with psycopg.connect(scratch_database(), autocommit=True) as opened:
        table = sql.Identifier("public", DESA.table)
        opened.execute(
            sql.SQL(
                "CREATE TABLE {} (_id bigint PRIMARY KEY, kode text, nama text, tingkat text, "
                "geom geometry(MultiPolygon, 4326))"
            ).format(table)
        )
        with opened.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(table)) as copy:
            copy.write((folder / staged.data).read_bytes())
        opened.execute(
            sql.SQL("ALTER TABLE {} ADD luas numeric DEFAULT 1.5, ADD tgl date DEFAULT '2024-01-01'").format(table)
        )
        opened.execute(
            "CREATE TABLE titik AS SELECT i::bigint AS _id, 'Titik nomor ' || i || repeat('x', 40) AS nama, "
            "ST_SetSRID(ST_MakePoint(108.7 + 0.4 * random(), -7.3 + 0.5 * random()), 4326) AS geom "
            "FROM generate_series(1, 30000) i"
        )
        opened.execute(
            "INSERT INTO titik VALUES (30001, 'kutub', ST_SetSRID(ST_MakePoint(109, 90), 4326)), (30002, 'hampa', NULL)"
        )
        for layer in (DESA, TITIK):
            opened.execute(create_table(layer))
            opened.execute(fill_table(layer))
            for statement in index_table(layer):
                opened.execute(statement)
        yield opened


def decoded(tile: Tile) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(tile.data)["lapisan"]["features"]
    return features


def test_a_tile_holds_its_features_with_ids_and_typed_attributes(connection: psycopg.Connection[Any]) -> None:
    tile = fetch_tile(connection, DESA, grid.tile_at(*MIDDLE, 12))
    features = decoded(tile)
    assert len(features) == tile.shown == tile.total
    assert set(features[0]["properties"]) == {"kode", "nama", "luas", "tgl"}
    assert features[0]["properties"]["luas"] == 1.5
    assert features[0]["properties"]["tgl"] == "2024-01-01"
    assert all(isinstance(one["id"], int) for one in features)
    assert not tile.thinned


def test_every_zoom_answers_within_the_budget_and_counts(connection: psycopg.Connection[Any]) -> None:
    for layer in (DESA, TITIK):
        for z in range(0, 17):
            tile = fetch_tile(connection, layer, grid.tile_at(*MIDDLE, z))
            assert len(tile.data) <= BUDGET
            assert tile.shown <= tile.total
            assert tile.shown == (len(decoded(tile)) if tile.data else 0)


def test_dense_points_are_thinned_evenly_and_said(connection: psycopg.Connection[Any]) -> None:
    whole = fetch_tile(connection, TITIK, TileId(0, 0, 0), budget=100_000_000)
    assert (whole.shown, whole.total) == (30000, 30000)
    tile = fetch_tile(connection, TITIK, grid.tile_at(*MIDDLE, 8), budget=50_000)
    assert len(tile.data) <= 50_000
    assert tile.thinned
    assert tile.total > 5 * tile.shown > 500
    again = fetch_tile(connection, TITIK, grid.tile_at(*MIDDLE, 8), budget=50_000)
    assert again == tile
    xs = sorted(one["geometry"]["coordinates"][0] for one in decoded(tile))
    middle = xs[len(xs) // 2]
    assert xs[0] < middle < xs[-1]


def test_small_budgets_still_end(connection: psycopg.Connection[Any]) -> None:
    tile = fetch_tile(connection, DESA, grid.tile_at(*MIDDLE, 9), budget=10)
    assert (tile.data, tile.shown) == (b"", 0)
    assert tile.total > 0


def test_empty_tiles_are_empty(connection: psycopg.Connection[Any]) -> None:
    assert fetch_tile(connection, DESA, TileId(9, 0, 0)) == Tile(b"", 0, 0)


def test_bands_drop_tiny_features_and_have_fewer_vertices(connection: psycopg.Connection[Any]) -> None:
    counts = []
    for column in (*(band.name for band in BANDS), "geom"):
        statement = sql.SQL("SELECT count({c}), coalesce(sum(ST_NPoints({c})), 0) FROM desa_ubin")
        counts.append(connection.execute(statement.format(c=sql.Identifier(column))).fetchone())
    vertices = [one[1] for one in counts if one is not None]
    assert vertices == sorted(vertices)
    assert counts[0] is not None
    assert counts[0][0] < 297
    assert [geometry_column(z) for z in (0, 5, 6, 9, 12, 13, 20)] == [
        "geom_z5", "geom_z5", "geom_z8", "geom_z10", "geom_z12", "geom", "geom",
    ]  # fmt: skip


def test_statements_hold_no_text_of_names_unquoted() -> None:
    evil = TileLayer("s", 't"; DROP TABLE x; --', "p", "n'; --", (TileField('a" --', FieldType.NUMBER),))
    text = tile_query(evil, 3).as_string(None)
    assert '"t""; DROP TABLE x; --"' in text
    assert '"a"" --"' in text
    assert "'n''; --'" in text


def bake(connection: psycopg.Connection[Any], out: Path, last: int = 12) -> Any:
    return bake_pmtiles(
        lambda tile: fetch_tile(connection, DESA, tile), BREBES.box, range(last + 1), out, {"name": "desa"}
    )


def test_pmtiles_are_baked_to_the_same_bytes_and_read_back(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    zooms: list[int] = []
    baked = bake(connection, tmp_path / "a.pmtiles")
    bake(connection, tmp_path / "b.pmtiles")
    assert (tmp_path / "a.pmtiles").read_bytes() == (tmp_path / "b.pmtiles").read_bytes()
    assert (baked.min_zoom, baked.max_zoom) == (0, 12)
    assert baked.tiles == sum(one.tiles for one in baked.zooms)
    assert max(one.largest for one in baked.zooms) <= BUDGET
    archive = open_file(baked.path)
    assert (archive.min_zoom, archive.max_zoom) == (0, 12)
    for z in range(13):
        address = grid.tile_at(*MIDDLE, z)
        stored = archive.get(address)
        assert stored is not None
        assert gzip.decompress(stored) == fetch_tile(connection, DESA, address).data
    assert archive.get(TileId(12, 0, 0)) is None
    assert archive.get(TileId(14, 0, 0)) is None
    assert zooms == []


def test_pmtiles_of_nothing_and_of_a_wide_box(tmp_path: Path) -> None:
    asked: list[TileId] = []

    def nothing(tile: TileId) -> Tile:
        asked.append(tile)
        return Tile(b"", 0, 0)

    baked = bake_pmtiles(nothing, (95.0, -11.0, 141.0, 6.0), range(13), tmp_path / "a.pmtiles", {})
    assert asked == [TileId(0, 0, 0)]
    assert baked.max_zoom < 12
    archive = open_file(baked.path)
    assert gzip.decompress(archive.get(TileId(0, 0, 0)) or b"") == b""


def test_other_bytes_are_no_archive() -> None:
    with pytest.raises(ValueError, match="PMTiles"):
        TileArchive(lambda offset, length: b"x" * length)


def test_tilejson() -> None:
    document = tilejson(DESA, name="Desa", tiles="https://x/{z}/{x}/{y}.mvt", box=BREBES.box, max_zoom=14)
    assert document["tilejson"] == "3.0.0"
    assert document["vector_layers"][0]["fields"] == {
        "kode": "String", "nama": "String", "luas": "Number", "tgl": "String",
    }  # fmt: skip
    assert document["bounds"] == list(BREBES.box)
    assert "attribution" not in document
