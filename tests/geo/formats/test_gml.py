"""GML: files that GDAL wrote, order of axes, arcs, types of features, hostile and broken files."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.formats.gml.reference import named
from geo.formats.gml.shapes import curved
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, FieldType, LayerChoice, LayerContext, LayerInspection
from tests.geo.files import BREBES, DATA, zipped

URN = "urn:ogc:def:crs:EPSG::4326"
HEAD = (
    '<w:FeatureCollection xmlns:w="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"'
    ' xmlns:a="http://contoh.example/a" xmlns:xlink="http://www.w3.org/1999/xlink">'
)
LIST = "<gml:posList>-7 108.9 -7 108.92 -6.98 108.92 -7 108.9</gml:posList>"
RING = f"<gml:exterior><gml:LinearRing>{LIST}</gml:LinearRing></gml:exterior>"


def member(shape: str, values: str = "<a:nama>Desa A</a:nama>", kind: str = "desa") -> str:
    return f'<w:member><a:{kind} gml:id="x">{values}<a:geom>{shape}</a:geom></a:{kind}></w:member>'


def polygon(srs: str = URN, ring: str = RING) -> str:
    name = f' srsName="{srs}"' if srs else ""
    return f"<gml:Polygon{name}>{ring}</gml:Polygon>"


def gml(path: Path, *members: str, before: str = "") -> Path:
    path.write_text(f"{HEAD}{before}{''.join(members)}</w:FeatureCollection>", encoding="utf-8")
    return path


def seen(path: Path, layer: str | None = None) -> LayerInspection:
    choice = LayerChoice(layer=layer)
    return inspect(path, path.name, choice, LayerContext(BREBES), work_dir=path.parent / "kerja")


def refused(path: Path) -> str:
    with pytest.raises(BadInputError) as failure:
        seen(path)
    return failure.value.finding.rule


def rules(found: LayerInspection) -> set[str]:
    return {one.rule for one in found.findings}


@pytest.mark.parametrize(("name", "srid"), [("4326", 4326), ("32749", 32749), ("gml2", 4326)])
def test_what_gdal_writes_comes_back_in_its_place(tmp_path: Path, name: str, srid: int) -> None:
    wanted = [shapely.geometry.shape(one["geometry"]) for one in read()]
    path = tmp_path / "a.gml"
    path.write_bytes((DATA / f"kecamatan_{name}.gml").read_bytes())
    staged = stage(path, "a.gml", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert (staged.reference.srid, staged.reference.status) == (srid, CrsStatus.KNOWN)
    rows = [line.rsplit(",", 1) for line in (tmp_path / staged.data).read_text().splitlines()]
    for (values, ewkb), one, raw in zip(rows, wanted, read(), strict=True):
        shape = shapely.from_wkb(ewkb)
        assert shapely.hausdorff_distance(shape, one) < 1e-6
        assert raw["properties"]["kode"] in values.split(",")
    codes = next(one for one in staged.fields if one.title == "kode")
    assert codes.type is FieldType.TEXT


def read() -> list[dict[str, dict[str, str]]]:
    features: list[dict[str, dict[str, str]]] = json.loads((DATA / "kecamatan.geojson").read_text())["features"]
    return features


def test_curves_are_made_plain_and_said(tmp_path: Path) -> None:
    arc = (
        f'<gml:Curve srsName="{URN}"><gml:segments><gml:Arc><gml:posList>-7 108.9 -6.99 108.91 -7 108.92</gml:posList>'
        "</gml:Arc></gml:segments></gml:Curve>"
    )
    path = gml(tmp_path / "a.gml", member(arc))
    staged = stage(path, "a.gml", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert "geometri.lengkung" in {one.rule for one in staged.findings}
    line = shapely.from_wkb((tmp_path / staged.data).read_text().splitlines()[0].rsplit(",", 1)[1])
    assert math.isclose(line.length, 0.01 * math.pi, rel_tol=1e-3)


def test_arcs_keep_their_radius() -> None:
    half = curved("Arc", [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)])
    assert len(half) == 181
    assert all(math.isclose(math.hypot(x, y), 1.0, rel_tol=1e-9) for x, y in half)
    assert all(y > -1e-9 for _, y in half)
    round_ = curved("Circle", [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)])
    assert round_[0] == round_[-1]
    assert math.isclose(shapely.Polygon(round_).area, math.pi, rel_tol=1e-3)
    assert curved("Arc", [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]) == [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]


@pytest.mark.parametrize(
    ("name", "srid", "flipped"),
    [
        (URN, 4326, True),
        ("urn:x-ogc:def:crs:EPSG:6.9:4326", 4326, True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", 4326, True),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", 4326, False),
        ("EPSG:4326", 4326, False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, False),
        ("urn:ogc:def:crs:EPSG::32749", 32749, False),
        ("sistem setempat", None, False),
    ],
)
def test_the_name_says_the_order_of_axes(name: str, srid: int | None, flipped: bool) -> None:
    found = named(name)
    assert (found.srid, found.flipped) == (srid, flipped)


def test_wrong_order_and_no_name_are_found_out(tmp_path: Path) -> None:
    wrong = seen(gml(tmp_path / "a.gml", member(polygon("EPSG:4326"))))
    assert wrong.reference is not None
    assert wrong.reference.candidates[0].swapped
    none = seen(gml(tmp_path / "b.gml", member(polygon(""))))
    assert none.reference is not None
    assert none.reference.status is CrsStatus.ASKED
    corner = "<gml:lowerCorner>-7 108</gml:lowerCorner>"
    box = f'<gml:boundedBy><gml:Envelope srsName="{URN}">{corner}</gml:Envelope></gml:boundedBy>'
    whole = seen(gml(tmp_path / "c.gml", member(polygon("")), before=box))
    assert whole.ready
    assert "gml.urutan_sumbu" in rules(whole)
    mixed = seen(gml(tmp_path / "d.gml", member(polygon()), member(polygon("urn:ogc:def:crs:EPSG::32749"))))
    assert "gml.beberapa_crs" in rules(mixed)
    assert not mixed.ready


def test_types_are_layers_and_values_are_text_first(tmp_path: Path) -> None:
    values = (
        "<gml:boundedBy><gml:Envelope><gml:lowerCorner>1 2</gml:lowerCorner></gml:Envelope></gml:boundedBy>"
        "<a:Luas_Ü>12.50</a:Luas_Ü><a:jumlah>7</a:jumlah><a:kode>33.29</a:kode><a:rt>007</a:rt><a:kosong/>"
        '<a:alamat><a:Alamat><a:jalan>Jl. &lt;A&gt;</a:jalan></a:Alamat></a:alamat><a:lihat xlink:href="#y"/>'
        "<a:lain>1</a:lain><a:lain>2</a:lain>"
    )
    path = gml(tmp_path / "a.gml", member(polygon(), values), member(polygon(), kind="jalan"))
    assert [(one.name, one.feature_count) for one in seen(path).layers] == [("desa", 1), ("jalan", 1)]
    found = seen(path, "desa")
    assert {one.title: one.type.value for one in found.fields} == {
        "gml_id": "text", "Luas_Ü": "number", "jumlah": "integer", "kode": "text", "rt": "text", "kosong": "text",
        "alamat.Alamat.jalan": "text", "lihat": "text", "lain": "text",
    }  # fmt: skip
    assert found.preview[0] == ("x", "12.50", "7", "33.29", "007", None, "Jl. <A>", "#y", "1; 2")
    with pytest.raises(BadInputError):
        seen(path, "tidak ada")


def test_every_kind_of_geometry(tmp_path: Path) -> None:
    line = "<gml:LineString><gml:posList>-7 108.9 -7 108.91</gml:posList></gml:LineString>"
    more = "<gml:LineString><gml:pos>-7 108.91</gml:pos><gml:pos>-7 108.93</gml:pos></gml:LineString>"
    curve = (
        f'<gml:CompositeCurve srsName="{URN}"><gml:curveMember>{line}</gml:curveMember><gml:curveMember>{more}'
        "</gml:curveMember></gml:CompositeCurve>"
    )
    chain = f"<gml:Ring><gml:curveMember><gml:LineString>{LIST}</gml:LineString></gml:curveMember></gml:Ring>"
    patch = f"<gml:PolygonPatch><gml:exterior>{chain}</gml:exterior></gml:PolygonPatch>"
    surface = f'<gml:Surface srsName="{URN}"><gml:patches>{patch}</gml:patches></gml:Surface>'
    parts = "".join(f"<gml:surfaceMember>{one}</gml:surfaceMember>" for one in (surface, polygon("")))
    many = f'<gml:MultiSurface srsName="{URN}">{parts}</gml:MultiSurface>'
    high = f'<gml:Point srsName="{URN}" srsDimension="3"><gml:pos>-7 108.9 55</gml:pos></gml:Point>'
    parts = "".join(f"<gml:geometryMember>{one}</gml:geometryMember>" for one in (high, polygon("")))
    mixed = f'<gml:MultiGeometry srsName="{URN}">{parts}</gml:MultiGeometry>'
    path = gml(tmp_path / "a.gml", *map(member, (curve, surface, many, high, mixed, "")))
    found = seen(path)
    assert found.geometry_types == {
        "LINESTRING": 1, "POLYGON": 1, "MULTIPOLYGON": 1, "POINT": 1, "GEOMETRYCOLLECTION": 1,
    }  # fmt: skip
    assert found.bounds is not None
    assert found.bounds[:2] == (108.9, -7.0)
    staged = stage(path, "a.gml", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert (staged.had_z, staged.empty_count, staged.feature_count) == (True, 1, 6)


def test_broken_geometry_is_told_by_number(tmp_path: Path) -> None:
    bodies = (
        polygon(),
        polygon(ring=RING.replace("108.92", "timur")),
        polygon(ring=RING.replace("-7 108.9<", "nan 108.9<")),
        polygon(ring=RING.replace("-7 108.9<", "108.9<")),
        f'<gml:Solid srsName="{URN}"/>',
        f'<gml:Curve srsName="{URN}"><gml:segments><gml:ArcByBulge/></gml:segments></gml:Curve>',
    )
    found = seen(gml(tmp_path / "a.gml", *map(member, bodies)))
    assert {one.feature for one in found.findings if one.rule == "V8.geometri_tidak_terbaca"} == {2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"{HEAD}</w:FeatureCollection>", "gml.kosong"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + HEAD + "&x;</w:FeatureCollection>", "xml.doctype"),
        (HEAD + member(polygon()), "xml.rusak"),
        (HEAD + "<a>" * 300, "xml.terlalu_dalam"),
        ('<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"/>', "lapisan.bukan_format"),
    ],
)
def test_hostile_empty_and_cut_files_are_refused(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "a.gml"
    path.write_text(text)
    assert refused(path) == rule


def test_upper_case_in_a_zip_with_its_schema_beside_it(tmp_path: Path) -> None:
    raw = gml(tmp_path / "a.gml", member(polygon())).read_bytes()
    packed = zipped(tmp_path / "a.zip", {"Data/PETA.GML": raw, "Data/PETA.XSD": b"<schema/>"})
    assert seen(packed).ready


_PIECES = (
    "<a:desa>", "</a:desa>", "<gml:Polygon>", "</gml:Polygon>", "<gml:Curve>", "</gml:Curve>", "<gml:Arc>",
    "</gml:Arc>",
    "<gml:posList>1 2 3 4 5 6", "</gml:posList>", "<gml:exterior>", "</gml:exterior>", "<gml:Point>", "</gml:Point>",
    "<gml:MultiPoint>", "</gml:MultiPoint>", "<a:x>7", "</a:x>", "<w:member>", "</w:member>", "nan", "<gml:boundedBy/>",
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=16).map("".join)))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.gml"
    path.write_text(f"{HEAD}{member(text)}</w:FeatureCollection>", encoding="utf-8", errors="replace")
    try:
        found = seen(path)
    except BadInputError:
        return
    assert found.feature_count >= 0
