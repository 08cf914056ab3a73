"""GPX: waypoints, routes and tracks as layers, heights, hostile and broken files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, LayerChoice, LayerContext, LayerInspection
from tests.geo.files import BREBES, zipped

HEAD = '<?xml version="1.0"?><gpx version="1.1" creator="GPS" xmlns="http://www.topografix.com/GPX/1/1"><metadata/>'
POINT = '<wpt lat="-7" lon="108.9"><ele>12.5</ele><name>Balai {}</name><sat>7</sat><desc>Atap é</desc></wpt>'
SEGMENT = '<trkseg><trkpt lat="-7" lon="108.9"/><trkpt lat="-7.01" lon="108.91"><time>2024</time></trkpt></trkseg>'
ROUTE = '<rte><name>R</name><number>x</number><rtept lat="-7" lon="108.9"/><rtept lat="-7" lon="108.92"/></rte>'


def gpx(path: Path, body: str) -> Path:
    path.write_text(f"{HEAD}{body}</gpx>", encoding="utf-8")
    return path


def seen(path: Path, layer: str | None = None) -> LayerInspection:
    return inspect(path, path.name, LayerChoice(layer=layer), LayerContext(BREBES), work_dir=path.parent / "kerja")


def refused(path: Path) -> str:
    with pytest.raises(BadInputError) as failure:
        seen(path)
    return failure.value.finding.rule


def test_waypoints_keep_height_and_types(tmp_path: Path) -> None:
    path = gpx(tmp_path / "a.gpx", POINT.format(1) + POINT.format(2).replace("108.9", "108.95"))
    found = seen(path)
    assert found.ready
    assert found.reference is not None
    assert (found.reference.srid, found.reference.status) == (4326, CrsStatus.KNOWN)
    assert {one.title: one.type.value for one in found.fields} == {
        "ele": "number", "name": "text", "sat": "integer", "desc": "text",
    }  # fmt: skip
    assert found.preview[0] == ("12.5", "Balai 1", "7", "Atap é")
    staged = stage(path, "a.gpx", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert (staged.geometry_type, staged.had_z, staged.feature_count) == ("POINT", True, 2)


def test_three_layers_are_listed_and_tracks_keep_their_segments(tmp_path: Path) -> None:
    track = f"<trk><name>T</name>{SEGMENT * 2}<trkseg><trkpt lat='-7' lon='109'/></trkseg></trk>"
    path = gpx(tmp_path / "a.gpx", POINT + ROUTE + track + f"<trk>{SEGMENT}</trk>")
    assert [(one.name, one.feature_count, one.geometry_type) for one in seen(path).layers] == [
        ("Titik (waypoint)", 1, "POINT"), ("Rute (route)", 1, "LINESTRING"), ("Jejak (track)", 2, "MULTILINESTRING"),
    ]  # fmt: skip
    tracks = seen(path, "Jejak (track)")
    assert tracks.geometry_types == {"LINESTRING": 1, "MULTILINESTRING": 1}
    assert "gpx.satu_titik" in {one.rule for one in tracks.findings}
    staged = stage(path, "a.gpx", LayerChoice(layer="Rute (route)"), LayerContext(BREBES), out_dir=tmp_path)
    assert {(one.rule, one.feature) for one in staged.findings} >= {("V4.nilai_tidak_cocok", 1)}
    with pytest.raises(BadInputError):
        seen(path, "tidak ada")


def test_swapped_axes_and_broken_points_are_told(tmp_path: Path) -> None:
    swapped = seen(gpx(tmp_path / "a.gpx", '<wpt lat="108.9" lon="-7"/>'))
    assert swapped.reference is not None
    assert swapped.reference.candidates[0].swapped
    bodies = (
        '<wpt lat="nan" lon="108.9"/>', '<wpt lat="-7"/>', '<wpt lat="selatan" lon="1"/>',
        '<wpt lat="-7" lon="108.9"/>',
    )  # fmt: skip
    found = seen(gpx(tmp_path / "b.gpx", "".join(bodies)))
    assert {one.feature for one in found.findings if one.rule == "V8.geometri_tidak_terbaca"} == {1, 2, 3}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"{HEAD}</gpx>", "gpx.kosong"),
        (HEAD + POINT, "xml.rusak"),
        (HEAD + POINT[:40], "xml.rusak"),
        ('<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>', "xml.doctype"),
        ("<gpx>" + "<a>" * 300, "xml.terlalu_dalam"),
    ],
)
def test_hostile_empty_and_cut_files_are_refused(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "a.gpx"
    path.write_text(text)
    assert refused(path) == rule


def test_upper_case_in_a_nested_folder_and_a_lying_name(tmp_path: Path) -> None:
    raw = gpx(tmp_path / "a.gpx", POINT).read_bytes()
    assert seen(zipped(tmp_path / "a.zip", {"GPS/Data/TITIK.GPX": raw, "GPS/foto.jpg": b"x"})).ready
    lying = tmp_path / "b.kml"
    lying.write_bytes(raw)
    assert seen(lying).format == "gpx"


_PIECES = (
    "<trk>", "</trk>", "<trkseg>", "</trkseg>", '<trkpt lat="1" lon="2"/>', '<wpt lat="1" lon="x">', "</wpt>", "<ele>5",
    "</ele>", "<rte>", "</rte>", '<rtept lon="1"/>', "<wpt>", "<name>n</name>", "<extensions>", "</extensions>",
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=16).map("".join)))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.gpx"
    path.write_text(f"{HEAD}{text}</gpx>", encoding="utf-8", errors="replace")
    try:
        found = seen(path)
    except BadInputError:
        return
    assert found.feature_count >= 0
