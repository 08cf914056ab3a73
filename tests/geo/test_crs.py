"""Every CRS of domain.md 6.4 loads to the right place (T32), and an unknown one is asked, not guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from geo import crs
from geo.errors import BadInputError, NeedsChoiceError
from geo.formats.base import RawReference
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, LayerChoice, LayerContext, Region
from tests.geo.files import BREBES, SQUARES, esri_wkt, feature, geojson, moved, zipped_shapefile

SAMPLE = (4326, 9470, 9491, 4755, 23835, 23879, 32749, 32649, 3857, 4238, 4211)


def region_for(srid: int) -> Region:
    """A small region in the middle of the CRS's own area, on its side of the equator, within Indonesia."""
    area = pyproj.CRS.from_epsg(srid).area_of_use
    west, east = max(area.west, 95.5), min(area.east, 141.0)
    south, north = max(area.south, -10.5), min(area.north, 5.5)
    lon, lat = (west + east) / 2, (south + north) / 2
    return Region("00.00", "Uji", (lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2))


def loads_to_the_right_place(srid: int, folder: Path, by_choice: bool) -> None:
    region = region_for(srid)
    west, south, _, _ = region.box
    shapes = [shapely.box(west + 0.1, south + 0.1, west + 0.12, south + 0.12)]
    prj = None if by_choice else esri_wkt(srid)
    path = zipped_shapefile(folder / f"l{srid}.zip", moved(shapes, srid), prj=prj)
    choice = LayerChoice(srid=srid if by_choice else None)
    staged = stage(path, path.name, choice, LayerContext(region), out_dir=folder)
    assert staged.reference.srid == srid
    assert staged.reference.status is (CrsStatus.CHOSEN if by_choice else CrsStatus.KNOWN)
    assert staged.bounds is not None
    assert np.allclose(staged.bounds, shapes[0].bounds, atol=2e-5)  # two metres
    geometry = shapely.from_wkb((folder / staged.data).read_text().split(",")[-1].strip())
    assert shapely.get_srid(geometry) == 4326
    assert np.allclose(geometry.bounds, shapes[0].bounds, atol=2e-5)


@pytest.mark.parametrize("srid", SAMPLE)
def test_T32_crs_of_the_list_loads_to_the_right_place(srid: int, tmp_path: Path) -> None:
    loads_to_the_right_place(srid, tmp_path, by_choice=False)


@pytest.mark.long
@pytest.mark.parametrize("by_choice", [False, True])
@pytest.mark.parametrize("srid", crs.ACCEPTED)
def test_T32_whole_list_by_prj_and_by_choice(srid: int, tmp_path: Path, by_choice: bool) -> None:
    loads_to_the_right_place(srid, tmp_path, by_choice)


def test_T32_the_list_is_the_one_of_the_domain() -> None:
    wanted = {4326, 9470, 4755, 3857, 4238, 4211}
    for first, last in (
        (9487, 9494), (9476, 9482), (23877, 23884), (23866, 23872), (23830, 23845), (32646, 32652), (32747, 32754),
    ):  # fmt: skip
        wanted |= set(range(first, last + 1))
    assert set(crs.ACCEPTED) == wanted
    assert len(crs.ACCEPTED) == len(wanted)


@pytest.mark.parametrize("srid", crs.ACCEPTED)
def test_T32_esri_and_gdal_texts_are_matched(srid: int) -> None:
    known = pyproj.CRS.from_epsg(srid)
    for form in ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"):
        found = crs.from_wkt(known.to_wkt(form))
        assert found is not None
        assert found.srid == srid
        assert found.confidence >= crs.MIN_CONFIDENCE


@pytest.mark.parametrize("srid", [32749, 23835, 3857])
def test_T32_no_crs_is_asked_with_the_right_candidate_first(srid: int, tmp_path: Path) -> None:
    path = zipped_shapefile(tmp_path / "a.zip", moved(SQUARES, srid))
    seen = inspect(path, "a.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert seen.reference is not None
    assert seen.reference.status is CrsStatus.ASKED
    assert not seen.ready
    assert "V8.crs_ditanya" in {one.rule for one in seen.findings}
    # systems that differ by less than the accuracy of the datum can't be told apart by place
    alike = {32749: {32749, 9489, 23879}, 23835: {23835}, 3857: {3857}}[srid]
    best = seen.reference.candidates[0]
    assert best.srid == min(alike, key=lambda one: one != srid)
    assert best.inside == 1.0
    assert best.outline["type"] == "MultiPolygon"
    assert np.allclose(best.bounds, (108.9, -7.0, 109.02, -6.98), atol=2e-5)
    with pytest.raises(NeedsChoiceError):
        stage(path, "a.zip", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)


def test_T32_swapped_axes_are_a_finding_and_can_be_swapped_back(tmp_path: Path) -> None:
    turned = [shapely.transform(one, lambda c: c[:, ::-1]) for one in SQUARES]
    path = geojson(tmp_path / "a.geojson", [feature(one, n=1) for one in turned])
    seen = inspect(path, "a.geojson", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert "V8.sumbu_tertukar" in {one.rule for one in seen.findings}
    assert not seen.ready
    with pytest.raises(BadInputError) as failure:
        stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert failure.value.finding.rule == "V8.sumbu_tertukar"
    assert not (tmp_path / "lapisan.csv").exists()
    staged = stage(path, "a.geojson", LayerChoice(swap_axes=True), LayerContext(BREBES), out_dir=tmp_path)
    assert staged.bounds == pytest.approx((108.9, -7.0, 109.02, -6.98))


def test_wrong_prj_is_found_and_named(tmp_path: Path) -> None:
    path = zipped_shapefile(tmp_path / "a.zip", moved(SQUARES, 32749), prj=esri_wkt(32750))
    seen = inspect(path, "a.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    wrong = next(one for one in seen.findings if one.rule == "V8.crs_salah")
    assert wrong.params["srid"] == 32749
    assert wrong.blocks
    assert not seen.ready


def test_officer_who_insists_gets_a_warning_only(tmp_path: Path) -> None:
    path = zipped_shapefile(tmp_path / "a.zip", moved(SQUARES, 32749))
    staged = stage(path, "a.zip", LayerChoice(srid=32750), LayerContext(BREBES), out_dir=tmp_path)
    assert not any(one.blocks for one in staged.findings)
    assert {"V8.crs_salah", "V8.di_luar_wilayah"} <= {one.rule for one in staged.findings}


def test_transformation_is_named_with_its_accuracy(tmp_path: Path) -> None:
    for srid, accuracy in ((4238, 3.0), (9470, 1.2), (32749, 0.0)):
        way = crs.transformation(crs.from_srid(srid), BREBES)
        assert way.accuracy == pytest.approx(accuracy)
        assert "axis order" not in way.description
    old = zipped_shapefile(tmp_path / "a.zip", moved(SQUARES, 4211), prj=esri_wkt(4211))
    seen = inspect(old, "a.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert any(one.rule == "crs.transformasi" and one.severity == "peringatan" for one in seen.findings)


def test_unknown_codes_and_texts() -> None:
    for srid in (0, 1, 999999, 5703):  # 5703 is a height
        with pytest.raises(BadInputError):
            crs.from_srid(srid)
    assert crs.from_wkt("") is None
    assert crs.from_wkt("bukan WKT") is None
    assert crs.identify(RawReference()) is None
    assert crs.identify(RawReference(srid=999999, wkt=esri_wkt(32749))).srid == 32749  # type: ignore[union-attr]


def test_own_projection_without_a_code_is_used_by_its_text(tmp_path: Path) -> None:
    own = pyproj.CRS.from_proj4("+proj=tmerc +lat_0=-7 +lon_0=109 +k=1 +x_0=1000 +y_0=2000 +datum=WGS84")
    way = pyproj.Transformer.from_crs(4326, own, always_xy=True)
    shapes = [shapely.transform(one, way.transform, interleaved=False) for one in SQUARES]
    path = zipped_shapefile(tmp_path / "a.zip", shapes, prj=own.to_wkt("WKT1_ESRI"))
    staged = stage(path, "a.zip", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert staged.reference.srid is None
    assert staged.bounds == pytest.approx((108.9, -7.0, 109.02, -6.98), abs=1e-6)
