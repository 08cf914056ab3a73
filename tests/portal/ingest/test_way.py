"""The whole way of a table and of a layer: upload, inspection, load, check, consent, classification, release."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from geo.layers.types import LayerChoice
from portal.ingest.lifecycle import State
from portal.ingest.schemas import ResourceChoice
from portal.kernel.storage import content_key
from tests.portal.ingest.house import CSV, House, layer_metadata

KECAMATAN = Path("config/boundaries/33.29_kecamatan.geojson")


def files_of(house: House, resource_id: object) -> dict[tuple[str, str], tuple[str, bytes]]:
    rows = house.public.execute(
        "SELECT role, format, filename, sha256 FROM catalog.file WHERE resource_id = %s", (resource_id,)
    ).fetchall()
    return {(r, f): (name, house.runtime.public_files.read(content_key(sha))) for r, f, name, sha in rows}


def test_a_table_goes_from_the_officers_file_to_what_a_citizen_sees(house: House) -> None:
    dataset_id, resource_id = house.released()
    view = house.view("siti", dataset_id)
    assert view.line.state == State.RELEASED
    assert view.line.live_version == 1
    assert view.orders[0].step == "selesai"
    steps = [line.row.to_state for line in view.history if not line.edit]
    assert steps == [
        "direncanakan", "dikumpulkan", "diterima", "dikelompokkan", "disunting", "dikodekan", "direkam", "diperiksa",
        "tervalidasi", "terbit",
    ]  # fmt: skip
    row = house.public.execute("SELECT doc, version FROM catalog.dataset WHERE id = %s", (dataset_id,)).fetchone()
    assert row is not None
    assert json.loads(row[0])["title"] == view.metadata.judul
    table = f"t_{resource_id.hex}_1"
    assert house.count("public", f"SELECT count(*) FROM rows.{table}") == 3
    assert house.count("public", f"SELECT count(*) FROM rows.{table} WHERE persentase = 1234.5") == 1
    with_public = house.public.execute(
        "SELECT has_table_privilege(%s, %s, 'SELECT')", (house.databases.roles.public, f"rows.{table}")
    ).fetchone()
    assert with_public == (True,)
    assert house.runtime.search.count() >= 1
    events = house.office.execute(
        "SELECT kind, payload FROM contract.event WHERE subject = %s", (dataset_id,)
    ).fetchall()
    assert events == [("dataset.rilis", {"version": 1})]


def test_t30_csv_and_json_of_a_released_table_parse_and_agree(house: House) -> None:
    _dataset_id, resource_id = house.released()
    files = files_of(house, resource_id)
    assert {key for key in files if key[0] == "unduhan"} == {
        ("unduhan", "csv"), ("unduhan", "json"), ("unduhan", "xlsx"), ("unduhan", "parquet"),
    }  # fmt: skip
    assert files["asli", "csv"][1] == CSV
    read = list(csv.DictReader(io.StringIO(files["unduhan", "csv"][1].decode())))
    said = json.loads(files["unduhan", "json"][1])
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in said] == read
    assert read[2]["persentase"] == "1234.5"
    assert read[0]["kode_wilayah"] == "33.29.01"


def test_a_layer_goes_the_same_way_with_tiles_and_five_exports(house: House) -> None:
    dataset_id = house.draft(**layer_metadata().model_dump())
    resource_id = house.upload(dataset_id, KECAMATAN.read_bytes(), "kecamatan.geojson").resource_id
    house.work()
    waiting = house.view("siti", dataset_id).resources[0]
    assert waiting.row.state == "menunggu_pilihan"
    assert waiting.layer is not None
    assert waiting.layer.feature_count == 17
    house.confirm(dataset_id, resource_id)
    house.work()
    house.checked(dataset_id)
    house.release(dataset_id)
    house.work()
    assert house.state(dataset_id) == "terbit"
    files = files_of(house, resource_id)
    assert {key[1] for key in files if key[0] == "unduhan"} == {"geojson", "gpkg", "shp", "kml", "csv"}
    assert files["ubin", "pmtiles"][1].startswith(b"PMTiles")
    assert b"<svg" in files["pratinjau", "svg"][1]
    assert len(json.loads(files["unduhan", "geojson"][1])["features"]) == 17
    table = f"l_{resource_id.hex}_1"
    assert house.count("public", f"SELECT count(*) FROM rows.{table} WHERE ST_SRID(geom) = 4326") == 17
    assert house.count("public", f"SELECT count(*) FROM rows.{table}_ubin") == 17
    with house.act() as ingest:
        shapes = ingest.queries.shapes(house.people["siti"], dataset_id, resource_id)
        names, rows = ingest.queries.rows(house.people["siti"], dataset_id, resource_id, limit=5)
    assert len(shapes) == 17
    assert len(rows) == 5
    assert names[0] == "_id"


def kml_of(features: list[dict[str, Any]]) -> bytes:
    """The features as KML in two folders, as a village office draws them in Google Earth."""
    marks = [
        f"<Placemark><name>{one['properties']['nama']}</name><ExtendedData><Data name='kode'><value>"
        f"{one['properties']['kode']}</value></Data></ExtendedData><MultiGeometry>{polygons_of(one)}</MultiGeometry>"
        "</Placemark>"
        for one in features
    ]
    parts = ("".join(marks[:9]), "".join(marks[9:]))
    folders = "".join(f"<Folder><name>{number}</name>{part}</Folder>" for number, part in enumerate(parts, 1))
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>'.encode()


def polygons_of(one: dict[str, Any]) -> str:
    """The outer rings of a (multi)polygon."""
    geometry = one["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = (" ".join(f"{x},{y}" for x, y, *_ in polygon[0]) for polygon in polygons)
    return "".join(
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        for ring in rings
    )


def test_kml_of_several_folders_goes_the_whole_way(house: House) -> None:
    dataset_id = house.draft(**layer_metadata().model_dump())
    content = kml_of(json.loads(KECAMATAN.read_bytes())["features"])
    resource_id = house.upload(dataset_id, content, "Kecamatan Brebes.KML").resource_id
    house.work()
    waiting = house.view("siti", dataset_id).resources[0]
    assert waiting.layer is not None
    assert [(one.name, one.feature_count) for one in waiting.layer.layers] == [("Semua folder", 17), ("1", 9), ("2", 8)]
    house.confirm(dataset_id, resource_id, choice=ResourceChoice(kind="layer", layer=LayerChoice(layer="Semua folder")))
    house.work()
    house.checked(dataset_id)
    house.release(dataset_id)
    house.work()
    assert house.state(dataset_id) == "terbit"
    files = files_of(house, resource_id)
    assert len(json.loads(files["unduhan", "geojson"][1])["features"]) == 17
    table = f"l_{resource_id.hex}_1"
    query = f"SELECT count(*) FROM rows.{table} WHERE starts_with(kode, '33.29.') AND folder <> ''"
    assert house.count("public", query) == 17


def test_gml_with_north_first_goes_the_whole_way(house: House) -> None:
    dataset_id = house.draft(**layer_metadata().model_dump())
    content = Path("tests/data/geo/kecamatan_4326.gml").read_bytes()
    resource_id = house.upload(dataset_id, content, "kecamatan.gml").resource_id
    house.work()
    house.confirm(dataset_id, resource_id)
    house.work()
    house.checked(dataset_id)
    house.release(dataset_id)
    house.work()
    assert house.state(dataset_id) == "terbit"
    table = f"l_{resource_id.hex}_1"
    inside = "ST_XMin(geom) > 108 AND ST_YMax(geom) < -6 AND starts_with(kode, '33.29.')"
    assert house.count("public", f"SELECT count(*) FROM rows.{table} WHERE {inside}") == 3
