"""KML and KMZ: folders, typed and untyped data, tracks, hostile and broken files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, FieldType, LayerChoice, LayerContext, LayerInspection
from tests.geo.files import BREBES, zipped

RING = "108.9,-7.0,0 108.92,-7.0,0 108.92,-6.98,0 108.9,-6.98,0 108.9,-7.0,0"
HOLE = "108.905,-6.995 108.91,-6.995 108.91,-6.99 108.905,-6.995"
SQUARE = (
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs>"
    f"<innerBoundaryIs><LinearRing><coordinates>{HOLE}</coordinates></LinearRing></innerBoundaryIs></Polygon>"
)
SCHEMA = (
    '<Schema id="s" name="s"><SimpleField type="int" name="jumlah"/><SimpleField type="string" name="kode"/></Schema>'
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'


def mark(shape: str, name: str = "Desa A", data: str = "") -> str:
    return f"<Placemark><name>{name}</name><ExtendedData>{data}</ExtendedData>{shape}</Placemark>"


def kml(path: Path, body: str) -> Path:
    path.write_text(f"{HEAD}{body}</Document></kml>", encoding="utf-8")
    return path


def seen(path: Path, **choice: str) -> LayerInspection:
    return inspect(path, path.name, LayerChoice(**choice), LayerContext(BREBES), work_dir=path.parent / "kerja")  # type: ignore[arg-type]


def refused(path: Path) -> str:
    with pytest.raises(BadInputError) as failure:
        seen(path)
    return failure.value.finding.rule


def rules(found: LayerInspection) -> set[str]:
    return {one.rule for one in found.findings}


def test_typed_and_untyped_data_come_as_text_with_holes_kept(tmp_path: Path) -> None:
    typed = '<SimpleData name="jumlah">7</SimpleData><SimpleData name="kode">01</SimpleData>'
    odd = '<SimpleData name="jumlah">banyak</SimpleData><Data name="Luas (m²)"><value>0012</value></Data>'
    path = kml(tmp_path / "a.kml", SCHEMA + mark(SQUARE, data=typed) + mark(SQUARE, "Desa &amp; B", odd))
    found = seen(path)
    assert found.ready
    assert [(one.title, one.type) for one in found.fields] == [
        ("name", FieldType.TEXT), ("jumlah", FieldType.INTEGER), ("kode", FieldType.TEXT),
        ("Luas (m²)", FieldType.TEXT),
    ]  # fmt: skip
    assert found.preview[1] == ("Desa & B", "banyak", None, "0012")
    assert found.reference is not None
    assert (found.reference.srid, found.reference.status) == (4326, CrsStatus.KNOWN)
    staged = stage(path, "a.kml", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    rows = [line.split(",") for line in (tmp_path / staged.data).read_text().splitlines()]
    assert [row[1:5] for row in rows] == [["Desa A", "7", "01", ""], ["Desa & B", "", "", "0012"]]
    assert (staged.geometry_type, staged.had_z) == ("MULTIPOLYGON", False)
    assert {("V4.nilai_tidak_cocok", 2)} <= {(one.rule, one.feature) for one in staged.findings}


def test_folders_are_layers_and_all_of_them_together(tmp_path: Path) -> None:
    point = mark("<Point><coordinates>108.9,-7</coordinates></Point>")
    path = kml(
        tmp_path / "a.kml",
        f"<Folder><name>Titik</name>{point * 2}</Folder><Folder><name>Bidang</name>{mark(SQUARE)}</Folder>"
        f"<Folder><name>Titik</name>{point}</Folder>",
    )
    assert [(one.name, one.feature_count) for one in seen(path).layers] == [
        ("Semua folder", 4), ("Titik", 2), ("Bidang", 1), ("Titik (2)", 1),
    ]  # fmt: skip
    assert seen(path, layer="Bidang").geometry_types == {"POLYGON": 1}
    together = seen(path, layer="Semua folder")
    assert [row[-1] for row in together.preview] == ["Titik", "Titik", "Bidang", "Titik (2)"]
    with pytest.raises(BadInputError):
        seen(path, layer="tidak ada")


def test_multi_geometry_tracks_and_heights(tmp_path: Path) -> None:
    multi = f"<MultiGeometry>{SQUARE}{SQUARE.replace('108.9', '108.8')}</MultiGeometry>"
    mixed = f"<MultiGeometry>{SQUARE}<Point><coordinates>108.9,-7</coordinates></Point></MultiGeometry>"
    track = (
        "<gx:Track><when>2024-01-01</when><gx:coord>108.9 -7 5</gx:coord><gx:coord>108.91 -7 6</gx:coord></gx:Track>"
    )
    ring = f"<LinearRing><coordinates>{RING}</coordinates></LinearRing>"
    spaced = "<LineString><coordinates>108.9, -7\n108.91 , -7</coordinates></LineString>"
    found = seen(kml(tmp_path / "a.kml", "".join(map(mark, (multi, mixed, track, ring, spaced, "")))))
    assert found.geometry_types == {"MULTIPOLYGON": 1, "GEOMETRYCOLLECTION": 1, "LINESTRING": 3}
    assert found.feature_count == 6


def test_broken_geometry_is_told_by_number(tmp_path: Path) -> None:
    bodies = (
        "<Point><coordinates>108.9,-7</coordinates></Point>",
        "<Point><coordinates>nan,-7</coordinates></Point>",
        "<Point><coordinates>timur,selatan</coordinates></Point>",
        "<LineString><coordinates>108.9,-7</coordinates></LineString>",
        "<Model><Location><longitude>108.9</longitude></Location></Model>",
    )
    found = seen(kml(tmp_path / "a.kml", "".join(map(mark, bodies))))
    assert {one.feature for one in found.findings if one.rule == "V8.geometri_tidak_terbaca"} == {2, 3, 4, 5}


def test_swapped_axes_are_found(tmp_path: Path) -> None:
    found = seen(kml(tmp_path / "a.kml", mark("<Point><coordinates>-7,108.9</coordinates></Point>")))
    assert found.reference is not None
    assert found.reference.candidates[0].swapped


def test_metres_in_kml_make_the_crs_a_question(tmp_path: Path) -> None:
    found = seen(kml(tmp_path / "a.kml", mark("<Point><coordinates>268000,9226000</coordinates></Point>")))
    assert found.reference is not None
    assert found.reference.status is CrsStatus.ASKED


def test_kmz_with_its_document_links_and_overlays_named(tmp_path: Path) -> None:
    body = (
        "<NetworkLink><Link><href>http://contoh.example/a.kml</href></Link></NetworkLink>"
        "<GroundOverlay><Icon><href>gambar.png</href></Icon></GroundOverlay>"
    )
    main = kml(tmp_path / "isi.kml", body + mark(SQUARE)).read_bytes()
    packed = zipped(tmp_path / "a.kmz", {"DOC.KML": main, "lain/b.kml": b"<kml/>", "gambar.png": b"x"})
    found = seen(packed)
    assert found.feature_count == 1
    assert {"kml.networklink", "kml.groundoverlay", "kmz.lainnya"} <= rules(found)
    nested = zipped(tmp_path / "b.zip", {"Data/Peta/BATAS.KML": main, "__MACOSX/._BATAS.KML": b"x"})
    assert seen(nested).layer == "BATAS"
    assert refused(zipped(tmp_path / "c.kmz", {"../../doc.kml": main})).startswith("arsip.")
    assert refused(zipped(tmp_path / "d.kmz", {"a.kml": main, "b.kml": main})) == "arsip.beberapa_berkas"
    bomb = zipped(tmp_path / "e.kmz", {"doc.kml": b" " * (40 << 20)})
    assert refused(bomb) == "arsip.bom"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><kml>&b;</kml>', "xml.doctype"),
        ('<!DOCTYPE k SYSTEM "file:///etc/passwd"><kml/>', "xml.doctype"),
        ("<kml>" + "<Folder>" * 300 + "</Folder>" * 300 + "</kml>", "xml.terlalu_dalam"),
        ("<kml><Document/></kml>", "kml.kosong"),
        ("<kml><Document>", "xml.rusak"),
        ("<kml>&tidak_ada;</kml>", "xml.rusak"),
        ("<html><body/></html>", "lapisan.bukan_format"),
        ("<", "xml.rusak"),
        ("<!-- hanya catatan -->", "xml.rusak"),
        ('<?xml version="1.0" encoding="tidak-ada"?><kml/>', "xml.rusak"),
    ],
)
def test_hostile_and_broken_files_are_refused(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(text)
    assert refused(path) == rule


def test_cut_and_lying_files(tmp_path: Path) -> None:
    whole = kml(tmp_path / "a.kml", mark(SQUARE) * 50).read_bytes()
    cut = tmp_path / "b.kml"
    for size in (60, 500, len(whole) - 3):
        cut.write_bytes(whole[:size])
        assert refused(cut) == "xml.rusak"
    lying = tmp_path / "c.kml"
    lying.write_text('{"type": "Point", "coordinates": [108.9, -7]}')
    assert seen(lying).format == "geojson"
    other = tmp_path / "d.geojson"
    other.write_bytes(whole)
    assert seen(other).format == "kml"


def test_other_encodings_are_read_as_declared(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="windows-1252"?><kml><Document>{mark(SQUARE, "Kafé")}</Document></kml>'
    for number, raw in enumerate((text.encode("cp1252"), text.replace("windows-1252", "utf-16").encode("utf-16"))):
        path = tmp_path / f"{number}.kml"
        path.write_bytes(raw)
        assert seen(path).preview[0] == ("Kafé",)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                ["<Placemark>", "</Placemark>", "<Folder>", "</Folder>", "<Polygon>", "</Polygon>", "<coordinates>1,2 ",
                 "</coordinates>", "<Point>", "</Point>", "<LinearRing>", "</LinearRing>", "<MultiGeometry>",
                 "</MultiGeometry>", "<outerBoundaryIs>", "</outerBoundaryIs>", "3,4,nan", "<name>", "</name>"]
            ),
            max_size=14,
        ).map(lambda parts: "".join(parts).encode()),
    )
)  # fmt: skip
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "f.kml"
    path.write_bytes(b"<kml>" + raw + b"</kml>")
    try:
        found = seen(path)
    except BadInputError:
        return
    assert found.feature_count >= 0
