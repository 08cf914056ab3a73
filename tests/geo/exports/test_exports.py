"""Exports read back by others: same features, right place, same bytes each time."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from geo.errors import BadInputError
from geo.exports.binary import shapefile_names
from geo.exports.stream import select_features
from geo.exports.text import guarded, xml
from geo.exports.types import ExportField, ExportFormat, ExportRequest, ExportResult
from geo.exports.write import export
from geo.formats import gdal
from geo.layers.inspection import inspect
from geo.layers.types import FieldType, LayerChoice, LayerContext
from tests.geo.files import BREBES, SQUARES, feature, moved

FIELDS = (
    ExportField("kode", FieldType.TEXT, "Kode"),
    ExportField("nama_yang_panjang", FieldType.TEXT, "Nama"),
    ExportField("nama_yang_lain", FieldType.TEXT, "Nama lain"),
    ExportField("jumlah", FieldType.INTEGER),
    ExportField("luas", FieldType.NUMBER),
    ExportField("aktif", FieldType.BOOLEAN),
    ExportField("tanggal", FieldType.DATE),
    ExportField("waktu", FieldType.TIMESTAMP),
)
ROWS: tuple[dict[str, Any], ...] = (
    {"kode": "01", "nama_yang_panjang": "=1+1", "nama_yang_lain": "Café <b>&\"", "jumlah": 1, "luas": 1.5,
     "aktif": True, "tanggal": "2024-02-29", "waktu": "2024-02-29T10:00:00"},
    dict.fromkeys(one.name for one in FIELDS),
    {"kode": "-5", "nama_yang_panjang": "@x", "nama_yang_lain": "\x01", "jumlah": -3, "luas": 0.1,
     "aktif": False, "tanggal": "1900-01-01", "waktu": "2024-01-01T00:00:00"},
)  # fmt: skip


def stream(folder: Path, shapes: Sequence[Any], rows: Sequence[dict[str, Any]]) -> Path:
    path = folder / "aliran.jsonl"
    features = [{**feature(shape, **row), "id": n} for n, (shape, row) in enumerate(zip(shapes, rows, strict=True), 1)]
    path.write_text("".join(json.dumps(one) + "\n" for one in features))
    return path


def made(folder: Path, *formats: ExportFormat, shapes: Sequence[Any] = SQUARES, **options: Any) -> ExportResult:
    rows = ROWS if len(shapes) == 3 else [ROWS[0]] * len(shapes)
    request = ExportRequest("desa", "Desa & Kelurahan", FIELDS, formats or tuple(ExportFormat), **options)
    return export(stream(folder, shapes, rows), request, out_dir=folder)


def test_geojson_is_rfc7946(tmp_path: Path) -> None:
    result = made(tmp_path, ExportFormat.GEOJSON)
    document = json.loads((tmp_path / "desa.geojson").read_text())
    assert set(document) == {"type", "name", "features"}
    assert [one["id"] for one in document["features"]] == [1, 2, 3]
    assert document["features"][0]["properties"] == ROWS[0]
    assert result.feature_count == 3


def test_geopackage_keeps_types_nulls_and_titles(tmp_path: Path) -> None:
    made(tmp_path, ExportFormat.GEOPACKAGE)
    with closing(sqlite3.connect(tmp_path / "desa.gpkg")) as connection:
        rows = connection.execute("SELECT _id, kode, jumlah, luas, aktif, tanggal, waktu FROM desa").fetchall()
        about = connection.execute("SELECT identifier, description, srs_id FROM gpkg_contents").fetchone()
    assert rows[0] == (1, "01", 1, 1.5, 1, "2024-02-29", "2024-02-29T10:00:00.000Z") or rows[0][:6] == (
        1, "01", 1, 1.5, 1, "2024-02-29",
    )  # fmt: skip
    assert rows[1] == (2, None, None, None, None, None, None)
    assert about is not None
    assert about[1:] == ("Desa & Kelurahan", 4326)


def test_shapefile_reports_names_and_reads_back(tmp_path: Path) -> None:
    result = made(tmp_path, ExportFormat.SHAPEFILE)
    (file,) = result.files
    assert dict(file.renamed) == {"nama_yang_panjang": "nama_yang_", "nama_yang_lain": "nama_yan_2"}
    with zipfile.ZipFile(tmp_path / file.path) as archive:
        assert sorted(archive.namelist()) == ["desa.cpg", "desa.dbf", "desa.prj", "desa.shp", "desa.shx"]
        assert archive.read("desa.cpg") == b"UTF-8"
    seen = inspect(tmp_path / file.path, file.path, LayerChoice(), LayerContext(BREBES), work_dir=tmp_path / "kerja")
    assert seen.ready
    assert seen.feature_count == 3
    assert seen.preview[0][2] == 'Café <b>&"'
    assert not (tmp_path / "kerja-shp").exists()


def test_mixed_shapes_become_one_shapefile_a_kind(tmp_path: Path) -> None:
    shapes = [SQUARES[0], shapely.Point(108.9, -7), shapely.LineString([(108.9, -7), (108.91, -7)]), None]
    (file,) = made(tmp_path, ExportFormat.SHAPEFILE, shapes=shapes).files
    with zipfile.ZipFile(tmp_path / file.path) as archive:
        stems = {name.split(".")[0] for name in archive.namelist()}
    assert stems == {"desa_titik", "desa_garis", "desa_bidang"}


def test_long_texts_are_cut_only_in_the_shapefile_and_said(tmp_path: Path) -> None:
    path = stream(tmp_path, SQUARES[:1], [{"a": "x" * 400}])
    request = ExportRequest("l", "L", (ExportField("a", FieldType.TEXT),), (ExportFormat.SHAPEFILE, ExportFormat.CSV))
    result = export(path, request, out_dir=tmp_path)
    assert [one.rule for one in result.findings] == ["ekspor.terpotong"]
    assert "x" * 400 in (tmp_path / "l.csv").read_text()


def test_csv_guards_formulas_and_kml_is_xml(tmp_path: Path) -> None:
    made(tmp_path, ExportFormat.CSV, ExportFormat.KML)
    with (tmp_path / "desa.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["nama_yang_panjang"] == "'=1+1"
    assert (rows[2]["kode"], rows[2]["nama_yang_panjang"], rows[2]["jumlah"]) == ("-5", "'@x", "-3")
    assert shapely.from_wkt(rows[0]["wkt"]).equals(SQUARES[0])
    root = etree.parse(str(tmp_path / "desa.kml")).getroot()
    spaces = {"k": "http://www.opengis.net/kml/2.2"}
    assert root.xpath("string(//k:Document/k:name)", namespaces=spaces) == "Desa & Kelurahan"
    assert len(root.xpath("//k:Placemark//k:Polygon", namespaces=spaces)) == 3
    assert root.xpath("string(//k:Data[@name='nama_yang_lain']/k:value)", namespaces=spaces) == 'Café <b>&"'


def test_original_crs_on_request_is_where_it_came_from(tmp_path: Path) -> None:
    result = made(
        tmp_path, ExportFormat.GEOPACKAGE, ExportFormat.CSV, ExportFormat.SHAPEFILE, ExportFormat.GEOJSON, srid=23835
    )
    assert {one.format: one.srid for one in result.files} == {
        ExportFormat.GEOPACKAGE: 23835, ExportFormat.CSV: 23835, ExportFormat.SHAPEFILE: 23835,
        ExportFormat.GEOJSON: 4326,
    }  # fmt: skip
    _, _, shapes, _ = gdal.restricted().raw.read(tmp_path / "desa.gpkg")
    wanted = [one.bounds for one in moved(SQUARES, 23835)]
    assert np.allclose(shapely.bounds(shapely.from_wkb(shapes)), wanted, atol=0.01)
    seen = inspect(tmp_path / "desa.shp.zip", "x.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path / "kerja")
    assert seen.reference is not None
    assert seen.reference.srid == 23835
    assert seen.ready


def test_same_stream_same_bytes_in_every_format(tmp_path: Path) -> None:
    first = [one.sha256 for one in made(tmp_path, modified="2025-03-01").files]
    (tmp_path / "lain").mkdir()
    assert [one.sha256 for one in made(tmp_path / "lain", modified="2025-03-01").files] == first


def test_an_empty_layer_is_a_layer(tmp_path: Path) -> None:
    result = made(
        tmp_path, ExportFormat.GEOJSON, ExportFormat.CSV, ExportFormat.KML, ExportFormat.GEOPACKAGE, shapes=[]
    )
    assert result.feature_count == 0
    assert json.loads((tmp_path / "desa.geojson").read_text())["features"] == []
    assert all(one.size > 0 for one in result.files)


def test_bad_names_and_streams_are_refused(tmp_path: Path) -> None:
    path = stream(tmp_path, SQUARES[:1], [{"a": 1}])
    for name in ("../x", "A B", "", "x/y"):
        with pytest.raises(BadInputError):
            export(path, ExportRequest(name, "x", (), (ExportFormat.CSV,)), out_dir=tmp_path)
    path.write_text('{"type":"Feature"}\nbukan json\n')
    with pytest.raises(BadInputError):
        export(path, ExportRequest("x", "x", (), (ExportFormat.CSV,)), out_dir=tmp_path)


def test_the_query_writes_the_stream(scratch_database: Callable[[], str], tmp_path: Path) -> None:
    fields = [ExportField("nama", FieldType.TEXT), ExportField('ang"ka', FieldType.NUMBER)]
    clockwise = "POLYGON((108.9 -7, 108.9 -6.9, 109 -6.9, 109 -7, 108.9 -7))"
    with psycopg.connect(scratch_database()) as connection:
        connection.execute('CREATE TABLE lapis (_id bigint, nama text, "ang""ka" numeric, geom geometry)')
        connection.execute(
            "INSERT INTO lapis VALUES (1, %s, 1.50, ST_GeomFromText(%s, 4326)), (2, NULL, NULL, NULL)",
            ('a"\n\\', clockwise),
        )
        lines = [row[0] for row in connection.execute(select_features("public", "lapis", fields))]
        bare = [row[0] for row in connection.execute(select_features("public", "lapis", []))]
    assert all("\n" not in line for line in lines)
    first = json.loads(lines[0])
    assert first["properties"] == {"nama": 'a"\n\\', 'ang"ka': 1.5}
    assert shapely.geometry.shape(first["geometry"]).exterior.is_ccw
    assert json.loads(lines[1])["geometry"] is None
    assert json.loads(bare[0])["properties"] == {}
    (tmp_path / "s").write_text("\n".join(lines))
    request = ExportRequest("x", "x", tuple(fields), (ExportFormat.CSV,))
    assert export(tmp_path / "s", request, out_dir=tmp_path).feature_count == 2


@given(st.lists(st.from_regex(r"[a-z_][a-z0-9_]{0,40}", fullmatch=True), unique=True, max_size=120))
def test_shapefile_names_are_short_and_unique(names: list[str]) -> None:
    short = shapefile_names(names)
    assert list(short) == names
    assert len(set(short.values())) == len(names)
    assert all(0 < len(one.encode()) <= 10 for one in short.values())


@given(st.text())
def test_guards_hold_for_any_text(text: str) -> None:
    safe = guarded(text)
    assert safe == text or safe == "'" + text
    if not safe.replace(".", "").replace(",", "").lstrip("+-").isdigit():
        assert not safe.startswith(("=", "@", "\t", "\r"))
    etree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>'.encode("utf-8", "surrogatepass"))
