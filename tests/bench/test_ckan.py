"""`bench ckan` at a tiny size: what is asked, how often, and what the table says; never how quick it was."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from bench import ckan, ckan_data, ckan_load, ckan_sites
from bench.__main__ import parser
from bench.ckan_client import Client, Request, Storm, storm
from bench.ckan_sites import Site
from bench.ckan_work import ROWS, Plan, Row, Table
from tests.apps import dispose
from tests.portal.api.world import World, publish
from tests.serving import served
from tests.support import Databases

PLAN = Plan(50, "benih", {"ours": Table("t", 0), "CKAN": Table("t", 0)})


def site_at(url: str, name: str = "ours") -> Site:
    return Site(name, url, url, "token", [os.getpid()], os.getpid())


def row(title: str) -> Row:
    return next(item for item in ROWS if item.title == title)


@pytest.fixture
def world(databases: Databases, tmp_path: Path) -> Iterator[World]:
    made = publish(databases, tmp_path)
    yield made
    dispose(made.runtime)


@pytest.mark.parametrize("item", ROWS, ids=lambda item: item.title)
def test_both_sides_are_asked_the_same(item: Row) -> None:
    mine = list(islice(item.make(PLAN, site_at("http://127.0.0.1:1"), _draw()), 5))
    theirs = list(islice(item.make(PLAN, site_at("http://127.0.0.1:2", "CKAN"), _draw()), 5))
    assert len(mine) == len(theirs) > 0
    for here, there in zip(mine, theirs, strict=True):
        assert (here.writes, here.weight, type(here.data)) == (there.writes, there.weight, type(there.data))
        assert here.path.split("?")[0].rstrip("/") == there.path.split("?")[0].rstrip("/")


def _draw() -> random.Random:
    return random.Random(7)


@pytest.mark.parametrize("title", ["package_search, words + 5 facets, 20 rows", "ext_bbox", "fq + 5 facets"])
def test_requests_are_never_the_same_twice(title: str) -> None:
    asked = list(islice(row(title).make(PLAN, site_at("http://127.0.0.1:1"), _draw()), 400))
    assert len({item.path for item in asked}) == len(asked)


def test_a_generated_package_is_what_a_ckan_client_sends() -> None:
    made = ckan_data.package(3)
    assert set(made) >= {"name", "title", "owner_org", "groups", "tags", "extras", "resources"}
    assert {item["key"] for item in made["extras"]} <= {"tingkat_penyajian", "frekuensi", "spatial"}
    organizations, groups = ckan_data.owners(10)
    assert made["owner_org"] in organizations
    assert {group["name"] for group in made["groups"]} <= set(groups)
    assert ckan_data.polygon((1, 2, 3, 4))["coordinates"][0][0] == [1, 2]


def test_a_storm_counts_what_was_answered(world: World) -> None:
    with served(world.app) as url:
        asked = [Request(f"/api/3/action/package_show?id={name}") for name in ("imunisasi", "stunting-kecamatan") * 10]
        found = storm(site_at(url), asked, 60)
        assert (found.requests, found.units, found.fault) == (20, 20, "")
        assert found.processor > 0
        missing = storm(site_at(url), [Request("/api/3/action/package_show?id=tidak-ada")], 60)
        assert missing.requests == 0
        assert missing.fault.startswith("404")
        client = Client(site_at(url))
        assert client.exists("imunisasi")
        assert not client.exists("tidak-ada")


def test_the_whole_run_prints_a_table(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(world.app) as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ckan_load, "load", lambda *_given, **_more: 10.0)

        @contextmanager
        def opened(_engine: str) -> Iterator[Site]:
            yield site_at(url)

        out = tmp_path / "table.md"
        found = ckan.run(
            50, 0.2, only="package_list", out=out, opened=opened, other=lambda: site_at(url, "CKAN"), warm=0.1
        )
    assert [item.row.title for item in found.figures] == ["package_list"]
    assert found.faults == []
    assert found.figures[0].ours.requests > 0
    text = out.read_text("utf-8")
    assert text.count("| package_list |") == capsys.readouterr().out.count("| package_list |") - 1 == 1
    assert "bulk load through the API" in text


def test_a_row_reaches_its_bar_only_when_it_is_cheaper_too() -> None:
    quick, slow = Storm(100, 100, 1, 0.1), Storm(10, 10, 1, 0.2)
    assert ckan.Figures(row("package_show"), slow, quick).reached
    assert not ckan.Figures(row("package_list"), slow, quick).reached
    assert not ckan.Figures(row("package_show"), slow, Storm(100, 100, 1, 3.0)).reached
    assert not ckan.Figures(row("package_show"), slow, Storm(100, 100, 1, 0.1, "500 …")).reached


def test_a_missing_reference_is_told_with_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CKAN_REFERENCE_URL", raising=False)
    with pytest.raises(SystemExit, match="CKAN_REFERENCE_TOKEN"):
        ckan_sites.reference()
    assert parser().parse_args(["ckan", "--size", "5000"]).seconds == 15
