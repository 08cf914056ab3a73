"""Maps, tiles, styles and features of released layers."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from portal.contract.protocols import ResourceView
from tests.plugins.site import HOSTILE, Site, places

BAKED, LIVE = 10, 14


@pytest.fixture
def layer(site: Site) -> ResourceView:
    return site.shown["layer"]


def base(layer: ResourceView) -> str:
    return f"/tiles/{layer.id}/{layer.version}"


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile over a point (OGC TMS WebMercatorQuad)."""
    size = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * size), int(y * size)


def middle(layer: ResourceView) -> tuple[float, float]:
    west, south, east, north = (layer.layer or {})["bbox"]
    return (west + east) / 2, (south + north) / 2


def tile_of(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Content-Encoding"] == "gzip"
    found: dict[str, Any] = mapbox_vector_tile.decode(gzip.decompress(answer.data))
    return found


@pytest.mark.parametrize("z", [BAKED, LIVE])
def test_tiles_hold_the_layer_baked_and_live(site: Site, layer: ResourceView, z: int) -> None:
    z, x, y = tile_at(*middle(layer), z)
    found = tile_of(site.client(), f"{base(layer)}/{z}/{x}/{y}.mvt")
    assert list(found) == ["data"]
    features = found["data"]["features"]
    assert features
    assert {item["properties"]["nama"] for item in features} <= {name for _code, name in places()}
    assert all(isinstance(item["id"], int) for item in features)
    assert {item["geometry"]["type"] for item in features} <= {"Polygon", "MultiPolygon"}


def test_the_whole_layer_is_on_the_first_tile(site: Site, layer: ResourceView) -> None:
    z, x, y = tile_at(*middle(layer), 8)
    around = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    names = set()
    for column, line in around:
        answer = site.client().get(f"{base(layer)}/{z}/{column}/{line}.mvt")
        if answer.status_code == 200:
            found = mapbox_vector_tile.decode(gzip.decompress(answer.data))
            names |= {item["properties"]["nama"] for item in found["data"]["features"]}
    assert names == {name for _code, name in places()}


def test_an_empty_tile_is_204_and_may_be_kept(site: Site, layer: ResourceView) -> None:
    for z in (BAKED, LIVE):
        answer = site.client().get(f"{base(layer)}/{z}/0/0.mvt")
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Cache-Control"] == "public, max-age=3600, s-maxage=60"


@pytest.mark.parametrize("place", ["3/99/0", "2/0/4", "23/0/0", "5/2147483647/0"])
def test_an_address_outside_the_grid_is_told(site: Site, layer: ResourceView, place: str) -> None:
    answer = site.client().get(f"{base(layer)}/{place}.mvt")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["rule"] == "ubin.alamat"


@pytest.mark.parametrize("place", ["99999999999999999999/0/0", "5/99999999999999999999/0", "-1/0/0", "x/0/0"])
def test_figures_that_no_database_holds_name_nothing(site: Site, layer: ResourceView, place: str) -> None:
    assert site.client().get(f"{base(layer)}/{place}.mvt").status_code == 404


@pytest.mark.parametrize("version", ["2", "0", "99999999999999999999"])
def test_a_version_that_is_none_is_404_everywhere(site: Site, layer: ResourceView, version: str) -> None:
    for tail in ("10/5/5.mvt", "tilejson.json", "style.json", "objek.geojson", "objek/1.geojson"):
        assert site.client().get(f"/tiles/{layer.id}/{version}/{tail}").status_code == 404


def test_tilejson_tells_a_map_program_everything(site: Site, layer: ResourceView) -> None:
    document = site.json(f"{base(layer)}/tilejson.json")
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == [f"http://127.0.0.1:8000{base(layer)}/{{z}}/{{x}}/{{y}}.mvt"]
    assert document["bounds"] == pytest.approx((layer.layer or {})["bbox"])
    assert document["vector_layers"][0]["id"] == "data"
    assert document["vector_layers"][0]["fields"]["nama"] == "String"
    assert document["attribution"] == "Dinas Kesehatan"
    z, x, y = tile_at(*middle(layer), BAKED)
    path = document["tiles"][0].removeprefix("http://127.0.0.1:8000").format(z=z, x=x, y=y)
    assert tile_of(site.client(), path)


def test_the_fields_of_tilejson_are_those_of_the_tiles(site: Site) -> None:
    document = site.json(f"{base(site.points)}/tilejson.json")
    z, x, y = tile_at(109.02, -6.9, LIVE)
    found = tile_of(site.client(), f"{base(site.points)}/{z}/{x}/{y}.mvt")
    fields = document["vector_layers"][0]["fields"]
    assert set(found["data"]["features"][0]["properties"]) <= set(fields)
    assert (fields["ranjang"], fields["aktif"]) == ("Number", "Boolean")


def test_the_style_reads_the_layer_and_nothing_else(site: Site, layer: ResourceView) -> None:
    style = site.json(f"{base(layer)}/style.json")
    assert style["version"] == 8
    assert list(style["sources"]) == ["layer"]
    assert style["sources"]["layer"]["url"].endswith(f"{base(layer)}/tilejson.json")
    assert {item["source-layer"] for item in style["layers"]} == {"data"}
    assert "glyphs" not in style
    assert {item["type"] for item in style["layers"]} <= {"fill", "line"}
    circles = site.json(f"{base(site.points)}/style.json")
    assert {item["type"] for item in circles["layers"]} == {"circle"}


def test_features_come_whole_in_order_and_by_box(site: Site, layer: ResourceView) -> None:
    answer = site.client().get(f"{base(layer)}/objek.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    features = json.loads(answer.data)["features"]
    assert [item["properties"]["nama"] for item in features] == [name for _code, name in places()]
    assert [item["id"] for item in features] == sorted(item["id"] for item in features)
    lon, lat = middle(layer)
    some = site.json(f"{base(layer)}/objek.geojson?bbox={lon},{lat},{lon},{lat}")["features"]
    assert 0 < len(some) < len(features)
    assert site.json(f"{base(layer)}/objek.geojson?bbox=95,3,96,4")["features"] == []
    assert len(site.json(f"{base(layer)}/objek.geojson?mulai=15")["features"]) == len(features) - 15
    assert len(site.json(f"{base(layer)}/objek.geojson?mulai=x")["features"]) == len(features)


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", "200,0,210,1", "1,1,0,0", "';--"])
def test_a_box_that_is_none_is_told(site: Site, layer: ResourceView, box: str) -> None:
    answer = site.client().get(f"{base(layer)}/objek.geojson?bbox={box}")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["rule"] == "cari.kotak"


def test_a_start_beyond_all_bounds_is_told(site: Site, layer: ResourceView) -> None:
    answer = site.client().get(f"{base(layer)}/objek.geojson?mulai=99999999999")
    assert answer.status_code == 422


def test_one_feature_has_all_its_attributes(site: Site) -> None:
    found = site.json(f"{base(site.points)}/objek/2.geojson")
    assert found["properties"] == {"nama": f"Puskesmas 2 {HOSTILE}", "ranjang": 20, "aktif": True}
    assert found["geometry"]["coordinates"] == pytest.approx([109.02, -6.9])
    for number in ("0", "4", "99999999999999999999"):
        assert site.client().get(f"{base(site.points)}/objek/{number}.geojson").status_code == 404


def test_a_table_has_no_map(site: Site) -> None:
    table = site.shown["tabel"]
    for path in (f"/peta/{table.id}", f"{base(table)}/tilejson.json", f"{base(table)}/0/0/0.mvt"):
        assert site.client().get(path).status_code == 404


def test_the_map_page_says_what_is_seen_and_asks_no_other_server(site: Site, layer: ResourceView) -> None:
    text = site.text(f"/peta/{layer.id}")
    assert "17 bidang" in " ".join(text.split())
    assert f'data-source="{base(layer)}/tilejson.json"' in text
    assert 'data-basemap="/batas/33.29.geojson"' in text
    assert site.client().get("/batas/33.29.geojson").status_code == 200
    assert f'href="/tabel/{layer.id}"' in text
    own = text.replace("http://127.0.0.1:8000", "")
    assert "tile.openstreetmap" not in own
    assert "3 titik" in " ".join(site.text(f"/peta/{site.points.id}").split())


def test_the_dataset_page_opens_with_the_map(site: Site, layer: ResourceView) -> None:
    text = site.text(f"/dataset/{layer.dataset_name}")
    assert text.index('id="peta"') < text.index('id="atribut"')
