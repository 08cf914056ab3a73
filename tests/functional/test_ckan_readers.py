"""Programs that read CKAN portals, unchanged, against our public process: a harvester, ckanapi's commands, pandas."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pandas
import pytest

from tests.apps import dispose
from tests.functional.harvester import CKANHarvester
from tests.portal.api.world import World, many, publish
from tests.serving import environment, served
from tests.support import Databases

COUNT = 230


@pytest.fixture(scope="module")
def world(module_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = publish(module_databases, tmp_path_factory.mktemp("files"))
    many(module_databases, COUNT)
    yield made
    dispose(made.runtime)


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    with served(world.app) as url:
        yield url


def ckanapi(*words: str) -> str:
    """The command line; what it wrote."""
    command = [str(Path(sys.executable).with_name("ckanapi")), *words]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment())
    assert found.returncode == 0, found.stderr
    return found.stdout


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_first_harvest_takes_every_dataset_once_page_by_page(site: str, world: World) -> None:
    harvester = CKANHarvester(site)
    found = harvester.gather_stage()
    assert sorted(item["name"] for item in found) == sorted(world.result("package_list"))
    assert len({item["id"] for item in found}) == len(found) == COUNT + 3
    # pages by id: what changes meanwhile moves nobody to another page
    assert [item["id"] for item in found] == sorted(item["id"] for item in found)
    starts = [parse_qs(urlsplit(url).query)["start"][0] for url in harvester.asked]
    assert starts == ["0", "100", "200", "300"]


def test_what_is_gathered_is_what_package_show_says_and_can_be_imported(site: str, world: World) -> None:
    harvester = CKANHarvester(site)
    for item in harvester.gather_stage()[:20]:
        assert item == world.result("package_show", {"id": item["id"]})
        package = harvester.import_stage(json.dumps(item))
        assert package is not None
        assert package["owner_org"] == package["organization"]["id"]
        assert harvester.get_organization(package["owner_org"])["name"] == package["organization"]["name"]
        for group in package["groups"]:
            assert harvester.get_group(group)["name"] == group["name"]


def test_the_next_harvest_takes_what_changed_since(site: str) -> None:
    harvester = CKANHarvester(site)
    everything = {item["id"]: item["metadata_modified"] for item in harvester.gather_stage()}
    last = datetime(2026, 3, 15, 12, 30, 0, 123456, tzinfo=UTC).replace(tzinfo=None)
    found = {item["id"] for item in harvester.gather_stage(last)}
    since = (last - timedelta(hours=1)).isoformat()
    assert found == {key for key, modified in everything.items() if modified >= since}
    assert 0 < len(found) < len(everything)
    assert harvester.gather_stage(datetime(2031, 1, 1, tzinfo=UTC).replace(tzinfo=None)) == []


def test_a_harvest_may_be_narrowed_to_organisations_and_groups(site: str) -> None:
    def names(**config: Any) -> set[str]:
        return {item["organization"]["name"] for item in CKANHarvester(site, config).gather_stage()}

    assert names(organizations_filter_include=["dinas-perhubungan"]) == {"dinas-perhubungan"}
    both = ["dinas-perhubungan", "dinas-kesehatan"]
    assert names(organizations_filter_include=both) == set(both)
    assert names(organizations_filter_exclude=["dinas-kesehatan"]) == {"dinas-perhubungan"}
    health = CKANHarvester(site, {"groups_filter_include": ["kesehatan"]}).gather_stage()
    others = CKANHarvester(site, {"groups_filter_exclude": ["kesehatan"]}).gather_stage()
    assert [item["name"] for item in health] == ["sebaran-puskesmas"]
    assert len(others) == COUNT + 2


def test_ckanapi_dumps_and_searches_from_the_command_line(site: str, world: World) -> None:
    dumped = lines(ckanapi("dump", "datasets", "imunisasi", "stunting-kecamatan", "-r", site, "-q"))
    assert {item["name"] for item in dumped} == {"imunisasi", "stunting-kecamatan"}
    assert {item["title"] for item in lines(ckanapi("dump", "organizations", "--all", "-r", site, "-q"))} == {
        item["title"] for item in world.result("organization_list", {"all_fields": True})
    }
    assert len(lines(ckanapi("search", "datasets", "q=banyak", "-r", site, "-g"))) == COUNT
    table = ckanapi("action", "datastore_search", f"resource_id={world.table}", "limit:2", "-r", site, "-j")
    assert [row["_id"] for row in json.loads(table)["records"]] == [1, 2]


def test_ckanapi_dumps_everything(site: str) -> None:
    dumped = lines(ckanapi("dump", "datasets", "--all", "-p", "2", "-r", site, "-q"))
    assert len({item["id"] for item in dumped}) == COUNT + 3


def read(url: str) -> io.BytesIO:
    with urlopen(url, timeout=60) as answer:  # noqa: S310 - an address of this machine
        return io.BytesIO(answer.read())


def test_pandas_reads_a_dump_as_csv(site: str, world: World) -> None:
    frame = pandas.read_csv(read(f"{site}/datastore/dump/{world.table}?bom=true"), dtype={"kode": str})
    assert list(frame.columns) == ["_id", "kode", "tahun", "jumlah", "tanggal", "sah", "waktu"]
    assert list(frame["tahun"]) == [2020, 2021, 2022, 2022]
    assert frame["kode"][0] == "33.29"
    assert frame["jumlah"].isna().sum() == 1
    tabs = pandas.read_csv(read(f"{site}/datastore/dump/{world.table}?format=tsv"), sep="\t", dtype={"kode": str})
    pandas.testing.assert_frame_equal(frame, tabs)


def test_pandas_reads_a_dump_and_a_search_as_json(site: str, world: World) -> None:
    dump = json.load(read(f"{site}/datastore/dump/{world.table}?format=json"))
    frame = pandas.DataFrame(dump["records"], columns=[field["id"] for field in dump["fields"]])
    assert len(frame) == 4
    split = pandas.read_json(
        io.StringIO(json.dumps({"columns": list(frame.columns), "data": dump["records"]})), orient="split"
    )
    assert list(split["tahun"]) == [2020, 2021, 2022, 2022]
    found = json.load(
        read(f"{site}/api/3/action/datastore_search?resource_id={world.table}&filters=%7B%22tahun%22:2022%7D")
    )
    rows = pandas.json_normalize(found["result"]["records"])
    assert list(rows["_id"]) == [3, 4]
    records = pandas.read_json(io.StringIO(json.dumps(found["result"]["records"])), dtype={"kode": str})
    assert list(records["kode"]) == ["33.30", "<a>&b"]


def test_pandas_reads_the_catalogue(site: str) -> None:
    answer = json.load(read(f"{site}/api/3/action/package_search?rows=1000"))
    frame = pandas.json_normalize(answer["result"]["results"])
    assert len(frame) == COUNT + 3
    assert {"id", "title", "organization.title", "metadata_modified", "num_resources"} <= set(frame.columns)
    assert pandas.to_datetime(frame["metadata_modified"]).notna().all()
