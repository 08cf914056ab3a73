"""GeoJSON as it comes: old crs member, NaN, mixed types, half a file, lines of features."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.formats.geojson.split import Document, spans
from geo.formats.geojson.values import copy_text, kind_of, parse, widen
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, FieldType, LayerChoice, LayerContext, LayerInspection
from tests.geo.files import BOUNDARIES, BREBES, SQUARES, feature, geojson, moved


def look(path: Path, **choice: Any) -> LayerInspection:
    return inspect(path, path.name, LayerChoice(**choice), LayerContext(BREBES), work_dir=path.parent / "kerja")


def rules(seen: LayerInspection) -> set[str]:
    return {one.rule for one in seen.findings}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "a.geojson"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def collection(inside: str) -> str:
    return '{"type":"FeatureCollection","features":[' + inside + "]}"


def test_real_boundaries_read_as_they_are(tmp_path: Path) -> None:
    path = BOUNDARIES / "33.29_kecamatan.geojson"
    seen = inspect(path, path.name, LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert (seen.feature_count, seen.layer) == (17, "33.29_kecamatan")
    assert seen.preview[0][0] == "33.29.01"
    assert [one.type for one in seen.fields] == [FieldType.TEXT] * 3
    assert seen.ready
    assert not [one for one in seen.findings if one.severity != "catatan"]


def test_crs_member_of_2008_is_obeyed(tmp_path: Path) -> None:
    features = [feature(one, n=1) for one in moved(SQUARES, 32749)]
    for name in ("urn:ogc:def:crs:EPSG::32749", "EPSG:32749", "http://www.opengis.net/def/crs/EPSG/0/32749"):
        crs = {"type": "name", "properties": {"name": name}}
        seen = look(geojson(tmp_path / "a.geojson", features, crs=crs))
        assert seen.reference is not None
        assert (seen.reference.srid, seen.reference.status) == (32749, CrsStatus.KNOWN)
        assert "geojson.crs_lama" in rules(seen)
        assert seen.ready
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert look(geojson(tmp_path / "a.geojson", [feature(SQUARES[0])], crs=named)).ready
    path = tmp_path / "belakang.geojson"
    body = json.dumps({"type": "FeatureCollection", "features": features, "crs": crs})
    path.write_text(body)
    assert look(path).ready


def test_projected_numbers_without_crs_are_asked(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(one, n=1) for one in moved(SQUARES, 32749)])
    seen = look(path)
    assert seen.reference is not None
    assert seen.reference.status is CrsStatus.ASKED
    assert seen.reference.candidates[0].srid == 32749
    assert look(path, srid=32749).ready
    unknown = {"type": "name", "properties": {"name": "lokal"}}
    assert not look(geojson(tmp_path / "b.geojson", [feature(SQUARES[0])], crs=unknown)).ready


def test_mixed_geometry_types_are_a_finding_and_stored_as_geometry(tmp_path: Path) -> None:
    shapes = [SQUARES[0], shapely.Point(108.9, -7), shapely.LineString([(108.9, -7), (108.91, -7)])]
    path = geojson(tmp_path / "a.geojson", [feature(one) for one in shapes])
    assert "V8.jenis_campur" in rules(look(path))
    staged = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert staged.geometry_type == "GEOMETRY"


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity"])
def test_coordinates_that_are_no_numbers_are_numbered(tmp_path: Path, odd: str) -> None:
    good = json.dumps(feature(SQUARES[0], nama="baik", x=1.5))
    bad = json.dumps(feature(shapely.Point(108.9, -7), nama="rusak", x=1.5)).replace("108.9", odd)
    in_values = json.dumps(feature(SQUARES[1], nama="n", x="ganti")).replace('"ganti"', odd)
    seen = look(written(tmp_path, collection(",\n".join([good, bad, in_values]))))
    found = [one for one in seen.findings if one.rule == "V8.geometri_tidak_terbaca"]
    assert [(one.feature, "NaN" in one.text) for one in found] == [(2, True)]
    assert [row[0] for row in seen.preview] == ["baik", "rusak", "n"]
    assert seen.preview[2][1] is None
    assert seen.geometry_types == {"POLYGON": 2}


def test_half_a_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = json.dumps({"type": "FeatureCollection", "features": [feature(one, a='}{"') for one in SQUARES]})
    for cut in range(1, len(whole), 11):
        path = written(tmp_path, whole[:cut])
        with pytest.raises(BadInputError) as failure:
            stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
        assert failure.value.finding.rule in {"geojson.terpotong", "geojson.bukan", "lapisan.bukan_format"}
    assert look(written(tmp_path, whole)).ready


def test_what_stands_between_features_is_not_lost_silently(tmp_path: Path) -> None:
    one = json.dumps(feature(SQUARES[0]))
    for inside in (f"{one}, null, {one}", f"{one}, 5", f"{one} {one}", f'"x", {one}'):
        seen = look(written(tmp_path, collection(inside)))
        assert "geojson.susunan" in rules(seen) or seen.feature_count == 2
    trailing = collection(one) + collection("")
    assert "geojson.susunan" in rules(look(written(tmp_path, trailing)))


def test_lines_records_single_features_and_bare_geometry(tmp_path: Path) -> None:
    one = json.dumps(feature(SQUARES[0], a=1))
    bare = json.dumps(shapely.geometry.mapping(SQUARES[0]))
    for text, count in (
        (f"{one}\n{one}\n", 2), (f"\x1e{one}\n\x1e{one}\n", 2), (one, 1), (bare, 1), (f"\ufeff{one}", 1),
    ):  # fmt: skip
        seen = look(written(tmp_path, text))
        assert seen.feature_count == count
        assert seen.ready


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "berkas.kosong"),
        (b"{}", "geojson.bukan"),
        (b'{"type":"Topology","objects":{}}', "geojson.bukan"),
        (b'{"a":{"type":"Feature"}}', "geojson.bukan"),
        (b"[1,2]", "lapisan.bukan_format"),
        (b"\x89PNG\r\n", "lapisan.bukan_format"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "lapisan.bukan_format"),
        ('{"type":"Feature"}'.encode("utf-16"), "lapisan.bukan_format"),
        (b'{\x00"type":"Feature"}', "geojson.bukan_utf8"),
        (b'{"x":"<OGRVRTDataSource>"}', "geojson.bukan"),
    ],
)
def test_what_is_not_geojson_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    with pytest.raises(BadInputError) as failure:
        look(written(tmp_path, content))
    assert failure.value.finding.rule == rule


def test_empty_collection_and_no_geometry_at_all_block(tmp_path: Path) -> None:
    assert "lapisan.kosong" in rules(look(geojson(tmp_path / "a.geojson", [])))
    none = look(geojson(tmp_path / "b.geojson", [feature(None, a=1), feature(None, a=2)]))
    assert {"V8.tanpa_geometri", "V8.geometri_kosong"} <= rules(none)
    assert not none.ready


def test_bytes_that_are_not_utf8_are_replaced_and_said(tmp_path: Path) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": [feature(SQUARES[0], nama="CAFE")]})
    seen = look(written(tmp_path, text.encode().replace(b"CAFE", b"CAF\xe9")))
    assert "pengodean.diganti" in rules(seen)
    assert seen.preview[0][0] == "CAF�"


def test_types_are_text_first_over_the_whole_column(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"kode": "00123", "n": 1, "x": 1, "b": True, "campur": 1, "besar": 2**70, "dalam": {"a": [1]}, "kosong": None},
        {"kode": "7", "n": -2, "x": 2.5, "b": False, "campur": "a", "besar": 1, "dalam": [2], "kosong": None},
    ]
    seen = look(geojson(tmp_path / "a.geojson", [feature(SQUARES[0], **row) for row in rows]))
    assert {one.title: one.type.value for one in seen.fields} == {
        "kode": "text", "n": "integer", "x": "number", "b": "boolean", "campur": "text", "besar": "number",
        "dalam": "text", "kosong": "text",
    }  # fmt: skip
    assert seen.preview[0] == ("00123", "1", "1", "true", "1", repr(float(2**70)), '{"a":[1]}', None)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    wide = feature(SQUARES[0], **{f"k{number}": 1 for number in range(2000)})
    with pytest.raises(BadInputError) as failure:
        look(geojson(tmp_path / "a.geojson", [wide]))
    assert failure.value.finding.rule == "lapisan.terlalu_banyak_kolom"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.text(max_size=10), JSON, max_size=4), max_size=6), st.booleans())
@settings(deadline=None)
def test_splitter_finds_exactly_the_features(rows: list[dict[str, Any]], ascii_only: bool) -> None:
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    frame = {"name": '"features": [{', "x": {"features": [{}]}}
    text = json.dumps({**frame, "features": features, "bbox": [1]}, ensure_ascii=ascii_only)
    data = text.encode("utf-8", "surrogatepass")
    document = Document()
    found = [data[one.start : one.stop] for one in spans(data, document)]
    assert document.complete
    assert document.sound
    assert [json.dumps(json.loads(one.decode("utf-8", "surrogatepass"))) for one in found] == [
        json.dumps(one) for one in features
    ]


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode("utf-8", "replace"))))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    for content in (raw, b'{"type":"Feature","properties":{},"geometry":' + raw + b"}"):
        path = written(tmp_path, content)
        with contextlib.suppress(BadInputError):
            stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path / "keluar")


@given(JSON)
def test_values_become_copy_text_of_their_type(value: Any) -> None:
    text = copy_text(value)
    assert text is None or isinstance(text, str)
    if kind_of(value) is None:
        assert text is None
    assert widen(kind_of(value), None) is kind_of(value)
    assert widen(FieldType.INTEGER, FieldType.NUMBER) is FieldType.NUMBER
    assert widen(FieldType.BOOLEAN, FieldType.INTEGER) is FieldType.TEXT


def test_parse_says_what_was_wrong() -> None:
    assert parse(b'{"a":1}') == ({"a": 1}, "")
    assert parse(b"[]")[1] == "rusak"
    assert parse(b'{"a":NaN}')[1] == "nan"
    assert parse(b'{"a":"\xe9"}') == ({"a": "�"}, "huruf")
    assert parse(b"{" * 100_000)[1] == "rusak"


def test_guesses_that_are_wrong_are_thrown_away(tmp_path: Path) -> None:
    tricky = [
        feature(SQUARES[0], a='}, {"type": "Feature", "x": "', b=[{"id": 1}, {"id": 2}]),
        feature(SQUARES[1], a="}", b={"c": [{"type": 1}, {"type": 2}]}),
        {"geometry": None, "type": "Feature", "properties": {"a": "z"}},
        {"id": 7, **feature(SQUARES[2], a="x")},
    ] * 6
    tricky = json.loads(json.dumps(tricky))
    for indent in (None, 1):
        data = json.dumps({"type": "FeatureCollection", "features": tricky, "crs": None}, indent=indent).encode()
        document = Document()
        found = list(spans(data, document))
        assert [json.loads(data[one.start : one.stop]) for one in found] == tricky
        assert all(one.value is None or one.value == wanted for one, wanted in zip(found, tricky, strict=True))
        assert any(one.value is not None for one in found)
        assert document.complete
        assert document.sound
    for count in range(1, 400, 7):
        cut = Document()
        list(spans(data[:-count], cut))
        assert not cut.complete
