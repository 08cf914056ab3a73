"""The benchmark's data: the same for a seed, realistic, and readable by what it is meant for."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import shapely
from pyogrio.raw import read

from bench import generator, words
from bench.polygons import polygons, write_polygons
from config import regions, vocabularies
from search.documents import SearchDocument


def test_dataset_number_i_is_the_same_in_every_catalogue() -> None:
    small = list(generator.datasets(50))
    assert small == list(islice(generator.datasets(1000), 50))
    assert small[17] == generator.dataset(17)
    assert small != list(generator.datasets(50, seed=1))
    assert json.loads(json.dumps(small)) == small


def test_a_catalogue_is_varied_as_a_portal_is() -> None:
    packages = list(generator.datasets(3000))
    assert len({package["id"] for package in packages}) == 3000
    assert len({package["name"] for package in packages}) == 3000
    assert len({package["title"] for package in packages}) > 2000
    assert len({package["organization"]["id"] for package in packages}) > 60
    groups = Counter(package["groups"][0]["name"] for package in packages)
    assert set(groups) == {group.slug for group in vocabularies.subject_groups("brebes-11")}
    formats = Counter(resource["format"] for package in packages for resource in package["resources"])
    assert {"CSV", "XLSX", "GeoJSON", "SHP"} <= set(formats)
    common = Counter(word for package in packages for word in set(package["title"].lower().split()))
    assert common["penduduk"] > 4 * common["kredit"] > 0


def test_every_package_keeps_the_rules_of_ckan_and_of_the_code_lists() -> None:
    for package in generator.datasets(400):
        assert words.slug(package["name"]) == package["name"]
        assert len(package["name"]) <= 100
        assert package["license_id"] in vocabularies.licences()
        assert all(regions.check_code(code) is None for code in package["cakupan_wilayah"])
        assert package["metadata_created"] <= package["metadata_modified"]
        if package["bbox"]:
            west, south, east, north = package["bbox"]
            assert 95 < west < east < 141
            assert -11 < south < north < 6


def test_packages_become_search_documents() -> None:
    for package, document in zip(generator.datasets(200), generator.documents(200), strict=True):
        assert isinstance(document, SearchDocument)
        assert (document.id, document.title) == (package["id"], package["title"])
        assert document.years[0] == package["periode"][0]
        assert document.organization is not None
    assert len(set(generator.sample_queries())) >= 20


def test_the_big_table_has_codes_dates_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "besar.csv"
    size = generator.write_table(path, rows=500)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert size == path.stat().st_size
    assert len(rows) == 500
    assert list(rows[0]) == ["kode_desa", "nama_desa", "tahun", "tanggal", "jumlah", "nilai"]
    assert all(regions.check_code(row["kode_desa"]) is None for row in rows[:50])
    first = path.read_bytes()
    generator.write_table(path, rows=500)
    assert path.read_bytes() == first


@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_the_big_layer_is_written_in_pieces(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"besar{suffix}"
    assert write_polygons(path, count=2500, chunk=1000) == path.stat().st_size
    meta, _, wkb, values = read(str(path))
    assert meta["crs"] == "EPSG:4326"
    assert len(wkb) == 2500
    assert list(values[0]) == list(range(2500))
    assert all(shapely.is_valid(shapely.from_wkb(wkb)))


def test_polygons_do_not_overlap() -> None:
    found = polygons(0, 400, 400)
    pairs = shapely.STRtree(found).query(found, predicate="overlaps")
    assert pairs.size == 0
