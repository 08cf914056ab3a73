"""Findings by feature: geometry, duplicates, place, region codes (T29)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.checks import LISTED, dotted
from geo.findings import Finding, Severity, error, note, render, warning
from geo.layers.inspection import inspect
from geo.layers.types import LayerChoice, LayerContext, LayerInspection, Region
from tests.geo.files import BREBES, SQUARES, feature, geojson

BOWTIE = shapely.Polygon([(108.9, -7.0), (108.92, -6.98), (108.92, -7.0), (108.9, -6.98), (108.9, -7.0)])
CODES = frozenset({"33.29", "33.29.01", "33.29.02", "33.29.01.2001"})
BPS = frozenset({"3329010", "3329020"})


def look(folder: Path, features: list[dict[str, Any]], **context: Any) -> LayerInspection:
    path = geojson(folder / "a.geojson", features)
    choice = LayerChoice(code_column=context.pop("code_column", None))
    return inspect(path, path.name, choice, LayerContext(BREBES, **context), work_dir=folder)


def of(seen: LayerInspection, rule: str) -> list[Finding]:
    return [one for one in seen.findings if one.rule == rule]


def test_invalid_geometry_says_reason_and_place(tmp_path: Path) -> None:
    seen = look(tmp_path, [feature(SQUARES[0]), feature(BOWTIE)])
    (found,) = of(seen, "V8.geometri_tidak_valid")
    assert (found.feature, found.severity) == (2, Severity.PERINGATAN)
    assert found.lonlat == pytest.approx((108.91, -6.99))
    assert "memotong dirinya sendiri" in found.text
    assert seen.invalid_count == 1


def test_null_and_empty_geometry_and_duplicates(tmp_path: Path) -> None:
    point = shapely.Point(108.9, -7)
    seen = look(
        tmp_path,
        [
            feature(SQUARES[0], nama="a"), feature(None, nama="b"), feature(shapely.Polygon(), nama="c"),
            feature(SQUARES[0], nama="d"), feature(SQUARES[0], nama="e"), feature(point, nama="x"),
            feature(point, nama="y"), feature(point, nama="x"),
        ],
    )  # fmt: skip
    assert [one.feature for one in of(seen, "V8.geometri_kosong")] == [2, 3]
    assert [(one.feature, one.params["other"]) for one in of(seen, "V6.geometri_ganda")] == [(4, 1), (5, 1), (8, 6)]


def test_outside_by_more_than_a_tenth_of_a_degree(tmp_path: Path) -> None:
    near = shapely.Point(109.20 + 0.09, -7)
    far = shapely.Point(109.20 + 0.11, -7)
    seen = look(tmp_path, [feature(one) for one in (near, far, *SQUARES)])
    (found,) = of(seen, "V8.di_luar_wilayah")
    assert (found.feature, found.lonlat) == (2, (109.31, -7.0))
    assert seen.ready


def test_a_layer_of_another_regency_is_only_warned_about(tmp_path: Path) -> None:
    seen = look(tmp_path, [feature(shapely.Point(107.4, -6.5))])
    assert of(seen, "V8.lapisan_di_luar_wilayah")
    assert seen.ready


def test_many_of_one_kind_are_listed_and_summed_up(tmp_path: Path) -> None:
    seen = look(tmp_path, [feature(BOWTIE, n=number) for number in range(50)])
    found = of(seen, "V8.geometri_tidak_valid")
    assert len(found) == LISTED + 1
    assert (found[-1].count, found[-1].feature) == (50 - LISTED, None)
    assert "30" in found[-1].text


@pytest.mark.parametrize(
    ("value", "words"),
    [("7311040", "kode BPS"), ("3329010", "kode BPS"), ("33.29.99", "bukan kode wilayah"), ("0", "bukan kode wilayah")],
)
def test_T29_a_bps_or_unknown_code_in_a_kemendagri_column_is_a_finding(tmp_path: Path, value: str, words: str) -> None:
    rows = ["33.29.01", "332902", "3329012001", "33.29", value, None]
    features = [feature(SQUARES[0], nama="x", kode_kec=code) for code in rows]
    seen = look(tmp_path, features, codes=CODES, bps_codes=BPS)
    assert seen.code_column == "kode_kec"
    (found,) = of(seen, "V3.kode_wilayah")
    assert (found.feature, found.column, found.value) == (5, "kode_kec", value)
    assert words in found.text


def test_T29_the_column_is_found_by_name_or_by_its_values_or_chosen(tmp_path: Path) -> None:
    by_value = [feature(SQUARES[0], luas=5, x=code) for code in ("33.29.01", "33.29.02")]
    assert look(tmp_path, by_value, codes=CODES).code_column == "x"
    none = [feature(SQUARES[0], kode="A-1"), feature(SQUARES[0], kode="A-2")]
    assert look(tmp_path, none, codes=CODES).code_column is None
    chosen = look(tmp_path, none, codes=CODES, code_column="kode")
    assert len(of(chosen, "V3.kode_wilayah")) == 2
    assert look(tmp_path, by_value).code_column is None


def test_T29_the_real_bridge_tells_the_two_schemes_apart(tmp_path: Path, repository: Path) -> None:
    with (repository / "config" / "codes" / "bps_bridge.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kode_kemendagri"].startswith("33.29.")]
    rows = [row for row in rows if row["tingkat"] == "kecamatan"]
    assert len(rows) == 17
    codes = frozenset(row["kode_kemendagri"] for row in rows)
    bps = frozenset(row["kode_bps"] for row in rows)
    features = [feature(SQUARES[0], kode=row["kode_bps"]) for row in rows]
    seen = look(tmp_path, features, codes=codes, bps_codes=bps)
    assert len(of(seen, "V3.kode_wilayah")) == len(rows)
    good = look(
        tmp_path, [feature(SQUARES[0], kode=row["kode_kemendagri"]) for row in rows], codes=codes, bps_codes=bps
    )
    assert not of(good, "V3.kode_wilayah")


def test_dotted_codes() -> None:
    assert dotted("3329012001") == "33.29.01.2001"
    assert dotted("332901") == "33.29.01"
    assert dotted("3329") == "33.29"
    assert dotted("33.29.01") == "33.29.01"
    assert dotted("3329010") == "3329010"
    assert dotted("abc") == "abc"


def test_without_a_region_nothing_is_outside(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(shapely.Point(0, 0))])
    assert inspect(path, "a.geojson", work_dir=tmp_path).ready
    impossible = geojson(tmp_path / "b.geojson", [feature(shapely.Point(100, 120))])
    seen = inspect(impossible, "b.geojson", work_dir=tmp_path)
    assert of(seen, "V8.di_luar_bumi")[0].feature == 1
    assert not seen.ready


def test_region_polygon_ranks_candidates(tmp_path: Path) -> None:
    outline = shapely.geometry.mapping(shapely.box(108.7, -7.3, 109.1, -6.9))
    region = Region("33.29", "Brebes", BREBES.box, outline, (32749, 23835))
    path = geojson(tmp_path / "a.geojson", [feature(shapely.Point(200, 300))])
    seen = inspect(path, "a.geojson", LayerChoice(), LayerContext(region), work_dir=tmp_path)
    assert seen.reference is not None
    assert seen.reference.candidates == ()


def test_findings_speak_indonesian_and_never_break() -> None:
    one = error("a", "Baris {row}: {value}", row=3)
    assert one.text == "Baris 3: {value}"
    assert one.blocks
    assert not warning("a", "b").blocks
    assert not note("a", "b").blocks
    assert render("{x.__class__}{y[0]}{", {"x": 1}) == "{x.__class__}{y[0]}{"
    assert "class" in render("{x.__class__}", {"x": 1})
    long = Finding("a", Severity.CATATAN, "b", value="x" * 500)
    assert long.value is not None
    assert len(long.value) == 200
