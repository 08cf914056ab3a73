"""Tile arithmetic holds for every tile and every point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tiles import grid
from geo.tiles.grid import TileId


@st.composite
def tiles(draw: st.DrawFn) -> TileId:
    z = draw(st.integers(0, grid.MAX_ZOOM))
    return TileId(z, draw(st.integers(0, 2**z - 1)), draw(st.integers(0, 2**z - 1)))


@given(tiles(), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_point_inside_a_tile_is_in_that_tile(tile: TileId, right: float, up: float) -> None:
    west, south, east, north = grid.lonlat_box(tile)
    assert grid.tile_at(west + (east - west) * right, south + (north - south) * up, tile.z) == tile


@given(tiles())
def test_parents_and_children_agree_and_boxes_nest(tile: TileId) -> None:
    if tile.z < grid.MAX_ZOOM:
        for child in tile.children:
            assert child.parent == tile
        west, south, east, north = grid.mercator_box(tile)
        boxes = [grid.mercator_box(child) for child in tile.children]
        assert min(box[0] for box in boxes) == pytest.approx(west, abs=1e-6)
        assert max(box[2] for box in boxes) == pytest.approx(east, abs=1e-6)
        assert min(box[1] for box in boxes) == pytest.approx(south, abs=1e-6)
        assert max(box[3] for box in boxes) == pytest.approx(north, abs=1e-6)
    if tile.parent is not None:
        assert tile in tile.parent.children


@given(
    st.tuples(st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89)),
    st.integers(0, 6),
)
def test_tiles_in_a_box_cover_its_corners_and_are_counted(raw: tuple[float, float, float, float], z: int) -> None:
    box = (min(raw[0], raw[2]), min(raw[1], raw[3]), max(raw[0], raw[2]), max(raw[1], raw[3]))
    found = list(grid.tiles_in(box, z))
    assert len(found) == len(set(found)) == grid.count_in(box, z)
    for lon, lat in ((box[0], box[1]), (box[2], box[3]), (box[0], box[3]), (box[2], box[1])):
        assert grid.tile_at(lon, lat, z) in found


@pytest.mark.parametrize("address", [(-1, 0, 0), (0, 1, 0), (0, 0, -1), (3, 8, 0), (25, 0, 0), (2, 0, 4)])
def test_addresses_beyond_the_grid_are_refused(address: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        TileId(*address)


def test_known_values() -> None:
    assert grid.tile_at(108.9, -7.0, 9) == TileId(9, 410, 265)
    assert grid.tile_at(0, 90, 3).y == 0
    assert grid.tile_at(180, -90, 3) == TileId(3, 7, 7)
    assert grid.lonlat_box(TileId(0, 0, 0)) == pytest.approx((-180, -85.0511288, 180, 85.0511288))
    assert grid.unit(0) == pytest.approx(9783.94, abs=0.01)
