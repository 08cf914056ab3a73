"""GeoPackages: several layers, exact values, curves, heights, hostile and broken files."""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadInputError
from geo.formats import gdal
from geo.formats.geopackage.source import strip_header
from geo.layers.inspection import inspect
from geo.layers.staging import stage
from geo.layers.types import CrsStatus, LayerChoice, LayerContext
from tests.geo.files import BREBES, DATA, SQUARES, zipped


def make(path: Path, layers: dict[str, list[object]], crs: str | None = "EPSG:4326") -> Path:
    for name, shapes in layers.items():
        names = np.array([f"{name} {number}" for number in range(len(shapes))], dtype=object)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyogrio warns when a CRS is left out, which is the point
            gdal.restricted().raw.write(
                path, shapely.to_wkb(np.array(shapes, dtype=object)), [names], ["nama"], geometry_type="Unknown",
                driver="GPKG", layer=name, crs=crs, append=path.exists(),
            )  # fmt: skip
    return path


def drop_triggers(connection: sqlite3.Connection) -> None:
    """GDAL's triggers need functions that plain SQLite lacks."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')


def test_several_layers_are_listed_with_their_counts(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {f"lapisan {n}": SQUARES[: n % 3 + 1] for n in range(8)})
    seen = inspect(path, "a.gpkg", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert [(one.name, one.feature_count) for one in seen.layers] == [(f"lapisan {n}", n % 3 + 1) for n in range(8)]
    assert not seen.ready
    chosen = inspect(path, "a.gpkg", LayerChoice(layer="lapisan 5"), LayerContext(BREBES), work_dir=tmp_path)
    assert (chosen.layer, chosen.feature_count, chosen.ready) == ("lapisan 5", 3, True)
    assert chosen.preview[2] == ("lapisan 5 2",)


def test_a_zipped_geopackage_is_taken_too(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {"desa": list(SQUARES)})
    packed = zipped(tmp_path / "a.zip", {"data/a.gpkg": path.read_bytes()})
    assert inspect(packed, "a.zip", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path).ready
    two = zipped(tmp_path / "b.zip", {"a.gpkg": path.read_bytes(), "b.geojson": b"{}"})
    with pytest.raises(BadInputError) as failure:
        inspect(two, "b.zip", work_dir=tmp_path)
    assert failure.value.finding.rule == "arsip.beberapa_berkas"


def test_real_nulls_stay_null(tmp_path: Path) -> None:
    staged = stage(DATA / "test_gpkg_nulls.gpkg", "x.gpkg", out_dir=tmp_path)
    rows = [line.split(",") for line in (tmp_path / staged.data).read_text().splitlines()]
    assert rows[0][:3] == ["1", "true", "1"]
    assert any(cell == "" for row in rows for cell in row)
    assert staged.geometry_type == "POINT"


def test_real_curves_and_measures_are_made_plain_and_said(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    curve = stage(DATA / "curve.gpkg", "curve.gpkg", out_dir=tmp_path / "a")
    assert curve.geometry_type == "MULTILINESTRING"
    assert "geometri.lengkung" in {one.rule for one in curve.findings}
    heights = stage(DATA / "line_zm.gpkg", "line_zm.gpkg", out_dir=tmp_path / "b")
    assert heights.had_z
    stored = shapely.from_wkb((tmp_path / "b" / heights.data).read_text().strip().split(",")[-1])
    assert not shapely.has_z(stored)


def test_no_srs_is_asked(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {"desa": list(SQUARES)}, crs=None)
    seen = inspect(path, "a.gpkg", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert seen.reference is not None
    assert seen.reference.status is CrsStatus.ASKED
    assert seen.reference.candidates[0].srid == 4326


def test_any_value_in_any_column_is_fitted_or_said(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {"desa": list(SQUARES)})
    with closing(sqlite3.connect(path)) as connection:
        drop_triggers(connection)
        connection.execute("ALTER TABLE desa ADD COLUMN n INTEGER")
        connection.execute("ALTER TABLE desa ADD COLUMN t DATE")
        connection.execute("UPDATE desa SET n = 'bukan', t = '2024-13-01', geom = x'00' WHERE fid = 2")
        connection.execute("UPDATE desa SET n = 5.0, t = '2024-02-29' WHERE fid = 1")
        connection.commit()
    staged = stage(path, "a.gpkg", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)
    rows = [line.split(",") for line in (tmp_path / staged.data).read_text().splitlines()]
    assert rows[0][2:4] == ["5", "2024-02-29"]
    assert rows[1][2:] == ["", "", ""]
    found = {(one.rule, one.feature) for one in staged.findings}
    assert {("V4.nilai_tidak_cocok", 2), ("V8.geometri_tidak_terbaca", 2)} <= found


def test_hostile_names_and_schemas_are_only_names(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {'x"; DROP TABLE gpkg_contents; --': list(SQUARES)})
    seen = inspect(path, "a.gpkg", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert seen.feature_count == 3
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE gpkg_contents SET table_name = 'tidak_ada'")
        connection.execute("UPDATE gpkg_geometry_columns SET table_name = 'tidak_ada'")
        connection.commit()
    with pytest.raises(BadInputError) as failure:
        inspect(path, "a.gpkg", work_dir=tmp_path)
    assert failure.value.finding.rule == "geopackage.rusak"


def test_other_databases_and_cut_ones_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(plain)) as connection:
        connection.execute("CREATE TABLE x (a)")
        connection.commit()
    with pytest.raises(BadInputError):
        inspect(plain, "a.gpkg", work_dir=tmp_path)
    whole = make(tmp_path / "b.gpkg", {"desa": list(SQUARES)}).read_bytes()
    for size in (20, 5000, 50_000):
        (tmp_path / "c.gpkg").write_bytes(whole[:size])
        with pytest.raises(BadInputError):
            stage(tmp_path / "c.gpkg", "c.gpkg", LayerChoice(), LayerContext(BREBES), out_dir=tmp_path)


@given(st.binary(max_size=120))
def test_geometry_blobs_of_any_bytes(raw: bytes) -> None:
    for blob in (raw, b"GP\x00\x01" + raw):
        wkb = strip_header(blob)
        assert wkb is None or blob.endswith(wkb)


def test_only_the_allowed_drivers_are_registered() -> None:
    import subprocess
    import sys

    code = "from geo.formats import gdal; print(sorted(gdal.registered() ^ gdal.ALLOWED))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr.strip()) == ("[]", "")


def test_text_that_is_not_utf8_is_replaced(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg", {"desa": list(SQUARES)})
    with closing(sqlite3.connect(path)) as connection:
        drop_triggers(connection)
        connection.execute("UPDATE desa SET nama = CAST(x'434146e9' AS TEXT) WHERE fid = 2")
        connection.commit()
    seen = inspect(path, "a.gpkg", LayerChoice(), LayerContext(BREBES), work_dir=tmp_path)
    assert [row[0] for row in seen.preview] == ["desa 0", "CAF�", "desa 2"]
