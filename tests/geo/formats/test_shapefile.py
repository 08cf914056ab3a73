"""Shapefiles as they come: lying and missing companions, odd encodings, several in one archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.formats.shapefile import encodings
from geo.formats.shapefile.encodings import Sample
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import FieldType, LayerChoice, LayerContext, LayerFormat, LayerInspection
from tests.geo.files import BREBES, DATA, SQUARES, dbf, esri_wkt, shapefile, zipped, zipped_shapefile

WGS84 = esri_wkt(4326)
NAMES = ["Café Déli", "Señorita", "Müller"]


def look(path: Path, **choice: object) -> LayerInspection:
    return inspect(
        path,
        path.name,
        LayerChoice(**choice),
        LayerContext(BREBES),
        work_dir=path.parent / "kerja",  # type: ignore[arg-type]
    )


def rules(seen: LayerInspection) -> set[str]:
    return {one.rule for one in seen.findings}


def refused(path: Path, **choice: object) -> str:
    with pytest.raises(BadInputError) as failure:
        look(path, **choice)
    assert "{" not in failure.value.finding.text
    return failure.value.finding.rule


def test_a_real_zip_reads_with_all_its_fields(tmp_path: Path) -> None:
    seen = inspect(DATA / "coutwildrnp.zip", "coutwildrnp.zip", work_dir=tmp_path)
    assert seen.format is LayerFormat.SHAPEFILE
    assert (seen.feature_count, seen.layer, dict(seen.geometry_types)) == (67, "coutwildrnp", {"POLYGON": 67})
    assert [one.title for one in seen.fields][:3] == ["PERIMETER", "FEATURE2", "NAME"]
    assert [one.name for one in seen.fields][:3] == ["perimeter", "feature2", "name"]
    assert seen.reference is not None
    assert seen.reference.srid == 4326
    assert seen.preview[0][2] == "Mount Naomi Wilderness"
    assert seen.ready


def test_a_real_file_shows_its_names_in_its_encoding(tmp_path: Path) -> None:
    parts = {one.name: one.read_bytes() for one in (DATA / "gre").iterdir()}
    seen = inspect(zipped(tmp_path / "gre.zip", parts), "gre.zip", work_dir=tmp_path)
    chosen = next(one for one in seen.encodings if one.chosen)
    assert chosen.encoding == "utf-8"
    assert chosen.errors == 0
    assert any("\u0400" < letter < "\u04ff" for text in chosen.samples for letter in text)


@pytest.mark.parametrize(
    ("written", "cpg", "used"),
    [
        ("cp1252", "UTF-8", "cp1252"),
        ("UTF-8", "ISO-8859-1", "utf-8"),
        ("UTF-8", "1252", "utf-8"),
        ("cp1252", None, "cp1252"),
        ("UTF-8", None, "utf-8"),
        ("cp1252", "ANSI 1252", "cp1252"),
        ("UTF-8", "omong kosong", "utf-8"),
    ],
)
def test_lying_cpg_is_found_by_the_values_themselves(tmp_path: Path, written: str, cpg: str | None, used: str) -> None:
    path = zipped_shapefile(tmp_path / "a.zip", SQUARES, columns={"nama": NAMES}, prj=WGS84, cpg=cpg, encoding=written)
    seen = look(path)
    assert next(one.encoding for one in seen.encodings if one.chosen) == used
    assert [row[0] for row in seen.preview] == NAMES
    truthful = cpg is None or encodings.normalise(cpg) == used
    expected = set() if truthful else {"shapefile.cpg_bohong", "shapefile.cpg_tidak_dikenal"}
    assert bool(rules(seen) & {"shapefile.cpg_bohong", "shapefile.cpg_tidak_dikenal"}) is bool(expected)


def test_officer_sees_candidates_on_real_values_and_his_choice_wins(tmp_path: Path) -> None:
    path = zipped_shapefile(
        tmp_path / "a.zip", SQUARES, columns={"nama": NAMES}, prj=WGS84, cpg="UTF-8", encoding="cp1252"
    )
    seen = look(path)
    by_name = {one.encoding: one for one in seen.encodings}
    assert by_name["cp1252"].samples == tuple(NAMES)
    assert by_name["utf-8"].errors == 3
    assert "�" in by_name["utf-8"].samples[0]
    chosen = look(path, encoding="utf-8")
    assert "pengodean.diganti" in rules(chosen)
    assert chosen.ready  # replaced and said, not failed
    assert refused(path, encoding="zip") == "pilihan.pengodean"


def test_missing_parts(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)

    def without(*suffixes: str) -> Path:
        kept = {f"x{suffix}": content for suffix, content in parts.items() if suffix not in suffixes}
        return zipped(tmp_path / f"tanpa{len(suffixes)}{suffixes[0]}.zip", kept)

    assert refused(without(".shp")) == "shapefile.tanpa_shp"
    no_shx = look(without(".shx"))
    assert no_shx.feature_count == 3
    assert "shapefile.tanpa_shx" in rules(no_shx)
    assert no_shx.ready
    no_dbf = look(without(".dbf"))
    assert (no_dbf.feature_count, no_dbf.fields) == (3, ())
    assert "shapefile.tanpa_dbf" in rules(no_dbf)
    assert "V8.crs_ditanya" in rules(look(without(".prj")))
    staged = stage(without(".dbf", ".shx"), "x.zip", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path / "s")
    assert staged.columns == ("_id", "geom")


def test_upper_case_names_folders_and_junk(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    members = {f"Data GIS/JALAN{suffix.upper()}": content for suffix, content in parts.items()}
    seen = look(zipped(tmp_path / "a.zip", {**members, "__MACOSX/Data GIS/._JALAN.SHP": b"x", "baca.txt": b"x"}))
    assert seen.layer == "JALAN"
    assert seen.ready
    assert "arsip.sampah" in rules(seen)


def test_several_shapefiles_are_listed_to_choose_from(tmp_path: Path) -> None:
    one = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    two = shapefile(tmp_path / "q", SQUARES[:1], prj=WGS84)
    members = {f"a/desa{suffix}": content for suffix, content in one.items()}
    members |= {f"b/desa{suffix}": content for suffix, content in two.items()}
    path = zipped(tmp_path / "a.zip", members)
    seen = look(path)
    assert [(layer.name, layer.feature_count) for layer in seen.layers] == [("desa", 3), ("b/desa", 1)]
    assert (seen.layer, seen.ready) == ("", False)
    assert "lapisan.pilih" in rules(seen)
    assert look(path, layer="b/desa").feature_count == 1
    assert refused(path, layer="tidak ada") == "lapisan.tidak_ada"


def test_broken_bodies_are_refused(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    cut = {f"x{suffix}": content[:150] if suffix == ".shp" else content for suffix, content in parts.items()}
    assert refused(zipped(tmp_path / "a.zip", cut)) == "shapefile.terpotong"
    fake = {"x.shp": b"bukan shapefile" * 20}
    assert refused(zipped(tmp_path / "b.zip", fake)) == "shapefile.bukan_shp"
    head = {**{f"x{suffix}": content for suffix, content in parts.items()}, "x.dbf": b"\x03" + b"\0" * 40}
    assert refused(zipped(tmp_path / "c.zip", head)) == "shapefile.dbf_rusak"
    (tmp_path / "d.shp").write_bytes(parts[".shp"])
    assert refused(tmp_path / "d.shp") == "shapefile.satu_berkas"


def test_fewer_rows_than_shapes_blocks(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    parts[".dbf"] = dbf([(b"NAMA", "C", 10, 0)], [[b"satu"], [b"dua"]])
    seen = look(zipped(tmp_path / "a.zip", {f"x{suffix}": content for suffix, content in parts.items()}))
    assert "shapefile.jumlah_beda" in rules(seen)
    assert not seen.ready


def test_values_keep_their_text_and_odd_ones_become_null_and_a_finding(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    fields = [(b"KODE", "C", 13, 0), (b"N", "N", 8, 0), (b"LUAS", "N", 12, 3), (b"TGL", "D", 8, 0), (b"YA", "L", 1, 0)]
    parts[".dbf"] = dbf(
        fields,
        [
            [b"0033290120", b"7", b"12.500", b"20240229", b"T"],
            [b"33.29.01", b"x7", b"*******", b"20230229", b"?"],
            [b"", b"-3", b"1e3", b"00000000", b"n"],
        ],
    )
    path = zipped(tmp_path / "a.zip", {f"x{suffix}": content for suffix, content in parts.items()})
    seen = look(path)
    assert [one.type for one in seen.fields] == [
        FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN,
    ]  # fmt: skip
    assert seen.preview == (
        ("0033290120", "7", "12.500", "2024-02-29", "true"),
        ("33.29.01", None, None, None, None),
        (None, "-3", "1e3", None, "false"),
    )
    odd = [(one.feature, one.column, one.value) for one in seen.findings if one.rule == "V4.nilai_tidak_cocok"]
    assert odd == [(2, "N", "x7"), (2, "TGL", "20230229")]


def test_deleted_records_are_left_out_with_their_shapes(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "p", SQUARES, prj=WGS84)
    raw = bytearray(dbf([(b"NAMA", "C", 10, 0)], [[b"satu"], [b"dua"], [b"tiga"]]))
    raw[65 + 11] = ord("*")
    parts[".dbf"] = bytes(raw)
    seen = look(zipped(tmp_path / "a.zip", {f"x{suffix}": content for suffix, content in parts.items()}))
    assert seen.feature_count == 2
    assert [row[0] for row in seen.preview] == ["satu", "tiga"]


def test_names_for_encodings() -> None:
    for said, found in (
        ("UTF-8", "utf-8"), ("65001", "utf-8"), ("1252", "cp1252"), ("ISO 88591", "iso8859-1"), ("88591", "iso8859-1"),
        ("ANSI 1252", "cp1252"), ("ISO-8859-1", "iso8859-1"), ("windows-1252", "cp1252"), ("OEM 850", "cp850"),
        ("", None), ("rot13", None), ("idna", None), ("zlib", None),
    ):  # fmt: skip
        assert encodings.normalise(said) == found, said


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=10))
def test_utf8_is_recognised_whatever_the_cpg_says(texts: list[str]) -> None:
    samples = [Sample(text.encode("utf-8", "ignore"), False) for text in texts]
    samples = [one for one in samples if one.raw.decode() and not any(0x80 <= ord(c) < 0xA0 for c in one.raw.decode())]
    if not any(byte >= 0x80 for one in samples for byte in one.raw):
        return
    found = encodings.candidates(samples, "cp1252", ".cpg", None)
    assert next(one.encoding for one in found if one.chosen) == "utf-8"


@given(st.binary(max_size=600))
def test_any_bytes_as_dbf_are_read_or_refused(raw: bytes) -> None:
    import tempfile

    from geo.formats.shapefile.dbf import Dbf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.dbf"
        path.write_bytes(raw)
        try:
            table = Dbf(path)
        except BadInputError:
            return
        import numpy as np

        table.samples()
        table.columns(np.arange(table.count), "utf-8", lambda *_: None)
