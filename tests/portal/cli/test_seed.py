"""The demo's first start, at small size: one table, one layer and the exempt dataset go where they should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from portal.cli.demo.exempt import CANARIES
from portal.cli.demo.plan import plan
from portal.cli.demo.seed import Seeder
from portal.web.request import Runtime
from tests.apps import dispose, make_worker
from tests.support import Databases

NAMES = ("luas-wilayah-kabupaten-kota", "batas-kabupaten")


@pytest.fixture
def worker(databases: Databases, tmp_path: Path) -> Iterator[Runtime]:
    runtime = make_worker(databases, tmp_path)
    yield runtime
    dispose(runtime)


def test_every_dataset_reaches_its_place_and_a_second_run_changes_nothing(
    databases: Databases, worker: Runtime
) -> None:
    whole = plan("brebes")
    exempt = next(item for item in whole.datasets if item.target == "dikecualikan")
    small = replace(whole, datasets=(*(whole.dataset(name) for name in NAMES), exempt))
    accounts = Seeder(worker, small).run()
    assert len(accounts) > 10
    assert len({account.password for account in accounts}) == len(accounts)
    with psycopg.connect(databases.superuser("public")) as public:
        names = {row[0] for row in public.execute("SELECT name FROM catalog.dataset")}
        assert names == set(NAMES)
        assert worker.search.count() == len(NAMES)
        regions = public.execute("SELECT count(*) FROM catalog.region WHERE geom IS NOT NULL").fetchone()
        assert regions is not None
        assert regions[0] > 300
    with psycopg.connect(databases.superuser("office")) as office:
        row = office.execute("SELECT sifat FROM vault.register ORDER BY sifat").fetchall()
        assert [item[0] for item in row].count("dikecualikan") == 1
        titles = office.execute("SELECT string_agg(metadata::text, ' ') FROM vault.version").fetchone()
        assert titles is not None
        assert any(word in titles[0] for word in CANARIES), "the canary is in the vault"
        before = office.execute("SELECT count(*) FROM vault.transition").fetchone()
    Seeder(worker, small).run()
    with psycopg.connect(databases.superuser("office")) as office:
        assert office.execute("SELECT count(*) FROM vault.transition").fetchone() == before
