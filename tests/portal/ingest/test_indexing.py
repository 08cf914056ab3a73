"""The index follows the pointer, on a real Elasticsearch too; an engine that is away holds no release up."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import Elasticsearch

from portal.ingest.notices import KINDS, Notices
from search.engine import Engine, open_engine
from search.errors import EngineUnavailable
from search.query import SearchQuery
from tests.portal.ingest.house import House, run_of


@contextmanager
def engine_of(house: House, engine: Engine) -> Iterator[Engine]:
    kept, house.runtime.search = house.runtime.search, engine
    try:
        yield engine
    finally:
        house.runtime.search = kept
        engine.close()


@pytest.mark.elasticsearch
def test_a_release_is_found_in_elasticsearch_at_once_and_gone_after_withdrawal(
    house: House, elasticsearch_url: str
) -> None:
    name = f"uji-rilis-{secrets.token_hex(4)}"
    with engine_of(house, open_engine(elasticsearch_url, name)) as engine:
        engine.prepare()
        try:
            dataset_id, _resource = house.released()
            assert str(dataset_id) in engine.search(SearchQuery()).ids
            with house.act() as ingest:
                ingest.deciding.withdraw(house.people["wati"], dataset_id, "Uji")
            house.quick()
            assert str(dataset_id) not in engine.search(SearchQuery()).ids
        finally:
            with Elasticsearch(elasticsearch_url) as client:
                for index in client.options(ignore_status=404).indices.get(index=f"{name}*"):
                    client.indices.delete(index=index)


def test_an_engine_that_is_away_holds_no_release_up(house: House) -> None:
    dataset_id, _resource = house.loaded()
    house.checked(dataset_id)
    house.release(dataset_id)
    (job,) = house.pending("ingest.release")
    with engine_of(house, open_engine("http://127.0.0.1:9", "tidak-ada")):
        house.handlers().release(run_of(job))
        assert house.state(dataset_id) == "terbit"
        assert len(house.pending("ingest.index")) == 1
        with pytest.raises(EngineUnavailable):
            house.handlers().index(run_of({}))
        with house.act() as ingest:
            ingest.deciding.withdraw(house.people["wati"], dataset_id, "Uji")
        (out,) = house.pending("ingest.withdraw")
        with pytest.raises(EngineUnavailable):
            house.handlers().release(run_of(out))
    behind = "SELECT count(*) FROM catalog.dataset WHERE indexed_revision < revision"
    house.handlers().index(run_of({}))
    assert house.count("public", behind) == 0
    house.handlers().release(run_of(out))
    assert house.state(dataset_id) == "ditarik"


def test_notices_are_a_closed_list_of_facts(house: House) -> None:
    scope = house.runtime.scope()
    notices = scope.service(Notices)
    assert notices.notice("organisasi") == house.count("office", "SELECT count(*) FROM accounts.agency WHERE active")
    assert notices.notice("kelompok") == 11
    assert notices.notice("wilayah") > 300
    assert notices.notice("angka_situs", {"jumlah_dataset": 3}) == 1
    with pytest.raises(ValueError, match="no such notice"):
        notices.notice("orang")  # type: ignore[arg-type]
    scope.commit()
    scope.close()
    assert set(KINDS) == {
        "organisasi",
        "kelompok",
        "wilayah",
        "angka_situs",
        "kosakata",
        "teks_situs",
        "kegiatan",
        "pengikut",
    }
    assert (
        house.count("public", "SELECT count(*) FROM catalog.region WHERE level = 'kecamatan' AND geom IS NOT NULL")
        == 17
    )
    assert house.count("public", "SELECT count(*) FROM catalog.organization WHERE title = 'Diskominfotik'") == 1
