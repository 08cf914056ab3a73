"""Figures that a chart may show, and those that it must not make up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.statistics import charting
from plugins.statistics.shape import Shape, shape_of
from portal.contract.metadata import ColumnEntry
from portal.contract.pictures import Outline

CODE, PLACE, YEAR = "kode_kecamatan", "kecamatan", "tahun"
COUNT = ColumnEntry(name="jumlah", label="Jumlah balita", type="integer", unit="jiwa")
SHARE = ColumnEntry(name="persen_stunting", label="Persen stunting", type="numeric", unit="%")
COLUMNS = (
    ColumnEntry(name=CODE),
    ColumnEntry(name=PLACE),
    ColumnEntry(name="jenis_kelamin"),
    ColumnEntry(name=YEAR, type="integer"),
    COUNT,
    SHARE,
)
SHAPE = shape_of(COLUMNS)


def row(place: str, year: Any, count: Any, sex: str = "L", share: Any = None) -> dict[str, Any]:
    code = {"Salem": "33.29.01", "Bantarkawung": "33.29.02", "Bumiayu": "33.29.03"}.get(place)
    return {CODE: code, PLACE: place, "jenis_kelamin": sex, YEAR: year, COUNT.name: count, SHARE.name: share}


ROWS = [
    row("Salem", 2023, 10, "L", Decimal("1.5")),
    row("Salem", 2023, 20, "P", Decimal("2.5")),
    row("Salem", 2024, 40, "L", Decimal("9")),
    row("Bumiayu", 2023, 5, "L", Decimal("3")),
    row("Bumiayu", 2024, None, "L"),
    row("Bantarkawung", 2022, 1, "L"),
]


@pytest.mark.parametrize(
    ("name", "label", "unit", "may"),
    [
        ("jumlah", "Jumlah balita", "jiwa", True),
        ("jumlah_kendaraan_operasional", "Kendaraan operasional", "unit", True),
        ("klinik_pratama", "Klinik pratama", "unit", True),
        ("jumlah_perpustakaan", "Jumlah perpustakaan", "unit", True),
        ("lajur", "Lajur jalan", "km", True),
        ("persen_stunting", "", "", False),
        ("stunting", "Stunting", "%", False),
        ("kepadatan", "Kepadatan penduduk", "jiwa/km²", False),
        ("rata_rata_lama_sekolah", "", "tahun", False),
        ("ipm", "Indeks Pembangunan Manusia", "", False),
        ("suhu_udara", "", "°C", False),
        ("dokter", "Dokter per 1.000 penduduk", "", False),
    ],
)
def test_shares_rates_and_indices_are_not_added_up(name: str, label: str, unit: str, may: bool) -> None:
    assert charting.additive(ColumnEntry(name=name, label=label, type="numeric", unit=unit)) is may


def test_the_measure_asked_for_then_a_total_then_the_last() -> None:
    chosen = [charting.measure_of(SHAPE, wanted) for wanted in (SHARE.name, None, "tidak_ada")]
    assert chosen == [SHARE, COUNT, COUNT]
    assert charting.measure_of(shape_of((SHARE,)), None) == SHARE
    assert charting.measure_of(shape_of(()), None) is None


def test_places_are_added_over_categories_of_one_year() -> None:
    assert charting.by_place(ROWS, SHAPE, COUNT, 2023) == {"Salem": 30.0, "Bumiayu": 5.0}
    assert charting.by_code(ROWS, SHAPE, COUNT, 2024) == {"33.29.01": 40.0}


def test_shares_of_several_categories_make_no_figure() -> None:
    assert charting.by_place(ROWS, SHAPE, SHARE, 2023) == {}
    assert charting.place_chart(ROWS, SHAPE, SHARE, 2023) is None
    assert charting.by_place(ROWS, SHAPE, SHARE, 2024) == {"Salem": 9.0}


def test_years_are_read_from_figures_and_texts() -> None:
    rows = [{YEAR: value} for value in (2024, "2023/2024", Decimal(2022), None, "tahun ini", "20233", True, "")]
    assert charting.years_of(rows, SHAPE) == [2022, 2023, 2024]
    assert charting.years_of(rows, Shape(None, None, None, (), ())) == []


def test_years_that_cannot_be_read_make_no_chart() -> None:
    rows = [row("Salem", "tahun lalu", 1), row("Salem", "tahun ini", 2), row("Bumiayu", "tahun ini", 3)]
    assert charting.place_chart(rows, SHAPE, COUNT, None) is None
    assert charting.region_map(rows, SHAPE, COUNT, None, (Outline("33.29.01", "Salem", SQUARE),)) is None


def test_bars_stand_largest_first_and_are_drawn() -> None:
    chart = charting.place_chart(ROWS, SHAPE, COUNT, 2023)
    assert chart is not None
    assert chart.table == (("Salem", 30.0), ("Bumiayu", 5.0))
    assert chart.svg.startswith("<svg")
    assert "2023" in chart.sub


@pytest.mark.parametrize("count", [1, charting.MAX_BARS + 1])
def test_too_few_or_too_many_places_make_no_chart(count: int) -> None:
    rows = [row(f"Tempat {number}", 2024, number + 1) for number in range(count)]
    assert charting.place_chart(rows, SHAPE, COUNT, 2024) is None


def test_a_line_needs_three_years_and_a_measure_that_adds_up() -> None:
    chart = charting.year_chart(ROWS, SHAPE, COUNT)
    assert chart is not None
    assert chart.table == (("2022", 1.0), ("2023", 35.0), ("2024", 40.0))
    assert charting.year_chart(ROWS[:4], SHAPE, COUNT) is None
    assert charting.year_chart(ROWS, SHAPE, SHARE) is None


SQUARE = {"type": "Polygon", "coordinates": [[[109, -7], [109.1, -7], [109.1, -6.9], [109, -6.9], [109, -7]]]}


def test_the_map_needs_figures_for_half_of_the_regions() -> None:
    parts = [Outline("33.29.01", "Salem", SQUARE), Outline("33.29.03", "Bumiayu", SQUARE)]
    drawn = charting.region_map(ROWS, SHAPE, COUNT, 2023, parts)
    assert drawn is not None
    assert drawn.svg.startswith("<svg")
    assert drawn.legend
    others = [Outline(f"33.29.1{number}", "Lain", SQUARE) for number in range(3)]
    assert charting.region_map(ROWS, SHAPE, COUNT, 2023, [*parts, *others]) is None
    assert charting.region_map(ROWS, SHAPE, COUNT, 2023, ()) is None


def test_names_are_escaped_in_pictures() -> None:
    rows = [row("<script>alert(1)</script>", 2024, 3), row('"&', 2024, 2)]
    chart = charting.place_chart(rows, SHAPE, COUNT, 2024)
    assert chart is not None
    assert "<script" not in chart.svg


cells = st.one_of(st.none(), st.integers(-(10**12), 10**12), st.text(max_size=6), st.decimals(allow_nan=False,
                  allow_infinity=False, places=2, min_value=-10**9, max_value=10**9))  # fmt: skip
tables = st.lists(
    st.fixed_dictionaries(
        {
            CODE: st.one_of(st.none(), st.text(max_size=4)),
            PLACE: st.one_of(st.none(), st.text(max_size=4)),
            "jenis_kelamin": st.sampled_from(["L", "P", None]),
            YEAR: cells,
            COUNT.name: cells,
            SHARE.name: cells,
        }
    ),
    max_size=12,
)


@given(tables, st.sampled_from([COUNT, SHARE]))
def test_whatever_the_cells_hold_no_chart_breaks_and_nothing_is_lost(rows: Any, measure: ColumnEntry) -> None:
    for year in (*charting.years_of(rows, SHAPE), None):
        charting.place_chart(rows, SHAPE, measure, year)
        found = charting.by_place(rows, SHAPE, COUNT, year)
        known = [
            float(item[COUNT.name])
            for item in rows
            if charting.number(item[COUNT.name]) is not None
            and item[PLACE]
            and year in {None, charting.year_of(item[YEAR])}
        ]
        assert sum(found.values()) == pytest.approx(sum(known))
    charting.year_chart(rows, SHAPE, measure)
