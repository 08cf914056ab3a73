"""Staged layers load by one COPY, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from geo.errors import BadInputError, NeedsChoiceError
from geo.formats.base import RawField, as_geometries
from geo.layers.columns import fields_of, identifier
from geo.layers.inspection import inspect
from geo.layers.preview import preview
from geo.layers.staging import copy_rows, promoted, repaired, stage
from geo.layers.types import FieldType, LayerChoice, LayerContext, StagedLayer
from tests.geo.files import BOUNDARIES, BREBES, DATA, SQUARES, esri_wkt, feature, geojson, moved, zipped_shapefile

BOWTIE = shapely.Polygon([(108.9, -7.0), (108.92, -6.98), (108.92, -7.0), (108.9, -6.98), (108.9, -7.0)])


@pytest.fixture(scope="module")
def database(scratch_database: Callable[[], str]) -> str:
    return scratch_database()


def load(url: str, staged: StagedLayer, folder: Path) -> list[tuple[Any, ...]]:
    """Creates the table as release does, copies, and gives back its rows with WKT."""
    columns = [sql.SQL("_id bigint PRIMARY KEY")]
    columns += [sql.SQL("{} {}").format(sql.Identifier(one.name), sql.SQL(one.sql_type)) for one in staged.fields]
    columns.append(sql.SQL("geom geometry({}, 4326)").format(sql.SQL(staged.geometry_type)))
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("CREATE TEMP TABLE layer ({})").format(sql.SQL(", ").join(columns)))
        names = sql.SQL(", ").join(map(sql.Identifier, staged.columns))
        statement = sql.SQL("COPY layer ({}) FROM STDIN (FORMAT csv)").format(names)
        with connection.cursor().copy(statement) as copy, (folder / staged.data).open("rb") as stream:
            while block := stream.read(1 << 16):
                copy.write(block)
        return connection.execute("SELECT *, ST_AsText(geom, 4), ST_SRID(geom) FROM layer ORDER BY _id").fetchall()


def test_real_kecamatan_load_by_copy(database: str, tmp_path: Path) -> None:
    path = BOUNDARIES / "33.29_kecamatan.geojson"
    staged = stage(path, path.name, LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    rows = load(database, staged, tmp_path)
    assert len(rows) == staged.feature_count == 17
    assert rows[0][1] == "33.29.01"
    assert {row[-1] for row in rows} == {4326}
    assert staged.geometry_type == "MULTIPOLYGON"
    assert staged.size == (tmp_path / staged.data).stat().st_size


def test_real_shapefile_loads_by_copy(database: str, tmp_path: Path) -> None:
    staged = stage(DATA / "coutwildrnp.zip", "x.zip", out_dir=tmp_path)
    rows = load(database, staged, tmp_path)
    assert len(rows) == 67
    assert rows[0][3] == "Mount Naomi Wilderness"


def test_awkward_text_survives_copy(database: str, tmp_path: Path) -> None:
    texts = ['a,"b"\n\\N', "\\.", " spasi ", "a\x00b", "=1+1", "ünï", '""', "\r\n"]
    path = geojson(tmp_path / "a.geojson", [feature(SQUARES[0], t=text) for text in texts])
    staged = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert [row[1] for row in load(database, staged, tmp_path)] == [text.replace("\x00", "") for text in texts]


def test_repair_is_done_only_when_chosen_and_counted(database: str, tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(SQUARES[0]), feature(BOWTIE)])
    kept = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert (kept.invalid_before, kept.invalid_after) == (1, 1)
    fixed = stage(path, "a.geojson", LayerChoice(repair=True), LayerContext(BREBES), out_dir=tmp_path)
    assert (fixed.invalid_before, fixed.invalid_after) == (1, 0)
    assert load(database, fixed, tmp_path)[1][-2].startswith("MULTIPOLYGON")


def test_types_chosen_by_the_officer_are_kept_or_said(database: str, tmp_path: Path) -> None:
    rows = [{"kode": "01", "n": "1", "d": "2024-02-29"}, {"kode": "02", "n": "x", "d": "2024-02-30"}]
    path = geojson(tmp_path / "a.geojson", [feature(SQUARES[0], buang=1, **row) for row in rows])
    choice = LayerChoice(types={"n": FieldType.INTEGER, "d": FieldType.DATE}, skip_fields=frozenset({"buang"}))
    staged = stage(path, "a.geojson", choice, LayerContext(BREBES), out_dir=tmp_path)
    assert staged.columns == ("_id", "kode", "n", "d", "geom")
    loaded = load(database, staged, tmp_path)
    assert [row[1:3] for row in loaded] == [("01", 1), ("02", None)]
    odd = [(one.feature, one.column) for one in staged.findings if one.rule == "V4.nilai_tidak_cocok"]
    assert odd == [(2, "n"), (2, "d")]


def test_null_geometry_and_heights(database: str, tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(None, n=1), feature(shapely.Point(108.9, -7, 5), n=2)])
    staged = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    loaded = load(database, staged, tmp_path)
    assert loaded[0][2] is None
    assert (staged.empty_count, staged.had_z, staged.geometry_type) == (1, True, "POINT")
    assert loaded[1][-2] == "POINT(108.9 -7)"


def test_a_blocked_layer_leaves_no_data_file(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [feature(shapely.Point(-7, 108.9))])
    with pytest.raises(BadInputError):
        stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert not (tmp_path / "lapisan.csv").exists()
    bare = zipped_shapefile(tmp_path / "a.zip", SQUARES)
    with pytest.raises(NeedsChoiceError):
        stage(bare, "a.zip", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    with pytest.raises(BadInputError):
        stage(bare, "a.zip", LayerChoice(srid=999999), LayerContext(BREBES), out_dir=tmp_path)


def test_same_file_same_choice_same_bytes(tmp_path: Path) -> None:
    path = BOUNDARIES / "33.29_kecamatan.geojson"
    first = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    second = stage(path, "a.geojson", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    assert first.sha256 == second.sha256


def test_inspection_shows_where_it_lies_and_stays_small(tmp_path: Path) -> None:
    path = BOUNDARIES / "33.29_desa.geojson"
    seen = inspect(path, path.name, LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert seen.outline is not None
    assert seen.outline["type"] == "MultiPolygon"
    assert len(str(seen.outline)) < 150_000
    assert len(seen.preview) == 10


def test_preview_is_geojson_in_degrees(tmp_path: Path) -> None:
    path = zipped_shapefile(tmp_path / "a.zip", moved(SQUARES, 32749), prj=esri_wkt(32749))
    found = preview(path, "a.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path, limit=2)
    assert [one["id"] for one in found["features"]] == [1, 2]
    assert found["features"][0]["properties"] == {"nama": "Desa 0"}
    box = shapely.geometry.shape(found["features"][0]["geometry"]).bounds
    assert box == pytest.approx(SQUARES[0].bounds, abs=1e-5)


def test_repaired_never_loses_a_shape() -> None:
    spike = shapely.from_wkt("POLYGON ((0 0, 1 1, 0 0, 0 0))")
    good = shapely.box(0, 0, 1, 1)
    after = repaired([spike, BOWTIE, good])
    assert after[0].equals_exact(spike)
    assert after[1].is_valid
    assert after[1].area == pytest.approx(0.0002, rel=0.01)
    mixed = promoted(as_geometries([good, None, shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])]))
    assert [None if one is None else one.geom_type for one in mixed] == [
        "MultiPolygon", None, "Point", "MultiLineString",
    ]  # fmt: skip


def test_copy_rows_hold_the_geometry_last() -> None:
    assert copy_rows([1, 2], [["a,b", None]], [b"\x01", None]) == '1,"a,b",01\n2,,\n'
    assert copy_rows([1], [], [b"\xff"]) == "1,ff\n"


@given(st.lists(st.text(max_size=80), max_size=30))
def test_column_names_are_plain_and_unique(titles: list[str]) -> None:
    fields = fields_of([RawField(title, FieldType.TEXT) for title in titles], LayerChoice())
    names = [one.name for one in fields]
    assert len(set(names)) == len(names) == len(titles)
    for name in names:
        assert name not in {"_id", "geom", "ctid"}
        assert name.isascii()
        assert len(name) < 64
        assert name[0].isalpha()
    assert identifier("Luas (Ha)") == "luas_ha"
    assert identifier("2020") == "kolom_2020"
