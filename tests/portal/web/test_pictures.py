"""Charts and maps: always well-formed XML, said in words, honest about what is missing."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.regions import BOUNDARIES
from portal.web import charts, geometry, maps, scales, svg
from portal.web.geometry import Outline, outlines

SVG = "{http://www.w3.org/2000/svg}"
VALUE = st.one_of(st.none(), st.floats(), st.integers(-(10**12), 10**12).map(float))
ROWS = st.lists(st.tuples(st.text(max_size=25), VALUE), max_size=12)
POINTS = st.lists(st.tuples(st.integers(1900, 2100), VALUE), max_size=8)
POSITION = st.lists(st.one_of(st.floats(), st.integers(-200, 200)), max_size=3)
RING = st.lists(POSITION, max_size=8)
GEOMETRY = st.one_of(
    st.none(),
    st.builds(lambda c: {"type": "Point", "coordinates": c}, POSITION),
    st.builds(lambda c: {"type": "MultiPoint", "coordinates": c}, RING),
    st.builds(lambda c: {"type": "LineString", "coordinates": c}, RING),
    st.builds(lambda c: {"type": "Polygon", "coordinates": c}, st.lists(RING, max_size=3)),
    st.builds(lambda c: {"type": "MultiPolygon", "coordinates": c}, st.lists(st.lists(RING, max_size=2), max_size=3)),
    st.builds(lambda c: {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": c}]}, POSITION),
    st.dictionaries(st.sampled_from(["type", "coordinates"]), st.none(), max_size=2),
)


def read(drawing: str) -> ET.Element:
    """Parse a drawing; refuse what the CSP or a screen reader would trip over."""
    root = ET.fromstring(drawing)  # noqa: S314 (our own output is under test)
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") is not None
    assert root.get("role") in {"img", "group"}
    for element in root.iter():
        assert element.get("style") is None
        assert not [name for name in element.attrib if name.startswith("on")]
        for value in element.attrib.values():
            assert not re.search(r"(?<![A-Za-z])(nan|inf)(?![A-Za-z])", value) or element.get("aria-label") == value
    return root


def brebes() -> tuple[Outline, ...]:
    return outlines(json.loads((BOUNDARIES / "33.29_kecamatan.geojson").read_text(encoding="utf-8")))


@given(ROWS, st.text(max_size=30), st.sampled_from(["id", "en"]))
def test_bars_are_always_well_formed(rows: Sequence[charts.Row], title: str, lang: str) -> None:
    read(charts.bars(rows, title=title, unit="ha", lang=lang))
    read(charts.preview_bars([value for _, value in rows], title=title))
    read(charts.sparkline([value for _, value in rows], title=title))


@settings(max_examples=60)
@given(st.lists(st.builds(charts.Series, st.text(max_size=10), POINTS), max_size=6))
def test_lines_and_groups_are_always_well_formed(series: list[charts.Series]) -> None:
    read(charts.lines(series, title="t"))
    read(charts.lines(series, title="t", zero=True))
    read(charts.grouped_bars(["a", "b"], series, title="t"))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=8), GEOMETRY, VALUE), max_size=6))
def test_maps_are_always_well_formed(regions: list[tuple[str, Any, float | None]]) -> None:
    places = [Outline(str(index), name, shape or {}) for index, (name, shape, _) in enumerate(regions)]
    values = {str(index): value for index, (_, _, value) in enumerate(regions)}
    read(maps.choropleth(places, values, title="t").svg)
    read(maps.choropleth(places, values, title="t", middle=0.0).svg)
    read(maps.place_map(places, lambda region: f"/wilayah/{region.code}", title="t"))
    read(maps.locator(places, "0", title="t"))
    read(maps.preview([shape for _, shape, _ in regions], title="t", base=places))


def test_a_hostile_name_stays_text() -> None:
    drawing = charts.bars([('<script>alert("x")</script>\x00', 1.0)], title='"><b>')
    root = read(drawing)
    assert "<script" not in drawing
    assert root.get("aria-label", "").startswith('"><b>')


def test_bars_keep_their_zero_line_and_proportions() -> None:
    root = read(charts.bars([("A", 100.0), ("B", 50.0), ("C", -25.0), ("D", None)], title="t"))
    widths = [float(rect.get("width", "0").rstrip("%")) for rect in root.iter(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1], rel=1e-2)
    assert widths[1] == pytest.approx(2 * widths[2], rel=1e-2)
    assert len(widths) == 3, "a missing value is a dash, never a bar of zero"
    assert [line for line in root.iter(f"{SVG}line") if line.get("class") == "axis"]


def test_a_bar_chart_speaks() -> None:
    label = read(charts.bars([("Salem", 3.5), ("Brebes", 1200.0)], title="Luas", unit="ha")).get("aria-label")
    assert label == "Luas. 2 nilai. Tertinggi: Brebes 1.200 hektare. Terendah: Salem 3,5 hektare."
    assert "No values" in read(charts.bars([], title="Area", lang="en")).get("aria-label", "")


def test_a_gap_in_the_data_is_a_gap_in_the_line() -> None:
    series = charts.Series("a", [(2020, 1.0), (2021, 2.0), (2022, None), (2023, 3.0), (2024, 4.0)])
    drawn = [line for line in read(charts.lines([series], title="t")).iter(f"{SVG}line") if line.get("stroke-width")]
    assert len(drawn) == 2


def test_more_than_six_series_are_refused() -> None:
    many = [charts.Series(str(index), [(2020, 1.0)]) for index in range(7)]
    with pytest.raises(ValueError, match="at most 6"):
        charts.lines(many, title="t")


def test_the_regency_map_links_each_kecamatan() -> None:
    regions = brebes()
    root = read(maps.place_map(regions, lambda region: f"/wilayah/{region.code}", title="Brebes"))
    links = {link.get("href"): link.get("aria-label") for link in root.iter(f"{SVG}a")}
    assert links["/wilayah/33.29.01"] == "Salem"
    assert len(links) == 17
    assert len(maps.place_map(regions, lambda region: region.code, title="Brebes").encode()) < 16_000


def test_the_choropleth_says_what_is_missing() -> None:
    regions = brebes()
    values: dict[str, float | None] = {region.code: float(index) for index, region in enumerate(regions)}
    values[regions[0].code] = None
    found = maps.choropleth(regions, values, title="t", unit="ha")
    assert found.legend[-1] == ("none", "tidak ada data")
    assert found.legend[0][1].startswith("di bawah")
    assert len(found.legend) == 6
    assert not [words for role, words in maps.choropleth(regions, {}, title="t").legend if role != "none"]


def test_a_preview_is_small() -> None:
    regions = brebes()
    drawn = maps.preview([region.geometry for region in regions], title="t", base=regions)
    assert len(drawn.encode()) < 12_000


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30), st.integers(2, 5))
def test_class_limits_rise_and_hold_every_value(values: list[float], classes: int) -> None:
    limits = scales.class_limits(values, classes)
    assert limits == sorted(set(limits))
    assert len(limits) < classes
    assert all(0 <= (scales.class_of(value, limits) or 0) <= len(limits) for value in values)


@given(st.floats(-1e15, 1e15), st.floats(1e-6, 1e15))
def test_ticks_enclose(low: float, span: float) -> None:
    ends = scales.extent([low, low + span], zero=False)
    ticks = scales.nice_ticks(*ends)
    assert len(ticks) >= 2
    assert ticks[0] <= ends[0] + abs(ends[0]) * 1e-6 + span * 1e-6
    assert ticks[-1] >= ends[1] - abs(ends[1]) * 1e-6 - span * 1e-6


@given(st.lists(st.floats(0, 500), max_size=6))
def test_labels_do_not_collide(places: list[float]) -> None:
    moved = sorted(scales.spread(places, 17))
    assert all(after - before >= 17 - 1e-6 for before, after in pairwise(moved))


def test_simplify_keeps_ends_and_corners() -> None:
    ring = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (2.0, 5.0), (0.0, 0.0)]
    assert geometry.simplify(ring, 0.5) == [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0), (0.0, 0.0)]


def test_forbidden_characters_are_dropped() -> None:
    assert svg.clean("a\x00\x0b\ud800b\n") == "ab\n"
    assert svg.coordinate(3.0) == "3"
    assert svg.coordinate(1e300).isdigit()
    assert not math.isnan(float(svg.coordinate(2.25)))
