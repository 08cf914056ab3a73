"""Programs that write into CKAN portals, unchanged, against our office (profile `ckan`): ckanapi as module and command,
and two portals of ours that load each other."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas
import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError

from tests.differential.house import working
from tests.portal.api.office.world import OfficeWorld, made_world
from tests.serving import environment, served
from tests.support import DatabaseFactory, Databases

#: What may differ between two portals that hold the same datasets: moments and people of the portal itself.
OWN = frozenset(
    {
        "metadata_created",
        "metadata_modified",
        "created",
        "last_modified",
        "creator_user_id",
        "langkah_terutang",
        "versi",
    }
)
BOX = '{"type":"Polygon","coordinates":[[[108.8,-7.3],[109.2,-7.3],[109.2,-6.7],[108.8,-6.7],[108.8,-7.3]]]}'


@dataclass
class Portal:
    """One portal with its office and its public side served, and its administrator's token."""

    world: OfficeWorld
    office: str
    public: str

    @property
    def token(self) -> str:
        return self.world.keys["admin"]

    def client(self) -> RemoteCKAN:
        return RemoteCKAN(self.office, apikey=self.token, user_agent="uji/1.0")


@pytest.fixture(scope="module")
def portals(
    module_databases: Databases,
    database_factory: DatabaseFactory,
    database_templates: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Portal, Portal]]:
    second = database_factory.clone(database_templates)
    with (
        made_world(module_databases, tmp_path_factory.mktemp("satu"), "ckan") as one,
        made_world(second, tmp_path_factory.mktemp("dua"), "ckan") as two,
        served(one.office.app) as office_one,
        served(one.public()) as public_one,
        served(two.office.app) as office_two,
        served(two.public()) as public_two,
        working(one),
    ):
        yield Portal(one, office_one, public_one), Portal(two, office_two, public_two)
    database_factory.drop(second)


@pytest.fixture(scope="module")
def filled(portals: tuple[Portal, Portal]) -> tuple[Portal, Portal]:
    """The first portal has two organisations, a group and datasets of every kind; the second has none of them."""
    with portals[0].client() as ckan:
        ckan.action.organization_create(name="dinas-pertanian", title="Dinas Pertanian", description="Sawah dan kebun.")
        ckan.action.organization_create(name="dinas-perikanan", title="Dinas Perikanan")
        ckan.action.group_create(name="pangan", title="Pangan", description="Yang dimakan.")
        for number in range(6):
            ckan.action.package_create(
                name=f"luas-sawah-{number}",
                title=f"Luas sawah {number} é 水",
                notes="Menurut **kecamatan**.",
                owner_org="dinas-pertanian" if number % 2 else "dinas-perikanan",
                author="Bidang Data",
                maintainer_email="data@contoh.id",
                license_id="cc-by",
                version="1",
                url="https://contoh.id/sawah",
                tags=[{"name": "sawah"}, {"name": f"tahun {2020 + number}"}],
                groups=[{"name": "pangan"}] if number < 3 else [],
                extras=[{"key": "wilayah", "value": "33.29"}, {"key": "spatial", "value": BOX}] if number else [],
                resources=[
                    {"name": "Tabel", "url": f"https://contoh.id/{number}.csv", "format": "CSV", "description": "Isi"},
                    {"name": "Dokumen", "url": f"https://contoh.id/{number}.pdf", "format": "PDF", "kunci": "bebas"},
                ],
            )
    return portals


def ckanapi(*words: str, given: str = "") -> str:
    """The command line; what it wrote."""
    command = [str(Path(sys.executable).with_name("ckanapi")), *words]
    found = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=240, check=False, env=environment()
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def bare(value: Any, portal: Portal) -> Any:
    """A value without what is the portal's own."""
    if isinstance(value, dict):
        return {key: bare(item, portal) for key, item in value.items() if key not in OWN}
    if isinstance(value, list):
        return [bare(item, portal) for item in value]
    return value


def carry(kind: str, source: Portal, target: Portal) -> list[dict[str, Any]]:
    """`ckanapi dump KIND --all -r A | ckanapi load KIND -r B`; what was dumped."""
    dumped = ckanapi("dump", kind, "--all", "-r", source.public, "-q")
    log = ckanapi("load", kind, "-r", target.office, "-a", target.token, "-q", given=dumped)
    failed = [line for line in log.splitlines() if '"ValidationError"' in line or '"NotAuthorized"' in line]
    assert failed == []
    return [json.loads(line) for line in dumped.splitlines()]


def test_two_portals_load_each_other_and_end_equal(filled: tuple[Portal, Portal]) -> None:
    one, two = filled
    for kind in ("organizations", "groups", "datasets"):
        carry(kind, one, two)
    dumped = {item["name"]: item for item in carry("datasets", two, one)}
    assert set(dumped) == {f"luas-sawah-{number}" for number in range(6)}
    with RemoteCKAN(one.public, user_agent="uji") as here, RemoteCKAN(two.public, user_agent="uji") as there:
        assert here.action.package_list() == there.action.package_list()
        for name in dumped:
            mine, theirs = here.action.package_show(id=name), there.action.package_show(id=name)
            assert bare(mine, one) == bare(theirs, two)
        for name in ("dinas-pertanian", "dinas-perikanan"):
            mine, theirs = (side.action.organization_show(id=name) for side in (here, there))
            assert (mine["id"], mine["title"], mine["package_count"]) == (
                theirs["id"],
                theirs["title"],
                theirs["package_count"],
            )
        assert (
            here.action.group_show(id="pangan")["package_count"]
            == there.action.group_show(id="pangan")["package_count"]
            == 3
        )
        for question in (
            {"q": "sawah"},
            {"fq": "groups:pangan"},
            {"fq": 'tags:"tahun 2021"'},
            {"ext_bbox": "108,-8,110,-6"},
        ):
            found = [
                [item["name"] for item in side.action.package_search(sort="name asc", **question)["results"]]
                for side in (here, there)
            ]
            assert found[0] == found[1] != []


def test_ckanapi_writes_as_a_module(filled: tuple[Portal, Portal]) -> None:
    portal = filled[0]
    with portal.client() as ckan:
        made = ckan.action.package_create(name="kolam-ikan", title="Kolam ikan", owner_org="dinas-perikanan")
        assert made["private"] is False
        assert ckan.action.package_search(fq="name:kolam-ikan")["count"] == 1
        changed = ckan.action.package_patch(id=made["id"], notes="Ditambah.")
        assert (changed["title"], changed["notes"]) == ("Kolam ikan", "Ditambah.")
        with pytest.raises(ValidationError) as refused:
            ckan.action.package_create(name="kolam-ikan", owner_org="dinas-perikanan")
        assert "name" in refused.value.error_dict
        ckan.call_action("package_delete", {"id": made["id"]})
    with RemoteCKAN(portal.public, user_agent="uji") as anybody, pytest.raises(NotFound):
        anybody.action.package_show(id="kolam-ikan")
    with RemoteCKAN(portal.office, user_agent="uji") as nobody, pytest.raises(NotAuthorized):
        nobody.action.package_create(name="x", owner_org="dinas-perikanan")


def test_ckanapi_uploads_a_file_and_pandas_reads_the_table(filled: tuple[Portal, Portal]) -> None:
    portal = filled[0]
    with portal.client() as ckan:
        ckan.action.package_create(name="panen", title="Panen", owner_org="dinas-pertanian")
        upload = io.BytesIO(b"kode;kecamatan;ton\n33.29.01;Salem;12,5\n33.29.02;Bantarkawung;1.234,5\n")
        upload.name = "panen.csv"
        made = ckan.action.resource_create(package_id="panen", name="Panen", format="CSV", upload=upload)
        assert made["url"].startswith("http")
        table = ckan.action.datastore_create(
            resource={"package_id": "panen", "name": "Harian"},
            fields=[{"id": "hari", "type": "date"}, {"id": "ton", "type": "numeric"}],
            primary_key=["hari"],
            records=[{"hari": f"2026-01-{day:02}", "ton": day * 1.5} for day in range(1, 11)],
        )
        ckan.action.datastore_upsert(
            resource_id=table["resource_id"], records=[{"hari": "2026-01-01", "ton": 9}], method="upsert", force=True
        )
    with RemoteCKAN(portal.public, user_agent="uji") as anybody:
        found = anybody.action.datastore_search(resource_id=table["resource_id"], sort="hari", limit=2)
        frame = pandas.DataFrame(found["records"])
        assert [float(ton) for ton in frame["ton"]] == [9.0, 3.0]
    whole = pandas.read_csv(f"{portal.public}/datastore/dump/{table['resource_id']}", parse_dates=["hari"])
    assert whole["ton"].sum() == pytest.approx(sum(day * 1.5 for day in range(2, 11)) + 9)


def test_ckanapi_deletes_from_the_command_line(filled: tuple[Portal, Portal]) -> None:
    portal = filled[0]
    with portal.client() as ckan:
        for number in range(2):
            ckan.action.package_create(name=f"hapus-{number}", title="Hapus", owner_org="dinas-pertanian")
    ckanapi("delete", "datasets", "hapus-0", "hapus-1", "-r", portal.office, "-a", portal.token, "-q")
    with RemoteCKAN(portal.public, user_agent="uji") as anybody:
        assert not {"hapus-0", "hapus-1"} & set(anybody.action.package_list())
