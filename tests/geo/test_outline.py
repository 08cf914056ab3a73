"""Outlines for small maps: inside the frame, small, closed, never failing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import outline
from tests.geo.files import BOUNDARIES

STEP = re.compile(r"-?\d+(?:\.\d+)?")


def places(path: str) -> list[tuple[float, float]]:
    """Absolute places of the M and l commands of a path."""
    found: list[tuple[float, float]] = []
    for piece in path.split("M")[1:]:
        numbers = [float(one) for one in STEP.findall(piece.split("a")[0])]
        x, y = numbers[0], numbers[1]
        found.append((x, y))
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=False):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def test_real_kecamatan_fit_the_frame_in_few_bytes() -> None:
    document = json.loads((BOUNDARIES / "33.29_kecamatan.geojson").read_text())
    box = outline.bounds([document])
    assert box is not None
    frame = outline.frame(box, 240, 160)
    paths = outline.paths(document["features"], frame)
    assert len(paths) == 17
    assert sum(map(len, paths)) < 5000
    for path in paths:
        assert path.startswith("M")
        assert path.endswith("z")
        for x, y in places(path):
            assert 2 <= x <= 238
            assert 2 <= y <= 158


def test_north_is_up_and_the_shape_is_kept() -> None:
    frame = outline.frame((108.0, -8.0, 109.0, -7.0), 100, 100, padding=0)
    corners = frame.project(shapely.get_coordinates(shapely.MultiPoint([(108, -7), (109, -8)])))
    assert corners[0][1] < corners[1][1]
    assert corners[0][0] < corners[1][0]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Feature", "geometry": None, "properties": {}},
        {"type": "FeatureCollection", "features": []},
    ],
)
def test_nothing_gives_nothing(geometry: Any) -> None:
    assert outline.path(geometry, outline.frame((108, -8, 109, -7), 100, 100)) == ""
    assert outline.bounds([geometry]) is None


def test_points_tiny_shapes_holes_and_collections_are_drawn() -> None:
    frame = outline.frame((108.0, -8.0, 109.0, -7.0), 100, 100)
    assert "a2.5,2.5" in outline.path(shapely.Point(108.5, -7.5), frame)
    tiny = outline.path(shapely.box(108.5, -7.5, 108.5001, -7.4999), frame)
    assert tiny.endswith("z")
    assert len(places(tiny)) == 3
    hole = shapely.Polygon(shapely.box(108, -8, 109, -7).exterior, [shapely.box(108.3, -7.7, 108.7, -7.3).exterior])
    assert outline.path(hole, frame).count("z") == 2
    both = shapely.GeometryCollection([hole, shapely.LineString([(108, -8), (109, -7)])])
    assert outline.path(both, frame).count("M") == 3


def test_frames_without_room_are_refused() -> None:
    for arguments in (((0.0, 0.0, 1.0, 1.0), 4, 4), ((0.0, 0.0, float("inf"), 1.0), 50, 50)):
        with pytest.raises(ValueError, match="room"):
            outline.frame(*arguments)  # type: ignore[arg-type]


COORDINATE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(COORDINATE, min_size=1, max_size=12), st.booleans())
def test_any_shape_becomes_path_data(coordinates: list[tuple[float, float]], closed: bool) -> None:
    shape: Any = shapely.MultiPoint(coordinates)
    if len(coordinates) > 3:
        shape = shapely.Polygon(coordinates) if closed else shapely.LineString(coordinates)
    box = outline.bounds([shape])
    assert box is not None
    path = outline.path(shape, outline.frame(box, 200, 120))
    assert re.fullmatch(r"[MlazhM0-9., -]+", path)
    assert "e" not in path
